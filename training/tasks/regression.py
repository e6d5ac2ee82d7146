"""A number per text, such as the value of an item from a short description.

Learned on the log scale by default: a squared error in dollars is all about the dearest items,
while people judge a value by how many per cent it is off. The ``_plain`` arms show what the loss
decides: they are the same methods with the squared error of the number itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from training.errors import PilotError
from training.metrics import interval, wilson
from training.tasks.base import Loss, Task
from training.tasks.numbers import is_round, parse_number

if TYPE_CHECKING:
    from training.arms.base import Prediction

STRATA = 10
DIGITS = 6  # significant digits of a prediction: what two processes must agree on


@dataclass
class Regression(Task):
    name = "regression"
    arms = ("majority", "retrieval", "classical", "linear_probe_plain", "linear_probe",
            "lora_plain", "lora")
    loss: ClassVar[Loss] = "number"
    headline = "median_ape"
    higher_is_better = False
    log: bool = True

    def parse(self, cell: str) -> float:
        return parse_number(cell)

    def settle(self, labels: Sequence[float]) -> list[str]:
        if len(set(labels)) < 2:
            raise PilotError(f"expected numbers that differ, found {labels[0]:g} in every row")
        zeros, low = sum(v == 0 for v in labels), sum(v < 0 for v in labels)
        self.log = not zeros and not low
        if self.log:
            return []
        notes = [f"{zeros + low} values are zero or negative, which have no logarithm: every arm "
                 "learns the number itself, and the plain arms differ from their namesakes in "
                 "nothing. Are they real, or do they stand for unknown?"]
        if zeros:
            notes.append(f"{zeros} values are zero: their error in per cent is not defined, and "
                         "median_ape leaves them out.")
        return notes

    def for_arm(self, arm: str) -> Regression:
        return replace(self, log=False) if arm.endswith("_plain") else self

    def strata(self, labels: Sequence[float]) -> list[str]:
        """Tenths of the sorted values."""
        edges = np.quantile(labels, np.arange(1, STRATA) / STRATA)
        return [f"tenth {i}" for i in np.searchsorted(edges, labels)]

    def unseen(self, train: Sequence[Any], test: Sequence[Any]) -> list[str]:
        return []

    def targets(self, labels: Sequence[float]) -> NDArray[np.float64]:
        values: NDArray[np.float64] = np.asarray(labels, float)[:, None]
        return np.log(values) if self.log else values

    def pool(self, weights: Any, targets: NDArray[np.float64]) -> NDArray[Any]:
        """Weighted median of the neighbours."""
        rows = weights.tocsr()
        found = np.zeros((rows.shape[0], 1))
        for i in range(len(found)):
            own = slice(rows.indptr[i], rows.indptr[i + 1])
            near, weight = targets[rows.indices[own], 0], rows.data[own]
            order = np.argsort(near)
            middle = np.searchsorted(weight[order].cumsum(), 0.5 * weight.sum())
            found[i] = near[order][min(middle, len(near) - 1)]
        return found

    def decode(self, scores: NDArray[Any], cut: float = 0.5) -> list[float]:
        values = np.exp(np.clip(scores[:, 0], -300, 300)) if self.log else scores[:, 0]
        return [float(f"{value:.{DIGITS}g}") for value in values]

    def score(self, truth: Sequence[float], found: Prediction, seed: int) -> dict[str, Any]:
        apes = self.items(truth, found.labels)
        off = np.abs(np.asarray(truth, float) - np.asarray(found.labels, float))[:, None]
        rounds = sum(map(is_round, found.labels))
        return {
            "median_ape": float(self.statistic(apes)),
            "median_ape_ci95": interval(self.statistic, apes, seed),
            "mae": float(_mean(off)), "mae_ci95": interval(_mean, off, seed),
            "round_share": rounds / len(truth),
            "round_share_ci95": list(wilson(rounds, len(truth))),
            "true_round_share": sum(map(is_round, truth)) / len(truth),
        }

    def items(self, truth: Sequence[float], predicted: Sequence[float]) -> NDArray[Any]:
        """Absolute error as a share of the true value, (n with a value other than zero, 1)."""
        t, p = np.asarray(truth, float), np.asarray(predicted, float)
        some = t != 0
        if not some.any():
            raise PilotError("expected a true value other than zero among the test items, found "
                             "none; an error in per cent is not defined")
        apes: NDArray[np.float64] = (np.abs(t - p)[some] / np.abs(t[some]))[:, None]
        return apes

    def statistic(self, items: NDArray[Any]) -> NDArray[Any]:
        middle: NDArray[Any] = np.median(items[..., 0], axis=-1)
        return middle


def _mean(items: NDArray[Any]) -> NDArray[Any]:
    mean: NDArray[Any] = items[..., 0].mean(axis=-1)
    return mean
