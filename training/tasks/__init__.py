"""The kinds of task a pilot knows, one file each, and what is asked of their results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from training.tasks.base import Task, TaskName, merit
from training.tasks.classification import Classification
from training.tasks.multilabel import Multilabel
from training.tasks.numbers import is_number, parse_number
from training.tasks.ordinal import Ordinal
from training.tasks.regression import Regression

__all__ = ["TASKS", "Task", "guess_task", "headline", "make_task", "merit"]

TASKS: dict[str, type[Task]] = {
    kind.name: kind for kind in (Classification, Multilabel, Ordinal, Regression)}
LEVELS = 10  # numbers with at most so many distinct values are taken for levels


def make_task(name: str, order: Sequence[str] | None = None) -> Task:
    """A task that has seen no label yet; ``order`` is for ordinal labels alone."""
    return Ordinal(order=order or ()) if name == "ordinal" else TASKS[name]()


def headline(result: Mapping[str, Any]) -> tuple[str, bool]:
    """The metric that a result is compared and judged by, and whether more of it is better."""
    kind = TASKS[str(result.get("task", "classification"))]
    return kind.headline, kind.higher_is_better


def guess_task(cells: Sequence[str]) -> TaskName:
    """The kind of task that a label column looks like; only a guess, to be shown and changed.

    Few numbers are levels where they count from one, as ratings do; else they are names of classes.
    """
    if not all(map(is_number, cells)):
        several = sum(cell.startswith("[") or ";" in cell or "|" in cell for cell in cells)
        return "multilabel" if several > 0.1 * len(cells) else "classification"
    numbers = {parse_number(cell) for cell in cells}
    if len(numbers) > LEVELS:
        return "regression"
    count = {float(i) for i in range(1, len(numbers) + 1)}
    return "ordinal" if len(numbers) > 2 and numbers == count else "classification"
