"""Where cases lie towards each other: similarity to a text, and places on a flat map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from advisor.engine import SHARPNESS, topic_bank
from casebank.encoder import Vectors

Points = NDArray[np.float64]
NEIGHBOURS = 5


@dataclass(frozen=True)
class Layout:
    """``points`` has shape (n cases, 2), in the order of ``topic_bank().cases``.

    ``kept`` is the share of a case's five nearest in meaning that are also among its five nearest
    on the map, on average: how far nearness on the map can be trusted.
    """

    points: Points
    kept: float


def flatten(vectors: Vectors) -> Points:
    """Unit vectors, shape (n, dimensions), to shape (n, 2) with neighbours kept together.

    t-SNE rather than PCA: the two widest directions hold 8% of what separates the cases, and
    hardly any case kept its neighbours there.
    """
    from sklearn.manifold import TSNE

    perplexity = min(30.0, (len(vectors) - 1) / 3)
    model = TSNE(2, metric="cosine", init="pca", perplexity=perplexity, random_state=0)
    return np.asarray(model.fit_transform(vectors), dtype=np.float64)


def neighbours_kept(vectors: Vectors, points: Points, k: int = NEIGHBOURS) -> float:
    """Share of the ``k`` nearest by cosine that are among the ``k`` nearest on the map, 0 to 1."""
    near = -(vectors @ vectors.T)
    far = ((points[:, None] - points[None]) ** 2).sum(-1)
    np.fill_diagonal(near, np.inf)
    np.fill_diagonal(far, np.inf)
    pairs = zip(np.argsort(near)[:, :k], np.argsort(far)[:, :k], strict=True)
    return float(np.mean([len(set(a) & set(b)) / k for a, b in pairs]))


def place(points: Points, similarities: Sequence[float]) -> tuple[Points, list[int]]:
    """Where a text belongs, shape (2,), and the indices of its nearest cases, nearest first.

    The place is the mean of the nearest cases' places; a nearer case counts more, as it does in
    the advice.
    """
    nearest = [int(i) for i in np.argsort(-np.asarray(similarities))[:NEIGHBOURS]]
    weights = np.exp(SHARPNESS * np.asarray(similarities)[nearest])
    return np.average(points[nearest], axis=0, weights=weights), nearest


@st.cache_data(show_spinner="Drawing the map. The first time takes some seconds …")
def layout() -> Layout:
    """The whole bank's map, drawn once per server."""
    vectors = topic_bank().vectors
    points = flatten(vectors)
    return Layout(points, neighbours_kept(vectors, points))


@st.cache_data(max_entries=200,
               show_spinner="Comparing with the cases. The first time takes some seconds …")
def similarities(text: str) -> list[float]:
    """Cosine of a text with each case, -1 to 1, in the order of ``topic_bank().cases``."""
    bank = topic_bank()
    return [float(s) for s in bank.vectors @ bank.encoder.encode([text])[0]]
