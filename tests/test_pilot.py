import json
from pathlib import Path

import pytest

from training.compare import compare
from training.data import load_examples
from training.errors import PilotError
from training.pilot import run
from training.runs import PilotConfig, read_run, save_config
from training.split import groups, split


def _data(folder: Path) -> Path:
    path = folder / "data.csv"
    rows = []
    for i in range(20):
        rows += [f"where is parcel {i} {'x' * i},delivery",
                 f"I want money back for item {i} {'y' * i},refund"]
    path.write_text("text,label\n" + "\n".join(rows) + "\n")
    return path


def test_a_pilot_scores_every_arm_on_the_same_items(tmp_path: Path) -> None:
    config = PilotConfig(data=_data(tmp_path), text="text", label="label", out=tmp_path / "run",
                         arms=["majority", "classical", "linear_probe"])
    save_config(config)
    result = run(config)
    assert result["arms"]["classical"]["accuracy"] > result["arms"]["majority"]["accuracy"]
    lines = (config.out / "predictions.jsonl").read_text().splitlines()
    assert len(lines) == result["n_test"]
    assert set(json.loads(lines[0])["arms"]) == set(config.arms)
    assert read_run(config.out).status == "done"
    assert run(config) == result


def test_duplicates_never_stand_on_both_sides(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_text("text,label\n" + "".join(
        f"a question about thing number {i % 15} {'z' * (i % 15)}!,{i % 15 % 2}\n"
        for i in range(60)))
    train, test, notes = split(load_examples(path, "text", "label"), None, 0)
    assert not set(train.texts) & set(test.texts)
    assert any("duplicates" in note for note in notes)
    assert groups(["Hello there!", "hello there", "else"])[:2] in ([0, 0], [1, 1])


@pytest.mark.parametrize("content, words", [
    (b"text,label\n" + b"a,b\n" * 5, "found 5"),
    (b"\x00\x01\x02", "binary"),
    (b"text,kind\na,b\n", "column 'label'"),
])
def test_bad_files_are_explained(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    with pytest.raises(PilotError, match=words):
        load_examples(path, "text", "label")


def test_paired_comparison() -> None:
    truth = ["a"] * 40
    same = compare(truth, truth, truth)
    better = compare(truth, truth, ["b"] * 20 + ["a"] * 20)
    assert same["difference"] == 0 and same["p_value"] == 1
    assert better["ci95"][0] > 0 and better["p_value"] < 0.001
