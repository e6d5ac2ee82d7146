"""What is believed of each factor once some questions are answered."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from advisor.rules import PLACES
from advisor.use_case import DONT_KNOW
from casebank import FACTOR_VALUES

Array = NDArray[np.float64]
FACTOR_PLACES = {
    factor: np.array([PLACES[factor, value] for value in values])
    for factor, values in FACTOR_VALUES.items()
}
# Chosen on documented cases that the readers had not seen: after so many answers the wording as a
# whole counts half, and so does what was read of questions that nobody answered.
WORDING_HALVES, READING_HALVES = 3.0, 4.0


def wording_trust(n_answers: Array | float) -> Array | float:
    """How far the description as a whole still counts, 0 to 1."""
    return 1.0 / (1.0 + n_answers / WORDING_HALVES)


def reading_trust(n_answers: Array | float) -> Array | float:
    """How far a factor that was read but not answered still counts, 0 to 1."""
    return 1.0 / (1.0 + n_answers / READING_HALVES)


def with_answers(read: Array, answers: Mapping[str, str], more: int = 0) -> Array:
    """Beliefs, shape (number of factor values,), from what was read and what was answered.

    An answered factor is certain; of one that the user does not know nothing is believed; the
    rest fades with every answer given. ``more`` counts answers that are only supposed.
    """
    n_answers = sum(value != DONT_KNOW for value in answers.values()) + more
    result: Array = read * reading_trust(n_answers)
    for factor, value in answers.items():
        result[FACTOR_PLACES[factor]] = 0.0
        if value != DONT_KNOW:
            result[PLACES[factor, value]] = 1.0
    return result
