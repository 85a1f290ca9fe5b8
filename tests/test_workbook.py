"""The workbook: what is in it, that it is the same each time, and that a changed price agrees with a fresh run."""

import io
import json
import shutil
import subprocess
import zipfile
from pathlib import Path

import openpyxl
import pytest
from toy_logs import TOY_MONTH_HISTORY, written

import clinicsim
from clinicsim.report import story
from clinicsim.report.figures import all_figures
from clinicsim.report.findings import Findings
from clinicsim.report.workbook import workbook
from clinicsim.report.workbook.contents import SHEETS

from test_money import PACKAGE  # isort: skip

TEXT = (
    PACKAGE.replace("length: 28 days", "length: 4 months")
    + "  card_fee: 3%\n  on_cost: 20%\n"
    + ("  societal: {hour: 30, trip: 12.50}\n")
)


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> clinicsim.Scenario:
    return written(tmp_path_factory.mktemp("toy"), TEXT, **{"toy-month": TOY_MONTH_HISTORY})


def findings_of(*scenarios: clinicsim.Scenario) -> Findings:
    if len(scenarios) == 1:
        return Findings(clinicsim.run(scenarios[0], replications=2, workers=1))
    comparison = clinicsim.compare(list(scenarios), replications=2, workers=1)
    return Findings(comparison.results, comparison)


def read(content: bytes, values: bool = True) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content), data_only=values)


def column(sheet: openpyxl.worksheet.worksheet.Worksheet, place: int = 2) -> dict[str, object]:
    """The figures of a column, by what stands in the first."""
    return {str(row[0].value): row[place - 1].value for row in sheet.iter_rows() if row[0].value is not None}


def test_the_sheets_have_their_names_and_the_same_findings_give_the_same_bytes(scenario: clinicsim.Scenario) -> None:
    findings = findings_of(scenario)
    content = workbook(findings, {})
    assert content is not None
    assert content == workbook(findings, {})
    assert tuple(read(content).sheetnames) == SHEETS


def test_money_has_its_charts_and_each_says_the_currency(scenario: clinicsim.Scenario) -> None:
    figures = {figure.name: figure for figure in all_figures(findings_of(scenario))}
    assert {"cash", "margin-by-month"} <= set(figures)
    assert all("USD" in json.dumps(figures[name].spec()) for name in ("cash", "margin-by-month"))
    assert not {"cash", "margin-by-month"} & {
        figure.name for figure in all_figures(findings_of(scenario.replace({"money": None})))
    }


def test_a_scenario_without_money_has_no_workbook(scenario: clinicsim.Scenario) -> None:
    assert workbook(findings_of(scenario.replace({"money": None})), {}) is None


def test_cached_values_are_the_measures_of_the_runs(scenario: clinicsim.Scenario) -> None:
    findings = findings_of(scenario)
    found = read(workbook(findings, {}) or b"")
    profit, cash = column(found["Profit and loss"]), column(found["Cash"])

    def mean(name: str) -> float:
        return sum(findings.results.of(scenario.name, name)) / 2

    assert profit["Margin"] == pytest.approx(4 * mean("margin"))
    assert cash["Net present value"] == pytest.approx(mean("net_present_value"))
    summary = column(found["Summary"])
    assert summary["Net present value"] == cash["Net present value"]
    assert summary["Margin, all whole months"] == profit["Margin"]


def test_the_summary_opens_with_the_money_sentences_and_scenarios_have_a_chart(scenario: clinicsim.Scenario) -> None:
    other = scenario.replace({"name": "Dearer", "staff.therapist.wage": "50 per hour"})
    findings = findings_of(scenario, other)
    content = workbook(findings, {}) or b""
    sheet = read(content)["Summary"]
    said = story.money(findings)
    assert said
    assert [sheet.cell(4 + place, 1).value for place in range(len(said))] == said
    assert sheet.cell(4 + len(said), 1).value == story.unsaid(findings)
    beside = read(content)["Scenarios"]
    assert beside.cell(7, 1).value == "Margin"
    assert beside.cell(7, 2).value == pytest.approx(findings.results.of(scenario.name, "margin")[0])
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        charts = [parts.read(name).decode() for name in parts.namelist() if name.startswith("xl/charts/chart")]
    assert len(charts) == 3
    assert sum("errBars" in chart and "Scenarios" in chart for chart in charts) == 1


