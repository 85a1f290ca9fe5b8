"""The next-hire ladder to look at: tables, chart and page of what one more and one fewer change."""

from collections.abc import Mapping
from pathlib import Path

import altair as alt
import pandas as pd

from clinicsim.experiment.ladder import Ladder, order, sentences
from clinicsim.experiment.results import estimates
from clinicsim.report.briefing import Briefing, Part, made_with, write_briefing
from clinicsim.report.charts import row_names, terms
from clinicsim.report.detail import join_detail
from clinicsim.report.figure import Figure, Panel
from clinicsim.report.findings import in_words, sentence
from clinicsim.report.folder import NO_CHANGES, replication_values
from clinicsim.report.tables import NOTHING, Table, difference_in_words, figure_in_words, frame_as_csv
from clinicsim.report.theme import PLAIN_ZERO, Looks

MORE, FEWER = "One more", "One fewer"
LOOKS = Looks((MORE, FEWER))
MEANT = (
    "Each line is the scenario with one unit more, or one fewer, of one pool, and nothing else changed: the same "
    "simulated patients with the same luck.",
    "The intervals are at 95% and hold all together, over all figures and all rungs: an interval that leaves out 0 is "
    "established.",
    "Two steps together are not the sum of their two lines: after the first, something else may be in the way.",
    "Margin counts what a pool costs as the scenario file writes it: a pool without a wage or a rent looks free.",
)


def write_ladder(
    ladder: Ladder, folder: Path, changes: Mapping[str, str] = NO_CHANGES, detail: Path | None = None
) -> str:
    """Write the tables, chart, page and manifest of a ladder; see `write_run`."""
    results = ladder.results
    tables: dict[str, bytes | Path] = {
        "ladder.csv": frame_as_csv(ladder.frame()).encode(),
        "measures.csv": frame_as_csv(estimates(results)).encode(),
        **replication_values(results.values),
    }
    if detail is not None:
        tables |= join_detail(detail, results)
    told = {
        "seed": results.seed,
        "replications": len(results.replications),
        "replications_asked_for": results.asked,
        "given_up": list(results.lost),
    }
    scenarios = dict(zip(results.labels, results.scenarios, strict=True))
    return write_briefing(_briefing(ladder), tables, told, scenarios, Path(folder), changes)


def ladder_table(ladder: Ladder) -> Table:
    """A row for each rung, a column for each figure: the difference with its interval, or why there is none."""
    labels = {rung.key: label for label, rung in ladder.played.items()}
    impossible = {rung.key: rung for rung in ladder.rungs if rung.key not in labels}
    rows = []
    for pool in order(ladder):
        for change in (1, -1):
            known = impossible.get((pool, change)) or ladder.played[labels[pool, change]]
            if known.impossible:
                cells = [f"not possible: {known.impossible}", *[NOTHING] * (len(ladder.measures) - 1)]
            else:
                cells = [_cell(ladder, labels[pool, change], name) for name in ladder.measures]
            rows.append((known.label, *cells))
    columns = (f"{sentence(measure.label)}, {measure.unit}" for measure in ladder.measures.values())
    return Table(("", *columns), tuple(rows))


def _cell(ladder: Ladder, label: str, name: str) -> str:
    found = ladder.worth.get((label, name))
    if found is None:
        return NOTHING
    unit = ladder.measures[name].unit
    return difference_in_words(found.difference, found.low, found.high, unit).replace(f" {unit}", "", 1)


def base_figures(ladder: Ladder) -> Table:
    """The figures of the scenario itself, from which the rungs differ."""
    frame = estimates(ladder.results)
    frame = frame[(frame["scenario"] == ladder.base) & frame["measure"].isin(list(ladder.measures))]
    rows = [
        (sentence(ladder.measures[name].label), figure_in_words(mean, low, high, unit))
        for name, mean, low, high, unit in frame[["measure", "mean", "low", "high", "unit"]].itertuples(index=False)
    ]
    return Table(("", ladder.base), tuple(rows))


def _briefing(ladder: Ladder) -> Briefing:
    results = ladder.results
    count = len(results.replications)
    scenarios = {ladder.base: results.scenarios[0]}
    making = [
        ("Seed of the random numbers", str(results.seed)),
        ("Replications", f"{count} of {results.asked} asked for"),
    ]
    return Briefing(
        title=f"“{ladder.base}”: what would one more bring?",
        lead=f"One more and one fewer of each role and room, each played {count} times with the same patients.",
        answer=tuple(sentences(ladder)),
        tables=(
            Part("The scenario as it is", "Means with 95% intervals.", base_figures(ladder)),
            Part(
                "The ladder",
                "Differences from the scenario as it is, with 95% intervals that hold together. What brings most new "
                "starts comes first.",
                ladder_table(ladder),
            ),
        ),
        figures=tuple(ladder_figures(ladder)),
        notes=MEANT,
        making=made_with(making, scenarios),
    )


def ladder_figures(ladder: Ladder) -> list[Figure]:
    """The charts of a ladder: what each step gains, and how waits change."""
    waits = [name for name in ladder.measures if "wait" in name]
    gains = [name for name in ladder.measures if name not in waits]
    note = (
        f"Differences from “{ladder.base}”, same simulated patients; points: means of "
        f"{len(ladder.results.replications)} replications; lines: 95% intervals that hold together.{_missing(ladder)}"
    )
    drawn = (
        ("next-hire-ladder", "The next-hire ladder: what one more, and one fewer, would change", gains),
        ("next-hire-waits", "The next-hire ladder: how waits would change", waits),
    )
    made = [(name, title, _panels(ladder, measures), measures) for name, title, measures in drawn]
    return [Figure(name, title, note, panels, _columns(ladder, shown)) for name, title, panels, shown in made if panels]


def _missing(ladder: Ladder) -> str:
    absent = [f"{rung.label.lower()} ({rung.impossible})" for rung in ladder.rungs if rung.impossible]
    return f" Not possible: {'; '.join(absent)}." if absent else ""


def _columns(ladder: Ladder, measures: list[str]) -> Table:
    """The columns of the ladder's table that these measures have."""
    whole, names = ladder_table(ladder), list(ladder.measures)
    places = [0, *(1 + names.index(name) for name in measures)]
    return Table(
        tuple(whole.columns[place] for place in places),
        tuple(tuple(row[place] for place in places) for row in whole.rows),
    )


def _panels(ladder: Ladder, measures: list[str]) -> tuple[Panel, ...]:
    panels = []
    for name in measures:
        measure, frame = ladder.measures[name], _drawn(ladder, name)
        if frame.empty:
            continue
        present = set(frame["row"])
        names = {rung.pool: sentence(rung.name) for rung in ladder.rungs}
        rows = [names[pool] for pool in order(ladder) if names[pool] in present]
        which = {"more": " (right is better)", "less": " (left is better)"}.get(measure.direction, "")
        axis = alt.Axis(title=sentence(f"{measure.unit}{which}"), format="+,f", labelExpr=PLAIN_ZERO, tickCount=6)
        panels.append(Panel(terms(frame, rows, LOOKS, axis), sentence(measure.label), row_names(rows)))
    return tuple(panels)


def _drawn(ladder: Ladder, name: str) -> pd.DataFrame:
    rows = [
        (sentence(rung.name), MORE if rung.change > 0 else FEWER, found.difference, found.low, found.high)
        for label, rung in ladder.played.items()
        if (found := ladder.worth.get((label, name))) is not None
    ]
    frame = pd.DataFrame(rows, columns=["row", "scenario", "mean", "low", "high"])
    return in_words(frame.assign(unit=ladder.measures[name].unit), signed=True)
