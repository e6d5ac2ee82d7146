"""A class without names: every author becomes "Student 4", wherever a text names one.

A name is known from the list of authors. Its parts are found by themselves ("Ann" of Ann Miller);
where only the spelling tells a name from a word, as with Will, too much is hidden and not too
little.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from advisor.homework.forms import authors
from advisor.homework.review import Line

SOMEBODY = "a student"  # a name that several authors have
_WORD = re.compile(r"[^\W\d_]+")
# What an author's field holds where it names nobody.
_NOBODY_WORDS = """
    anon anonymous assignsubmission author class file group learner member name participant person
    student students team user users
"""
_NOBODY = frozenset(_NOBODY_WORDS.split())
# Names only beside another part of the same name: what begins English sentences.
_COMMON_WORDS = """
    al am an and are as at be by can de del der di do du el en for go he her hi his how i if in is
    it la le me my no of oh ok on or our she so the they to up us van von we what who why yes you
"""
_COMMON = frozenset(_COMMON_WORDS.split())
# Names only when written with a capital.
_CAPITAL_WORDS = """
    art case chance dean drew faith grace hope ivy jack joy june king law long lord mark may penny
    pat price rich rob rose ruby sky sue summer will young
"""
_CAPITAL = frozenset(_CAPITAL_WORDS.split())


class Aliases:
    """The authors of ``lines`` under aliases by their place, which counts from 1."""

    def __init__(self, lines: Sequence[Line]) -> None:
        files = Counter(line["file"] for line in lines)
        self._parts = [_parts(line, alone=files[line["file"]] == 1) for line in lines]
        self._places: dict[str, set[int]] = defaultdict(set)
        for place, parts in enumerate(self._parts):
            for part in parts:
                self._places[part].add(place)

    def hidden(self, text: str, own: int = -1) -> str:
        """The text without the authors' names; ``own`` is the place of who wrote it, from 0."""
        words = list(_WORD.finditer(text))
        whose = [self._places.get(word.group().casefold(), set()) for word in words]
        pieces, end = [], 0
        for i, word in enumerate(words):
            if not whose[i]:
                continue
            beside: set[int] = set()
            for j in (i - 1, i + 1):
                if 0 <= j < len(words) and _near(words[min(i, j)], words[max(i, j)]):
                    beside |= whose[i] & whose[j]
            if beside or _names(text, word, own in whose[i]):
                likely = beside & {own} or beside or whose[i] & {own} or whose[i]
                alias = f"Student {min(likely) + 1}" if len(likely) == 1 else SOMEBODY
                pieces += [text[end : word.start()], alias]
                end = word.end()
        hidden = "".join([*pieces, text[end:]])
        return re.sub(rf"(Student \d+|{SOMEBODY})(?:[\s.,_-]{{1,2}}\1)+(?!\d)", r"\1", hidden)

    def line(self, line: Line, place: int) -> Line:
        """A line, also one with marks, as it is shown of the author at ``place``, from 0."""
        alias = f"Student {place + 1}"

        def said(row: Line) -> Line:
            return row | {key: self.hidden(row[key], place)
                          for key in ("text", "description", "reasoning", "comment") if key in row}

        def findings(rows: list[Line]) -> list[Line]:
            return [said(row) for row in rows]

        return said(line) | {
            "author": alias, "file": alias, "findings": findings(line["findings"]),
            "use_cases": [said(used) | {"findings": findings(used["findings"])}
                          for used in line["use_cases"]],
        }


def _near(first: re.Match[str], second: re.Match[str]) -> bool:
    return second.start() - first.end() <= 2


def _names(text: str, word: re.Match[str], own: bool) -> bool:
    """Whether a word that is part of a name names somebody here; ``own``: who wrote the text."""
    name = word.group()
    if name.casefold() in _COMMON:
        return False
    handle = "@" in (text[word.start() - 1 : word.start()], text[word.end() : word.end() + 1])
    with_capital = name[0].isupper() or name.lower() == name.upper()  # or of no such letters
    return with_capital or handle or (own and name.casefold() not in _CAPITAL)


def _parts(line: Line, alone: bool) -> set[str]:
    """The parts of an author's name, in small letters; of an address, those before the @.

    A file that holds one submission ``alone`` may be named after its author more fully.
    """
    found = _words(line["author"] or "")
    named = _words(authors.from_file(line["file"]) or "") if alone else set()
    return found | named if found & named else found


def _words(name: str) -> set[str]:
    words = {word.casefold() for word in _WORD.findall(name.split("@")[0])}
    return {word for word in words if len(word) > 1 and word not in _NOBODY}
