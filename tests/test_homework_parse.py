"""Homework in every form people hand in: what is read, who wrote it, which one is posted."""

from __future__ import annotations

import io
import json
import random
import tracemalloc
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from homework_layouts import CONTENT, LAYOUTS, Told

from advisor.homework import parse
from advisor.homework.forms import limits, posted, sources
from advisor.homework.forms.sentences import Piece, divide, sentences
from advisor.homework.parse import read_bytes, read_path, read_text
from advisor.homework.submission import Entry, Submission, SubmissionError, Unreadable
from casebank import load_cases

FIXTURES = Path(__file__).parent / "homework"
EXPECTED: dict[str, dict[str, Any]] = yaml.safe_load(
    (FIXTURES / "expected.yaml").read_text("utf-8"))
TEXT = "1. Answer questions on our café's menus. RAG, they change daily.\n" \
       "2. Write naïve poems. Prompting is enough.\nI will post #2.\n"


def one(found: Iterator[Submission | Unreadable]) -> Submission:
    all_of_them = list(found)
    assert len(all_of_them) == 1 and isinstance(all_of_them[0], Submission), all_of_them
    return all_of_them[0]


def error(found: Iterator[Submission | Unreadable]) -> str:
    all_of_them = list(found)
    assert len(all_of_them) == 1 and isinstance(all_of_them[0], Unreadable), all_of_them
    return all_of_them[0].error


def fits(text: str, pattern: str) -> bool:
    """Whether a text is ``pattern``, or begins and ends as "beginning … end" says."""
    start, cut, end = pattern.partition(" … ")
    return text.startswith(start) and text.endswith(end) if cut else text == pattern


@pytest.mark.parametrize("name", EXPECTED)
def test_submissions_as_students_write_them(name: str) -> None:
    read, wanted = one(read_path(FIXTURES / name)), EXPECTED[name]
    assert read.file == name and read.posted == wanted["posted"]
    assert read.author == wanted["author"] if "author" in wanted else True
    assert len(read.entries) == len(wanted["entries"])
    for entry, (description, reasoning) in zip(read.entries, wanted["entries"], strict=True):
        assert fits(entry.description, description), entry
        assert fits(entry.reasoning, reasoning), entry


def test_every_fixture_is_expected() -> None:
    assert {path.name for path in FIXTURES.iterdir()} == {*EXPECTED, "expected.yaml"}
    assert len(EXPECTED) > 60


def belongs(entry: Entry, told: Told) -> bool:
    """Whether an entry holds what was told, at most with the title and the approach."""
    return entry.description in (
        told.description, f"{told.title}: {told.description}", f"{told.title}. {told.description}"
    ) and entry.reasoning in (told.reasoning, f"{told.approach}. {told.reasoning}")


@pytest.mark.parametrize("name", LAYOUTS)
def test_what_a_layout_writes_is_read_back(name: str) -> None:
    for seed in range(5):
        draw = random.Random(f"{name} {seed}")
        told = draw.sample(CONTENT, draw.choice([5, 5, 5, 4, 3, 6]))
        chosen = draw.choice([None, *range(len(told))])
        text = LAYOUTS[name](told, chosen)
        read = one(iter(read_text(text, "homework.md")))
        assert len(read.entries) == len(told), text
        assert all(belongs(e, t) for e, t in zip(read.entries, told, strict=True)), (text, read)
        assert read.posted == (None if chosen is None else chosen + 1), text


@pytest.mark.parametrize("name", LAYOUTS)
def test_count_and_posted_hold_for_use_cases_never_seen(name: str) -> None:
    cases = load_cases()
    reasonings = (Path(__file__).parent / "homework_reasonings.txt").read_text("utf-8").splitlines()
    for seed in range(3):
        draw = random.Random(f"{name} {seed}")
        told = []
        for reasoning in draw.sample(reasonings, 5):
            case = draw.choice(cases)
            about = " ".join(sentences(case.description)[: draw.choice([1, 2])])
            told.append(Told(case.title, about, "Fine-tuning", reasoning))
        chosen = draw.randrange(5)
        read = one(iter(read_text(LAYOUTS[name](told, chosen), "homework.md")))
        assert (len(read.entries), read.posted) == (5, chosen + 1)
        for entry, other in zip(read.entries, told, strict=True):
            whole = f"{entry.description} {entry.reasoning}"
            assert other.description[:40] in whole and other.reasoning[-30:] in whole


