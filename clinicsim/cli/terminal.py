"""What a person sees on a terminal: sentences, tables, progress, notes.

Everything here prints any text as it is: no markup is read in it, and a sign stands for what cannot be printed. On a
terminal a table is as wide as the terminal at most; elsewhere as wide as it needs to be.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich import console as rich_console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from clinicsim.cli.foretelling import Foretelling

UNPRINTABLE = "\N{REPLACEMENT CHARACTER}"
WIDEST = 100_000
"""Columns of a console on which every table has the room that it needs."""


class Console(rich_console.Console):
    """A console that lets the program know when nobody reads what it prints any more."""

    def on_broken_pipe(self) -> None:
        """Go on with the BrokenPipeError that has just been caught."""
        raise BrokenPipeError


def note(text: str) -> None:
    """Print a sentence beside the output proper."""
    Console(stderr=True, soft_wrap=True).print(_as_it_is(text))


def say(text: str, bold: bool = False) -> None:
    """Print a sentence as part of the output."""
    Console(soft_wrap=True).print(_as_it_is(text, "bold" if bold else ""))


def say_in_paragraph(text: str, indent: int = 4) -> None:
    """Print a text wrapped to the width of the terminal, every line of it indented."""
    console = Console()
    for line in _as_it_is(text).wrap(console, max(20, console.width - indent)):
        line.rstrip()
        console.print(Text(" " * indent) + line, soft_wrap=True)


def show_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], left: int = 1) -> None:
    """Print a table; the first `left` columns are text, the others figures."""
    _print(title, _table(columns, rows, left))


def show_figures(title: str, names: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print figures, each row led by what it is: a column for each name, or a line where the terminal is too narrow."""
    table = _table(["", *names], rows, left=1)
    console = Console()
    if console.is_terminal and _natural_width(table) > console.width and len(names) > 1:
        lines = [
            [row[0] if place == 0 else "", name, row[place + 1]] for row in rows for place, name in enumerate(names)
        ]
        table = _table(["", "", ""], lines, left=2)
    _print(title, table)


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]], left: int) -> Table:
    table = Table(show_edge=False, pad_edge=False, show_header=any(columns))
    for place, column in enumerate(columns):
        table.add_column(_as_it_is(column), justify="left" if place < left else "right", overflow="fold")
    for row in rows:
        table.add_row(*(_as_it_is(cell) for cell in row))
    return table


def _print(title: str, table: Table) -> None:
    say(title, bold=True)
    console = Console()
    if console.is_terminal:
        console.print(table)
        return
    wide = Console(width=max(console.width, _natural_width(table)))
    with wide.capture() as printed:
        wide.print(table)
    say("\n".join(line.rstrip() for line in printed.get().rstrip("\n").split("\n")))


def _natural_width(table: Table) -> int:
    return Console(width=WIDEST).measure(table).maximum


def _as_it_is(text: str, style: str = "") -> Text:
    shown = "".join(letter if letter.isprintable() or letter == "\n" else UNPRINTABLE for letter in text)
    return Text(shown, style=style)


@contextmanager
def progress(words: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on a terminal, and nothing elsewhere; give the function that moves it.

    After the first runs a sentence says how long the whole will take, where it will take long.
    """
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(words, total=None)
        foretelling = Foretelling(words, lambda text: console.print(_as_it_is(text), soft_wrap=True))

        def move(done: int, of: int) -> None:
            bar.update(task, completed=done, total=of)
            foretelling.hear(done, of)

        yield move


@contextmanager
def waiting(words: str) -> Iterator[None]:
    """Say on a terminal, and nowhere else, what is being done for as long as it takes."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield
        return
    with console.status(_as_it_is(words)):
        yield
