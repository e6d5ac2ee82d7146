"""What the advisor says: the shape of Advice, in Python and as JSON."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from casebank import Approach


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Reason(_Frozen):
    """A rule that holds, and what it adds to each approach's score (log-odds, mean zero)."""

    code: str
    text: str
    source: str
    contributions: dict[Approach, float]


class Neighbour(_Frozen):
    """A documented case near the description; ``similarity`` is a cosine, ``year`` the source's."""

    id: str
    title: str
    approach: Approach
    similarity: float
    source: str
    year: int


class OptionOut(_Frozen):
    value: str
    label: str


class Question(_Frozen):
    id: str
    question: str
    why: str
    options: list[OptionOut]
    source: str


class Change(_Frozen):
    """An answer that would change the recommendation."""

    question_id: str
    value: str
    approach: Approach
    text: str


class Test(_Frozen):
    """One of the workshop's three tests for fine-tuning, or one of its reasons to tune."""

    name: str
    met: Literal["yes", "no", "unknown"]
    why: str


class Rung(_Frozen):
    """A step of the ladder: what to do, and what must be true before the next one."""

    rung: str
    title: str
    status: Literal["start", "next", "later", "not_indicated"]
    do: str
    before_next: str
    tests: list[Test] = []
    grounds: list[Test] = []


class Understood(_Frozen):
    """What was understood of one factor, how sure, and from which words."""

    factor: str
    label: str
    value: str | None
    value_label: str
    probability: float
    words: list[str]
    from_answer: bool


class Advice(_Frozen):
    description: str
    approach: Approach
    probabilities: dict[Approach, float]
    flags: list[str]
    ladder: list[Rung]
    reasons: list[Reason]
    neighbours: list[Neighbour]
    next_question: Question | None
    would_change_if: list[Change]
    understood: list[Understood]

    def to_json(self) -> dict[str, Any]:
        """The documented fields; the rest stays with Python and the page."""
        return self.model_dump(
            mode="json", exclude={"understood": True, "neighbours": {"__all__": {"year"}}})
