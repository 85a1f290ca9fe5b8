"""How much of what contact limits allow is used, and which people and weeks have which limit."""

from pathlib import Path

import numpy as np
import pytest
from toy_logs import toy_month_log, toy_month_scenario

from clinicsim.measures import catalogue, measure
from clinicsim.measures.limits import _weekly
from clinicsim.scenario.clinic import ContactLimit


@pytest.mark.parametrize(
    ("limit", "hours_a_week"),
    [("{week: 20 h}", 20), ("{day: 6 h}", 30), ("{day: 6 h, week: 20 h}", 20), ("{week: 60 h}", 40)],
)
def test_the_use_of_a_limit_is_over_the_least_of_week_day_and_rota(tmp_path: Path, limit: str, hours_a_week: int):
    """Fifteen hours with patients in four weeks of forty hours on the rota."""
    scenario = toy_month_scenario(tmp_path).replace({"staff.therapist.contact_limit": limit})
    found = measure(toy_month_log(), scenario).values["contact_limit_use.therapist"]
    assert found == pytest.approx(15 / (4 * hours_a_week))


def test_a_person_has_the_limit_of_the_person(tmp_path: Path):
    scenario = toy_month_scenario(tmp_path).replace({"staff.therapist.people": "{ann: {contact_limit: {week: 10 h}}}"})
    assert "contact_limit_use.therapist" in catalogue(scenario)
    renamed = toy_month_log()
    for kind, place in (("served", 3), ("roster", 2)):
        rows = renamed.rows[kind]
        rows[:] = [tuple("ann" if value == "therapist 1" else value for value in row) for row in rows]
        assert all(row[place] != "therapist 1" for row in rows)
    assert measure(renamed, scenario).values["contact_limit_use.therapist"] == pytest.approx(15 / 40)


def test_roles_without_a_limit_have_no_such_measure(tmp_path: Path):
    assert not any(name.startswith("contact_limit_use") for name in catalogue(toy_month_scenario(tmp_path)))


def test_a_week_with_a_retreat_and_the_next_have_their_own_limits():
    limit = ContactLimit.model_validate({"week": "22 h", "retreat_week": "33 h", "week_after": "11 h"})
    flags = np.array([False, True, True, False, False])
    assert (_weekly(limit, flags) / 60).tolist() == [22, 33, 33, 11, 22]
    usual = ContactLimit.model_validate({"week": "22 h"})
    assert (_weekly(usual, flags) / 60).tolist() == [22] * 5
