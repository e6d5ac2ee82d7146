"""A linear model on the frozen encoder's embeddings."""

from __future__ import annotations

from collections.abc import Sequence

from training.arms.base import ArmContext, Examples, Prediction
from training.arms.head import fit_linear


class LinearProbe:
    name = "linear_probe"
    trainable_parameters = 0

    def fit(self, train: Examples, context: ArmContext) -> None:
        self._encoder = context.encoder
        vectors = self._encoder.encode(train.texts)
        self._head = fit_linear(vectors, train.labels, context.task, context.seed)
        self.trainable_parameters = self._head.size

    def predict(self, texts: Sequence[str]) -> Prediction:
        return self._head.predict(self._encoder.encode(texts))


make = LinearProbe
