"""How `run` and `compare` end: what is printed, and the exit status."""

from collections.abc import Mapping
from dataclasses import asdict
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clinicsim.cli.answer import given_up, print_json, records, say_changes
from clinicsim.cli.program import INTERRUPTED
from clinicsim.cli.terminal import note, say, show_figures

if TYPE_CHECKING:
    from clinicsim.experiment import Comparison, Results

BESIDE_HEADLINES = (
    "wait_to_first_dosing",
    "drop_out",
    "direct_wait",
    "direct_wait_p90",
    "utilisation.*",
    "contact_limit_use.*",
    "retreats_held.*",
    "retreat_places_taken.*",
    "retreat_visits_missed.*",
)
"""The table that is printed has the headline measures and these; the folder has all."""


def finish(
    results: "Results",
    comparison: "Comparison | None",
    folder: Path,
    changes: Mapping[str, str],
    remark: str,
    as_json: bool,
) -> int:
    """Print what came out, under the `changes` of the command, and say where it is; give the exit status."""
    if as_json:
        print_json(_document(results, comparison, folder, changes))
    else:
        say_changes(changes)
        if comparison is not None:
            _print_answer(comparison)
        _print_stopping(results)
        _print_key_figures(results)
        _print_whom(results)
        _print_bottlenecks(results)
        _print_saturation_and_money(results)
        say(f"\nReport: {folder / 'report.html'}")
    if remark:
        note(remark)
    return exit_status(results)


def exit_status(results: "Results") -> int:
    """Say what is missing, and give the exit status that goes with it."""
    status = given_up(results.lost)
    done = len(results.replications)
    if done == results.asked:
        return 0
    why = "" if results.lost else "Interrupted: "
    note(f"{why}{done} of {results.asked} replications were finished; all figures come from these.")
    return status or INTERRUPTED


def _print_answer(comparison: "Comparison") -> None:
    """The planned doses first, then what is established, measure by measure."""
    from clinicsim.experiment.verdicts import in_short, too_few

    for _, row in comparison.planned.iterrows():
        doses, ratio = f"{row['planned_doses']:g}", f"{row['effect_ratio']:g}"
        say(f"{row['scenario']}: the course “{row['protocol']}” plans {doses} doses; assumed effect ratio {ratio}.")
    if not comparison.planned.empty:
        say("")
    unsaid = too_few(len(comparison.results.replications))
    if unsaid:
        say(unsaid)
    else:
        for sentence in in_short(comparison.verdicts, comparison.results.measures):
            say(f"* {sentence}")
    say("")


def _print_stopping(results: "Results") -> None:
    """Where a precision was asked for: how many replications it took, or what is missing."""
    from clinicsim.experiment.stopping_words import stopping_sentences

    said = stopping_sentences(results)
    for sentence in said:
        say(sentence)
    if said:
        say("")


def _print_key_figures(results: "Results") -> None:
    from clinicsim.report import figure_in_words

    rows: dict[str, list[str]] = {}
    for name, figures in _key_figures(results).items():
        unit = results.measures[name].unit
        cells = (figures.get(label) for label in results.labels)
        rows[name] = ["–" if cell is None else figure_in_words(*cell, unit) for cell in cells]
    done = len(results.replications)
    title = "One replication" if done == 1 else f"Means over {done} replications, with 95% intervals"
    show_figures(title, results.labels, [[results.measures[name].label, *cells] for name, cells in rows.items()])


def _print_whom(results: "Results") -> None:
    """Over whom the headline measures are, and which of them have no figure."""
    from clinicsim.experiment.observed import dates_of_follow_up, left_out

    for sentence in (*dates_of_follow_up(results), *left_out(results)):
        say(sentence)


def _print_saturation_and_money(results: "Results") -> None:
    """From when on a scenario can serve nobody new in time, and whether each earns its keep."""
    from clinicsim.report import money_sentences, saturation_sentences

    for said in (saturation_sentences(results), money_sentences(results)):
        if said:
            say("")
        for sentence in said:
            say(sentence)


def _print_bottlenecks(results: "Results") -> None:
    """What made people wait most, in each scenario."""
    from clinicsim.experiment.bottleneck import bottlenecks
    from clinicsim.report import bottleneck_sentence

    found = bottlenecks(results)
    if found:
        say("")
    for bottleneck in found:
        say(bottleneck_sentence(bottleneck, results.scenarios, len(results.labels) > 1))


def _key_figures(results: "Results") -> dict[str, dict[str, tuple[float, float, float]]]:
    """Mean, low and high by measure and scenario; where nobody is treated, what is 0 throughout is left out."""
    from clinicsim.experiment import estimates

    treats = any(scenario.outcome is not None for scenario in results.scenarios)
    found: dict[str, dict[str, tuple[float, float, float]]] = {}
    columns = ["measure", "scenario", "mean", "low", "high"]
    for name, label, mean, low, high in estimates(results)[columns].itertuples(index=False, name=None):
        found.setdefault(name, {})[label] = (mean, low, high)
    return {
        name: found[name]
        for name, measure in results.measures.items()
        if name in found
        and (measure.headline or any(fnmatchcase(name, pattern) for pattern in BESIDE_HEADLINES))
        and (treats or any(mean != 0 for mean, _, _ in found[name].values()))
    }


def _document(
    results: "Results", comparison: "Comparison | None", folder: Path, changes: Mapping[str, str]
) -> dict[str, Any]:
    from clinicsim.experiment import estimates
    from clinicsim.experiment.effectiveness import effectiveness_frame
    from clinicsim.experiment.stopping_words import stopping_sentences
    from clinicsim.report import money_sentences

    document: dict[str, Any] = {
        "scenarios": list(results.labels),
        "seed": results.seed,
        "replications": len(results.replications),
        "replications_asked_for": results.asked,
        "given_up": list(results.lost),
        "changes": dict(changes),
        "out": str(folder),
        "money": money_sentences(results),
        "measures": records(estimates(results)),
    }
    if results.stopped is not None:
        document["precision"] = {**asdict(results.stopped), "sentences": stopping_sentences(results)}
    if comparison is not None:
        document["planned"] = records(comparison.planned)
        document["verdicts"] = [
            {"measure": v.measure, "scenario": v.scenario, "base": v.base, "kind": v.kind, "sentence": v.sentence}
            for v in comparison.verdicts
        ]
        document["differences"] = records(comparison.differences)
        document["split"] = records(comparison.split)
        document["cost_effectiveness"] = records(effectiveness_frame(results))
    return document
