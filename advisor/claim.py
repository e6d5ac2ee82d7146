"""Is tuning better than the best cheaper arm by the margin that matters, and does a pilot show it?

For accuracies the question is about ten times the examples, since few of them flatter tuning
(``training.prospect``): a claim is made where its chance is at least nine in ten. Other metrics
have their paired 95% interval alone, on the examples at hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from training.prospect import RATIO, prospect
from training.tasks import headline

TUNED = ("lora", "lora_plain")  # the second shows what the loss decides; it is no cheaper arm
SURE = 0.9
Says = Literal["gain", "no_gain", "unclear"]


class Claim(BaseModel):
    """``gap`` is lora against ``rival`` in the headline metric with its paired 95% interval, turned
    so that a gain is positive; ``ahead`` what more examples are expected to make of it, if known.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    says: Says
    rival: str
    gap: tuple[float, float, float]
    ahead: dict[str, Any] | None = None


def claim(
    result: Mapping[str, Any], margin: float, ratio_prior: tuple[float, float] = RATIO
) -> Claim:
    """What a pilot's result says of tuning; ``ValueError`` tells which arm or figure is missing.

    ``margin`` is in the headline metric; ``ratio_prior`` as in ``training.prospect``.
    """
    metric, higher = headline(result)
    arms = {n: float(a[metric]) for n, a in result["arms"].items() if a.get(metric) is not None}
    if "lora" not in arms:
        raise ValueError("pilot: expected a finished 'lora' arm to judge by; run it with lora")
    cheaper = [name for name in arms if name not in TUNED]
    if not any(name != "majority" for name in cheaper):
        raise ValueError("pilot: expected a cheaper arm beside lora, such as classical")
    rival = (max if higher else min)(cheaper, key=lambda name: arms[name])
    row = _row(result, rival)
    low, high = row["ci95"]
    gap = float(row["difference"]), float(low), float(high)
    if not higher:
        gap = -gap[0], -gap[2], -gap[1]
    if "both_wrong" not in row:
        return Claim(says=_says(gap[1] > 0 and gap[0] >= margin, gap[2] < margin), rival=rival,
                     gap=gap)
    ahead = prospect(row["wins"], row["losses"], row["both_wrong"], result["n_test"],
                     result["n_train"], margin, ratio_prior)
    return Claim(says=_says(ahead.chance >= SURE, ahead.chance <= 1 - SURE), rival=rival, gap=gap,
                 ahead=vars(ahead))


def _says(gain: bool, none: bool) -> Says:
    return "gain" if gain else "no_gain" if none else "unclear"


def _row(result: Mapping[str, Any], rival: str) -> dict[str, Any]:
    """The paired comparison of lora with ``rival``, lora first."""
    for row in result.get("comparisons", []):
        if (row["a"], row["b"]) == ("lora", rival):
            return dict(row)
        if (row["a"], row["b"]) == (rival, "lora"):
            low, high = row["ci95"]
            turned = {"difference": -row["difference"], "ci95": [-high, -low]}
            if "wins" in row:
                turned |= {"wins": row["losses"], "losses": row["wins"]}
            return {**row, **turned}
    raise ValueError(f"pilot: expected a paired comparison of lora and {rival}, found none")
