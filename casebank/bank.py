"""Search: the cases nearest in meaning to a text."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from casebank.encoder import Encoder, Vectors, cached_vectors
from casebank.schema import Case


@dataclass(frozen=True)
class Match:
    """A case and the cosine of its description with the query, -1 to 1."""

    case: Case
    similarity: float


class CaseBank:
    """Cases with their vectors, which are computed once per model and text."""

    def __init__(
        self, cases: Sequence[Case], encoder: Encoder, cache_dir: Path | None = None
    ) -> None:
        self.cases = tuple(cases)
        self.encoder = encoder
        self._cache_dir = cache_dir
        self._vectors: Vectors | None = None

    @property
    def vectors(self) -> Vectors:
        """Unit vectors of the descriptions, shape (n cases, dimensions)."""
        if self._vectors is None:
            texts = [case.description for case in self.cases]
            self._vectors = cached_vectors(self.encoder, texts, self._cache_dir)
        return self._vectors

    def nearest(
        self, vector: Vectors, *, k: int = 5, exclude: Collection[str] = ()
    ) -> list[Match]:
        """The ``k`` cases nearest to a unit vector of shape (dimensions,), nearest first."""
        similarities = self.vectors @ vector
        matches = []
        for index in np.argsort(-similarities):
            if self.cases[index].id not in exclude:
                matches.append(Match(self.cases[index], float(similarities[index])))
            if len(matches) == k:
                break
        return matches

    def search(self, text: str, *, k: int = 5) -> list[Match]:
        """The ``k`` cases nearest in meaning to ``text``, nearest first."""
        return self.nearest(self.encoder.encode([text])[0], k=k)
