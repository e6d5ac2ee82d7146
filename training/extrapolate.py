"""Extrapolates a learning curve: what accuracy more examples would bring, with an interval.

The odds of an error fall with the number of examples n by a power law down to a floor,

    odds(n) = odds(N) * (s + (1 - s) * (n / N) ** -c),    N the largest size measured

(Hestness et al. 2017, arXiv:1712.00409; Figueroa et al. 2012, doi:10.1186/1472-6947-12-8; odds
rather than errors, so that a curve starts at chance and not above). Four noisy points say little
about c and s, and curves fitted to them alone go astray (Viering and Loog 2022, arXiv:2103.10948).
So both have a prior, learned from measured curves of other tasks (``training.curve_prior``), and
every pair (c, s) counts as much as it explains the points: few points, a curve like others; many, a
curve of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
CURVES = 1024
DRAWS = 2000
STEEPEST = 1.5  # ln c; steeper ones differ in nothing and overflow


@dataclass(frozen=True)
class Prior:
    """Where c and s lie on other tasks, and how far curves stray from the form; logit scale.

    ``log_rate``, ``rate_spread``: mean and sd of ln c. ``floor``, ``floor_spread``: of logit s.
    ``items``: the part of the variance from the test items that is new at each size; the rest is
    the same for all, as the items are. ``subset``: variance from which examples were drawn, times
    their number. ``stray``: sd of the curve off its form, per factor e of examples.
    """

    log_rate: float
    rate_spread: float
    floor: float
    floor_spread: float
    items: float
    subset: float
    stray: float


PRIOR = Prior(log_rate=0.343, rate_spread=0.437, floor=-0.672, floor_spread=0.906, items=0.307,
              subset=0.164, stray=0.1)


@cache
def _normals() -> Array:
    """Evenly spread standard normal pairs, shape (CURVES, 2)."""
    from scipy.stats import norm, qmc

    points = qmc.Sobol(2, seed=0).random(CURVES)
    return np.asarray(norm.ppf(np.clip(points, 1e-6, 1 - 1e-6)), np.float64)


def _logit_error(accuracy: float, n_test: int) -> float:
    """Log odds of an error; half an error is added so that none stays finite."""
    wrong = (1 - accuracy) * n_test
    return float(np.log((wrong + 0.5) / (n_test - wrong + 0.5)))


class LearningCurve:
    """The curves that explain an arm's measured points, each with its weight.

    ``points`` maps a size to the accuracies of its seeds, all on the same ``n_test`` items.
    ``level`` is a mean and sd of the log odds of an error at the largest size, known beforehand.
    A ``flat`` curve is of an arm that learns from no example.
    """

    def __init__(
        self, points: Mapping[int, Sequence[float]], n_test: int, *, prior: Prior = PRIOR,
        level: tuple[float, float] | None = None, flat: bool = False,
    ) -> None:
        self.largest = max(points)
        if flat:
            prior = replace(prior, floor=40.0, floor_spread=0.0, subset=0.0, stray=0.0)
        self._n_test, self._prior = n_test, prior
        normal = _normals()
        log_rate = prior.log_rate + prior.rate_spread * normal[:, 0]
        self._rate = np.exp(np.minimum(log_rate, STEEPEST))
        self._floor = 1 / (1 + np.exp(-prior.floor - prior.floor_spread * normal[:, 1]))
        sizes = np.array(sorted(points), np.float64)
        mean = np.array([np.mean(points[int(size)]) for size in sizes])
        seeds = np.array([len(points[int(size)]) for size in sizes])
        odds = np.array([_logit_error(accuracy, n_test) for accuracy in mean])
        shape = np.stack([self._shape(size) for size in sizes], axis=1)
        weight = 1 / self._noise(odds, sizes, seeds, prior.items)
        rest = odds - shape  # what each curve and point say of the level at the largest size
        if level is not None:
            rest = np.column_stack([rest, np.full(CURVES, level[0])])
            weight = np.append(weight, level[1] ** -2)
        self._level = (rest * weight).sum(axis=1) / weight.sum()
        self._level_spread = float(weight.sum() ** -0.5)
        fit = -0.5 * ((rest - self._level[:, None]) ** 2 * weight).sum(axis=1)
        self._weight = np.exp(fit - fit.max())
        self._weight /= self._weight.sum()

    def _shape(self, size: float) -> Array:
        """Log odds of an error at ``size`` minus those at the largest, per curve."""
        ratio = size / self.largest
        return np.log(self._floor + (1 - self._floor) * ratio**-self._rate)

    def _noise(self, odds: Any, size: Any, seeds: Any, items: float) -> Any:
        """Variance of log odds from a share ``items`` of the test items' variance and from which
        examples were drawn."""
        p = 1 / (1 + np.exp(-odds))
        return (items / self._n_test + self._prior.subset / (size * seeds)) / (p * (1 - p))

    def mixture(self, size: float, same_items: bool = False) -> tuple[Array, Array, Array]:
        """Weights, means and sds of the log odds of an error at ``size``, as normals.

        They are those on all items there could be; with ``same_items``, on the measured ones.
        """
        odds = self._level + self._shape(size)
        items = self._prior.items if same_items else 1 - self._prior.items
        stray = self._prior.stray * np.log(size / self.largest)
        variance = self._level_spread**2 + stray**2 + self._noise(odds, size, 1, items)
        return self._weight, odds, np.sqrt(variance)

    def at(self, size: float, same_items: bool = False) -> dict[str, Any]:
        """Expected ``accuracy`` at ``size`` examples and its 95% interval ``ci95``."""
        from scipy.optimize import brentq
        from scipy.special import ndtr

        weight, mean, spread = self.mixture(size, same_items)

        def accuracy(share: float) -> float:
            """Accuracy below which ``share`` of the weight lies."""
            excess = lambda x: float(weight @ ndtr((x - mean) / spread)) - 1 + share  # noqa: E731
            odds = brentq(excess, float(mean.min() - 9 * spread.max()),
                          float(mean.max() + 9 * spread.max()), xtol=1e-5)
            return float(1 / (1 + np.exp(odds)))

        return {"accuracy": accuracy(0.5), "ci95": [accuracy(0.025), accuracy(0.975)]}

    def draws(self, sizes: Sequence[float], seed: int) -> Array:
        """Accuracies of plausible curves, shape (DRAWS, len(sizes)); test noise left out."""
        rng = np.random.default_rng(seed)
        which = rng.choice(CURVES, DRAWS, p=self._weight)
        level = self._level[which] + self._level_spread * rng.standard_normal(DRAWS)
        stray = self._prior.stray * rng.standard_normal(DRAWS)
        columns = [level + self._shape(size)[which] + stray * np.log(size / self.largest)
                   for size in sizes]
        return np.asarray(1 / (1 + np.exp(np.stack(columns, axis=1))))
