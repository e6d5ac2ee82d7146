"""The lines of one use case put together: title, description, approach, reasoning."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field as made_by

from advisor.homework.forms import labels
from advisor.homework.forms.line import BOLD, BULLET, HEADING, NUMBER, PLAIN, Line
from advisor.homework.forms.sentences import (
    LEAD,
    Piece,
    compose,
    divide,
    run_on,
    sentences,
    stopped,
)
from advisor.homework.submission import Entry


@dataclass
class Part:
    """What stands under one label, or under none: blocks of text and how each is set off."""

    field: str | None
    blocks: list[Piece] = made_by(default_factory=list)

    @property
    def text(self) -> str:
        return run_on(self.blocks)


def assemble(group: Sequence[Line]) -> Entry:
    """The entry that the lines of one use case make."""
    entry = _entry(group)
    if group and group[0].under:
        return Entry(entry.description, stopped([group[0].under, entry.reasoning]))
    return entry


def _entry(group: Sequence[Line]) -> Entry:
    title, parts = _parts(group)
    described = [p for p in parts if p.field == labels.DESCRIPTION and p.text]
    reasoned = [p for p in parts if p.field in labels.REASONED and p.text]
    free = [p for p in parts if p.field is None and p.text]
    if not reasoned:
        blocks = [block for part in parts if part.text for block in part.blocks]
        if title:  # the break under a title tells nothing
            blocks = [Piece(title), *(Piece(b.text, 0.1 if not n else b.gap)
                                      for n, b in enumerate(blocks))]
        return Entry(*divide(_pieces(blocks)))
    if not described and not free and not title:
        free, reasoned = _description_after(reasoned)
    first, *more = [block for part in [*free, *described] for block in part.blocks] or [Piece("")]
    short = len(first.text.split()) <= 8 and not re.search(r"[.!?:;,]$", first.text)
    if more and short and not title and len(more[0].text) > len(first.text):
        title, (first, *more) = first.text, more
    told = stopped([p.text for p in reasoned if p.text])
    return compose(title, run_on([first, *more]), "", told)


def _parts(group: Sequence[Line]) -> tuple[str, list[Part]]:
    title, parts = "", [Part(None)]
    for place, line in enumerate(group):
        if line.field in (labels.POSTED, labels.AUTHOR, labels.NUMBER):
            continue
        if line.field == labels.TITLE:
            title = stopped([title, line.text])
            parts.append(Part(None))
            continue
        if line.field is not None:
            parts.append(Part(line.field))
        if not line.text:
            continue
        if not place and line.field is None and len(group) > 1 and _heads(line):
            title = line.text
            continue
        blocks = parts[-1].blocks
        if blocks and not line.ends and line.kind == PLAIN and line.field is None:
            blocks[-1] = Piece(f"{blocks[-1].text} {line.text}", blocks[-1].gap)
        else:
            blocks.append(Piece(line.text, _gap(line)))
    return title, parts


def _heads(line: Line) -> bool:
    """Whether the first line of a use case only gives it a name."""
    short = len(line.text.split()) <= 12 and not line.text.endswith((".", "!", "?", ";", ","))
    return (short and line.kind != BULLET) or (line.kind in (HEADING, BOLD) and short)


def _gap(line: Line) -> float:
    if line.gap:
        return 2.0
    return 2.0 if line.kind in (BULLET, NUMBER) else 1.2


def _pieces(blocks: Sequence[Piece]) -> list[Piece]:
    return [
        Piece(sentence, 3.0 if LEAD.match(sentence) else block.gap if place == 0 else 0.0)
        for block in blocks for place, sentence in enumerate(sentences(block.text))
    ]


def _description_after(reasoned: list[Part]) -> tuple[list[Part], list[Part]]:
    """"Approach: RAG" and only then, with no label, what it is for."""
    first = reasoned[0]
    if first.field != labels.APPROACH or len(first.blocks) < 2 \
            or len(first.blocks[0].text.split()) > 6:
        return [], reasoned
    approach, described, *rest = first.blocks
    return [Part(None, [described])], [
        Part(first.field, [approach]), Part(labels.REASONING, rest), *reasoned[1:]]
