"""What a case is: a documented precedent, checked on loading.

A case tells what somebody needed, in the words they would have used before choosing, what they
chose, how it went and where that is written. Files under ``casebank/cases`` hold one domain each.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, HttpUrl, model_validator

Approach = Literal["prompting", "rag", "fine_tuning", "rag+fine_tuning"]
Flag = Literal["preference", "tools", "classical", "rescope", "disputed"]
Evidence = Literal[
    "measured study", "deployment", "vendor guidance", "exam or course", "practitioner opinion"
]

APPROACHES: tuple[Approach, ...] = get_args(Approach)
FLAGS: tuple[Flag, ...] = get_args(Flag)

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
    factors: dict[str, str] = Field(default_factory=dict)
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
        for factor, value in self.factors.items():
            if factor not in FACTOR_VALUES:
                raise ValueError(
                    f"factors: unknown factor {factor!r}; known are {', '.join(FACTOR_VALUES)}"
                )
            if value not in FACTOR_VALUES[factor]:
                expected = ", ".join(FACTOR_VALUES[factor])
                raise ValueError(f"factors.{factor}: expected one of {expected}; found {value!r}")
        if ("disputed" in self.flags) != (len(self.positions) >= 2):
            raise ValueError(
                "flags, positions: a disputed case holds at least two positions, no other case any"
            )
        if self.year > self.checked.year:
            raise ValueError(f"year: {self.year} lies after the day of checking, {self.checked}")
        return self
