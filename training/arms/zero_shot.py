"""The label whose name or description is nearest in meaning; it sees no example."""

from __future__ import annotations

import re
from collections.abc import Sequence

from training.arms.base import ArmContext, Examples, Prediction


class ZeroShot:
    name = "zero_shot"
    trainable_parameters = 0

    def fit(self, train: Examples, context: ArmContext) -> None:
        self._labels = list(context.labels)
        self._encoder = context.encoder
        words = [context.descriptions.get(n, re.sub(r"[_\-/.:]+", " ", n)) for n in self._labels]
        self._vectors = self._encoder.encode(words)

    def predict(self, texts: Sequence[str]) -> Prediction:
        scores = self._encoder.encode(texts) @ self._vectors.T
        return Prediction([self._labels[i] for i in scores.argmax(axis=1)], scores)


make = ZeroShot
