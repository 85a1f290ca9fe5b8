"""Charts: valid specifications of what there is to show, the same looks throughout, names as they were written."""

import json
import math

import pytest
import report_examples as examples

from clinicsim.report.figures import all_figures
from clinicsim.report.findings import Findings
from clinicsim.report.pictures import can_draw, pictures
from clinicsim.report.theme import Looks, on_lines

ALL = [
    "differences",
    "waits",
    "started-within",
    "use",
    "people-waiting",
    "starts",
    "on-maintenance",
    "maintenance-share",
    "score",
    "response-and-remission",
    "split-of-the-outcome",
]
LONG = tuple(f"Plan {number}" + " with a name that goes on for quite a while" * (number % 2) for number in range(7))


def figures_of(comparison):
    return all_figures(Findings(comparison.results, comparison))


def by_name(comparison):
    return {figure.name: figure for figure in figures_of(comparison)}


def records(spec):
    """Every row of every data set of a specification."""
    return [row for rows in spec["datasets"].values() for row in rows]


def scales(part):
    """Every scale of colour in a specification, at any depth."""
    if isinstance(part, dict):
        if "color" in part and isinstance(part["color"], dict) and "scale" in part["color"]:
            yield part["color"]["scale"]
        for below in part.values():
            yield from scales(below)
    elif isinstance(part, list):
        for below in part:
            yield from scales(below)


@pytest.mark.parametrize("names", [examples.NAMES[:2], examples.HOSTILE, LONG], ids=["two", "hostile", "seven"])
def test_every_figure_of_a_comparison_is_a_valid_chart(names):
    """Altair checks each against the schema of Vega-Lite, and each keeps the fixed domain of colours."""
    found = figures_of(examples.comparison(names, replications=3))
    assert [figure.name for figure in found] == ALL
    for figure in found:
        figure.chart().to_dict(validate=True)
        for scale in scales(figure.spec()):
            assert scale["domain"] == Looks(names).names
            assert scale["range"] == Looks(names).colours


def test_a_single_run_has_no_differences_and_no_legend():
    found = all_figures(Findings(examples.results(("Weekly course",), replications=3)))
    assert [figure.name for figure in found] == [
        name for name in ALL if name not in ("differences", "split-of-the-outcome")
    ]
    assert all('"legend":{' not in json.dumps(figure.spec()["layer"], separators=(",", ":")) for figure in found[:-1])


def test_what_has_no_data_is_left_out():
    """A walk-in queue has no outcomes, no appointments and no maintenance."""
    compared = examples.comparison(replications=3, without=("response", "remission", "mean_change", "offered", "score"))
    names = [figure.name for figure in figures_of(compared)]
    assert "response-and-remission" not in names
    assert "waits" not in names
    assert "score" not in names
    assert "use" in names


def test_a_series_of_nothing_but_zeros_is_left_out():
    compared = examples.comparison(replications=3)
    compared.results.series.loc[compared.results.series["measure"] == "on_maintenance_by_month", "value"] = 0.0
    names = [figure.name for figure in figures_of(compared)]
    assert "on-maintenance" not in names
    assert "maintenance-share" in names


def test_charts_show_what_the_estimates_say():
    compared = examples.comparison(replications=5)
    findings = Findings(compared.results, compared)
    drawn = {(row["scenario"], row["row"]): row for row in records(by_name(compared)["use"].spec()) if "row" in row}
    expected = findings.estimates[findings.estimates["measure"].str.startswith("utilisation.")]
    assert len(drawn) == len(expected) == 12
    for row in expected.itertuples():
        shown = drawn[row.scenario, compared.results.measures[row.measure].label]
        assert (shown["mean"], shown["low"], shown["high"]) == (row.mean, row.low, row.high)


def test_differences_in_shares_are_in_percentage_points_with_simultaneous_intervals():
    compared = examples.comparison(examples.NAMES[:2], replications=5)
    (row,) = compared.differences[compared.differences["measure"] == "started_within_8_weeks"].itertuples()
    figure = by_name(compared)["differences"]
    panel = next(panel for panel in figure.panels if panel.title == "Started within 8 weeks")
    (drawn,) = [one for one in records(panel.chart.to_dict()) if "mean" in one][:1]
    assert drawn["mean"] == pytest.approx(100 * row.difference)
    assert drawn["low"] == pytest.approx(100 * row.low)
    assert drawn["high"] == pytest.approx(100 * row.high)


def test_one_replication_has_points_and_no_intervals():
    compared = examples.comparison(replications=1)
    for figure in figures_of(compared):
        json.dumps(figure.spec(), allow_nan=False)
        assert "1 replication" in figure.note
    points = records(by_name(compared)["use"].spec())
    assert len([row for row in points if "low" in row]) == 12
    assert all(row["low"] is None for row in points if "low" in row)


def test_the_table_beside_a_chart_has_its_figures():
    table = by_name(examples.comparison(replications=5))["people-waiting"].table
    assert table.columns == ("Month", *examples.NAMES)
    assert [row[0] for row in table.rows] == [str(month) for month in range(1, examples.MONTHS + 1)]
    assert all("people (" in cell for row in table.rows[1:] for cell in row[1:])


def test_scenarios_past_the_seventh_are_told_apart_by_mark_and_line():
    looks = Looks(tuple(f"plan {number}" for number in range(20)))
    assert len(set(zip(looks.colours, looks.shapes, strict=True))) == 20
    assert len({(colour, tuple(dash)) for colour, dash in zip(looks.colours, looks.dashes, strict=True)}) == 20


def test_names_that_look_alike_when_wrapped_stay_apart():
    assert Looks(("a plan", "a  plan")).names == ["a plan", "a plan (2)"]


def test_names_are_cut_at_spaces_and_nothing_is_lost():
    assert on_lines("one two three", 8) == "one two\nthree"
    assert on_lines("x" * 20, 8).replace("\n", "") == "x" * 20
    assert on_lines(" ", 8) == " "


@pytest.mark.skipif(not can_draw(), reason="vl-convert-python is not installed")
def test_pictures_hold_hostile_names_as_text():
    compared = examples.comparison(examples.HOSTILE, replications=3)
    spec = {"use": by_name(compared)["use"].spec()}
    found = pictures(spec)
    svg = found.svg["use"].decode()
    assert "<script" not in svg
    assert "&lt;/script&gt;&lt;script&gt;" in svg
    assert "=1+1" in svg
    assert found.png["use"].startswith(b"\x89PNG")
    assert "</script" not in found.vega


def test_no_chart_lets_vega_draw_random_numbers():
    """Intervals come in ready: an error bar mark would resample rows, with another result each time."""
    for figure in figures_of(examples.comparison(replications=3)):
        text = json.dumps(figure.spec())
        assert "errorbar" not in text
        assert "errorband" not in text
        assert not any(
            isinstance(value, float) and math.isnan(value) for row in records(figure.spec()) for value in row.values()
        )
