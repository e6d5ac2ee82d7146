"""A text, however it was pasted or saved, as the submissions of one or more students."""

from __future__ import annotations

import re
from collections.abc import Sequence

from advisor.homework.forms import authors, labels, tables
from advisor.homework.forms.limits import MAX_AUTHORS, MAX_ENTRIES, too_many
from advisor.homework.forms.line import normal
from advisor.homework.forms.table_text import Table, take_tables
from advisor.homework.forms.text_forms import Read, read_submission, said_around
from advisor.homework.submission import Submission, SubmissionError


def read_pasted(text: str, name: str) -> list[Submission]:
    """The submissions in ``text``; ``name`` is its file, which may tell the author.

    Raises ``SubmissionError`` on a text without use cases or with too many.
    """
    text = normal(text)
    if not text.strip():
        raise SubmissionError(f"{name}: expected use cases, found an empty text; write or paste "
                              "the five use cases and save again")
    parts = _by_author(text)
    if len(parts) > MAX_AUTHORS:
        raise SubmissionError(f"{name}: expected at most {MAX_AUTHORS:,} students in one text, "
                              f"found {len(parts):,}; hand in a CSV or JSON lines")
    found = []
    for author, part in parts:
        try:
            read = _read(part, author)
        except SubmissionError as error:
            if len(parts) > 1 and "at most" not in str(error):
                continue
            raise SubmissionError(f"{name}: {error}") from error
        found.append(Submission(
            name, read.author or (authors.from_file(name) if len(parts) == 1 else None),
            read.posted, read.entries))
    if not found:
        raise SubmissionError(f"{name}: expected use cases, found only names; write a sentence or "
                              "two about each use case under the name")
    return found


def _read(text: str, author: str | None) -> Read:
    rest, found = take_tables(text)
    if not found:
        return read_submission(rest, author)
    return _read_tables(rest, found, author)


def _read_tables(rest: str, found: Sequence[Table], author: str | None) -> Read:
    rows = []
    for table in found:
        columns = tables.columns(table[0]) or []
        rows += [row for cells in table[1:] for row in tables.rows_of(cells, columns)
                 if row.entry.description or row.entry.reasoning]
    if not rows:
        raise SubmissionError("expected use cases, found a table without rows; "
                              "write one use case in each row")
    if len(rows) > MAX_ENTRIES:
        raise SubmissionError(too_many(len(rows)))
    chosen = tables.posted_of([row.posted for row in rows], len(rows))
    entries = tuple(row.entry for row in rows)
    around = said_around(rest, entries)
    chosen = around.posted if chosen is None else chosen
    told = author or next((row.author for row in rows if row.author), None) or around.author
    return Read(told, chosen, entries)


def _by_author(text: str) -> list[tuple[str | None, str]]:
    """The text of each author, without the lines that name one."""
    lines = text.split("\n")
    told = {i: found for i, line in enumerate(lines) if (found := authors.explicit(line))}
    own = sum(len(line.split()) for line in lines if not line.lstrip().startswith(">"))
    for i in [i for i in told if authors.quotes(lines[i])]:
        if own > 30 and any(line.startswith(">") for line in lines[i + 1 : i + 3]):
            del told[i]  # who is quoted, in a text that goes on without quotes
            lines[i] = ""
    if len(told) > 1:
        told = _people(lines, told)
    if not told:
        return [(authors.signature(lines), "\n".join(lines))]
    names = list(dict.fromkeys(told.values()))
    if len(names) == 1 or len(told) == 1:
        kept = [line for i, line in enumerate(lines) if i not in told]
        return [(names[0], "\n".join(kept))]
    starts = sorted(told)
    parts: list[tuple[str | None, str]] = []
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        body = "\n".join(lines[start + 1 : end])
        if parts and parts[-1][0] == told[start]:
            parts[-1] = (told[start], parts[-1][1] + "\n" + body)
        else:
            parts.append((told[start], body))
    if any(line.strip() for line in lines[: starts[0]]):
        parts[0] = (parts[0][0], "\n".join(lines[: starts[0]]) + "\n" + parts[0][1])
    return [part for part in parts if re.search(r"\w{3}", part[1])]


def _people(lines: Sequence[str], told: dict[int, str]) -> dict[int, str]:
    """The lines that name people: "Name: Contract bot" before each description names none."""
    named = {i: who for i, who in told.items() if not re.match(r"^\W*name\W", lines[i].casefold())}
    if len(named) == len(told):
        return told
    bare = [i for i in told if i not in named]
    ends = [*bare[1:], len(lines)]
    several = [
        sum(labels.label(m[1]) == labels.DESCRIPTION or bool(re.match(r"\s*\d[.)]", line))
            for line in lines[a:b] if (m := re.match(r"^\W*([A-Za-z ]{3,30}?)\W", line + " ")))
        for a, b in zip(bare, ends, strict=True)
    ]
    if len(bare) == 1 or (several and sum(several) / len(several) >= 2):
        return told
    first = bare[0]
    person = authors.name(told[first]) and len(bare) > 1 and several[0] == 0
    return {**named, **({first: told[first]} if person else {})}
