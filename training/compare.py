"""Paired comparisons: two arms on the same items, with intervals and exact p-values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from math import ceil
from typing import Any

import numpy as np

RESAMPLES = 2000


def compare(
    truth: Sequence[str], a: Sequence[str], b: Sequence[str], seed: int = 0
) -> dict[str, Any]:
    """Accuracy of a minus b on the same items: paired bootstrap interval, exact McNemar p-value."""
    from scipy.stats import binomtest

    difference = np.array(
        [(x == t) * 1.0 - (y == t) for t, x, y in zip(truth, a, b, strict=True)]
    )
    rng = np.random.default_rng(seed)
    wins, losses = int((difference > 0).sum()), int((difference < 0).sum())
    n = len(difference)
    # Resampling items with replacement draws wins, losses and ties from a multinomial.
    draws = rng.multinomial(n, [wins / n, losses / n, 1 - (wins + losses) / n], RESAMPLES)
    low, high = np.percentile((draws[:, 0] - draws[:, 1]) / n, [2.5, 97.5])
    p = binomtest(wins, wins + losses).pvalue if wins + losses else 1.0
    return {"difference": float(difference.mean()), "ci95": [float(low), float(high)],
            "p_value": float(p)}


def compare_all(
    truth: Sequence[str], predicted: Mapping[str, Sequence[str]], seed: int = 0
) -> list[dict[str, Any]]:
    """Every pair of arms; ``a`` is the later (costlier) one, so a gain reads as positive."""
    return [
        {"a": b, "b": a, **compare(truth, predicted[b], predicted[a], seed)}
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
