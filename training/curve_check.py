"""How well learning curves are extrapolated: python -m training.curve_check --data FOLDER

Reads ``clinc150.csv`` (ten domains, each a task), ``trec.csv`` and ``sst2.csv`` and measures arms
on nested subsets up to 200 and 400 examples, as a curve does, and on 2, 5 and 10 times as many.
Each task is extrapolated with a prior learned from the other data sets and domains alone. Writes
``docs/learning_curves.md`` with the prior from all of them, which ``training.extrapolate`` holds.
What is measured already is kept, so the same command goes on after a stop.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import tempfile
from collections import defaultdict
from dataclasses import astuple
from pathlib import Path
from random import Random
from statistics import mean, median
from typing import Any

import numpy as np

from training.arms.base import ArmContext
from training.curve_result import TIMES
from training.curve_run import fit_right
from training.data import Dataset
from training.encoder import Encoder
from training.extrapolate import LearningCurve, Prior
from training.split import split
from training.subsets import nested_order, subset_sizes

ROOT = Path(__file__).parent.parent
OBSERVED = (200, 400)
SEEDS = 3
ARMS = ("retrieval", "linear_probe", "classical")
MOST_ROWS = 6000  # of one task; the rest would only be encoded in vain
START = Prior(-0.5, 0.4, -2.0, 1.0, 0.4, 1.0, 0.1)  # a plain guess
POSITIVE, ITEMS = [1, 3, 4, 5, 6], 4  # places in a prior; ``items`` is a share
NOISY = ("clinc150 banking", "clinc150 home", "clinc150 travel", "sst2", "trec/coarse")
WRONG = 0.15  # share of labels replaced in a noisy variant, as data people label may have
Row = dict[str, Any]


def tasks(folder: Path) -> dict[str, list[tuple[str, str]]]:
    """Text and label pairs per task; those alike up to a slash share their texts.

    A noisy variant teaches the prior what a floor of wrong labels looks like.
    """
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in _rows(folder / "clinc150.csv"):
        if row["label"] != "oos":
            found[f"clinc150 {row['domain']}"].append((row["text"], row["label"]))
            found["clinc150 domains"].append((row["text"], row["domain"]))
    for row in _rows(folder / "trec.csv"):
        found["trec/coarse"].append((row["text"], row["label"]))
        found["trec/fine"].append((row["text"], row["fine_label"]))
    found["sst2"] = [(row["text"], row["label"]) for row in _rows(folder / "sst2.csv")]
    for items in found.values():
        Random(0).shuffle(items)
    cut = {name: items[:MOST_ROWS] for name, items in sorted(found.items())}
    return cut | {f"{family(name)}/noisy": _noisy(cut[name]) for name in NOISY}


def _noisy(items: list[tuple[str, str]]) -> list[tuple[str, str]]:
    random = Random(0)
    labels = sorted({label for _, label in items})
    return [(text, random.choice(labels) if random.random() < WRONG else label)
            for text, label in items]


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def measure(folder: Path, store: Path, repetitions: int, arms: list[str], wanted: str) -> None:
    """Appends to ``store`` what it does not hold: one line per fit."""
    done = {(r["task"], r["repetition"], r["arm"]) for r in _read(store)}
    encoder = Encoder()
    found = {name: items for name, items in tasks(folder).items() if name.startswith(wanted)}
    for repetition in range(repetitions):
        for name, items in found.items():
            new = [arm for arm in arms if (name, repetition, arm) not in done]
            if not new:
                continue
            data = Dataset([t for t, _ in items], [n for _, n in items], list(range(len(items))))
            pool, test, _ = split(data, 240 if len(items) < 2500 else 500, repetition)
            for arm in new:
                rows = _measure_arm(arm, pool, test, encoder, repetition)
                about = {"task": name, "repetition": repetition, "arm": arm}
                with store.open("a", encoding="utf-8") as file:
                    file.writelines(json.dumps(about | row) + "\n" for row in rows)
                print(name, repetition, arm, file=sys.stderr, flush=True)


def _measure_arm(
    arm: str, pool: Dataset, test: Dataset, encoder: Encoder, repetition: int
) -> list[Row]:
    """Accuracies at the sizes of a curve on each observed size, and at multiples of it."""
    order = nested_order(pool.labels, repetition)
    labels = sorted({*pool.labels, *test.labels})

    def accuracy(places: list[int], seed: int) -> float:
        with tempfile.TemporaryDirectory() as folder:
            context = ArmContext(labels, encoder, Path(folder), seed)
            return float(fit_right(pool.take(places), test, arm, context).mean())

    rows: list[Row] = []
    far: dict[int, float] = {}
    for observed in OBSERVED:
        own = order[:observed]
        names = [pool.labels[i] for i in own]
        points: dict[int, list[float]] = {}
        for size in subset_sizes(observed, len(set(names))):
            seeds = SEEDS if size < observed else 1
            inner = [nested_order(names, 1000 * repetition + k) for k in range(seeds)]
            points[size] = [accuracy([own[i] for i in chosen[:size]], k)
                            for k, chosen in enumerate(inner)]
        later = {}
        for times in TIMES:
            size = observed * times
            if size <= len(pool.texts):
                far.setdefault(size, accuracy(order[:size], 0))
                later[times] = far[size]
        rows.append({"observed": observed, "n_test": len(test.texts), "points": points,
                     "later": later})
    return rows


def _read(store: Path) -> list[Row]:
    if not store.exists():
        return []
    rows = [json.loads(line) for line in store.read_text("utf-8").splitlines()]
    for row in rows:  # JSON has strings as keys
        row["points"] = {int(size): seeds for size, seeds in row["points"].items()}
        row["later"] = {int(times): accuracy for times, accuracy in row["later"].items()}
    return rows


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

    The search begins at ``near``.
    """
    from scipy.optimize import minimize

    guess = _values(START)

    def loss(values: Any) -> float:
        away = float(((values - guess) ** 2).sum()) / 8
        return away - sum(log_density(row, _prior(values)) for row in rows)

    found = minimize(loss, _values(near), method="L-BFGS-B",
                     bounds=[(x - 3, x + 3) for x in guess],
                     options={"maxiter": 25, "eps": 1e-3, "ftol": 1e-5})
    return _prior(found.x)


