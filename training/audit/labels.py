"""Labels that are probably wrong, by confident learning with an estimate of the noise.

As in confident learning (Northcutt, Jiang and Chuang, 2021) each row is judged by a model that was
trained on other rows. Counting its confident disagreements floods on hard sets, as most of them
are the model's own errors. So the share of wrong labels is estimated first: a given label y has

    P(y | text) = (1 - e) p(y | text, T) + e (1 - p(y | text, T)) / (classes - 1)

with e, the share of wrong labels, and T, the temperature of the model, of largest likelihood.
Errors of the model itself are explained by p, so that e stays near 0 on clean data, hard or easy.
Bayes' rule then gives each row the probability that its label is wrong, and as many rows are
listed as keep the expected precision; on a set too hard for the model these are few or none.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.audit.finding import Finding, Progress, Sheet, share

PRECISION, RECALL = 0.66, 0.88  # expected ones; more rows are listed only while both allow it
EVIDENCE = 4.0  # log-likelihood that wrong labels must gain over none: p < 0.005
MIN_ROWS, MIN_PER_CLASS, FOLDS = 60, 3, 5
TEMPERATURES = np.exp(np.arange(-1.2, 1.3, 0.1))
NOISE = np.concatenate([[0.0], np.geomspace(0.002, 0.3, 36)])


def label_finding(
    sheet: Sheet, places: Sequence[int], vectors: NDArray[np.float32], progress: Progress
) -> Finding | None:
    """``vectors[k]`` describes the row at ``places[k]``."""
    given = np.array([sheet.classes[i] for i in places])
    names, coded = np.unique(given, return_inverse=True)
    enough = np.bincount(coded)[coded] >= MIN_PER_CLASS
    names, coded = np.unique(given[enough], return_inverse=True)
    if len(names) < 2 or len(coded) < MIN_ROWS:
        return None
    scores = out_of_sample(vectors[enough], coded, progress)
    noise, wrong, gain = wrong_label_probability(scores, coded)
    listed = _listed(wrong, noise) if gain >= EVIDENCE else []
    if len(listed) < max(3, 0.002 * len(coded)):
        return None
    rows = np.array(places)[enough] + 1
    own = scores.copy()
    own[np.arange(len(coded)), coded] = -np.inf
    suggested = {int(rows[k]): str(names[own[k].argmax()]) for k in listed}
    found, expected = float(wrong[listed].sum()), noise * len(coded)
    return Finding(
        "suspect_label", "high", f"{share(listed, sheet)} seem to have a wrong label, most suspect "
        f"first; by the model's own estimate up to {found / len(listed):.0%} of them do. It "
        f"expects {expected:.0f} wrong labels in all ({noise:.1%}) and finds "
        f"{min(1.0, found / expected):.0%} of those.",
        [int(rows[k]) for k in listed], suggested=suggested)


def out_of_sample(
    vectors: NDArray[np.float32], coded: NDArray[np.int64], progress: Progress
) -> NDArray[np.float32]:
    """Log-probabilities of shape (rows, classes); each row by a model that has not seen it."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold

    folds = min(FOLDS, int(np.bincount(coded).min()))
    if len(coded) * (coded.max() + 1) > 3_000_000:
        folds = 3
    scores = np.full((len(coded), coded.max() + 1), -30.0, np.float32)
    parts = StratifiedKFold(folds, shuffle=True, random_state=0).split(vectors, coded)
    for k, (learn, judge) in enumerate(parts):
        progress("cross-validating the labels", k / folds)
        model = LogisticRegression(C=3, max_iter=60, tol=1e-3)
        model.fit(vectors[learn], coded[learn])
        scores[np.ix_(judge, model.classes_)] = model.predict_log_proba(vectors[judge])
    return np.maximum(scores, -30.0)


def wrong_label_probability(
    scores: NDArray[np.float32], coded: NDArray[np.int64]
) -> tuple[float, NDArray[np.float64], float]:
    """Share of wrong labels, the probability of it per row, and the evidence for any (log)."""
    others = scores.shape[1] - 1

    def likelihoods(temperature: float, noise: Any) -> tuple[Any, Any]:
        right = _at(scores, coded, temperature)
        return (1 - noise) * right, noise * (1 - right) / others

    best = np.full(len(NOISE), -np.inf)
    chosen = np.ones(len(NOISE))
    for temperature in TEMPERATURES:
        right, wrong = likelihoods(float(temperature), NOISE[:, None])
        fits = np.log(np.maximum(right + wrong, 1e-30)).sum(axis=1)
        chosen = np.where(fits > best, temperature, chosen)
        best = np.maximum(fits, best)
    k = int(best.argmax())
    right, wrong = likelihoods(float(chosen[k]), NOISE[k])
    return float(NOISE[k]), wrong / np.maximum(right + wrong, 1e-30), float(best[k] - best[0])


def _at(
    scores: NDArray[np.float32], coded: NDArray[np.int64], temperature: float
) -> NDArray[np.float64]:
    """Probability of the given label at a temperature, in pieces that bound the memory."""
    from scipy.special import logsumexp

    parts = [
        piece[np.arange(len(own)), own] / temperature - logsumexp(piece / temperature, axis=1)
        for piece, own in ((scores[start:start + 4096], coded[start:start + 4096])
                           for start in range(0, len(coded), 4096))
    ]
    return np.asarray(np.exp(np.concatenate(parts)), np.float64)


def _listed(wrong: NDArray[np.float64], noise: float) -> list[int]:
    """Most suspect first: until most are found, or the expected precision would be too low."""
    order = np.argsort(-wrong, kind="stable")
    total = wrong[order].cumsum()
    precise = total / np.arange(1, len(order) + 1) >= PRECISION
    if not precise.any():
        return []
    most = int(np.flatnonzero(precise)[-1]) + 1
    enough = int(np.searchsorted(total, RECALL * noise * len(wrong))) + 1
    return [int(k) for k in order[:min(most, enough)]]
