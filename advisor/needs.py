"""What counts for the user: the limits an arm must keep, and the prices that costs are made of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from advisor.judge import MARGIN, VerdictError
from training.errors import PilotError
from training.runs import write_json
from training.settings import first_problem, read_settings

NEEDS = "needs.json"  # in a pilot's folder: what its user said last
DEFAULTS = Path(__file__).parent / "data" / "prices.yaml"


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Default(_Strict):
    """A default price with its unit, the day it held and where it was read."""

    value: float | None
    unit: str
    as_of: date
    source: str


class Prices(_Strict):
    """Prices in dollars, tokens per call and hours per month; units are in ``prices.yaml``."""

    input_per_million: float = Field(ge=0)
    static_per_million: float = Field(ge=0)
    output_per_million: float = Field(ge=0)
    static_tokens: float = Field(ge=0)
    item_tokens: float | None = Field(ge=0)
    output_tokens: float = Field(ge=0)
    machine_per_hour: float = Field(ge=0)
    busy_share: float = Field(gt=0, le=1)
    trainings_per_month: float = Field(ge=0)
    prompted_hours: float = Field(ge=0)
    trained_hours: float = Field(ge=0)
    tuned_hours: float = Field(ge=0)
    person_per_hour: float = Field(ge=0)


@lru_cache(maxsize=1)
def defaults() -> dict[str, Default]:
    """The default prices by name, each with unit, date and source."""
    raw = yaml.safe_load(DEFAULTS.read_text(encoding="utf-8"))
    return {name: Default.model_validate(row) for name, row in raw.items()}


def default_prices() -> Prices:
    return Prices.model_validate({name: row.value for name, row in defaults().items()})


class Needs(_Strict):
    """The user's thresholds; a limit that is not given does not count.

    ``margin`` is the smallest difference in the headline metric that matters, ``price_per_1000`` a
    limit on all costs for a thousand calls, ``gain`` and ``loss`` the dollars that a right answer
    brings and a wrong one costs, ``escalation`` the price of a person doing the item instead, and
    ``caught`` the share of wrong answers that are noticed and then go to that person.
    """

    margin: float = Field(default=MARGIN, gt=0, lt=1)
    volume_per_month: float = Field(default=10_000, gt=0)
    latency_ms: float | None = Field(default=None, gt=0)
    price_per_1000: float | None = Field(default=None, gt=0)
    privacy: bool = False
    gain: float | None = Field(default=None, ge=0)
    loss: float | None = Field(default=None, ge=0)
    escalation: float | None = Field(default=None, ge=0)
    caught: float = Field(default=0.0, ge=0, le=1)
    prices: Prices = Field(default_factory=default_prices)

    @property
    def wrong_cost(self) -> float:
        """Mean dollars that a wrong answer costs, caught or not."""
        return self.caught * (self.escalation or 0) + (1 - self.caught) * (self.loss or 0)

    @model_validator(mode="before")
    @classmethod
    def _over_the_defaults(cls, raw: Any) -> Any:
        """Only the prices that differ need to be given."""
        if isinstance(raw, Mapping) and isinstance(raw.get("prices"), Mapping):
            return {**raw, "prices": {**default_prices().model_dump(), **raw["prices"]}}
        return raw

    @model_validator(mode="after")
    def _values_together(self) -> Needs:
        if (self.gain is None) != (self.loss is None):
            raise ValueError("gain and loss together: one says nothing without the other")
        if self.escalation is not None and self.gain is None:
            raise ValueError("gain and loss beside escalation")
        if self.caught and self.escalation is None:
            raise ValueError("escalation beside caught: the price of a person doing the item")
        if self.gain is not None and self.gain + self.wrong_cost == 0:
            raise ValueError("something at stake: gain, or what a wrong answer costs, above zero")
        return self


def parse_needs(raw: Any, where: str) -> Needs:
    """Needs from what was read in ``where``; raises ``VerdictError`` with the key."""
    if not isinstance(raw, dict):
        raise VerdictError(f"{where}: expected keys and values such as 'latency_ms: 200', found "
                           f"{type(raw).__name__}")
    try:
        return Needs.model_validate(raw)
    except ValidationError as error:
        in_prices = error.errors()[0]["loc"][:1] == ("prices",)
        known = ", ".join((Prices if in_prices else Needs).model_fields)
        raise VerdictError(f"{where}: {first_problem(error, known)}") from error


def load_needs(path: Path) -> Needs:
    """Needs from a YAML or JSON file; raises ``VerdictError`` with file and key."""
    try:
        return parse_needs(read_settings(path), str(path))
    except PilotError as error:
        raise VerdictError(str(error)) from error


def pilot_needs(pilot: Path) -> Needs:
    """What the user of a pilot said last, kept in its folder; the defaults where nothing was."""
    path = Path(pilot) / NEEDS
    return load_needs(path) if path.exists() else Needs()


def with_margin(needs: Needs, margin: float | None) -> Needs:
    """``needs`` with another margin, where one is given; raises ``VerdictError``."""
    if margin is None:
        return needs
    if not 0 < margin < 1:
        raise VerdictError(f"--margin: expected a share above 0 and below 1, such as 0.02 for 2 "
                           f"points, found {margin:g}")
    return needs.model_copy(update={"margin": margin})


def save_needs(needs: Needs, pilot: Path) -> None:
    """Keep what differs from the defaults, so that newer default prices still come through."""
    usual = default_prices().model_dump()
    prices = {name: value for name, value in needs.prices.model_dump().items()
              if value != usual[name]}
    content = needs.model_dump(exclude_defaults=True, exclude={"prices"})
    write_json(Path(pilot) / NEEDS, content | ({"prices": prices} if prices else {}))
