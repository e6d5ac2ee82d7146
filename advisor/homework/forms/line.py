"""One line of a submission, and its text without the signs of Markdown."""

from __future__ import annotations

import re
from dataclasses import dataclass

HEADING, CASE, NUMBER, BULLET, BOLD, RULE, PLAIN = (
    "heading", "case", "number", "bullet", "bold", "rule", ""
)


@dataclass(frozen=True)
class Line:
    """One line of a submission, its markers taken off ``text``.

    ``field`` is what a label at its start names, ``number`` counts use cases as the student does,
    ``posted`` is a number, a title, or ``posted.THIS`` where the line says so.
    """

    text: str
    kind: str = PLAIN
    indent: int = 0
    level: int = 0  # of a heading: 1 to 6
    style: str = ""  # how it is numbered or which bullet it has
    number: int | None = None
    field: str | None = None
    gap: bool = False  # an empty line stands before it
    quoted: bool = False
    posted: int | str | None = None
    checked: bool | None = None
    label: str = ""  # the words that name ``field``, in small letters
    raw: str = ""  # all that it says, marker and label too
    under: str = ""  # the approach that a heading over several use cases names
    inner: bool = False  # begins in the middle of a line, at a label
    bold: bool = False  # begins with words in bold
    ends: bool = True  # the line before it is a line of its own, not wrapped at the margin


_MARKED = re.compile(r"[*_~\\]")
_KEYCAPS = {ord(c): f"{i}." for i, c in enumerate("①②③④⑤⑥⑦⑧⑨⑩", start=1)}
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad\x00-\x08\x0b\x0e-\x1f"
                        "\x7f\ufe0f]")


def normal(text: str) -> str:
    """``text`` with plain line ends and spaces, without characters that nobody sees."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")
    text = text.replace("\u2029", "\n").replace("\x0b", "\n").replace("\x0c", "\n")
    text = re.sub(r"(\d)\ufe0f?\u20e3", r"\1.", text)
    return _INVISIBLE.sub("", text).translate(_KEYCAPS).replace("\u00a0", " ")


def plain(text: str) -> str:
    """``text`` without the signs of bold, italics and escapes, its spaces single."""
    if not _MARKED.search(text):
        return " ".join(text.split())
    text = re.sub(r"(\*\*\*|\*\*|__|~~)(?=\S)(.+?)(?<=\S)\1", r"\2", text)
    text = re.sub(r"(?<![\w*])\*(?=[^\s*])([^*\n]+?)(?<=\S)\*(?![\w*])", r"\1", text)
    text = re.sub(r"(?<!\w)_(?=[^\s_])([^_\n]+?)(?<=\S)_(?!\w)", r"\1", text)
    text = re.sub(r"\\([\\`*_{}\[\]()#+.!|>~-])", r"\1", text)
    text = text.replace("**", "")
    return re.sub(r"\s+", " ", text).strip()
