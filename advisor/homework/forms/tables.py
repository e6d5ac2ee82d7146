"""Rows and their headings read into use cases: for CSV files and for tables in a text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from advisor.homework.forms import labels, posted
from advisor.homework.forms.cues import TECHNIQUE
from advisor.homework.forms.line import plain
from advisor.homework.forms.sentences import Piece, compose, only_technique, run_on, stopped
from advisor.homework.submission import Entry

_DETAILED = {"description", "describe", "desc", "details", "summary"}
_HALVES = {"first", "last", "given", "family", "firstname", "lastname", "surname"}
_WHOLE = {"text", "content", "body", "submission", "homework", "message", "entry", "entries"}


@dataclass(frozen=True)
class Column:
    """What a column holds, and of which use case where there is one column for each."""

    field: str | None
    place: int | None
    heading: str


@dataclass(frozen=True)
class Row:
    """One use case of a row, with who wrote it and what the row says of posting."""

    author: str
    number: str
    posted: str
    entry: Entry


def columns(headings: Sequence[str]) -> list[Column] | None:
    """What each column holds; None if no column describes use cases."""
    found = [_column(heading) for heading in headings]
    fields = [column.field for column in found]
    places = {c.place for c in found if c.place is not None
              and c.field in (labels.DESCRIPTION, labels.TITLE, *labels.REASONED)}
    if len(places) < 2:
        found = [Column(c.field, None, c.heading) for c in found]
    detailed = any(c.field == labels.DESCRIPTION and _words(c) & _DETAILED for c in found)
    if detailed:  # beside a description, "Use case" is its title
        found = [Column(labels.TITLE, c.place, c.heading)
                 if c.field == labels.DESCRIPTION and not _words(c) & _DETAILED else c
                 for c in found]
    elif labels.DESCRIPTION not in fields and labels.TITLE in fields:
        found = [Column(labels.DESCRIPTION, c.place, c.heading) if c.field == labels.TITLE else c
                 for c in found]
    elif labels.DESCRIPTION not in fields:
        return None
    return found


def usual_columns(first: Sequence[str]) -> list[Column] | None:
    """The columns of a table without headings, if its first row looks like a use case."""
    orders = {
        2: (labels.DESCRIPTION, labels.REASONING),
        3: (labels.AUTHOR, labels.DESCRIPTION, labels.REASONING),
        4: (labels.AUTHOR, labels.DESCRIPTION, labels.REASONING, labels.POSTED),
    }
    fields = orders.get(len(first), ())
    if not fields or not TECHNIQUE.search(first[fields.index(labels.REASONING)]):
        return None
    return [Column(field, None, field) for field in fields]


def _column(heading: str) -> Column:
    bare = plain(heading)
    number = re.search(r"(\d{1,2})", re.sub(r"\d+\s*(?:-|–|to|or)\s*\d+", " ", bare))
    return Column(labels.heading(bare), int(number[1]) if number else None, bare)


def _words(column: Column) -> set[str]:
    return set(re.findall(r"[a-z]+", column.heading.casefold()))


def whole_text(headings: Sequence[str]) -> int | None:
    """The column that holds a whole submission as text, in a table without descriptions."""
    for place, heading in enumerate(headings):
        if set(re.findall(r"[a-z]+", heading.casefold())) & _WHOLE:
            return place
    return None


def rows_of(cells: Sequence[str], found: Sequence[Column]) -> list[Row]:
    """The use cases of one row of a table: one, or one for each numbered set of columns."""
    common = [(c, cell) for c, cell in zip(found, cells, strict=False) if c.place is None]
    places = sorted({c.place for c in found if c.place is not None})
    if not places:
        return [_row(common, "")]
    return [
        _row([*common, *((c, cell) for c, cell in zip(found, cells, strict=False)
                         if c.place == place)], str(place))
        for place in places
    ]


def _row(cells: Sequence[tuple[Column, str]], number: str) -> Row:
    texts: dict[str, list[str]] = {}
    for column, cell in cells:
        text = run_on([Piece(plain(line), 1.0) for line in cell.split("\n") if line.strip()])
        if column.field == labels.APPROACH:
            text = _ticked(column, text)
        if column.field and text:
            texts.setdefault(column.field, []).append(text)
    bare, marked = posted.take(" ".join(texts.get(labels.TITLE, [])))
    about, said = posted.take(stopped(texts.get(labels.DESCRIPTION, [])))
    entry = compose(bare, about, stopped(texts.get(labels.APPROACH, [])),
                    stopped(texts.get(labels.REASONING, [])))
    counted, noted = posted.take(texts.get(labels.NUMBER, [""])[0])
    mark = texts.get(labels.POSTED, [""])[0] or str(marked or said or noted or "")
    return Row(author_of(cells), number or counted, mark, entry)


def _ticked(column: Column, text: str) -> str:
    """Of a column "RAG" with ticks in it: its heading where there is a tick."""
    if not only_technique(column.heading) or posted.value(text) not in (None, posted.THIS):
        return text
    return column.heading if posted.value(text) == posted.THIS else ""


def author_of(cells: Sequence[tuple[Column, str]]) -> str:
    """The name, from the column that tells it best; first and last name are joined."""
    told = [(c, cell.strip()) for c, cell in cells if c.field == labels.AUTHOR and cell.strip()]
    if not told:
        return ""

    def rank(column: Column) -> int:
        words = _words(column)
        if words & {"email", "mail", "id", "number"}:
            return 2
        return 0 if words & {"name", "author", "firstname", "surname", "lastname"} else 1

    best = min(rank(c) for c, _ in told)
    chosen = [(c, cell) for c, cell in told if rank(c) == best]
    halves = [cell for c, cell in chosen if _words(c) & _HALVES]
    return " ".join(halves) if len(halves) > 1 else chosen[0][1]


def posted_of(values: Sequence[str], count: int) -> int | None:
    """Which of ``count`` use cases is posted, from what the column says in each of their rows.

    A number that stands in every row, or that is the only thing said and no mere 1, is the number
    of the use case; otherwise the row that says yes is the one.
    """
    marks = [posted.value(v) for v in values]
    said = [m for m in marks if m is not None]
    if not said:
        return None
    numbers = {m for m in said if isinstance(m, int)}
    if marks == list(range(1, len(marks) + 1)) and len(marks) > 2:
        return None  # the rows are merely counted
    if len(numbers) == 1 and len(said) in (len(values), 1) and (
            len(said) == len(values) > 1 or numbers != {1}):
        number = numbers.pop()
        return number if 1 <= number <= count else None
    yes = [place for place, (mark, text) in enumerate(zip(marks, values, strict=True), start=1)
           if mark == posted.THIS or mark == 1 or (isinstance(mark, str) and _dated(text))]
    if len(yes) == 1:
        return yes[0]
    own = [place for place, mark in enumerate(marks, start=1) if mark == place]
    return own[0] if len(own) == 1 and not yes else None


def _dated(text: str) -> bool:
    return re.search(r"https?://|\d{4}-\d\d-\d\d|\d{1,2}[./]\d{1,2}[./]\d{2,4}", text) is not None
