"""The quick forecast of saturation against algebra by hand."""

from math import inf
from types import SimpleNamespace

import pytest
from clinics import clinic

from clinicsim.measures.flow import Flow
from clinicsim.measures.forecast import saturation_forecast
from clinicsim.measures.loads import PoolLoad
from clinicsim.measures.offered_load import offered_load
from clinicsim.model.calendar import Calendar
from clinicsim.scenario import loads

TWO_YEARS = Calendar(clinic("length: 2 years\nvisits: {talk: {takes: 60 min}}\npathway: {first: {visit: talk}}"))


def forecast(stay: float, boosters: float, asked: float, offered: float):
    """Hours a week of one nurse: all that are asked of her in the end, and those of the boosters among them."""
    booster = SimpleNamespace(name="booster")
    flow = Flow(stay={"boosters": stay}, upkeep={("boosters", 1): (booster, boosters)})
    loads = (PoolLoad("staff.nurse", asked, offered),)
    return saturation_forecast(flow, loads, lambda plan: iter([("staff.nurse", 60.0)]), TWO_YEARS)


def test_maintenance_grows_towards_its_level():
    """10 hours of courses and 20 of boosters in the end, of 20: full when half of those are there, after
    100 ln 2 = 69.3 days, which is in the third month."""
    found = forecast(stay=100.0, boosters=20.0, asked=30.0, offered=20.0)
    assert (found.month, found.pool) == (3, "staff.nurse")
    assert "from month 3 on more is asked of staff.nurse" in found.sentence


def test_no_saturation_where_all_has_room():
    """In the last of 24 months all but exp(-7.3) of the boosters are there: 29.99 hours of 40."""
    found = forecast(stay=100.0, boosters=20.0, asked=30.0, offered=40.0)
    assert found.month is None
    assert found.load == pytest.approx((10.0 + 20.0 * 0.999328) / 40.0, abs=1e-4)
    assert "at 75%" in found.sentence


def test_what_nobody_ever_stops_grows_day_by_day():
    """Tenths of an hour a week more each day: 10 hours are left after 100 days, in the fourth month."""
    assert forecast(stay=inf, boosters=0.1, asked=10.0, offered=20.0).month == 4


def test_full_from_the_start():
    found = forecast(stay=100.0, boosters=5.0, asked=30.0, offered=20.0)
    assert found.month == 1
    assert "from the start" in found.sentence


def test_a_shortage_that_ends_is_no_saturation():
    """Somebody is missing in the second quarter only."""
    scenario = clinic(
        """
length: 1 year
hours: {mon-fri: 09:00-17:00}
arrivals: {rate: 60 per week}
staff: {therapist: {count: 2, changes: {gone: {from: 2027-04-05, until: 2027-07-05, remove: 1}}}}
visits: {talk: {takes: 60 min, staff: therapist}}
pathway: {first: {visit: talk}}
"""
    )
    load = offered_load(scenario)
    assert any(pool.load > 1 for pool in load.pools)
    assert load.saturation is not None
    assert load.saturation.month is None


def test_changes_outside_the_time_that_is_played_are_told():
    changes = "{past: {from: 2026-06-01, remove: 1}, late: {from: 2040-01-01, add: 1}, due: {from: 2027-02-01, add: 1}}"
    small = loads(f"""
clinicsim: 1
name: Small
start: 2027-01-04
length: 26 weeks
hours: {{mon-fri: 09:00-17:00}}
arrivals: {{rate: 1 per week}}
staff: {{therapist: {{count: 3, changes: {changes}}}}}
visits: {{talk: {{takes: 60 min, staff: therapist}}}}
pathway: {{talk: {{visit: talk}}}}
""")
    told = [warning for warning in offered_load(small).warnings if "changes" in warning]
    assert told == [
        "staff.therapist.changes.past begins before the first day, and holds from that day on.",
        "staff.therapist.changes.late lies outside the time that is played, and never happens.",
    ]
