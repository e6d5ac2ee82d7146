"""The review of one and of many: the command, a kill, hostile text, reports and marks."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from advisor.__main__ import main
from advisor.homework import many
from advisor.homework.classroom import (
    interesting,
    near_copies,
    reviews_in,
    summarise,
)
from advisor.homework.feedback import feedback
from advisor.homework.insights import Insight, overlooked
from advisor.homework.marks import (
    Mark,
    accords,
    applied,
    change,
    looked,
    marks_path,
    name_of,
    read_marks,
    toggled,
    with_added,
    with_comment,
)
from advisor.homework.opinion import opinions
from advisor.homework.report import COLUMNS, as_csv, cell, feedback_markdown, student_html
from advisor.homework.review import Line, key_of, review, score
from advisor.homework.rubric import default_rubric, parse_rubric
from advisor.homework.submission import Entry, Submission, SubmissionError

ROOT = Path(__file__).parent.parent
RUBRIC = default_rubric()
NEEDS = [
    "Staff ask about travel and expense policies. There are some 900 pages, a few change each "
    "month, and every answer has to quote the clause it rests on.",
    "Sort 3,000 customer e-mails a day into twelve queues; two years of hand-sorted e-mails exist.",
    "Turn a meeting transcript into a one-page summary that a person reads before it is sent.",
    "A start-up wants to build the world's best writer of short fiction; readers can be shown two "
    "stories and asked which one they like more.",
    "Users type a question in plain words and get a query in our own query language; thousands of "
    "past questions with their queries are on file.",
]
WHYS = [
    "RAG, because the policies change each month and the answer must cite its clause.",
    "Fine-tuning, since we have thousands of examples of a narrow task.",
    "Start with a prompt; a person checks the result anyway and we can measure how often.",
    "Fine-tune with DPO, because readers can rank stories but nobody can write the ideal one.",
    "Fine-tuning: the prompt with all rules became too long and too slow.",
]
SCRIPT = "<script>alert('x')</script><img src=x onerror=alert(1)>"
FORMULA = '=HYPERLINK("http://example.org","click")'
RIGHT_TO_LEFT = "نريد تلخيص رسائل العملاء \u202eكل يوم في تقرير قصير"


def machine(author: str | None, posted: int | None, *pairs: Sequence[str]) -> str:
    return json.dumps({"author": author, "posted": posted, "use_cases": [
        {"description": d, "reasoning": r} for d, r in pairs]})


def write_class(folder: Path, n: int) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    rows = [machine(f"Student {i}", i % 5 + 1, *zip(
        [f"{need} Team {i}." for need in NEEDS], WHYS, strict=True)) for i in range(n)]
    (folder / "class.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


def rows_of(path: Path) -> list[Line]:
    return [json.loads(row) for row in path.read_text(encoding="utf-8").splitlines()]


def lines_of(*submissions: Submission) -> list[Line]:
    return [found.to_line() for found in review(submissions)]


@pytest.fixture(scope="module")
def ann() -> Line:
    return lines_of(Submission("ann.md", "Ann", 1, tuple(map(Entry, NEEDS, WHYS))))[0]


def test_the_command_writes_a_line_for_each_submission(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, out = write_class(tmp_path / "in", 2), tmp_path / "reviews.jsonl"
    (folder / "broken.docx").write_bytes(b"no zip at all")
    (folder / "empty.txt").write_bytes(b"")
    status = main(["review", str(folder), "--out", str(out), "--html", str(tmp_path / "html")])
    told = capsys.readouterr()
    assert status == 1 and "2 submissions reviewed; 2 could not be read" in told.out
    rows = rows_of(out)
    errors = [row for row in rows if "error" in row]
    assert sorted(row["file"] for row in errors) == ["broken.docx", "empty.txt"]
    assert all(set(row) == {"file", "error"} and row["error"] for row in errors)
    for row in (row for row in rows if "error" not in row):
        assert list(row) == ["file", "author", "posted", "use_cases", "findings", "score"]
        for used in row["use_cases"]:
            assert list(used) == ["description", "reasoning", "stance", "later", "criteria",
                                  "contradiction", "advice", "agreement", "findings"]
            assert set(used["advice"]) == {"approach", "probabilities"}
            assert used["agreement"] in ("agrees", "differs", "disputed")
            assert sum(used["advice"]["probabilities"].values()) == pytest.approx(1, abs=1e-3)
            assert all(set(f) == {"code", "severity", "text"} for f in used["findings"])
        assert 0 <= row["score"] <= 100
    pages = sorted((tmp_path / "html" / "students").iterdir())
    index = (tmp_path / "html" / "index.html").read_text(encoding="utf-8")
    assert len(pages) == 2 and all(f"students/{page.name}" in index for page in pages)
    assert "http" not in re.sub(r'href="https://[^"]*"', "", _without_text(index))


def _without_text(page: str) -> str:
    """Only the tags of a page: what a browser would load."""
    return "".join(re.findall(r"<[^>]+>", page))


def test_the_short_way_to_an_opinion_is_the_advice() -> None:
    for opinion in opinions([*NEEDS, "", "  "]):
        if opinion is not None:
            assert opinion.probabilities == opinion.advice.probabilities
            assert opinion.approach == opinion.advice.approach
            flagged = "disputed" in opinion.advice.flags
            assert flagged == (opinion.disputed is not None)
    assert opinions(["", "  "]) == [None, None] and opinions([]) == []


def test_a_killed_review_goes_on_and_loses_and_doubles_none(tmp_path: Path) -> None:
    folder, out = write_class(tmp_path / "in", 60), tmp_path / "reviews.jsonl"
    code = ("from advisor.homework import many; many.BATCH = 20\n"
            "import sys; from advisor.__main__ import main; sys.exit(main(sys.argv[1:]))")
    running = subprocess.Popen(
        [sys.executable, "-c", code, "review", str(folder), "--out", str(out)], cwd=ROOT,
        stderr=subprocess.DEVNULL)
    try:
        while running.poll() is None and (not out.exists() or out.stat().st_size == 0):
            time.sleep(0.05)
    finally:
        running.kill()
        running.wait()
    whole = out.read_bytes()
    n_before = whole.count(b"\n")
    assert n_before > 0
    out.write_bytes(whole + b'{"file": "class.jsonl", "author": "Stud')  # cut off by the kill
    done = many.review_paths([folder], out, RUBRIC)
    assert done.kept == n_before and done.reviewed == 60 - n_before
    assert out.read_bytes().startswith(whole)
    authors = [row["author"] for row in rows_of(out)]
    assert sorted(authors) == sorted(f"Student {i}" for i in range(60))
    again = many.review_paths([folder], out, RUBRIC)
    assert (again.reviewed, again.kept) == (0, 60) and len(rows_of(out)) == 60


def test_two_copies_of_a_submission_are_two_reviews_and_new_ones_are_added(tmp_path: Path) -> None:
    folder, out = tmp_path / "in", tmp_path / "reviews.jsonl"
    folder.mkdir()
    row = machine("Ann", 1, (NEEDS[0], WHYS[0]))
    (folder / "a.jsonl").write_text(f"{row}\n{row}\n")
    assert many.review_paths([folder], out, RUBRIC).reviewed == 2
    (folder / "a.jsonl").write_text(f"{row}\n{row}\n{row}\n")
    assert many.review_paths([folder], out, RUBRIC) == many.Done(1, 2, 0)
    (folder / "b.bin").write_bytes(b"\x00")
    assert many.review_paths([folder], out, RUBRIC) == many.Done(0, 3, 1)
    assert many.review_paths([folder], out, RUBRIC) == many.Done(0, 3, 1)


def test_what_the_review_writes_is_not_reviewed(tmp_path: Path) -> None:
    write_class(tmp_path, 1)
    for _ in range(2):
        assert main(["review", str(tmp_path), "--out", str(tmp_path / "reviews.jsonl"),
                     "--html", str(tmp_path / "pages")]) == 0
        change(marks_path(tmp_path / "reviews.jsonl"), "some", looked)
    assert len(rows_of(tmp_path / "reviews.jsonl")) == 1


def test_batches_are_small_and_lazy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No more than a batch of submissions is ever held, however many there are."""
    held: list[int] = []
    real = many.review

    def counted(submissions: Sequence[Submission], rubric: Any) -> Any:
        held.append(sum(len(s.entries) for s in submissions))
        return real(submissions, rubric)

    monkeypatch.setattr(many, "review", counted)
    monkeypatch.setattr(many, "BATCH", 10)
    told: list[tuple[int, int]] = []
    many.review_paths([write_class(tmp_path / "in", 6)], tmp_path / "out.jsonl", RUBRIC,
                      lambda done, of: told.append((done, of)))
    assert held == [10, 10, 10] and told == [(10, 30), (20, 30), (30, 30)]


