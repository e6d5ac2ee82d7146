"""From a description to a belief over each factor, with the words that it rests on.

One logistic regression per factor over the description's words and runs of words; one of its
classes is "the text does not say". Trained by ``python -m advisor.fit``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from advisor.rules import PLACES
from advisor.words import spelled, terms
from casebank import APPROACHES, FACTOR_VALUES

Array = NDArray[np.float64]
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
STATED = np.array([COLUMNS.index(pair) for pair in PLACES])


@dataclass(frozen=True)
class Reading:
    """What a text says.

    ``beliefs``: probability of each factor value, shape (number of factor values,) in the order
    of ``rules.PLACES``; what is missing to one per factor is the belief that the text is silent.
    ``approach``: log-probabilities of the four approaches from the wording as a whole, shape (4,).
    ``effects``: for each term of the text as it is spelled there, what it adds to each column.
    ``quotes``: the words for each factor value that a language model read, if one was asked.
    """

    beliefs: Array
    approach: Array
    effects: tuple[tuple[str, Array], ...]
    quotes: Mapping[tuple[str, str], str] | None = None

    def words(self, factor: str, value: str, limit: int = 3) -> list[str]:
        """The words of the text that speak most for ``factor`` having ``value``."""
        if self.quotes is not None:
            return [quote] if (quote := self.quotes.get((factor, value))) else []
        from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

        column = COLUMNS.index((factor, value))
        chosen: list[str] = []
        for spelling, effect in sorted(self.effects, key=lambda term: -term[1][column]):
            if effect[column] < 0.05 or len(chosen) == limit:
                break
            if {*spelling.lower().split()} <= ENGLISH_STOP_WORDS:
                continue  # it may count, but it tells a reader nothing
            if not any(spelling in other or other in spelling for other in chosen):
                chosen.append(spelling)
        return chosen


def vectorizer(vocabulary: dict[str, int] | None = None) -> Any:
    """TF-IDF of ``words.terms``, one definition for training and for reading."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(
        analyzer=terms, min_df=3 if vocabulary is None else 1, sublinear_tf=True,
        vocabulary=vocabulary,
    )


class Reader:
    """Reads factors from descriptions."""

    def __init__(self, folder: Path = DATA) -> None:
        from safetensors.numpy import load_file

        tensors = load_file(folder / "reader.safetensors")
        self._coef = tensors["coef"].astype(np.float32)
        self._intercept = tensors["intercept"].astype(np.float64)
        known: list[str] = json.loads((folder / "reader_terms.json").read_text(encoding="utf-8"))
        self._terms = known
        self._tfidf = vectorizer({term: place for place, term in enumerate(known)})
        self._tfidf.idf_ = tensors["idf"].astype(np.float64)

    def known_words(self, text: str) -> float:
        """Share of the words that the reader has met; low for languages other than English."""
        single = [term for term in terms(text) if " " not in term]
        return sum(term in self._tfidf.vocabulary_ for term in single) / max(1, len(single))

    def read(self, texts: Sequence[str]) -> list[Reading]:
        """Beliefs for each text."""
        sparse = self._tfidf.transform(texts)
        probabilities = grouped_softmax(sparse @ self._coef + self._intercept)
        return [
            Reading(row[STATED], np.log(row[GROUPS["approach"]] + 1e-9),
                    self._effects(text, sparse[i]))
            for i, (text, row) in enumerate(zip(texts, probabilities, strict=True))
        ]

    def _effects(self, text: str, row: Any) -> tuple[tuple[str, Array], ...]:
        spelling = spelled(text)
        effects = self._coef[row.indices] * row.data[:, None]
        return tuple(
            (spelling[self._terms[place]], effect)
            for place, effect in zip(row.indices, effects, strict=True)
        )


def grouped_softmax(scores: Array) -> Array:
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
