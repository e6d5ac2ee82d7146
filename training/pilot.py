"""Runs a pilot: load, split, every arm in turn, scores, comparisons, and the record of it all."""

from __future__ import annotations

import json
import platform
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from training import broke
from training.arms import make_arm
from training.arms.base import Arm, ArmContext, Examples, Prediction
from training.assert_outputs import add_rates, pilot_assertions
from training.compare import compare_all
from training.data import Dataset, load_labelled, read_table
from training.encoder import DEFAULT, Encoder
from training.errors import Cancelled, PilotError
from training.runs import RESULT, ROOT, PilotConfig, Reporter, read_lines, read_result, write_json
from training.split import drop_leaks, split
from training.tasks import Task, make_task

PACKAGES = ("torch", "transformers", "peft", "sentence-transformers", "scikit-learn", "numpy")
TIMED_ITEMS = 30


def run(config: PilotConfig) -> dict[str, Any]:
    """Run or resume the pilot of ``config`` and return its result.

    Raises ``PilotError`` on input that cannot be used and ``Cancelled`` when the user stops it.
    """
    reporter = Reporter(config.out)
    try:
        result = _run(config, reporter)
    except (Cancelled, KeyboardInterrupt):
        reporter.say("cancelled; resume to go on", status="cancelled")
        raise Cancelled from None
    except BaseException as error:
        reporter.say(str(error) or type(error).__name__, status="failed")
        raise
    reporter.say("done", status="done")
    return result


def _run(config: PilotConfig, reporter: Reporter) -> dict[str, Any]:
    task = make_task(config.task, config.order)
    train, test, notes = load_parts(config, task)
    check_same_split(config.out, train, test)
    done = read_result(config.out)
    if done is not None:
        return done
    assertions = pilot_assertions(config.assertions, task.names)
    encoder = Encoder(config.model)
    descriptions = label_descriptions(config.descriptions)
    arms: dict[str, dict[str, Any]] = {}
    predictions: dict[str, list[dict[str, Any]]] = {}
    for name in config.arms:
        if reporter.cancelled():
            raise Cancelled
        folder = config.out / "arms" / name
        context = ArmContext(task.names, encoder, folder, config.seed, descriptions,
                             _progress(reporter, name), task.for_arm(name))
        if not (folder / "score.json").exists():
            reporter.say(f"running {name}", arm=name, step=0, total=0)
            _run_arm(make_arm(name, task.name), train, test, context)
        arms[name] = json.loads((folder / "score.json").read_text(encoding="utf-8"))
        predictions[name] = read_lines(folder / "predictions.jsonl")
        reporter.say(f"{name} done", arms_done=[*reporter.state.arms_done, name])
    _write_predictions(config.out, test, predictions)
    add_rates(arms, predictions, assertions, test.rows, task.names)
    check = None
    if "lora" in arms and "error" not in arms["lora"]:
        reporter.say("loading the saved adapter in a fresh process")
        check = _reload_check(config.out, predictions["lora"], test)
    result = {
        "task": task.name, "n_train": len(train.texts), "n_test": len(test.texts),
        "labels": task.names, "arms": arms,
        "comparisons": _comparisons(task, test, arms, predictions, config.seed),
        "environment": _environment(config, train, encoder), "notes": notes,
        "reload_check": check,
    }
    write_json(config.out / RESULT, result)
    return result


def load_parts(config: PilotConfig, task: Task) -> tuple[Dataset, Dataset, list[str]]:
    """Training and test part, with notes; ``task`` has then seen every label."""
    data = load_labelled(config.data, config.text, config.label, task)
    if config.test is None:
        train, test, notes = split(data, config.test_size, config.seed, task)
    else:
        test = load_labelled(config.test, config.text, config.label, task, minimum=2)
        train, notes = drop_leaks(data, test, task)
        notes = [*test.notes, *notes]
    if len(set(train.labels)) < 2:
        raise PilotError(f"{config.data}: expected at least two labels to learn, found "
                         f"{sorted(set(train.labels))}")
    return train, test, [*data.notes, *notes, *task.settle([*train.labels, *test.labels])]


def check_same_split(out: Path, train: Dataset, test: Dataset) -> None:
    """Keep the split; refuse to resume when the data behind it has changed."""
    path = out / "split.json"
    content = {"train_rows": train.rows, "test_rows": test.rows, "data_sha256": train.sha256,
               "test_sha256": test.sha256}
    if path.exists() and json.loads(path.read_text(encoding="utf-8")) != content:
        raise PilotError(f"{out}: the data has changed since this run began; choose another folder")
    write_json(path, content)


def label_descriptions(path: Path | None) -> dict[str, str]:
    if path is None:
        return {}
    table = read_table(path)
    if not {"label", "description"} <= set(table.columns):
        raise PilotError(
            f"{path.name}: expected columns label and description, found {', '.join(table.columns)}"
        )
    return {str(row["label"]).strip(): str(row["description"]).strip()
            for row in table.rows if row["label"] and row["description"]}


