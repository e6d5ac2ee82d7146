"""Use cases written one after the other: paragraphs, lines or bullets, one to three for each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from advisor.homework.forms import labels
from advisor.homework.forms.cut import MANY, Cut
from advisor.homework.forms.line import RULE, Line
from advisor.homework.forms.sentences import holds_both, leaning, sentences


def paragraphs(lines: Sequence[Line]) -> list[list[Line]]:
    blocks: list[list[Line]] = []
    for line in lines:
        if line.kind == RULE:
            continue
        if line.gap or not blocks:
            blocks.append([])
        blocks[-1].append(line)
    return blocks


def physical(lines: Sequence[Line]) -> list[list[Line]]:
    """The lines as the student ended them, labels inside a line kept with it."""
    blocks: list[list[Line]] = []
    for line in lines:
        if line.inner and blocks:
            blocks[-1].append(line)
        else:
            blocks.append([line])
    return blocks


def in_blocks(blocks: list[list[Line]], weight: float, how: str,
            before: tuple[Line, ...] = ()) -> Iterator[Cut]:
    """One block a use case, or two or three of them, or as their words have it."""
    whole: list[list[Line]] = []
    for block in blocks:
        if whole and all(line.field == labels.POSTED for line in block):
            whole[-1] = [*whole[-1], *block]
        else:
            whole.append(block)
    blocks = whole
    if not 2 <= len(blocks) <= 4 * MANY:
        return
    for size in (1, 2, 3):
        if len(blocks) % size == 0 and len(blocks) > size:
            groups = [[line for block in blocks[i : i + size] for line in block]
                      for i in range(0, len(blocks), size)]
            yield Cut(tuple(map(tuple, groups)), before, weight, f"{how} {size}")
    yield Cut(tuple(map(tuple, _by_words(blocks))), before, weight - 0.05, f"{how} by words")


def _by_words(blocks: list[list[Line]]) -> list[list[Line]]:
    """A block begins a use case where the one before has its reasoning."""
    groups: list[list[Line]] = []
    described = reasoned = False
    for block in blocks:
        text = " ".join(line.text for line in block)
        parts = sentences(text)[:8]
        leans = [leaning(part) for part in parts]
        names = any(lean > 1.2 for lean in leans) or any(
            line.field in labels.REASONED for line in block)
        only = names and bool(leans) and leans[0] > 0.3 and not holds_both(text)
        title = len(text.split()) <= 8 and not text.endswith((".", "!", "?"))
        if not groups or (reasoned and not only) or (described and names and not only):
            groups.append([])
            described = reasoned = False
        groups[-1].extend(block)
        described = described or (not title and not only)
        reasoned = reasoned or names
    return groups
