"""Several labels per text, or none: a JSON list, or names between ; or |."""

from __future__ import annotations

import ast
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from training.errors import PilotError
from training.metrics import interval, wilson
from training.tasks.base import Loss, Task

if TYPE_CHECKING:
    from training.arms.base import Prediction


@dataclass
class Multilabel(Task):
    name = "multilabel"
    arms = ("majority", "zero_shot", "retrieval", "classical", "linear_probe", "lora")
    loss: ClassVar[Loss] = "bits"
    headline = "micro_f1"
    higher_is_better = True
    may_be_empty: bool = False  # some texts of the data have no label

    def parse(self, cell: str) -> tuple[str, ...]:
        names = _list(cell) if cell.startswith("[") else cell.replace("|", ";").split(";")
        return tuple(sorted({str(name).strip() for name in names} - {""}))

    def settle(self, labels: Sequence[Sequence[str]]) -> list[str]:
        self.names = sorted({name for some in labels for name in some})
        if len(self.names) < 2:
            raise PilotError(f"expected at least two labels to tell apart, found {self.names}")
        self.may_be_empty = not all(labels)
        several = sum(len(some) > 1 for some in labels)
        if not several:
            return ["No text has more than one label: --task classification fits better."]
        return [f"{several / len(labels):.0%} of the texts have more than one label."]

    def strata(self, labels: Sequence[Sequence[str]]) -> list[str]:
        """The rarest label of each text, so that rare labels come on both sides."""
        counts = Counter(name for some in labels for name in some)
        return [min(some, key=lambda n: (counts[n], n), default="") for some in labels]

    def unseen(self, train: Sequence[Any], test: Sequence[Any]) -> list[str]:
        return sorted({n for some in test for n in some} - {n for some in train for n in some})

    def targets(self, labels: Sequence[Sequence[str]]) -> Any:
        from scipy.sparse import csr_matrix

        place = {name: i for i, name in enumerate(self.names)}
        rows = [i for i, some in enumerate(labels) for _ in some]
        columns = [place[name] for some in labels for name in some]
        ends = rows, columns
        return csr_matrix((np.ones(len(rows)), ends), shape=(len(labels), len(self.names)))

    def cut(self, scores: NDArray[Any], labels: Sequence[Sequence[str]]) -> float:
        """The one threshold with the best micro-F1 on these items.

        One for all labels: on some hundred examples a threshold of its own per label fits noise.
        """
        truth = self.targets(labels).toarray().ravel()
        order = np.argsort(-scores, axis=None, kind="stable")
        ranked = scores.ravel()[order]
        said = np.arange(1, len(order) + 1)
        f1 = 2 * truth[order].cumsum() / (said + truth.sum())
        f1[:-1][ranked[:-1] == ranked[1:]] = 0  # equal scores are said together or not at all
        best = int(f1.argmax())
        after = ranked[best + 1] if best + 1 < len(ranked) else ranked[best] - 1e-6
        return float((ranked[best] + after) / 2)

    def decode(self, scores: NDArray[Any], cut: float = 0.5) -> list[tuple[str, ...]]:
        chosen = scores > cut
        if not self.may_be_empty:
            chosen[np.arange(len(scores)), scores.argmax(axis=1)] = True
        return [tuple(self.names[i] for i in np.flatnonzero(row)) for row in chosen]

    def score(self, truth: Sequence[Any], found: Prediction, seed: int) -> dict[str, Any]:
        exact = sum(set(t) == set(p) for t, p in zip(truth, found.labels, strict=True))
        counts = self.items(truth, found.labels)
        per_label = self._per_label(truth, found.labels)
        return {
            "micro_f1": float(self.statistic(counts)),
            "micro_f1_ci95": interval(self.statistic, counts, seed),
            "macro_f1": float(_macro(per_label)),
            "macro_f1_ci95": interval(_macro, per_label, seed),
            "exact_match": exact / len(truth), "exact_match_ci95": list(wilson(exact, len(truth))),
            "jaccard": float(_jaccard(counts)), "jaccard_ci95": interval(_jaccard, counts, seed),
        }

    def items(self, truth: Sequence[Any], predicted: Sequence[Any]) -> NDArray[Any]:
        """Labels that are right, said too much and missed, (n, 3)."""
        rows = [(set(t), set(p)) for t, p in zip(truth, predicted, strict=True)]
        return np.array([[len(t & p), len(p - t), len(t - p)] for t, p in rows], float)

    def statistic(self, items: NDArray[Any]) -> NDArray[Any]:
        right, extra, missed = np.moveaxis(items.sum(axis=-2), -1, 0)
        f1: NDArray[Any] = 2 * right / np.maximum(2 * right + extra + missed, 1)
        return f1

    def _per_label(self, truth: Sequence[Any], predicted: Sequence[Any]) -> NDArray[Any]:
        """Right, said and true for each label that is true of some item, (n, 3 * labels)."""
        place = {name: i for i, name in enumerate(sorted({n for t in truth for n in t}))}
        counts = np.zeros((len(truth), 3, len(place)), np.float32)
        for i, (t, p) in enumerate(zip(truth, predicted, strict=True)):
            for kind, names in enumerate((set(t) & set(p), p, t)):
                counts[i, kind, [place[n] for n in names if n in place]] = 1
        return counts.reshape(len(truth), -1)


def _list(cell: str) -> list[Any]:
    """A list as JSON or, as pandas writes it into a CSV, as Python spells it."""
    for read in (json.loads, ast.literal_eval):
        try:
            found = read(cell)
        except (ValueError, SyntaxError, RecursionError):
            continue
        if isinstance(found, list) and all(isinstance(n, (str, int, float)) for n in found):
            return found
    raise ValueError(f"expected a JSON list of label names, found {cell[:40]!r}")


def _macro(per_label: NDArray[Any]) -> NDArray[Any]:
    """Mean F1 over the labels that are true of some item."""
    sums = per_label.sum(axis=-2)
    right, said, real = np.split(sums, 3, axis=-1)
    present = real > 0
    f1 = np.where(present, 2 * right / np.maximum(said + real, 1), 0)
    mean: NDArray[Any] = f1.sum(axis=-1) / np.maximum(present.sum(axis=-1), 1)
    return mean


def _jaccard(items: NDArray[Any]) -> NDArray[Any]:
    """Mean over items of labels shared by labels in either; two empty sets agree."""
    either = items.sum(axis=-1)
    shared = np.where(either > 0, items[..., 0] / np.maximum(either, 1), 1.0)
    mean: NDArray[Any] = shared.mean(axis=-1)
    return mean
