"""What tuning broke: the same arm on spoilt, reworded and foreign input, and how sure it then is.

A tuned model may score better on clean items and fare worse on what people really send. Measured
before tuning (the linear probe on the frozen encoder) and after it (lora), on the held-out items:

- ``typos`` and ``reworded``: accuracy once letters are swapped, dropped or doubled, and once case
  and punctuation are gone and a greeting and thanks stand around the text, against the clean text
  (paired, Tango's interval). Rules alone, no language model: meaning and label stay.
- ``off_topic``: the share of unrelated sentences that a threshold on the score would turn away,
  set so that 95% of the held-out items pass. An arm that cannot say "none of these" needs it.
- ``calibration_error``: expected calibration error in ten bins of equal width (Guo et al. 2017,
  arXiv:1706.04599).
- ``other_domain``: a linear probe on another data set with the tuned encoder against the frozen
  one, by cross-validation on the same items: what the encoder has forgotten.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.arms.base import Arm, Prediction
from training.compare import compare
from training.encoder import Encoder
from training.metrics import wilson

SAMPLES = Path(__file__).parent / "samples"
ARMS = ("linear_probe", "lora")  # before and after
TYPO = 0.15  # chance of a slip in a word of four letters or more
PASS = 0.95
BINS = 10


def with_typos(text: str, random: Random) -> str:
    """The text with letters swapped, dropped or doubled inside some of its words."""

    def slip(found: re.Match[str]) -> str:
        word = found[0]
        if random.random() >= TYPO:
            return word
        i = random.randrange(1, len(word) - 2)
        kind = random.choice(("swap", "drop", "double"))
        if kind == "swap":
            return word[:i] + word[i + 1] + word[i] + word[i + 2:]
        return word[:i] + (word[i] * 2 if kind == "double" else "") + word[i + 1:]

    return re.sub(r"[^\W\d_]{4,}", slip, text)


def reworded(text: str) -> str:
    """The text as typed in a hurry by somebody polite: nothing of what it says is changed."""
    plain = re.sub(r"[^\w\s]", "", text).lower().strip()
    return f"hi, {plain} thanks a lot"


def what_broke(
    arm: Arm, texts: Sequence[str], labels: Sequence[str], clean: Prediction, encoder: Encoder,
    seed: int,
) -> dict[str, Any]:
    """The figures of one arm on held-out ``texts``; ``clean`` is what it said of them as they are.

    ``scores`` of a prediction are taken for probabilities where rows sum to one, else as logits.
    """
    random = Random(seed)
    found: dict[str, Any] = {}
    for name, changed in (("typos", [with_typos(text, random) for text in texts]),
                          ("reworded", [reworded(text) for text in texts])):
        said = arm.predict(changed).labels
        right = sum(a == b for a, b in zip(said, labels, strict=True))
        row = compare(labels, said, clean.labels)
        found[name] = {"accuracy": right / len(labels), "accuracy_ci95": list(
            wilson(right, len(labels))), "difference": row["difference"], "ci95": row["ci95"]}
    if clean.scores is not None:
        sure = _probabilities(clean.scores).max(axis=1)
        right_of = np.array([a == b for a, b in zip(clean.labels, labels, strict=True)])
        found["calibration_error"] = calibration_error(sure, right_of)
        found["off_topic"] = _off_topic(arm, sure)
    encode = getattr(arm, "encode", None)  # only an arm that has changed the encoder has its own
    if encode is not None:
        found["other_domain"] = _other_domain(encode, encoder, texts)
    return found


def _probabilities(scores: NDArray[Any]) -> NDArray[Any]:
    from scipy.special import softmax

    if np.allclose(scores.sum(axis=1), 1, atol=1e-3):
        return scores
    return np.asarray(softmax(scores, axis=1))


def calibration_error(sure: NDArray[Any], right: NDArray[np.bool_]) -> float:
    """Mean gap between confidence and accuracy over bins of confidence, weighted by their size."""
    place = np.minimum((sure * BINS).astype(int), BINS - 1)
    return float(sum(abs(sure[place == b].mean() - right[place == b].mean()) * (place == b).mean()
                     for b in np.unique(place)))


def _off_topic(arm: Arm, sure: NDArray[Any]) -> dict[str, Any]:
    lines = (SAMPLES / "off_topic.txt").read_text(encoding="utf-8").split("\n")
    foreign = [line for line in lines if line]
    scores = arm.predict(foreign).scores
    assert scores is not None  # it had some for the held-out items
    threshold = float(np.quantile(sure, 1 - PASS))
    turned_away = int((_probabilities(scores).max(axis=1) < threshold).sum())
    return {"n": len(foreign), "threshold": threshold, "turned_away": turned_away / len(foreign),
            "turned_away_ci95": list(wilson(turned_away, len(foreign)))}


def _other_domain(encode: Any, encoder: Encoder, texts: Sequence[str]) -> dict[str, Any]:
    """Accuracy on a sample set that the pilot is not about, tuned against frozen encoder."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GridSearchCV, StratifiedKFold, cross_val_predict

    name, rows = next((name, rows) for name, rows in _foreign_sets()
                      if not {text for text, _ in rows} & set(texts))
    words, labels = [text for text, _ in rows], [label for _, label in rows]
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    # One penalty for both would favour the encoder whose vectors happen to lie further apart.
    probe = GridSearchCV(LogisticRegression(max_iter=1000), {"C": [1.0, 10.0, 100.0, 1000.0]}, cv=3)
    tuned, frozen = (
        [str(label) for label in cross_val_predict(probe, vectors, labels, cv=folds)]
        for vectors in (encode(words), encoder.encode(words)))
    row = compare(labels, tuned, frozen)
    return {"data": name, "n": len(rows), "difference": row["difference"], "ci95": row["ci95"],
            "accuracy": sum(a == b for a, b in zip(tuned, labels, strict=True)) / len(rows)}


def _foreign_sets() -> list[tuple[str, list[tuple[str, str]]]]:
    found = []
    for name in ("article_ontology", "restaurant_emails"):
        with (SAMPLES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            rows = [(row["text"], row["label"]) for row in csv.DictReader(file)]
        found.append((name, rows))
    return found
