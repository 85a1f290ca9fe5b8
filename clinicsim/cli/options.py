"""Options that several commands share, so that they read the same everywhere."""

from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from clinicsim.cli.terminal import note
from clinicsim.errors import OutputError, UsageError

if TYPE_CHECKING:
    from clinicsim.experiment import Sought
    from clinicsim.scenario import Scenario

Command = Callable[..., Any]
LONGEST_NAME = 100
"""Letters in the name of an output folder that is made from those of scenario files."""

scenario_argument = click.argument("scenario", type=click.Path(path_type=Path))
scenarios_argument = click.argument("scenarios", type=click.Path(path_type=Path), nargs=-1, required=True)
set_option = click.option(
    "--set",
    "changes",
    multiple=True,
    metavar="ADDRESS=VALUE",
    help="Change one parameter, as that line in a scenario file would, wherever it is there; may be repeated. "
    "For example --set staff.nurse.count=2.",
)
replications_option = click.option(
    "--replications",
    type=click.IntRange(min=1),
    default=30,
    show_default=True,
    help="How many times each scenario is played.",
)
seed_option = click.option(
    "--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Another seed gives other random numbers."
)
workers_option = click.option(
    "--workers",
    type=click.IntRange(min=1),
    help="Processes that work side by side; all cores when left out. Changes no result.",
)
cluster_option = click.option(
    "--cluster",
    metavar="ADDRESS",
    help="Play on a Dask cluster: the address of its scheduler, as tcp://10.0.0.1:8786. Changes no result.",
)
out_option = click.option(
    "--out", type=click.Path(path_type=Path), help="The folder to write; under outputs/ when left out."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print the same for machines, as one JSON document.")


class Share(click.ParamType[float]):
    """A share, such as `5%`."""

    name = "share"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The share as a number."""
        text = str(value).strip()
        try:
            return float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
        except ValueError:
            self.fail(f"'{value}' is not a share, such as 5%", param, ctx)


precision_option = click.option(
    "--precision",
    type=Share(),
    metavar="SHARE",
    help="Play until half of every interval is at most this share of its figure, such as 5%, in place of a number of "
    "replications.",
)
measure_option = click.option(
    "--measure", "measures", multiple=True, help="A measure for --precision; the headline ones when left out."
)
budget_option = click.option(
    "--budget", type=click.IntRange(min=1), help="The most replications that --precision may take; 400 when left out."
)
detail_option = click.option(
    "--detail", is_flag=True, help="Write the patients, visits and days of every replication too; can be large."
)


COMMON = (seed_option, workers_option, cluster_option, set_option, out_option, json_option)
"""The options of every command that plays scenarios, in the order of its help."""


class Common(NamedTuple):
    """What the options say that every command has that plays scenarios."""

    seed: int
    workers: int | None
    cluster: str | None
    changes: tuple[str, ...]
    out: Path | None
    as_json: bool


def with_options(command: Command, *options: Callable[[Command], Command]) -> Command:
    """Add options to a command, in the order of its help."""
    for option in reversed(options):
        command = option(command)
    return command


def common_options(command: Command) -> Command:
    """Add the options of every command that plays scenarios; it is given them together, as `common`."""

    @wraps(command)
    def gathered(**options: Any) -> Any:
        return command(common=Common(*(options.pop(name) for name in Common._fields)), **options)

    return with_options(gathered, *COMMON)


def precision_options(command: Command) -> Command:
    """Add the options of commands that can play until their figures are precise; what they ask for is `asked`."""

    @wraps(command)
    def gathered(precision: float | None, measures: tuple[str, ...], budget: int | None, **options: Any) -> Any:
        return command(asked=sought(precision, measures, budget), **options)

    return with_options(gathered, precision_option, measure_option, budget_option)


def sought(precision: float | None, measures: tuple[str, ...], budget: int | None) -> "Sought | None":
    """The precision asked for, if one is. Raise UsageError where the options say different things."""
    from clinicsim.experiment import DEFAULT_BUDGET, Sought

    if precision is None:
        if measures or budget is not None:
            raise UsageError(f"{'--measure' if measures else '--budget'} says more about --precision, which is missing")
        return None
    source = click.get_current_context().get_parameter_source("replications")
    if source is click.core.ParameterSource.COMMANDLINE:
        raise UsageError("--precision and --replications exclude each other; --budget says how many there may be")
    return Sought(precision, measures, DEFAULT_BUDGET if budget is None else budget)


def read_changes(written: Sequence[str]) -> dict[str, str]:
    """Take `ADDRESS=VALUE` texts apart. Raise UsageError for one of another form, or an address given twice."""
    changes: dict[str, str] = {}
    for text in written:
        address, sign, value = text.partition("=")
        if not sign or not address.strip() or not value.strip():
            raise UsageError(f"--set takes ADDRESS=VALUE, such as staff.nurse.count=2, not '{text}'")
        if address.strip() in changes:
            raise UsageError(f"--set {address.strip()} is given twice")
        changes[address.strip()] = value.strip()
    return changes


def load_all(paths: Sequence[Path], written: Sequence[str]) -> list["Scenario"]:
    """Load scenarios that are played together, with the changes of `--set`, and tell what is doubtful about them.

    That is what is legal but surely not meant, and work that cannot be done in the time there is. Raise ScenarioError
    with the problems of all of them at once.
    """
    from clinicsim.measures.offered_load import offered_load
    from clinicsim.scenario import check_comparable, load_many

    scenarios, warnings = load_many(paths, read_changes(written))
    for doubt in warnings:
        note(str(doubt))
    check_comparable(scenarios)
    for scenario in scenarios:
        for warning in offered_load(scenario).warnings:
            note(f"warning: {scenario.name}: {warning}")
    return scenarios


def out_folder(out: Path | None, paths: Sequence[Path], called: str = "{}") -> Path:
    """The folder to write: as asked, else under `outputs/`, `called` after the scenario files."""
    if out is not None:
        return out
    name = "-vs-".join(path.stem for path in paths)
    if len(name) > LONGEST_NAME:
        name = f"{paths[0].stem[:40]}-vs-{len(paths) - 1}-more"
    return Path("outputs") / called.format(name)


def write_text(path: Path, text: str, replace: bool = True) -> None:
    """Write a text file. Raise UsageError where one stands there that is not to be replaced, else OutputError."""
    try:
        with path.open("w" if replace else "x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError(f"{path} exists already; choose another name") from None
    except FileNotFoundError:
        raise OutputError(f"{path} cannot be written: there is no folder {path.parent}; make it first") from None
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {(error.strerror or str(error)).lower()}") from None
