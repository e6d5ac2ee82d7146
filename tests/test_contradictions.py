from advisor import advise
from advisor.contradictions import contradictions


def test_answers_that_do_not_go_together_are_named() -> None:
    found = contradictions({"narrow": "yes", "broad_scope": "yes"}, [])
    assert len(found) == 1 and "narrow task is not open-ended" in found[0]


def test_answers_that_go_together_are_left_alone() -> None:
    assert contradictions({"narrow": "yes", "broad_scope": "no", "volume": "high"}, []) == []
    assert contradictions({"narrow": "dont_know", "broad_scope": "yes"}, []) == []


def test_an_answer_against_the_clear_text_is_named_with_its_words() -> None:
    text = ("Every answer must cite the paragraph of the source document it comes from, with a "
            "link, out of a library of 40,000 documents.")
    understood = advise(text).understood
    found = contradictions({"corpus": "small"}, understood)
    assert len(found) == 1 and "description reads as" in found[0]
    assert contradictions({"corpus": "large"}, understood) == []
