"""What a case is: a documented precedent, checked on loading.

A case tells what somebody needed, in the words they would have used before choosing, what they
chose, how it went and where that is written. Files under ``casebank/cases`` hold one domain each.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    HttpUrl,
    model_validator,
)

Approach = Literal["prompting", "rag", "fine_tuning", "rag+fine_tuning"]
Flag = Literal["preference", "tools", "classical", "rescope", "disputed"]
Evidence = Literal[
    "measured study", "deployment", "vendor guidance", "exam or course", "practitioner opinion"
]

APPROACHES: tuple[Approach, ...] = get_args(Approach)
FLAGS: tuple[Flag, ...] = get_args(Flag)
EVIDENCE: tuple[Evidence, ...] = get_args(Evidence)

# The factors behind the decision and the values each can take. A factor that a source does not
# state is left out of a case: unknown is not the same as no.
YES_NO = ("yes", "no")
FACTOR_VALUES: dict[str, tuple[str, ...]] = {
    "instructions_tried": ("fall_short", "enough", "no"),
    "examples": ("none", "few", "hundreds", "thousands"),
    "freshness": ("fast", "slow", "none"),
    "private_knowledge": YES_NO,
    "corpus": ("large", "small"),
    "citations": YES_NO,
    "permissions": YES_NO,
    "general_knowledge": YES_NO,
    "bespoke_style": YES_NO,
    "jargon": YES_NO,
    "narrow": YES_NO,
    "broad_scope": YES_NO,
    "rules_change": YES_NO,
    "output_checked": YES_NO,
    "volume": ("low", "high"),
    "latency": ("tight", "loose"),
    "cost_pressure": YES_NO,
    "on_premises": YES_NO,
    "preference": YES_NO,
    "tools": YES_NO,
    "deadline": YES_NO,
}


def weight_of_age(year: int, today: int) -> float:
    """How much a case of ``year`` should still count in the year ``today``: 1 down to 0.

    It halves every six years. What was hard for the models of a case's time may be easy for
    today's: GPT-3.5 had to be tuned for forms that its successors write when asked, so an old
    "tune it" is weaker evidence than a recent one. What rests on the task and not on the model,
    such as facts that change daily, ages slowly; hence years and not months. A year after
    ``today`` counts in full.
    """
    return float(0.5 ** (max(today - year, 0) / 6))


def _known_factors(factors: dict[str, str]) -> dict[str, str]:
    for factor, value in factors.items():
        if factor not in FACTOR_VALUES:
            raise ValueError(f"unknown factor {factor!r}; known are {', '.join(FACTOR_VALUES)}")
        if value not in FACTOR_VALUES[factor]:
            expected = ", ".join(FACTOR_VALUES[factor])
            raise ValueError(f"{factor}: expected one of {expected}; found {value!r}")
    return factors


def _quoted(factors: object) -> object:
    if isinstance(factors, dict):
        for factor, value in factors.items():
            if isinstance(value, bool):  # what YAML makes of a bare yes or no
                word = "yes" if value else "no"
                raise ValueError(f"{factor}: expected text, found {value}; write '{word}' quoted")
    return factors


Factors = Annotated[dict[str, str], BeforeValidator(_quoted), AfterValidator(_known_factors)]


def _openable(url: HttpUrl) -> HttpUrl:
    if url.host is None or "." not in url.host:
        raise ValueError(f"{url} does not look like an address that a reader can open")
    return url


SourceUrl = Annotated[HttpUrl, AfterValidator(_openable)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Source(_Strict):
    """Where a claim is written."""

    title: str = Field(min_length=3)
    url: SourceUrl


class Position(_Strict):
    """One side of a disagreement between people who know the field."""

    who: str = Field(min_length=2)
    approach: Approach | None = None
    why: str = Field(min_length=10)


class Case(_Strict):
    """One documented precedent.

    ``description`` is written as the team would have put it before choosing and names no
    technique. ``acceptable`` lists further approaches that the source would support. ``positions``
    holds both sides where experts are on record against each other, and only then.
    """

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)
    title: str = Field(min_length=8, max_length=110)
    domain: str = Field(min_length=3)
    description: str = Field(min_length=60, max_length=1200)
    approach: Approach
    acceptable: tuple[Approach, ...] = ()
    flags: tuple[Flag, ...] = ()
    factors: Factors = Field(default_factory=dict)
    why: str = Field(min_length=20, max_length=600)
    outcome: str = Field(min_length=20, max_length=900)
    figures: tuple[str, ...] = ()
    evidence: Evidence
    organisation: str = Field(min_length=2)
    year: int = Field(ge=1990, le=2100)
    checked: date
    sources: tuple[Source, ...] = Field(min_length=1)
    positions: tuple[Position, ...] = ()
    contrast_of: str | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Case:
        if self.approach in self.acceptable:
            raise ValueError(
                f"acceptable: {self.approach} is the approach already; list only others"
            )
        if ("disputed" in self.flags) != (len(self.positions) >= 2):
            raise ValueError(
                "flags, positions: a disputed case holds at least two positions, no other case any"
            )
        if self.year > self.checked.year:
            raise ValueError(f"year: {self.year} lies after the day of checking, {self.checked}")
        if self.contrast_of == self.id:
            raise ValueError("contrast_of: expected the id of another case, found the case's own")
        return self
