"""From a description to a belief over each factor, with the words that it rests on.

Two readers, one by word counts (a logistic regression per factor over words and runs of words) and
one by attention (``advisor.attention``), whose beliefs are averaged: they err on different texts.
For both, one value of a factor is "the text does not say". Trained by ``python -m advisor.fit``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from advisor.rules import PLACES
from advisor.words import terms
from casebank import APPROACHES, FACTOR_VALUES
from casebank.encoder import loaded_once

if TYPE_CHECKING:
    from advisor.attention import Attended

Array = NDArray[np.float64]
DATA = Path(__file__).parent / "data"
UNSTATED = "unstated"
LEAST = 1e-6
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
    ``quotes``: the words for each factor value that a language model read, if one was asked.
    """

    text: str
    beliefs: Array
    approach: Array
    attended: Attended
    quotes: Mapping[tuple[str, str], str] | None = None

    def words(self, factor: str, value: str) -> list[str]:
        """The words of the text that ``factor`` having ``value`` was read from."""
        if self.quotes is not None:
            return [quote] if (quote := self.quotes.get((factor, value))) else []
        return self.attended.phrases(self.text, list(GROUPS).index(factor))

    @property
    def telling(self) -> list[str]:
        """The words that speak most for or against an approach by themselves."""
        return self.attended.phrases(self.text, list(GROUPS).index("approach"))


def vectorizer(vocabulary: dict[str, int] | None = None) -> Any:
    """TF-IDF of ``words.terms``, one definition for training and for reading."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(
        analyzer=terms, min_df=3 if vocabulary is None else 1, sublinear_tf=True,
        vocabulary=vocabulary,
    )


class Reader:
    """Reads factors from descriptions: word counts and the attention reader, in equal parts."""

    def __init__(self, folder: Path = DATA) -> None:
        from safetensors.numpy import load_file

        from advisor.attention import AttentionReader

        self.attention = AttentionReader(folder / "attention.safetensors")
        tensors = load_file(folder / "reader.safetensors")
        self._coef = tensors["coef"].astype(np.float32)
        self._intercept = tensors["intercept"].astype(np.float64)
        known: list[str] = json.loads((folder / "reader_terms.json").read_text(encoding="utf-8"))
        self._tfidf = vectorizer({term: place for place, term in enumerate(known)})
        self._tfidf.idf_ = tensors["idf"].astype(np.float64)

    def known_words(self, text: str) -> float:
        """Share of the words that the reader has met; low for languages other than English."""
        single = [term for term in terms(text) if " " not in term]
        return sum(term in self._tfidf.vocabulary_ for term in single) / max(1, len(single))

    def read(self, texts: Sequence[str]) -> list[Reading]:
        """Beliefs for each text, from both readers."""
        attended = self.attention.read(texts)
        by_attention = grouped_softmax(np.stack([found.scores for found in attended]))
        rows = combined(self.by_words(texts), by_attention)
        return [
            Reading(text, row[STATED], np.log(row[GROUPS["approach"]] + 1e-9), found)
            for text, row, found in zip(texts, rows, attended, strict=True)
        ]

    def by_words(self, texts: Sequence[str]) -> Array:
        """What word counts alone say, probabilities of shape (n texts, number of columns)."""
        return grouped_softmax(self._tfidf.transform(texts) @ self._coef + self._intercept)


def combined(words: Array, attention: Array) -> Array:
    """One belief from two readers: the mean of their log-probabilities; shapes (n, columns)."""
    return grouped_softmax((np.log(words + LEAST) + np.log(attention + LEAST)) / 2)


def grouped_softmax(scores: Array) -> Array:
    """Probabilities within each factor's columns; shapes (n, number of columns)."""
    result = np.empty_like(scores)
    for place in GROUPS.values():
        part = np.exp(scores[:, place] - scores[:, place].max(axis=1, keepdims=True))
        result[:, place] = part / part.sum(axis=1, keepdims=True)
    return result


@loaded_once
def default_reader() -> Reader:
    """The reader that the project ships, loaded once."""
    return Reader()
