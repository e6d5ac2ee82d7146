"""Tally: what it reads, what it refuses and how it is printed."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.querylang import (
    FUNCTIONS,
    Condition,
    Measure,
    Query,
    QueryError,
    normal,
    parse,
    validate,
)

SCHEMA = {"latency_ms": "number", "status": "number", "region": "text", "route": "text",
          "city": "text", "zone": "text", "cached": "flag"}
FULL = ('measure p95 latency_ms, count where status >= 500 and region is not eu-west '
        "split route rank count down keep 5 window 2h")


def test_a_full_query_is_read_into_its_parts() -> None:
    assert parse(FULL) == Query(
        (Measure("p95", "latency_ms"), Measure("count")),
        (Condition("status", ">=", (Decimal(500),)), Condition("region", "is not", ("eu-west",))),
        ("route",), Measure("count"), True, 5, 120)
    assert validate(FULL, SCHEMA) == []


@pytest.mark.parametrize(("text", "position", "expected"), [
    ("", 0, "measure"),
    ("select count", 0, "measure"),
    ("measure", 7, "count or a function"),
    ("measure mean latency_ms", 8, "count or a function"),
    ("measure avg where cached is yes", 12, "a column"),
    ("measure count,", 14, "count or a function"),
    ("measure count where region = 1", 27, "a word, a number"),
    ('measure count where region is "eu', 30, "a word, a number"),
    ("measure count where region is split", 30, "a number, a word, text in double quotes"),
    ("measure count where region has 5", 31, "a word or text in double quotes"),
    ("measure count where region among eu,", 36, "a number, a word"),
    ("measure count where region", 26, "is or <"),
    ("measure count split route rank count", 36, "up or down"),
    ("measure count split route keep many", 31, "a whole number"),
    ("measure count split route keep 2.5", 31, "a whole number"),
    ("measure count window 2w", 21, "a duration"),
    ("measure count window 90", 21, "a duration"),
    ("measure count split route where status is 5", 26, "rank or keep or window or the end"),
    ("measure count window 2h keep 3", 24, "the end"),
])
def test_the_first_fault_is_named_with_its_place(text: str, position: int, expected: str) -> None:
    with pytest.raises(QueryError, match="expected") as caught:
        parse(text)
    assert caught.value.position == position
    assert expected in caught.value.expected
    assert validate(text, SCHEMA) == [str(caught.value)]


@pytest.mark.parametrize(("text", "fault"), [
    ("measure avg latency", "no column latency; did you mean latency_ms?"),
    ("measure count where humidity > 3", "no column humidity; the columns are latency_ms"),
    ("measure count split regoin", "did you mean region?"),
    ("measure p95 region", "p95 needs a number column, region is text"),
    ("measure count, count", "measure: count stands there twice"),
    ("measure count where region > 5", "> compares numbers, region is text"),
    ('measure count where status has "5"', "has looks into text, status is number"),
    ('measure count where status is "500"', "status is number, the value is text"),
    ("measure count where cached is 1", "cached is flag, the value is number"),
    ("measure count where region is yes", "region is text, the value is flag"),
    ('measure count where status among 500, "503"', "the value is text"),
    ('measure count where region among eu, "eu"', 'value: eu stands there twice'),
    ("measure count where cached is yes and cached is yes", "condition: cached is yes"),
    ("measure count split route, route", "split: route stands there twice"),
    ("measure count split route, region, city, zone", "at most 3 columns, found 4"),
    ("measure count rank count down", "rank: there is only one row"),
    ("measure count split route rank avg status up", "rank: avg status is not measured"),
    ("measure count keep 3", "keep: there is only one row"),
    ("measure count split route keep 0", "keep: expected 1 to 1000, found 0"),
    ("measure count split route keep 1001", "found 1001"),
    ("measure count window 0m", "window: expected 1m to 90d, found 0 minutes"),
    ("measure count window 91d", "window: expected"),
])
def test_each_rule_is_broken_once(text: str, fault: str) -> None:
    found = validate(text, SCHEMA)
    assert len(found) == 1
    assert fault in found[0]


@pytest.mark.parametrize("text", [
    "measure count where region missing", "measure distinct region where cached present",
    'measure count where region among eu, us and status among 500, 503',
    'measure count where route has /cart', "measure count split route keep 1000 window 90d",
    "measure count where status < -5 and latency_ms <= 0.5 and cached is no",
])
def test_what_keeps_the_rules_is_valid(text: str) -> None:
    assert validate(text, SCHEMA) == []


def test_a_schema_with_an_unknown_type_is_refused() -> None:
    with pytest.raises(ValueError, match="expected the types number, text, flag, found 'date'"):
        validate("measure count", {"day": "date"})


@pytest.mark.parametrize(("one", "other"), [
    ("measure  count\n window 120m", "measure count window 2h"),
    ("measure count window 1440m", "measure count window 1d"),
    ("measure count where a is 5.0", "measure count where a is 5"),
    ("measure count where a is 1 and b is 2", "measure count where b is 2 and a is 1"),
    ('measure count where a among x, y', 'measure count where a among "y",x'),
])
def test_queries_that_mean_the_same_have_one_spelling(one: str, other: str) -> None:
    assert normal(one) == normal(other)


@pytest.mark.parametrize("value", ["old town", "12", "yes", "count", "2h", "", 'a"b', "a\\b", "é"])
def test_text_that_is_no_plain_word_is_quoted(value: str) -> None:
    text = str(Query((Measure("count"),), (Condition("region", "is", (value,)),)))
    assert text.count('"') >= 2
    assert parse(text).conditions[0].values == (value,)


def test_what_differs_in_meaning_keeps_its_own_spelling() -> None:
    texts = [FULL, FULL.replace("down", "up"), FULL.replace("is not", "is"),
             FULL.replace("p95", "p99"), FULL.replace("2h", "2d"), FULL.replace(">=", ">")]
    assert len({normal(text) for text in texts}) == len(texts)


COLUMNS = st.sampled_from(sorted(SCHEMA))
VALUES = st.one_of(st.booleans(), st.text(max_size=8), st.decimals(
    -10**6, 10**6, allow_nan=False, allow_infinity=False, places=3))
MEASURES = st.one_of(st.just(Measure("count")),
                     st.builds(Measure, st.sampled_from(FUNCTIONS), COLUMNS))
CONDITIONS = st.one_of(
    st.builds(lambda c, o, v: Condition(c, o, (v,)), COLUMNS,
              st.sampled_from(["is", "is not", "<", "<=", ">", ">="]), VALUES),
    st.builds(lambda c, v: Condition(c, "has", (v,)), COLUMNS, st.text(max_size=8)),
    st.builds(lambda c, v: Condition(c, "among", tuple(v)), COLUMNS,
              st.lists(VALUES, min_size=1, max_size=3)),
    st.builds(Condition, COLUMNS, st.sampled_from(["present", "missing"])))
QUERIES = st.builds(
    lambda measures, conditions, split, rank, down, keep, window: Query(
        tuple(measures), tuple(conditions), tuple(split), rank, down and rank is not None, keep,
        window),
    st.lists(MEASURES, min_size=1, max_size=3), st.lists(CONDITIONS, max_size=3),
    st.lists(COLUMNS, max_size=2), st.none() | MEASURES, st.booleans(),
    st.none() | st.integers(0, 10**6), st.none() | st.integers(0, 10**6))


@given(query=QUERIES)
def test_what_is_printed_is_read_back_the_same(query: Query) -> None:
    assert parse(str(query)) == query
    assert normal(normal(str(query))) == normal(str(query))


@given(text=st.text(max_size=40) | st.lists(st.sampled_from(
    [*FULL.split(), "is", "(", ")", ",", "among", '"', "7d", "yes"]), max_size=9).map(" ".join))
def test_any_text_is_read_or_refused_with_a_place_in_it(text: str) -> None:
    try:
        parse(text)
    except QueryError as error:
        assert 0 <= error.position <= len(text)