def test_description_and_reasoning_are_told_apart_without_labels() -> None:
    reasonings = (Path(__file__).parent / "homework_reasonings.txt").read_text("utf-8").splitlines()
    draw, right = random.Random(11), 0
    descriptions = [case.description for case in load_cases()]
    for _ in range(400):
        about = " ".join(sentences(draw.choice(descriptions))[: draw.choice([1, 2, 2, 3])])
        why = draw.choice(reasonings)
        parts = [Piece(part) for part in sentences(f"{about} {why}")]
        right += divide(parts) == (about, why)
    assert right >= 360  # the rest are reasons such as "The facts change daily." before "RAG …"


@pytest.mark.parametrize("text, description, reasoning", [
    ("Sort tickets by team -> fine-tuning, 20k labels", "Sort tickets by team",
     "fine-tuning, 20k labels"),
    ("Sort tickets by team (fine-tuning)", "Sort tickets by team", "fine-tuning"),
    ("Sort tickets by team: fine-tuning since labels exist", "Sort tickets by team",
     "fine-tuning since labels exist"),
    ("A bot for HR questions which is best served by RAG", "A bot for HR questions",
     "which is best served by RAG"),
    ("A bot that retrieves the right page. RAG is best.", "A bot that retrieves the right page.",
     "RAG is best."),
    ("We want better letters. Terms change weekly. That is a job for RAG.",
     "We want better letters.", "Terms change weekly. That is a job for RAG."),
    ("i want a bot for hr. i'd use rag because policies change", "i want a bot for hr.",
     "i'd use rag because policies change"),
    ("Plan a route. E.g. for vans, approx. 40 stops. A solver does it, no LLM needed.",
     "Plan a route. E.g. for vans, approx. 40 stops.", "A solver does it, no LLM needed."),
    ("Only a description without any thought", "Only a description without any thought", ""),
])
def test_where_reasoning_begins(text: str, description: str, reasoning: str) -> None:
    assert divide([Piece(part) for part in sentences(text)]) == (description, reasoning)


@pytest.mark.parametrize("remark, wanted", [
    ("I will post #3", 3), ("Posting: 2", 2), ("I'm going to post number four.", 4),
    ("The second one goes to the forum", 2), ("(posted)", posted.THIS), ("Posted: no", None),
    ("I won't post #3", None), ("This is the one I'm posting to the course forum!", posted.THIS),
    ("I will post #2 because it is the most unusual.", 2),
    ("Of these five, I'll post the last.", -1),
    ("Users post photos in a forum.", None), ("We post 3 job ads a day.", None),
    ("Share it with the class.", None), ("I would post-process the answers.", None),
    ("Posting by May 21: use case 4", 4), ("Use case 3 is the one I chose to share", 3),
])
def test_remarks_on_posting(remark: str, wanted: int | str | None) -> None:
    taken = posted.take(remark)[1]
    assert (posted.remark(remark) if taken is None else taken) == wanted


def test_talk_of_posts_in_a_use_case_is_none_of_posting() -> None:
    text = "1. Users post (and share) photos; write a caption. Prompting.\n" \
           "2. Draft LinkedIn posts (posted weekly by our team). Fine-tuning on old posts."
    read = one(iter(read_text(text, "a.txt")))
    assert read.posted is None and "(posted weekly by our team)" in read.entries[1].description


@pytest.mark.parametrize("text, author", [
    ("Name: Ana Ruiz\n" + TEXT, "Ana Ruiz"), ("By Ana Ruiz\n\n" + TEXT, "Ana Ruiz"),
    ("# Homework 1 – Ana Ruiz\n\n" + TEXT, "Ana Ruiz"), ("Ana Ruiz\n\n" + TEXT, "Ana Ruiz"),
    ("Hi, I'm Ana and here are my ideas.\n\n" + TEXT, "Ana"),
    (TEXT + "\nBest regards,\nAna Ruiz", "Ana Ruiz"),
    ("ana_r — Today at 10:31 AM\n" + TEXT, "ana_r"),
    ("From: Ana Ruiz <ana@example.org>\nSubject: Homework\n\n" + TEXT, "Ana Ruiz"),
    ("[quote=Ana]\n" + TEXT + "[/quote]", "Ana"), (TEXT, None),
])
def test_authors_in_the_text(text: str, author: str | None) -> None:
    read = one(iter(read_text(text, "pasted text")))
    assert read.author == author and len(read.entries) == 2 and read.posted == 2


