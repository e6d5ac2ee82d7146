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
import math
import re
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from statistics import mean, stdev
from typing import Any

from advisor.claim import Claim, claim
from advisor.judge import MARGIN
from training.arms import make_arm
from training.arms.base import ArmContext, Examples
from training.compare import compare_all
from training.data import Dataset
from training.encoder import Encoder
from training.metrics import wilson
from training.prospect import RATIO
from training.split import split
from training.tasks import make_task

ROOT = Path(__file__).parent.parent
ARMS = ("zero_shot", "retrieval", "classical", "linear_probe", "lora")
EXAMPLES = 200
TEST_ITEMS = 1000
FAR_ITEMS = 500  # on which a pilot's own arms are scored again
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
    far = [row for row in test if row[1] in known][:FAR_ITEMS]
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


def page(known: dict[str, Any], margin: float) -> str:
    """Agreement, wrong and open verdicts, and the coverage of the intervals, with every task."""
    rows, total, covered = [], Counter[str](), Counter[str]()
    for name in dict.fromkeys(key.split("|")[0] for key in known):
        if f"{name}|all" not in known:
            continue
        truth = claim(known[f"{name}|all"], margin)
        gains = truth.gap[0] >= margin
        said = Counter[str]()
        pilots = [known[key] for key in known
                  if key.startswith(f"{name}|") and not key.endswith("|all")]
        prior = ratio_prior(known, without=name)
        for measured in pilots:
            found = claim(measured["pilot"], margin, prior)
            said[_kind(found, gains)] += 1
            _count_coverage(measured, found.rival, covered)
        total += said
        arms = known[f"{name}|all"]["arms"]
        rows.append(
            f"| {name} | {arms[truth.rival]['accuracy']:.1%} ({truth.rival}) "
            f"| {arms['lora']['accuracy']:.1%} | {truth.gap[0]:+.1%} "
            f"({truth.gap[1]:+.1%} to {truth.gap[2]:+.1%}) | {'yes' if gains else 'no'} "
            f"| {said['agrees']} | {said['wrong']} | {said['open']} |")
    runs = total.total()
    decided = total["agrees"] + total["wrong"]
    return PAGE.format(
        margin=f"{margin:.0%}", runs=runs, table="\n".join(rows), tasks=len(rows),
        agree=_share(total["agrees"], decided), wrong=_share(total["wrong"], runs),
        open=_share(total["open"], runs),
        accuracy=_share(covered["accuracy"], covered["accuracies"]),
        gap=_share(covered["gap"], covered["gaps"]))


def ratio_prior(known: dict[str, Any], without: str) -> tuple[float, float]:
    """What ``training.prospect.RATIO`` is on all tasks but one, each task counting the same."""
    ratios = defaultdict(list)
    for key, measured in known.items():
        name, which = key.split("|")
        if which != "all" and name != without:
            far = measured["same_arms"]
            rival = claim(measured["pilot"], MARGIN).rival
            wrong = [far["n_test"] * (1 - far["arms"][arm]["accuracy"]) + 0.5
                     for arm in ("lora", rival)]
            ratios[name].append(math.log(wrong[0] / wrong[1]))
    means = [mean(some) for some in ratios.values()]
    every = [ratio for some in ratios.values() for ratio in some]
    return (mean(means), stdev(every)) if len(every) > 1 else RATIO


def _kind(found: Claim, gains: bool) -> str:
    if found.says == "unclear":
        return "open"
    return "agrees" if (found.says == "gain") == gains else "wrong"


def _count_coverage(measured: dict[str, Any], rival: str, covered: Counter[str]) -> None:
    """Do the pilot's intervals hold what the same fitted arms score on the task's test rows?"""
    pilot_arms, far = measured["pilot"]["arms"], measured["same_arms"]
    for name, arm in pilot_arms.items():
        low, high = arm["accuracy_ci95"]
        covered["accuracies"] += 1
        covered["accuracy"] += low <= far["arms"][name]["accuracy"] <= high
    near = next(row for row in measured["pilot"]["comparisons"]
                if (row["a"], row["b"]) == ("lora", rival))
    truth = far["arms"]["lora"]["accuracy"] - far["arms"][rival]["accuracy"]
    covered["gaps"] += 1
    covered["gap"] += near["ci95"][0] <= truth <= near["ci95"][1]


def _share(part: int, whole: int) -> str:
    if not whole:
        return "– (n 0)"
    low, high = wilson(part, whole)
    return f"{part / whole:.0%} ({low:.0%} to {high:.0%}, n {whole})"


PAGE = """# Does a small pilot's verdict hold?

`make fidelity DATA=FOLDER` writes this page. On each of {tasks} public tasks every arm learns from
all training rows, and the test rows settle whether LoRA gains {margin} or more over the best
cheaper arm. Then pilots on 200 rows, one per seed, 30% of them held out, give their verdict, and
the same fitted arms answer the test rows, which shows whether the pilot's 95% intervals hold. What
a verdict takes from other tasks (`training/prospect.py`) leaves the task in question out.

- Of the {runs} pilots, those that decide agree with all the data: {agree}.
- Decided, and wrong: {wrong}.
- Left open (inconclusive): {open}.
- 95% intervals of an arm's accuracy hold: {accuracy}; of LoRA against its rival: {gap}.

| task | best cheaper arm | LoRA | gain (95%) | gains {margin}? | pilots agree | wrong | open |
|---|---|---|---|---|---|---|---|
{table}
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m advisor.fidelity", description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "verdict_fidelity.md")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--margin", type=float, default=MARGIN)
    args = parser.parse_args()
    known = measure(args.data, args.out.with_suffix(".json"), args.seeds)
    args.out.write_text(page(known, args.margin), encoding="utf-8")


if __name__ == "__main__":
    main()
