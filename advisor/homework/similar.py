"""How alike texts are in their wording: copies and near-copies, whatever they mean."""

from __future__ import annotations

from collections.abc import Sequence

from advisor.words import stems

MOST_COMPARED = 4_000  # characters
LEAST_TERMS = 6
# Too common to make two texts alike.
_COMMON_WORDS = """a an the and or of to in on for with from by at as is are be it its this that
    their our we i my they them he she you your which who would could can should will use user
    using want into each have has so not llm ai model base an case"""
_COMMON = frozenset(_COMMON_WORDS.split())


def shingles(text: str) -> set[str]:
    """Stems, and runs of two and three of them, without the commonest words."""
    kept = [stem for stem in stems(text[:MOST_COMPARED]) if stem not in _COMMON]
    return {" ".join(kept[i : i + n]) for n in (1, 2, 3) for i in range(len(kept) - n + 1)}


def likeness(texts: Sequence[str]) -> list[tuple[int, int, float]]:
    """Every pair ``(i, j, share)`` of ``texts``, most alike first.

    ``share`` is 0 to 1: of the terms in the two texts, how many are in both (Dice). Texts of
    hardly any words are alike only when they are the same.
    """
    sets = [shingles(text) for text in texts]
    pairs = []
    for j, second in enumerate(sets):
        for i, first in enumerate(sets[:j]):
            if min(len(first), len(second)) < LEAST_TERMS:
                share = float(bool(first) and first == second)
            else:
                share = 2 * len(first & second) / (len(first) + len(second))
            pairs.append((i, j, share))
    return sorted(pairs, key=lambda pair: -pair[2])