def test_what_is_no_review_is_not_written_over(tmp_path: Path) -> None:
    out = tmp_path / "thesis.txt"
    out.write_text("my only copy\n")
    with pytest.raises(SubmissionError, match="line 1"):
        many.review_paths([write_class(tmp_path / "in", 1)], out, RUBRIC)
    assert out.read_text() == "my only copy\n"
    assert main(["review", str(tmp_path), "--out", str(tmp_path / "no" / "where.jsonl")]) == 2
    assert main(["review", str(tmp_path), "--out", str(tmp_path / "o"), "--rubric", "none"]) == 2


def test_two_reviews_do_not_write_to_one_file(tmp_path: Path) -> None:
    import fcntl

    out = tmp_path / "reviews.jsonl"
    with out.open("a+b") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(SubmissionError, match="another review"):
            many.review_paths([tmp_path], out, RUBRIC)


def test_a_rubric_changes_the_score(ann: Line) -> None:
    strict = parse_rubric(b"checks: {HW002: {points: 10, most_words: 3}}", "strict.yaml")
    line = review([Submission("a", "Ann", 1, tuple(map(Entry, NEEDS, WHYS)))], strict)[0].to_line()
    assert sum(f["code"] == "HW002" for u in line["use_cases"] for f in u["findings"]) == 5
    assert line["score"] <= 50 < ann["score"] == score(ann, RUBRIC)
    off = parse_rubric(b"checks: {HW015: {enabled: false}}", "off.yaml")
    quiet = review([Submission("a", "Ann", 1, tuple(map(Entry, NEEDS, WHYS)))], off)[0].to_line()
    assert not any(f["code"] == "HW015" for u in quiet["use_cases"] for f in u["findings"])


