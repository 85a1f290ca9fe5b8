"""What a person sees on a terminal: tables, progress, notes."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table


def note(text: str) -> None:
    """Print a sentence beside the output proper."""
    Console(stderr=True, soft_wrap=True).print(escape(text), highlight=False)


def say(text: str) -> None:
    """Print a sentence as part of the output."""
    Console(soft_wrap=True).print(escape(text), highlight=False)


def show_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], left: int = 1) -> None:
    """Print a table; the first `left` columns are text, the others figures."""
    table = Table(title=escape(title), title_justify="left", title_style="bold", show_edge=False, pad_edge=False)
    for place, column in enumerate(columns):
        table.add_column(escape(column), justify="left" if place < left else "right", overflow="fold")
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    console = Console()
    width = console.width if console.is_terminal else max(console.width, 160)
    Console(width=width).print(table)


@contextmanager
def progress(words: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on a terminal, and nothing elsewhere; give the function that moves it."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(words)

        def move(done: int, of: int) -> None:
            bar.update(task, completed=done, total=of)

        yield move
