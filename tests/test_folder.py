"""The output folder: what is in it, the same bytes twice, and nothing half written whatever is in the way."""

import csv
import errno
import functools
import hashlib
import io
import json
import math
from importlib.util import find_spec
from pathlib import Path

import pandas as pd
import pytest
import report_examples as examples

from clinicsim.errors import OutputError
from clinicsim.report import check_folder, folder, manifest, pictures, place, write_comparison, write_run
from clinicsim.report.figures import all_figures
from clinicsim.report.findings import Findings
from clinicsim.report.tables import csv_text, frame_as_csv

DRAWN = pictures.Pictures({"use": b"<svg/>"}, {"use": b"\x89PNG"}, "const vegaEmbed = () => Promise.resolve();")


@functools.cache
def compared(names=examples.NAMES):
    return examples.comparison(names, replications=3)


@functools.cache
def figures_of(names):
    return all_figures(Findings(compared(names).results, compared(names)))


@pytest.fixture
def quick(monkeypatch):
    """Pictures and figures that are made once, for tests that look at something else."""
    monkeypatch.setattr(folder, "pictures", lambda specs: DRAWN)
    monkeypatch.setattr(folder, "can_draw", lambda: True)
    monkeypatch.setattr(
        folder, "all_figures", lambda findings: [f for f in figures_of(examples.NAMES) if f.name == "use"]
    )


def content_of(path):
    return {str(file.relative_to(path)): file.read_bytes() for file in sorted(path.rglob("*")) if file.is_file()}


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def beside(path):
    return sorted(one.name for one in path.parent.iterdir())


@pytest.mark.skipif(not pictures.can_draw(), reason="vl-convert-python is not installed")
def test_a_comparison_writes_its_tables_charts_page_and_manifest_the_same_twice(tmp_path):
    for name in ("one", "two"):
        assert write_comparison(compared(), tmp_path / name, {"staff.nurse.count": "2"}) == ""
    written = content_of(tmp_path / "one")
    assert written == content_of(tmp_path / "two")
    replications = "replications.parquet" if find_spec("pyarrow") else "replications.csv"
    charts = [f"charts/{f.name}.{kind}" for f in figures_of(examples.NAMES) for kind in ("png", "svg", "vl.json")]
    tables = ["cost_effectiveness.csv", "differences.csv", "measures.csv", "series.csv", "split.csv", replications]
    assert sorted(written) == sorted([*tables, *charts, "report.html", "manifest.json"])
    assert beside(tmp_path / "one") == ["one", "two"]


def test_tables_have_the_promised_columns(tmp_path, quick):
    write_comparison(compared(), tmp_path / "out")
    first = rows_of(tmp_path / "out" / "measures.csv")[0]
    assert list(first) == ["scenario", "measure", "unit", "mean", "low", "high", "n"]
    first = rows_of(tmp_path / "out" / "differences.csv")[0]
    assert list(first) == ["scenario", "base", "measure", "unit", "difference", "low", "high", "p_adjusted", "n"]


def test_numbers_come_back_bit_by_bit(tmp_path, quick):
    write_comparison(compared(), tmp_path / "out")
    findings = Findings(compared().results, compared())
    back = [float(row["mean"]) for row in rows_of(tmp_path / "out" / "measures.csv")]
    assert back == list(findings.estimates["mean"])
    assert math.inf in back


def test_a_run_has_no_differences(tmp_path, quick):
    write_run(examples.results(("Weekly course",), replications=3), tmp_path / "out")
    assert not (tmp_path / "out" / "differences.csv").exists()
    assert (tmp_path / "out" / "measures.csv").exists()


def test_text_that_a_spreadsheet_would_run_is_led_by_an_apostrophe():
    text = csv_text(["name", "value"], [("=1+1", -1.5), ("+x", 1), ("-x", 2), ("@x", 3), ("\tx", 4), ("a=b", 5)])
    names = [row["name"] for row in csv.DictReader(io.StringIO(text))]
    assert names == ["'=1+1", "'+x", "'-x", "'@x", "'\tx", "a=b"]
    assert "'=1+1,-1.5\n" in text


