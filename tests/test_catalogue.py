"""The catalogue: complete entries, families spelled out for a scenario, names that are found again."""

import pytest
from toy_logs import toy_day_scenario, toy_month_scenario

from clinicsim.measures import MEASURES, catalogue, describe
from clinicsim.scenario.scenario import Scenario


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return toy_month_scenario(tmp_path_factory.mktemp("month"))


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return toy_day_scenario(tmp_path_factory.mktemp("day"))


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.name)
def test_every_measure_says_what_it_is(measure):
    assert measure.unit
    assert measure.label[0].isupper() or measure.label[0] == "{"
    assert measure.definition.endswith(".")
    assert measure.population
    assert measure.direction in ("more", "less", "neither")
    assert measure.difference_that_matters > 0 or measure.index
    assert not measure.pooled or measure.bounds == (0.0, 1.0)


def test_names_are_there_once():
    assert len({measure.name for measure in MEASURES}) == len(MEASURES)


def test_at_most_eight_headlines(month):
    headlines = [name for name, measure in catalogue(month).items() if measure.headline]
    assert headlines == [
        "starts",
        "offered_wait_intake",
        "started_within_8_weeks",
        "completion_share",
        "on_maintenance",
        "response_26w_eligible",
        "remission_26w_eligible",
    ]
    with_money = month.replace({"money.cash": 1000})
    assert [name for name, measure in catalogue(with_money).items() if measure.headline] == [
        *headlines,
        "net_present_value",
    ]


def test_other_landmarks_have_a_headline_too(month):
    changed = month.replace({"outcome.landmarks": "[4 weeks, 8 weeks]"})
    headlines = [name for name, measure in catalogue(changed).items() if measure.headline]
    assert "response_8w_eligible" in headlines
    assert len(headlines) == 7


def test_nothing_is_left_in_braces(month):
    for name, measure in catalogue(month).items():
        assert "{" not in name + measure.label + measure.definition + measure.population
        assert measure.name == name


def test_families_follow_the_scenario(month, day):
    names = catalogue(month)
    assert {"utilisation.therapist", "utilisation.room", "lateness_of_step.dosing", "idle.therapist"} <= names.keys()
    assert "idle.room" not in names
    assert "response_26w_eligible" not in catalogue(day)


def test_a_year_needs_twelve_months(month):
    assert not any("year" in name for name in catalogue(month))
    longer = catalogue(month.replace({"length": "30 months"}))
    assert [name for name in longer if name.startswith("starts.")] == [
        "starts.year_1",
        "starts.year_2",
        "starts.last_12_months",
    ]


def test_a_room_and_a_role_of_one_name_are_told_apart(month):
    twins = month.replace({"rooms.therapist": "1"})
    assert {"utilisation.staff.therapist", "utilisation.rooms.therapist"} <= catalogue(twins).keys()


def test_the_societal_view_is_there_where_it_is_asked_for(month):
    plain = month.replace({"money.cash": 1000})
    asked = catalogue(plain.replace({"money.societal": "{hour: 30, trip: 10}"}))
    added = [name for name in asked if name not in catalogue(plain)]
    assert added[:4] == [
        "patient_costs",
        *(f"patient_cost_of.{a}" for a in ("patients_time", "patients_travel", "escorts")),
    ]
    assert all("society" in asked[name].label or "Patients" in asked[name].label for name in added)


def test_every_name_is_found_again(month):
    for name, measure in catalogue(month).items():
        found = describe(name)
        assert (found.name, found.unit, found.group) == (name, measure.unit, measure.group)


def test_an_unknown_name_is_a_key_error():
    with pytest.raises(KeyError, match="happiness"):
        describe("happiness")
