"""The record of a decision: it repeats its run, and nothing in it becomes markup."""

import csv
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from finished_run import HOSTILE, finished_run

from advisor.__main__ import main as advisor_main
from advisor.record import decision_record
from advisor.record_view import as_html, as_markdown
from training.__main__ import main as training_main
from training.record import read_record, run_record
from training.runs import read_result

ADVICE: dict[str, Any] = {
    "description": f"Guests write {HOSTILE} <img src=x onerror=alert(1)>", "approach": "prompting",
    "probabilities": {"prompting": 0.7, "rag": 0.1, "fine_tuning": 0.1, "rag+fine_tuning": 0.1},
    "flags": ["classical"], "ladder": [], "would_change_if": [], "next_question": None,
    "reasons": [{"code": "R01", "text": "A reason.", "source": "javascript:alert(1)",
                 "contributions": {"prompting": 0.5}}],
    "neighbours": [{"id": "a", "title": "A case", "approach": "rag", "similarity": 0.5,
                    "source": "https://example.org/a"}],
}


class _Seen(HTMLParser):
    """The tags of a page, its links and its JSON."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.scripts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert not any(name.startswith("on") for name, _ in attrs)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1] == "script" and data.strip():
            self.scripts.append(data)


@pytest.fixture(scope="module")
def pilot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = finished_run(tmp_path_factory.mktemp("pilot"), lora=True)
    (folder / "advice.json").write_text(json.dumps(ADVICE))
    (folder / "answers.json").write_text(json.dumps({"volume": "low"}))
    audit = {"source": "d.csv", "rows_before": 62, "rows_after": 60, "findings": [
        {"code": "prompt_like", "kind": "prompt_like", "choice": "exclude", "text": HOSTILE,
         "rows": [1, 11], "excluded": [1, 11], "repaired": []}]}
    (folder / "audit.json").write_text(json.dumps(audit))
    (folder / "curve").mkdir()
    curve = {"crossing": {"text": "not in sight"}, "arms": {"classical": {"extrapolations": [
        {"n": 78, "accuracy": 0.9, "ci95": [0.8, 0.95]}]}}}
    (folder / "curve" / "curve.json").write_text(json.dumps(curve))
    result = json.loads((folder / "result.json").read_text())
    result["arms"]["classical"]["assertions"] = [
        {"assertion": f"is {HOSTILE}", "rate": 0.9, "ci95": [0.8, 0.95]}]
    (folder / "result.json").write_text(json.dumps(result))
    return folder


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return finished_run(tmp_path_factory.mktemp("plain"))


def test_hostile_text_stays_text(pilot: Path) -> None:
    page = _Seen()
    record = decision_record(pilot)
    page.feed(as_html(record))
    assert page.tags.count("script") == 1 and "img" not in page.tags
    assert all(link.startswith("https://") for link in page.links)
    assert json.loads("".join(page.scripts)) == record
    told = as_markdown(record)
    assert not re.search(r"(?<!\\)<", told)  # Markdown takes what is behind a backslash for text


def test_a_page_says_what_was_asked_found_and_done(pilot: Path) -> None:
    html = as_html(decision_record(pilot))
    for words in ("How many requests", "2 rows excluded", "Overturned", "not in sight",
                  "Simple tests", "95% interval", "Limits",
                  "sha256 of data", "scikit-learn", "holds all texts"):
        assert words in html, words


@pytest.mark.parametrize("ending", ["json", "html"])
def test_a_record_alone_repeats_its_run(
    plain: Path, tmp_path: Path, ending: str, capsys: pytest.CaptureFixture[str]
) -> None:
    record, again = tmp_path / f"record.{ending}", tmp_path / "again"
    assert advisor_main(["record", "--pilot", str(plain), "--out", str(record)]) == 0
    hidden = plain.parent / "data.jsonl"
    hidden.rename(plain.parent / "moved")
    try:
        assert training_main(["run", str(record), "--out", str(again)]) == 0
    finally:
        (plain.parent / "moved").rename(hidden)
    assert "the same predictions on all" in capsys.readouterr().out
    lines = [(folder / "predictions.jsonl").read_text() for folder in (plain, again)]
    assert lines[0] == lines[1]
    check = (read_result(again) or {})["repeat_check"]
    assert check["identical"] and check["changed"] == [] and check["versions"] == []
    assert "Repeated from the record" in as_html(decision_record(again))


def test_what_changed_is_said(
    plain: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record = decision_record(plain)
    row = record["run"]["predictions"][3]
    row["arms"]["classical"] = "another"
    record["run"]["environment"]["packages"]["numpy"] = "0.1"
    path = tmp_path / "record.json"
    path.write_text(json.dumps(record))
    assert training_main(["run", str(path), "--out", str(tmp_path / "again")]) == 1
    told = capsys.readouterr().out
    assert "was 0.1 in the record" in told
    assert f"row {row['row']}, classical: 'another' before" in told


def test_rows_keep_their_numbers_whatever_the_file_was(tmp_path: Path) -> None:
    """A CSV whose texts hold line ends, with an empty row, a lonely label and an odd encoding."""
    rows = [(f"où est\nle colis {i} {'x' * i}", "late" if i % 2 else "lost") for i in range(40)]
    rows += [("", "late"), ("only one", "lonely")]
    text = io.StringIO()
    csv.writer(text).writerows([("text", "label"), *rows])
    (tmp_path / "mine.csv").write_bytes(text.getvalue().encode("cp1252"))
    folder = finished_run(tmp_path, data=tmp_path / "mine.csv", arms=["majority"], seed=3)
    path = tmp_path / "record.json"
    path.write_text(json.dumps({"run": run_record(folder).model_dump(mode="json")}))
    assert training_main(["run", str(path), "--out", str(tmp_path / "again")]) == 0
    first, second = (json.loads((f / "split.json").read_text()) for f in
                     (folder, tmp_path / "again"))
    assert first["test_rows"] == second["test_rows"]
    notes = [(read_result(f) or {})["notes"] for f in (folder, tmp_path / "again")]
    assert notes[0] == notes[1] and any("left out" in note for note in notes[0])


def test_without_texts_the_data_file_is_wanted(
    plain: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, out = tmp_path / "record.json", str(tmp_path / "again")
    assert advisor_main(["record", "--pilot", str(plain), "--without-texts",
                         "--out", str(path)]) == 0
    assert "parcel" not in path.read_text() and "not for the record" not in path.read_text()
    assert training_main(["run", str(path), "--out", out]) == 2
    assert "--data" in capsys.readouterr().err
    (tmp_path / "other.jsonl").write_text("{}")
    assert training_main(["run", str(path), "--out", out,
                          "--data", str(tmp_path / "other.jsonl")]) == 2
    assert "sha256" in capsys.readouterr().err
    assert training_main(["run", str(path), "--out", out,
                          "--data", str(plain.parent / "data.jsonl")]) == 0


def test_columns_that_were_not_read_are_not_kept(plain: Path) -> None:
    assert "not for the record" not in json.dumps(decision_record(plain))


@pytest.mark.parametrize("content", ["", "[]", '{"run": {}}', '{"run": {"format": 2}}', "\x00"])
def test_what_is_no_record_is_refused(
    content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "record.json"
    path.write_text(content)
    assert training_main(["run", str(path), "--out", str(tmp_path / "again")]) == 2
    assert "expected a decision record" in capsys.readouterr().err
    assert not (tmp_path / "again").exists()


def test_a_record_of_changed_data_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = finished_run(tmp_path)
    with (tmp_path / "data.jsonl").open("a") as file:
        file.write("\n")
    assert advisor_main(["record", "--pilot", str(folder), "--out", str(tmp_path / "r.json")]) == 2
    assert "has changed" in capsys.readouterr().err


def test_another_ending_is_refused(plain: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert advisor_main(["record", "--pilot", str(plain), "--out", "record.pdf"]) == 2
    assert ".html, .md, .json" in capsys.readouterr().err


def test_a_record_reads_back(plain: Path, tmp_path: Path) -> None:
    (tmp_path / "r.html").write_text(as_html(decision_record(plain)))
    assert read_record(tmp_path / "r.html") == run_record(plain)
