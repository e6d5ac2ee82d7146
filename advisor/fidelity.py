"""Does a small pilot's verdict agree with the one from all the data? make fidelity DATA=FOLDER

On fourteen public tasks: every arm learns from all the training rows, which settles whether tuning
gains the margin over the best cheaper arm; then pilots on 200 examples, one per seed, say what they
make of it. Reads ``clinc150.csv``, ``trec.csv``, ``sst2.csv`` (columns text, label, split) and
``geoquery_nl2sql.jsonl``; writes ``docs/verdict_fidelity.md``. What is measured already is kept, so
the same command goes on after a stop.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

from advisor.claim import claim
from advisor.judge import MARGIN
from training.arms import make_arm
from training.arms.base import ArmContext, Examples
from training.compare import compare_all
from training.data import Dataset
from training.encoder import Encoder
from training.metrics import wilson
from training.split import split
from training.tasks import make_task

ROOT = Path(__file__).parent.parent
ARMS = ("zero_shot", "retrieval", "classical", "linear_probe", "lora")
EXAMPLES = 200
TEST_ITEMS = 2000
RARE = 5  # rows of one SQL template below which it is left out
Rows = list[tuple[str, str]]


def tasks(folder: Path) -> Iterator[tuple[str, Rows, Rows]]:
    """Name, training rows and test rows (text, label) of each task."""
    clinc = _csv(folder / "clinc150.csv")
    for domain in sorted({row["domain"] for row in clinc if row["label"] != "oos"}):
        yield f"clinc150 {domain}", *_parts(
            [row for row in clinc if row["domain"] == domain and row["label"] != "oos"], "label")
    trec = _csv(folder / "trec.csv")
    yield "trec", *_parts(trec, "label")
    yield "trec fine", *_parts(trec, "fine_label")
    yield "sst2", *_parts(_csv(folder / "sst2.csv"), "label")
    lines = (folder / "geoquery_nl2sql.jsonl").read_text(encoding="utf-8").splitlines()
    pairs = [(row["question"], _template(row["sql"])) for row in map(json.loads, lines)]
    often = Counter(label for _, label in pairs)
    pairs = [pair for pair in pairs if often[pair[1]] >= RARE]
    Random(0).shuffle(pairs)
    cut = round(0.6 * len(pairs))
    yield "geoquery templates", pairs[:cut], pairs[cut:]


def _csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _parts(rows: list[dict[str, str]], label: str) -> tuple[Rows, Rows]:
    train = [(row["text"], row[label]) for row in rows if row["split"] == "train"]
    seen = {text for text, _ in train}
    return train, [(row["text"], row[label]) for row in rows
                   if row["split"] != "train" and row["text"] not in seen]


def _template(sql: str) -> str:
    """The query without its names and numbers."""
    return re.sub(r"\s+", " ", re.sub(r'"[^"]*"|\b\d+(?:\.\d+)?\b', "?", sql)).strip()


def _dataset(rows: Rows) -> Dataset:
    return Dataset([text for text, _ in rows], [label for _, label in rows], [*range(len(rows))])


class Measured:
    """The arms fitted once, with their answers on any number of items."""

    def __init__(self, train: Dataset, labels: Sequence[str], encoder: Encoder, seed: int) -> None:
        task = make_task("classification")
        task.settle(list(labels))
        self._n_train = len(train.texts)
        self._task = task
        self._arms = {}
        for name in ARMS:
            arm = make_arm(name, task.name)
            with tempfile.TemporaryDirectory() as folder:
                arm.fit(Examples(train.texts, train.labels), ArmContext(
                    task.names, encoder, Path(folder), seed, task=task))
            self._arms[name] = arm

    def result(self, test: Dataset) -> dict[str, Any]:
        """What a pilot's ``result.json`` would hold, as far as a verdict reads it."""
        answers = {name: arm.predict(test.texts).labels for name, arm in self._arms.items()}
        n = len(test.texts)
        right = {name: sum(a == b for a, b in zip(found, test.labels, strict=True))
                 for name, found in answers.items()}
        return {
            "task": "classification", "n_train": self._n_train, "n_test": n,
            "arms": {name: {"accuracy": hits / n, "accuracy_ci95": list(wilson(hits, n))}
                     for name, hits in right.items()},
            "comparisons": compare_all(test.labels, answers, task=self._task),
        }


def pilot(train: Rows, test: Rows, encoder: Encoder, seed: int) -> dict[str, Any]:
    """A pilot on 200 rows as a user would run it, and the same arms on the task's test rows."""
    drawn = Random(seed).sample(train, min(EXAMPLES, len(train)))
    part, held_out, _ = split(_dataset(drawn), None, seed)
    arms = Measured(part, [label for _, label in drawn], encoder, seed)
    known = {label for _, label in drawn}
    far = [row for row in test if row[1] in known][:TEST_ITEMS]
    return {"pilot": arms.result(held_out), "same_arms": arms.result(_dataset(far))}


def measure(folder: Path, store: Path, seeds: int) -> dict[str, Any]:
    known: dict[str, Any] = json.loads(store.read_text("utf-8")) if store.exists() else {}
    encoder = Encoder()
    every = {name: (train, test) for name, train, test in tasks(folder)}

    def keep(key: str, result: Any) -> None:
        known[key] = result
        store.write_text(json.dumps(known), encoding="utf-8")
        print(key, file=sys.stderr, flush=True)

    for name, (train, test) in every.items():
        if f"{name}|all" not in known:
            labels = [label for _, label in [*train, *test]]
            arms = Measured(_dataset(train), labels, encoder, 0)
            keep(f"{name}|all", arms.result(_dataset(test[:TEST_ITEMS])))
    for seed in range(seeds):
        for name, (train, test) in every.items():
            if f"{name}|{seed}" not in known:
                keep(f"{name}|{seed}", pilot(train, test, encoder, seed))
    return known
