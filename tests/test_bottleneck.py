"""What made people wait: the largest cause is named with its interval, in words, and drawn with its companions."""

import pandas as pd
import pytest
import report_examples as examples
from click.testing import CliRunner

from clinicsim.cli import main
from clinicsim.experiment.bottleneck import BOOKING, bottlenecks, causes
from clinicsim.experiment.results import Results
from clinicsim.measures.catalogue import describe
from clinicsim.report import folder
from clinicsim.report.cause_figures import cause_figures
from clinicsim.report.cause_words import LIMIT, bottleneck_sentence, cause_in_words
from clinicsim.report.findings import Findings
from clinicsim.scenario import loads

CLINIC = loads("""
clinicsim: 1
name: A clinic
start: 2027-01-04
length: 8 weeks
hours: {mon-fri: 09:00-17:00}
arrivals: {rate: 6 per week}
staff: {nurse: 1, dosing: {count: 1, label: dosing lead}}
rooms: {dosing: 1, quiet_room: 1}
visits: {session: {takes: 120 min, staff: nurse, room: quiet_room}}
pathway: {session: {visit: session}}
""")
SHARES = {
    "nurse": (0.5, 0.2, 0.8),
    "quiet_room": (0.3, 0.1, 0.6),
    "hours": (0.2, 0.1, 0.3),
    "continuity": (0.0, 0.0, 0.0),
}
"""By cause: its share, what it did alone, and what it was involved in."""


def results(spread, replications=10):
    """Replications around the shares above; what the nurse has more in one, the room has less."""
    rows = []
    for number in range(1, replications + 1):
        shift = spread * (-1) ** number
        for cause, (share, alone, involved) in SHARES.items():
            moved = share + {"nurse": shift, "quiet_room": -shift}.get(cause, 0.0)
            rows += [
                (number, f"{BOOKING}.{cause}", moved),
                (number, f"{BOOKING}.session.{cause}", moved),
                (number, f"wait_share_alone.{cause}", alone),
                (number, f"wait_share_involved.{cause}", involved),
                (number, "lateness_of_step.session", 1.25),
            ]
    values = pd.DataFrame(rows, columns=["replication", "measure", "value"]).drop_duplicates()
    values.insert(0, "scenario", CLINIC.name)
    return Results(
        scenarios=(CLINIC,), labels=(CLINIC.name,), seed=1, asked=replications,
        replications=tuple(range(1, replications + 1)), values=values,
        series=pd.DataFrame(columns=["scenario", "replication", "measure", "index", "value"]), counts={},
        measures={name: describe(name) for name in dict.fromkeys(values["measure"])},
    )  # fmt: skip


def figures(found):
    return {figure.name: figure for figure in cause_figures(Findings(found)) if figure is not None}


def test_the_largest_cause_is_named_with_its_interval():
    (found,) = bottlenecks(results(spread=0.01))
    assert (found.wait, found.cause, found.following, found.is_clear) == (BOOKING, "nurse", "quiet_room", True)
    assert found.share.mean == pytest.approx(0.5)
    assert bottleneck_sentence(found, [CLINIC], several=False) == (
        "The largest cause of waiting for an appointment, beyond the start that was asked for: nurse, "
        "50.0% (49.2% to 50.8%) of that time."
    )


def test_a_cause_that_leads_by_luck_is_said_not_to_be_clear():
    (found,) = bottlenecks(results(spread=0.4))
    assert not found.is_clear
    assert bottleneck_sentence(found, [CLINIC], several=True).startswith("A clinic: the largest cause of waiting")
    assert bottleneck_sentence(found, [CLINIC], several=True).endswith("Quiet room (room) is not clearly less.")


def test_where_nobody_waited_nothing_is_named():
    assert bottlenecks(examples.results(replications=3)) == []
    assert figures(examples.results(replications=3)) == {}


def test_causes_are_called_what_people_call_them():
    words = {cause: cause_in_words([CLINIC], cause) for cause in ("staff.dosing", "rooms.dosing", "nurse", "hours")}
    assert words == {
        "staff.dosing": "dosing lead",
        "rooms.dosing": "dosing (room)",
        "nurse": "nurse",
        "hours": "clinic closed, or too near closing",
    }
    assert causes(results(0.0)) == list(SHARES)


def test_the_chart_has_alone_and_involved_beside_each_share_and_its_limit_under_it():
    figure = figures(results(spread=0.01))["what-made-people-wait"]
    figure.chart().to_dict(validate=True)
    rows = [row for rows in figure.spec()["datasets"].values() for row in rows if "least" in row]
    drawn = {row["row"].replace("\n", " "): row for row in rows}
    assert list(drawn) == ["Nurse", "Quiet room (room)", "Clinic closed, or too near closing"]
    assert (drawn["Nurse"]["least"], drawn["Nurse"]["most"]) == (0.2, 0.8)
    assert LIMIT in figure.note
    assert figure.table.rows[0][1].endswith("alone 20%, involved 80%")
    assert len(figure.sentences) == 1


def test_by_visit_each_row_has_its_mean_wait_and_adds_up():
    figure = figures(results(spread=0.0))["what-made-people-wait-by-visit"]
    figure.chart().to_dict(validate=True)
    assert figure.table.rows == (("Session (1.2 days)", "50%", "30%", "20%"),)


def test_a_run_says_on_the_terminal_what_made_people_wait(tmp_path, monkeypatch):
    monkeypatch.setattr(folder, "can_draw", lambda: False)
    file = tmp_path / "clinic.yaml"
    file.write_text(
        "clinicsim: 1\nname: One nurse\nstart: 2027-01-04\nlength: 8 weeks\nhours: {mon-fri: 09:00-17:00}\n"
        "arrivals: {rate: 17 per week}\nstaff: {nurse: 1}\nvisits: {session: {takes: 120 min, staff: nurse}}\n"
        "pathway: {session: {visit: session}}\n"
    )
    done = CliRunner().invoke(
        main, ["run", str(file), "--replications", "3", "--workers", "1", "--out", str(tmp_path / "out")]
    )
    assert done.exit_code == 0, done.output
    assert "The largest cause of waiting for an appointment, beyond the start that was asked for: " in done.stdout
    assert "The largest cause of waiting" in (tmp_path / "out/report.html").read_text(encoding="utf-8")
