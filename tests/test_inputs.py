"""The page of deliberate mistakes: every way to go wrong in a file, and the exact words that help.

Each `NAME.yaml` in `tests/broken` has one mistake (or two that are told at once), and `NAME.txt` what is said about it.
"""

from pathlib import Path

import pytest

from clinicsim.errors import ScenarioError
from clinicsim.scenario import load, load_with_warnings

BROKEN = Path(__file__).parent / "broken"
EXAMPLES = Path(__file__).parent / "examples"
PARTIAL = {"clinic", "sceptical"}


def names(folder: Path) -> list[str]:
    return sorted(path.stem for path in folder.glob("*.yaml"))


@pytest.mark.parametrize("name", names(BROKEN))
def test_every_mistake_has_its_words(name: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(BROKEN)
    with pytest.raises(ScenarioError) as error:
        load(f"{name}.yaml")
    assert f"{error.value}\n" == (BROKEN / f"{name}.txt").read_text(encoding="utf-8")


def test_the_page_is_complete():
    assert len(names(BROKEN)) >= 40
    assert {path.stem for path in BROKEN.glob("*.txt")} == set(names(BROKEN))


@pytest.mark.parametrize("name", names(EXAMPLES))
def test_every_example_loads(name: str):
    scenario, _ = load_with_warnings(EXAMPLES / f"{name}.yaml", partial=True)
    assert scenario.partial == (name in PARTIAL)


@pytest.mark.parametrize("name", names(EXAMPLES))
def test_every_example_can_be_run_unless_it_is_a_base(name: str):
    if name in PARTIAL:
        with pytest.raises(ScenarioError, match="not complete"):
            load(EXAMPLES / f"{name}.yaml")
    else:
        assert load(EXAMPLES / f"{name}.yaml").name


def test_a_missing_file_offers_the_nearest_name(tmp_path: Path):
    (tmp_path / "weekly.yaml").write_text("")
    with pytest.raises(ScenarioError, match=r"wekly\.yaml:1:1: there is no such file; did you mean 'weekly\.yaml'\?"):
        load(tmp_path / "wekly.yaml")


def test_a_folder_is_no_scenario(tmp_path: Path):
    with pytest.raises(ScenarioError, match="this is a folder"):
        load(tmp_path)


def test_a_file_of_a_megabyte_is_refused(tmp_path: Path):
    (tmp_path / "long.yaml").write_text("# " + "x" * 1_000_000)
    with pytest.raises(ScenarioError, match="at most 1,000,000"):
        load(tmp_path / "long.yaml")


def test_eleven_files_on_each_other_are_too_many(tmp_path: Path):
    for level in range(12):
        below = f"extends: {level + 1}.yaml\n" if level < 11 else ""
        (tmp_path / f"{level}.yaml").write_text(f"clinicsim: 1\n{below}")
    with pytest.raises(ScenarioError, match="more than 10 files build on each other"):
        load(tmp_path / "0.yaml")