def test_what_is_missing_is_an_empty_cell():
    assert frame_as_csv(pd.DataFrame({"a": [1.0, math.nan]})) == 'a\n1.0\n""\n'


def test_lines_end_alike_everywhere(tmp_path, quick):
    write_comparison(compared(), tmp_path / "out")
    assert b"\r" not in (tmp_path / "out" / "measures.csv").read_bytes()


def test_the_manifest_holds_what_is_needed_to_get_the_same_again(tmp_path, quick):
    write_comparison(compared(), tmp_path / "out", {"staff.nurse.count": "2"})
    written = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert (written["seed"], written["replications"]) == (1, 3)
    assert written["changes"] == {"staff.nurse.count": "2"}
    assert [one["content_id"] for one in written["scenarios"]] == ["000000000000", "000000000001", "000000000002"]
    assert written["scenarios"][0]["scenario"]["length"] == {"months": 36, "minutes": 0.0}
    assert {"clinicsim", "python", "numpy", "simpy"} <= set(written["versions"])
    content = content_of(tmp_path / "out")
    del content["manifest.json"]
    assert written["files"] == {name: hashlib.sha256(data).hexdigest() for name, data in content.items()}


def test_without_the_drawing_library_the_rest_is_written_and_said(tmp_path, monkeypatch):
    monkeypatch.setattr(folder, "can_draw", lambda: False)
    monkeypatch.setattr(folder, "all_figures", lambda findings: figures_of(examples.NAMES))
    assert "vl-convert-python is not installed" in write_comparison(compared(), tmp_path / "out")
    written = content_of(tmp_path / "out")
    assert "charts/use.vl.json" in written
    assert "charts/use.svg" not in written
    assert b"The charts are not drawn" in written["report.html"]


def test_a_drawing_program_that_fails_is_an_output_error(monkeypatch, tmp_path):
    monkeypatch.setattr(pictures, "__file__", str(tmp_path / "missing.py"))
    with pytest.raises(OutputError, match=r"the charts cannot be drawn: .*missing"):
        pictures.pictures({})


def test_an_older_output_folder_is_replaced_and_what_was_put_beside_stays(tmp_path, quick):
    write_comparison(compared(), tmp_path / "out")
    (tmp_path / "out" / "notes.txt").write_text("mine", encoding="utf-8")
    write_run(examples.results(("Weekly course",), replications=3), tmp_path / "out")
    written = content_of(tmp_path / "out")
    assert "differences.csv" not in written
    assert written["notes.txt"] == b"mine"
    assert set(manifest.files_listed(tmp_path / "out")) == set(written) - {"notes.txt", "manifest.json"}


def test_an_empty_folder_is_filled(tmp_path, quick):
    (tmp_path / "out").mkdir()
    check_folder(tmp_path / "out")
    write_run(examples.results(("Weekly course",), replications=3), tmp_path / "out")
    assert (tmp_path / "out" / "manifest.json").exists()


def test_folders_above_are_made(tmp_path, quick):
    write_run(examples.results(("Weekly course",), replications=3), tmp_path / "a" / "b" / "out")
    assert (tmp_path / "a" / "b" / "out" / "report.html").exists()


@pytest.mark.parametrize("manifest_text", [None, "[]", "{", '{"program": "another"}', '{"program": "clinicsim"}'])
def test_a_folder_with_other_content_is_left_alone(tmp_path, manifest_text):
    target = tmp_path / "out"
    target.mkdir()
    (target / "thesis.doc").write_text("years of work", encoding="utf-8")
    if manifest_text is not None:
        (target / "manifest.json").write_text(manifest_text, encoding="utf-8")
    before = content_of(target)
    with pytest.raises(OutputError, match="it holds files that clinicsim did not write"):
        check_folder(target)
    with pytest.raises(OutputError, match="it holds files that clinicsim did not write"):
        place.put(target, {"measures.csv": b"x"})
    assert content_of(target) == before
    assert beside(target) == ["out"]


