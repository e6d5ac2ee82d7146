"""What tuning would gain with more examples, from one pilot: a chance instead of a hope.

A pilot on few examples flatters tuning: with more of them the cheaper arm's errors fall too, and
no arm can gain more than its rival still gets wrong. So the gain is drawn as a product: the share
of wrong answers that the rival will have left, times the share of those that tuning will remove.

- What is known of both shares is what the held-out items say.
- The rival's errors fall as those of other tasks do (``training.extrapolate``).
- Tuning's errors over the rival's are a ratio that a few dozen items tell little about, so it has a
  prior, what it was on other tasks. It moves as examples are added, and is drawn with that in mind.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.extrapolate import PRIOR

DRAWS = 20_000
MORE, MOST = 10, 10_000  # looked ahead: ten times the examples, at most so many
# Mean and sd of the logarithm of tuning's errors over the rival's, in pilots on 200 examples of
# fourteen public tasks (``advisor.fidelity``, which judges each task by the others' figures).
RATIO = -0.22, 0.53
DRIFT_SPREAD = 0.25  # and of what ten times the examples do to it
SHARED = 4.0, 2.0  # Beta prior: the share of tuning's errors that the rival makes too


@dataclass(frozen=True)
class Prospect:
    """What is expected once there are ``n_train`` examples.

    ``gain`` is tuning's accuracy minus the rival's, with its 95% interval, ``left`` the rival's
    share of wrong answers, ``chance`` the probability that the gain reaches the margin.
    """

    n_train: int
    gain: float
    gain_ci95: tuple[float, float]
    left: float
    chance: float


def prospect(
    wins: int, losses: int, both_wrong: int, n: int, n_train: int, margin: float,
    ratio_prior: tuple[float, float] = RATIO, seed: int = 0,
) -> Prospect:
    """The gain of a tuned arm, from ``n`` held-out items of a pilot on ``n_train`` examples.

    ``wins`` counts the items that only tuning gets right, ``losses`` those that only its rival
    does, ``both_wrong`` those that neither does; ``margin`` is a share of items, ``ratio_prior``
    as ``RATIO``. Raises ``ValueError`` where the counts exceed ``n``.
    """
    from scipy.stats import binom

    if min(wins, losses, both_wrong) < 0 or not 0 < n >= wins + losses + both_wrong:
        raise ValueError(f"expected counts that add up to at most {n} items, found {wins} wins, "
                         f"{losses} losses and {both_wrong} that both get wrong")
    rng = np.random.default_rng(seed)
    missed = wins + both_wrong
    rival = rng.beta(missed + 0.5, n - missed + 0.5, DRAWS)
    ratio = np.exp(rng.normal(*ratio_prior, DRAWS))
    shared = rng.beta(*SHARED, DRAWS)
    on_missed = np.minimum(ratio * shared, 1.0)
    on_right = np.minimum(ratio * rival * (1 - shared) / (1 - rival), 1.0)
    weight = binom.pmf(both_wrong, missed, on_missed) * binom.pmf(losses, n - missed, on_right)
    growth = max(1.0, min(MORE, MOST / n_train))
    left = _with_more(rival, growth, rng)
    drift = DRIFT_SPREAD * np.log(growth) / np.log(MORE)
    gain = left * (1 - ratio * np.exp(rng.normal(0, 1, DRAWS) * drift))
    low, middle, high = _quantiles(gain, weight, [0.025, 0.5, 0.975])
    return Prospect(
        round(n_train * growth), middle, (low, high), _quantiles(left, weight, [0.5])[0],
        float(weight @ (gain >= margin) / weight.sum()))


def _with_more(
    wrong: NDArray[np.float64], growth: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Shares of wrong answers with ``growth`` times the examples; a curve is drawn for each."""
    rate = np.exp(rng.normal(PRIOR.log_rate, PRIOR.rate_spread, len(wrong)))
    floor = 1 / (1 + np.exp(-rng.normal(PRIOR.floor, PRIOR.floor_spread, len(wrong))))
    odds = wrong / (1 - wrong) * (floor + (1 - floor) * growth**-rate)
    return np.asarray(odds / (1 + odds))


def _quantiles(
    values: NDArray[np.float64], weight: NDArray[np.float64], shares: list[float]
) -> list[float]:
    order = np.argsort(values)
    reached = np.cumsum(weight[order]) / weight.sum()
    return [float(values[order][np.searchsorted(reached, share)]) for share in shares]
