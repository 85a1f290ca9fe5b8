"""The commands: one file a command, and this one, which lists them.

A command reads its options, calls one function of a lower floor and prints what comes back. It decides nothing, and
imports what it needs inside its function, so that `clinicsim --help` answers at once.
"""

import click

from clinicsim import __version__


@click.group(context_settings={"auto_envvar_prefix": "CLINICSIM", "help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="clinicsim")
def main() -> None:
    """Simulate a ketamine-assisted psychotherapy clinic and compare ways to run it."""
