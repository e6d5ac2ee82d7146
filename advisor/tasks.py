"""Several tasks in one description: told apart, so that each can get advice of its own."""

from __future__ import annotations

import re

LEAST_WORDS = 3
_ITEM = re.compile(r"^\s*(?:[-*•–]|\(?\d{1,2}[.):]|\(?[a-h][.)])\s+", re.MULTILINE)
_INLINE = re.compile(r"(?:(?<=\s)|^)\(?(\d)[.)]\s+(?=\w)")
# A sentence that opens another task, not a further demand on the same one.
_ANOTHER = re.compile(
    r"(?<=[.!?;])\s+(?=(?:second(?:ly)?|third(?:ly)?|separately|(?:an)?other (?:task|use case|job|"
    r"need|project)|a (?:second|third|different|separate) (?:task|use case|job|need|project)|"
    r"we (?:also|further) (?:want|need|plan|would like|have to))\b)", re.IGNORECASE)


def split_tasks(description: str) -> list[str]:
    """The tasks that a description lists, each with the words that introduce them all.

    Lists (bulleted, numbered, also within a line) and sentences such as "We also want …" count; a
    description of one task comes back whole.
    """
    text = description.strip()
    for parts in (_split_at(text, _ITEM), _numbered(text), [p for p in _ANOTHER.split(text) if p]):
        if len(parts) > 1 and all(len(part.split()) >= LEAST_WORDS for part in parts):
            return parts
    return [description]


def _split_at(text: str, mark: re.Pattern[str]) -> list[str]:
    found = list(mark.finditer(text))
    if len(found) < 2:
        return []
    intro = text[: found[0].start()].strip()
    ends = [*(m.start() for m in found[1:]), len(text)]
    items = [text[m.end() : end].strip() for m, end in zip(found, ends, strict=True)]
    return [f"{intro} {item}".strip() for item in items] if all(items) else []


def _numbered(text: str) -> list[str]:
    numbers = [int(m.group(1)) for m in _INLINE.finditer(text)]
    return _split_at(text, _INLINE) if numbers == list(range(1, len(numbers) + 1)) else []
