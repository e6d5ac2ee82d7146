"""Linear models whose strength of penalty is chosen on the training part alone, for every task."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.arms.base import Prediction
from training.tasks.base import Task, merit

CHOICES = (1.0, 10.0, 100.0)
LARGE = 5000  # above this one fixed penalty does as well and saves minutes
WIDE = 10_000_000  # weights (labels times features) above which logistic regression takes hours
SLOW = 20_000_000  # examples times labels above which it need not converge to the last digit
RIDGES = tuple(np.logspace(-2, 3, 11))


@dataclass
class Linear:
    """A fitted linear model: weights (c, d), intercepts (c,), and the score that counts as yes."""

    task: Task
    coef: NDArray[Any]
    intercept: NDArray[Any]
    cut: float = 0.5

    def scores(self, features: Any) -> NDArray[Any]:
        """Scores (n, c) of features (n, d), dense or sparse; probabilities but for numbers."""
        from scipy.special import expit, softmax

        raw: NDArray[Any] = features @ self.coef.T + self.intercept
        if self.task.loss == "number":
            return raw
        found: NDArray[Any] = expit(raw) if self.task.loss == "bits" else softmax(raw, axis=1)
        return found

    def predict(self, features: Any) -> Prediction:
        scores = self.scores(features)
        labels = self.task.decode(scores, self.cut)
        return Prediction(labels, scores if self.task.loss == "choice" else None)

    @property
    def size(self) -> int:
        return int(self.coef.size + self.intercept.size)


def fit_linear(features: Any, labels: Sequence[Any], task: Task, seed: int) -> Linear:
    """The linear model that fits the task, over features (n, d), dense or sparse."""
    if task.loss == "choice":
        return _choice(features, labels, task, seed)
    if task.loss == "bits":
        return _bits(features, labels, task, seed)
    return _number(features, labels, task)


def _choice(features: Any, labels: Sequence[Any], task: Task, seed: int) -> Linear:
    """One row of weights per label; a label without an example is never chosen."""
    head = fit_head(features, labels, seed)
    coef, intercept = head.coef_, head.intercept_
    if len(head.classes_) == 2:  # scikit-learn keeps one row for two classes
        coef, intercept = np.concatenate([-coef, coef]) / 2, np.append(-intercept, intercept) / 2
    place = {name: i for i, name in enumerate(task.names)}
    rows = [place[str(name)] for name in head.classes_]
    all_coef = np.zeros((len(task.names), coef.shape[1]), coef.dtype)
    all_intercept = np.full(len(task.names), -1e9)
    all_coef[rows], all_intercept[rows] = coef, intercept
    return Linear(task, all_coef, all_intercept)


def _bits(features: Any, labels: Sequence[Any], task: Task, seed: int) -> Linear:
    """One logistic regression per yes-or-no answer; penalty and cut by three folds."""
    from sklearn.model_selection import KFold

    targets = task.targets(labels).toarray()
    work = targets.size * features.shape[1]
    choices = CHOICES if len(labels) <= LARGE and work <= WIDE * 100 else (10.0,)
    folds = list(KFold(3, shuffle=True, random_state=seed).split(targets))
    trials = []
    for c in choices:
        scores = np.zeros(targets.shape)
        for train, held in folds:
            part = Linear(task, *_columns(features[train], targets[train], c))
            scores[held] = part.scores(features[held])
        cut = task.cut(scores, labels)
        trials.append((merit(task, labels, task.decode(scores, cut)), -c, cut))
    _, c, cut = max(trials)
    return Linear(task, *_columns(features, targets, -c), cut)


def _columns(
    features: Any, targets: NDArray[Any], c: float
) -> tuple[NDArray[Any], NDArray[Any]]:
    from sklearn.linear_model import LogisticRegression

    coef = np.zeros((targets.shape[1], features.shape[1]))
    intercept = np.zeros(targets.shape[1])
    for j, column in enumerate(targets.T):
        if column.min() == column.max():  # an answer that never varies
            intercept[j] = 20.0 if column[0] else -20.0
            continue
        head = LogisticRegression(C=c, solver="liblinear").fit(features, column)
        coef[j], intercept[j] = head.coef_[0], head.intercept_[0]
    return coef, intercept


def _number(features: Any, labels: Sequence[Any], task: Task) -> Linear:
    """Ridge regression; the penalty by leaving each example out, where there are not too many."""
    from sklearn.linear_model import Ridge, RidgeCV

    targets = task.targets(labels)[:, 0]
    if len(targets) > LARGE:
        head = Ridge(1.0, solver="lsqr").fit(features, targets)
    else:
        head = RidgeCV(RIDGES).fit(features, targets)
    return Linear(task, head.coef_[None], np.array([head.intercept_]))


def fit_head(features: Any, labels: Sequence[str], seed: int, default: float = 10.0) -> Any:
    """A fitted scikit-learn classifier over features of shape (n, d), dense or sparse."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GridSearchCV, StratifiedKFold

    if len(set(labels)) * features.shape[1] > WIDE:
        from sklearn.svm import LinearSVC

        return LinearSVC(random_state=seed).fit(features, list(labels))
    steps = 1000 if len(labels) * len(set(labels)) <= SLOW else 100
    model = LogisticRegression(C=default, max_iter=steps)
    smallest = min(Counter(labels).values())
    if smallest >= 3 and len(labels) <= LARGE and len(set(labels)) <= 50:
        folds = StratifiedKFold(3, shuffle=True, random_state=seed)
        search = GridSearchCV(model, {"C": list(CHOICES)}, cv=folds)
        return search.fit(features, list(labels)).best_estimator_
    return model.fit(features, list(labels))


def size_of(head: Any) -> int:
    return int(head.coef_.size + head.intercept_.size)