def test_a_file_in_the_way_is_left_alone(tmp_path):
    (tmp_path / "out").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match="it is a file"):
        check_folder(tmp_path / "out")
    assert (tmp_path / "out").read_text(encoding="utf-8") == "mine"


def test_a_file_in_the_place_of_a_folder_above_is_said(tmp_path):
    (tmp_path / "above").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match=r"^cannot write to .*above"):
        check_folder(tmp_path / "above" / "out")


def test_a_full_disk_leaves_nothing(tmp_path, monkeypatch):
    def full(self, content):
        raise OSError(errno.ENOSPC, "No space left on device", str(self))

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OutputError, match="the disk is full") as caught:
        place.put(tmp_path / "out", {"measures.csv": b"x"})
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_an_interruption_leaves_nothing(tmp_path, monkeypatch):
    def interrupted(self, content):
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "write_bytes", interrupted)
    with pytest.raises(KeyboardInterrupt):
        place.put(tmp_path / "out", {"measures.csv": b"x"})
    assert list(tmp_path.iterdir()) == []


def held_for(tries, monkeypatch):
    """Let every replacement be refused so many times, as Windows does while another program has the file open."""
    replaced, waits = Path.replace, []
    left = [tries]

    def refused(self, target):
        if left[0]:
            left[0] -= 1
            raise PermissionError(errno.EACCES, "The process cannot access the file", str(target))
        return replaced(self, target)

    now = [0.0]
    monkeypatch.setattr(Path, "replace", refused)
    monkeypatch.setattr(place.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(
        place.time, "sleep", lambda seconds: (waits.append(seconds), now.__setitem__(0, now[0] + seconds))
    )
    return waits


def test_a_file_held_for_a_moment_is_tried_again(tmp_path, monkeypatch):
    waits = held_for(3, monkeypatch)
    place.put(tmp_path / "out", {"measures.csv": b"x"})
    assert (tmp_path / "out" / "measures.csv").read_bytes() == b"x"
    assert len(waits) == 3


def test_a_file_held_for_long_is_named_and_keeps_its_content(tmp_path, monkeypatch):
    ours = b'{"program": "clinicsim", "files": {"measures.csv": ""}}'
    place.put(tmp_path / "out", {"measures.csv": b"old", "manifest.json": ours})
    waits = held_for(10**6, monkeypatch)
    with pytest.raises(OutputError, match=r"measures\.csv is read-only, or another program has it open"):
        place.put(tmp_path / "out", {"measures.csv": b"new", "manifest.json": ours})
    assert sum(waits) == pytest.approx(place.PATIENCE, abs=0.2)
    assert (tmp_path / "out" / "measures.csv").read_bytes() == b"old"
    assert beside(tmp_path / "out") == ["out"]


def test_a_manifest_cannot_have_files_outside_its_folder_removed(tmp_path):
    (tmp_path / "precious").write_text("mine", encoding="utf-8")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "manifest.json").write_text(
        '{"program": "clinicsim", "files": {"../precious": ""}}', encoding="utf-8"
    )
    place.put(tmp_path / "out", {"manifest.json": b"{}"})
    assert (tmp_path / "precious").read_text(encoding="utf-8") == "mine"


def test_infinity_and_dates_are_plain_in_a_manifest():
    assert manifest.plain({"a": math.inf, "b": (1, frozenset({"y", "x"}))}) == {"a": "inf", "b": [1, ["x", "y"]]}


def test_a_report_that_is_replaced_is_named(tmp_path, quick):
    assert write_comparison(compared(), tmp_path / "out", {"staff.nurse.count": "2"}) == ""
    remark = write_run(examples.results(("Weekly course",), replications=3), tmp_path / "out")
    assert remark.startswith("Replaced the report of “Weekly course”, “Five-day retreat”")
    assert remark.endswith(f"staff.nurse.count=2) that was in {tmp_path / 'out'}.")


def test_looking_whether_a_folder_can_be_made_leaves_nothing_behind(tmp_path):
    check_folder(tmp_path / "some" / "where" / "out")
    assert list(tmp_path.iterdir()) == []
