"""The coded checks of the homework review, HW001 and on, in order."""

from __future__ import annotations

from advisor.homework import description_checks, reasoning_checks, submission_checks
from advisor.homework.outcome import NOT_APPLICABLE, Check, Outcome, ReadUseCase, Work
from advisor.homework.rubric import Rubric

__all__ = ["BY_CODE", "CHECKS", "Check", "Outcome", "check_submission", "check_use_case"]

CHECKS: tuple[Check, ...] = tuple(sorted(
    (*submission_checks.CHECKS, *description_checks.CHECKS, *reasoning_checks.CHECKS),
    key=lambda check: check.code,
))
BY_CODE: dict[str, Check] = {check.code: check for check in CHECKS}


def check_use_case(used: ReadUseCase, rubric: Rubric) -> dict[str, Outcome]:
    """What each check on a use case says, by code; one that is switched off does not apply."""
    return {
        check.code: check.use_case(used, rubric[check.code].thresholds)
        if rubric[check.code].enabled else NOT_APPLICABLE
        for check in CHECKS if check.use_case is not None
    }


def check_submission(work: Work, rubric: Rubric) -> dict[str, Outcome]:
    """What each check on a submission as a whole says, by code."""
    return {
        check.code: check.submission(work, rubric[check.code].thresholds)
        if rubric[check.code].enabled else NOT_APPLICABLE
        for check in CHECKS if check.submission is not None
    }
