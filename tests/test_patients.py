"""Patients: attributes in the order in which they depend on each other, the same person in every scenario."""

import math
from graphlib import CycleError
from types import SimpleNamespace

import pytest

from clinicsim.model.calendar import WEEKDAYS
from clinicsim.model.demand import Arrival
from clinicsim.model.patients import Population
from clinicsim.model.streams import Streams
from clinicsim.scenario.quantities import Distribution, Fixed, Options, Table

EVENINGS = dict.fromkeys(WEEKDAYS[:5], ((1020.0, 1200.0),)) | {"sat": (), "sun": ()}
SCORE = Distribution("normal", (("mean", Fixed(14.0)), ("sd", Fixed(4.5))), 10.0, 21.0)


def clinic(**written):
    names = [
        "disorder",
        "payer",
        "kind",
        "preference",
        "contraindication",
        "modality",
        "available",
        "severity",
        "patience",
    ]
    blank = dict.fromkeys(names) | {"refractory": Fixed(0.0), "fearful": Fixed(0.0), "times": {}, "traits": {}}
    return SimpleNamespace(patients=SimpleNamespace(**(blank | written)), outcome=None, pathway={})


FINDINGS = Options((("psychosis", 0.03), ("none", 0.97)))
PAYERS = Options((("plan", 0.5), ("self_pay", 0.5)))
SMOKER = Options((("no", 0.7), ("yes", 0.3)))


def people(scenario, count=4000, given=(), seed=1):
    population = Population(scenario, Streams(seed, 0))
    return [population.draw(Arrival(60.0 * n, "web", n, n, dict(given)), n) for n in range(count)]


def share(found):
    found = list(found)
    return sum(found) / len(found)


def test_attributes_are_drawn_by_their_shares_and_tables():
    """A phobia is suited by CBT, of the others a quarter; severe cases have more often failed before."""
    suits = Table("disorder", (("phobia", Options((("cbt", 1.0),))),), (), Options((("cbt", 0.25), ("ifs", 0.75))))
    failed = Table("severity", (), ((15.0, Fixed(0.3)),), Fixed(0.9))
    shares = Options((("gad", 0.6), ("phobia", 0.4)))
    drawn = people(clinic(modality=suits, disorder=shares, severity=SCORE, refractory=failed))
    assert share(person.attributes["disorder"] == "gad" for person in drawn) == pytest.approx(0.6, abs=0.03)
    assert {person.attributes["modality"] for person in drawn if person.attributes["disorder"] == "phobia"} == {"cbt"}
    others = [person for person in drawn if person.attributes["disorder"] == "gad"]
    assert share(person.attributes["modality"] == "cbt" for person in others) == pytest.approx(0.25, abs=0.03)
    severe = [person for person in drawn if person.baseline >= 15]
    assert share(person.attributes["refractory"] == "yes" for person in severe) == pytest.approx(0.9, abs=0.03)
    assert all(10 <= person.baseline <= 21 for person in drawn)
    assert all(person.attributes["source"] == "web" for person in drawn)


def test_another_attribute_leaves_all_others_as_they_were():
    plain = people(clinic(severity=SCORE), 50)
    rich = people(clinic(severity=SCORE, payer=PAYERS, traits={"age": SCORE}), 50)
    assert [person.baseline for person in plain] == [person.baseline for person in rich]
    assert [person.baseline for person in plain] != [
        person.baseline for person in people(clinic(severity=SCORE), 50, seed=2)
    ]


def test_severity_stays_on_the_scale():
    wide = Distribution("normal", (("mean", Fixed(20.0)), ("sd", Fixed(10.0))))
    scores = [person.baseline for person in people(clinic(severity=wide), 200)]
    assert max(scores) == 21
    assert min(scores) >= 0


def test_a_finding_that_excludes_is_one_that_is_not_none():
    drawn = people(clinic(contraindication=FINDINGS))
    assert share(person.excluded for person in drawn) == pytest.approx(0.03, abs=0.01)
    assert not any(person.excluded for person in people(clinic(), 5))


def test_patience_is_a_lifetime_of_its_own_and_endless_when_left_out():
    week = 7 * 1440.0
    lifetime = Distribution("weibull", (("shape", Fixed(1.2)), ("scale", Fixed(18.5 * week))))
    drawn = people(clinic(patience=lifetime))
    for weeks, left in ((1, 0.96), (4, 0.85), (12, 0.52)):
        expected = 0.96 ** min(weeks, 4) * 0.94 ** max(weeks - 4, 0)
        assert expected == pytest.approx(left, abs=0.04)
        assert share(person.patience > weeks * week for person in drawn) == pytest.approx(expected, abs=0.05)
    assert "patience" not in drawn[0].attributes
    assert people(clinic(), 1)[0].patience == math.inf


def test_free_times_follow_the_pattern_drawn():
    patterns = Options((("evenings", 0.5), ("any", 0.5)))
    drawn = people(clinic(available=patterns, times={"evenings": EVENINGS}), 200)
    assert {person.attributes["available"]: person.free for person in drawn} == {
        "evenings": (((1020.0, 1200.0),),) * 5 + ((), ()),
        "any": None,
    }


def test_what_is_known_is_not_drawn():
    scenario = clinic(severity=SCORE, payer=PAYERS, traits={"smoker": Options((("no", 0.5), ("yes", 0.5)))})
    person = people(scenario, 1, {"severity": 16.0, "payer": "self_pay", "attainable": 14.0})[0]
    assert person.baseline == 16.0
    assert person.attributes["payer"] == "self_pay"
    assert person.attributes["attainable"] == 14.0
    assert person.attributes["smoker"] in {"yes", "no"}


def test_traits_are_names_or_numbers():
    drawn = people(clinic(traits={"age": SCORE, "smoker": SMOKER}), 500)
    assert all(isinstance(person.attributes["age"], float) for person in drawn)
    assert share(person.attributes["smoker"] == "yes" for person in drawn) == pytest.approx(0.3, abs=0.08)


def test_a_circle_of_attributes_cannot_be_drawn():
    by_kind = Table("kind", (), (), Options((("gad", 1.0),)))
    by_disorder = Table("disorder", (), (), Options((("somatic", 1.0),)))
    with pytest.raises(CycleError):
        people(clinic(disorder=by_kind, kind=by_disorder), 1)
