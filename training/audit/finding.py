"""What an audit looks at and what it says: rows in, findings out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from training.audit.words import EFFECTS, FIXES

Progress = Callable[[str, float], None]  # what is being done, and the share of it that is done


@dataclass(frozen=True)
class Sheet:
    """The data as the checks see it; place i is data row i + 1.

    ``labels`` is empty without a label column; ``values`` holds one number (or nan) per row when
    the label is a number to predict; ``several``: a cell names several labels. ``columns`` are all
    columns of the file, cells as text.
    """

    texts: list[str]
    labels: list[str]
    columns: dict[str, list[str]]
    text: str = "text"
    label: str | None = None
    values: list[float] | None = None
    several: bool = False

    @property
    def classes(self) -> list[str]:
        """The labels where each is one class, else nothing."""
        return [] if self.values is not None or self.several else self.labels


@dataclass(frozen=True)
class Finding:
    """One thing wrong: data rows from 1, what it does to the pilot, what repairs it.

    ``groups`` are families of rows that belong together, ``test_rows`` rows of the test file,
    ``suggested`` what a repair would put into a row, ``column`` the column when it is another than
    text or label.
    """

    kind: str
    severity: str  # high, medium or low
    text: str
    rows: list[int]
    groups: list[list[int]] = field(default_factory=list)
    test_rows: list[int] = field(default_factory=list)
    suggested: dict[int, str] = field(default_factory=dict)
    column: str | None = None

    @property
    def code(self) -> str:
        """Stable: the kind, and the column where a kind can be found in several."""
        return f"{self.kind}.{self.column}" if self.column else self.kind

    @property
    def choices(self) -> tuple[str, ...]:
        """What can be done about it: keep, and where they make sense exclude and repair."""
        return ("repair", "keep") if self.column and not self.rows else CHOICES[self.kind]

    def to_json(self) -> dict[str, Any]:
        content: dict[str, Any] = {
            "code": self.code, "kind": self.kind, "severity": self.severity, "text": self.text,
            "rows": self.rows, "effect": EFFECTS[self.kind], "fix": FIXES[self.kind],
            "choices": list(self.choices),
        }
        extra = {"groups": self.groups, "test_rows": self.test_rows,
                 "suggested": self.suggested, "column": self.column}
        return content | {name: value for name, value in extra.items() if value}


EXCLUDE = ("exclude", "keep")
EXCLUDE_OR_REPAIR = ("exclude", "repair", "keep")
CHOICES: dict[str, tuple[str, ...]] = {
    "exact_duplicate": EXCLUDE, "near_duplicate": EXCLUDE,
    "conflicting_label": EXCLUDE_OR_REPAIR, "leak": EXCLUDE, "suspect_label": EXCLUDE_OR_REPAIR,
    "imbalance": ("keep",), "too_few": EXCLUDE, "truncated": EXCLUDE, "abbreviation": EXCLUDE,
    "round_numbers": EXCLUDE, "low_values": EXCLUDE, "constant_column": ("repair", "keep"),
    "empty": EXCLUDE, "personal_data": EXCLUDE_OR_REPAIR, "prompt_like": EXCLUDE,
    "mixed_language": EXCLUDE, "too_long": EXCLUDE,
}
KINDS = tuple(CHOICES)


def share(rows: Sequence[Any], sheet: Sheet) -> str:
    """"12 rows (3.4%)"."""
    part = len(rows) / max(1, len(sheet.texts))
    return f"{len(rows):,} row{'s' * (len(rows) != 1)} ({part:.1%})"
