"""How `run` and `compare` end: what is printed, and the exit status."""

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clinicsim.cli.program import GIVEN_UP, INTERRUPTED
from clinicsim.cli.terminal import note, say, show_table

if TYPE_CHECKING:
    import pandas as pd

    from clinicsim.experiment import Comparison, Results


def finish(results: "Results", comparison: "Comparison | None", folder: Path, as_json: bool) -> int:
    """Print what came out and say where it is; give the exit status."""
    if as_json:
        click.echo(json.dumps(_document(results, comparison, folder), indent=1, ensure_ascii=False, allow_nan=False))
    else:
        _print(results, comparison)
        _print_place(folder)
    for lost in results.lost:
        note(f"Given up, because it ended its worker process three times: {lost}.")
    done = len(results.replications)
    if done < results.asked:
        note(f"{done} of {results.asked} replications were finished; all figures come from these.")
    if results.lost:
        return GIVEN_UP
    return INTERRUPTED if done < results.asked else 0


def _print_place(folder: Path) -> None:
    report = folder / "report.html"
    say(f"\nReport: {report}" if report.exists() else f"\nTables: {folder}")


def _print(results: "Results", comparison: "Comparison | None") -> None:
    if comparison is not None:
        _print_answer(comparison)
    _print_key_figures(results)


def _print_answer(comparison: "Comparison") -> None:
    for _, row in comparison.planned.iterrows():
        say(
            f"{row['scenario']}: {row['protocol']} plans {row['planned_doses']:g} doses; effect ratio {row['effect_ratio']:g}."
        )
    say("")
    for verdict in comparison.verdicts:
        say(f"* {verdict.sentence}")
    say("")


def _print_key_figures(results: "Results") -> None:
    from clinicsim.experiment import estimates, say_range, say_value

    found = estimates(results)
    shown = [name for name, measure in results.measures.items() if measure.key]
    cells = {
        (
            row["scenario"],
            row["measure"],
        ): f"{say_value(row['mean'], row['unit'])} ({say_range(row['low'], row['high'], row['unit'])})"
        for _, row in found.iterrows()
    }
    rows = [
        [results.measures[name].label, *(cells.get((label, name), "–") for label in results.labels)]
        for name in shown
        if any((label, name) in cells for label in results.labels)
    ]
    title = f"Means over {len(results.replications)} replications (95% intervals)"
    show_table(title, ["measure", *results.labels], rows)


def _document(results: "Results", comparison: "Comparison | None", folder: Path) -> dict[str, Any]:
    from clinicsim.experiment import estimates

    document: dict[str, Any] = {
        "scenarios": list(results.labels),
        "seed": results.seed,
        "replications": len(results.replications),
        "out": str(folder),
        "measures": _records(estimates(results)),
    }
    if comparison is not None:
        document["differences"] = _records(comparison.differences)
        document["verdicts"] = [
            {"measure": v.measure, "scenario": v.scenario, "base": v.base, "kind": v.kind, "sentence": v.sentence}
            for v in comparison.verdicts
        ]
        document["planned"] = _records(comparison.planned)
        document["split"] = _records(comparison.split)
    return document


def _records(frame: "pd.DataFrame") -> list[dict[str, Any]]:
    return [{str(key): _plain(value) for key, value in row.items()} for row in frame.to_dict("records")]


def _plain(value: Any) -> Any:
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value
