"""What tuning broke: spoilt, reworded and foreign input, and calibration."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import numpy as np
import pytest

from training.arms.base import Prediction
from training.broke import calibration_error, reworded, what_broke, with_typos
from training.encoder import Encoder

TEXTS = ["The table by the window was booked twice.", "Please send the invoice again."] * 20
LABELS = ["booking", "invoice"] * 20


class Keyword:
    """Says booking where it reads the word "booked"; sure of it, and of nothing else."""

    name = "keyword"
    trainable_parameters = 0

    def predict(self, texts: Sequence[str]) -> Prediction:
        hit = np.array(["booked" in text for text in texts])
        known = np.array(["booked" in text or "invoice" in text for text in texts])
        scores = np.where(hit[:, None], [[0.9, 0.1]], [[0.1, 0.9]])
        scores[~known] = 0.5
        return Prediction(["booking" if h else "invoice" for h in hit], scores)


def test_typos_are_seeded_and_leave_short_words_alone() -> None:
    text = "an odd word or two, unquestionably longer than others"
    assert with_typos(text, Random(1)) == with_typos(text, Random(1))
    spoilt = [with_typos(text, Random(i)) for i in range(50)]
    assert any(one != text for one in spoilt)
    assert all(one.startswith("an odd ") and " or two, " in one for one in spoilt)


def test_rewording_keeps_every_word() -> None:
    assert reworded("Where's my ORDER?") == "hi, wheres my order thanks a lot"


def test_what_a_keyword_arm_loses() -> None:
    arm = Keyword()
    found = what_broke(arm, TEXTS, LABELS, arm.predict(TEXTS), Encoder(), 0)
    assert found["typos"]["difference"] < 0  # some "booked" is misspelt
    assert found["reworded"]["difference"] == 0
    assert found["calibration_error"] == pytest.approx(0.1)
    assert found["off_topic"]["turned_away"] == 1.0  # all at 0.5, below every held-out item
    assert "other_domain" not in found  # it has not touched the encoder


def test_other_domain_shows_an_encoder_that_has_forgotten_everything() -> None:
    class Blank(Keyword):
        def encode(self, texts: Sequence[str]) -> np.ndarray:
            return np.ones((len(texts), 4), np.float32)

    found = what_broke(Blank(), TEXTS, LABELS, Blank().predict(TEXTS), Encoder(), 0)
    other = found["other_domain"]
    assert other["data"] == "article_ontology" and other["ci95"][1] < 0


def test_calibration_error_of_a_boaster() -> None:
    right = np.array([True, False] * 50)
    assert calibration_error(np.full(100, 0.5), right) == pytest.approx(0)
    assert calibration_error(np.full(100, 0.99), right) == pytest.approx(0.49)
