"""LoRA, the linear probe and SetFit on the same rows: python -m training.bench --data FOLDER

Reads ``trec.csv``, ``sst2.csv`` and ``clinc150.csv`` (columns text, label, split) and writes
``docs/benchmarks.md``. What is measured already is kept, so the same command goes on after a stop.
SetFit is needed for this alone: pip install setfit==1.2.0
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import sys
import tempfile
import time
from collections import defaultdict
from importlib.metadata import version
from pathlib import Path
from random import Random
from statistics import mean
from typing import Any

from training.arms import make_arm
from training.arms.base import ArmContext, Examples
from training.encoder import Encoder, resolve
from training.metrics import wilson

ROOT = Path(__file__).parent.parent
CELLS = (("trec", 8), ("sst2", 8), ("trec", 32), ("sst2", 32), ("clinc150", 8))
ARMS = ("linear_probe", "lora", "setfit")
TEST_ITEMS = 500


def draw(path: Path, each: int, seed: int) -> tuple[Examples, Examples]:
    """``each`` training rows per label and at most 500 test rows, none of them in both parts."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["label"] != "oos"]
    random = Random(seed)
    random.shuffle(rows)
    by_label = defaultdict(list)
    for row in rows:
        if row["split"] == "train":
            by_label[row["label"]].append(row)
    train = [row for _, some in sorted(by_label.items()) for row in some[:each]]
    seen = {row["text"] for row in train}
    test = [row for row in rows if row["split"] == "test" and row["text"] not in seen]
    parts = train, test[:TEST_ITEMS]
    first, second = (Examples([r["text"] for r in p], [r["label"] for r in p]) for p in parts)
    return first, second


def run_arm(name: str, train: Examples, texts: list[str], seed: int) -> tuple[list[str], float]:
    """Predictions and training seconds; loading the encoder is nobody's training."""
    if name == "setfit":
        return _setfit(train, texts, seed)
    encoder = Encoder()
    encoder.model()
    with tempfile.TemporaryDirectory() as folder:
        arm = make_arm(name)
        context = ArmContext(sorted(set(train.labels)), encoder, Path(folder), seed)
        start = time.perf_counter()
        arm.fit(train, context)
        seconds = time.perf_counter() - start
        return list(arm.predict(texts).labels), seconds


def _setfit(train: Examples, texts: list[str], seed: int) -> tuple[list[str], float]:
    """SetFit as its authors recommend for few examples: one epoch over its sampled pairs."""
    try:
        from datasets import Dataset
        from setfit import SetFitModel, Trainer, TrainingArguments
    except ImportError as error:
        raise SystemExit(f"bench: {error}; pip install setfit==1.2.0") from error
    model = SetFitModel.from_pretrained(resolve(None), labels=sorted(set(train.labels)))
    rows = Dataset.from_dict({"text": list(train.texts), "label": list(train.labels)})
    with tempfile.TemporaryDirectory() as folder:
        arguments = TrainingArguments(
            output_dir=folder, batch_size=16, num_epochs=1, seed=seed, report_to="none",
            max_steps=-1, num_iterations=20 if len(train.texts) > 100 else None,
            save_strategy="no",
        )
        trainer = Trainer(model=model, args=arguments, train_dataset=rows)
        start = time.perf_counter()
        trainer.train()
        seconds = time.perf_counter() - start
    return [str(label) for label in model.predict(texts)], seconds


def measure(data: Path, store: Path, seeds: int, sets: list[str]) -> list[dict[str, Any]]:
    known: list[dict[str, Any]] = json.loads(store.read_text("utf-8")) if store.exists() else []
    done = {(r["set"], r["each"], r["seed"], r["arm"]) for r in known}
    for name, each in (cell for cell in CELLS if cell[0] in sets):
        for seed in range(seeds):
            train, test = draw(data / f"{name}.csv", each, seed)
            for arm in ARMS:
                if (name, each, seed, arm) in done:
                    continue
                found, seconds = run_arm(arm, train, list(test.texts), seed)
                right = sum(a == b for a, b in zip(found, test.labels, strict=True))
                known.append({"set": name, "each": each, "seed": seed, "arm": arm, "right": right,
                              "n": len(found), "train": len(train.texts), "seconds": seconds})
                print(known[-1], file=sys.stderr, flush=True)
                store.write_text(json.dumps(known), encoding="utf-8")
    return known


def table(rows: list[dict[str, Any]]) -> str:
    """Means over the seeds, the interval pooled over all test predictions, and the time ratio."""
    lines = ["| set, per class | arm | accuracy | 95% | seeds | training s | of SetFit's time |",
             "|---|---|---|---|---|---|---|"]
    for name, each in CELLS:
        cell = [r for r in rows if (r["set"], r["each"]) == (name, each)]
        setfit = [r["seconds"] for r in cell if r["arm"] == "setfit"]
        for arm in ARMS:
            mine = [r for r in cell if r["arm"] == arm]
            if not mine:
                continue
            right, n = sum(r["right"] for r in mine), sum(r["n"] for r in mine)
            low, high = wilson(right, n)
            seconds = mean(r["seconds"] for r in mine)
            ratio = f"{seconds / mean(setfit):.2f}" if setfit else "–"
            lines.append(f"| {name}, {each} | {arm} | {right / n:.1%} | {low:.1%} to {high:.1%} "
                         f"| {len(mine)} | {seconds:.1f} | {ratio} |")
    return "\n".join(lines)


def page(rows: list[dict[str, Any]]) -> str:
    packages = ", ".join(f"{name} {version(name)}" for name in (
        "torch", "transformers", "peft", "sentence-transformers", "scikit-learn", "setfit"))
    return f"""# Benchmarks

`make bench DATA=FOLDER` draws the same rows per seed for every arm (at most {TEST_ITEMS} test
items), with the bundled all-MiniLM-L6-v2 as encoder, and writes this page. The intervals pool
the test predictions of all seeds; they do not hold the spread between draws. Only the ratio of
times in one run means anything on another machine.

{table(rows)}

Machine: {platform.machine()}, {os.cpu_count()} cores, no GPU; Python {platform.python_version()},
{packages}. Data: TREC (Li and Roth 2002), SST-2 (Socher et al. 2013), CLINC150 (Larson et al.
2019, in scope only).
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.bench", description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "benchmarks.md")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--sets", default=",".join(dict.fromkeys(name for name, _ in CELLS)))
    args = parser.parse_args()
    args.out.parent.mkdir(parents=True, exist_ok=True)
    rows = measure(args.data, args.out.with_suffix(".json"), args.seeds, args.sets.split(","))
    args.out.write_text(page(rows), encoding="utf-8")


if __name__ == "__main__":
    main()
