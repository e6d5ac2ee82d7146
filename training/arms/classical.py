"""TF-IDF of words and of pieces of words, and a linear model: no language model at all."""

from __future__ import annotations

from collections.abc import Sequence

from training.arms.base import ArmContext, Examples, Prediction
from training.arms.head import fit_linear

MOST_PIECES = 100_000
MOST_WEIGHTS = 50_000_000  # labels times features; beyond, the rarest words and pieces are dropped


class Classical:
    name = "classical"
    trainable_parameters = 0

    def fit(self, train: Examples, context: ArmContext) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.pipeline import make_union

        room = MOST_WEIGHTS // 2 // max(1, len(context.labels))
        self._features = make_union(
            TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"(?u)\b\w+\b",
                            max_features=room),
            TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True,
                            max_features=min(MOST_PIECES, room)),
        )
        features = self._features.fit_transform(train.texts)
        self._head = fit_linear(features, train.labels, context.task, context.seed)
        self.trainable_parameters = self._head.size

    def predict(self, texts: Sequence[str]) -> Prediction:
        return self._head.predict(self._features.transform(texts))


make = Classical
