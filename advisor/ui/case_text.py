"""What pages say about cases: names, marks, twins and differences. Nothing here draws."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from advisor.factors import FACTORS
from advisor.names import NAMES
from advisor.ui.charts import COLOURS
from casebank.schema import Approach, Case

FLAG_NAMES = {
    "preference": "Preference tuning", "tools": "Calls other systems",
    "classical": "Perhaps no LLM", "rescope": "Too broad", "disputed": "Experts disagree",
}
OLD_YEAR, OLD_AGE = 2023, 5  # up to this year, or more than so many years ago
DOMAINS = {"it operations": "IT operations", "benchmarks lora land": "Benchmarks (LoRA Land)"}


def plain(text: str) -> str:
    """Text of a case as Markdown that shows it letter by letter: $1,400 is a price, no formula."""
    return re.sub(r"([\\`*_~$\[\]<>#|:])", r"\\\1", text)


def domain_name(domain: str) -> str:
    return DOMAINS.get(domain, domain.capitalize())


def marked(approach: Approach) -> str:
    """The approach's name behind a dot in its colour, as Markdown."""
    return f':color[●]{{foreground="{COLOURS[approach]}"}}\u00a0{NAMES[approach]}'


def older_evidence(case: Case, today: date) -> str:
    """The caution that an old case needs; empty for a newer one."""
    if case.year > OLD_YEAR and today.year - case.year <= OLD_AGE:
        return ""
    return f"Older evidence: what held for the models of {case.year} may not hold now."


def twins(case: Case, bank: Sequence[Case]) -> list[Case]:
    """Cases that are nearly the same with one thing changed, whichever of the two says so."""
    return [c for c in bank if c.contrast_of == case.id or c.id == case.contrast_of]


@dataclass(frozen=True)
class Row:
    """One factor in two cases; a value that the source does not state is ``None``."""

    label: str
    left: str | None
    right: str | None

    @property
    def differs(self) -> bool:
        """Both are stated and unequal: not stated is unknown, not different."""
        return None not in (self.left, self.right) and self.left != self.right


def compared(left: Case, right: Case) -> list[Row]:
    """Factors that either case states: those that differ, then those stated once, then the same."""
    rows = [
        Row(factor.label, *(
            factor.value_label(case.factors[factor.id]) if factor.id in case.factors else None
            for case in (left, right)
        ))
        for factor in FACTORS
        if factor.id in left.factors or factor.id in right.factors
    ]
    return sorted(rows, key=lambda row: (not row.differs, row.left == row.right))
