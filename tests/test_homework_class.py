"""An instructor's class: names hidden, comments, late files, another rubric, hostile texts."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
import zipfile
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from test_homework_pages import class_folder, drawn, page, press, runs, said  # noqa: F401
from test_homework_review import NEEDS, RUBRIC, WHYS, _Tags, hostile, lines_of, rows_of

from advisor.homework import classroom
from advisor.homework import insights as insights_of
from advisor.homework.anonymous import Aliases
from advisor.homework.classroom import to_begin_with
from advisor.homework.kept import rubric_path
from advisor.homework.marks import (
    Mark,
    applied,
    change,
    marks_path,
    read_marks,
    with_comment,
    with_note,
)
from advisor.homework.report import COLUMNS, as_csv, as_jsonl, student_html, write_pages
from advisor.homework.review import Line, encoded, key_of
from advisor.homework.submission import Entry, Submission
from advisor.ui.class_accord import class_page, student_pages
from advisor.ui.class_store import add_to, go_on, opened

VIEWS = ("Submissions", "One by one", "Differences", "What is missed", "Fields", "Worded alike",
         "To discuss", "Agreement", "Export")
NAMES = re.compile(r"\b(Ann|Miller|Bob|Cem|Kowalski)\b", re.IGNORECASE)


def named(author: str | None, file: str, description: str = "", reasoning: str = "") -> Line:
    return {"author": author, "file": file, "posted": None, "findings": [], "score": 50,
            "use_cases": [{"description": description, "reasoning": reasoning, "findings": []}]}


@pytest.mark.parametrize("text, own, shown", [
    ("I, ann, mail Lee", 0, "I, Student 1, mail Student 1"),
    ("an annual report", 0, "an annual report"),
    ("Ms Kowalski asked", 1, "Ms Student 1 asked"),  # from the name of the file
    ("With Ann Lee and bob ray, and Ray's bot", 3,  # by the other Ann
     "With Student 1 and Student 2, and Student 2's bot"),
    ("a ray of hope", 3, "a ray of hope"),
    ("@bob said so to bob@uni.edu", 3, "@Student 2 said so to Student 2@uni.edu"),
    ("Will agrees; it will do.", 3, "Student 3 agrees; it will do."),
    ("Ann is two people", 1, "a student is two people"),
    ("Student essays of the Class", 3, "Student essays of the Class"),
    ("Do it as Do Kim did", 3, "Do it as Student 5 did"),
])
def test_a_name_is_hidden_where_it_names_somebody(text: str, own: int, shown: str) -> None:
    lines = [named("Ann Lee", "kowalski_ann.md"), named("Bob Ray", "class.jsonl"),
             named("Will Ueda", "class.jsonl"), named("Ann Smith", "x.md"),
             named("Do Kim", "y.md"), named("Student 07", "z.md"), named(None, "q.md")]
    assert Aliases(lines).hidden(text, own) == shown


def test_a_line_without_names() -> None:
    line = named("Ann Lee", "ann.md", "Ann's mails", "Bob knows") | {"comment": "See Bob, Ann."}
    line["use_cases"][0]["findings"] = [{"code": "HW005", "severity": "tip", "text": "“Ann”",
                                         "comment": "as Bob"}]
    aliases = Aliases([named("Bob", "bob.md"), line])
    assert not NAMES.search(encoded(aliases.line(line, 1)).decode())


def _write_bobs_words(folder: Path) -> None:
    """Bob names Ann in his text, and the instructor both in comments."""
    rows = rows_of(folder / "reviews.jsonl")
    bob = next(row for row in rows if row.get("author") == "Bob")
    bob["use_cases"][0]["description"] += " Ann Miller has the same idea."
    (folder / "reviews.jsonl").write_bytes(b"".join(encoded(row) + b"\n" for row in rows))
    path, key = marks_path(folder / "reviews.jsonl"), key_of(bob)
    change(path, key, with_comment("Bob, talk to Ann."))
    change(path, key, with_note("1", "Cem had it too, Bob."))


def test_no_name_on_the_page_nor_in_what_is_taken_from_it(class_folder: Path) -> None:  # noqa: F811
    _write_bobs_words(class_folder)
    app = page("class_view")
    assert app.get("file_uploader")
    app = app.toggle(key="class_anonymous").set_value(True).run()
    assert not app.get("file_uploader")  # it would show the names of files
    for view in VIEWS:
        app = app.button_group(key="class_view").set_value(view).run()
        if view == "One by one":
            app = app.button_group(key="class_queue").set_value("All").run()
            app = press(app, "Next")
            for toggle in app.toggle:
                toggle.set_value(True)
            app = app.run()
        assert not app.exception, view
        fields = " ".join(str(a.value) for a in app.text_area if a.label != RUBRIC_LABEL)
        tables = " ".join(frame.value.to_csv() for frame in app.dataframe)
        assert not NAMES.search(drawn(app) + said(app) + fields + tables), view
    room = opened(class_folder, anonymous=True)
    with zipfile.ZipFile(io.BytesIO(student_pages(room))) as archive:
        pages = " ".join(archive.namelist()) + " ".join(
            archive.read(name).decode() for name in archive.namelist())
    lines = [*room.marked, *room.errors]
    tables = as_csv(lines).decode() + as_jsonl(lines).decode()
    everything = pages + class_page(room).decode() + tables
    assert not NAMES.search(everything) and "scan.pdf" not in everything
    assert "talk to Student 1" in everything and "Student 3 had it too" in everything


RUBRIC_LABEL = "What counts, for how much, and from which thresholds on (YAML)"


def test_every_view_shows_what_the_review_kept(
    class_folder: Path, monkeypatch: pytest.MonkeyPatch  # noqa: F811
) -> None:
    def forbidden(*_: object) -> None:
        raise AssertionError("the class was read again")

    for module, name in ((insights_of, "opinions"), (insights_of, "read_reasonings")):
        monkeypatch.setattr(module, name, forbidden)
    real = classroom.read_reasonings
    monkeypatch.setattr(classroom, "read_reasonings",
                        lambda texts, why: forbidden() if texts else real(texts, why))
    app = page("class_view")
    for view in ("Submissions", "What is missed", "Fields"):
        app = app.button_group(key="class_view").set_value(view).run()
        assert not app.exception, view


def test_comments_are_on_findings_and_use_cases_and_reach_the_student(tmp_path: Path) -> None:
    from advisor.homework.feedback import feedback

    line = lines_of(Submission("a", "Ann", None, tuple(map(Entry, NEEDS, WHYS))))[0]
    place, code = next((k, used["findings"][0]["code"])
                       for k, used in enumerate(line["use_cases"]) if used["findings"])
    reviews = tmp_path / "reviews.jsonl"
    reviews.write_bytes(encoded(line) + b"\n")
    mark = Mark(True, ("0:HW009",), (), "All in all good.", {
        "2": "Nice pair.", f"{place + 1}:{code}": "See slide 12.", "0:HW009": "not to be seen"})
    shown = applied(line, mark, RUBRIC)
    html = student_html(feedback(shown, RUBRIC))
    assert html.count("Your instructor:") == 3 and "not to be seen" not in html
    for text in ("All in all good.", "Nice pair.", "See slide 12."):
        assert text in html
    assert f"from {line['score']:g}" in html and f"{shown['score']:g} of 100" in html
    table = list(csv.DictReader(io.StringIO(as_csv([shown]).decode("utf-8-sig"))))
    assert [row["use_case_comment"] for row in table] == ["", "Nice pair.", "", "", ""]
    assert table[0]["comment"] == "All in all good."
    assert "(the instructor: See slide 12.)" in table[place]["findings"]
    assert float(table[0]["score_before"]) == line["score"] < float(table[0]["score"])
    assert list(table[0]) == list(COLUMNS)
    told = json.loads(as_jsonl([shown]))
    assert told["comment"] == "All in all good." and told["score_before"] == line["score"]
    assert told["use_cases"][1]["comment"] == "Nice pair."
    # The command's pages have them too, and a page of a place that is no more goes.
    path = marks_path(reviews)
    change(path, key_of(line), with_note("2", "Nice pair."))
    (tmp_path / "html" / "students").mkdir(parents=True)
    (tmp_path / "html" / "students" / "00002-bob.html").write_text("of an earlier time")
    write_pages(reviews, tmp_path / "html", RUBRIC)
    assert [p.name for p in (tmp_path / "html" / "students").iterdir()] == ["00001-ann.html"]
    assert "Nice pair." in (tmp_path / "html" / "students" / "00001-ann.html").read_text()
    change(path, key_of(line), with_note("2", " "))
    assert read_marks(path)[key_of(line)].notes == {}


def test_a_comment_on_a_finding_is_kept_by_the_page(class_folder: Path) -> None:  # noqa: F811
    app = page("class_view")
    app = app.button_group(key="class_view").set_value("One by one").run()
    area = next(a for a in app.text_area if a.label == "On this finding")
    app = area.set_value("See slide 12.").run()
    assert "See slide 12." in drawn(app)
    [mark] = read_marks(marks_path(class_folder / "reviews.jsonl")).values()
    assert list(mark.notes.values()) == ["See slide 12."] and not mark.looked
    app = app.button_group(key="class_view").set_value("Submissions").run()
    assert list(app.dataframe[0].value["Comment"]) == [True, False, False]


def test_a_key_meant_for_another_submission_does_nothing(class_folder: Path) -> None:  # noqa: F811
    app = page("class_view")
    app = app.button_group(key="class_view").set_value("One by one").run()
    stale = next(b for b in app.button if str(b.key).startswith("drop-0-"))
    press(app, "Next")
    stale.click()
    app.run()
    assert not read_marks(marks_path(class_folder / "reviews.jsonl"))


def test_the_first_ten_are_from_every_part() -> None:
    lines: list[Line] = [{"score": float(score)} for score in range(100, 0, -1)]
    places = to_begin_with(lines)
    assert len(places) == 10 and places == sorted(places)
    assert {0, 99} <= set(places)
    assert {b - a for a, b in itertools.pairwise(places)} == {11}
    assert to_begin_with(lines[:4]) == [0, 1, 2, 3]


def test_another_rubric_and_late_files(class_folder: Path) -> None:  # noqa: F811
    app = page("class_view")
    app = app.button_group(key="class_view").set_value("Agreement").run()
    area = next(a for a in app.text_area if a.label == RUBRIC_LABEL)
    area.set_value("checks: {HW002: {points: nothing}}")
    app = press(app, "Review the class again by it")
    assert "expected a number" in said(app)
    before = rows_of(class_folder / "reviews.jsonl")
    area = next(a for a in app.text_area if a.label == RUBRIC_LABEL)
    area.set_value("checks: {HW002: {points: 10, most_words: 3}}")
    app = press(app, "Review the class again by it")
    after = rows_of(class_folder / "reviews.jsonl")
    assert [r.get("author") for r in after] == [r.get("author") for r in before]
    assert sum(r.get("score", 0) for r in after) < sum(r.get("score", 0) for r in before)
    assert "most_words: 3\n" in rubric_path(class_folder / "reviews.jsonl").read_text()
    text = f"1. {NEEDS[4]}\n\nReasoning: {WHYS[4]}\n".encode()
    add_to(class_folder, [("scan.txt", text), ("dan.md", text)], lambda done, of: None)
    rows = rows_of(class_folder / "reviews.jsonl")
    assert [r["file"] for r in rows if "error" in r] == ["scan.pdf"]  # it lies there still
    assert {"scan.txt", "dan.md"} <= {r["file"] for r in rows}
    kept = (class_folder / "reviews.jsonl").read_bytes()
    go_on(class_folder, lambda done, of: pytest.fail("nothing is left to review"))
    assert (class_folder / "reviews.jsonl").read_bytes() == kept


@pytest.fixture
def hostile_class(runs: Path) -> Path:  # noqa: F811
    folder = runs / "classes" / "hostile"
    folder.mkdir(parents=True)
    lines = lines_of(*hostile())
    lines.append({"file": "<script>alert(1)</script>.md", "error": "<img src=x onerror=alert(1)>"})
    (folder / "reviews.jsonl").write_bytes(b"".join(encoded(line) + b"\n" for line in lines))
    path = marks_path(folder / "reviews.jsonl")
    for line in lines[:-1]:
        key = key_of(json.loads(encoded(line)))
        change(path, key, with_comment("<script>alert(1)</script>"))
        change(path, key, with_note("1", "=1+1<img src=x onerror=alert(1)>"))
    return folder


@pytest.mark.parametrize("anonymous", [False, True])
def test_hostile_submissions_break_no_view_and_no_export(
    hostile_class: Path, anonymous: bool
) -> None:
    app: AppTest = page("class_view")
    app = app.toggle(key="class_anonymous").set_value(anonymous).run()
    for view in VIEWS:
        app = app.button_group(key="class_view").set_value(view).run()
        assert not app.exception, view
        tags = _Tags()
        tags.feed(drawn(app))
        assert not {"script", "img"} & set(tags.tags) and not tags.handlers, view
        # What is Markdown has every sign of a student's before it taken as it is.
        assert not re.search(r"(?<!\\)<(?:script|img)", " ".join(
            element.value for element in [*app.markdown, *app.caption, *app.subheader])), view
        assert len(drawn(app)) < 500_000, view
    room = opened(hostile_class, anonymous)
    tags = _Tags()
    tags.feed(class_page(room).decode())
    assert tags.tags.count("script") == 1 and "img" not in tags.tags and not tags.handlers
    with zipfile.ZipFile(io.BytesIO(student_pages(room))) as archive:
        assert all(re.fullmatch(r"\d{5}-[a-z0-9-]+\.html", name) for name in archive.namelist())
        for name in archive.namelist():
            tags = _Tags()
            tags.feed(archive.read(name).decode())
            assert not {"script", "img"} & set(tags.tags) and not tags.handlers
    table = csv.reader(io.StringIO(as_csv([*room.marked, *room.errors]).decode("utf-8-sig")))
    cells = [cell for row in table for cell in row]
    assert not [c for c in cells if c.lstrip().startswith(("=", "+", "-", "@"))]
    assert max(map(len, cells)) < 32_767  # what a spreadsheet's cell takes