def test_volumes_have_their_interval_the_right_way_round(scenario: clinicsim.Scenario) -> None:
    found = read(workbook(findings_of(scenario), {}) or b"")["Volumes"]
    rows = [[cell.value for cell in row] for row in found.iter_rows(min_row=5)]
    for place, row in enumerate(rows):
        if row[3] == "mean":
            low, high = rows[place + 1], rows[place + 2]
            assert (low[3], high[3]) == ("low", "high")
            assert all(a <= b <= c for a, b, c in zip(low[4:], row[4:], high[4:], strict=True) if None not in (a, b, c))


def test_names_of_scenarios_are_text_and_never_formulas(scenario: clinicsim.Scenario) -> None:
    other = scenario.replace({"name": "=1+1", "staff.therapist.wage": "50 per hour"})
    found = read(workbook(findings_of(scenario, other), {}) or b"", values=False)
    cells = [cell for sheet in found for row in sheet.iter_rows() for cell in row if cell.value == "=1+1"]
    assert cells
    assert all(cell.data_type == "s" or cell.data_type == "inlineStr" for cell in cells)


CHANGES = {
    "protocols.two.price": ("protocols_two_price", 1800.0, "1800"),
    "staff.therapist.wage": ("staff_therapist_wage", 55.0, "55 per hour"),
    "visits.dosing.supplies": ("visits_dosing_supplies", 75.0, "75"),
    "money.cost_per_inquiry": ("money_cost_per_inquiry", 40.0, "40"),
    "rooms.room.rent": ("rooms_room_rent", 1500.0, "1500 per month"),
    "money.on_cost": ("money_on_cost", 0.3, "30%"),
    "money.card_fee": ("money_card_fee", 0.01, "1%"),
    "money.societal.hour": ("money_societal_hour", 25.0, "25"),
}


def test_recalculated_after_a_change_of_prices_it_agrees_with_a_fresh_run(
    scenario: clinicsim.Scenario, tmp_path: Path
) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed")
    book = read(workbook(findings_of(scenario), {}) or b"", values=False)
    for name, value, _ in CHANGES.values():
        ((_, cell),) = book.defined_names[name].destinations
        book["Assumptions"][cell.replace("$", "")] = value
    book.save(tmp_path / "changed.xlsx")
    profile, out = (tmp_path / "office").as_uri(), tmp_path / "out"
    command = [office, f"-env:UserInstallation={profile}", "--headless", "--convert-to", "xlsx", "--outdir", str(out)]
    subprocess.run([*command, str(tmp_path / "changed.xlsx")], check=True, capture_output=True, timeout=120)
    recalculated = openpyxl.load_workbook(tmp_path / "out" / "changed.xlsx", data_only=True)
    fresh = findings_of(scenario.replace({address: text for address, (_, _, text) in CHANGES.items()}))

    def mean(name: str) -> float:
        return sum(fresh.results.of(scenario.name, name)) / 2

    assert column(recalculated["Profit and loss"])["Costs for society"] == pytest.approx(
        -4 * mean("societal_costs"), abs=0.05
    )
    assert column(recalculated["Profit and loss"])["Margin"] == pytest.approx(4 * mean("margin"), abs=0.05)
    assert column(recalculated["Cash"])["Net present value"] == pytest.approx(mean("net_present_value"), abs=0.05)
    assert column(recalculated["Cash"])["Lowest cash at the end of a month"] == pytest.approx(
        float(fresh.series.query("measure == 'cash_by_month'")["mean"].min()), abs=0.05
    )
