"""`clinicsim new`: a commented starter scenario."""

from pathlib import Path

import click

from clinicsim.cli.options import write_text
from clinicsim.cli.terminal import note
from clinicsim.errors import UsageError

FORBIDDEN = '<>:"|?*'
"""What a file name may not hold on every system."""


@click.command(short_help="Write a commented scenario to start from.")
@click.argument("name")
def new(name: str) -> None:
    """Write NAME.yaml, a commented scenario to start from. An existing file is never overwritten.

    \b
    Example:
        clinicsim new my-clinic
    """
    from clinicsim.scenario.starter import starter

    path = Path(name if name.endswith((".yaml", ".yml")) else f"{name}.yaml")
    if (
        not name.strip(" ./\\")
        or name.endswith(("/", "\\"))
        or not name.isprintable()
        or set(path.name) & set(FORBIDDEN)
    ):
        raise UsageError(f"'{name}' is no name for a file; use letters, digits and hyphens")
    write_text(path, starter(path), replace=False)
    note(f"Written: {path}. Next: clinicsim validate {_as_typed(path)}")


def _as_typed(path: Path) -> str:
    return f'"{path}"' if " " in str(path) else str(path)
