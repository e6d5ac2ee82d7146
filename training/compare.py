"""Paired comparisons: two arms on the same items, with intervals and exact p-values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.metrics import interval
from training.tasks import Task
from training.tasks.classification import Classification

RESAMPLES = 2000
Z = 1.959964


def compare(
    truth: Sequence[str], a: Sequence[str], b: Sequence[str], seed: int = 0
) -> dict[str, Any]:
    """Accuracy of a minus b on the same items: Tango's score interval, exact McNemar p-value.

    ``wins`` counts the items that only a gets right, ``losses`` those that only b does.
    """
    from scipy.stats import binomtest

    pairs = [(x == t, y == t) for t, x, y in zip(truth, a, b, strict=True)]
    wins, losses = pairs.count((True, False)), pairs.count((False, True))
    low, high = tango(wins, losses, len(pairs))
    p = binomtest(wins, wins + losses).pvalue if wins + losses else 1.0
    return {"difference": (wins - losses) / len(pairs), "ci95": [low, high], "p_value": float(p),
            "wins": wins, "losses": losses, "both_wrong": pairs.count((False, False))}


def tango(wins: int, losses: int, n: int) -> tuple[float, float]:
    """95% score interval of the difference of two paired proportions, (wins - losses) / n.

    ``wins`` counts the items that only the first gets right, ``losses`` those that only the second
    does. Tango (1998), Equivalence test and confidence interval for the difference in proportions
    for the paired-sample design, Statistics in Medicine 17: 891-908. Unlike bootstrap and Wald
    intervals it keeps its coverage on few items, and two arms that never differ are not thereby
    shown to be equal.
    """
    from scipy.optimize import brentq

    def z(delta: float) -> float:
        """The score statistic of the hypothesis that the difference is ``delta``."""
        slope = (2 * n - wins + losses) * delta - wins - losses
        root = max(0.0, slope**2 + 8 * n * losses * delta * (1 - delta)) ** 0.5
        second = (root - slope) / (4 * n)  # chance of a loss, most likely under the hypothesis
        spread = (n * max(1e-15, 2 * second + delta * (1 - delta))) ** 0.5
        return float((wins - losses - n * delta) / spread)

    middle, nearly = (wins - losses) / n, 1 - 1e-6
    # Outwards from the difference that was seen, the statistic runs to infinity.
    low = -1.0 if losses == n else brentq(lambda d: z(d) - Z, -nearly, min(middle, nearly))
    high = 1.0 if wins == n else brentq(lambda d: z(d) + Z, max(middle, -nearly), nearly)
    return float(low), float(high)


def compare_task(
    task: Task, truth: Sequence[Any], a: Sequence[Any], b: Sequence[Any], seed: int = 0
) -> dict[str, Any]:
    """The task's headline metric of a minus b on the same items, with interval and p-value.

    Accuracies have exact methods (``compare``). For the rest: a paired percentile bootstrap over
    items, and a permutation test that swaps the two answers to an item at random.
    """
    if task.headline == "accuracy":
        return {"metric": task.headline, **compare(truth, a, b, seed)}
    both = np.stack([task.items(truth, a), task.items(truth, b)], axis=1)
    n, width = len(both), both.shape[2]

    def difference(flat: NDArray[Any]) -> NDArray[Any]:
        gap: NDArray[Any] = task.statistic(flat[..., :width]) - task.statistic(flat[..., width:])
        return gap

    flat = both.reshape(n, -1)
    seen = float(difference(flat))
    rng = np.random.default_rng(seed)
    at_least = 0
    for _ in range(RESAMPLES):
        swap = rng.integers(0, 2, n)[:, None, None] == 1
        shuffled = np.where(swap, both[:, ::-1], both).reshape(n, -1)
        at_least += int(abs(float(difference(shuffled))) >= abs(seen) - 1e-12)
    return {"metric": task.headline, "difference": seen, "ci95": interval(difference, flat, seed),
            "p_value": (at_least + 1) / (RESAMPLES + 1)}


def compare_all(
    truth: Sequence[Any], predicted: Mapping[str, Sequence[Any]], seed: int = 0,
    task: Task | None = None,
) -> list[dict[str, Any]]:
    """Every pair of arms; ``a`` is the later (costlier) one. Without a task: accuracies."""
    return [
        {"a": b, "b": a,
         **compare_task(task or Classification(), truth, predicted[b], predicted[a], seed)}
        for a, b in combinations(predicted, 2)
    ]


def items_needed(difference: float, discordant_rate: float) -> int:
    """Test items with which McNemar's test sees ``difference`` (5% two-sided, 80% power).

    ``discordant_rate`` is the share of items that exactly one arm gets right, at least the
    difference itself. Normal approximation of Connor (1987), Biometrics 43: 207-211.
    """
    size = abs(difference)
    if not 0 < size <= discordant_rate <= 1:
        raise ValueError(
            f"expected 0 < |difference| <= discordant_rate <= 1, found {difference}, "
            f"{discordant_rate}"
        )
    z_alpha, z_beta = 1.959964, 0.841621
    spread: float = z_alpha * discordant_rate**0.5 + z_beta * (discordant_rate - size**2) ** 0.5
    return ceil((spread / size) ** 2)


def smallest_difference(items: int, discordant_rate: float) -> float:
    """Smallest accuracy difference that ``items`` test items show (as in ``items_needed``)."""
    low, high = 0.0, discordant_rate
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (low, middle) if items_needed(middle, discordant_rate) <= items else (
            middle, high)
    return high
