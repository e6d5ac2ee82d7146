"""CSV files of many submissions: a row for each use case, or all of a student's in one row."""

from __future__ import annotations

import csv
import json
import re
import sqlite3
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import BinaryIO

from advisor.homework.forms import authors, labels, tables
from advisor.homework.forms.encodings import encoding_of, lines_of
from advisor.homework.forms.json_lines import Found
from advisor.homework.forms.limits import MAX_ENTRIES, MAX_TEXT, too_long, too_many
from advisor.homework.forms.reader import read_pasted
from advisor.homework.forms.sources import Source
from advisor.homework.submission import Submission, SubmissionError, Unreadable


def read_csv(source: Source) -> Found:
    """One use case a row, those of an author together wherever they stand in the file."""
    with source.open() as file:
        encoding = encoding_of(file)
    with source.open() as file:
        rows = _cells(file, encoding)
        heading = next(rows, None)
        if heading is None:
            yield Unreadable(source.name, "expected a heading author, description, reasoning, "
                                          "posted, found an empty file; export it again")
            return
        found = tables.columns(heading)
        if found is None and (found := tables.usual_columns(heading)) is not None:
            rows = chain([heading], rows)
        if found is None:
            yield from _of_whole_texts(heading, rows, source.name)
            return
        wide = len({c.place for c in found} - {None}) > 1
        if wide:
            yield from _of_wide_rows(rows, found, source.name)
        else:
            yield from _of_rows(rows, found, source.name)


def _cells(file: BinaryIO, encoding: str) -> Iterator[list[str]]:
    """The rows of a CSV file, its delimiter told from the first line, empty rows left out."""
    lines = lines_of(file, encoding, MAX_TEXT)
    first = next((line for line in lines if line.strip("\ufeff \t\r\n")), "")
    first = first.lstrip("\ufeff")
    delimiter = None
    if match := re.match(r"^sep=(.)\s*$", first, re.IGNORECASE):
        delimiter, first = match[1], next(lines, "")
    bare = re.sub(r'"[^"]*"', "", first)
    delimiter = delimiter or max(",;\t|", key=bare.count)

    quotes = 0

    def all_lines() -> Iterator[str]:
        nonlocal quotes
        for line in chain([first], lines):
            quotes += line.count('"')
            yield line

    csv.field_size_limit(MAX_TEXT)
    reader = csv.reader(all_lines(), delimiter=delimiter)
    last: list[str] = []
    try:
        for row in reader:
            if any(cell.strip() for cell in last):
                yield last
            last = row
        if quotes % 2 and any("\n" in cell for cell in last):
            raise csv.Error("a quotation mark that is never closed")
        if any(cell.strip() for cell in last):
            yield last
    except csv.Error as error:
        raise SubmissionError(
            f"row {reader.line_num}: expected cells that end, found {error}; close every quotation "
            "mark and keep a submission below 2 MB") from error


def _of_whole_texts(heading: Sequence[str], rows: Iterator[list[str]], name: str) -> Found:
    """A table with a column that holds each student's whole text."""
    place = tables.whole_text(heading)
    if place is None:
        shown = ", ".join(cell.strip()[:30] for cell in heading[:8])
        yield Unreadable(name, "expected the columns author, description, reasoning, posted, found "
                               f"{shown}; name the columns in the first row")
        return
    named = [i for i, cell in enumerate(heading) if labels.heading(cell) == labels.AUTHOR]
    for number, row in enumerate(rows, start=2):
        if place >= len(row) or not row[place].strip():
            continue
        author = row[named[0]].strip() if named and named[0] < len(row) else ""
        try:
            for read in read_pasted(row[place], name):
                yield Submission(name, author or read.author, read.posted, read.entries)
        except SubmissionError as error:
            yield Unreadable(name, f"row {number}: {error}")


def _of_wide_rows(rows: Iterator[list[str]], found: Sequence[tables.Column], name: str) -> Found:
    """One student a row, the use cases side by side."""
    for number, cells in enumerate(rows, start=2):
        told = [row for row in tables.rows_of(cells, found)
                if row.entry.description or row.entry.reasoning]
        if not told:
            continue
        try:
            yield _submission(name, told, f"row {number}")
        except SubmissionError as error:
            yield Unreadable(name, str(error))


def _of_rows(rows: Iterator[list[str]], found: Sequence[tables.Column], name: str) -> Found:
    """The rows gathered by author on disk, so that memory stays flat whatever their order."""
    with_author = any(c.field == labels.AUTHOR for c in found)
    numbered = any(c.field == labels.NUMBER for c in found)
    store = sqlite3.connect("")  # a temporary file of SQLite's own
    broken: SubmissionError | None = None
    try:
        store.execute("create table who (place integer primary key, name text unique)")
        store.execute("create table rows (who integer, cells text)")
        author, last, students = "", 0, 1
        try:
            for cells in rows:
                row = _named(cells, found)
                if row[0]:
                    author = row[0]
                if not with_author and numbered:
                    number = int(row[1]) if row[1].isdigit() else last + 1
                    students += number <= last
                    last = number
                    author = f"\0{students}"
                store.execute("insert or ignore into who (name) values (?)", (_key(author),))
                store.execute("insert into rows select place, ? from who where name = ?",
                              (json.dumps(cells), _key(author)))
        except SubmissionError as error:
            broken = error
        store.execute("create index by_who on rows (who)")
        for place, in store.execute("select place from who order by place"):
            yield from _of_author(store, place, found, name, with_author)
    finally:
        store.close()
    if broken:
        yield Unreadable(name, str(broken))


def _named(cells: Sequence[str], found: Sequence[tables.Column]) -> tuple[str, str]:
    """Author and number of a row."""
    pairs = list(zip(found, cells, strict=False))
    number = next((cell.strip() for c, cell in pairs if c.field == labels.NUMBER), "")
    return tables.author_of(pairs), re.sub(r"\D", "", number)


def _key(author: str) -> str:
    return re.sub(r"\s+", " ", author).strip().casefold()


def _of_author(store: sqlite3.Connection, place: int, found: Sequence[tables.Column], name: str,
               with_author: bool) -> Found:
    rows: list[tables.Row] = []
    size = 0
    for cells, in store.execute("select cells from rows where who = ? order by rowid", (place,)):
        size += len(cells)
        if len(rows) > MAX_ENTRIES or size > MAX_TEXT:
            break
        rows += tables.rows_of(json.loads(cells), found)
    told = [row for row in rows if row.entry.description or row.entry.reasoning]
    who = next((row.author for row in rows if row.author), "")
    about = f"author {who}" if who else "the rows"
    try:
        if size > MAX_TEXT:
            raise SubmissionError(f"{about}: {too_long(size)}")
        if len(rows) > MAX_ENTRIES and not with_author:
            raise SubmissionError(f"expected a column author in a file of more than {MAX_ENTRIES} "
                                  "use cases, found none; add it, so that students can be told "
                                  "apart")
        if told:
            yield _submission(name, told, about)
    except SubmissionError as error:
        yield Unreadable(name, str(error))


def _submission(name: str, told: Sequence[tables.Row], about: str) -> Submission:
    if len(told) > MAX_ENTRIES:
        raise SubmissionError(f"{about}: {too_many(len(told))}")
    entries = tuple(row.entry for row in told)
    who = next((row.author for row in told if row.author), None) or authors.from_file(name)
    chosen = tables.posted_of([row.posted for row in told], len(entries))
    return Submission(name, who, chosen, entries)
