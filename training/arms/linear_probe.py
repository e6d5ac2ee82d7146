"""Logistic regression on the frozen encoder's embeddings."""

from __future__ import annotations

from collections.abc import Sequence

from training.arms.base import ArmContext, Examples, Prediction
from training.arms.head import fit_head, size_of


class LinearProbe:
    name = "linear_probe"
    trainable_parameters = 0

    def fit(self, train: Examples, context: ArmContext) -> None:
        self._encoder = context.encoder
        self._head = fit_head(self._encoder.encode(train.texts), train.labels, context.seed)
        self.trainable_parameters = size_of(self._head)

    def predict(self, texts: Sequence[str]) -> Prediction:
        return Prediction([str(n) for n in self._head.predict(self._encoder.encode(texts))])


make = LinearProbe
