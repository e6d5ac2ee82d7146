import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from random import Random

import numpy as np
import pytest

from training.__main__ import main
from training.curve_result import summarise
from training.curve_run import CURVE, POINTS
from training.runs import ROOT, read_run
from training.subsets import nested_order, subset_sizes

WORDS = {"refund": "money back return paid charge card bank", "late": "parcel late where wait days",
         "broken": "broken screen cracked part dead stopped"}


def _data(folder: Path, each: int = 40) -> Path:
    """Three labels whose words partly overlap, so that errors remain."""
    random = Random(0)
    everything = " ".join(WORDS.values()).split()
    lines = ["text,label"]
    for label, own in WORDS.items():
        for i in range(each):
            some = random.sample(own.split(), 2) + random.sample(everything, 4)
            lines.append(f"{' '.join(some)} {label[0]}{i},{label}")
    path = folder / "data.csv"
    path.write_text("\n".join(lines))
    return path


def _command(data: Path, out: Path, arms: str = "majority,classical") -> list[str]:
    return ["curve", "--data", str(data), "--text", "text", "--label", "label", "--out", str(out),
            "--arms", arms, "--seeds", "2"]


@pytest.mark.parametrize("classes, n", [(3, 120), (200, 900), (200, 250)])
def test_subsets_are_nested_stratified_and_keep_every_label(classes: int, n: int) -> None:
    labels = [f"label {i % classes}" for i in range(n)] + ["label 0"] * (n // 3)
    order, sizes = nested_order(labels, 0), subset_sizes(len(labels), classes)
    assert sorted(order) == list(range(len(labels))) and order != nested_order(labels, 1)
    assert sizes == sorted(sizes) and sizes[-1] == len(labels) and len(sizes) >= 2
    for size in sizes:
        found = Counter(labels[i] for i in order[:size])
        assert len(found) == min(classes, size)
        if size >= 2 * classes:
            share = Counter(labels)["label 0"] / len(labels)
            assert found["label 0"] == pytest.approx(size * share, abs=0.3 * size * share + 1)


def test_a_curve_holds_points_extrapolations_and_classes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "curve"
    assert main(_command(_data(tmp_path), out)) == 0
    assert "label next" in capsys.readouterr().out
    found = json.loads((out / CURVE).read_text())
    arm = found["arms"]["classical"]
    assert [row["n"] for row in arm["points"]][-1] == found["n_train"]
    for row in arm["points"] + arm["extrapolations"]:
        assert 0 <= row["ci95"][0] <= row["accuracy"] <= row["ci95"][1] <= 1
    assert [row["times"] for row in arm["extrapolations"]] == [2, 5, 10]
    assert found["crossing"] is None  # no LoRA was asked for
    assert {row["label"] for row in found["classes"]} == set(WORDS)
    assert read_run(out).status == "done"
    written = (out / CURVE).stat().st_mtime_ns
    assert main(_command(tmp_path / "data.csv", out)) == 0
    assert (out / CURVE).stat().st_mtime_ns == written


def test_a_killed_curve_keeps_its_points_and_ends_the_same(tmp_path: Path) -> None:
    data, whole, killed = _data(tmp_path, 120), tmp_path / "whole", tmp_path / "killed"
    arms = "majority,retrieval,classical"
    assert main(_command(data, whole, arms)) == 0
    process = subprocess.Popen([sys.executable, "-m", "training", *_command(data, killed, arms)],
                               cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while not (killed / POINTS).exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert not (killed / CURVE).exists() and read_run(killed).status == "failed"
    with (killed / POINTS).open("a") as file:
        file.write('\n{"arm": "classical", "n": 31')  # half a line, as a kill may leave
    kept = (killed / POINTS).read_text()
    assert main(["curve", str(killed)]) == 0
    assert (killed / POINTS).read_text().startswith(kept)
    assert (killed / CURVE).read_text() == (whole / CURVE).read_text()
    measured = [json.loads(line) for line in (killed / POINTS).read_text().split("\n")
                if line.endswith("}")]
    assert len(measured) == len({(r["arm"], r["n"], r["seed"]) for r in measured})


def test_changed_data_and_settings_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, out = _data(tmp_path), tmp_path / "curve"
    assert main(_command(data, out, "majority")) == 0
    assert main(_command(data, out, "majority,retrieval")) == 2
    assert "other settings" in capsys.readouterr().err
    (out / CURVE).unlink()
    data.write_text(data.read_text() + "\na new line that was not there,late\n")
    assert main(_command(data, out, "majority")) == 2
    assert "data has changed" in capsys.readouterr().err


@pytest.mark.parametrize("extra, words", [
    (["--seeds", "0"], "--seeds"),
    (["--arms", "magic"], "magic"),
    (["--label", "none"], "column 'none'"),
    (["--test-size", "5000"], "test size"),
])
def test_bad_input_is_explained(
    extra: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*_command(_data(tmp_path), tmp_path / "curve"), *extra]) == 2
    told = capsys.readouterr().err
    assert words in told and "Traceback" not in told
    assert main(["curve", str(tmp_path)]) == 2
    assert "settings of a curve" in capsys.readouterr().err


def test_the_class_with_few_examples_and_many_errors_comes_first() -> None:
    train = ["common"] * 300 + ["rare"] * 10
    test = ["common"] * 180 + ["rare"] * 20
    truth = np.array(test)

    def right(rare_errors: int) -> np.ndarray:
        found = np.ones(200, bool)
        found[:9] = False
        found[np.flatnonzero(truth == "rare")[:rare_errors]] = False
        return found

    points = {78: [right(18)], 155: [right(15)], 310: [right(12)]}
    rows = summarise({"classical": points}, train, test, 0)["classes"]
    assert [row["label"] for row in rows] == ["rare", "common"]
    assert rows[0]["error"] > 0.4 > 0.1 > rows[1]["error"]
    assert rows[0]["ci95"][0] < rows[0]["error"] < rows[0]["ci95"][1]
    assert rows[0]["error_then"] < rows[0]["error"]
