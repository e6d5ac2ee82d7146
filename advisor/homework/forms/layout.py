"""Where one use case ends and the next begins: every way in which the text may be cut.

Students number, head, label, quote or just write their use cases one after the other. Each way for
which the text shows a sign is tried by ``text_forms``, which takes the one that gives whole use
cases and leaves little over; marks that the student set on purpose weigh more than paragraphs.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from advisor.homework.forms import labels
from advisor.homework.forms.blocks import in_blocks, paragraphs, physical
from advisor.homework.forms.counted import bullet_lists, numbered, running
from advisor.homework.forms.cut import Cut, cut_at, is_head
from advisor.homework.forms.line import BOLD, BULLET, CASE, HEADING, NUMBER, PLAIN, RULE, Line


def cuts(lines: Sequence[Line]) -> Iterator[Cut]:
    """Every way of cutting ``lines`` for which they show a sign."""
    yield from numbered(lines)
    yield from _headed(lines)
    yield from _labelled(lines)
    yield from _in_bold(lines)
    yield from _quoted(lines)
    yield from _bulleted(lines)
    yield from _ruled(lines)
    told = [line for line in lines if line.kind != RULE]
    yield from in_blocks(paragraphs(lines), 1.0, "paragraphs")
    yield from in_blocks(physical(told), 0.8, "lines")
    yield from running(told)
    yield Cut((tuple(told),), (), 0.0, "whole")


def _headed(lines: Sequence[Line]) -> Iterator[Cut]:
    for level in range(1, 7):
        heads = [i for i, line in enumerate(lines) if line.kind == HEADING and line.level == level
                 and (line.field is None or (line.field in (labels.TITLE, labels.DESCRIPTION)
                      and line.text)) and line.text and i + 1 < len(lines)]
        told = [i for i in heads if _has_body(lines, i)]
        if told:
            yield from cut_at(lines, told, 2.0 if len(told) > 1 else 0.5, "headings")


def _has_body(lines: Sequence[Line], head: int) -> bool:
    return head + 1 < len(lines) and lines[head + 1].kind != RULE and (
        lines[head + 1].kind != HEADING or lines[head + 1].field is not None)


def _labelled(lines: Sequence[Line]) -> Iterator[Cut]:
    first = next((line.field for line in lines if line.field), None)
    for named in (labels.TITLE, labels.DESCRIPTION, labels.APPROACH):
        if named == labels.APPROACH and first != named:
            continue  # the approach heads a use case only where it stands before all else
        spellings = Counter(_spelling(line) for line in lines if line.field == named)
        for spelling, times in spellings.items():
            heads = [i for i, line in enumerate(lines) if line.field == named
                     and _spelling(line) == spelling]
            heads = _with_titles(lines, heads)
            yield from cut_at(lines, heads, 2.2 if times > 1 else 0.6, "labels")


def _with_titles(lines: Sequence[Line], heads: list[int]) -> list[int]:
    """The lines above ``heads`` if these give each use case its title, else ``heads``."""
    shapes = Counter(_shape(lines[i - 1]) for i in heads if i and _title_like(lines[i - 1]))
    if not shapes or 2 * shapes.most_common(1)[0][1] <= len(heads):
        return heads
    shape = shapes.most_common(1)[0][0]
    above = [i - 1 for i in heads if i and _shape(lines[i - 1]) == shape]
    return above if len(above) == len(heads) else heads


def _shape(line: Line) -> tuple[object, ...]:
    return line.kind, line.indent, line.bold, line.style, line.field


def _spelling(line: Line) -> str:
    return re.sub(r"[\W\d]+", " ", line.label).strip()


def _title_like(line: Line) -> bool:
    return line.field is None and line.kind in (PLAIN, BOLD, NUMBER, CASE, HEADING, BULLET) \
        and 0 < len(line.text.split()) <= 10 and not line.text.endswith((".", "!", "?", ":", ","))


def _in_bold(lines: Sequence[Line]) -> Iterator[Cut]:
    for whole in (True, False):
        heads = [i for i, line in enumerate(lines) if line.field is None and line.text
                 and (line.kind == BOLD if whole else line.bold and line.kind in (PLAIN, BULLET))]
        if len(heads) > 1:
            yield from cut_at(lines, heads, 1.8 if whole else 1.6, "bold")


def _quoted(lines: Sequence[Line]) -> Iterator[Cut]:
    heads = [i for i, line in enumerate(lines)
             if line.quoted and line.text and (not i or not lines[i - 1].quoted)]
    answered = [i for i in heads if any(not line.quoted for line in lines[i:])]
    if len(answered) > 1 and len(answered) == len(heads):
        told = [
            replace(line, field=labels.DESCRIPTION if line.quoted else labels.REASONING)
            if line.text and line.field is None else line for line in lines
        ]
        yield from cut_at(told, heads, 2.6, "quotes")


def _bulleted(lines: Sequence[Line]) -> Iterator[Cut]:
    for place in dict.fromkeys((line.indent // 2, line.style) for line in lines
                               if line.kind == BULLET):
        heads = [i for i, line in enumerate(lines) if line.kind == BULLET and line.text
                 and (line.indent // 2, line.style) == place and is_head(line)]
        if len(heads) > 1:
            yield from cut_at(lines, heads, 1.5, "bullets")
            yield from bullet_lists(lines, heads)
            groups = [list(lines[a:b]) for a, b in
                      zip(heads, [*heads[1:], len(lines)], strict=True)]
            yield from in_blocks(groups, 1.2, "bullets", tuple(lines[: heads[0]]))


def _ruled(lines: Sequence[Line]) -> Iterator[Cut]:
    groups: list[list[Line]] = [[]]
    for line in lines:
        if line.kind == RULE:
            groups.append([])
        else:
            groups[-1].append(line)
    groups = [group for group in groups if any(line.text for line in group)]
    if len(groups) > 1:
        yield Cut(tuple(map(tuple, groups)), (), 1.6, "rules")
        yield Cut(tuple(map(tuple, groups[1:])), tuple(groups[0]), 1.6, "rules")
