"""A description as countable words: stems, and numbers by their size.

"4,200 tickets", "five thousand tickets" and "3k ticket" read alike, as a number of thousands and
the stem "ticket"; the decision rests on sizes, not on digits.
"""

from __future__ import annotations

import re
from functools import lru_cache

_TO_TWENTY = """zero one two three four five six seven eight nine ten eleven twelve thirteen
fourteen fifteen sixteen seventeen eighteen nineteen twenty"""
NUMBERS = {word: value for value, word in enumerate(_TO_TWENTY.split())} | {
    "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}
SCALES = {"dozen": 12, "hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9,
          "k": 1000, "m": 10**6}
SIZES = ((13, "#small"), (100, "#tens"), (1000, "#hundreds"), (100_000, "#thousands"))
_TOKEN = re.compile(r"\d+(?:[.,\u00a0\u202f]\d+)*|[^\W\d_]+(?:'[^\W\d_]+)?")
LONGEST = 3  # words in a term


def stems(text: str) -> list[str]:
    """The words of ``text`` in order, as stems and sizes."""
    raw = [m.group().lower() for m in _TOKEN.finditer(text.replace("’", "'"))]
    found: list[str] = []
    place = 0
    while place < len(raw):
        token = raw[place]
        value = _value(token)
        place += 1
        if value is None:
            scale = token.removesuffix("s")
            # "tens of thousands", "hundreds of pages", "millions"
            counted = token != scale and (scale in SCALES or scale == "ten")
            found.append(_size(SCALES.get(scale, 20)) if counted else stem(token))
            continue
        year = token.isdigit() and len(token) == 4 and 1900 <= value <= 2050
        while place < len(raw) and raw[place].removesuffix("s") in SCALES:
            value *= SCALES[raw[place].removesuffix("s")]
            year = False
            place += 1
        found.append("#year" if year else _size(value))
    return found


def terms(text: str) -> list[str]:
    """Words and runs of up to three of them, as counted by the reader."""
    single = stems(text)
    return [
        " ".join(single[i : i + n])
        for n in range(1, LONGEST + 1) for i in range(len(single) - n + 1)
    ]


def _value(token: str) -> float | None:
    if token[0].isdigit():
        digits = re.sub(r"[,\u00a0\u202f](?=\d{3})", "", token)
        return float(re.match(r"\d+(?:\.\d+)?", digits).group())  # type: ignore[union-attr]
    return NUMBERS.get(token)


def _size(value: float) -> str:
    return next((name for least, name in SIZES if value < least), "#huge")


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The stem that the forms of an English word share."""
    found: str = _stemmer().stemWord(word)
    return found


@lru_cache(maxsize=1)
def _stemmer():  # type: ignore[no-untyped-def]
    from snowballstemmer import stemmer

    return stemmer("english")
