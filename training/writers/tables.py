"""The tables of events that the query sample asks about."""

from __future__ import annotations

from dataclasses import dataclass

import yaml

from training.writers import SAMPLES


@dataclass(frozen=True)
class Column:
    name: str
    type: str
    said: tuple[str, ...]  # how people call it
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    name: str
    rows: str  # what a row is, in the plural
    split: str
    columns: tuple[Column, ...]

    @property
    def schema(self) -> dict[str, str]:
        return {column.name: column.type for column in self.columns}

    def of_type(self, *types: str) -> list[Column]:
        return [column for column in self.columns if column.type in types]


def read_tables() -> list[Table]:
    """In the order of query_schemas.yaml."""
    raw = yaml.safe_load((SAMPLES / "query_schemas.yaml").read_text())
    return [Table(name, table["rows"], table.get("split", "train"),
                  tuple(_column(*item) for item in table["columns"].items()))
            for name, table in raw.items()]


def _column(name: str, described: list[object]) -> Column:
    kind, said, *values = described
    return Column(name, str(kind), tuple(map(str, said)),  # type: ignore[call-overload]
                  tuple(map(str, values[0])) if values else ())  # type: ignore[call-overload]
