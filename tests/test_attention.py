"""The attention reader: one vector and one reading per text, however long."""

import numpy as np
import pytest

from advisor.attention import Attended
from advisor.infer import GROUPS, default_reader

TEXT = ("Every answer must quote the paragraph it comes from. The 40,000 documents in our library "
        "change each night.")


@pytest.fixture(scope="module")
def read() -> list[Attended]:
    return default_reader().attention.read([TEXT, "Draft the minutes.", TEXT * 40])


def test_vectors_are_unit_and_scores_per_text(read: list[Attended]) -> None:
    assert np.allclose([np.linalg.norm(found.vector) for found in read], 1, atol=1e-5)
    assert len({found.scores.shape for found in read}) == 1


def test_a_text_is_read_alike_alone_and_among_others(read: list[Attended]) -> None:
    alone = default_reader().attention.read([TEXT])[0]
    assert np.allclose(alone.scores, read[0].scores, atol=1e-3)
    assert np.allclose(alone.vector, read[0].vector, atol=1e-4)


def test_a_text_beyond_the_window_is_read_to_its_end() -> None:
    filler = "The weather was fine and nothing happened on that day. " * 60
    need = " Every answer must cite the exact source passage in the documents."
    place = GROUPS["citations"]
    without, with_it = (found.scores[place] for found in
                        default_reader().attention.read([filler, filler + need]))
    assert with_it[0] - with_it[2] > without[0] - without[2]


def test_phrases_are_words_of_the_text(read: list[Attended]) -> None:
    for factor in ("citations", "freshness", "corpus"):
        phrases = read[0].phrases(TEXT, list(GROUPS).index(factor))
        assert phrases and all(phrase in TEXT for phrase in phrases)
    assert any("night" in p for p in read[0].phrases(TEXT, list(GROUPS).index("freshness")))


def test_attention_sums_to_one_over_the_tokens(read: list[Attended]) -> None:
    for found in read:
        assert np.allclose(found.attention.sum(1), 1, atol=1e-3)
        assert found.attention.shape == (len(GROUPS), len(found.spans))
