"""The measurements, each a function that gives lines of the table: what, how much, beside what, and the target."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from .measuring import clock, cpu, job, process, rounds

YEAR = 365.25
SHIPPED = "scenarios/weekly.yaml"


@dataclass(frozen=True)
class Line:
    """One line of the table."""

    what: str
    figure: str
    target: str = ""


@dataclass(frozen=True)
class Size:
    """How large the workloads are: `share` of their full length, and how often each is timed."""

    share: float = 1.0
    rounds: int = 3

    def days(self, years: float) -> float:
        """Days of so many years at this size, at least a month."""
        return max(30.0, round(years * YEAR * self.share))

    def count(self, full: int) -> int:
        """So many at this size, at least two."""
        return max(2, round(full * self.share))


def reentrant(size: Size) -> Iterator[Line]:
    """W2: ten years of the re-entrant clinic, once; whole programs in processes of their own."""
    days = size.days(10)
    with tempfile.TemporaryDirectory() as folder:
        textbook, ours = rounds(
            size.rounds,
            partial(job, "textbook", days=days, replications=1, folder=folder),
            partial(job, "one_run", days=days),
        )
    visits = ours[0].found["visits"]
    yield Line(f"W2, {days / YEAR:.3g} years, textbook SimPy", f"{cpu(textbook):.2f} s")
    yield Line("W2, the scenario file: load, play, audit, measure", f"{cpu(ours):.2f} s")
    yield Line("W2, times faster than the textbook", f"{cpu(textbook) / cpu(ours):.2f}", "3 (5)")
    yield Line("W2, ours, for each visit", f"{cpu(ours) / visits * 1e6:.0f} us")


def replications(size: Size) -> Iterator[Line]:
    """W3: fifty replications of a year, in one process, with tables; and as the command, with charts and report."""
    days, count = size.days(1), size.count(50)
    with tempfile.TemporaryDirectory() as folder:
        tables = Path(folder) / "tables"
        command = ("-m", "clinicsim", "run", str(Path(__file__).parent / "reentrant.yaml"), "--workers", "1")
        command += ("--set", f"length={days:g} days", "--replications", str(count), "--json")
        textbook, ours, whole = rounds(
            size.rounds,
            partial(job, "textbook", days=days, replications=count, folder=str(tables)),
            partial(job, "many_runs", days=days, replications=count, folder=str(tables)),
            partial(process, *command, "--out", str(Path(folder) / "report")),
        )
    yield Line(f"W3, {count} replications of {days:g} days, textbook SimPy", f"{cpu(textbook):.2f} s")
    yield Line("W3, replications and tables", f"{cpu(ours):.2f} s")
    yield Line("W3, times faster than the textbook", f"{cpu(textbook) / cpu(ours):.2f}", "3 (5)")
    yield Line("W3, as `clinicsim run`, charts and report written", f"{cpu(whole):.2f} s")
    yield Line("W3, `clinicsim run`, times faster than the textbook", f"{cpu(textbook) / cpu(whole):.2f}", "3 (5)")


def visit(size: Size) -> Iterator[Line]:
    """The full clinic, by the visit."""
    (runs,) = rounds(size.rounds, partial(job, "full_clinic", changes={"length": f"{size.days(3):g} days"}))
    best = min((run.found for run in runs), key=lambda found: found["simulate"] + found["measure"])
    each = 1e6 / best["visits"]
    yield Line(f"full clinic, {best['visits']} visits, simulated, for each", f"{best['simulate'] * each:.0f} us")
    yield Line("full clinic, audited and measured, for each visit", f"{best['measure'] * each:.0f} us")
    total = (best["simulate"] + best["measure"]) * each
    yield Line("full clinic, all included, for each visit", f"{total:.0f} us", "80 (40) us")


def volume(size: Size) -> Iterator[Line]:
    """Cost for each visit as the clinic grows: inquiries, people and rooms tenfold and a hundredfold."""
    yield from _growth("volume", {k: job("full_clinic", changes={"length": f"{size.days(0.5):g} days"}, volume=k)
                                  for k in (1, 10, 100) if k * size.share >= 0.01 or k == 1})  # fmt: skip


def horizon(size: Size) -> Iterator[Line]:
    """Cost for each visit as the run grows longer."""
    runs = {k: job("full_clinic", changes={"length": f"{size.days(1) * k:g} days"}) for k in (1, 3, 10)}
    yield from _growth("horizon", runs)


def _growth(what: str, runs: dict) -> Iterator[Line]:
    costs = {}
    for times, run in runs.items():
        found = run.found
        costs[times] = (found["simulate"] + found["measure"]) / max(1, found["visits"])
        yield Line(f"{what} {times}x: {found['visits']} visits, for each", f"{costs[times] * 1e6:.0f} us")
    for times in costs:
        if times * 10 in costs:
            ratio = costs[times * 10] / costs[times] * 10
            yield Line(f"{what} from {times}x to {times * 10}x, cost grows", f"{ratio:.1f} times", "11 (10)")


def memory(size: Size) -> Iterator[Line]:
    """The most memory that one replication takes, over that of the program itself."""
    base = job("loaded", changes={})
    yield Line("memory, program loaded", f"{base.memory:.0f} MB")
    for years in (1, 3, 10):
        length = {"length": f"{size.days(years):g} days"}
        run = job("one_full_run", changes=length)
        months = size.days(years) / YEAR * 12
        visits = run.found["visits a month"] * months
        more = run.memory - base.memory
        yield Line(f"memory, {visits:.0f} visits without detail, more", f"{more:.0f} MB", "150 MB at 100,000 visits")
    if "--detail" not in process("-m", "clinicsim", "run", "--help").said:
        return
    with tempfile.TemporaryDirectory() as folder:
        command = ("-m", "clinicsim", "run", SHIPPED, "--workers", "1", "--replications", "1", "--json")
        command += ("--set", f"length={size.days(3):g} days", "--out", str(Path(folder) / "out"))
        plain = process(*command)
    with tempfile.TemporaryDirectory() as folder:
        detail = process(*command[:-1], str(Path(folder) / "out"), "--detail")
    yield Line("memory, `clinicsim run` of one replication", f"{plain.memory:.0f} MB")
    yield Line("memory, the same with --detail", f"{detail.memory:.0f} MB")


def start(size: Size) -> Iterator[Line]:
    """How long it takes until something is there to read."""
    helped, validated = rounds(
        size.rounds,
        partial(process, "-m", "clinicsim", "--help"),
        partial(process, "-m", "clinicsim", "validate", str(Path(__file__).parents[2] / SHIPPED)),
    )
    yield Line("`clinicsim --help`", f"{clock(helped):.2f} s", "0.5 (0.25) s")
    yield Line("`clinicsim validate` of a shipped file", f"{clock(validated):.2f} s", "1 (0.6) s")


def pairs(size: Size) -> Iterator[Line]:
    """What common random numbers save."""
    run = job("pairs", replications=size.count(30), length=f"{size.days(1):g} days")
    ratio = f"{run.found['ratio']:.1f}"
    yield Line("replications for a difference, independent over paired", ratio, "10 (30)")


def parallel(size: Size) -> Iterator[Line]:
    """One process against two, by the clock: of use only where nothing else runs."""
    command = ("-m", "clinicsim", "run", str(Path(__file__).parents[2] / SHIPPED), "--json")
    command += ("--set", f"length={size.days(3):g} days", "--replications", str(size.count(60)))
    with tempfile.TemporaryDirectory() as folder:
        one, two = rounds(
            1,
            *(partial(process, *command, "--workers", str(n), "--out", str(Path(folder) / f"{n}")) for n in (1, 2)),
        )
    yield Line("a study in one process", f"{clock(one):.1f} s")
    yield Line("efficiency of two processes", f"{clock(one) / clock(two) / 2:.2f}", "0.9 (0.95)")


def readme(size: Size) -> Iterator[Line]:
    """The comparison of the README."""
    root = Path(__file__).parents[2] / "scenarios"
    command = ("-m", "clinicsim", "compare", str(root / "weekly.yaml"), str(root / "retreat.yaml"), "--json")
    command += ("--replications", str(size.count(30)), "--set", f"length={size.days(3):g} days")
    with tempfile.TemporaryDirectory() as folder:
        run = process(*command, "--out", str(Path(folder) / "out"))
    yield Line("two scenarios compared as in the README, by the clock", f"{run.clock:.1f} s", "30 (10) s")


GROUPS = {
    group.__name__: group
    for group in (reentrant, replications, visit, volume, horizon, memory, start, pairs, parallel, readme)
}
