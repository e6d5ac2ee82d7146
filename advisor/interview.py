"""Which question to ask next, and which answer would change the recommendation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from advisor.advice import Change, OptionOut, Question
from advisor.beliefs import with_answers
from advisor.factors import BY_ID
from advisor.rules import PLACES
from advisor.use_case import DONT_KNOW
from casebank import APPROACHES, FACTOR_VALUES

if TYPE_CHECKING:
    from advisor.engine import Decision

Array = NDArray[np.float64]
_OPTIONS = [(factor, value) for factor, values in FACTOR_VALUES.items() for value in values]
_FACTOR_OF = [factor for factor, _ in _OPTIONS]
# Row i settles option i: its factor's places are cleared, then its own is set.
_CLEAR = np.array([[1.0 if f == g else 0.0 for g, _ in PLACES] for f in _FACTOR_OF])
_SET = np.array([[1.0 if pair == place else 0.0 for place in PLACES] for pair in _OPTIONS])
LEAST = 0.05  # a question expected to move the probabilities less is not worth asking


def outcomes(decision: Decision, read: Array, answers: Mapping[str, str]) -> Array:
    """Probabilities of the approaches after each possible further answer; shape (options, 4)."""
    after = with_answers(read, answers, more=1)[None] * (1 - _CLEAR) + _SET
    return decision.probabilities(after, _number(answers) + 1)


def _number(answers: Mapping[str, str]) -> int:
    return sum(value != DONT_KNOW for value in answers.values())


def _chances(decision: Decision, read: Array) -> Array:
    """How likely each option is to be the answer, shape (options,).

    As far as the text is read to say so, and for the rest as often as teams know it: what is
    missing to one per factor is "don't know".
    """
    stated = np.array([read[PLACES[pair]] for pair in _OPTIONS])
    silent = 1 - _CLEAR @ read
    result: Array = stated + np.maximum(silent, 0.0) * decision.weights.answer_rates
    return result


def next_question(
    decision: Decision, read: Array, answers: Mapping[str, str]
) -> Question | None:
    """The open question whose answer is expected to move the decision most.

    None when no answer is expected to move it. The measure is the change in the probabilities
    (half the sum of absolute differences) for each answer, weighted with how likely it is.
    """
    now = decision.probabilities(with_answers(read, answers)[None], _number(answers))[0]
    after = outcomes(decision, read, answers)
    open_option = np.array([factor not in answers for factor in _FACTOR_OF])
    moved = 0.5 * np.abs(after - now).sum(axis=1) * _chances(decision, read) * open_option
    worth: dict[str, float] = {}
    for factor, value in zip(_FACTOR_OF, moved, strict=True):
        if factor not in answers:
            worth[factor] = worth.get(factor, 0.0) + float(value)
    if not worth or max(worth.values()) < LEAST:
        return None
    asked = BY_ID[max(worth, key=lambda name: worth[name])]
    return Question(
        id=asked.id, question=asked.question, why=asked.why, source=asked.source,
        options=[OptionOut(value=o.value, label=o.label) for o in asked.options],
    )


def would_change(
    decision: Decision, read: Array, answers: Mapping[str, str], best: int, limit: int = 6
) -> list[Change]:
    """Answers to open questions that would change the recommendation, likeliest first."""
    after = outcomes(decision, read, answers)
    chances = _chances(decision, read)
    places = [
        i for i, (factor, _) in enumerate(_OPTIONS)
        if factor not in answers and after[i].argmax() != best
    ]
    places.sort(key=lambda i: -chances[i] * after[i].max())
    changes = []
    for i in places[:limit]:
        factor, value = _OPTIONS[i]
        approach = APPROACHES[int(after[i].argmax())]
        changes.append(Change(
            question_id=factor, value=value, approach=approach,
            text=f"{BY_ID[factor].question} → {BY_ID[factor].value_label(value)}",
        ))
    return changes
