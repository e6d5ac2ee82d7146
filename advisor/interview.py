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
_OPTIONS_OF = {factor: np.array([i for i, f in enumerate(_FACTOR_OF) if f == factor])
               for factor in FACTOR_VALUES}
# Row i settles option i: its factor's places are cleared, then its own is set.
_CLEAR = np.array([[1.0 if f == g else 0.0 for g, _ in PLACES] for f in _FACTOR_OF])
_SET = np.array([[1.0 if pair == place else 0.0 for place in PLACES] for pair in _OPTIONS])
LEAST = 0.06  # a question expected to move the probabilities less is not worth asking
LIKELY = 0.02  # an answer less likely than this is not reckoned with


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
    """The open question whose answer is most likely to change the recommendation.

    Among equals, and when no likely answer would, the one expected to move the probabilities most
    (half the sum of absolute differences, weighted with how likely each answer is). None when that
    is next to nothing too.
    """
    now = decision.probabilities(with_answers(read, answers)[None], _number(answers))[0]
    after = outcomes(decision, read, answers)
    chances = _chances(decision, read)
    moved = 0.5 * np.abs(after - now).sum(axis=1) * chances
    turning = chances * _turns(after, chances, answers, int(now.argmax()))
    worth = {
        factor: (float(turning[mine].sum()), float(moved[mine].sum()))
        for factor, mine in _OPTIONS_OF.items() if factor not in answers
    }
    best = max(worth, key=lambda factor: worth[factor], default=None)
    if best is None or (worth[best][0] == 0 and worth[best][1] < LEAST):
        return None
    asked = BY_ID[best]
    return Question(
        id=asked.id, question=asked.question, why=asked.why, source=asked.source,
        options=[OptionOut(value=o.value, label=o.label) for o in asked.options],
    )


def _turns(
    after: Array, chances: Array, answers: Mapping[str, str], best: int
) -> NDArray[np.bool_]:
    """Whether each option is open, likely enough, and would change the recommendation."""
    is_open = np.array([factor not in answers for factor in _FACTOR_OF])
    turns: NDArray[np.bool_] = is_open & (chances >= LIKELY) & (after.argmax(axis=1) != best)
    return turns


def would_change(
    decision: Decision, read: Array, answers: Mapping[str, str], best: int, limit: int = 6
) -> list[Change]:
    """Likely answers to open questions that would change the recommendation, likeliest first."""
    after = outcomes(decision, read, answers)
    chances = _chances(decision, read)
    places = np.flatnonzero(_turns(after, chances, answers, best))
    changes = []
    for i in sorted(places, key=lambda i: -chances[i] * after[i].max())[:limit]:
        factor, value = _OPTIONS[i]
        changes.append(Change(
            question_id=factor, value=value, approach=APPROACHES[int(after[i].argmax())],
            text=f"{BY_ID[factor].question} → {BY_ID[factor].value_label(value)}",
        ))
    return changes
