"""What a query must keep to beyond its grammar: known columns, fitting types, sane limits."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from training.querylang.parser import parse
from training.querylang.query import TYPES, Condition, Query, QueryError, Value, show_value

MOST_ROWS = 1000
MOST_SPLITS = 3
MOST_MINUTES = 90 * 1440
KIND_OF_VALUE: dict[type, str] = {bool: "flag", str: "text", Decimal: "number"}


def validate(text: str, schema: Mapping[str, str]) -> list[str]:
    """What is wrong with the query ``text`` over columns of these types; empty: it is valid.

    Raises ValueError if the schema itself names a type that is none of TYPES.
    """
    if wrong := sorted(set(schema.values()) - set(TYPES)):
        raise ValueError(f"schema: expected the types {', '.join(TYPES)}, found {wrong[0]!r}")
    try:
        query = parse(text)
    except QueryError as error:
        return [str(error)]
    return [*_measures(query, schema), *_conditions(query, schema), *_rows(query, schema)]


def normal(text: str) -> str:
    """The one spelling of all queries that mean the same: spaces, 120m for 2h, 5.0 for 5, the
    order of conditions. Raises QueryError where ``text`` is no query."""
    query = parse(text)
    conditions = sorted((replace(c, values=tuple(sorted(c.values, key=str)))
                         for c in query.conditions), key=str)
    return str(replace(query, conditions=tuple(conditions)))


def _measures(query: Query, schema: Mapping[str, str]) -> Iterator[str]:
    yield from _repeated("measure", list(map(str, query.measures)))
    for measure in query.measures:
        if measure.function == "count":
            continue
        if measure.column not in schema:
            yield _unknown(measure.column, schema)
        elif measure.function != "distinct" and schema[measure.column] != "number":
            yield (f"{measure}: {measure.function} needs a number column, "
                   f"{measure.column} is {schema[measure.column]}")


def _conditions(query: Query, schema: Mapping[str, str]) -> Iterator[str]:
    yield from _repeated("condition", list(map(str, query.conditions)))
    for condition in query.conditions:
        if condition.column not in schema:
            yield _unknown(condition.column, schema)
        else:
            yield from _types(condition, schema[condition.column])


def _types(condition: Condition, kind: str) -> Iterator[str]:
    if condition.operator in ("<", "<=", ">", ">=") and kind != "number":
        yield (f"{condition}: {condition.operator} compares numbers, "
               f"{condition.column} is {kind}; use is, is not or among")
    elif condition.operator == "has" and kind != "text":
        yield f"{condition}: has looks into text, {condition.column} is {kind}"
    else:
        for value in condition.values:
            if _kind(value) != kind:
                yield (f"{condition}: {condition.column} is {kind}, "
                       f"the value is {_kind(value)}")
    if condition.operator == "among":
        yield from _repeated("value", list(map(show_value, condition.values)))


def _rows(query: Query, schema: Mapping[str, str]) -> Iterator[str]:
    yield from _repeated("split", list(query.split))
    yield from (_unknown(column, schema) for column in query.split if column not in schema)
    if len(query.split) > MOST_SPLITS:
        yield f"split: at most {MOST_SPLITS} columns, found {len(query.split)}"
    if query.rank and not query.split:
        yield "rank: there is only one row without split"
    if query.rank and query.rank not in query.measures:
        yield f"rank: {query.rank} is not measured; add it after measure"
    if query.keep is not None and not query.split:
        yield "keep: there is only one row without split"
    if query.keep is not None and not 1 <= query.keep <= MOST_ROWS:
        yield f"keep: expected 1 to {MOST_ROWS}, found {query.keep}"
    if query.window is not None and not 1 <= query.window <= MOST_MINUTES:
        yield f"window: expected 1m to {MOST_MINUTES // 1440}d, found {query.window} minutes"


def _kind(value: Value) -> str:
    return KIND_OF_VALUE[type(value)]


def _repeated(what: str, items: Sequence[str]) -> Iterator[str]:
    for item in sorted({item for item in items if items.count(item) > 1}):
        yield f"{what}: {item} stands there twice"


def _unknown(column: str, schema: Mapping[str, str]) -> str:
    near = difflib.get_close_matches(column, schema, n=1)
    return f"no column {column}; " + (f"did you mean {near[0]}?" if near else
                                      f"the columns are {', '.join(schema)}")
