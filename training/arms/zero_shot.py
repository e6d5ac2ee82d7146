"""The label whose name or description is nearest in meaning; it learns from no example.

Where a text can have several labels, how near is near enough is read off the training part.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from training.arms.base import ArmContext, Examples, Prediction

LEARN_CUT_FROM = 2000  # texts are enough to choose one number


class ZeroShot:
    name = "zero_shot"
    trainable_parameters = 0

    def fit(self, train: Examples, context: ArmContext) -> None:
        self._task, self._names = context.task, list(context.labels)
        self._encoder = context.encoder
        words = [context.descriptions.get(n, re.sub(r"[_\-/.:]+", " ", n)) for n in self._names]
        self._vectors = self._encoder.encode(words)
        self._cut = 0.5
        if self._task.name == "multilabel":
            some = slice(LEARN_CUT_FROM)
            self._cut = self._task.cut(self._scores(train.texts[some]), train.labels[some])

    def _scores(self, texts: Sequence[str]) -> NDArray[np.float32]:
        cosines: NDArray[np.float32] = self._encoder.encode(texts) @ self._vectors.T
        return cosines

    def predict(self, texts: Sequence[str]) -> Prediction:
        scores = self._scores(texts)
        if self._task.name == "multilabel":
            return Prediction(self._task.decode(scores, self._cut))
        return Prediction([self._names[i] for i in scores.argmax(axis=1)], scores)


make = ZeroShot
