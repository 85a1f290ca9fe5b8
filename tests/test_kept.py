"""What is kept in the user's cache folder: made once, made anew when it is damaged, and never in the way."""

import sys

import pytest

from clinicsim.report.kept import cache_folder, kept

VARIABLE = {"win32": "LOCALAPPDATA", "darwin": "HOME"}.get(sys.platform, "XDG_CACHE_HOME")


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv(VARIABLE, str(tmp_path / "cache"))


def refuse():
    raise AssertionError("made again")


def test_a_text_is_made_once():
    assert kept("one.js", lambda: "let é = 1;\r\n") == "let é = 1;\r\n"
    assert kept("one.js", refuse) == "let é = 1;\r\n"
    assert kept("two.js", lambda: "another") == "another"


def test_a_damaged_text_is_made_anew():
    kept("one.js", lambda: "let whole = true;")
    path = cache_folder() / "one.js"
    path.write_bytes(path.read_bytes()[:-3])
    assert kept("one.js", lambda: "let whole = true;") == "let whole = true;"
    assert kept("one.js", refuse) == "let whole = true;"


def test_a_folder_that_cannot_be_written_is_no_hindrance():
    cache_folder().parent.mkdir(parents=True)
    cache_folder().write_text("in the way")
    assert kept("one.js", lambda: "made") == "made"


def test_nothing_half_written_is_left_behind():
    (cache_folder() / "one.js").mkdir(parents=True)
    assert kept("one.js", lambda: "made") == "made"
    assert [path.name for path in cache_folder().iterdir()] == ["one.js"]
