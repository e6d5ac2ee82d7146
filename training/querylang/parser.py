"""Text → Query: one small function per clause of the grammar."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import TypeVar

from training.querylang.query import (
    CLAUSES,
    COMPARISONS,
    FUNCTIONS,
    RESERVED,
    UNITS,
    WORD,
    Condition,
    Measure,
    Query,
    QueryError,
    Value,
)

T = TypeVar("T")
TOKEN = re.compile(rf"""
    (?P<space>\s+)
  | (?P<text>"(?:[^"\\]|\\["\\])*")
  | (?P<duration>\d{{1,9}}[a-z]+\b)
  | (?P<number>-?\d{{1,18}}(?:\.\d{{1,18}})?\b)
  | (?P<word>{WORD})
  | (?P<sign><=|>=|[<>,])
""", re.VERBOSE | re.ASCII)


def parse(text: str) -> Query:
    """The query that ``text`` is, or QueryError with the position of the first fault."""
    return _Parser(text).query()


def _tokens(text: str) -> list[tuple[str, str, int]]:
    """(kind, text, position), closed by ("end", "", length)."""
    found, at = [], 0
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None:
            what = "text without a closing quote" if text[at] == '"' else repr(text[at])
            raise QueryError(at, "a word, a number or text in double quotes", what)
        if match.lastgroup != "space":
            found.append((str(match.lastgroup), match.group(), at))
        at = match.end()
    return [*found, ("end", "", len(text))]


class _Parser:
    def __init__(self, text: str) -> None:
        self.tokens = _tokens(text)
        self.at = 0

    def query(self) -> Query:
        self._word("measure")
        measures = self._list(self._measure)
        conditions: tuple[Condition, ...] = ()
        split: tuple[str, ...] = ()
        rank = keep = window = None
        down = False
        if self._skip("where"):
            conditions = self._list(self._condition, joint="and")
        if self._skip("split"):
            split = self._list(self._column)
        if self._skip("rank"):
            rank, down = self._measure(), self._choice("up", "down") == "down"
        if self._skip("keep"):
            keep = self._whole()
        if self._skip("window"):
            window = self._duration()
        if self.tokens[self.at][0] != "end":
            self._fail(self._what_may_follow())
        return Query(measures, conditions, split, rank, down, keep, window)

    def _what_may_follow(self) -> str:
        seen = [text for _, text, _ in self.tokens[:self.at] if text in CLAUSES]
        later = CLAUSES[CLAUSES.index(seen[-1]) + 1:]
        return " or ".join([*later, "the end"])

    def _measure(self) -> Measure:
        function = self._choice("count", *FUNCTIONS, expected="count or a function "
                                f"({', '.join(FUNCTIONS)})")
        return Measure(function, "" if function == "count" else self._column())

    def _condition(self) -> Condition:
        column = self._column()
        operator = self._choice("is", "<", "<=", ">", ">=", "has", "among", "present", "missing")
        if operator == "is" and self._skip("not"):
            operator = "is not"
        values: tuple[Value, ...] = ()
        if operator in COMPARISONS:
            values = (self._value(),)
        elif operator == "has":
            values = (self._text(),)
        elif operator == "among":
            values = self._list(self._value)
        return Condition(column, operator, values)

    def _list(self, read: Callable[[], T], joint: str = ",") -> tuple[T, ...]:
        found = [read()]
        while self._skip(joint):
            found.append(read())
        return tuple(found)

    def _column(self) -> str:
        kind, text, _ = self.tokens[self.at]
        if kind != "word" or text in RESERVED:
            self._fail("a column")
        self.at += 1
        return text

    def _value(self) -> Value:
        kind, text, _ = self.tokens[self.at]
        if kind == "number":
            self.at += 1
            return Decimal(text)
        if text in ("yes", "no"):
            self.at += 1
            return text == "yes"
        if kind != "text" and (kind != "word" or text in RESERVED):
            self._fail("a number, a word, text in double quotes, yes or no")
        return self._text()

    def _text(self) -> str:
        kind, text, _ = self.tokens[self.at]
        if kind == "word" and text not in RESERVED:
            self.at += 1
            return text
        if kind != "text":
            self._fail("a word or text in double quotes")
        self.at += 1
        return re.sub(r"\\(.)", r"\1", text[1:-1])

    def _whole(self) -> int:
        kind, text, _ = self.tokens[self.at]
        if kind != "number" or not text.isdigit():
            self._fail("a whole number")
        self.at += 1
        return int(text)

    def _duration(self) -> int:
        kind, text, _ = self.tokens[self.at]
        if kind != "duration" or text[-1] not in UNITS or not text[:-1].isdigit():
            self._fail("a duration such as 30m, 2h or 7d")
        self.at += 1
        return int(text[:-1]) * UNITS[text[-1]]

    def _choice(self, *words: str, expected: str = "") -> str:
        text = self.tokens[self.at][1]
        if text not in words:
            self._fail(expected or " or ".join(words))
        self.at += 1
        return text

    def _word(self, word: str) -> None:
        self._choice(word)

    def _skip(self, word: str) -> bool:
        if self.tokens[self.at][1] != word:
            return False
        self.at += 1
        return True

    def _fail(self, expected: str) -> None:
        _, text, position = self.tokens[self.at]
        raise QueryError(position, expected, repr(text) if text else "the end")
