"""What a kind of task is to a pilot: how its labels are read, dealt out, learned and scored.

Arms know methods and no metrics; a task knows labels and metrics and no methods. Between them
stand *targets*, numbers that an arm learns (n, c), and *scores*, numbers of the same shape that it
gives back and that the task decodes into labels.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from numpy.typing import NDArray

if TYPE_CHECKING:
    from training.arms.base import Prediction

TaskName = Literal["classification", "multilabel", "ordinal", "regression"]
Loss = Literal["choice", "bits", "number"]


@dataclass
class Task(ABC):
    """One kind of task; ``settle`` must have seen every label before targets are asked for.

    ``loss`` says what an arm learns: ``choice`` one of c (softmax), ``bits`` c yes-or-no answers
    (logistic), ``number`` one number (squared). ``names`` are the labels in their order, empty for
    numbers. Predictions read back from JSON are accepted wherever predictions are.
    """

    name: ClassVar[TaskName]
    arms: ClassVar[tuple[str, ...]]
    loss: ClassVar[Loss]
    headline: ClassVar[str]
    higher_is_better: ClassVar[bool]
    names: list[str] = field(default_factory=list)

    @abstractmethod
    def parse(self, cell: str) -> Any:
        """A label from its cell; ``ValueError`` says what was expected and what was found."""

    @abstractmethod
    def settle(self, labels: Sequence[Any]) -> list[str]:
        """Learn names, order or scale from all labels; notes for the user, or ``PilotError``."""

    def for_arm(self, arm: str) -> Task:
        """The task as this arm is to see it; itself, but for arms that vary the loss."""
        return self

    def strata(self, labels: Sequence[Any]) -> list[str]:
        """What the split keeps in the same proportion on both sides, one name per label."""
        return list(labels)

    def unseen(self, train: Sequence[Any], test: Sequence[Any]) -> list[str]:
        """Names that are true of test items and of no training item."""
        return sorted(set(test) - set(train))

    @abstractmethod
    def targets(self, labels: Sequence[Any]) -> Any:
        """Targets (n, c): sparse but for numbers."""

    def pool(self, weights: Any, targets: Any) -> NDArray[Any]:
        """Scores (n, c) from targets (m, c) of neighbours; sparse weights (n, m), rows sum to 1."""
        shares: NDArray[Any] = (weights @ targets).toarray()
        return shares

    def cut(self, scores: NDArray[Any], labels: Sequence[Any]) -> float:
        """Score above which an answer is yes, chosen on training items; 0.5 where it is fixed."""
        return 0.5

    @abstractmethod
    def decode(self, scores: NDArray[Any], cut: float = 0.5) -> list[Any]:
        """Labels from scores (n, c); for ``bits``, scores are shares or probabilities."""

    @abstractmethod
    def score(self, truth: Sequence[Any], found: Prediction, seed: int) -> dict[str, Any]:
        """Every metric, and its 95% interval as ``<metric>_ci95``."""

    @abstractmethod
    def items(self, truth: Sequence[Any], predicted: Sequence[Any]) -> NDArray[Any]:
        """What the headline metric is made of, (n items, c)."""

    @abstractmethod
    def statistic(self, items: NDArray[Any]) -> NDArray[Any]:
        """The headline metric of items (…, n, c), one value for each leading place."""


def merit(task: Task, truth: Sequence[Any], predicted: Sequence[Any]) -> float:
    """The headline metric, turned so that more is better."""
    value = float(task.statistic(task.items(truth, predicted)))
    return value if task.higher_is_better else -value
