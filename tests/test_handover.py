"""What a pilot hands over, loaded by the parser of each tool where the tool is installed."""

import io
import json
import os
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from finished_run import HOSTILE, TEMPLATE, finished_run

from training.__main__ import main
from training.handover import BASE, handover, handover_zip, why_not
from training.runs import read_predictions, read_result


@pytest.fixture(scope="module")
def pilot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return finished_run(tmp_path_factory.mktemp("pilot"), lora=True)


@pytest.fixture(scope="module")
def folder(pilot: Path) -> Path:
    handover(pilot, pilot.parent / "next")
    return pilot.parent / "next"


def _rows(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text().split("\n") if line]


def test_data_has_the_split_of_the_pilot(pilot: Path, folder: Path) -> None:
    kept = json.loads((pilot / "split.json").read_text())
    train, test = (_rows(folder / "data" / f"{part}.jsonl") for part in ("train", "test"))
    assert (len(train), len(test)) == (len(kept["train_rows"]), len(kept["test_rows"]))
    held = [(row["text"], row["label"]) for row in read_predictions(pilot)]
    assert [tuple(m["content"] for m in row["messages"]) for row in test] == held
    assert [m["role"] for m in train[0]["messages"]] == ["user", "assistant"]
    texts = {row["messages"][0]["content"] for row in train}
    assert not texts & {text for text, _ in held}
    evals = [row["vars"]["item"] for row in _rows(folder / "tests.jsonl")]
    assert [(item["text"], item["label"]) for item in evals] == held


def test_both_trainers_get_the_same_settings(folder: Path) -> None:
    trl, axolotl = (yaml.safe_load((folder / name).read_text())
                    for name in ("trl_sft.yaml", "axolotl.yaml"))
    for ours, theirs in {"model_name_or_path": "base_model", "num_train_epochs": "num_epochs",
                         "learning_rate": "learning_rate", "lora_r": "lora_r",
                         "max_length": "sequence_len", "seed": "seed",
                         "per_device_train_batch_size": "micro_batch_size"}.items():
        assert trl[ours] == axolotl[theirs]
    assert trl["model_name_or_path"] == BASE


def test_the_steps_begin_with_evals(folder: Path) -> None:
    steps = [line for line in (folder / "README.md").read_text().split("\n")
             if line.startswith("## ")]
    assert "Evals first" in steps[0] and "Train" in steps[2]


def test_instructions_name_every_label(pilot: Path, folder: Path) -> None:
    config = yaml.safe_load((folder / "promptfooconfig.yaml").read_text())
    told = config["defaultTest"]["vars"]["task"]["instructions"]
    assert all(f"- {label}" in told for label in (read_result(pilot) or {})["labels"])


def test_a_zip_holds_the_same(pilot: Path, folder: Path) -> None:
    archive = zipfile.ZipFile(io.BytesIO(handover_zip(pilot)))
    for name in archive.namelist():
        same = folder / name.removeprefix("handover/")
        assert archive.read(name) == same.read_bytes()
    assert len(archive.namelist()) == 9


def test_a_pilot_that_does_not_say_yes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    result: dict[str, Any] = {
        "task": "classification",
        "arms": {"classical": {"accuracy": 0.8}, "lora": {"accuracy": 0.83}},
        "comparisons": [{"a": "lora", "b": "classical", "difference": 0.03, "ci95": [-0.02, 0.08]}],
    }
    assert "does not say yes" in why_not(result)
    turned = {"a": "classical", "b": "lora", "difference": -0.03, "ci95": [-0.05, -0.01]}
    assert why_not({**result, "comparisons": [turned]}) == ""
    assert "no finished LoRA arm" in why_not({**result, "arms": {"lora": {"accuracy": 1.0}}})
    assert "numbers" in why_not({**result, "task": "regression"})
    folder = finished_run(tmp_path)
    assert main(["handover", str(folder), "--out", str(tmp_path / "next")]) == 2
    assert "no finished LoRA arm" in capsys.readouterr().err
    assert not (tmp_path / "next").exists()


def test_a_folder_in_use_is_refused(pilot: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["handover", str(pilot), "--out", str(pilot)]) == 2
    assert "empty folder" in capsys.readouterr().err


def test_trl_reads_its_settings(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("trl", reason="pip install --no-deps trl==1.16.0")
    from datasets import load_dataset
    from trl.scripts.sft import make_parser

    monkeypatch.chdir(folder)
    monkeypatch.setenv("HF_DATASETS_OFFLINE", "1")
    arguments = ["--config", "trl_sft.yaml", "--use_cpu", "true", "--bf16", "false"]
    script, training, model, _ = make_parser().parse_args_and_config(
        arguments, fail_with_unknown_args=True)
    assert model.model_name_or_path == BASE and model.use_peft and model.lora_r == 16
    assert training.assistant_only_loss and training.num_train_epochs == 3
    data = load_dataset(script.dataset_name, cache_dir=str(folder / "cache"))
    assert data[script.dataset_train_split][0]["messages"][1]["role"] == "assistant"


def test_axolotl_reads_its_settings(folder: Path) -> None:
    schema = pytest.importorskip("axolotl.utils.schemas.config",
                                 reason="pip install --no-deps axolotl==0.19.0")
    given = yaml.safe_load((folder / "axolotl.yaml").read_text())
    assert not set(given) - set(schema.AxolotlInputConfig.model_fields)  # it ignores unknown keys
    read = schema.AxolotlInputConfig(**given)
    assert read.adapter == "lora" and read.datasets[0].type == "chat_template"


@pytest.mark.skipif(not shutil.which("promptfoo"), reason="npm install -g promptfoo@0.120.27")
def test_promptfoo_asks_what_the_items_say(folder: Path, tmp_path: Path) -> None:
    """Its own check passes, and an item is asked letter by letter, whatever it is made of."""
    own = tmp_path / "own"
    shutil.copytree(folder, own)
    _promptfoo("validate", "-c", "promptfooconfig.yaml", cwd=own)
    config = yaml.safe_load((own / "promptfooconfig.yaml").read_text())
    (own / "echo.yaml").write_text(yaml.safe_dump({**config, "providers": ["echo"]}))
    _promptfoo("eval", "-c", "echo.yaml", "--no-cache", "-o", "out.json", cwd=own)
    answers = json.loads((own / "out.json").read_text())["results"]["results"]
    asked = [json.loads(row["response"]["output"])[-1]["content"] for row in answers]
    items = [row["vars"]["item"]["text"] for row in _rows(own / "tests.jsonl")]
    assert sorted(asked) == sorted(items * 2)  # one prompt with instructions, one without
    assert any(TEMPLATE in text for text in asked) and any(HOSTILE in text for text in asked)
    right = {**config, "providers": ["echo"], "prompts": ["{{ item.label }}"]}
    (own / "right.yaml").write_text(yaml.safe_dump(right))
    _promptfoo("eval", "-c", "right.yaml", "--no-cache", "-o", "right.json", cwd=own)
    assert json.loads((own / "right.json").read_text())["results"]["stats"]["failures"] == 0


def _promptfoo(*arguments: str, cwd: Path) -> None:
    quiet = {"PROMPTFOO_DISABLE_TELEMETRY": "1", "PROMPTFOO_DISABLE_UPDATE": "1",
             "PROMPTFOO_CONFIG_DIR": str(cwd / ".promptfoo"),
             "PROMPTFOO_FAILED_TEST_EXIT_CODE": "0"}
    done = subprocess.run(["promptfoo", *arguments], cwd=cwd, env=os.environ | quiet,
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
