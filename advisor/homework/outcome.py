"""What a check looks at and what it can say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from advisor.factors import WORKSHOP
from advisor.homework.opinion import Agreement, Opinion
from advisor.homework.reasoning import Reasoning
from advisor.homework.rubric import Severity
from advisor.homework.submission import Entry, Submission

Thresholds = Mapping[str, float]


@dataclass(frozen=True)
class ReadUseCase:
    """One use case with what was read from it; without a description there is no opinion.

    ``readable`` is false for other languages than English: then no text is judged by its words.
    """

    entry: Entry
    reasoning: Reasoning
    opinion: Opinion | None
    agreement: Agreement | None
    readable: bool = True

    @property
    def empty(self) -> bool:
        return not self.entry.description.strip()

    @property
    def stance(self) -> str:
        return self.reasoning.stance

    @property
    def tunes(self) -> bool:
        return "fine_tuning" in self.stance

    def said(self, criterion: str) -> str:
        """The student's words for a criterion, or for the stance under that name; may be empty."""
        return str(self.reasoning.quotes.get(criterion, ""))


@dataclass(frozen=True)
class Work:
    """A whole submission with what was read from it."""

    submission: Submission
    use_cases: tuple[ReadUseCase, ...]

    @property
    def filled(self) -> list[int]:
        """Places of the use cases that have a description."""
        return [i for i, used in enumerate(self.use_cases) if not used.empty]


@dataclass(frozen=True)
class Outcome:
    """``text`` belongs to a finding; ``severity`` only where it is not the rubric's."""

    status: Literal["passed", "not_applicable", "finding"]
    text: str = ""
    severity: Severity | None = None


PASSED = Outcome("passed")
NOT_APPLICABLE = Outcome("not_applicable")


def finding(text: str, severity: Severity | None = None) -> Outcome:
    return Outcome("finding", text, severity)


@dataclass(frozen=True)
class Check:
    """``why`` explains it to the student, ``fix`` says what to do, ``source`` where it is argued.

    Exactly one of ``use_case`` and ``submission`` is set: what it looks at.
    """

    code: str
    title: str
    why: str
    fix: str
    source: str = WORKSHOP
    use_case: Callable[[ReadUseCase, Thresholds], Outcome] | None = None
    submission: Callable[[Work, Thresholds], Outcome] | None = None
