"""The third next available appointment: what a new patient would be offered on a Monday at opening."""

from typing import TYPE_CHECKING

from simpy import Event
from simpy.events import URGENT

from clinicsim.model.parts import VisitPlan
from clinicsim.model.plans import planner_of
from clinicsim.model.policies import NEW, THIRD
from clinicsim.model.reach import typical_person
from clinicsim.model.sampling import certain, chooser
from clinicsim.scenario.pathway import VisitStep

if TYPE_CHECKING:
    from clinicsim.model.clinic import Clinic

MINUTES_A_DAY = 1440.0
COURSE = "course"


class NextAvailable:
    """Looks, for each visit type with appointments, for the third start that is free with the two before it held.

    Where a visit asks for skills by patient, or its length depends on the patient, the commonest kind is meant.
    """

    def __init__(self, clinic: "Clinic") -> None:
        self._clinic = clinic
        self._plans: dict[str, tuple[VisitPlan, str]] = {}
        before_any = {certain(step.visit) for step in clinic.scenario.pathway.values() if isinstance(step, VisitStep)}
        commonest, booked = typical_person(clinic.scenario), clinic.pathways.reach.booked
        planner = planner_of(clinic.scenario)
        for name, visit in clinic.scenario.visits.items():
            if visit.walk_in is None and name in booked:
                own = chooser(visit.class_)(0.5, commonest) if visit.class_ is not None else None
                class_ = own or (NEW if name in before_any else COURSE)
                self._plans[name] = planner.plan(name, commonest, planner.size(name)), class_

    def watch(self, day: int) -> None:
        """Have a day looked at when it opens, before any request of that moment; nothing where the clinic is closed."""
        clinic = self._clinic
        if clinic.calendar.working_day(day):
            opening = Event(clinic.env)
            opening.callbacks.append(self._look)
            opening._ok, opening._value = True, None
            clinic.env.schedule(opening, URGENT, clinic.calendar.opening(day) - clinic.env.now)

    def _look(self, _: Event) -> None:
        clinic, now = self._clinic, self._clinic.env.now
        day = clinic.calendar.day_of(now)
        rows = clinic.rows["next_available"]
        for name, (plan, class_) in self._plans.items():
            rows.append((now, name, *clinic.desk.third_next(plan, class_, now)))
        for line in clinic.cohorts.lines:
            dates = [cohort.first_day for cohort in line.cohorts if cohort.joinable(now)]
            found = len(dates) >= THIRD
            days = dates[THIRD - 1] - day if found else clinic.scenario.booking.horizon / MINUTES_A_DAY
            rows.append((now, line.name, float(days), not found))
