"""`clinicsim sweep`: many plans at once."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clinicsim.cli.answer import given_up, print_json, records, say_changes
from clinicsim.cli.keeping import Facts, kept_in_study
from clinicsim.cli.options import (
    cluster_option,
    json_option,
    out_option,
    read_changes,
    replications_option,
    scenarios_argument,
    seed_option,
    set_option,
    workers_option,
)
from clinicsim.cli.program import INTERRUPTED
from clinicsim.cli.terminal import note, progress, say, show_table, waiting
from clinicsim.errors import UsageError

if TYPE_CHECKING:
    from clinicsim.experiment import Store, Sweep
    from clinicsim.experiment.design import Factor, Point
    from clinicsim.experiment.sweeps import Plan
    from clinicsim.measures import Measure

OF_THE_PLANS = ("scenarios", "vary", "list_file", "design", "points", "seed", "changes")
"""The options from which the plans follow, with the files that they name."""
MOST_ROWS = 40
"""Plans that are printed; the folder has all."""


@click.command(short_help="Play a scenario at many values of its parameters.")
@scenarios_argument
@click.option(
    "--vary",
    multiple=True,
    metavar="ADDRESS=VALUES",
    help="What to vary: a range 2:8, 10%:50%:10% with a step, or values with commas between. May be repeated.",
)
@click.option(
    "--list",
    "list_file",
    type=click.Path(path_type=Path),
    help="A file of points in place of --vary: CSV headed by addresses, or YAML, a list of {address: value}.",
)
@click.option(
    "--design",
    type=click.Choice(["grid", "latin", "sobol"]),
    default="grid",
    show_default=True,
    help="All combinations, or --points spread over the ranges by a Latin hypercube or a Sobol sequence.",
)
@click.option("--points", type=click.IntRange(min=1), help="The number of points of --design latin or sobol.")
@click.option(
    "--measure", "measures", multiple=True, help="A measure to print and draw; the headline ones when left out."
)
@replications_option
@seed_option
@workers_option
@cluster_option
@set_option
@out_option
@json_option
def sweep(**options: Any) -> int:
    """Send the same patients through SCENARIOS at every point of a design.

    What is finished is kept in a study's file at once: the same command again, or clinicsim study resume, goes on from
    there, and plays nothing twice. Tables and charts go to a folder under outputs/.

    \b
    Example:
        clinicsim sweep scenarios/weekly.yaml --vary staff.therapist.count=2:8 --replications 20
    """
    from clinicsim.experiment import plans_of, workers_ready
    from clinicsim.experiment import sweep as play
    from clinicsim.report import known_measures, write_sweep

    files, seed, replications = options["scenarios"], options["seed"], options["replications"]
    factors, points = _design(options)
    changes = read_changes(options["changes"])
    plans = plans_of(files, points, changes, replications, seed)
    measures = _measures(options["measures"], known_measures(plans))
    folder = options["out"] or Path("outputs") / f"sweep-{files[0].stem}"
    with kept_in_study(folder, lambda store, command: _begin(store, command, plans)) as store:
        study = store.path
        try:
            with (
                workers_ready(replications * len(plans), options["workers"], options["cluster"]) as ready,
                progress("Playing") as on_progress,
            ):
                found = play(plans, factors, store, replications, seed, options["workers"], on_progress, ready)
        except KeyboardInterrupt:
            _tell_how_to_go_on(store, plans, seed, replications)
            return INTERRUPTED
        if not store.keeps_events(1_000_000):
            note(f"{study} has no more room for events: where prices change, some replications will be played again.")
    with waiting("Drawing the charts"):
        remark = write_sweep(found, folder, changes, measures)
    return _tell(found, folder, study, changes, measures, options["as_json"], remark)


def _design(options: Mapping[str, Any]) -> "tuple[list[Factor], list[Point]]":
    """What is varied, and the points: those of a list, or of a design over --vary."""
    from clinicsim.experiment import factors_of, points_of, read_factors, read_points

    if bool(options["vary"]) == (options["list_file"] is not None):
        raise UsageError("a sweep needs either --vary or --list")
    if options["list_file"] is not None:
        points = read_points(options["list_file"])
        return factors_of(points), points
    factors = read_factors(options["vary"])
    return factors, points_of(factors, options["design"], options["points"], options["seed"])


def _begin(store: "Store", command: Facts, plans: Sequence["Plan"]) -> None:
    """Note in the study's file what it is; say what in it was made of files edited since."""
    facts = {**command, "plans": [plan.scenario.content_id for plan in plans]}
    _tell_of_edits(plans, facts, {key: store.told(key) for key in facts})
    store.tell(facts)


