"""Use cases that the student counts: numbered, in two lists, or inside running text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from advisor.homework.forms import labels
from advisor.homework.forms.cues import TECHNIQUE
from advisor.homework.forms.cut import Cut, closed, cut_at, is_head
from advisor.homework.forms.line import BOLD, HEADING, Line
from advisor.homework.forms.lines import read_lines
from advisor.homework.forms.sentences import leaning

_INLINE = re.compile(
    r"(?:^|(?<=\s))(?=[(\[]?\d{1,2}[.)\]]\s+\S|#\d{1,2}\b)|(?:^|(?<=[.!?:;]\s))(?="
    r"(?:(?:my|the|and|a|finally|then)[,:]?\s+){0,2}(?:first|second|third|fourth|fifth|sixth|last)"
    r"(?:ly)?\b(?:,|\s+(?:use[- ]?case|idea|one|example)\b)|"
    r"use[- ]case\s+(?:\d|one|two|three|four|five)\b|(?:number\s+)?"
    r"(?:one|two|three|four|five|six):)", re.IGNORECASE)


def numbered(lines: Sequence[Line]) -> Iterator[Cut]:
    counted = [i for i, line in enumerate(lines) if line.number is not None]
    keys: tuple[Callable[[Line], object], ...] = (
        lambda line: (line.style in ("case", "ordinal"), line.kind, line.level, line.style,
                      line.indent // 2),
        lambda line: (line.style in ("case", "ordinal"), line.kind == HEADING),
    )
    seen: set[tuple[int, ...]] = set()
    for key in keys:
        for kind in dict.fromkeys(key(lines[i]) for i in counted):
            places = [i for i in counted if key(lines[i]) == kind]
            heads = tuple(i for i in places if is_head(lines[i]))
            if heads in seen or not heads:
                continue
            seen.add(heads)
            spelled = lines[heads[0]].style in ("case", "ordinal")
            yield from _runs(lines, heads, 3.0 if spelled else 2.4)
    chain = _chain(lines, counted)
    if chain not in seen and len(chain) > 1:
        yield from cut_at(lines, chain, 2.0, "chain")


def _chain(lines: Sequence[Line], counted: Sequence[int]) -> tuple[int, ...]:
    """The numbered lines that count 1, 2, 3 … whatever else is numbered between them."""
    chain: list[int] = []
    for i in counted:
        if lines[i].number == len(chain) + 1 and is_head(lines[i]):
            chain.append(i)
    return tuple(chain)


def _runs(lines: Sequence[Line], heads: tuple[int, ...], weight: float) -> Iterator[Cut]:
    numbers = [lines[i].number or 0 for i in heads]
    starts = [k for k in range(len(heads)) if not k or numbers[k] <= numbers[k - 1]]
    runs = [heads[a:b] for a, b in zip(starts, [*starts[1:], len(heads)], strict=True)]
    if len(runs) == 1:
        whole = numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        if len(heads) == 1:
            weight -= 0.8
        weight -= 0 if whole and numbers[0] <= 1 else 0.5
        yield from cut_at(lines, heads, weight, "numbers")
        return
    lists = all(len(run) > 1 for run in runs) and len(runs) <= 3
    if lists and len({len(run) for run in runs}) <= 2 and len(runs[0]) == max(map(len, runs)):
        merged = list(_merged(lines, runs, weight + 0.2))
        yield from merged
    again = {p: replace(lines[p], number=n) for n, p in enumerate(heads, start=1)}
    renumbered = [again.get(p, line) for p, line in enumerate(lines)]
    same = len(set(numbers)) == 1
    yield from cut_at(renumbered, heads, weight - (0.1 if same else 0.5), "restarts")


def _merged(lines: Sequence[Line], runs: Sequence[Sequence[int]], weight: float) -> Iterator[Cut]:
    """One list of use cases and a second one of what is said about each, put together."""
    groups: dict[int, list[Line]] = {}
    told = False
    for place, run in enumerate(runs):
        end = runs[place + 1][0] if place + 1 < len(runs) else len(lines)
        section = _section(lines, runs[place - 1][-1] if place else 0, run[0])
        if not place and section in labels.REASONED:
            return  # reasons told in numbered lists
        for start, stop in zip(run, [*run[1:], end], strict=True):
            own = [line for line in closed(lines[start:stop], lines[start])]
            if stop == end and place + 1 < len(runs):
                own = _without_section(own)
            if place:
                named = section or labels.REASONING
                told = told or section in labels.REASONED or leaning(own[0].text) > 0.5
                own[0] = replace(own[0], field=named)
            key = lines[start].number if lines[start].number is not None else start
            groups.setdefault(key or 0, []).extend(own)
    if told:
        yield Cut(tuple(map(tuple, groups.values())), tuple(lines[: runs[0][0]]), weight, "lists")


def _section(lines: Sequence[Line], start: int, end: int) -> str | None:
    """What the title over a list, the last label alone on its line, says it holds."""
    for line in reversed(lines[start:end]):
        if line.field in (*labels.REASONED, labels.DESCRIPTION) and not line.text:
            return line.field
        if line.kind in (HEADING, BOLD) or line.text.endswith(":"):
            words = line.text.strip(":").replace("/", " ")
            return labels.heading(words) if TECHNIQUE.search(words) or labels.heading(words) \
                in labels.REASONED else None
    return None


def _without_section(own: list[Line]) -> list[Line]:
    """The lines of a list's last item without the title of the list that follows."""
    while len(own) > 1 and ((own[-1].field and not own[-1].text) or own[-1].kind in (HEADING, BOLD)
                            or own[-1].text.endswith(":")):
        own = own[:-1]
    return own


def bullet_lists(lines: Sequence[Line], heads: Sequence[int]) -> Iterator[Cut]:
    """Two lists of bullets under titles of their own, the second one about the first."""
    runs: list[list[int]] = [[heads[0]]]
    for before, head in pairwise(heads):
        apart = any((line.field in labels.REASONED and not line.text) or line.text.endswith(":")
                    or line.kind in (HEADING, BOLD) for line in lines[before + 1 : head])
        if apart:
            runs.append([])
        runs[-1].append(head)
    if 2 <= len(runs) <= 3 and len({len(run) for run in runs}) == 1 and len(runs[0]) > 1:
        counted = list(lines)
        for run in runs:
            for number, place in enumerate(run, start=1):
                counted[place] = replace(lines[place], number=number)
        yield from _merged(counted, runs, 2.2)


def running(lines: Sequence[Line]) -> Iterator[Cut]:
    """Numbers and "my second one" inside running text."""
    parted: list[Line] = []
    for line in lines:
        cuts_at = [m.end() for m in _INLINE.finditer(line.text)] if len(line.text) < 20_000 else []
        if not cuts_at:
            parted.append(line)
            continue
        parted.append(replace(line, text=line.text[: cuts_at[0]].strip()))
        for start, end in zip(cuts_at, [*cuts_at[1:], len(line.text)], strict=True):
            parted += read_lines(line.text[start:end])
    if len(parted) > len(lines):
        for cut in numbered(parted):
            yield replace(cut, weight=cut.weight - 1.2)
