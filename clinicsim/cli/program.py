"""The program as a whole: how errors and interruptions become a sentence and an exit status.

0 done, or what was printed is no longer read (`| head`); 1 something failed (a breach of the audit, a full disk); 2 the
input is at fault; 3 finished, but some work had to be given up; 130 interrupted.
"""

import os
import sys
from collections.abc import Callable
from typing import Any

import click

from clinicsim.errors import ClinicsimError, GaveUp, ScenarioError, UsageError

FAILED, AT_FAULT, GIVEN_UP, INTERRUPTED = 1, 2, 3, 130


class Program(click.Group):
    """A group of commands that ends with a sentence and a status, never with a traceback for what a user can cause."""

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run a command and leave with its exit status."""
        if not extra.pop("standalone_mode", True):
            return self._play(args, extra)
        if "NO_COLOR" in os.environ:
            extra.setdefault("color", False)
        _print_any_letter()
        sys.exit(self._status(args, extra))

    def _play(self, args: tuple[Any, ...], extra: dict[str, Any]) -> Any:
        play: Callable[..., Any] = super().main
        return play(*args, standalone_mode=False, **extra)

    def _status(self, args: tuple[Any, ...], extra: dict[str, Any]) -> int:
        try:
            result = self._play(args, extra)
            sys.stdout.flush()
        except click.ClickException as error:
            error.show()
            return error.exit_code
        except (KeyboardInterrupt, click.Abort):
            click.echo("Interrupted; no output was written.", err=True)
            return INTERRUPTED
        except ClinicsimError as error:
            _tell(error)
            return _status_of(error)
        except BrokenPipeError:
            _close_quietly()
            return 0
        except OSError as error:
            _close_quietly()
            click.echo(f"Error: {_sentence(error)}", err=True)
            return FAILED
        return result if isinstance(result, int) else 0


def _sentence(error: OSError) -> str:
    """What the operating system refused, and of which file; of none where the output itself could not be printed."""
    reason = (error.strerror or str(error)).lower()
    return f"{error.filename}: {reason}" if error.filename else f"the output cannot be printed: {reason}"


def _tell(error: ClinicsimError) -> None:
    click.echo(str(error) if isinstance(error, ScenarioError) else f"Error: {error}", err=True)
    for note in getattr(error, "__notes__", ()):
        click.echo(f"  {note}", err=True)


def _status_of(error: ClinicsimError) -> int:
    if isinstance(error, ScenarioError | UsageError):
        return AT_FAULT
    return GIVEN_UP if isinstance(error, GaveUp) else FAILED


def _print_any_letter() -> None:
    """Let a console with an old character set show what it can instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def _close_quietly() -> None:
    """Keep the interpreter from complaining when it flushes at the end what could not be printed."""
    sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - it stays open to the end
