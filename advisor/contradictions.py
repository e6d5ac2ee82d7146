"""Answers that do not go together, or that the description speaks against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from advisor.advice import Understood
from advisor.factors import BY_ID

CLEARLY = 0.8  # how sure a reading must be before an answer is said to contradict it
_CLASHES: tuple[tuple[tuple[str, str], tuple[str, str], str], ...] = (
    (("general_knowledge", "yes"), ("private_knowledge", "yes"),
     "either general knowledge is enough, or facts of your own are needed"),
    (("general_knowledge", "yes"), ("jargon", "yes"),
     "language that outsiders misread is more than general knowledge"),
    (("narrow", "yes"), ("broad_scope", "yes"), "a narrow task is not open-ended"),
    (("private_knowledge", "no"), ("permissions", "yes"),
     "access rights matter only for documents that are not open to everybody"),
    (("freshness", "fast"), ("corpus", "small"),
     "a few pages can be pasted into the prompt however often they change: count it as small only "
     "if the current version can always be pasted"),
    (("freshness", "fast"), ("general_knowledge", "yes"),
     "a model's general knowledge ends on the day it was trained"),
    (("volume", "low"), ("cost_pressure", "yes"),
     "at a few requests a day the price per request hardly counts"),
    (("examples", "none"), ("preference", "yes"),
     "ranked outputs are examples too: say how many there are"),
)


def contradictions(answers: Mapping[str, str], understood: Sequence[Understood]) -> list[str]:
    """A sentence for each clash: between two answers, or of an answer with the clear text.

    ``understood`` is the reading without the answers.
    """
    found = [
        f"{_said(*one)} and {_said(*other)}: {why}."
        for one, other, why in _CLASHES
        if answers.get(one[0]) == one[1] and answers.get(other[0]) == other[1]
    ]
    for row in understood:
        given = answers.get(row.factor)
        if row.value is None or row.probability < CLEARLY or given in (None, row.value):
            continue
        if given in {option.value for option in BY_ID[row.factor].options} and row.words:
            found.append(f"You answered {_said(row.factor, str(given))}, but the description "
                         f"reads as “{row.value_label}” (“{row.words[0]}”).")
    return found


def _said(factor: str, value: str) -> str:
    return f"“{BY_ID[factor].label}: {BY_ID[factor].value_label(value)}”"
