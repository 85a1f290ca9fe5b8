"""What moves a measure, to look at: a tornado, or an index for each input, with intervals."""

import math
from collections.abc import Mapping
from pathlib import Path

import altair as alt
import pandas as pd

from clinicsim.experiment.sensitivity import MORRIS, PAWN, SOBOL, Sensitivity, sentences
from clinicsim.report.briefing import Briefing, Part, made_with, write_briefing
from clinicsim.report.charts import intervals, row_names, terms
from clinicsim.report.figure import Figure, Panel
from clinicsim.report.findings import in_words, sentence
from clinicsim.report.folder import NO_CHANGES
from clinicsim.report.tables import NOTHING, Table, difference_in_words, figure_in_words, frame_as_csv
from clinicsim.report.theme import PLAIN_ZERO, Looks

LOW_END, HIGH_END = "at the low end", "at the high end"
MEANT = {
    "": (
        "Each input is moved alone to both ends of its range, the others as the scenario has them; the same simulated "
        "patients with the same luck throughout. Of a distribution that is declared the ends are those between which "
        "95% of it lies. Inputs that are not in the list were not moved.",
        "The intervals are at 95% and hold all together: a change whose interval leaves out 0 is established.",
        "What inputs do together is not in it; Sobol and Morris tell of that.",
    ),
    MORRIS: (
        "Mean size: how far the measure moves, on average, when the input moves over its whole range (in the unit of "
        "the measure). Spread: how unevenly; where it is as large, the input acts together with others, or not in a "
        "line.",
    ),
    SOBOL: (
        "First: the share of the measure's variance that goes when this input is known. Total: the share that stays "
        "when all others are known; the difference is what the input does together with others.",
    ),
    PAWN: (
        "Distance: how far the distribution of the measure shifts when the input is held in one part of its range, "
        "from 0 (not at all) to 1; the median over ten parts, and from the least to the most.",
    ),
}


def write_sensitivity(found: Sensitivity, folder: Path, changes: Mapping[str, str] = NO_CHANGES) -> str:
    """Write the table, chart, page and manifest of a sensitivity analysis; see `write_run`."""
    told = {
        "seed": found.seed,
        "replications": found.replications,
        "method": found.method,
        "measure": found.measure.name,
        "varied": list(found.inputs),
    }
    tables = {"sensitivity.csv": frame_as_csv(found.frame()).encode()}
    scenarios = {found.scenario.name: found.scenario}
    return write_briefing(briefing_of(found), tables, told, scenarios, Path(folder), changes)


def sensitivity_table(found: Sensitivity) -> Table:
    """A row for each input, what moves the measure most first."""
    if found.effects is None:
        rows = [
            (found.inputs[bar.input],
             *(cell for end, change in zip(found.ends[bar.input], (bar.low, bar.high), strict=True)
               for cell in (end, NOTHING if math.isnan(change.difference) else
                            difference_in_words(change.difference, change.low, change.high, found.measure.unit))))
            for bar in found.bars
        ]  # fmt: skip
        return Table(("", "low end", "changes by", "high end", "changes by"), tuple(rows))
    indices = found.effects.indices
    rows_of = [
        (found.inputs[place], *(_index(found, index[place].value, index[place].low, index[place].high)
                                for index in indices.values()))
        for place in found.order
    ]  # fmt: skip
    return Table(("", *indices), tuple(rows_of))


def _index(found: Sensitivity, value: float, low: float, high: float) -> str:
    """An index with its interval: a change of the measure in its unit, or a share or distance as it is."""
    if found.method == MORRIS:
        return figure_in_words(value, low, high, found.measure.unit)
    return f"{value:.2f} ({low:.2f} to {high:.2f})".replace("-", "\N{MINUS SIGN}")


def briefing_of(found: Sensitivity) -> Briefing:
    """The answer with its chart."""
    what = f"{found.measure.label[:1].lower()}{found.measure.label[1:]}"
    making = [
        ("Seed of the random numbers", str(found.seed)),
        ("Replications at each point", str(found.replications)),
        ("Measure", f"{found.measure.name}: {found.measure.definition}"),
    ]
    return Briefing(
        title=f"“{found.scenario.name}”: what moves {what}?",
        lead=f"{len(found.inputs)} inputs, {found.replications} replications at each point with the same patients.",
        answer=tuple(sentences(found)),
        tables=(Part("Input by input", "With 95% intervals in brackets.", sensitivity_table(found)),),
        figures=(_figure(found),),
        notes=MEANT[found.method if found.effects is not None else ""],
        making=made_with(making, {found.scenario.name: found.scenario}),
    )


def _figure(found: Sensitivity) -> Figure:
    rows = [found.inputs[place] for place in found.order]
    if found.effects is None:
        looks = Looks((LOW_END, HIGH_END))
        unit = "percentage points" if found.measure.unit == "share" else found.measure.unit
        axis = alt.Axis(title=f"Change ({unit})", format="+,f", labelExpr=PLAIN_ZERO, tickCount=6)
        chart = terms(_of_bars(found), rows, looks, axis)
        note = "Points: changes with one input at an end of its range; lines: 95% intervals that hold together."
    else:
        looks = Looks(tuple(found.effects.indices))
        unit = found.measure.unit if found.method == MORRIS else "share of the variance"
        title = "Distance" if found.method == PAWN else sentence(unit)
        chart = intervals(_of_indices(found), rows, looks, alt.Axis(title=title, tickCount=6))
        note = "Points: the index of each input; lines: 95% intervals, the noise of the replications in them."
    what = f"{found.measure.label[:1].lower()}{found.measure.label[1:]}"
    return Figure(
        "sensitivity", f"What moves {what}", note, (Panel(chart, "", row_names(rows)),), sensitivity_table(found)
    )


def _of_bars(found: Sensitivity) -> pd.DataFrame:
    scale = 100.0 if found.measure.unit == "share" else 1.0
    rows = [
        (found.inputs[bar.input], name, change.difference, change.low, change.high)
        for bar in found.bars
        for name, change in ((LOW_END, bar.low), (HIGH_END, bar.high))
        if not math.isnan(change.difference)
    ]
    frame = pd.DataFrame(rows, columns=["row", "scenario", "mean", "low", "high"])
    told = in_words(frame.assign(unit=found.measure.unit), signed=True)
    return told.assign(**{name: told[name] * scale for name in ("mean", "low", "high")})


def _of_indices(found: Sensitivity) -> pd.DataFrame:
    assert found.effects is not None
    rows = [
        (found.inputs[place], name, one.value, one.low, one.high, _index(found, one.value, one.low, one.high))
        for name, index in found.effects.indices.items()
        for place, one in enumerate(index)
    ]
    return pd.DataFrame(rows, columns=["row", "scenario", "mean", "low", "high", "text"])