def test_nothing_written_scores_nothing() -> None:
    lines = lines_of(Submission("a", None, None, ()), Submission("b", None, None, (
        Entry("", "RAG"), Entry("  ", ""))))
    assert [line["score"] for line in lines] == [0, 0]
    assert lines[1]["use_cases"][0]["advice"] is None


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.handlers: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.handlers += [name for name, _ in attrs if name.startswith("on")]


def hostile() -> list[Submission]:
    long = "word " * 400_000
    return [
        Submission(SCRIPT, SCRIPT, 1, (Entry(SCRIPT * 3, SCRIPT), Entry(FORMULA, FORMULA))),
        Submission("long.txt", FORMULA, None, (Entry(long, long), Entry("x" * 2_000_000, "RAG"))),
        Submission("rtl.txt", RIGHT_TO_LEFT, 1, (Entry(RIGHT_TO_LEFT, RIGHT_TO_LEFT),)),
        Submission("odd.txt", "a\ud800b", 1, (Entry("half a \ud83d smile", "\x00\x07 RAG"),)),
    ]


@pytest.fixture(scope="module")
def attacked() -> list[Line]:
    return lines_of(*hostile())


def test_hostile_text_is_escaped_in_html(attacked: list[Line]) -> None:
    for line in attacked:
        noted = Mark(comment=SCRIPT, notes={"1": SCRIPT, "0:HW001": SCRIPT})
        page = student_html(feedback(applied(line, noted, RUBRIC), RUBRIC))
        found = _Tags()
        found.feed(page)
        assert "script" not in found.tags and "img" not in found.tags and not found.handlers
        assert len(page) < 200_000
    assert "&lt;script&gt;" in student_html(feedback(attacked[0], RUBRIC))
    assert 'dir="auto"' in student_html(feedback(attacked[2], RUBRIC))
    assert "it has 2,000,000 characters" in student_html(feedback(attacked[1], RUBRIC))


