"""What measured points say: extrapolations, where LoRA passes the others, what to label next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.extrapolate import LearningCurve
from training.metrics import wilson

TIMES = (2, 5, 10)
NO_EXAMPLES = ("majority", "zero_shot")  # these learn nothing from more examples
CLASS_SPREAD = 1.0  # sd of the log odds of an error between the classes of a task

# Arm to size to one array per seed: which test items were right, booleans of shape (n_test,).
Measured = Mapping[str, Mapping[int, Sequence[NDArray[np.bool_]]]]


def summarise(
    measured: Measured, train_labels: Sequence[str], test_labels: Sequence[str], seed: int
) -> dict[str, Any]:
    """``arms``, ``crossing`` and ``classes`` of ``curve.json``."""
    n_test = len(test_labels)
    curves = {
        arm: LearningCurve({size: [float(right.mean()) for right in seeds]
                            for size, seeds in points.items()}, n_test, flat=arm in NO_EXAMPLES)
        for arm, points in measured.items()
    }
    arms = {arm: {"points": _points(measured[arm]), **_extrapolated(curve)}
            for arm, curve in curves.items()}
    best = max(measured, key=lambda arm: arms[arm]["points"][-1]["accuracy"], default=None)
    return {
        "arms": arms,
        "crossing": crossing(curves, seed),
        "classes": _classes(best, measured[best], train_labels, test_labels) if best else [],
    }


def _points(points: Mapping[int, Sequence[NDArray[np.bool_]]]) -> list[dict[str, Any]]:
    """Mean accuracy per size with an interval that holds the test items and the seeds."""
    rows = []
    for size, seeds in sorted(points.items()):
        each = [float(right.mean()) for right in seeds]
        mean, items = float(np.mean(each)), len(seeds[0])
        spread = float(np.var(each, ddof=1)) / len(each) if len(each) > 1 else 0.0
        noise = mean * (1 - mean)
        # As many items as would give this variance with one seed.
        worth = round(noise / (noise / items + spread)) if noise else items
        low, high = wilson(round(mean * max(worth, 1)), max(worth, 1))
        rows.append({"n": size, "accuracy": mean, "ci95": [min(low, mean), max(high, mean)],
                     "by_seed": each})
    return rows


def _extrapolated(curve: LearningCurve) -> dict[str, Any]:
    """At 2, 5 and 10 times the data, and the line and band there for a chart."""
    far = [{"times": times, "n": times * curve.largest, **curve.at(times * curve.largest)}
           for times in TIMES]
    sizes = np.geomspace(curve.largest, curve.largest * TIMES[-1], 10)
    fitted = [{"n": round(float(size)), **curve.at(float(size))} for size in sizes]
    return {"extrapolations": far, "fitted": fitted}


def crossing(curves: Mapping[str, LearningCurve], seed: int) -> dict[str, Any] | None:
    """Where LoRA passes the best cheaper arm for good, up to ten times the data.

    ``n`` is the median over plausible curves, none where most do not cross; ``ci95`` may have an
    open end (none); ``chance`` is the share of plausible curves that have crossed by then.
    """
    cheaper = [arm for arm in curves if arm != "lora"]
    if "lora" not in curves or not cheaper:
        return None
    largest = curves["lora"].largest
    sizes = np.geomspace(largest / 8, largest * TIMES[-1], 60)
    drawn = {arm: curves[arm].draws(list(sizes), seed + i) for i, arm in enumerate(curves)}
    ahead = drawn["lora"] > np.max([drawn[arm] for arm in cheaper], axis=0)
    # The first size from which LoRA stays ahead; past the end where it is behind there.
    first = len(sizes) - np.cumprod(ahead[:, ::-1], axis=1).sum(axis=1)
    where = np.append(sizes, np.inf)[first]
    low, middle, high = (
        None if np.isinf(x) else round(float(x))
        for x in np.quantile(where, [0.025, 0.5, 0.975], method="nearest"))
    end = {arm: float(np.median(drawn[arm][:, -1])) for arm in cheaper}
    rival = max(end, key=lambda arm: end[arm])
    chance = float(np.isfinite(where).mean())
    if middle is None:
        text = f"not in sight up to {TIMES[-1]} times the data"
    elif middle <= largest:
        text = f"probably passed already, at about {middle:,} training examples"
    else:
        text = f"expected at about {middle:,} training examples"
    return {"arm": "lora", "rival": rival, "n": middle, "ci95": [low, high], "chance": chance,
            "text": text}


def _classes(
    arm: str, points: Mapping[int, Sequence[NDArray[np.bool_]]],
    train_labels: Sequence[str], test_labels: Sequence[str],
) -> list[dict[str, Any]]:
    """Per class the best arm's error and what as many more examples of each class would gain.

    A class has few test items, so its error is drawn to that of all classes. ``expected_gain`` is
    in accuracy over all items; the largest comes first, of equal ones the class with the fewest
    examples.
    """
    total, tested = Counter(train_labels), Counter(test_labels)
    names = np.array(test_labels)
    largest = max(points)
    overall = float(np.mean([right.mean() for right in points[largest]]))
    odds = np.log((1 - overall + 0.5 / len(names)) / (overall + 0.5 / len(names)))
    more = max(10, round(float(np.median(list(total.values())))))
    rows = []
    for name, n in total.items():
        own = names == name
        measured = {max(1, round(size * n / len(train_labels))):
                    [float(right[own].mean()) for right in seeds]
                    for size, seeds in points.items()} if tested[name] else {n: [overall]}
        curve = LearningCurve(measured, max(tested[name], 1), level=(float(odds), CLASS_SPREAD))
        now, then = curve.at(n), curve.at(n + more)
        share = tested[name] / len(names)
        rows.append({
            "label": name, "arm": arm, "n_train": n, "n_test": tested[name],
            "error": 1 - now["accuracy"], "ci95": [1 - now["ci95"][1], 1 - now["ci95"][0]],
            "more": more, "error_then": 1 - then["accuracy"],
            "expected_gain": share * (then["accuracy"] - now["accuracy"]),
        })
    return sorted(rows, key=lambda row: (-round(row["expected_gain"], 4), row["n_train"]))
