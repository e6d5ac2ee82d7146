"""A query as data, and how it is printed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

FUNCTIONS = ("avg", "sum", "min", "max", "p50", "p90", "p95", "p99", "distinct")
TYPES = ("number", "text", "flag")
COMPARISONS = ("is", "is not", "<", "<=", ">", ">=")
UNITS = {"m": 1, "h": 60, "d": 1440}  # in minutes
CLAUSES = ("measure", "where", "split", "rank", "keep", "window")
RESERVED = {*CLAUSES, *FUNCTIONS, "count", "and", "is", "not", "has", "among", "present",
            "missing", "up", "down", "yes", "no"}
WORD = r"[A-Za-z_/][A-Za-z0-9_./-]*"
Value = Decimal | str | bool


class QueryError(ValueError):
    """The text is no query: ``position`` (from 0), ``expected`` and ``found`` say why."""

    def __init__(self, position: int, expected: str, found: str) -> None:
        super().__init__(f"at position {position}: expected {expected}, found {found}")
        self.position, self.expected, self.found = position, expected, found


def show_value(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        if re.fullmatch(WORD, value) and value not in RESERVED:
            return value
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    shown = f"{value:f}" if value else "0"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


@dataclass(frozen=True)
class Measure:
    """``count``, or a function of a column."""

    function: str
    column: str = ""

    def __str__(self) -> str:
        return f"{self.function} {self.column}".rstrip()


@dataclass(frozen=True)
class Condition:
    """``operator`` is one of COMPARISONS (one value), has (one text), among (values), present,
    missing (none)."""

    column: str
    operator: str
    values: tuple[Value, ...] = ()

    def __str__(self) -> str:
        shown = ", ".join(map(show_value, self.values))
        return f"{self.column} {self.operator} {shown}".rstrip()


@dataclass(frozen=True)
class Query:
    """``window`` counts minutes."""

    measures: tuple[Measure, ...]
    conditions: tuple[Condition, ...] = ()
    split: tuple[str, ...] = ()
    rank: Measure | None = None
    down: bool = False
    keep: int | None = None
    window: int | None = None

    def __str__(self) -> str:
        parts = ["measure " + ", ".join(map(str, self.measures))]
        if self.conditions:
            parts.append("where " + " and ".join(map(str, self.conditions)))
        if self.split:
            parts.append("split " + ", ".join(self.split))
        if self.rank:
            parts.append(f"rank {self.rank} {'down' if self.down else 'up'}")
        if self.keep is not None:
            parts.append(f"keep {self.keep}")
        if self.window is not None:
            unit = next(u for u in ("d", "h", "m") if self.window % UNITS[u] == 0)
            parts.append(f"window {self.window // UNITS[unit]}{unit}")
        return " ".join(parts)
