"""What the model-based checks know of a text: sentence embedding and word counts, side by side."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from training.audit.finding import Progress
from training.encoder import Encoder

ENCODED = 15_000  # from here on word counts alone are nearly as good, and minutes faster
COUNTED = 256  # dimensions that the word counts are reduced to
BATCH = 512


def features(
    texts: Sequence[str], encoder: Encoder, progress: Progress
) -> NDArray[np.float32]:
    """Shape (texts, dimensions): unit embeddings, where the texts are not too many, and a reduced
    TF-IDF of words and pieces of words with rows of unit length on average."""
    counted = _counted(texts, progress)
    if len(texts) > ENCODED:
        return counted
    parts = []
    for start in range(0, len(texts), BATCH):
        progress("embedding texts", start / len(texts))
        parts.append(encoder.encode([text[:2000] for text in texts[start:start + BATCH]]))
    return np.hstack([np.concatenate(parts), counted])


def _counted(texts: Sequence[str], progress: Progress) -> NDArray[np.float32]:
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_union

    progress("counting words", 0.0)
    counts = make_union(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, dtype=np.float32,
                        token_pattern=r"(?u)\b\w+\b|[^\w\s]", max_features=50_000),
        TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True,
                        max_features=30_000, dtype=np.float32),
    ).fit_transform([text[:2000] for text in texts])
    size = min(COUNTED, len(texts) // 2, counts.shape[1] - 1)
    reduced = TruncatedSVD(size, random_state=0).fit_transform(counts)
    length = np.sqrt((reduced**2).sum(axis=1).mean())
    return np.asarray(reduced / max(length, 1e-9), np.float32)
