"""Checks over all cases together: near-duplicates, contrast pairs, the bank's own goals."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from casebank.schema import APPROACHES, Case

# Two descriptions from this similarity on tell the same story. In the shipped bank cases that are
# no contrast pair stay below 0.45; a description of which one word in ten is exchanged keeps 0.6
# or more with itself, and of which one in five is exchanged, mostly 0.5.
NEAR_DUPLICATE = 0.5
# A contrast pair shares at least this much wording; two cases at random share 0.02, and only one
# pair of them in a hundred exceeds 0.07.
CONTRAST_RESEMBLES = 0.1

# What the shipped bank must hold, so that every approach and flag has precedents to compare with.
GOALS: dict[str, int] = {
    "cases": 400,
    "domains": 30,
    **{f"approach {approach}": 70 for approach in APPROACHES},
    "measured or deployed, with figures": 150,
    "flag classical or rescope": 30,
    "flag preference": 20,
    "flag tools": 20,
    "contrast pairs": 25,
}

_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Finding:
    """What is wrong; ``code`` is near_duplicate, contrast, or schema for a bank not readable.

    ``cases`` are the ids of the two cases, ``similarity`` that of their descriptions, 0 to 1.
    """

    code: str
    cases: tuple[str, ...]
    similarity: float | None
    message: str


@dataclass(frozen=True)
class Goal:
    """A number that the bank should reach, and where it stands."""

    name: str
    needed: int
    found: int

    @property
    def reached(self) -> bool:
        return self.found >= self.needed


def similarities(texts: Sequence[str]) -> NDArray[np.float64]:
    """How alike the texts are in wording, 0 to 1, of shape (n texts, n texts).

    Cosines of TF-IDF vectors over words and pairs of neighbouring words, computed here because
    loading scikit-learn alone would take longer than all checks together.
    """
    counts = [Counter(_shingles(text)) for text in texts]
    spread = Counter(shingle for count in counts for shingle in count)
    holders: dict[str, list[tuple[int, float]]] = {shingle: [] for shingle in spread}
    for row, count in enumerate(counts):
        weights = {
            shingle: (1 + math.log(n)) * (1 + math.log((1 + len(texts)) / (1 + spread[shingle])))
            for shingle, n in count.items()
        }
        length = math.hypot(*weights.values())
        for shingle, weight in weights.items():
            holders[shingle].append((row, weight / length))
    cosines = np.zeros((len(texts), len(texts)))
    for shared in holders.values():
        rows, values = zip(*shared, strict=True)
        cosines[np.ix_(rows, rows)] += np.outer(values, values)
    return cosines


def _shingles(text: str) -> list[str]:
    words: list[str] = _WORD.findall(text.lower())
    return words + [f"{first} {second}" for first, second in pairwise(words)]


def find_faults(cases: Sequence[Case]) -> list[Finding]:
    """Near-duplicates that are no contrast pair, and contrast pairs that are no contrast."""
    if not cases:
        return []
    alike = similarities([case.description for case in cases])
    return [*_near_duplicates(cases, alike), *_contrasts(cases, alike)]


def _near_duplicates(cases: Sequence[Case], alike: NDArray[np.float64]) -> Iterator[Finding]:
    for i, j in zip(*np.nonzero(np.triu(alike >= NEAR_DUPLICATE, k=1)), strict=True):
        first, second = cases[i], cases[j]
        if first.contrast_of == second.id or second.contrast_of == first.id:
            continue
        yield Finding(
            "near_duplicate", (first.id, second.id), float(alike[i, j]),
            f"{first.id} and {second.id}: their descriptions are nearly the same (similarity "
            f"{alike[i, j]:.2f}, allowed below {NEAR_DUPLICATE:.2f}); drop one, or describe what "
            "sets them apart, or, if approach or flags differ, name one as contrast_of the other",
        )


def _contrasts(cases: Sequence[Case], alike: NDArray[np.float64]) -> Iterator[Finding]:
    place = {case.id: index for index, case in enumerate(cases)}
    for case in cases:
        if case.contrast_of is None:
            continue
        similarity = float(alike[place[case.id], place[case.contrast_of]])
        if same_answer(case, cases[place[case.contrast_of]]):
            yield Finding(
                "contrast", (case.id, case.contrast_of), similarity,
                f"{case.id}: contrast_of: expected another approach or other flags than those of "
                f"{case.contrast_of}, found the same; drop contrast_of or correct approach and "
                "flags",
            )
        if similarity < CONTRAST_RESEMBLES:
            yield Finding(
                "contrast", (case.id, case.contrast_of), similarity,
                f"{case.id}: contrast_of: expected a description that resembles that of "
                f"{case.contrast_of} but for what decides, found similarity {similarity:.2f} "
                f"(needed {CONTRAST_RESEMBLES:.2f}); word the two alike or drop contrast_of",
            )


def same_answer(first: Case, second: Case) -> bool:
    """Whether two cases end in the same approach with the same flags."""
    return first.approach == second.approach and set(first.flags) == set(second.flags)


def contrast_pairs(cases: Sequence[Case]) -> set[frozenset[str]]:
    """The ids of each contrast pair; two cases that name each other are one pair."""
    return {frozenset((case.id, case.contrast_of)) for case in cases if case.contrast_of}


def goals(cases: Sequence[Case]) -> list[Goal]:
    """Every goal of the bank, with what ``cases`` hold of it."""
    approaches = Counter(case.approach for case in cases)
    found = {
        "cases": len(cases),
        "domains": len({case.domain for case in cases}),
        **{f"approach {approach}": approaches[approach] for approach in APPROACHES},
        "measured or deployed, with figures": sum(
            case.evidence in ("measured study", "deployment") and bool(case.figures)
            for case in cases
        ),
        "flag classical or rescope": sum(
            "classical" in case.flags or "rescope" in case.flags for case in cases
        ),
        "flag preference": sum("preference" in case.flags for case in cases),
        "flag tools": sum("tools" in case.flags for case in cases),
        "contrast pairs": len(contrast_pairs(cases)),
    }
    return [Goal(name, needed, found[name]) for name, needed in GOALS.items()]
