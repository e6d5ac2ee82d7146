"""Documented precedents: what somebody needed, what they did, how it went, where it is written."""

from casebank.schema import (
    APPROACHES,
    EVIDENCE,
    FACTOR_VALUES,
    FLAGS,
    Approach,
    Case,
    Flag,
    weight_of_age,
)
from casebank.store import CASES_DIR, CaseError, load_cases

__all__ = [
    "APPROACHES",
    "CASES_DIR",
    "EVIDENCE",
    "FACTOR_VALUES",
    "FLAGS",
    "Approach",
    "Case",
    "CaseError",
    "Flag",
    "load_cases",
    "weight_of_age",
]
