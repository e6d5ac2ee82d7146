"""TF-IDF of words and of pieces of words, and logistic regression: no language model at all."""

from __future__ import annotations

from collections.abc import Sequence

from training.arms.base import ArmContext, Examples, Prediction
from training.arms.head import fit_head, size_of


class Classical:
    name = "classical"
    trainable_parameters = 0

    def fit(self, train: Examples, context: ArmContext) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.pipeline import make_union

        self._features = make_union(
            TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"(?u)\b\w+\b"),
            TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True,
                            max_features=100_000),
        )
        self._head = fit_head(self._features.fit_transform(train.texts), train.labels, context.seed)
        self.trainable_parameters = size_of(self._head)

    def predict(self, texts: Sequence[str]) -> Prediction:
        scores = self._head.predict_proba(self._features.transform(texts))
        return Prediction([str(self._head.classes_[i]) for i in scores.argmax(axis=1)], None)


make = Classical