@pytest.mark.parametrize("file, author", [
    ("ana_ruiz.md", "Ana Ruiz"), ("homework1-Ana-Ruiz.txt", "Ana Ruiz"), ("AnaRuiz_hw1_final.md",
                                                                         "Ana Ruiz"),
    ("student_07.txt", "student_07"), ("group/ana ruiz/homework.txt", "ana ruiz".title()),
    ("Ana Ruiz_88123_assignsubmission_file_hw.txt", "Ana Ruiz"), ("homework.txt", None),
    ("a1b2c3.txt", "a1b2c3"),
])
def test_authors_in_the_name_of_the_file(file: str, author: str | None) -> None:
    assert one(iter(read_text(TEXT, file))).author == author


def test_several_authors_in_one_text() -> None:
    text = "".join(f"Author: {who}\n\n{TEXT}\n" for who in ("Ana", "Ben", "Cleo"))
    found = read_text(text, "thread.txt")
    assert [s.author for s in found] == ["Ana", "Ben", "Cleo"]
    assert all(len(s.entries) == 2 and s.posted == 2 for s in found)


def test_a_name_before_each_description_is_a_title() -> None:
    text = "\n\n".join(f"Name: {t.title}\nDescription: {t.description}\nWhy: {t.reasoning}"
                       for t in CONTENT[:4])
    read = one(iter(read_text(text, "ana.txt")))
    assert len(read.entries) == 4 and read.author == "Ana"
    assert all(belongs(e, t) for e, t in zip(read.entries, CONTENT, strict=False))


CSV_FILES: list[tuple[str, list[tuple[str | None, int | None, int]]]] = [
    ("author,description,reasoning,posted\nAna,A,RAG,\nAna,B,RAG,yes\nBen,C,RAG,\n",
     [("Ana", 2, 2), ("Ben", None, 1)]),
    ("posted,reasoning,description,author\n,RAG,A1,ana\n1,FT,B1,ben\nyes,FT,A2,Ana \n,RAG,B2,ben\n",
     [("ana", 2, 2), ("ben", 1, 2)]),
    ("Student;Use Case;Why;Shared in forum?\nAna Ruiz;Q&A;RAG, they change;\n;Routing;\"FT; labels"
     "\";x\nBen;Notes;Prompting;\n;Spam;No LLM;\n", [("Ana Ruiz", 2, 2), ("Ben", None, 2)]),
    ("Full name\tDescribe the use case in 1-2 sentences\tFine-tuning, RAG or prompting?\tExplain\n"
     "Ana\tA\tRAG\tchanges\n", [("Ana", None, 1)]),
    ("author,description,reasoning,posted\nAna,A,r,3\nAna,B,r,3\nAna,C,r,3\nBen,A,r,FALSE\n"
     "Ben,B,r,TRUE\nCid,A,r,0\nCid,B,r,1\nEve,A,r,2\nEve,B,r,\n",
     [("Ana", 3, 3), ("Ben", 2, 2), ("Cid", 2, 2), ("Eve", 2, 2)]),
    ("Timestamp,Email Address,Your name,Use case 1 (1-2 sentences),Reasoning 1,Use case 2,"
     "Reasoning 2,Which one will you post?\n2024/05/20,a@x.org,Ana Ruiz,A,RAG,B,Fine-tuning,2\n"
     "2024/05/20,b@x.org,Ben,C,No LLM,,,Use case 1\n", [("Ana Ruiz", 2, 2), ("Ben", 1, 1)]),
    ("student,submission\nAna,\"1. A bot for x. RAG, it changes.\n2. B for y. Prompting.\n"
     "I will post #2.\"\n", [("Ana", 2, 2)]),
    ("#,use case,approach,because\n1,A,RAG,x\n2,B,FT,y\n1,C,RAG,z\n", [(None, None, 2),
                                                                     (None, None, 1)]),
    ("sep=;\nName;Use case;Reasoning\nAna;\"two\nlines\";RAG\n", [("Ana", None, 1)]),
    ("Ana,A bot for contracts,RAG as they change,yes\nAna,Routing,Fine-tuning,no\n",
     [("Ana", 1, 2)]),
    ("First name,Last name,Use case,Approach,Why\nAna,Ruiz,A,RAG,x\n", [("Ana Ruiz", None, 1)]),
]


