"""What people really feed a tool: each gets a message with the place in it, never a traceback."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from advisor.__main__ import main as advisor_main
from training.__main__ import main as training_main

ROOT = Path(__file__).parent.parent
GOOD = "".join(f"a parcel number {i} {'x' * i},{'late' if i % 2 else 'lost'}\n" for i in range(40))


@pytest.mark.parametrize("content, words", [
    (b"", "header"),
    (b"text,label\n", "found 0"),
    (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "binary"),
    (("text,kind\n" + GOOD).encode(), "column 'label'"),
    (("text,label\n" + GOOD.replace("lost", "late")).encode(), "at least two labels"),
    (("text,text\n" + GOOD).encode(), "twice"),
    (b"text,label\n" + b"a,b\n" * 50_001, "50,000"),
    (b'text,label\n"never closed,late\n', "found"),
])
def test_unusable_files(
    content: bytes, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "mine.csv"
    path.write_bytes(content)
    out = tmp_path / "run"
    status = training_main(["run", "--data", str(path), "--text", "text", "--label", "label",
                            "--out", str(out), "--arms", "majority"])
    told = capsys.readouterr().err
    assert status == 2 and words in told and "Traceback" not in told


@pytest.mark.parametrize("content", [
    ("text,label\n" + GOOD).encode("utf-16"),
    ("text,label\n" + GOOD.replace("parcel", "colis égaré")).encode("cp1252"),
    ("text;label\n" + GOOD.replace(",", ";")).encode(),
    ("text,label\n" + GOOD.replace("late", "1").replace("lost", "2")).encode(),
    ("text,label\n" + GOOD.replace("a parcel", "荷物が届かない 小包")).encode(),
    ("text,label\n" + GOOD + "only one of these,single\n" + GOOD).encode(),
])
def test_odd_but_usable_files(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_bytes(content)
    out = tmp_path / "run"
    assert training_main(["run", "--data", str(path), "--text", "text", "--label", "label",
                          "--out", str(out), "--arms", "majority,classical"]) == 0
    result = json.loads((out / "result.json").read_text())
    assert result["arms"]["classical"]["accuracy"] is not None and len(result["labels"]) == 2


def test_a_file_that_is_too_large(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(200_000_001)  # sparse: it costs no disk
    assert training_main(["run", "--data", str(path), "--text", "a", "--label", "b",
                          "--out", str(tmp_path / "run")]) == 2
    assert "200 MB" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("text,label\n" + GOOD)
    assert training_main(["run", "--data", str(path), "--text", "text", "--label", "label",
                          "--out", "/proc/nowhere/run"]) == 2
    assert "/proc/nowhere" in capsys.readouterr().err


@pytest.mark.parametrize("arguments, words", [
    (["advise", ""], "sentence or two"),
    (["advise", "x" * 50_001], "50,000"),
    (["advise", "Sort e-mails", "--answer", "volume"], "ID=VALUE"),
    (["advise", "Sort e-mails", "--answer", "volume=huge"], "low, high"),
    (["advise", "--batch", "none.jsonl"], "--out"),
    (["verdict", "--advice", "none.json", "--pilot", "none"], "none.json"),
])
def test_unusable_questions(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert advisor_main(arguments) == 2
    assert words in capsys.readouterr().err


def test_another_language_is_said_to_be_read_poorly(capsys: pytest.CaptureFixture[str]) -> None:
    text = "Jeden Tag kommen E-Mails unserer Kunden, die wir in zwölf Ordner sortieren müssen."
    assert advisor_main(["advise", text, "--json"]) == 0
    told = capsys.readouterr()
    assert "plain English" in told.err and json.loads(told.out)["description"] == text


def test_a_full_disk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text('{"id": 1, "description": "Summarise the news of the day for our staff"}\n')
    assert advisor_main(["advise", "--batch", str(source), "--out", "/dev/full"]) == 2
    assert "No space left" in capsys.readouterr().err


def test_a_killed_lora_run_resumes_to_the_same_predictions(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("text,label\n" + GOOD)
    command = [sys.executable, "-m", "training", "run", "--data", str(path), "--text", "text",
               "--label", "label", "--arms", "majority,lora", "--out"]
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    subprocess.run([*command, str(whole)], cwd=ROOT, check=True, capture_output=True)
    process = subprocess.Popen([*command, str(killed)], cwd=ROOT, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    checkpoint = killed / "arms" / "lora" / "checkpoint.safetensors"
    deadline = time.monotonic() + 120
    while not checkpoint.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    process.kill()
    process.wait()
    assert checkpoint.exists() and not (killed / "result.json").exists()
    again = subprocess.run([*command, str(killed)], cwd=ROOT, check=True, capture_output=True,
                           text=True)
    assert "lora 40/" not in again.stderr or "lora 20/" not in again.stderr
    first, second = ((folder / "predictions.jsonl").read_text() for folder in (whole, killed))
    assert first == second
    result = json.loads((killed / "result.json").read_text())
    assert result["reload_check"]["identical"] is True
