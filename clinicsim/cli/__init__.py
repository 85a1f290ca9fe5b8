"""The commands: one file a command, and this one, which lists them.

A command reads its options, calls one function of a lower floor and prints what comes back. It decides nothing, and
imports what it needs inside its function, so that `clinicsim --help` answers at once.
"""

import click

from clinicsim import __version__
from clinicsim.cli.compare import compare
from clinicsim.cli.evidence import evidence
from clinicsim.cli.explain import explain
from clinicsim.cli.fit import fit
from clinicsim.cli.ladder import ladder
from clinicsim.cli.measures import measures
from clinicsim.cli.new import new
from clinicsim.cli.program import Program
from clinicsim.cli.run import run
from clinicsim.cli.schema import schema
from clinicsim.cli.select import select
from clinicsim.cli.sensitivity import sensitivity
from clinicsim.cli.staff import staff
from clinicsim.cli.study import study
from clinicsim.cli.sweep import sweep
from clinicsim.cli.threshold import threshold
from clinicsim.cli.trace import trace
from clinicsim.cli.uncertainty import uncertainty
from clinicsim.cli.validate import validate
from clinicsim.cli.warmup import warmup


@click.group(cls=Program, context_settings={"auto_envvar_prefix": "CLINICSIM", "help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="clinicsim")
def main() -> None:
    """Simulate a ketamine-assisted psychotherapy clinic and compare ways to run it.

    \b
    Start with:
        clinicsim compare scenarios/weekly.yaml scenarios/retreat.yaml
    """


for _command in (
    run,
    compare,
    sweep,
    threshold,
    staff,
    select,
    sensitivity,
    study,
    ladder,
    uncertainty,
    warmup,
    validate,
    explain,
    evidence,
    trace,
    fit,
    new,
    measures,
    schema,
):
    main.add_command(_command)
