"""A file of reviews that is gone on with: another rubric, repaired files, kills, two threads."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import IO

import pytest
from test_homework_review import NEEDS, RUBRIC, WHYS, machine, rows_of, write_class

from advisor.__main__ import main
from advisor.homework import kept, many
from advisor.homework.insights import insights, insights_path, read_insights
from advisor.homework.marks import change, marks_path, read_marks, with_comment
from advisor.homework.review import Line, key_of
from advisor.homework.rubric import as_yaml, parse_rubric
from casebank.encoder import loaded_once

ROOT = Path(__file__).parent.parent
STRICT = parse_rubric(b"checks: {HW002: {points: 10, most_words: 3}}", "strict.yaml")


def test_another_rubric_makes_every_review_again(tmp_path: Path) -> None:
    folder, out = write_class(tmp_path / "in", 3), tmp_path / "reviews.jsonl"
    (folder / "broken.docx").write_bytes(b"no zip at all")
    many.review_paths([folder], out, RUBRIC)
    before = rows_of(out)
    change(marks_path(out), key_of(before[1]), with_comment("Well argued."))
    assert many.review_paths([], out, STRICT) == many.Done(0, 0, 1, again=3)  # without the files
    after = rows_of(out)
    assert [row["file"] for row in after] == [row["file"] for row in before]
    other = tmp_path / "other.jsonl"
    many.review_paths([folder], other, STRICT)
    assert after == rows_of(other) and after != before
    assert kept.rubric_path(out).read_bytes() == as_yaml(STRICT)
    assert key_of(after[1]) in read_marks(marks_path(out))  # marks stay with their submission
    assert many.review_paths([folder], out, STRICT) == many.Done(0, 3, 1)
    kept.rubric_path(out).unlink()  # nobody knows any more who made them
    assert many.review_paths([folder], out, RUBRIC) == many.Done(0, 0, 1, again=3)
    assert rows_of(out) == before


def test_the_command_says_that_another_rubric_made_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, out = write_class(tmp_path / "in", 1), tmp_path / "reviews.jsonl"
    rubric = tmp_path / "mine.yaml"
    rubric.write_text("checks: {HW002: {most_words: 3}}")
    assert main(["review", str(folder), "--out", str(out)]) == 0
    assert main(["review", str(folder), "--out", str(out), "--rubric", str(rubric)]) == 0
    assert "1 made again, since another rubric had made them" in capsys.readouterr().out
    found = [f["code"] for used in rows_of(out)[0]["use_cases"] for f in used["findings"]]
    assert found.count("HW002") == 5


def test_making_again_goes_on_after_a_kill_and_never_mixes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, out = write_class(tmp_path / "in", 6), tmp_path / "reviews.jsonl"
    many.review_paths([folder], out, RUBRIC)
    before = out.read_bytes()
    monkeypatch.setattr(many, "BATCH", 10)
    real, written = kept.append, []

    def killed(file: IO[bytes], lines: Iterable[Line]) -> None:
        if len(written) == 2:
            raise KeyboardInterrupt
        written.append(list(lines))
        real(file, written[-1])

    monkeypatch.setattr(kept, "append", killed)
    with pytest.raises(KeyboardInterrupt):
        many.review_paths([folder], out, STRICT)
    assert out.read_bytes() == before and len(written) == 2
    path = kept.again_path(out, STRICT)
    path.write_bytes(path.read_bytes() + b'{"file": "cut')
    monkeypatch.setattr(kept, "append", real)
    told: list[tuple[int, int]] = []
    done = many.review_paths([folder], out, STRICT, lambda n, of: told.append((n, of)))
    assert done == many.Done(0, 0, 0, again=6) and told[0] == (10, 10)  # the last two were left
    assert [row["author"] for row in rows_of(out)] == [f"Student {i}" for i in range(6)]
    assert all(row["score"] <= 50 for row in rows_of(out))
    assert not list(tmp_path.glob("*again*")) and len(rows_of(out)) == 6


def test_the_error_of_a_repaired_file_is_replaced_by_its_review(tmp_path: Path) -> None:
    first, other = tmp_path / "first", tmp_path / "other"
    row = machine("Ann", 1, (NEEDS[0], WHYS[0]))
    for folder in (first, other):
        folder.mkdir()
    (other / "lost.pdf").write_bytes(b"%PDF")
    (first / "bob.doc").write_bytes(b"old Word")
    (first / "broken.zip").write_bytes(b"no zip")
    (first / "class.jsonl").write_text(f"{row}\nnothing\nnothing\n")
    (first / "empty.md").write_bytes(b"")
    out = tmp_path / "reviews.jsonl"
    assert many.review_paths([first, other], out, RUBRIC) == many.Done(1, 0, 6)
    second = machine("Cem", 1, (NEEDS[1], WHYS[1]))
    (first / "class.jsonl").write_text(f"{row}\n{second}\nnothing\n")
    (first / "bob.doc").rename(first / "bob.txt")
    (first / "bob.txt").write_text(f"1. {NEEDS[2]}\n\nReasoning: {WHYS[2]}\n")
    with zipfile.ZipFile(first / "broken.zip", "w") as archive:
        archive.writestr("dan.txt", f"1. {NEEDS[3]}\n\nReasoning: {WHYS[3]}\n")
    assert many.review_paths([first], out, RUBRIC) == many.Done(3, 1, 3)
    rows = rows_of(out)
    assert sorted((r["file"], r["error"][:6]) for r in rows if "error" in r) == [
        ("class.jsonl", "line 3"), ("empty.md", "expect"), ("lost.pdf", "expect")]
    assert sorted(r["file"] for r in rows if "error" not in r) == [
        "bob.txt", "broken.zip/dan.txt", "class.jsonl", "class.jsonl"]
    assert many.review_paths([first, other], out, RUBRIC) == many.Done(0, 4, 3)


def test_the_review_keeps_what_a_class_is_looked_at_by(tmp_path: Path) -> None:
    out = tmp_path / "reviews.jsonl"
    many.review_paths([write_class(tmp_path / "in", 2)], out, RUBRIC)
    rows, path = rows_of(out), insights_path(out)
    told: list[tuple[int, int]] = []
    found = insights(rows, path, lambda n, of: told.append((n, of)))
    assert len(found) == 10 and not told  # nothing was read again
    assert any(one.decisive for one in found) and len({one.field for one in found}) > 1
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])  # cut within a line
    assert insights(rows, path, lambda n, of: told.append((n, of))) == found
    assert told and told[-1][0] == told[-1][1] < 10
    assert len(read_insights(path)) == 10  # and now they are kept


def test_who_asks_at_once_gets_one() -> None:
    made: list[object] = []

    @loaded_once
    def slow() -> object:
        time.sleep(0.2)
        made.append(object())
        return made[-1]

    got: list[object] = []
    threads = [threading.Thread(target=lambda: got.append(slow())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1 and got == made * 4


def test_two_pages_may_ask_at_once_in_a_fresh_process() -> None:
    """Both threads import and load everything at the same time; neither may see it half done."""
    code = """
import threading
from advisor.homework.submission import Entry, Submission
start, got = threading.Barrier(3), []
def page(work):
    start.wait()
    got.append(work())
def advice():
    from advisor import advise
    return advise("Sort mails into twelve queues.").approach
def homework():
    from advisor.homework.review import review
    work = Submission("a", None, None, (Entry("Sort mails into twelve queues.", "A prompt."),))
    return review([work])[0].work.use_cases[0].opinion.approach
def copies():
    from advisor.homework.classroom import near_copies
    used = {"description": "Sort mails into twelve queues for us all day", "reasoning": ""}
    return len(near_copies([{"use_cases": [used]}] * 2))
threads = [threading.Thread(target=page, args=(work,)) for work in (advice, homework, copies)]
for thread in threads: thread.start()
for thread in threads: thread.join()
from advisor.engine import default_bank
from advisor.infer import default_reader
assert default_bank().encoder is default_reader().attention
assert len(got) == 3 and 1 in got and len(set(got)) == 2, got
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_lines_of_a_rubric_are_a_rubric() -> None:
    assert parse_rubric(as_yaml(STRICT), "x").settings == STRICT.settings
