"""Read homework as people hand it in: a file, a folder or a zip of them, or pasted text.

    for found in read_path(Path("class.zip")):
        if isinstance(found, Unreadable): print(found.file, found.error)

Text and Markdown (.txt, .md), Word (.docx), CSV with a row for each use case, and the machine form,
JSON lines ``{author, posted, use_cases: [{description, reasoning}]}``. Everything is read one
submission after the other, so memory stays flat. What is not read: PDF, pictures, old .doc files,
a zip inside a zip.
"""

from __future__ import annotations

import csv
import json
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from advisor.homework.forms import labels, sources, tables
from advisor.homework.forms.csv_rows import read_csv
from advisor.homework.forms.encodings import decode
from advisor.homework.forms.json_lines import Found, read_json, read_jsonl
from advisor.homework.forms.limits import MAX_FILE, MAX_TEXT, too_long
from advisor.homework.forms.reader import read_pasted
from advisor.homework.forms.sources import Source, too_large
from advisor.homework.forms.word import read_docx
from advisor.homework.submission import Submission, SubmissionError, Unreadable

__all__ = ["MAX_FILE", "MAX_TEXT", "Unreadable", "read_bytes", "read_path", "read_text"]

_STREAMS = {
    ".jsonl": read_jsonl, ".ndjson": read_jsonl, ".json": read_json,
    ".csv": read_csv, ".tsv": read_csv, ".tab": read_csv,
}
_TEXTS = {".txt", ".md", ".markdown", ".text", ".rst", ".org", ".mdown", ""}
_INSTEAD = {
    ".doc": "save it as .docx", ".pdf": "save the text as .docx, .txt or .md",
    ".rtf": "save it as .docx", ".odt": "save it as .docx", ".pages": "export it as .docx",
    ".xlsx": "save it as CSV", ".xls": "save it as CSV", ".ods": "save it as CSV",
    ".html": "copy its text into a .txt file", ".htm": "copy its text into a .txt file",
}


def read_path(path: Path) -> Iterator[Submission | Unreadable]:
    """The submissions in a file, a folder or a zip, in the order of their names.

    ``file`` is the path inside the folder or zip. What cannot be read is an ``Unreadable``, and the
    rest go on; nothing is raised.
    """
    for source in sources.find(Path(path)):
        if isinstance(source, Unreadable):
            yield source
        else:
            yield from _read(source)


def read_bytes(raw: bytes, name: str) -> Iterator[Submission | Unreadable]:
    """The same for an uploaded file."""
    source = sources.of_bytes(raw, name)
    if name.lower().endswith(".zip"):
        for inner in sources.zipped(source, ""):
            if isinstance(inner, Unreadable):
                yield inner
            else:
                yield from _read(inner)
    else:
        yield from _read(source)


def read_text(text: str, name: str) -> list[Submission]:
    """The submissions in a pasted text: mostly one, several where several authors are named.

    ``name`` stands for the file. Raises ``SubmissionError`` if there is no use case in it, or too
    much.
    """
    size = len(text.encode("utf-8", "replace"))
    if size > MAX_TEXT:
        raise SubmissionError(f"{name}: {too_long(size)}")
    machine = _machine_form(text)
    if machine is None:
        return read_pasted(text, name)
    found = list(machine(sources.of_bytes(text.encode("utf-8", "replace"), name)))
    if not any(isinstance(one, Submission) for one in found):
        errors = [one.error for one in found if isinstance(one, Unreadable)]
        errors.append("expected use cases, found none; paste five of them")
        raise SubmissionError(f"{name}: {errors[0]}")
    return [one for one in found if isinstance(one, Submission)]


def _read(source: Source) -> Found:
    """One file; whatever is wrong with it becomes an ``Unreadable``."""
    try:
        if source.size > MAX_FILE:
            raise SubmissionError(too_large(source.size))
        if source.size == 0:
            raise SubmissionError("expected use cases, found an empty file; write them into it")
        if stream := _STREAMS.get(source.suffix):
            yield from stream(source)
        elif source.suffix == ".docx":
            yield from _of_text(read_docx(_bytes(source, 10 * MAX_TEXT)), source.name)
        elif source.suffix in _TEXTS:
            yield from _of_text(decode(_bytes(source, MAX_TEXT)), source.name)
        else:
            raise SubmissionError(
                f"expected .txt, .md, .docx, .csv, .jsonl or .zip, found {source.suffix}; "
                f"{_INSTEAD.get(source.suffix, 'save the text in one of these forms')}")
    except SubmissionError as error:
        yield Unreadable(source.name, str(error).removeprefix(f"{source.name}: "))
    except OSError as error:
        yield Unreadable(source.name, "expected a file that can be read, found "
                                      f"{error.strerror or error}; check it and try again")
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, RuntimeError, UnicodeError,
            csv.Error) as error:  # what a damaged or locked zip and damaged text raise
        yield Unreadable(source.name, "expected a submission, found a file that cannot be read "
                                      f"({error}); save it again and hand in that")


def _of_text(text: str, name: str) -> Found:
    size = len(text.encode("utf-8", "replace"))
    if size > MAX_TEXT:
        raise SubmissionError(too_long(size))
    machine = _machine_form(text)
    if machine is None:
        yield from read_pasted(text, name)
    else:
        yield from machine(sources.of_bytes(text.encode("utf-8", "replace"), name))


def _bytes(source: Source, most: int) -> bytes:
    with source.open() as file:
        raw = file.read(most + 1)
    if len(raw) > most:
        raise SubmissionError(too_long(source.size, most))
    return raw


def _machine_form(text: str) -> Callable[[Source], Found] | None:
    """What reads a text that was saved as .txt or pasted but is JSON or CSV; None for prose."""
    start = text.lstrip("\ufeff \t\r\n")
    first = start.split("\n", 1)[0]
    if start[:1] in "{[" and start:
        for reader, part in ((read_jsonl, first), (read_json, start)):
            try:
                if isinstance(json.loads(part), dict | list):
                    return reader
            except (ValueError, RecursionError):
                continue
        return None
    delimiter = max(",;", key=first.count)
    cells = [cell.strip().strip('"') for cell in first.split(delimiter)]
    if len(cells) > 1 and len(first) < 300 and all(
            labels.heading(cell) and len(cell.split()) <= 4 and cell[-1:] != "." for cell in cells):
        return read_csv if tables.columns(cells) else None
    return None
