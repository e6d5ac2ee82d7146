"""Sums of weights over what a text has: one set of columns for each thing that is decided."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Linear:
    """Scores of texts: the weights of their features, shape (n features, n columns), summed."""

    places: Mapping[str, int]
    weights: Array
    start: Array

    def scores(self, rows: Sequence[Iterable[str]]) -> Array:
        """Shape (n rows, n columns); a feature that was never learned counts nothing."""
        from scipy.sparse import csr_matrix

        known = [[place for place in map(self.places.get, row) if place is not None]
                 for row in rows]
        ends = np.cumsum([0, *map(len, known)], dtype=np.int32)
        columns = np.fromiter(chain.from_iterable(known), np.int32, count=ends[-1])
        table = csr_matrix((np.ones(len(columns), dtype=np.float32), columns, ends),
                           shape=(len(known), len(self.weights)))
        table.sort_indices()  # sets come in any order, and sums depend on it in the last digit
        return np.asarray(table @ self.weights + self.start, dtype=np.float64)


def mean_of(models: Sequence[Linear]) -> Linear:
    """The model whose scores are the mean of the scores of models with the same columns."""
    places: dict[str, int] = {}
    for term in chain.from_iterable(model.places for model in models):
        places.setdefault(term, len(places))
    weights = np.zeros((len(places), models[0].weights.shape[1]))
    for model in models:
        weights[[places[term] for term in model.places]] += model.weights / len(models)
    return Linear(places, weights, np.mean([model.start for model in models], axis=0))


def softmax(scores: Array) -> Array:
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def logistic(scores: Array) -> Array:
    return np.asarray(1.0 / (1.0 + np.exp(-scores)))


def save(folder: Path, name: str, models: Mapping[str, Linear], **numbers: Array) -> None:
    """All models into two files: NAME.safetensors for numbers, NAME_terms.json for features."""
    from safetensors.numpy import save_file

    tensors: dict[str, Any] = {key: value.astype(np.float32) for key, value in numbers.items()}
    for key, model in models.items():
        tensors[f"{key}.weights"] = model.weights.astype(np.float16)
        tensors[f"{key}.start"] = model.start.astype(np.float32)
    save_file(tensors, folder / f"{name}.safetensors")
    terms = {key: list(model.places) for key, model in models.items()}
    (folder / f"{name}_terms.json").write_text(
        json.dumps(terms, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")


def load(folder: Path, name: str) -> tuple[dict[str, Linear], dict[str, Array]]:
    """The models and the other numbers that ``save`` wrote."""
    from safetensors.numpy import load_file

    tensors = load_file(folder / f"{name}.safetensors")
    terms = json.loads((folder / f"{name}_terms.json").read_text(encoding="utf-8"))
    models = {
        key: Linear({term: place for place, term in enumerate(known)},
                    tensors.pop(f"{key}.weights").astype(np.float32),
                    tensors.pop(f"{key}.start").astype(np.float32))
        for key, known in terms.items()
    }
    return models, {key: value.astype(np.float64) for key, value in tensors.items()}
