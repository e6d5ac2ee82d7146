"""Look at your data first: coded findings with the rows themselves, and a cleaned file."""

from training.audit.check import audit, audit_sheet, read_sheet
from training.audit.clean import clean
from training.audit.finding import KINDS, Finding, Sheet

__all__ = ["KINDS", "Finding", "Sheet", "audit", "audit_sheet", "clean", "read_sheet"]
