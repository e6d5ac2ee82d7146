"""Measures learning curves: nested subsets of the training part, several seeds, one test part.

Every fit is kept in ``points.jsonl`` as soon as it is done, so that a stopped run goes on with the
next one.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from training.arms import make_arm
from training.arms.base import ArmContext, Examples
from training.curve_result import summarise
from training.data import Dataset
from training.encoder import DEFAULT, Encoder
from training.errors import Cancelled
from training.pilot import check_same_split, label_descriptions, load_parts
from training.runs import PilotConfig, Reporter, resume, save_config, write_json
from training.subsets import nested_order, subset_sizes
from training.tasks import make_task

CURVE, POINTS = "curve.json", "points.jsonl"
Fit = tuple[str, int, int]  # arm, size, seed


class CurveConfig(PilotConfig):
    """A pilot's settings and how many nested orders of the training part to go through."""

    task: Literal["classification"] = "classification"
    seeds: int = Field(default=3, ge=1, le=50)


def launch_curve(config: CurveConfig) -> Path:
    """Start (or resume) a curve as a process of its own; returns its folder at once."""
    save_config(config)
    return resume(config.out, "curve")


def read_curve(folder: Path) -> dict[str, Any] | None:
    """``curve.json`` where the curve is done."""
    try:
        found: dict[str, Any] = json.loads((Path(folder) / CURVE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found


def run_curve(config: CurveConfig) -> dict[str, Any]:
    """Measure (or go on measuring) the curve of ``config`` and return what ``curve.json`` holds.

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


def _run(config: CurveConfig, reporter: Reporter) -> dict[str, Any]:
    task = make_task(config.task)
    train, test, notes = load_parts(config, task)
    check_same_split(config.out, train, test)
    done = read_curve(config.out)
    if done is not None:
        return done
    measured, failed = _measure(config, train, test, reporter)
    result = {
        "task": config.task, "n_train": len(train.texts), "n_test": len(test.texts),
        "seeds": config.seeds, "seed": config.seed, "model": config.model or DEFAULT,
        "data_sha256": train.sha256, "notes": notes,
        **summarise(measured, train.labels, test.labels, config.seed),
    }
    result["arms"] |= {name: {"error": words} for name, words in failed.items()}
    write_json(config.out / CURVE, result)
    return result


def _measure(
    config: CurveConfig, train: Dataset, test: Dataset, reporter: Reporter
) -> tuple[dict[str, dict[int, list[NDArray[np.bool_]]]], dict[str, str]]:
    """Every fit that is not known yet, smallest first; and the arms that failed, with the error."""
    whole = len(train.texts)
    sizes = subset_sizes(whole, len(set(train.labels)))
    orders = [nested_order(train.labels, config.seed + k) for k in range(config.seeds)]
    # On the whole training part only LoRA, whose weights start at random, differs between seeds.
    fits: list[Fit] = [
        (arm, size, k) for arm in config.arms for size in sizes
        for k in range(config.seeds if size < whole or arm == "lora" else 1)
    ]
    known = _known(config.out)
    encoder = Encoder(config.model)
    descriptions = label_descriptions(config.descriptions)
    labels = sorted({*train.labels, *test.labels})
    failed: dict[str, str] = {}
    for number, fit in enumerate(fits):
        if reporter.cancelled():
            raise Cancelled
        arm, size, k = fit
        if fit in known or arm in failed:
            continue
        reporter.say(f"{arm} on {size:,} examples, {k + 1} of {config.seeds}", arm=arm,
                     step=number, total=len(fits))
        folder = config.out / "arms" / f"{arm}-{size}-{k}"
        context = ArmContext(labels, encoder, folder, config.seed + k,
                             descriptions, _stop_if_cancelled(reporter))
        try:
            # In the order of the file, so that the whole training part gives what a pilot gives.
            chosen = train.take(sorted(orders[k][:size]))
            known[fit] = fit_right(chosen, test, arm, context)
        except (Cancelled, OSError):  # a full disk would fail every fit alike
            raise
        except Exception as error:  # whatever breaks one arm must not lose the others
            failed[arm] = f"{type(error).__name__}: {error}"
            continue
        _keep(config.out, fit, known[fit])
        shutil.rmtree(folder, ignore_errors=True)
    measured: dict[str, dict[int, list[NDArray[np.bool_]]]] = {}
    for fit in fits:
        if fit[0] not in failed:
            measured.setdefault(fit[0], {}).setdefault(fit[1], []).append(known[fit])
    return measured, failed


def _stop_if_cancelled(reporter: Reporter) -> Any:
    def progress(_step: int, _total: int, _metrics: Mapping[str, float]) -> None:
        if reporter.cancelled():
            raise Cancelled

    return progress


def fit_right(train: Dataset, test: Dataset, name: str, context: ArmContext) -> NDArray[np.bool_]:
    """Which test items an arm gets right after learning from ``train``."""
    context.folder.mkdir(parents=True, exist_ok=True)
    arm = make_arm(name)
    arm.fit(Examples(train.texts, train.labels), context)
    found = arm.predict(test.texts).labels
    return np.array([a == b for a, b in zip(found, test.labels, strict=True)])


def _keep(out: Path, fit: Fit, right: NDArray[np.bool_]) -> None:
    arm, size, k = fit
    row = {"arm": arm, "n": size, "seed": k, "right": "".join("01"[int(x)] for x in right)}
    with (out / POINTS).open("a", encoding="utf-8") as file:
        file.write("\n" + json.dumps(row))  # after whatever a kill left half-written


def _known(out: Path) -> dict[Fit, NDArray[np.bool_]]:
    """Fits of earlier runs; a half-written line is left out."""
    try:
        lines = (out / POINTS).read_text(encoding="utf-8").split("\n")
    except OSError:
        return {}
    known = {}
    for line in lines:
        try:
            row = json.loads(line)
        except ValueError:
            continue
        known[row["arm"], row["n"], row["seed"]] = np.array([x == "1" for x in row["right"]])
    return known
