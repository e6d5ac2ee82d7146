"""Scores with their intervals, from the same items for every arm."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 2000


def wilson(right: int, n: int) -> tuple[float, float]:
    """95% score interval of a proportion (Wilson 1927)."""
    from scipy.stats import binomtest

    interval = binomtest(right, n).proportion_ci(method="wilson")
    return float(interval.low), float(interval.high)


def score(truth: Sequence[str], predicted: Sequence[str], seed: int = 0) -> dict[str, Any]:
    """Accuracy with its Wilson interval, macro-F1 with a percentile bootstrap interval."""
    right = np.array([t == p for t, p in zip(truth, predicted, strict=True)])
    names = sorted(set(truth))
    place = {name: i for i, name in enumerate(names)}
    t = np.array([place[x] for x in truth])
    p = np.array([place.get(x, len(names)) for x in predicted])
    low, high = np.percentile(_bootstrap_f1(t, p, len(names), seed), [2.5, 97.5])
    return {
        "accuracy": float(right.mean()),
        "macro_f1": float(_f1(t, p, len(names))),
        "accuracy_ci95": list(wilson(int(right.sum()), len(right))),
        "macro_f1_ci95": [float(low), float(high)],
    }


def _f1(t: NDArray[np.int64], p: NDArray[np.int64], n: int) -> float:
    hit = np.bincount(t[t == p], minlength=n)[:n]
    said = np.bincount(p, minlength=n + 1)[:n]
    real = np.bincount(t, minlength=n)[:n]
    present = real > 0  # a resample may lack a label; it then has no F1
    return float((2 * hit / np.maximum(said + real, 1))[present].mean())


def _bootstrap_f1(
    t: NDArray[np.int64], p: NDArray[np.int64], n: int, seed: int
) -> NDArray[np.float64]:
    rng = np.random.default_rng(seed)
    draws = rng.integers(0, len(t), (RESAMPLES // 4, len(t)))
    return np.array([_f1(t[d], p[d], n) for d in draws])
