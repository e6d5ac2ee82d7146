"""Tally, a small query language written for the samples: what to measure over events, and how.

    measure p95 latency_ms, count where status >= 500 and region is eu-west
    split endpoint rank count down keep 5 window 2h

The clauses stand in this order, all but the first may be left out:

    measure   count, or FUNCTION column, joined by commas; FUNCTIONS lists the functions
    where     conditions joined by "and": is, is not, <, <=, >, >= value; has text;
              among value, value; present; missing
    split     columns, joined by commas: one row per value
    rank      one of the measures, then up or down
    keep      the first so many rows
    window    how far back: 30m, 2h, 7d

Text that is one plain word needs no quotes, all other stands in double quotes (\\" and \\\\ in it).
Numbers are plain, flags are yes or no. A schema maps columns to types: number, text or flag.
"""

from training.querylang.parser import parse
from training.querylang.query import (
    FUNCTIONS,
    TYPES,
    Condition,
    Measure,
    Query,
    QueryError,
    show_value,
)
from training.querylang.rules import normal, validate

__all__ = [
    "FUNCTIONS", "TYPES", "Condition", "Measure", "Query", "QueryError", "normal", "parse",
    "show_value", "validate",
]