def test_links_are_the_advisors_and_never_a_students() -> None:
    line = lines_of(Submission("a", None, 1, (Entry(
        f"{NEEDS[0]} See http://evil.example now", "http://evil.example: I would fine-tune."),)))[0]
    [found] = [f for f in line["use_cases"][0]["findings"] if f["code"] == "HW015"]
    address = re.search(r"https://[^)]+", found["text"])
    page = student_html(feedback(line, RUBRIC))
    assert address and f'<a href="{address.group()}"' in page
    assert "http://evil.example" in page and 'href="http://evil' not in page


def test_hostile_text_is_no_markdown(attacked: list[Line]) -> None:
    text = feedback_markdown(feedback(attacked[0], RUBRIC))
    assert "<script>" not in text and r"\<script\>" in text


def test_no_cell_is_a_formula(attacked: list[Line]) -> None:
    noted = applied(attacked[0], Mark(comment="@SUM(A1)", notes={"1": "+1"}), RUBRIC)
    text = as_csv([noted, *attacked[1:]]).decode("utf-8-sig")
    table = list(csv.reader(io.StringIO(text)))
    assert table[0] == list(COLUMNS) and len(table) == 7
    assert not [c for row in table for c in row if c.lstrip().startswith(("=", "+", "-", "@"))]
    assert table[2][COLUMNS.index("description")] == f"'{FORMULA}"
    assert table[1][COLUMNS.index("comment")] == "'@SUM(A1)"
    assert table[1][COLUMNS.index("use_case_comment")] == "'+1"
    assert cell(" =1") == "' =1" and cell("\t=1") == "'\t=1" and cell(-1) == -1


def test_hostile_files_go_through_the_command(tmp_path: Path) -> None:
    folder, out = tmp_path / "in", tmp_path / "reviews.jsonl"
    folder.mkdir()
    (folder / "a.jsonl").write_text(
        machine(SCRIPT, 1, (SCRIPT, FORMULA)) + "\n"
        + machine("Ann", 1, (RIGHT_TO_LEFT, RIGHT_TO_LEFT)) + "\n"
        + machine("a\ud800", 1, ("half a \ud83d smile to be summarised", "RAG")) + "\n")
    (folder / "big.txt").write_text("1. Sort mail\nRAG\n" + "word " * 400_000)
    (folder / "empty.md").write_text("")
    status = main(["review", str(folder), "--out", str(out), "--html", str(tmp_path / "html")])
    assert status == 1
    rows = rows_of(out)
    assert {row["file"] for row in rows if "error" in row} >= {"empty.md"}
    assert sum("error" not in row for row in rows) >= 3
    again = many.review_paths([folder], out, RUBRIC)
    assert again.reviewed == 0 and len(rows_of(out)) == len(rows)
    found = _Tags()
    found.feed((tmp_path / "html" / "index.html").read_text(encoding="utf-8"))
    assert found.tags.count("script") == 1 and not found.handlers  # the page's own, for sorting


def test_feedback_says_what_is_good_and_never_only_a_grade(ann: Line) -> None:
    view = feedback(ann, RUBRIC)
    assert view.good and view.n_findings > 0
    for used in view.use_cases:
        assert used.approach and used.advice
        for card in used.cards:
            assert card.text and card.why and card.fix and card.source
    empty = feedback(lines_of(Submission("a", None, None, ()))[0], RUBRIC)
    assert empty.good == "" and "No use case could be found" in empty.cards[0].text


