"""The nearest labelled examples answer, nearer ones louder; how many is chosen on training items.

They vote on a label or on each of several; for levels and numbers their weighted median counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.arms.base import ArmContext, Examples, Prediction
from training.tasks.base import merit

CHOICES = (1, 3, 5, 10, 20)
SHARPNESS = 10.0
LEFT_OUT = 2000  # training items by which the number of neighbours is chosen
AT_ONCE = 500  # rows of similarities to all training items that are held at a time


class Retrieval:
    name = "retrieval"
    trainable_parameters = 0

    def fit(self, train: Examples, context: ArmContext) -> None:
        self._task, self._encoder = context.task, context.encoder
        self._vectors = self._encoder.encode(train.texts)
        self._targets = self._task.targets(train.labels)
        n = min(LEFT_OUT, len(train))
        near = self._nearest(self._vectors[:n], max(CHOICES), themselves=True)
        truth = train.labels[:n]
        trials = []
        for k in CHOICES:
            scores = self._pool(*near, k)
            cut = self._task.cut(scores, truth)
            trials.append((merit(self._task, truth, self._task.decode(scores, cut)), -k, cut))
        _, k, self._cut = max(trials)
        self._k = -k

    def _nearest(
        self, vectors: NDArray[np.float32], k: int, themselves: bool = False
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Places and similarities (n, k) of the nearest training items, the nearest first.

        ``themselves``: row i is training item i, which is then not its own neighbour.
        """
        k = min(k, len(self._vectors) - themselves)
        places, similarities = [], []
        for start in range(0, len(vectors), AT_ONCE):
            similarity = vectors[start : start + AT_ONCE] @ self._vectors.T
            if themselves:
                own = np.arange(len(similarity))
                similarity[own, start + own] = -2.0
            near = np.argpartition(-similarity, k - 1, axis=1)[:, :k]
            found = np.take_along_axis(similarity, near, axis=1)
            order = np.argsort(-found, axis=1)
            places.append(np.take_along_axis(near, order, axis=1))
            similarities.append(np.take_along_axis(found, order, axis=1))
        return np.concatenate(places), np.concatenate(similarities)

    def _pool(
        self, places: NDArray[np.int64], similarities: NDArray[np.float32], k: int
    ) -> NDArray[Any]:
        from scipy.sparse import csr_matrix

        n, k = len(places), min(k, places.shape[1])
        weights = np.exp(SHARPNESS * similarities[:, :k].astype(float))
        weights /= weights.sum(axis=1, keepdims=True)
        ends = weights.ravel(), places[:, :k].ravel(), np.arange(0, n * k + 1, k)
        return self._task.pool(csr_matrix(ends, shape=(n, len(self._vectors))), self._targets)

    def predict(self, texts: Sequence[str]) -> Prediction:
        scores = self._pool(*self._nearest(self._encoder.encode(texts), self._k), self._k)
        labels = self._task.decode(scores, self._cut)
        return Prediction(labels, scores if self._task.loss == "choice" else None)


make = Retrieval
