import pytest

from advisor.words import stems, terms


@pytest.mark.parametrize("text, size", [
    ("4,200 tickets", "#thousands"), ("3k tickets", "#thousands"), ("two tickets", "#small"),
    ("five thousand tickets", "#thousands"), ("tens of tickets", "#tens"),
    ("2 million tickets", "#huge"), ("in 2023 tickets", "#year"), ("1.5 tickets", "#small"),
])
def test_numbers_are_read_by_size(text: str, size: str) -> None:
    assert size in stems(text) and stems(text)[-1] == "ticket"


def test_words_of_one_stem_are_one_word() -> None:
    assert stems("updates") == stems("updated") == stems("Updating")
    assert stems("don't") == stems("don’t")


def test_terms_are_runs_of_up_to_three_words() -> None:
    assert terms("no past answers") == ["no", "past", "answer", "no past", "past answer",
                                        "no past answer"]
    assert terms("") == []
