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
from pathlib import Path
from random import Random
from statistics import mean, median

import numpy as np

from training.arms.base import ArmContext
from training.curve_prior import Row, family, learn, predictions
from training.curve_result import TIMES
from training.curve_run import fit_right
from training.data import Dataset
from training.encoder import Encoder
from training.extrapolate import Prior
from training.split import split
from training.subsets import nested_order, subset_sizes

ROOT = Path(__file__).parent.parent
OBSERVED = (200, 400)
SEEDS = 3
ARMS = ("retrieval", "linear_probe", "classical")
MOST_ROWS = 6000  # of one task; the rest would only be encoded in vain
NOISY = ("clinc150 banking", "clinc150 home", "clinc150 travel", "sst2", "trec/coarse")
WRONG = 0.15  # share of labels replaced in a noisy variant, as data people label may have


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
    """Accuracies at the sizes of a curve on each observed size, and at multiples of it.

    LoRA, which takes minutes, is measured with one seed on the smallest and up to five times that.
    """
    costly = arm == "lora"
    order = nested_order(pool.labels, repetition)
    labels = sorted({*pool.labels, *test.labels})

    def accuracy(places: list[int], seed: int) -> float:
        with tempfile.TemporaryDirectory() as folder:
            context = ArmContext(labels, encoder, Path(folder), seed)
            return float(fit_right(pool.take(places), test, arm, context).mean())

    rows: list[Row] = []
    far: dict[int, float] = {}
    for observed in OBSERVED[:1] if costly else OBSERVED:
        own = order[:observed]
        names = [pool.labels[i] for i in own]
        points: dict[int, list[float]] = {}
        for size in subset_sizes(observed, len(set(names))):
            seeds = SEEDS if size < observed and not costly else 1
            inner = [nested_order(names, 1000 * repetition + k) for k in range(seeds)]
            points[size] = [accuracy([own[i] for i in chosen[:size]], k)
                            for k, chosen in enumerate(inner)]
        later = {}
        for times in TIMES[:2] if costly else TIMES:
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


def table(found: list[Row], by: str) -> str:
    """Median absolute errors in points and the share of intervals that hold what was measured."""
    lines = [f"| {by} | times | curves | error | error of the last value | same items | "
             "other items |", "|---|---|---|---|---|---|---|"]
    groups = {name: [row for row in found if row[by] == name]
              for name in dict.fromkeys(row[by] for row in found)}
    for name, group in (groups | {"all": found}).items():
        for times in TIMES:
            some = [row for row in group if row["times"] == times]
            if not some:
                continue
            error = median(abs(row["same"]["accuracy"] - row["accuracy"]) for row in some)
            last = median(abs(row["last"] - row["accuracy"]) for row in some)
            lines.append(
                f"| {name} | {times} | {len(some)} | {100 * error:.1f} | {100 * last:.1f} "
                f"| {_covered(some, 'same', 'accuracy')} | {_covered(some, 'any', 'others')} |")
    return "\n".join(lines)


def _covered(rows: list[Row], which: str, truth: str) -> str:
    held = [r[which]["ci95"][0] <= r[truth] <= r[which]["ci95"][1]
            for r in rows if not np.isnan(r[truth])]
    return f"{mean(held):.0%}" if held else "–"


def page(found: list[Row], prior: Prior) -> str:
    sets = ", ".join(dict.fromkeys(row["task"] for row in found))
    lora = ("LoRA was measured on few tasks with one seed, and taught nothing."
            if any(row["arm"] == "lora" for row in found) else
            "LoRA was not measured here: its curve is extrapolated with the same prior, untested.")
    return f"""# Learning curves

`make curves DATA=FOLDER` measures arms on nested subsets up to {OBSERVED[0]} and {OBSERVED[1]}
examples ({SEEDS} seeds, half as many each time), extrapolates, then measures {TIMES[0]},
{TIMES[1]} and {TIMES[2]} times as many, and writes this page. {len(found)} extrapolations, on:
{sets}.

The prior that an extrapolation uses was learned without its own data set or CLINC150 domain, from
retrieval, linear_probe and classical, and also from variants with {WRONG:.0%} of the labels drawn
anew. {lora}

Errors are medians of absolute errors in accuracy points on the same held-out items; the last value
is the naive baseline that says nothing will change. "Same items": the share of 95% intervals that
hold the accuracy measured on the same held-out items. "Other items": that hold the mean accuracy
of the other repetitions, with other training and held-out items; this wider interval is the one in
`curve.json`.

{table(found, "arm")}

{table([row | {"data": row["task"].split()[0]} for row in found], "data")}

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