def test_near_copies_are_found_across_submissions_only() -> None:
    other = Entry("Translate our restaurant's menu into five languages for tourists.", "A prompt.")
    copied = NEEDS[0].replace("travel", "trip").replace("some 900", "about 900")
    lines = lines_of(
        Submission("a", "Ann", 1, (Entry(NEEDS[0], WHYS[0]), Entry(NEEDS[0], WHYS[0]))),
        Submission("b", "Bob", 1, (other, Entry(copied, WHYS[0]))))
    pairs = {(copy.first, copy.second) for copy in near_copies(lines)}
    assert pairs == {((0, 0), (1, 1)), ((0, 1), (1, 1))}
    assert near_copies(lines[:1]) == []


def test_what_a_class_misses_and_should_discuss(ann: Line) -> None:
    bob = lines_of(Submission("bob.md", "Bob", None, (Entry(NEEDS[0], "Some model."),)))[0]
    counted = summarise([ann, bob, {"file": "x", "error": "no"}])
    assert (counted.n, counted.n_use_cases, counted.unreadable) == (2, 6, 1)
    assert counted.findings["HW001"] == 1 and sum(counted.stances.values()) == 6
    posts = interesting([ann, bob])
    assert [post.place[0] for post in posts] == [0] and posts[0].place == (0, 0)
    found = [Insight("law", (("citations", 2.0), ("freshness", 0.1)), 0.0)] * 6
    missing = dict((c, (n, of)) for c, n, of in overlooked([ann, bob], found, 0.5))
    cited = sum("citations" in u["criteria"] for u in ann["use_cases"])
    assert missing == {"citations": (6 - cited, 6)}


def test_marks_change_scores_and_are_kept(tmp_path: Path) -> None:
    reviews = tmp_path / "reviews.jsonl"
    line = lines_of(Submission("a", "Ann", None, tuple(map(Entry, NEEDS, WHYS))))[0]
    path, key = marks_path(reviews), key_of(line)
    assert path.parent == tmp_path and read_marks(path) == {}
    change(path, key, toggled("0:HW009"))
    change(path, key, with_added("2:HW004"))
    marks = change(path, key, with_comment(" Well argued. "))
    assert marks == read_marks(path)
    mark = marks[key]
    assert mark == Mark(True, ("0:HW009",), ("2:HW004",), "Well argued.")
    after = applied(line, mark, RUBRIC)
    assert after["findings"] == [f for f in line["findings"] if f["code"] != "HW009"]
    assert after["use_cases"][1]["findings"][-1]["code"] == "HW004"
    gained = RUBRIC["HW009"].points - RUBRIC["HW004"].points
    assert after["score"] == pytest.approx(line["score"] + gained)
    assert applied(line, toggled("0:HW009")(with_added("2:HW004")(mark)), RUBRIC) == line | {
        "comment": "Well argued."}
    row = {accord.code: accord for accord in accords([(line, mark)])}
    assert (row["HW009"].agreed, row["HW009"].dropped, row["HW004"].added) == (0, 1, 1)
    assert all(a.share == 1 and a.interval[0] < 1 for a in accords([(line, looked(Mark()))]))
    path.write_text("{")
    with pytest.raises(SubmissionError, match="move the file away"):
        change(path, key, looked)
    assert path.read_text() == "{" and name_of(None, "HW001") == "0:HW001"


def test_a_file_of_other_lines_is_refused_by_line(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text('{"file": "a", "error": "b"}\n{"file": "a"}\n')
    with pytest.raises(SubmissionError, match="line 2"):
        list(reviews_in(path))
    path.write_text('{"file": "a", "error": "b"}\n{"half": ')
    assert len(list(reviews_in(path))) == 1  # a review that still runs
