"""Another field does not change the advice; another constraint does."""

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor import advise
from casebank import load_cases

FIELDS = ("bank", "hospital", "law firm", "shipping company", "university", "newspaper",
          "city council", "hotel chain", "car maker", "insurer", "telephone company", "museum")
NEEDS = {
    "rag": "The staff of a {field} ask about internal rules spread over 2,000 documents that "
           "change every week, and each answer has to quote the passage it comes from.",
    "fine_tuning": "A {field} sorts 20,000 short messages a day into 60 codes of its own. Clerks "
                   "have assigned the codes to 300,000 past messages, and a careful instruction "
                   "to a large model gets a third of them wrong.",
    "prompting": "A {field} wants the minutes of its meetings, about two a day, drafted from the "
                 "transcript. The secretary corrects each draft, and there are no past examples.",
}
# One need, and two constraints that lead apart.
CONTRASTS = [
    ("Customers of a {field} ask questions about its products.",
     " The answers are in a catalogue of 40,000 items whose prices change every night.",
     " They all fit on a two-page leaflet, and a clerk reads each answer before it is sent."),
    ("A {field} wants replies to the letters that it receives.",
     " They must sound like its best clerks, of whom 12,000 replies are on file; long style guides "
     "have failed to convey the tone.",
     " About five letters a day come in, a clerk rewrites each draft, and nothing is on file."),
]


@cache
def _approach(text: str) -> str:
    return advise(text).approach


@pytest.mark.parametrize("approach", NEEDS)
@settings(max_examples=20, deadline=None)
@given(field=st.sampled_from(FIELDS))
def test_another_field_gets_the_same_advice(approach: str, field: str) -> None:
    assert _approach(NEEDS[approach].format(field=field)) == approach


@pytest.mark.parametrize("need, one, other", CONTRASTS)
@settings(max_examples=20, deadline=None)
@given(field=st.sampled_from(FIELDS))
def test_another_constraint_gets_another_advice(
    need: str, one: str, other: str, field: str
) -> None:
    asked = need.format(field=field)
    assert _approach(asked + one) != _approach(asked + other)


def test_documented_contrasts_are_told_apart() -> None:
    """Twins of the bank: nearly the same need, one constraint changed, another approach."""
    cases = {case.id: case for case in load_cases()}
    twins = [(case, cases[case.contrast_of]) for case in cases.values()
             if case.contrast_of and cases[case.contrast_of].approach != case.approach]
    apart = sum(_approach(a.description) != _approach(b.description) for a, b in twins)
    assert len(twins) >= 25 and apart / len(twins) > 0.7
