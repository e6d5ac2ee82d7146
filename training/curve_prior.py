"""Learns the prior of learning curves from measured ones, and tests it on those it has not seen."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import astuple
from statistics import mean
from typing import Any

import numpy as np

from training.extrapolate import LearningCurve, Prior

# A plain guess. ``stray`` stays as guessed: learned, it takes any form that fits these few tasks
# for the truth, and intervals on other tasks are then too narrow.
START = Prior(-0.5, 0.4, -2.0, 1.0, 0.4, 1.0, 0.1)
POSITIVE, ITEMS, STRAY = [1, 3, 4, 5], 4, 6  # places in a prior; ``items`` is a share
Row = dict[str, Any]


def log_density(row: Row, prior: Prior) -> float:
    """How likely what was measured later is, given the points, on the same test items."""
    curve = LearningCurve(row["points"], row["n_test"], prior=prior)
    total = 0.0
    for times, accuracy in row["later"].items():
        weight, centre, spread = curve.mixture(times * row["observed"], same_items=True)
        wrong = (1 - accuracy) * row["n_test"]
        odds = np.log((wrong + 0.5) / (row["n_test"] - wrong + 0.5))
        density = weight @ (np.exp(-0.5 * ((odds - centre) / spread) ** 2) / spread)
        total += float(np.log(density + 1e-12))
    return total


def learn(rows: list[Row], near: Prior = START) -> Prior:
    """The prior under which what was measured later is likeliest, held near a plain guess.

    LoRA's few curves are left out: they show whether the prior suits an arm it has not seen. The
    search begins at ``near``.
    """
    from scipy.optimize import minimize

    guess = _values(START)
    some = [row for row in rows if row["arm"] != "lora"]
    sets = Counter(_data_set(row["task"]) for row in some)
    # Ten domains of one data set are ten times the curves, yet not ten times the evidence.
    weights = [(len(some) / len(sets) / sets[_data_set(row["task"])]) ** 0.5 for row in some]

    def loss(values: Any) -> float:
        away, prior = float(((values - guess) ** 2).sum()) / 8, _prior(values)
        fit: float = sum(weight * log_density(row, prior)
                         for weight, row in zip(weights, some, strict=True))
        return away - fit

    found = minimize(loss, _values(near), method="L-BFGS-B",
                     bounds=[(x - 3, x + 3) for x in guess],
                     options={"maxiter": 15, "eps": 1e-3, "ftol": 1e-5})
    return _prior(found.x)


def _data_set(task: str) -> str:
    """``clinc150`` for each of its domains; noisy variants stand by themselves."""
    return task.split()[0].split("/")[0] + ("/noisy" if task.endswith("/noisy") else "")


def _values(prior: Prior) -> Any:
    """The numbers to search over, as all are but ``stray``; positive ones by their logarithm."""
    plain = np.array(astuple(prior)[:STRAY], float)
    plain[POSITIVE] = np.log(plain[POSITIVE])
    return plain


def _prior(values: Any) -> Prior:
    plain = np.array(values, float)
    plain[POSITIVE] = np.exp(plain[POSITIVE])
    plain[ITEMS] = min(plain[ITEMS], 1)
    return Prior(*map(float, [*plain, START.stray]))


def family(task: str) -> str:
    """Tasks of one family share their texts."""
    return task.split("/")[0]


def predictions(rows: list[Row]) -> list[Row]:
    """Every extrapolation beside what was measured, by a prior that has not seen its texts.

    Noisy variants only teach.
    """
    found = []
    everything = learn(rows)
    for left_out in sorted({family(row["task"]) for row in rows}):
        prior = learn([row for row in rows if family(row["task"]) != left_out],
                      near=everything)
        print(left_out, prior, file=sys.stderr, flush=True)
        own = [r for r in rows if family(r["task"]) == left_out and "/noisy" not in r["task"]]
        for row in own:
            curve = LearningCurve(row["points"], row["n_test"], prior=prior)
            for times, accuracy in row["later"].items():
                size = times * row["observed"]
                others = [r["later"][times] for r in rows if times in r["later"] and all(
                    r[k] == row[k] for k in ("task", "arm", "observed")) and r is not row]
                found.append({
                    "arm": row["arm"], "task": row["task"], "times": times,
                    "observed": row["observed"], "accuracy": accuracy,
                    "last": row["points"][row["observed"]][0], "others": mean(others or [np.nan]),
                    "same": curve.at(size, same_items=True), "any": curve.at(size)})
    return found
