"""Labels that have an order: numbers as levels, or names whose order the user gives.

Learned as one yes-or-no question per step, "is it above this level?" (Frank and Hall 2001, A
simple approach to ordinal classification), so that a near miss costs less than a far one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from training.errors import PilotError
from training.metrics import interval, wilson
from training.tasks.base import Loss, Task
from training.tasks.numbers import parse_number

if TYPE_CHECKING:
    from training.arms.base import Prediction

MAX_LEVELS = 50


@dataclass
class Ordinal(Task):
    """``order`` names the levels from lowest to highest; without it labels must be numbers."""

    order: Sequence[str] = ()
    name = "ordinal"
    arms = ("majority", "zero_shot", "retrieval", "classical", "linear_probe", "lora")
    loss: ClassVar[Loss] = "bits"
    headline = "mae"
    higher_is_better = False

    def parse(self, cell: str) -> str:
        if not self.order:
            return f"{parse_number(cell):.10g}"  # 3 and 3.0 are one level
        if cell not in self.order:
            raise ValueError(f"expected one of {', '.join(self.order)}, found {cell[:40]!r}")
        return cell

    def settle(self, labels: Sequence[str]) -> list[str]:
        found = set(labels)
        self.names = list(self.order) or sorted(found, key=float)
        if len(found) < 2:
            raise PilotError(f"expected at least two levels to tell apart, found {sorted(found)}")
        if len(self.names) > MAX_LEVELS:
            raise PilotError(
                f"expected at most {MAX_LEVELS} levels, found {len(self.names)}; numbers that are "
                "no levels are a case for --task regression"
            )
        counts = Counter(labels)
        return ["Levels from low to high: "
                + ", ".join(f"{name} ({counts[name]})" for name in self.names) + "."]

    def targets(self, labels: Sequence[str]) -> Any:
        """Is the label above level j? (n, levels - 1), sparse."""
        from scipy.sparse import csr_matrix

        steps = np.arange(len(self.names) - 1)
        return csr_matrix(self._ranks(labels)[:, None] > steps, dtype=float)

    def decode(self, scores: NDArray[Any], cut: float = 0.5) -> list[str]:
        """The middle of the answers, where the mean absolute error is least."""
        return [self.names[i] for i in (scores > cut).sum(axis=1)]

    def score(self, truth: Sequence[str], found: Prediction, seed: int) -> dict[str, Any]:
        off = self.items(truth, found.labels)
        pairs = np.stack([self._ranks(truth), self._ranks(found.labels)], axis=1)
        right, near = int((off == 0).sum()), int((off <= 1).sum())
        return {
            "mae": float(self.statistic(off)), "mae_ci95": interval(self.statistic, off, seed),
            "quadratic_kappa": float(_kappa(pairs)),
            "quadratic_kappa_ci95": interval(_kappa, pairs, seed),
            "accuracy": right / len(truth), "accuracy_ci95": list(wilson(right, len(truth))),
            "within_one": near / len(truth), "within_one_ci95": list(wilson(near, len(truth))),
        }

    def items(self, truth: Sequence[str], predicted: Sequence[str]) -> NDArray[Any]:
        """Levels between truth and prediction, (n, 1)."""
        return np.abs(self._ranks(truth) - self._ranks(predicted))[:, None]

    def statistic(self, items: NDArray[Any]) -> NDArray[Any]:
        mean: NDArray[Any] = items[..., 0].mean(axis=-1)
        return mean

    def _ranks(self, labels: Sequence[str]) -> NDArray[np.float64]:
        place = {name: i for i, name in enumerate(self.names)}
        return np.array([place[label] for label in labels], float)


def _kappa(pairs: NDArray[Any]) -> NDArray[Any]:
    """Quadratic weighted kappa (Cohen 1968) of ranks (…, n, 2); 0 where both are one constant.

    With quadratic weights the expected disagreement is the mean squared distance of all pairs of a
    true and a predicted rank, which needs means and variances only.
    """
    a, b = pairs[..., 0], pairs[..., 1]
    seen = ((a - b) ** 2).mean(axis=-1)
    expected = a.var(axis=-1) + b.var(axis=-1) + (a.mean(axis=-1) - b.mean(axis=-1)) ** 2
    kappa: NDArray[Any] = np.where(expected > 0, 1 - seen / np.where(expected > 0, expected, 1), 0)
    return kappa
