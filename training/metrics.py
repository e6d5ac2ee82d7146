"""Scores with their intervals, from the same items for every arm."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 2000
AT_ONCE = 4_000_000  # numbers that a bootstrap holds at a time


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


def interval(
    statistic: Callable[[NDArray[Any]], NDArray[Any]], items: NDArray[Any], seed: int = 0
) -> list[float]:
    """95% percentile bootstrap interval of a statistic of items (…, n, c) -> (…)."""
    return percentiles(resampled(statistic, items, seed))


def resampled(
    statistic: Callable[[NDArray[Any]], NDArray[Any]], items: NDArray[Any], seed: int = 0
) -> NDArray[Any]:
    """The statistic of each of 2,000 resamples of ``items`` (n, c); the same draws for one n."""
    rng = np.random.default_rng(seed)
    n, width = items.shape
    resamples = RESAMPLES if items.size < AT_ONCE // 40 else RESAMPLES // 4
    step = max(1, AT_ONCE // (n * width))
    return np.concatenate([
        statistic(items[rng.integers(0, n, (min(step, resamples - start), n))])
        for start in range(0, resamples, step)
    ])


def percentiles(values: NDArray[Any]) -> list[float]:
    low, high = np.percentile(values, [2.5, 97.5])
    return [float(low), float(high)]


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
