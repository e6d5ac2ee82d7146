"""Bytes as text: UTF-8, UTF-16, or the Latin letters of old Windows programs."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import BinaryIO

from advisor.homework.submission import SubmissionError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BINARY = (
    (b"%PDF", "a PDF; save the text as .docx, .txt or .md"),
    (b"PK\3\4", "a zip or Office file; give it its right ending, .docx or .zip"),
    (b"\xd0\xcf\x11\xe0", "an old Office file; save it as .docx"),
    (b"{\\rtf", "an RTF file; save it as .docx or .txt"),
    (b"\x89PNG", "a picture; type the text"), (b"\xff\xd8\xff", "a picture; type the text"),
    (b"GIF8", "a picture; type the text"), (b"SQLite", "a database; export it as CSV"),
    (b"\x1f\x8b", "a gzip file; unpack it"), (b"Rar!", "a RAR file; unpack it"),
    (b"7z\xbc\xaf", "a 7z file; unpack it"),
)
_CHUNK = 1 << 16


def encoding_of(file: BinaryIO) -> str:
    """The encoding of ``file``, told from all its bytes, read piece by piece.

    Raises ``SubmissionError`` if it holds no text.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    utf8, first = True, True
    undefined = False
    while chunk := file.read(_CHUNK):
        if first:
            first = False
            if (known := _at_once(chunk)) is not None:
                return known
        if b"\0" in chunk:
            raise SubmissionError("expected text, found a binary file; save it as .txt, .md or "
                                  ".docx")
        if utf8:
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                utf8 = False
        undefined = undefined or bool(set(b"\x81\x8d\x8f\x90\x9d") & set(chunk))
    if utf8:
        try:
            decoder.decode(b"", final=True)
            return "utf-8"
        except UnicodeDecodeError:
            pass
    return "latin-1" if undefined else "cp1252"


def _at_once(chunk: bytes) -> str | None:
    """What the first bytes give away: a byte order mark, another kind of file, UTF-16 without."""
    for mark, encoding in _MARKS:
        if chunk.startswith(mark):
            return encoding
    for start, what in _BINARY:
        if chunk.startswith(start):
            raise SubmissionError(f"expected text, found {what}")
    even, odd = chunk[:4000:2].count(0), chunk[1:4000:2].count(0)
    half = min(len(chunk), 4000) / 2
    if odd > 0.6 * half and even < 0.1 * half:
        return "utf-16-le"
    if even > 0.6 * half and odd < 0.1 * half:
        return "utf-16-be"
    return None


def decode(raw: bytes) -> str:
    """The text of a whole file; raises ``SubmissionError`` if it is none."""
    import io

    encoding = encoding_of(io.BytesIO(raw))
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise SubmissionError(f"expected {encoding.upper()} text, found bytes that are none "
                              f"({error.reason}); save it as UTF-8") from error


def lines_of(file: BinaryIO, encoding: str, longest: int) -> Iterator[str]:
    """The lines of ``file`` with their ends, none longer than ``longest`` + 1 characters.

    The rest of a longer line is passed over, so that one line never fills the memory.
    """
    import io

    text = io.TextIOWrapper(file, encoding=encoding, errors="replace", newline="")
    while line := text.readline(longest + 1):
        yield line
        while len(line) > longest and not line.endswith("\n"):
            line = text.readline(longest + 1)
            if not line:
                return
