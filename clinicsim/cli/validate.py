"""`clinicsim validate`: check files, and show how busy everybody would be."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clinicsim.cli.answer import plain, print_json
from clinicsim.cli.options import json_option, read_changes, scenarios_argument, set_option
from clinicsim.cli.terminal import note, say, show_table

if TYPE_CHECKING:
    from clinicsim.measures.bookable import Bookable
    from clinicsim.measures.offered_load import OfferedLoad
    from clinicsim.scenario import Scenario

LOAD_IN_WORDS = (
    "Load is the work asked for, over the hours on duty less leave and sickness, and within contact limits. Where "
    "somebody looks after several patients at once, each takes a part of the time. The use that a run reports is "
    "another figure: time with any patient, over all hours on duty."
)

Means = dict[str, tuple[float, ...]]


@click.command(short_help="Check files and show the load of each pool.")
@scenarios_argument
@set_option
@json_option
def validate(scenarios: tuple[Path, ...], changes: tuple[str, ...], as_json: bool) -> None:
    """Check SCENARIOS and show the work that is asked of each pool against what it can give.

    Nothing is simulated: the load is computed from the files. All mistakes of all files are told at once.

    \b
    Example:
        clinicsim validate scenarios/weekly.yaml
    """
    from clinicsim.scenario import load_many

    loaded, warnings = load_many(scenarios, read_changes(changes), partial=True)
    loads = [_load_of(scenario) for scenario in loaded]
    for warning in warnings:
        note(str(warning))
    if as_json:
        checked = [_document(*found) for found in zip(scenarios, loaded, loads, strict=True)]
        document = {"scenarios": checked, "warnings": [str(warning) for warning in warnings]}
        print_json(document)
        return
    for place, found in enumerate(zip(scenarios, loaded, loads, strict=True)):
        if place:
            say("")
        _show(*found)


def _load_of(scenario: "Scenario") -> "OfferedLoad | None":
    """The offered load of a scenario that is complete. Raise ScenarioError where its retreats cannot be held."""
    from clinicsim.measures.offered_load import offered_load
    from clinicsim.measures.targets import check_targets
    from clinicsim.model.shortfalls import check_retreats

    if scenario.partial:
        return None
    check_targets(scenario)
    check_retreats(scenario)
    return offered_load(scenario)


def _means_after_the_cut(scenario: "Scenario") -> Means:
    """By address, the mean (or means, by patient) of each quantity with a lowest or highest value."""
    from clinicsim.model.sampling import means
    from clinicsim.scenario.doubts import cut_distributions

    return {
        ".".join(map(str, address)): tuple(sorted(set(means(found)))) for address, found in cut_distributions(scenario)
    }


def _show(path: Path, scenario: "Scenario", load: "OfferedLoad | None") -> None:
    say(f"{path}: {scenario.name}: no mistakes found.")
    if load is None:
        say("A base for other files: it leaves something open and cannot be run alone.")
        return
    _show_load(load)
    for address, means in _means_after_the_cut(scenario).items():
        figures = " or ".join(f"{mean:.4g}" for mean in means)
        unit = " minutes" if address.endswith(("takes", "every", "patience")) else ""
        say(f"The mean of {address} after the cut at its lowest and highest value is {figures}{unit}.")
    for warning in load.warnings:
        say(f"Warning: {warning}")


def _show_load(load: "OfferedLoad") -> None:
    from clinicsim.measures.offered_load import load_in_words

    if load.pools:
        columns = ["", "hours asked a week", "hours that can be given", "load"]
        rows = [[f"{p.name}{p.when}", f"{p.asked:.1f}", f"{p.offered:.1f}", load_in_words(p.load)] for p in load.pools]
        show_table("How busy everybody would be once the clinic is running (offered load)", columns, rows)
        say(LOAD_IN_WORDS)
    if load.bookings:
        columns = ["", "asked a week", "an empty week holds", "load", "what runs out first"]
        rows = [
            [found.visit, f"{found.asked:.1f}", _held(found), load_in_words(found.load), found.scarcest or "–"]
            for found in load.bookings
        ]
        show_table(f"Bookings of each visit type, were there no other, in the week of {load.week}", columns, rows)
    for sentence in load.sentences:
        say(sentence)


def _held(found: "Bookable") -> str:
    return str(found.holds) if found.counted_out else f"{found.holds} or more"


def _document(path: Path, scenario: "Scenario", load: "OfferedLoad | None") -> dict[str, Any]:
    document: dict[str, Any] = {"file": str(path), "scenario": scenario.name, "partial": scenario.partial}
    if load is not None:
        document["means_after_the_cut"] = {name: list(means) for name, means in _means_after_the_cut(scenario).items()}
        document["load"] = {
            "pools": [_with_load(pool) for pool in load.pools],
            "retreats": [_with_load(retreat) for retreat in load.retreats],
            "week": load.week.isoformat(),
            "bookings": [_with_load(found) for found in load.bookings],
            "maintenance": [_with_plain(asdict(level)) for level in load.maintenance],
            "starts": plain(load.starts),
            "saturation_forecast": load.saturation and _with_plain(asdict(load.saturation)),
            "scarcest": load.scarcest and load.scarcest.name,
            "sentences": list(load.sentences),
            "warnings": list(load.warnings),
        }
    return document


def _with_load(found: Any) -> dict[str, Any]:
    return _with_plain({**asdict(found), "load": found.load})


def _with_plain(entries: dict[str, Any]) -> dict[str, Any]:
    return {key: plain(value) for key, value in entries.items()}
