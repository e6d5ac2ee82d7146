"""A submission written as text or Markdown, read into its use cases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from advisor.homework.forms import authors, chatter, labels, posted
from advisor.homework.forms.around import author_of, posted_of
from advisor.homework.forms.assemble import assemble
from advisor.homework.forms.cues import TECHNIQUE
from advisor.homework.forms.cut import MANY, Cut
from advisor.homework.forms.layout import cuts
from advisor.homework.forms.limits import MAX_ENTRIES, MAX_LINES, too_many
from advisor.homework.forms.line import BOLD, BULLET, CASE, HEADING, NUMBER, PLAIN, RULE, Line
from advisor.homework.forms.lines import read_lines
from advisor.homework.forms.sentences import holds_both, leaning, sentences
from advisor.homework.submission import Entry, SubmissionError

BEST = 3.5  # what a cut's use cases can add to its weight: whole ones, and five of them


@dataclass(frozen=True)
class Read:
    """What a text holds: its use cases, which is posted, who wrote it."""

    author: str | None
    posted: int | None
    entries: tuple[Entry, ...]


def read_submission(text: str, author: str | None = None) -> Read:
    """The use cases of one student's ``text``, already ``normal``.

    Raises ``SubmissionError``: nothing in it, or more than ``MAX_ENTRIES`` use cases.
    """
    count = sum(1 for line in text.split("\n") if line.strip())
    if count > MAX_LINES:
        raise SubmissionError(f"expected some use cases, found {count:,} lines of text; hand in "
                              "the use cases alone")
    lines = read_lines(text)
    lines = _with_sections(lines)
    if any(line.quoted for line in lines):
        cut = max((_best(variant) for variant in _unquoted(lines)), key=lambda c: c[0])[1]
    else:
        cut = _best(_without_chatter(lines))[1]
    if cut is None:
        raise SubmissionError(
            "expected use cases, each described in a sentence or two, found no text; "
            "write them one after the other, numbered 1 to 5"
        )
    return _finish(cut, lines, author)


def _with_sections(lines: Sequence[Line]) -> list[Line]:
    """Headings that name an approach over a list of use cases, told to each of them."""
    over = [i for i, line in enumerate(lines[:-1])
            if line.label == "technique" and line.kind in (HEADING, BOLD, PLAIN)
            and lines[i + 1].kind in (NUMBER, BULLET, CASE) and lines[i + 1].field is None
            and (line.kind != PLAIN or (line.gap and line.raw.endswith(":")))]
    if len(over) < 2 or all(lines[i + 1].number in (None, 1) and b - i == 2
                            for i, b in pairwise(over)):
        return list(lines)
    found: list[Line] = []
    under = ""
    for i, line in enumerate(lines):
        if i in over:
            under = line.text.rstrip(":")
            continue
        if line.kind == HEADING:
            under = ""
        found.append(replace(line, under=under))
    return found


def _unquoted(lines: Sequence[Line]) -> Iterable[list[Line]]:
    """With quotes as written by the student, as written by somebody else, and as headings."""
    own = [replace(line, quoted=False) for line in lines]
    yield _without_chatter(own)
    yield _without_chatter(lines)
    if any(not line.quoted for line in lines):
        yield _without_chatter([line for line in lines if not line.quoted])


def _without_chatter(lines: Sequence[Line]) -> list[Line]:
    kept: list[Line] = []
    gap = False
    for place, line in enumerate(lines):
        near_end = len(lines) - 6 <= place > 2 and chatter.is_sign_off(line.text) \
            and not any(TECHNIQUE.search(other.text) for other in lines[place:])
        about = line.field in (labels.AUTHOR, labels.NUMBER) or (not line.text and not line.field
            and line.posted != posted.THIS and line.number is None and line.kind != RULE)
        spoken = line.field is None and line.number is None and (
            (place < 8 and chatter.is_opening(line.text)) or chatter.is_title(line.text)
            or (place < 3 and len(line.text) < 100 and authors.told(line.text) is not None)
            or near_end)
        about = about or (line.field == labels.POSTED and line.kind not in (HEADING, BOLD)
            and posted.value(line.text) not in (None, posted.THIS))
        if about or spoken or chatter.is_task(line.text) or chatter.is_address(line.text):
            gap = gap or line.gap
            if near_end and spoken:
                break
            continue
        kept.append(replace(line, gap=line.gap or gap))
        gap = False
    return kept


def _best(lines: Sequence[Line]) -> tuple[float, Cut | None]:
    """The cut whose use cases look most like use cases, and how much they do."""
    best: tuple[float, Cut | None] = (-1e9, None)
    total = sum(len(line.text) for line in lines) or 1
    for cut in cuts(lines):
        if cut.weight + BEST <= best[0]:
            continue  # not even whole use cases could make it the better one
        cut = _moved(cut)
        worth = _worth(cut, total)
        if worth > best[0]:
            best = (worth, cut)
    return best


def _moved(cut: Cut) -> Cut:
    """"Approach 2: …" goes to use case 2 wherever it stands; a long tail is no use case."""
    numbers = {group[0].number: place for place, group in enumerate(cut.groups) if group}
    groups = [list(group) for group in cut.groups]
    for place, group in enumerate(cut.groups):
        for line in group[1:]:
            target = numbers.get(line.number) if line.field in labels.REASONED else None
            if target is not None and line.number is not None and target != place:
                groups[place].remove(line)
                groups[target].append(line)
    return replace(cut, groups=tuple(map(tuple, groups)))


def _worth(cut: Cut, total: int) -> float:
    count = len(cut.groups)
    if count > MANY:
        return -1e6 + cut.weight
    entries = [assemble(group) for group in cut.groups]
    told = [e for e in entries if e.description or e.reasoning]
    if not told:
        return -1e8
    quality = sum(map(_quality, entries)) / count
    lost = sum(len(line.text) for line in cut.before) / total
    inner = sum(_inner(group, cut.groups[0][0], count) for group in cut.groups if group) / count
    usual = {5: 1.0, 4: 0.8, 6: 0.8, 3: 0.7, 7: 0.6, 2: 0.5, 8: 0.5}.get(count, 0.3)
    return cut.weight + 2.5 * quality + usual - 2.5 * lost - 0.8 * min(inner, 2)


def _quality(entry: Entry) -> float:
    """0 to 1: how much it looks like one use case and the reasoning about it."""
    described, reasoned = len(entry.description.split()), len(entry.reasoning.split())
    worth = 0.65 * (described > 0) + 0.35 * (reasoned > 0)
    if described and not reasoned:
        worth -= 0.15
    if reasoned and not described:
        worth -= 0.2
    worth -= 0.15 * (described < 4) + 0.2 * (described > 110) + 0.2 * (reasoned > 110)
    parts = sentences(entry.description[:2000])
    worth -= 0.25 * min(2, sum(leaning(part) > 1.8 for part in parts[1:]))
    again = [leaning(part) for part in sentences(entry.reasoning[:2000])]
    if len(again) > 5:
        worth -= 0.1 * (len(again) - 5)
    return max(worth, -0.5)


def _inner(group: Sequence[Line], head: Line, count: int) -> float:
    """How often a use case seems to begin again inside this one."""
    spelled = [line.label for line in group if line.field]
    again = len(spelled) - len(set(spelled))
    counted = [line for line in group[1:] if line.number is not None and line.field is None
               and line.kind in (HEADING, CASE, NUMBER) and line.indent <= head.indent]
    whole = [line for line in group if line.field is None and holds_both(line.text)]
    like = [line for line in counted if (line.kind, line.style) == (head.kind, head.style)]
    lists = [line for line in counted if line.number == 1]  # a list of reasons begins anew
    inside = len(like) if head.number is not None else 0 if lists and count > 1 else len(counted)
    return again + max(0, len(whole) - 1) + inside


def _finish(cut: Cut, lines: Sequence[Line], author: str | None) -> Read:
    groups = _trimmed(cut.groups)
    entries = [assemble(group) for group in groups]
    kept = [place for place, e in enumerate(entries) if e.description or e.reasoning]
    if len(kept) > MAX_ENTRIES or len(groups) > MANY:
        raise SubmissionError(too_many(len(groups)))
    if not kept:
        raise SubmissionError("expected use cases, found only headings and labels; "
                              "write a sentence or two under each")
    groups, entries = [groups[i] for i in kept], [entries[i] for i in kept]
    chosen = posted_of(groups, entries, lines)
    if author is None:
        author = author_of(cut.before, lines)
    return Read(author, chosen, tuple(entries))


def _trimmed(groups: Sequence[Sequence[Line]]) -> list[Sequence[Line]]:
    """The last use case without the paragraphs that only it has: closing words."""
    if len(groups) < 3 or not groups[-1]:
        return list(groups)
    *others, last = groups
    most = max(sum(line.gap for line in group[1:]) for group in others)
    gaps = 0
    for place, line in enumerate(last):
        gaps += place > 0 and line.gap
        if gaps > most and line.kind == PLAIN and line.field is None:
            rest = " ".join(line.text for line in last[place:])
            if all(leaning(part) < 1.2 for part in sentences(rest)) and \
                    any(leaning(line.text) > 0 or line.field in labels.REASONED
                        for line in last[:place]):
                return [*others, last[:place]]
    return list(groups)


def said_around(text: str, entries: tuple[Entry, ...]) -> Read:
    """What the lines around a table of ``entries`` say: who wrote them, which is posted."""
    lines = read_lines(text)
    groups = [(Line("", number=place),) for place in range(1, len(entries) + 1)]
    chosen = posted_of(groups, entries, lines)
    return Read(author_of(lines, lines), chosen, entries)
