"""A way to cut a text into use cases, and the cut before given lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from advisor.homework.forms import labels
from advisor.homework.forms.line import BOLD, HEADING, RULE, Line

MANY = 60  # use cases in one text from which on nobody counts further


@dataclass(frozen=True)
class Cut:
    """The lines of each use case, what stands before the first, and how much the way counts."""

    groups: tuple[tuple[Line, ...], ...]
    before: tuple[Line, ...]
    weight: float
    how: str


def cut_at(lines: Sequence[Line], heads: Sequence[int], weight: float, how: str) -> Iterator[Cut]:
    """The cut before each of ``heads``."""
    if not heads:
        return
    top = lines[heads[0]]
    groups = []
    for start, end in zip(heads, [*heads[1:], len(lines)], strict=True):
        groups.append(tuple(closed(lines[start:end], top)))
    yield Cut(tuple(groups), tuple(lines[: heads[0]]), weight, how)


def closed(group: Sequence[Line], top: Line) -> Iterator[Line]:
    """The lines of a use case up to a heading over something else, rules left out."""
    for place, line in enumerate(group):
        if place and _closes(line, top):
            return
        if line.kind != RULE:
            yield line


def _closes(line: Line, top: Line) -> bool:
    """Whether a heading stands over something that is no part of a use case begun with ``top``."""
    if line.kind not in (HEADING, BOLD) or (line.field == labels.POSTED and line.text):
        return False
    if line.field == labels.POSTED:
        return True
    return line.kind == HEADING and not line.field and (
        top.kind != HEADING or line.level <= top.level)


def is_head(line: Line) -> bool:
    return line.field in (None, labels.DESCRIPTION, labels.TITLE)
