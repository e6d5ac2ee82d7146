"""Runs kept in order: renamed, deleted, listed, and two of them side by side."""

import json
import os
import time
from dataclasses import asdict
from pathlib import Path

import pytest
from finished_run import data_file, finished_run

from training.__main__ import main
from training.errors import PilotError
from training.manage import about, delete, rename
from training.runs import RunState, load_config, read_predictions, write_json
from training.side_by_side import side_by_side


@pytest.fixture
def run_folder(tmp_path: Path) -> Path:
    return finished_run(tmp_path)


def test_a_renamed_run_is_whole(run_folder: Path) -> None:
    config = json.loads((run_folder / "config.json").read_text())
    own = run_folder / "data.jsonl"
    own.write_text((run_folder.parent / "data.jsonl").read_text())
    write_json(run_folder / "config.json", config | {"data": str(own)})
    new = rename(run_folder, "emails-2")
    assert not run_folder.exists() and load_config(new).out == new
    assert load_config(new).data == new / "data.jsonl"
    assert about(new)["status"] == "done"


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "a/b", "/etc", ".x", "-x", "a\nb",
                                  "x" * 99, "a\0b", "x\n"])
def test_names_that_are_paths_are_refused(run_folder: Path, name: str) -> None:
    with pytest.raises(PilotError, match="expected a name"):
        rename(run_folder, name)
    assert run_folder.exists()


def test_a_taken_name_is_refused(run_folder: Path) -> None:
    (run_folder.parent / "taken").mkdir()
    with pytest.raises(PilotError, match="already"):
        rename(run_folder, "taken")


def test_a_running_run_is_left_alone(run_folder: Path) -> None:
    now = time.time()
    state = RunState("running", pid=os.getppid(), started=now, updated=now)
    write_json(run_folder / "status.json", asdict(state))
    for change in (delete, lambda folder: rename(folder, "other")):
        with pytest.raises(PilotError, match="is running"):
            change(run_folder)
    assert (run_folder / "result.json").exists()


def test_only_runs_are_deleted(run_folder: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(run_folder)
    for folder in (tmp_path, link, tmp_path / "nothing"):
        with pytest.raises(PilotError, match="expected the folder of a run"):
            delete(folder)
    delete(run_folder)
    assert not run_folder.exists() and (tmp_path / "data.jsonl").exists()


def test_commands(run_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", str(run_folder.parent), "--json"]) == 0
    (line,) = json.loads(capsys.readouterr().out)
    assert line["name"] == "run" and line["best"] == "classical" and line["n_test"] == 21
    assert main(["rename", str(run_folder), "mine"]) == 0
    mine = run_folder.parent / "mine"
    assert main(["delete", str(mine)]) == 2 and mine.exists()  # nobody is there to ask
    assert "--yes" in capsys.readouterr().err
    assert main(["delete", str(mine), "--yes"]) == 0 and not mine.exists()


def test_the_same_items_are_paired(run_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = finished_run(run_folder.parent, out=run_folder.parent / "other", arms=["classical"])
    rows = read_predictions(other)
    was = rows[0]["arms"]["classical"]["prediction"]
    rows[0]["arms"]["classical"]["prediction"] = "wrong"
    (other / "predictions.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
    found = side_by_side(run_folder, other)
    assert found["paired"]
    assert [row["setting"] for row in found["settings"]] == ["arms"]
    assert [(row["arm"], row["a"], row["b"]) for row in found["rows"]] == [
        ("classical", was, "wrong")]
    majority, classical = found["arms"]
    assert majority["b"] is None and "difference" not in majority
    assert classical["difference"] == pytest.approx(-1 / len(rows))
    assert classical["ci95"][0] < classical["difference"] < classical["ci95"][1]
    assert main(["compare", str(run_folder), str(other)]) == 0
    assert "'wrong' in b" in capsys.readouterr().out


def test_other_items_cannot_be_paired(run_folder: Path) -> None:
    other = finished_run(run_folder.parent, out=run_folder.parent / "other", seed=1)
    found = side_by_side(run_folder, other)
    assert not found["paired"] and "cannot be paired" in found["why"] and found["rows"] == []
    assert all("difference" not in arm for arm in found["arms"])
    assert "seed" in [row["setting"] for row in found["settings"]]


def test_runs_of_two_kinds_are_refused(run_folder: Path) -> None:
    numbers = run_folder.parent / "numbers.csv"
    rows = [f"thing {i} {'x' * i},{i + 1}\n" for i in range(40)]
    numbers.write_text("text,label\n" + "".join(rows))
    other = finished_run(run_folder.parent, out=run_folder.parent / "other", data=numbers,
                         task="regression", arms=["majority"])
    with pytest.raises(PilotError, match="one kind of task"):
        side_by_side(run_folder, other)
    assert side_by_side(other, other)["arms"][0]["difference"] == 0


def test_an_unfinished_run_is_refused(run_folder: Path) -> None:
    (run_folder / "result.json").unlink()
    with pytest.raises(PilotError, match="expected a finished run"):
        side_by_side(run_folder, run_folder)
    assert data_file(run_folder.parent).exists()