def _progress(reporter: Reporter, name: str) -> Any:
    def report(step: int, total: int, metrics: Any) -> None:
        reporter.step(name, step, total, metrics)
        if reporter.cancelled():
            raise Cancelled

    return report


def _run_arm(arm: Arm, train: Dataset, test: Dataset, context: ArmContext) -> None:
    """Fit, predict and score one arm; an arm that fails is recorded without losing the others."""
    context.folder.mkdir(parents=True, exist_ok=True)
    encoder = context.encoder
    encoder.model()  # loading the encoder is no arm's training
    saved = encoder.saved  # each arm pays for the embeddings that it needs, computed or known
    start = time.perf_counter()
    try:
        arm.fit(Examples(train.texts, train.labels), context)
        seconds = time.perf_counter() - start + encoder.saved - saved
        found = arm.predict(test.texts)
        scores = context.task.score(test.labels, found, context.seed) | {
            "train_seconds": round(seconds, 3),
            "predict_ms_per_item": round(_milliseconds(arm, test, encoder), 3),
            "trainable_parameters": arm.trainable_parameters,
        }
        if context.task.name == "classification" and context.folder.name in broke.ARMS:
            scores["broke"] = broke.what_broke(
                arm, test.texts, test.labels, found, encoder, context.seed)
    except (Cancelled, OSError):  # a full disk would fail every arm alike
        raise
    except Exception as error:  # whatever breaks one arm must not lose the others
        found = Prediction([""] * len(test.texts))
        scores = {"error": f"{type(error).__name__}: {error}"}
    part = context.folder / "predictions.part"
    with part.open("w", encoding="utf-8") as out:
        for i, label in enumerate(found.labels):
            sure = None if found.scores is None else round(float(found.scores[i].max()), 5)
            row = {"prediction": label, "score": sure}
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
    part.replace(context.folder / "predictions.jsonl")
    write_json(context.folder / "score.json", scores)
    (context.folder / "checkpoint.safetensors").unlink(missing_ok=True)


def _milliseconds(arm: Arm, test: Dataset, encoder: Encoder) -> float:
    """Median time to predict one item that arrives alone, embeddings computed anew."""
    some = test.texts[:TIMED_ITEMS]
    encoder.forget(some)
    arm.predict(some[:1])  # the first call warms up
    encoder.forget(some[:1])
    times = []
    for text in some:
        start = time.perf_counter()
        arm.predict([text])
        times.append(1000 * (time.perf_counter() - start))
        encoder.forget([text])
    return median(times)


def _write_predictions(
    out: Path, test: Dataset, predictions: dict[str, list[dict[str, Any]]]
) -> None:
    part = out / "predictions.part"
    with part.open("w", encoding="utf-8") as file:
        for i, (row, text, label) in enumerate(
            zip(test.rows, test.texts, test.labels, strict=True)
        ):
            arms = {name: rows[i] for name, rows in predictions.items()}
            line = {"row": row, "text": text, "label": label, "arms": arms}
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
    part.replace(out / "predictions.jsonl")


def _comparisons(
    task: Task, test: Dataset, arms: dict[str, Any], predictions: dict[str, Any], seed: int
) -> list[dict[str, Any]]:
    """Every pair of arms that finished, the costlier one first."""
    names = [name for name in arms if "error" not in arms[name]]
    labels = {n: [row["prediction"] for row in predictions[n]] for n in names}
    return compare_all(test.labels, labels, seed, task)


def _reload_check(out: Path, rows: list[dict[str, Any]], test: Dataset) -> dict[str, Any]:
    """Do the saved files, loaded by a fresh process, give the predictions that are reported?"""
    source = out / "reload_in.jsonl"
    with source.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps({"text": text}) + "\n" for text in test.texts)
    target = out / "reload_out.jsonl"
    done = subprocess.run(
        [sys.executable, "-m", "training", "predict", str(out / "arms" / "lora"),
         "--in", str(source), "--out", str(target)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )
    if done.returncode:
        return {"arm": "lora", "items": len(rows), "identical": False,
                "error": done.stderr[-500:]}
    again = [row["prediction"] for row in read_lines(target)]
    differing = sum(a != row["prediction"] for a, row in zip(again, rows, strict=True))
    source.unlink()
    target.unlink()
    return {"arm": "lora", "items": len(rows), "identical": differing == 0,
            "differing": differing}


def _environment(config: PilotConfig, train: Dataset, encoder: Encoder) -> dict[str, Any]:
    return {
        "python": platform.python_version(), "platform": platform.platform(),
        "packages": {name: version(name) for name in PACKAGES},
        "device": str(encoder.model().device), "seed": config.seed,
        "model": config.model or DEFAULT, "data_sha256": train.sha256,
        "data": config.data.name,
    }