def _values(prior: Prior) -> Any:
    """The numbers to search over: spreads and variances, which are positive, by their logarithm."""
    plain = np.array(astuple(prior), float)
    plain[POSITIVE] = np.log(plain[POSITIVE])
    return plain


def _prior(values: Any) -> Prior:
    plain = np.array(values, float)
    plain[POSITIVE] = np.exp(plain[POSITIVE])
    plain[ITEMS] = min(plain[ITEMS], 1)
    return Prior(*(float(x) for x in plain))


def family(task: str) -> str:
    return task.split("/")[0]


def predictions(rows: list[Row]) -> list[Row]:
    """Every extrapolation beside what was measured, by a prior that has not seen its task."""
    found = []
    everything = learn(rows)
    for left_out in sorted({family(row["task"]) for row in rows}):
        prior = learn([row for row in rows if family(row["task"]) != left_out],
                      near=everything)
        print(left_out, prior, file=sys.stderr, flush=True)
        for row in (r for r in rows if family(r["task"]) == left_out):
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


def table(found: list[Row]) -> str:
    """Median absolute errors in points and the share of intervals that hold what was measured."""
    lines = ["| arm | times | curves | error | error of the last value | 95% interval, same items "
             "| 95% interval, other items |", "|---|---|---|---|---|---|---|"]
    for arm in (*dict.fromkeys(row["arm"] for row in found), "all"):
        for times in TIMES:
            some = [r for r in found if r["times"] == times and arm in ("all", r["arm"])]
            if not some:
                continue
            error = median(abs(r["same"]["accuracy"] - r["accuracy"]) for r in some)
            last = median(abs(r["last"] - r["accuracy"]) for r in some)
            lines.append(
                f"| {arm} | {times} | {len(some)} | {100 * error:.1f} | {100 * last:.1f} "
                f"| {_covered(some, 'same', 'accuracy')} | {_covered(some, 'any', 'others')} |")
    return "\n".join(lines)


def _covered(rows: list[Row], which: str, truth: str) -> str:
    held = [r[which]["ci95"][0] <= r[truth] <= r[which]["ci95"][1]
            for r in rows if not np.isnan(r[truth])]
    return f"{mean(held):.0%}" if held else "–"


def page(found: list[Row], prior: Prior) -> str:
    sets = ", ".join(dict.fromkeys(row["task"] for row in found))
    return f"""# Learning curves

`make curves DATA=FOLDER` measures arms on nested subsets up to {OBSERVED[0]} and {OBSERVED[1]}
examples ({SEEDS} seeds, half as many each time), extrapolates, then measures {TIMES[0]},
{TIMES[1]} and {TIMES[2]} times as many, and writes this page. {len(found)} extrapolations, on:
{sets}. The prior that an extrapolation uses was learned without its own data set or domain.

Errors are medians of absolute errors in accuracy points on the same held-out items; the last value
is the naive baseline that says nothing will change. "Same items": the share of 95% intervals that
hold the accuracy measured on the same held-out items. "Other items": that hold the mean accuracy
of the other repetitions, with other training and held-out items; this wider interval is the one in
`curve.json`.

{table(found)}

The prior from all tasks: `{prior}`.
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.curve_check", description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "learning_curves.md")
    parser.add_argument("--repetitions", type=int, default=4)
    parser.add_argument("--arms", default=",".join(ARMS))
    parser.add_argument("--tasks", default="", help="only tasks whose name begins so")
    args = parser.parse_args()
    args.out.parent.mkdir(parents=True, exist_ok=True)
    store = args.out.with_suffix(".jsonl")
    measure(args.data, store, args.repetitions, args.arms.split(","), args.tasks)
    rows = _read(store)
    args.out.write_text(page(predictions(rows), learn(rows)), encoding="utf-8")


if __name__ == "__main__":
    main()
