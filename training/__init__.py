"""Pilots: the same examples through several arms, compared with intervals."""

from __future__ import annotations

from pathlib import Path

from training.arms import ARMS
from training.data import load_examples, read_table
from training.errors import Cancelled, PilotError
from training.runs import (
    PilotConfig,
    RunState,
    cancel,
    launch,
    list_runs,
    read_metrics,
    read_predictions,
    read_result,
    read_run,
    resume,
)

__all__ = [
    "ARMS", "Cancelled", "PilotConfig", "PilotError", "RunState", "cancel", "launch", "list_runs",
    "load_examples", "read_metrics", "read_predictions", "read_result", "read_run", "read_table",
    "resume", "sample_sets",
]

_TITLES = {
    "restaurant_emails": "E-mails to a restaurant group (fictional, written for this)",
    "article_ontology": "Research articles into an ontology (fictional, written for this)",
}


def sample_sets() -> dict[str, dict[str, str]]:
    """The sample data sets that are here: title, path, columns and label descriptions."""
    folder = Path(__file__).parent / "samples"
    return {
        name: {"title": title, "path": str(folder / f"{name}.csv"), "text": "text",
               "label": "label", "descriptions": str(folder / f"{name}.labels.csv")}
        for name, title in _TITLES.items()
        if (folder / f"{name}.csv").exists()
    }
