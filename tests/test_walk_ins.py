"""Walk-ins: who gives up waiting, and who is still waiting when the clinic closes."""

from clinicsim.experiment.work import play
from clinicsim.model import simulate
from clinicsim.scenario import loads

CLINIC = """
clinicsim: 1
start: 2027-01-04
length: 3 days
hours: {mon-fri: 09:00-12:00}
arrivals: {history: people.csv}
staff: {doctor: 1}
visits: {consultation: {takes: 60 min, staff: doctor, walk_in: yes}}
pathway: {consultation: {visit: consultation}}
"""


def scenario(tmp_path, comings, more=""):
    """Give a clinic of one doctor, to whom people come at these times."""
    (tmp_path / "people.csv").write_text("\n".join(["at", *(f"2027-01-{at}" for at in comings), ""]), encoding="utf-8")
    return loads(CLINIC + more, name="walk_ins", folder=tmp_path)


def test_who_has_waited_as_long_as_patience_lasts_leaves(tmp_path):
    """Of two who come at nine, the second gives up after half an hour; a third, who comes later, is served at ten."""
    clinic = scenario(tmp_path, ["04 09:00", "04 09:00", "04 09:45"], "patients: {patience: 30 min}\n")
    rows = simulate(clinic, 1, 1).rows
    assert [(time, patient, reason) for time, patient, reason, *_ in rows["left"]] == [(570.0, 1, "patience")]
    assert [(time, patient) for time, _, patient, *_ in rows["begun"]] == [(540.0, 0), (600.0, 2)]
    play(clinic, 1, 1)


def test_who_is_not_served_by_closing_comes_first_when_the_clinic_opens_again(tmp_path):
    """Five come for three hours of work: the last two are served the next day, before somebody who comes then."""
    clinic = scenario(tmp_path, ["04 09:00", "04 09:00", "04 09:00", "04 09:00", "04 10:00", "05 09:00"])
    rows = simulate(clinic, 1, 1).rows
    assert [row[2] for row in rows["begun"]] == [0, 1, 2, 3, 4, 5]
    assert [row[0] for row in rows["begun"]] == [540.0, 600.0, 660.0, 1980.0, 2040.0, 2100.0]
    assert [row[4] for row in rows["unbooked"]] == ["moved", "moved"]
    play(clinic, 1, 1)


def test_a_clinic_that_never_opens_serves_nobody(tmp_path):
    """Whoever comes waits until the run ends."""
    clinic = scenario(tmp_path, ["04 09:00", "05 09:00"], "closed: {for_good: 1 jan to 31 dec}\n")
    assert simulate(clinic, 1, 1).rows["begun"] == []
    play(clinic, 1, 1)


def test_who_is_there_as_needed_takes_breaks_without_a_rota(tmp_path):
    """The doctor is away over lunch, and no hours on a rota are said to be lost by it."""
    break_ = "breaks: {lunch: {lasts: 60 min, between: 10:00-11:00}}"
    changes = {"staff.doctor": f"{{count: 1, hours: as needed, {break_}}}"}
    clinic = scenario(tmp_path, ["04 09:00", "04 09:30"]).replace(changes)
    rows = simulate(clinic, 1, 1).rows
    assert [row[0] for row in rows["begun"]] == [540.0, 660.0]
    assert {row[3] for row in rows["roster"]} == {"as_needed"}
    play(clinic, 1, 1)
