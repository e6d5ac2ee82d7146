"""What each arm costs a month, from when on it pays, and how right it must be to pay at all.

An arm of one's own needs a machine that is always on, trainings and somebody to look after it; a
model behind an endpoint is paid by the token. Dollars throughout.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from advisor.judge import STANDS_FOR
from advisor.needs import Needs

HOURS = 730.0  # in a month
CHARACTERS = 4  # of English text in a token, by the usual rule of thumb


@dataclass(frozen=True)
class Cost:
    """Dollars a month by what they are for; ``break_even`` in calls a month.

    ``break_even`` is the volume from which on the arm costs less than a prompted model behind an
    endpoint, 0 where it always does and None where it never does.
    """

    tokens: float
    machines: float
    training: float
    upkeep: float
    volume: float
    break_even: float | None = None

    @property
    def per_month(self) -> float:
        return self.tokens + self.machines + self.training + self.upkeep

    @property
    def per_1000(self) -> float:
        return 1000 * self.per_month / self.volume

    def to_json(self) -> dict[str, Any]:
        dollars = {
            "per_month": self.per_month, "tokens": self.tokens, "machines": self.machines,
            "training": self.training, "upkeep": self.upkeep, "per_1000": self.per_1000,
        }
        return {name: round(value, 4) for name, value in dollars.items()} | {
            "break_even_volume": self.break_even}


def calls_endpoint(arm: Mapping[str, Any]) -> bool:
    """Does the arm send items elsewhere? Such an arm names its ``endpoint`` in the result."""
    return bool(arm.get("endpoint"))


def item_tokens(texts: Sequence[str]) -> float:
    """Mean tokens of an item, estimated from characters."""
    return sum(map(len, texts)) / CHARACTERS / max(1, len(texts))


def prompted_endpoint(needs: Needs, tokens: float) -> Cost:
    """A prompted model behind an endpoint; ``tokens`` is the size of one item."""
    per_call = _per_call(needs, tokens)
    upkeep = needs.prices.prompted_hours * needs.prices.person_per_hour
    return Cost(needs.volume_per_month * per_call, 0.0, 0.0, upkeep, needs.volume_per_month)


def dead_weight(needs: Needs) -> float:
    """Dollars a month for the part of the prompt that is the same in every call.

    Fine-tuning can teach that part once instead (the workshop's "dead weight").
    """
    prices = needs.prices
    return needs.volume_per_month * prices.static_tokens * prices.static_per_million / 1e6


def arm_cost(name: str, arm: Mapping[str, Any], needs: Needs, tokens: float) -> Cost:
    """One arm of a pilot's result."""
    if calls_endpoint(arm):
        return prompted_endpoint(needs, tokens)
    prices = needs.prices
    ms = float(arm.get("predict_ms_per_item") or 0)
    capacity = HOURS * 3.6e6 * prices.busy_share / ms if ms else float("inf")  # calls a month
    machine = HOURS * prices.machine_per_hour
    hours = float(arm.get("train_seconds") or 0) / 3600
    training = prices.trainings_per_month * hours * prices.machine_per_hour
    upkeep = _upkeep_hours(name, needs) * prices.person_per_hour
    fixed = training + upkeep - prompted_endpoint(needs, tokens).upkeep
    return Cost(
        0.0, machine * max(1, ceil(needs.volume_per_month / capacity)), training, upkeep,
        needs.volume_per_month, _break_even(machine, capacity, fixed, _per_call(needs, tokens)),
    )


def _per_call(needs: Needs, tokens: float) -> float:
    """Dollars that an endpoint takes for one call."""
    prices = needs.prices
    item = tokens if prices.item_tokens is None else prices.item_tokens
    return (prices.static_tokens * prices.static_per_million + item * prices.input_per_million
            + prices.output_tokens * prices.output_per_million) / 1e6


def _upkeep_hours(name: str, needs: Needs) -> float:
    prices = needs.prices
    hours = {"fine_tuning": prices.tuned_hours, "prompting": prices.prompted_hours}
    return hours.get(STANDS_FOR.get(name, ""), prices.trained_hours)


def _break_even(machine: float, capacity: float, fixed: float, per_call: float) -> float | None:
    """Smallest volume at which k machines and ``fixed`` cost no more than the endpoint's tokens.

    One machine more for every ``capacity`` calls; ``fixed`` may be negative, where the endpoint
    needs more looking after.
    """
    if machine + fixed <= 0:
        return 0.0
    if per_call == 0:
        return None
    if machine + fixed <= per_call * capacity:
        return (machine + fixed) / per_call
    gain = per_call * capacity - machine  # what each machine in full use saves
    if gain <= 0:
        return None
    return (ceil(fixed / gain) * machine + fixed) / per_call


def accuracy_needed(needs: Needs, per_call: float) -> float | None:
    """Share of right answers from which on an arm pays; above 1 where no accuracy does.

    It pays when gain and loss leave something after its price, and where a person could do the
    item instead (``escalation``), when it leaves at least what that would. None without stakes.
    """
    if needs.gain is None:
        return None
    stakes = needs.gain + needs.wrong_cost
    pays = (needs.wrong_cost + per_call) / stakes
    if needs.escalation is None:
        return pays
    return max(pays, 1 - (needs.escalation - per_call) / stakes)


def margin_that_pays(needs: Needs, more_per_month: float) -> float:
    """Gain in the share of right answers that pays for a dearer arm; 0 without stakes."""
    if needs.gain is None or more_per_month <= 0:
        return 0.0
    return more_per_month / needs.volume_per_month / (needs.gain + needs.wrong_cost)


def frontier(points: Mapping[str, tuple[float, float]]) -> list[str]:
    """Names of the points (cost, merit) that no other beats in one without losing in the other.

    Cheapest first. Of equal points both stay.
    """
    return sorted(
        (name for name, (cost, merit) in points.items()
         if not any(c <= cost and m >= merit and (c, m) != (cost, merit)
                    for c, m in points.values())),
        key=lambda name: points[name],
    )
