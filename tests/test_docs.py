"""What is written for people is true: every command and option explains itself, and the README's examples work."""

import re
import shlex
from pathlib import Path

import click
import pytest

from clinicsim.cli import main
from clinicsim.scenario import loads

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = sorted(main.commands)
IN_A_BLOCK = re.compile(r"(?:^|[\s/\\])clinicsim ([a-z]+[^&#\n]*)", re.MULTILINE)
IN_THE_TEXT = re.compile(r"`clinicsim ([a-z]+)")


def blocks(language: str) -> list[str]:
    """The fenced blocks of the README in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)


def test_there_are_the_promised_commands():
    assert COMMANDS == [
        "compare", "evidence", "explain", "fit", "ladder", "measures", "new", "run", "schema", "select", "sensitivity",
        "staff", "study", "sweep", "threshold", "trace", "uncertainty", "validate", "warmup",
    ]  # fmt: skip


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_says_what_it_does_and_shows_an_example(name):
    command = main.commands[name]
    assert re.search(rf"Example:\n +clinicsim {name}\b", command.help)
    assert command.short_help
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name
    example = re.search(r"Example:\n +clinicsim (.*)", command.help)[1]
    main.commands[name].make_context(name, shlex.split(example)[1:])


def test_commands_that_play_have_the_same_options():
    def options(name: str) -> dict[str, str]:
        return {o.opts[0]: o.help for o in main.commands[name].params if isinstance(o, click.Option)}

    names = ("replications", "seed", "workers", "cluster", "set", "out", "detail", "json")
    assert set(options("ladder")) == {f"--{name}" for name in names}
    until = {"--precision", "--measure", "--budget"}
    assert options("run") == options("compare")
    assert options("ladder") == {name: words for name, words in options("run").items() if name not in until}


def test_the_commands_in_the_readme_are_there():
    """Every command line is parsed as it stands, and the scenario files that it names exist."""
    lines = [line for block in blocks("sh") + blocks("bat") for line in IN_A_BLOCK.findall(block)]
    assert len(lines) >= 2
    for line in lines:
        words = shlex.split(line.replace("\\", "/"))
        context = main.commands[words[0]].make_context(words[0], words[1:])
        files = context.params.get("scenarios") or [context.params["scenario"]]
        assert all((ROOT / file).exists() for file in files), line
    mentioned = IN_THE_TEXT.findall(README)
    assert mentioned
    assert set(mentioned) <= set(COMMANDS)


def test_the_scenarios_in_the_readme_load():
    found = blocks("yaml")
    assert found
    for text in found:
        loads(text, name="readme.yaml", folder=ROOT / "scenarios")


def test_the_files_that_the_readme_names_are_there():
    links = [link for link in re.findall(r"\]\(([^)#]+)", README) if "://" not in link]
    links += re.findall(r"`((?:scenarios|docs|tests|clinicsim)/[\w./-]+)`", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_python_in_the_readme_uses_public_names():
    import clinicsim

    for text in blocks("python"):
        compile(text, "README.md", "exec")
        assert set(re.findall(r"\bclinicsim\.(\w+)", text)) <= set(clinicsim.__all__)
