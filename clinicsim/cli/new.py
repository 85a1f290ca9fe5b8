"""`clinicsim new`: a commented starter scenario."""

from pathlib import Path

import click

from clinicsim.cli.terminal import note
from clinicsim.errors import OutputError, UsageError


@click.command()
@click.argument("name")
def new(name: str) -> None:
    """Write NAME.yaml, a commented scenario to start from. An existing file is never overwritten.

    \b
    Example:
        clinicsim new my-clinic
    """
    from clinicsim.scenario.starter import starter

    path = Path(name if name.endswith((".yaml", ".yml")) else f"{name}.yaml")
    if not path.stem.strip(".") or not path.stem.isprintable():
        raise UsageError(f"'{name}' is no name for a file")
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(starter(path))
    except FileExistsError:
        raise UsageError(f"{path} exists already; choose another name") from None
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}") from None
    note(f"Written: {path}. Next: clinicsim validate {path}")
