"""A clinic of a few keys, as a scenario in its long form, with the diary, roster and calendar that belong to it."""

from typing import Any

from clinicsim.model.calendar import Calendar
from clinicsim.model.diary import Diary
from clinicsim.model.parts import Request, VisitPlan
from clinicsim.model.plans import plan_visit
from clinicsim.model.roster import Roster
from clinicsim.model.streams import Streams
from clinicsim.scenario.scenario import Scenario


def scenario(**keys: Any) -> Scenario:
    """A clinic open on weekdays from 08:00 to 16:00, from Monday 2027-01-04 on, with what is given laid over it."""
    kept = {
        "name": "A clinic",
        "start": "2027-01-04",
        "length": "8 weeks",
        "hours": {"mon-fri": "08:00-16:00"},
        "arrivals": {"rate": "1 per day"},
    }
    visits = keys.get("visits", {})
    pathway = {f"step_{name}": {"visit": name} for name in visits}
    return Scenario.model_validate({**kept, "pathway": pathway, **keys})


class Office:
    """The diary of a scenario, with its calendar and roster, and short ways to ask for visits."""

    def __init__(self, clinic: Scenario, seed: int = 1) -> None:
        self.scenario = clinic
        self.calendar = Calendar(clinic)
        self.roster = Roster(clinic, self.calendar, Streams(seed, 0))
        self.diary = Diary(clinic, self.calendar, self.roster)

    def plan(self, visit: str, attributes: dict[str, Any] | None = None, **more: Any) -> VisitPlan:
        return plan_visit(self.scenario, visit, attributes or {}, **more)

    def request(self, visit: str, earliest: float, attributes: dict[str, Any] | None = None, **more: Any) -> Request:
        return request(self.plan(visit, attributes), earliest, **more)


def request(plan: VisitPlan, earliest: float, **more: Any) -> Request:
    """A request from `earliest` on, with no wish for how late."""
    asked = {
        "number": 0, "time": 0.0, "patient": 0, "plan": plan, "step": "", "class_": "new", "rank": 3.0,
        "earliest": earliest, "target": earliest, "latest": float("inf"),
    }  # fmt: skip
    return Request(**{**asked, **more})


def at(day: int, clock: str) -> float:
    """The minute of the run of a day from 0 and a time such as 09:15."""
    hours, minutes = clock.split(":")
    return day * 1440.0 + int(hours) * 60.0 + int(minutes)
