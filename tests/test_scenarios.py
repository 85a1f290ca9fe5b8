"""The shipped scenarios load without a doubt, are as busy as they say, run clean, and cite evidence that is there."""

import re
from pathlib import Path
from statistics import median

import pytest

from clinicsim.experiment.work import play
from clinicsim.measures.offered_load import offered_load
from clinicsim.model import simulate
from clinicsim.model.shortfalls import shortfalls
from clinicsim.scenario import Scenario, load, load_with_warnings
from clinicsim.scenario.addresses import matches

ROOT = Path(__file__).parent.parent
FILES = sorted((ROOT / "scenarios").glob("*.yaml"))
BASES = {"clinic", "sceptical", "base", "hopeful", "societal", "uncertain"}
COMPLETE = [path for path in FILES if path.stem not in BASES]
STRESS = {"saturated", "staff-shortage", "turnover"}
"""More is asked of them than they can give, on purpose: for good, or while somebody is missing."""
QUIET = {
    "benzodiazepine", "beta-blocker", "cbt", "emdr-intensive", "waiting-list", "intravenous", "phobia", "retreat-house",
    "group-integration", "follow-up",
}  # fmt: skip
"""The people and the staff of the small clinic, of whom less is asked by another kind of care; or staff set apart."""
UNTREATED = {"waiting-list"}


def stem(path: Path) -> str:
    return path.stem


@pytest.fixture(scope="module", params=COMPLETE, ids=stem)
def scenario(request) -> tuple[str, Scenario]:
    """A scenario that can be run, with the name of its file."""
    return request.param.stem, load(request.param)


def test_the_readme_lists_them_all():
    """Each in a table, once."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `scenarios/([\w-]+)\.yaml` \|", readme, flags=re.MULTILINE)
    assert sorted(listed) == sorted(path.stem for path in FILES)


@pytest.mark.parametrize("path", FILES, ids=stem)
def test_nothing_in_them_is_doubtful(path):
    loaded, warnings = load_with_warnings(path, partial=True)
    assert warnings == ()
    assert loaded.partial == (path.stem in BASES)


def test_the_scarcest_need_is_as_busy_as_is_said(scenario):
    """Busy and not overrun, but for those that are there to show the one or the other."""
    name, played = scenario
    load = offered_load(played)
    scarcest = round(load.scarcest.load, 2)
    if name in STRESS:
        assert scarcest > 1.0, load.scarcest
        assert load.warnings
    else:
        assert load.warnings == ()
        assert scarcest < 0.70 if name in QUIET else 0.70 <= scarcest <= 0.90, load.scarcest


def test_their_retreats_can_be_held(scenario):
    """The diary can hold every visit of an itinerary at full size, as `validate` demands."""
    assert shortfalls(scenario[1]) == []


def test_a_short_replication_runs_clean_and_treats_people(scenario):
    """Every audit holds, somebody starts, and people are heard of again at the end of their course."""
    name, played = scenario
    measured = play(played.replace({"length": "26 weeks", "warm_up": "0 weeks"}), 1, 1)
    assert (measured.values["starts"] > 0) == (name not in UNTREATED)
    assert (measured.values["completions"] > 0) == (name not in UNTREATED)
    assert 0 < measured.values["utilisation.therapist"] < 1


def test_people_are_followed_up_at_one_three_six_and_twelve_months():
    """From the end of their course, at a visit each time; what they gained wanes, and nobody renews it."""
    log = simulate(load(ROOT / "scenarios/follow-up.yaml", {"length": "2 years"}), 1, 1)
    ends = {row[1]: row[0] for row in log.rows["assessed"] if row[2] == "end_of_course"}
    names = ("after_1_month", "after_3_months", "after_6_months", "after_12_months")
    looks = [[row for row in log.rows["assessed"] if row[2] == name] for name in names]
    days = [median((row[0] - ends[row[1]]) / 1440 for row in rows) for rows in looks]
    assert days == pytest.approx([28, 91, 182, 364], abs=2)
    assert min(map(len, looks)) > 30
    scores = [median(row[3] for row in rows) for rows in looks]
    assert scores == sorted(scores)
    assert {row[3] for row in log.rows["begun"]} >= {"check"}


def test_their_evidence_is_about_something(scenario):
    _, played = scenario
    known = played.written.addresses()
    assert played.evidence
    for address in played.evidence:
        assert any(matches(address, other) for other in known), address


@pytest.mark.parametrize("over", ["weekly", "retreat", "medium"])
def test_the_base_set_is_what_the_others_take(over, tmp_path):
    """Laid over a scenario it changes nothing that is played."""
    for name in ("clinic", "weekly", "retreat", "medium", "base"):
        (tmp_path / f"{name}.yaml").write_text((ROOT / "scenarios" / f"{name}.yaml").read_text(encoding="utf-8"))
    both = tmp_path / "both.yaml"
    both.write_text(f"clinicsim: 1\nextends: [{over}.yaml, base.yaml]\n")
    assert load(both).content_id == load(tmp_path / f"{over}.yaml").content_id


def test_the_rows_that_they_cite_are_in_the_page_of_evidence():
    page = (ROOT / "docs" / "evidence.md").read_text(encoding="utf-8")
    cited = {row for path in FILES for row in rows_cited(path.read_text(encoding="utf-8"))}
    assert len(cited) > 60
    assert {row for row in cited if not re.search(rf"^\| {re.escape(row)}\b", page, re.MULTILINE)} == set()


def rows_cited(text: str) -> list[str]:
    """Row numbers after the word `row` or `rows`: `row 3.19`, `rows 2.3 and 5.5`, `rows 2.8, 2.29 and 2.30`.

    A grade after a row is no hindrance: `rows 2.7, B, and 2.8, C`.
    """
    number = r"[1-9]\.\d+"
    lists = re.findall(rf"\brows? ({number}(?:(?:, [A-D])?(?:, | and |, and | to ){number})*)", text)
    return [row for cited in lists for row in re.findall(number, cited)]
