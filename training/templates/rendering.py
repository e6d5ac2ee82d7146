"""What a template makes of messages, and where each message ends up in the text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

# Two private-use characters per message mark where its content begins and ends. They are no
# whitespace, so a template trims around them as it would without.
FIRST_MARK = 0xF0000


@dataclass(frozen=True)
class Rendered:
    """``spans``: message index → characters (start, end) of its content in ``text``.

    ``refused``: message index → the words with which the template refused it. ``marks``: for each
    token of the text whether {% generation %} marks it; ``None`` without such marks.
    ``add_special``: whether the tokenizer adds its own BOS and EOS to this text.
    """

    text: str
    spans: dict[int, tuple[int, int]]
    refused: dict[int, str] = field(default_factory=dict)
    marks: list[bool] | None = None
    add_special: bool = False


def marked(message: Mapping[str, Any], index: int) -> dict[str, Any]:
    """The message with marks around its content, inside the whitespace at its ends."""
    content = message.get("content")
    if isinstance(content, str):
        return {**message, "content": _around(content, index)}
    if isinstance(content, list):
        parts = [{**part, "text": _around(part["text"], index)}
                 if isinstance(part, dict) and isinstance(part.get("text"), str) else part
                 for part in content]
        return {**message, "content": parts}
    return dict(message)


def _around(content: str, index: int) -> str:
    core = content.strip()
    if not core:
        return content
    start = content.index(core)
    first, last = chr(FIRST_MARK + 2 * index), chr(FIRST_MARK + 2 * index + 1)
    return content[:start] + first + core + last + content[start + len(core):]


def unmarked(text: str) -> tuple[str, dict[int, tuple[int, int]]]:
    """The text without marks, and the span of every message whose end mark is in it."""
    clean: list[str] = []
    starts: dict[int, int] = {}
    spans: dict[int, tuple[int, int]] = {}
    for character in text:
        mark = ord(character) - FIRST_MARK
        if mark < 0:
            clean.append(character)
        elif mark % 2 == 0:
            starts.setdefault(mark // 2, len(clean))
        elif mark // 2 in starts:
            spans[mark // 2] = (starts[mark // 2], len(clean))
    return "".join(clean), spans


def searched(text: str, contents: Sequence[tuple[int, str]]) -> dict[int, tuple[int, int]]:
    """Spans by looking for each content in turn, for templates that rewrite what they are given."""
    spans, at = {}, 0
    for index, content in contents:
        core = content.strip().split("</think>")[-1].strip()  # templates drop past reasoning
        place = text.find(core, at) if core else -1
        if place >= 0:
            spans[index] = (place, place + len(core))
            at = place + len(core)
    return spans


def content_text(message: Mapping[str, Any]) -> str:
    """The content as text; the text parts of a content list joined, nothing for none."""
    content = message.get("content")
    if isinstance(content, list):
        return "".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return content or ""
