"""From a description to a belief over each factor, with the words that it rests on.

One logistic regression per factor, over the sentence embedding and word n-grams together; one of
its classes is "the text does not say". Trained by ``python -m advisor.fit``.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from advisor.rules import PLACES
from casebank import APPROACHES, FACTOR_VALUES

DATA = Path(__file__).parent / "data"
UNSTATED = "unstated"
# Columns of the reader's output: each factor's values and its "unstated", then the approaches.
COLUMNS: tuple[tuple[str, str], ...] = tuple(
    (factor, value) for factor, values in FACTOR_VALUES.items() for value in (*values, UNSTATED)
) + tuple(("approach", approach) for approach in APPROACHES)
GROUPS: dict[str, slice] = {
    name: slice(
        min(i for i, (n, _) in enumerate(COLUMNS) if n == name),
        max(i for i, (n, _) in enumerate(COLUMNS) if n == name) + 1,
    )
    for name in (*FACTOR_VALUES, "approach")
}
_STATED = np.array([COLUMNS.index(pair) for pair in PLACES])


@dataclass(frozen=True)
class Reading:
    """What a text says.

    ``beliefs``: probability of each factor value, shape (number of factor values,) in the order
    of ``rules.PLACES``; what is missing to one per factor is the belief that the text is silent.
    ``approach``: log-probabilities of the four approaches from the wording as a whole, shape (4,).
    """

    beliefs: NDArray[np.float64]
    approach: NDArray[np.float64]
    terms: tuple[tuple[str, NDArray[np.float64]], ...]

    def words(self, factor: str, value: str, limit: int = 3) -> list[str]:
        """The words of the text that speak most for ``factor`` having ``value``."""
        column = COLUMNS.index((factor, value))
        ranked = sorted(self.terms, key=lambda term: -term[1][column])
        return [term for term, effect in ranked[:limit] if effect[column] > 0.05]


def vectorizer(vocabulary: dict[str, int] | None = None) -> Any:
    """Word 1- to 3-gram TF-IDF, one definition for training and for reading."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(
        ngram_range=(1, 3), min_df=3 if vocabulary is None else 1, sublinear_tf=True,
        strip_accents="unicode", token_pattern=r"(?u)\b\w+\b", vocabulary=vocabulary,
    )


class Reader:
    """Reads factors from a description; ``embedding`` comes from the case bank's encoder."""

    def __init__(self, folder: Path = DATA) -> None:
        from safetensors.numpy import load_file

        tensors = load_file(folder / "reader.safetensors")
        self._coef = tensors["coef"].astype(np.float64)
        self._intercept = tensors["intercept"].astype(np.float64)
        terms = json.loads((folder / "reader_terms.json").read_text(encoding="utf-8"))
        self._terms: list[str] = terms
        self._tfidf = vectorizer({term: place for place, term in enumerate(terms)})
        self._tfidf.idf_ = tensors["idf"].astype(np.float64)

    def known_words(self, text: str) -> float:
        """Share of the words that the reader has met; low for languages other than English."""
        words = re.findall(r"\w+", text.lower())
        return sum(word in self._tfidf.vocabulary_ for word in words) / max(1, len(words))

    def read(self, text: str, embedding: NDArray[np.float32]) -> Reading:
        """Beliefs for one text and its unit embedding of shape (dimensions,)."""
        sparse = self._tfidf.transform([text])
        word_rows = self._coef[len(embedding) :][sparse.indices]
        effects = word_rows * sparse.data[:, None]
        scores = embedding @ self._coef[: len(embedding)] + effects.sum(0) + self._intercept
        probabilities = grouped_softmax(scores[None])[0]
        terms = tuple(
            (self._terms[place], effect)
            for place, effect in zip(sparse.indices, effects, strict=True)
        )
        return Reading(
            probabilities[_STATED], np.log(probabilities[GROUPS["approach"]] + 1e-9), terms
        )


def grouped_softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probabilities within each factor's columns; shapes (n, number of columns)."""
    result = np.empty_like(scores)
    for place in GROUPS.values():
        part = np.exp(scores[:, place] - scores[:, place].max(axis=1, keepdims=True))
        result[:, place] = part / part.sum(axis=1, keepdims=True)
    return result


@lru_cache(maxsize=1)
def default_reader() -> Reader:
    """The reader that the project ships, loaded once."""
    return Reader()
