"""Does an arm keep the limits that the user set?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from advisor.costs import Cost, accuracy_needed, calls_endpoint
from advisor.needs import Needs


class Check(BaseModel):
    """One limit and what an arm has; ``found`` is None where the pilot did not measure it."""

    model_config = ConfigDict(frozen=True)
    need: str
    limit: float | bool
    found: float | bool | None
    met: bool

    def says(self) -> str:
        """The limit and what was found, in words."""
        if self.need == "privacy":
            return "sends the data to an endpoint"
        if self.found is None:
            return f"{self.need} was not measured"
        form = {"latency_ms": "{:,.1f} ms an item, the limit is {:,.1f}",
                "price_per_1000": "${:,.2f} for 1,000 calls, the limit is ${:,.2f}",
                "accuracy": "{:.1%} right, it takes {:.1%} to pay"}[self.need]
        return form.format(self.found, self.limit)


def checks_of(arm: Mapping[str, Any], cost: Cost, needs: Needs) -> list[Check]:
    """Every limit of ``needs`` against one arm of a result; scores by their point estimate."""
    found = []
    if needs.privacy:
        calls = calls_endpoint(arm)
        found.append(Check(need="privacy", limit=True, found=not calls, met=not calls))
    limits = (("latency_ms", needs.latency_ms, arm.get("predict_ms_per_item")),
              ("price_per_1000", needs.price_per_1000, cost.per_1000))
    for need, limit, value in limits:
        if limit is not None:
            found.append(Check(need=need, limit=limit, found=value,
                               met=value is not None and value <= limit))
    needed = accuracy_needed(needs, cost.per_1000 / 1000)
    if needed is not None and (right := arm.get("accuracy")) is not None:
        found.append(Check(need="accuracy", limit=needed, found=right, met=right >= needed))
    return found
