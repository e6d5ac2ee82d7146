"""Documented precedents: what somebody needed, what they did, how it went, where it is written."""

from casebank.schema import APPROACHES, FACTOR_VALUES, FLAGS, Approach, Case, Flag
from casebank.store import CASES_DIR, CaseError, load_cases

__all__ = [
    "APPROACHES",
    "CASES_DIR",
    "FACTOR_VALUES",
    "FLAGS",
    "Approach",
    "Case",
    "CaseError",
    "Flag",
    "load_cases",
]
