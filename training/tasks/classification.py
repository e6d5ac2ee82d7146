"""One label per text, of two to thousands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from training.errors import PilotError
from training.metrics import score, wilson
from training.tasks.base import Loss, Task

if TYPE_CHECKING:
    from training.arms.base import Prediction

TOP = (3, 5)
MANY = 10  # labels from which the right one among the first few is worth reporting


@dataclass
class Classification(Task):
    name = "classification"
    arms = ("majority", "zero_shot", "retrieval", "classical", "linear_probe", "lora")
    loss: ClassVar[Loss] = "choice"
    headline = "accuracy"
    higher_is_better = True

    def parse(self, cell: str) -> str:
        return cell

    def settle(self, labels: Sequence[str]) -> list[str]:
        self.names = sorted(set(labels))
        if len(self.names) < 2:
            raise PilotError(f"expected at least two labels to learn, found {self.names}")
        return []

    def targets(self, labels: Sequence[str]) -> Any:
        """One column per label, sparse: a thousand labels cost no more than ten."""
        from scipy.sparse import csr_matrix

        place = {name: i for i, name in enumerate(self.names)}
        columns = [place[label] for label in labels]
        ends = np.arange(len(columns)), columns
        return csr_matrix((np.ones(len(columns)), ends), shape=(len(columns), len(self.names)))

    def decode(self, scores: NDArray[Any], cut: float = 0.5) -> list[str]:
        return [self.names[i] for i in scores.argmax(axis=1)]

    def score(self, truth: Sequence[str], found: Prediction, seed: int) -> dict[str, Any]:
        """Accuracy, macro-F1, the share of answers that are no label, and top-k where it tells."""
        known = set(self.names)
        outside = sum(label not in known for label in found.labels)
        scores = score(truth, found.labels, seed) | {
            "outside_share": outside / len(truth),
            "outside_share_ci95": list(wilson(outside, len(truth))),
        }
        if found.scores is None or len(self.names) < MANY:
            return scores
        for k in TOP:
            hits = _hits(found.scores, [self.names.index(t) for t in truth], k)
            scores |= {f"top{k}_accuracy": hits / len(truth),
                       f"top{k}_accuracy_ci95": list(wilson(hits, len(truth)))}
        return scores

    def items(self, truth: Sequence[str], predicted: Sequence[str]) -> NDArray[Any]:
        return np.array([[float(t == p)] for t, p in zip(truth, predicted, strict=True)])

    def statistic(self, items: NDArray[Any]) -> NDArray[Any]:
        right: NDArray[Any] = items[..., 0].mean(axis=-1)
        return right


def _hits(scores: NDArray[Any], places: Sequence[int], k: int) -> int:
    """Items whose true label is among the k best scores."""
    best = np.argpartition(-scores, k - 1, axis=1)[:, :k]
    return int((best == np.asarray(places)[:, None]).any(axis=1).sum())
