"""Pilots: the same examples through several arms, compared with intervals."""

from __future__ import annotations

from pathlib import Path

from training.arms import ARMS
from training.curve_run import CurveConfig, launch_curve, read_curve
from training.data import load_examples, load_labelled, read_table
from training.errors import Cancelled, PilotError
from training.power import detectable
from training.runs import (
    PilotConfig,
    RunState,
    cancel,
    launch,
    list_runs,
    load_config,
    read_metrics,
    read_predictions,
    read_result,
    read_run,
    resume,
)

__all__ = [
    "ARMS", "Cancelled", "CurveConfig", "PilotConfig", "PilotError", "RunState", "cancel",
    "detectable", "launch", "launch_curve", "list_runs", "load_config", "load_examples",
    "load_labelled", "read_curve", "read_metrics", "read_predictions", "read_result", "read_run",
    "read_table", "resume", "sample_sets",
]

# Name: title, text column, label column, task.
_SAMPLES = {
    "restaurant_emails": ("E-mails to a restaurant group (fictional, written for this)",
                          "text", "label", "classification"),
    "article_ontology": ("Research articles into an ontology (fictional, written for this)",
                         "text", "label", "classification"),
    "item_values": ("Insured items and their value (fictional, written for this)",
                    "description", "value", "regression"),
    "guest_remarks": ("What guests remark on, several topics each (fictional, written for this)",
                      "remark", "topics", "multilabel"),
}


def sample_sets() -> dict[str, dict[str, str]]:
    """The sample data sets: title, path, columns, task, and descriptions of labels or nothing."""
    folder = Path(__file__).parent / "samples"
    found = {}
    for name, (title, text, label, task) in _SAMPLES.items():
        described = folder / f"{name}.labels.csv"
        found[name] = {
            "title": title, "path": str(folder / f"{name}.csv"), "text": text, "label": label,
            "task": task, "descriptions": str(described) if described.exists() else "",
        }
    return found
