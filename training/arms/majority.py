"""Always the commonest label: what any other arm must beat."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from training.arms.base import ArmContext, Examples, Prediction


class Majority:
    name = "majority"
    trainable_parameters = 0

    def fit(self, train: Examples, context: ArmContext) -> None:
        self._label = Counter(train.labels).most_common(1)[0][0]

    def predict(self, texts: Sequence[str]) -> Prediction:
        return Prediction([self._label] * len(texts))


make = Majority