@pytest.mark.parametrize("content, wanted", CSV_FILES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_csv(content: str, wanted: list[tuple[str | None, int | None, int]], encoding: str) -> None:
    found = list(read_bytes(content.encode(encoding), "homework.csv"))
    assert [(s.author, s.posted, len(s.entries)) if isinstance(s, Submission) else s.error
            for s in found] == wanted


def test_csv_columns_hold_what_their_headings_mean() -> None:
    content = "Name,Use case,Description,Best served by,Rationale\n" \
              "Ana,Contracts,Q&A,RAG,They change\n"
    assert one(read_bytes(content.encode(), "a.csv")).entries == (
        Entry("Contracts: Q&A", "RAG. They change"),)
    ticks = "Name,Use case,RAG,Fine-tuning,Why\nAna,Q&A,x,,They change\n"
    assert one(read_bytes(ticks.encode(), "a.csv")).entries == (Entry("Q&A", "RAG. They change"),)


def test_the_machine_form_and_its_faults() -> None:
    good = {"author": "Ana", "posted": 2, "use_cases": [
        {"description": "A. RAG here.", "reasoning": ""}, {"description": "B", "reasoning": "RAG"}]}
    rows = [
        json.dumps(good), "not json", json.dumps({**good, "posted": 7}), json.dumps([1]), "",
        json.dumps({**good, "use_cases": []}), json.dumps({"author": None, "posted": None,
                                                           "use_cases": good["use_cases"]}),
        json.dumps({"student": "Bo", "cases": [{"use_case": "A", "approach": "RAG", "why": "x",
                                                "posted": True}]}),
        json.dumps({"name": "Cy", "submission": TEXT}), "[" * 100_000,
    ]
    found = list(read_bytes("\n".join(rows).encode(), "class.jsonl"))
    told = [s for s in found if isinstance(s, Submission)]
    assert [(s.author, s.posted, len(s.entries)) for s in told] == [
        ("Ana", 2, 2), (None, None, 2), ("Bo", 1, 1), ("Cy", 2, 2)]
    assert told[0].entries[0] == Entry("A. RAG here.", "")  # nothing is divided in this form
    assert told[2].entries[0] == Entry("A", "RAG. x")
    errors = [s.error for s in found if isinstance(s, Unreadable)]
    assert [e.split(":")[0] for e in errors] == ["line 2", "line 3", "line 4", "line 6", "line 10"]
    assert "from 1 to 2, found 7" in errors[1]


def test_json_that_is_not_one_object_a_line() -> None:
    row = {"author": "Ana", "posted": 1, "use_cases": [{"description": "A", "reasoning": "RAG"}]}
    for name in ("a.json", "a.jsonl", "a.txt"):
        found = list(read_bytes(json.dumps([row, row], indent=1).encode(), name))
        assert len(found) == 2 and found[0] == Submission(name, "Ana", 1, (Entry("A", "RAG"),))
    assert "none in the first" in error(read_bytes(b"some prose\n" * 400, "a.jsonl"))


@pytest.mark.parametrize("encoding", [
    "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "latin-1"])
def test_encodings(encoding: str) -> None:
    read = one(read_bytes(TEXT.encode(encoding), "ana.txt"))
    assert [e.description for e in read.entries] == [
        "Answer questions on our café's menus.", "Write naïve poems."] and read.posted == 2


def test_typographic_signs_of_old_windows_files() -> None:
    raw = "1. Menus – “daily” ones. RAG, they’re changing.\n2. Poems. Prompting.".encode("cp1252")
    assert one(read_bytes(raw, "a.txt")).entries[0] == Entry(
        "Menus – “daily” ones.", "RAG, they’re changing.")


# Word files, as far as fixtures of Word's own do not show it


def docx(body: str, numbering: str = "", **parts: str) -> bytes:
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", body if body.startswith("<?xml") else
                         f"<w:document {space}><w:body>{body}</w:body></w:document>")
        if numbering:
            archive.writestr("word/numbering.xml",
                             f"<w:numbering {space}>{numbering}</w:numbering>")
        for name, content in parts.items():
            archive.writestr(f"word/{name}.xml", f"<w:hdr {space}>{content}</w:hdr>")
    return raw.getvalue()


def par(text: str, level: int | None = None) -> str:
    number = "" if level is None else (f'<w:pPr><w:numPr><w:ilvl w:val="{level}"/><w:numId '
                                       'w:val="1"/></w:numPr></w:pPr>')
    return f'<w:p>{number}<w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


def test_word_lists_show_the_numbers_that_word_shows() -> None:
    numbering = (
        '<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt '
        'w:val="decimal"/><w:lvlText w:val="Use case %1:"/></w:lvl><w:lvl w:ilvl="1"><w:numFmt '
        'w:val="lowerLetter"/><w:lvlText w:val="%2)"/></w:lvl></w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>')
    body = "".join(par(t.description, 0) + par(t.reasoning, 1) for t in CONTENT[:5])
    raw = docx(body + par("I will post use case 4."), numbering, header1=par("Name: Ana Ruiz"))
    read = one(read_bytes(raw, "x.docx"))
    assert (read.author, read.posted, len(read.entries)) == ("Ana Ruiz", 4, 5)
    assert all(belongs(e, t) for e, t in zip(read.entries, CONTENT, strict=False))


def test_word_keeps_insertions_and_drops_deletions() -> None:
    body = ("<w:p><w:r><w:t>1. Sort mail.</w:t></w:r><w:del><w:r><w:delText>gone</w:delText></w:r>"
            "</w:del><w:ins><w:r><w:t> RAG is </w:t></w:r></w:ins><w:r><w:rPr><w:b/></w:rPr><w:t>"
            "best</w:t></w:r><w:r><w:t>.</w:t><w:br/><w:t>2. Write poems. Prompting.</w:t></w:r>"
            "</w:p>")
    assert one(read_bytes(docx(body), "x.docx")).entries == (
        Entry("Sort mail.", "RAG is best."), Entry("Write poems.", "Prompting."))


def test_word_files_that_attack() -> None:
    bomb = ('<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
            "<x>&b;</x>")
    assert "document type" in error(read_bytes(docx(bomb), "x.docx"))
    assert "8 MB" in error(read_bytes(docx("<w:p/>" * 1_500_000), "x.docx"))
    assert "cannot be read" in error(read_bytes(b"not a zip", "x.docx"))
    deep = "<w:sdt>" * 3000 + "</w:sdt>" * 3000
    assert "cannot be read" in error(read_bytes(docx(deep), "x.docx"))
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:
        archive.writestr("other.xml", "<a/>")
    assert "without a document" in error(read_bytes(raw.getvalue(), "x.docx"))


# Folders, zips and what is wrong with files


def a_class(folder: Path) -> Path:
    (folder / "group a").mkdir(parents=True)
    (folder / "__MACOSX").mkdir()
    (folder / "ana.md").write_text(TEXT)
    (folder / "group a" / "ben.txt").write_text(TEXT)
    (folder / "group a" / "broken.pdf").write_bytes(b"%PDF-1.7")
    (folder / "__MACOSX" / "._ana.md").write_text(TEXT)
    (folder / ".DS_Store").write_bytes(b"\0\0")
    return folder


def outcome(found: Iterator[Submission | Unreadable]) -> list[tuple[str, bool]]:
    return [(s.file, isinstance(s, Submission)) for s in found]


def test_a_folder(tmp_path: Path) -> None:
    folder = a_class(tmp_path / "class")
    (folder / "link.md").symlink_to(tmp_path / "outside.md")
    (tmp_path / "outside.md").write_text(TEXT)
    (folder / "round").symlink_to(folder, target_is_directory=True)
    assert outcome(read_path(folder)) == [
        ("ana.md", True), ("group a/ben.txt", True), ("group a/broken.pdf", False)]
    (tmp_path / "empty").mkdir()
    assert "no files" in error(read_path(tmp_path / "empty"))
    assert "No such file" in error(read_path(tmp_path / "nowhere"))


def test_a_zip_and_a_zip_in_a_folder(tmp_path: Path) -> None:
    folder = a_class(tmp_path / "class")
    path = tmp_path / "out" / "class.zip"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            archive.write(file, file.relative_to(folder))
    wanted = [("ana.md", True), ("group a/ben.txt", True), ("group a/broken.pdf", False)]
    assert outcome(read_path(path)) == wanted
    assert outcome(read_bytes(path.read_bytes(), "class.zip")) == wanted
    assert outcome(read_path(path.parent)) == [(f"class.zip/{n}", ok) for n, ok in wanted]


def test_zips_that_attack(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../etc/evil.md", TEXT)
        archive.writestr("/etc/evil.md", TEXT)
        archive.writestr("C:\\evil.md", TEXT)
        archive.writestr("inner.zip", b"PK")
        archive.writestr("bomb.txt", b"a" * 30_000_000)
        link = zipfile.ZipInfo("link.md")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("z.md", TEXT)
    found = {s.file: s for s in read_bytes(raw.getvalue(), "a.zip")}
    assert set(found) == {"../../etc/evil.md", "/etc/evil.md", "C:\\evil.md", "inner.zip",
                          "bomb.txt", "z.md"}
    assert [name for name, s in found.items() if isinstance(s, Submission)] == ["z.md"]
    told = {name: s.error for name, s in found.items() if isinstance(s, Unreadable)}
    assert "leads out" in told["../../etc/evil.md"] and "zip inside" in told["inner.zip"]
    assert "at most 2 MB" in told["bomb.txt"]

    monkeypatch.setattr(sources, "MAX_UNPACKED", 1_000_000)
    assert any("in the zip, found more" in s.error for s in read_bytes(raw.getvalue(), "a.zip")
               if isinstance(s, Unreadable))
    monkeypatch.setattr(sources, "MAX_DIRECTORY", 100)
    assert "files are listed" in error(read_bytes(raw.getvalue(), "a.zip"))


def test_damaged_and_locked_zips() -> None:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.md", TEXT * 20)
        archive.writestr("b.md", TEXT)
    whole = raw.getvalue()
    damaged = bytearray(whole)
    damaged[45:60] = b"\xff" * 15
    assert outcome(read_bytes(bytes(damaged), "a.zip")) == [("a.md", False), ("b.md", True)]
    assert "cannot be read" in error(read_bytes(whole[:100], "a.zip"))
    locked = bytearray(whole)
    locked[whole.index(b"PK\1\2") + 8] |= 1
    assert outcome(read_bytes(bytes(locked), "a.zip")) == [("a.md", False), ("b.md", True)]


@pytest.mark.parametrize("name, raw, words", [
    ("a.txt", b"", "empty file"), ("a.txt", b" \n \xef\xbb\xbf", "empty text"),
    ("a.md", b"# Homework 1\n", "headings and labels"), ("a.csv", b"", "empty file"),
    ("a.csv", b"when,where\n1,2\n", "columns author, description"),
    ("a.csv", b"author,description,reasoning\nAna,A,RAG\nBen,\"B,RAG\nCid,C,RAG\n", "never closed"),
    ("a.txt", b"\x89PNG\r\n\x1a\n", "a picture"), ("a.txt", b"PK\3\4abc", "right ending"),
    ("a.doc", b"\xd0\xcf\x11\xe0", "save it as .docx"), ("a.xlsx", b"PK\3\4", "as CSV"),
    ("a.txt", b"abc\0\0\1\2def", "binary"), ("a.zip", b"PK", "cannot be read"),
    ("a.txt", b"a " * 1_100_000, "at most 2 MB"), ("a.exe", b"MZ", "found .exe"),
    ("a.md", "\n".join(f"{n}. Use case {n}. RAG." for n in range(1, 22)).encode(), "found 21"),
    ("a.csv", ("description,reasoning\n" + "A,RAG\n" * 30).encode(), "column author"),
    ("a.csv", ("author,description\n" + "Ana,A\n" * 30).encode(), "at most 20"),
    ("a.jsonl", b'{"use_cases": [' + b'"a",' * 20 + b'"a"]}', "at most 20"),
    ("a.jsonl", b'{"author": "' + b"a" * 2_100_000 + b'"}', "at most 2 MB"),
    ("a.txt", ("x y\n" * 6000).encode(), "6,000 lines"),
])
def test_what_cannot_be_read_says_what_to_do(name: str, raw: bytes, words: str) -> None:
    told = [s.error for s in read_bytes(raw, name) if isinstance(s, Unreadable)]
    assert len(told) == 1 and words in told[0]
    assert "expected" in told[0] and ("found" in told[0] and ";" in told[0])


def test_a_file_larger_than_200_mb(tmp_path: Path) -> None:
    for name in ("a.csv", "a.txt", "a.zip", "a.docx"):
        path = tmp_path / name
        with path.open("wb") as file:
            file.truncate(limits.MAX_FILE + 1)  # sparse: it costs no disk
        assert "200 MB" in error(read_path(path))


def test_pasted_text_that_cannot_be_read() -> None:
    for text, words in (("  ", "empty"), ("a" * 2_000_001, "2 MB"), ('{"a": 1}', "use_cases")):
        with pytest.raises(SubmissionError, match=words):
            read_text(text, "pasted text")


N = 400_000
HOSTILE = {
    "no spaces": "a" * N, "parentheses": "(" * N, "stars": "**" * N, "quotes": ">" * N,
    "blank lines": "a" + "\n" * N + "b", "labels": "Approach: RAG. " * (N // 15),
    "remarks": "I will post 3. " * (N // 15), "pipes": "|" * N, "brackets": "(posted) " * (N // 9),
    "dashes": "a – RAG – " * (N // 10), "numbers": "1) " * (N // 3), "quoted": '"' * N,
    "right to left": "שלום " * (N // 5),
    "control": "".join(map(chr, range(1, 32))) * (N // 31) + "a",
    "surrogate": "a \ud800 b", "script": "<script>alert(1)</script>\n" * 40,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_read_or_refused(name: str) -> None:
    try:
        found = read_text(HOSTILE[name], "a.txt")
    except SubmissionError as refused:
        assert "expected" in str(refused)
    else:
        whole = json.dumps([[e.description, e.reasoning] for s in found for e in s.entries])
        assert 0 < len(found[0].entries) <= limits.MAX_ENTRIES and "\\u0000" not in whole


def test_markup_of_students_stays_as_they_wrote_it() -> None:
    entry = one(read_path(FIXTURES / "rtl_and_html.txt")).entries
    assert "<img src=x onerror=alert(1)>" in entry[0].reasoning
    assert entry[1].description.startswith("=HYPERLINK(") and "مرحبا" in entry[1].description


@pytest.mark.parametrize("suffix", [".jsonl", ".csv"])
def test_memory_stays_flat(suffix: str, tmp_path: Path) -> None:
    peaks = []
    for count in (100, 1000):
        path = tmp_path / f"{count}{suffix}"
        with path.open("w", encoding="utf-8") as out:
            if suffix == ".csv":
                out.write("author,description,reasoning,posted\n")
            for i in range(count):
                cases = [{"description": f"{t.description} {i}", "reasoning": t.reasoning}
                         for t in CONTENT[:5]]
                if suffix == ".jsonl":
                    row = {"author": f"S{i}", "posted": 1, "use_cases": cases}
                    out.write(json.dumps(row) + "\n")
                else:
                    out.writelines(f'S{i},"{c["description"]}","{c["reasoning"]}",\n'
                                   for c in cases)
        tracemalloc.start()
        found = sum(len(s.entries) for s in read_path(path) if isinstance(s, Submission))
        assert found == 5 * count
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 600_000, peaks  # the larger file is some 1.4 MB


def test_a_zip_is_read_one_file_after_the_other() -> None:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        for i in range(30):
            archive.writestr(f"{i:02}.csv", CSV_FILES[0][0])
    found = read_bytes(raw.getvalue(), "a.zip")
    first = next(found)
    assert first.file == "00.csv" and len(list(found)) == 59


def test_all_that_others_use_is_there() -> None:
    assert all(hasattr(parse, name) for name in parse.__all__)


@pytest.mark.parametrize("line", [
    "This is a bot that keeps my shopping list.", "My use case is a planner for meals.",
    "Let me know when a plant needs water.", "User: Nurses on the night shift ask for doses.",
    "Weekly Digest - 24/7 news for traders.", "By hand we sort letters, which takes hours.",
    "Posting job ads on ten boards takes us a day a week.", "Best deals of the week for shoppers.",
])
def test_a_use_case_is_not_taken_for_chatter(line: str) -> None:
    text = "\n\n".join([f"{line} Prompting is enough.", *(
        f"{t.description} {t.reasoning}" for t in CONTENT[:3]), f"{line} I'd use RAG for it."])
    read = one(iter(read_text(text, "homework.txt")))
    assert len(read.entries) == 5 and read.author is None and read.posted is None
    assert line.rstrip(".") in read.entries[0].description.replace("..", ".") + "."
    assert read.entries[4].reasoning == "I'd use RAG for it."