def _tell_how_to_go_on(store: "Store", plans: Sequence["Plan"], seed: int, replications: int) -> None:
    wanted = set(range(1, replications + 1))
    kept = sum(len(store.replications_of(plan.scenario, seed) & wanted) for plan in plans)
    note(
        f"Interrupted; {kept} of {replications * len(plans)} replications are kept in {store.path}. "
        f"Go on with: clinicsim study resume {store.path}"
    )


def _tell(
    found: "Sweep",
    folder: Path,
    study: Path,
    changes: Mapping[str, str],
    measures: list[str],
    as_json: bool,
    remark: str,
) -> int:
    from clinicsim.report import sweep_sentences

    if as_json:
        print_json(_document(found, folder, study, changes, measures))
    else:
        say_changes(changes)
        for sentence in sweep_sentences(found, measures):
            say(f"* {sentence}")
        say("")
        _print(found, measures)
        say(f"\nReport: {folder / 'report.html'}\nStudy: {study}")
    if remark:
        note(remark)
    return given_up(found.lost)


def _measures(asked: Sequence[str], known: Mapping[str, "Measure"]) -> list[str]:
    """The measures asked for, else the headline ones. Raise UsageError for one that is not there."""
    for name in asked:
        if name not in known:
            raise UsageError(f"there is no measure called '{name}'; `clinicsim measures` lists them")
    return list(asked) or [name for name, measure in known.items() if measure.headline]


def _tell_of_edits(plans: Sequence["Plan"], now: Mapping[str, Any], before: Mapping[str, Any]) -> None:
    """Say where the same study is gone on with, and its files are not what they were when it was last played."""
    if not before["options"] or before["plans"] == now["plans"]:
        return
    if any(before["options"].get(name) != now["options"][name] for name in OF_THE_PLANS):
        return
    if len(before["plans"]) != len(now["plans"]):
        note("The list of points has been edited since this study was last played; what is new in it is played.")
        return
    pairs = zip(plans, before["plans"], strict=True)
    edited = [plan for plan, content in pairs if plan.scenario.content_id != content]
    names = ", ".join(dict.fromkeys(f"“{plan.label}”" for plan in edited))
    note(
        f"Edited since this study was last played: {names}. {len(edited)} of {len(plans)} plans are not what they "
        "were and are worked out again; what was found before stays in the study's file."
    )


def _document(
    found: "Sweep", folder: Path, study: Path, changes: Mapping[str, str], measures: list[str]
) -> dict[str, Any]:
    from clinicsim.report import sweep_sentences

    return {
        "scenarios": list(dict.fromkeys(plan.label for plan in found.plans)),
        "seed": found.seed,
        "replications": found.replications,
        "given_up": list(found.lost),
        "changes": dict(changes),
        "out": str(folder),
        "study": str(study),
        "answer": sweep_sentences(found, measures),
        "varied": [factor.address for factor in found.factors],
        "design": records(found.design),
        "measures": records(found.estimates),
    }


def _print(found: "Sweep", measures: list[str]) -> None:
    """A row for each plan, a column for each of the first few measures."""
    from clinicsim.experiment import say_point, say_value

    shown = list(measures)[:4]
    told = found.estimates[found.estimates["measure"].isin(shown)]
    columns = (told[name] for name in ("point", "scenario", "measure", "mean", "unit"))
    texts = {
        (point, label, measure): say_value(mean, unit)
        for point, label, measure, mean, unit in zip(*columns, strict=True)
    }
    rows = [
        [say_point(plan.changes), plan.label, *(texts.get((plan.point, plan.label, name), "–") for name in shown)]
        for plan in found.plans[:MOST_ROWS]
    ]
    show_table(
        f"{len(found.plans)} plans, {found.replications} replications each", ["plan", "scenario", *shown], rows, 2
    )
    if len(found.plans) > MOST_ROWS:
        say(f"... and {len(found.plans) - MOST_ROWS} more plans; results.csv has all.")
