"""What every arm of a pilot is: fit on labelled texts, predict labels for others.

An arm sees the training part only. The runner times it, scores it and keeps its predictions, so
an arm holds nothing but its method. A new arm is a new file and a line in ``arms/__init__.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from training.tasks.base import Task
from training.tasks.classification import Classification

if TYPE_CHECKING:
    import numpy as np

    from training.encoder import Encoder


@dataclass(frozen=True)
class Examples:
    """Labelled texts; ``labels[i]`` belongs to ``texts[i]`` and is what the task parses."""

    texts: Sequence[str]
    labels: Sequence[Any]

    def __len__(self) -> int:
        return len(self.texts)


@dataclass(frozen=True)
class Prediction:
    """Predicted label per text and, where the arm has them, scores.

    ``scores`` has shape (n texts, n labels), columns in the order of ``ArmContext.labels``; rows
    need not sum to one. Only a choice among labels has scores.
    """

    labels: list[Any]
    scores: np.ndarray | None = None


def _no_progress(_step: int, _total: int, _metrics: Mapping[str, float]) -> None:
    return None


@dataclass
class ArmContext:
    """What the runner lends an arm.

    ``encoder`` is the frozen sentence encoder, shared between arms. ``folder`` is the arm's own
    and survives a kill: what an arm needs to resume, and what it leaves for the user, goes there.
    ``progress(step, total, metrics)`` may raise ``Cancelled``; long loops call it every step.
    ``descriptions`` maps a label to the words a person would use for it, where the user gave some.
    Without a ``task``, it is to choose one of ``labels``.
    """

    labels: Sequence[str]
    encoder: Encoder
    folder: Path
    seed: int = 0
    descriptions: Mapping[str, str] = field(default_factory=dict)
    progress: Callable[[int, int, Mapping[str, float]], None] = _no_progress
    task: Task = field(default_factory=Classification)

    def __post_init__(self) -> None:
        if not self.task.names:
            self.task.names = list(self.labels)


class Arm(Protocol):
    """One way of doing the task."""

    name: str
    trainable_parameters: int

    def fit(self, train: Examples, context: ArmContext) -> None:
        """Learn from the training part; raises ``Cancelled`` when the user stops the run."""

    def predict(self, texts: Sequence[str]) -> Prediction:
        """Labels for ``texts``, in their order."""
