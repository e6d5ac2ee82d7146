"""Metrics as a reader knows them, the same on the terminal, on pages and in documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NAMES = {
    "accuracy": "accuracy", "macro_f1": "macro-F1", "micro_f1": "micro-F1",
    "outside_share": "answers that are no label", "top3_accuracy": "right among 3",
    "top5_accuracy": "right among 5", "exact_match": "all labels right", "jaccard": "Jaccard",
    "mae": "mean absolute error", "quadratic_kappa": "quadratic kappa",
    "within_one": "at most one level off", "median_ape": "median error",
    "round_share": "round answers", "true_round_share": "round true values",
}
PLAIN_NUMBERS = ("macro_f1", "micro_f1", "jaccard", "quadratic_kappa")


def metrics_of(arm: Mapping[str, Any]) -> list[str]:
    """The metrics of one arm of a result, the headline first; each has an interval.

    That no answer was outside the labels goes without saying.
    """
    names = [name.removesuffix("_ci95") for name in arm if name.endswith("_ci95")]
    return [name for name in names if name != "outside_share" or arm[name]]


def metric_name(metric: str) -> str:
    return NAMES.get(metric, metric.replace("_", " "))


def shown(metric: str, value: float, sign: str = "") -> str:
    """A value, or with ``sign="+"`` a difference: shares in per cent, errors in their unit."""
    if metric == "mae":
        return f"{value:{sign}.3g}" if abs(value) < 1000 else f"{value:{sign},.0f}"
    return f"{value:{sign}z.3f}" if metric in PLAIN_NUMBERS else f"{value:{sign}z.1%}"


def with_interval(arm: Mapping[str, Any], metric: str) -> str:
    """``81.0% (75.2% to 86.1%)``"""
    low, high = arm[f"{metric}_ci95"]
    return f"{shown(metric, arm[metric])} ({shown(metric, low)} to {shown(metric, high)})"


def table(result: Mapping[str, Any]) -> str:
    """Every arm with its metrics and 95% intervals, for the terminal."""
    done = {name: arm for name, arm in result["arms"].items() if "error" not in arm}
    metrics = list(dict.fromkeys(m for arm in done.values() for m in metrics_of(arm)))
    rows = [["arm", *map(metric_name, metrics), "train s", "ms/item"]]
    rows += [
        [name, *(with_interval(arm, m) if m in arm else "" for m in metrics),
         f"{arm['train_seconds']:.1f}", f"{arm['predict_ms_per_item']:.1f}"]
        for name, arm in done.items()
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
             for row in rows]
    lines += [f"{name}: failed: {arm['error']}" for name, arm in result["arms"].items()
              if "error" in arm]
    return "\n".join(lines)
