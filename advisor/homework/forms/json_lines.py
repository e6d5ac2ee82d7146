"""JSON: the machine form of homework, one submission a line, and what comes close to it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from advisor.homework.forms import labels, posted
from advisor.homework.forms.encodings import decode, encoding_of, lines_of
from advisor.homework.forms.limits import MAX_ENTRIES, MAX_TEXT, too_long, too_many
from advisor.homework.forms.line import normal
from advisor.homework.forms.reader import read_pasted
from advisor.homework.forms.sentences import Piece, compose, divide, sentences
from advisor.homework.forms.sources import Source
from advisor.homework.submission import Entry, Submission, SubmissionError, Unreadable

MAX_JSON = 20_000_000  # bytes of a .json file, which is read whole
_FORM = "{author, posted, use_cases: [{description, reasoning}]}"
_HOPELESS = 20  # lines in a row, from the first on, after which a file is no JSON lines at all
Found = Iterator[Submission | Unreadable]


def read_jsonl(source: Source) -> Found:
    """One submission a line; a bad line is reported and the others go on."""
    bad: list[Unreadable] = []
    good = False
    with source.open() as file:
        encoding = encoding_of(file)
    with source.open() as file:
        for number, line in enumerate(lines_of(file, encoding, MAX_TEXT), start=1):
            if not line.strip("\ufeff \t\r\n"):
                continue
            try:
                if number == 1 and line.strip() in ("[", "{"):
                    yield from read_json(source)
                    return
                found = _of_line(line, source.name)
            except SubmissionError as error:
                bad.append(Unreadable(source.name, f"line {number}: {error}"))
                if good:
                    yield bad.pop()
                elif len(bad) >= _HOPELESS:
                    yield Unreadable(source.name, f"expected one JSON object a line, {_FORM}, "
                                     f"found none in the first {number} lines: {bad[0].error}")
                    return
                continue
            good = True
            yield from bad
            bad = []
            yield from found
    yield from bad
    if not good and not bad:
        yield Unreadable(source.name, f"expected one JSON object a line, {_FORM}, found an empty "
                                      "file; export it again")


def _of_line(line: str, name: str) -> list[Submission]:
    if len(line) > MAX_TEXT:
        raise SubmissionError(too_long(len(line)))
    return of_json(_parsed(line), name)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise SubmissionError(f"expected a JSON object {_FORM}, found {text.strip()[:40]!r} "
                              f"({error}); write one object a line") from error


def read_json(source: Source) -> Found:
    """A .json file: one submission or a list of them."""
    if source.size > MAX_JSON:
        yield Unreadable(source.name, f"expected at most {MAX_JSON // 10**6} MB of JSON, found "
                         f"{source.size / 1e6:,.0f} MB; write one object a line, as .jsonl")
        return
    with source.open() as file:
        held = _parsed(decode(file.read(MAX_JSON)))
    rows = held if isinstance(held, list) else [held]
    if rows and all(isinstance(row, dict) and _entry_of(row) for row in rows):
        rows = [{"use_cases": rows}]
    for number, row in enumerate(rows, start=1):
        try:
            yield from of_json(row, source.name)
        except SubmissionError as error:
            yield Unreadable(source.name, f"item {number}: {error}")


def of_json(row: Any, name: str) -> list[Submission]:
    """The submission in a parsed JSON object; raises ``SubmissionError`` if it is none."""
    if not isinstance(row, dict):
        raise SubmissionError(f"expected an object {_FORM}, found {str(row)[:40]!r}")
    fields = {labels.heading(re.sub(r"[_-]+", " ", str(key))) or key: value
              for key, value in row.items()}
    cases = next((row[k] for k in ("use_cases", "useCases", "usecases", "entries", "cases",
                                   "homework") if isinstance(row.get(k), list)), None)
    author = _text(row.get("author", fields.get(labels.AUTHOR))) or None
    if cases is None:
        text = next((row[k] for k in ("text", "submission", "body", "content", "homework")
                     if isinstance(row.get(k), str)), None)
        if text is None:
            raise SubmissionError(f"expected a list use_cases in {_FORM}, found the keys "
                                  f"{', '.join(map(str, list(row)[:8])) or 'none'}")
        return [Submission(name, author or s.author, s.posted, s.entries)
                for s in read_pasted(text, name)]
    if len(cases) > MAX_ENTRIES:
        raise SubmissionError(too_many(len(cases)))
    drafts = [_entry_of(case) for case in cases]
    if not any(drafts):
        raise SubmissionError("expected use cases with a description, found none; "
                              "fill in use_cases")
    entries = tuple(draft or Entry("", "") for draft in drafts)
    marked = [place for place, case in enumerate(cases, start=1)
              if isinstance(case, dict) and case.get("posted") is True]
    chosen = _posted(row.get("posted", fields.get(labels.POSTED)), len(entries))
    return [Submission(name, author, chosen or (marked[0] if len(marked) == 1 else None), entries)]


def _entry_of(case: Any) -> Entry | None:
    if isinstance(case, str):
        return Entry(*divide([Piece(part) for part in sentences(normal(case))]))
    if not isinstance(case, dict):
        return None
    parts: dict[str, str] = {}
    for key, value in case.items():
        field = str(key) if key in ("description", "reasoning") else labels.heading(
            re.sub(r"[_-]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", str(key))))
        if field and (text := _text(value)):
            parts[field] = f"{parts[field]} {text}" if field in parts else text
    if "description" not in case and labels.TITLE in parts and labels.DESCRIPTION not in parts:
        parts[labels.DESCRIPTION] = parts.pop(labels.TITLE)
    described, reasoned = parts.get(labels.DESCRIPTION, ""), parts.get(labels.REASONING, "")
    if not described and not reasoned:
        return None
    if "reasoning" in case and labels.APPROACH not in parts and labels.TITLE not in parts:
        return Entry(described, reasoned)  # the machine form says what is what, even if empty
    return compose(parts.get(labels.TITLE, ""), described, parts.get(labels.APPROACH, ""), reasoned)


def _text(value: Any) -> str:
    if value is None or isinstance(value, bool | dict | list):
        return ""
    # Half of a surrogate pair, which JSON can spell, cannot be written to any file.
    whole = str(value).encode("utf-8", "replace").decode()
    return re.sub(r"\s+", " ", normal(whole)).strip()


def _posted(value: Any, count: int) -> int | None:
    if value is None or isinstance(value, bool):
        return None
    held = posted.value(str(value))
    if not isinstance(held, int) and str(value).strip() not in ("0", "0.0"):
        return None
    number = held if isinstance(held, int) else 0
    if not 1 <= number <= count:
        raise SubmissionError(f"posted: expected null or a number from 1 to {count}, found "
                              f"{value!r}; it counts the use cases from 1")
    return number
