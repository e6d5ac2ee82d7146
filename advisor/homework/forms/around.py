"""Which use case is posted and who wrote the text, as its lines tell."""

from __future__ import annotations

from collections.abc import Sequence

from advisor.homework.forms import authors, labels, posted
from advisor.homework.forms.line import BOLD, HEADING, PLAIN, Line
from advisor.homework.submission import Entry


def posted_of(groups: Sequence[Sequence[Line]], entries: Sequence[Entry],
              lines: Sequence[Line]) -> int | None:
    """Which of ``entries`` is posted, counted from 1: told by number, by place or by name.

    ``groups`` are the lines of each entry, ``lines`` all of the text.
    """
    said: list[int | str | None] = [line.posted for line in lines]
    said += [posted.value(line.text or _below(lines, place))
             for place, line in enumerate(lines) if line.field == labels.POSTED]
    for number in (mark for mark in said if isinstance(mark, int)):
        if (place := _by_number(number, groups)) is not None:
            return place
    for place, group in enumerate(groups, start=1):
        if any(_marks(line) for line in group):
            return place
    checked = [place for place, group in enumerate(groups, start=1)
               if any(line.checked for line in group)]
    if len(checked) == 1 and len(entries) > 1:
        return checked[0]
    for words in (mark for mark in said if isinstance(mark, str) and mark != posted.THIS):
        for texts in ([e.description for e in entries],
                      [f"{e.description} {e.reasoning}" for e in entries]):
            if (found := posted.best_match(words, texts)) is not None:
                return found + 1
    return None


def _by_number(number: int, groups: Sequence[Sequence[Line]]) -> int | None:
    """The place of the entry that the student gave this number, else the place itself."""
    if number == -1:
        return len(groups)
    for place, group in enumerate(groups, start=1):
        if group[0].number == number:
            return place
    inside = 1 <= number <= len(groups)
    return number if inside and groups[number - 1][0].number is None else None


def _marks(line: Line) -> bool:
    """Whether a line of a use case says that this one is posted."""
    if line.field == labels.POSTED:
        return posted.value(line.text) == posted.THIS
    return line.posted == posted.THIS


def _below(lines: Sequence[Line], place: int) -> str:
    """What stands under a heading "My post": its text, up to the next heading."""
    words: list[str] = []
    for line in lines[place + 1 : place + 12]:
        if line.kind in (HEADING, BOLD) and words:
            break
        words.append(line.raw)
    return " ".join(words) if lines[place].kind in (HEADING, BOLD) else ""


def author_of(before: Sequence[Line], lines: Sequence[Line]) -> str | None:
    """The author as a title, a greeting or a name alone ``before`` the use cases tells."""
    for line in [*lines[:6], *lines[-3:]]:
        if found := authors.told(line.text):
            return found
    for line in before[:3]:
        if line.kind in (PLAIN, BOLD, HEADING) and (found := authors.name(line.text)) \
                and len(found.split()) > 1:
            return found
    return None
