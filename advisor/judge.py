"""The verdict: does the pilot confirm or overturn the advice, or can it not tell?

The pilot's arms stand for approaches: zero-shot for prompting, retrieved examples for RAG, LoRA
for fine-tuning; the classical arms stand for needing no LLM. Whether tuning gains enough over the
best cheaper arm is said by ``advisor.claim``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import ceil
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from advisor.claim import Claim, claim
from advisor.names import arm_name
from training.compare import items_needed
from training.tasks import headline
from training.tasks.show import metric_name, shown

NO_LLM = ("majority", "classical", "linear_probe", "linear_probe_plain")
STANDS_FOR = {"zero_shot": "prompting", "retrieval": "rag", "lora": "fine_tuning"}
MARGIN = 0.02  # a smaller gain does not pay for running a tuned model


class VerdictError(ValueError):
    """Advice or pilot that cannot be judged; the message says what is missing."""


class Verdict(BaseModel):
    """``why`` holds the numbers; ``needs`` what would settle it, or nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    verdict: Literal["confirmed", "overturned", "inconclusive"]
    approach: str
    why: str
    needs: str


def read_result(pilot: Path) -> dict[str, Any]:
    """``result.json`` of a finished pilot; raises ``VerdictError`` where there is none."""
    path = Path(pilot) / "result.json"
    try:
        result = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise VerdictError(
            f"{path}: expected the result of a finished pilot, found no such file; "
            "run the pilot to its end first (the same command resumes it)"
        ) from None
    except (OSError, ValueError) as error:
        raise VerdictError(f"{path}: not readable as JSON: {error}") from error
    if not isinstance(result, dict) or not isinstance(result.get("arms"), dict):
        raise VerdictError(f"{path}: expected an object with 'arms', found something else")
    return result


def judge(
    advice: Mapping[str, Any], result: Mapping[str, Any], margin: float = MARGIN
) -> Verdict:
    """Advice (its JSON fields) against a pilot's result; raises ``VerdictError``.

    ``margin`` is the smallest difference in the headline metric that matters.
    """
    advised = advice.get("approach")
    if advised not in ("prompting", "rag", "fine_tuning", "rag+fine_tuning"):
        raise VerdictError(f"advice: expected an approach, found {advised!r}")
    try:
        found = claim(result, margin)
    except ValueError as error:
        raise VerdictError(str(error)) from error
    numbers = _numbers(found, result, margin)
    tuned = advised in ("fine_tuning", "rag+fine_tuning")
    if found.says == "gain":
        return _tuning_wins(str(advised), tuned, numbers)
    if found.says == "no_gain":
        return _tuning_adds_nothing(str(advised), tuned, found.rival, numbers)
    metric, _ = headline(result)
    return Verdict(
        verdict="inconclusive", approach=str(advised),
        needs=_needs(found.gap, result, found.rival, margin),
        why=f"No difference shown. {numbers} That leaves room for a gain that matters "
        f"({shown(metric, margin)} or more) and for none.",
    )


def _numbers(found: Claim, result: Mapping[str, Any], margin: float) -> str:
    """What was measured, and what more examples are expected to make of it."""
    metric, higher = headline(result)
    lora, rival = (float(result["arms"][name][metric]) for name in ("lora", found.rival))
    gap = found.gap if higher else (-found.gap[0], -found.gap[2], -found.gap[1])
    what = "" if metric == "accuracy" else f"{metric_name(metric).capitalize()}: "
    measured = (
        f"{what}{arm_name('lora')} {shown(metric, lora)} against {arm_name(found.rival)} "
        f"{shown(metric, rival)} on {result['n_test']} held-out items: difference "
        f"{shown(metric, gap[0], '+')}, 95% interval {shown(metric, gap[1], '+')} to "
        f"{shown(metric, gap[2], '+')}."
    )
    if found.ahead is None:
        return measured
    low, high = found.ahead["gain_ci95"]
    return (
        f"{measured} With about {found.ahead['n_train']:,} training examples instead of "
        f"{result['n_train']:,}, {arm_name(found.rival)} is expected to have "
        f"{found.ahead['left']:.1%} left to get right and tuning to gain "
        f"{found.ahead['gain']:+.1%} ({low:+.1%} to {high:+.1%}); the chance that this is "
        f"{margin:.1%} or more is {found.ahead['chance']:.0%}."
    )


def _tuning_wins(advised: str, tuned: bool, numbers: str) -> Verdict:
    if tuned:
        extra = " The part with retrieval was not tried here." if "rag" in advised else ""
        return Verdict(verdict="confirmed", approach=advised, needs="",
                       why=f"Tuning gains enough over every cheaper arm. {numbers}{extra}")
    return Verdict(
        verdict="overturned", approach="rag+fine_tuning" if advised == "rag" else "fine_tuning",
        why=f"The advice was not to tune, yet tuning gains enough. {numbers}",
        needs="Check first that the gain is worth the work of running a tuned model, and that a "
        "strong prompted model, which this pilot did not try, does not reach it.",
    )


def _tuning_adds_nothing(advised: str, tuned: bool, rival: str, numbers: str) -> Verdict:
    plain = (
        f"For this part neither an LLM nor a fine-tune is needed: {arm_name(rival)} does about as "
        "well."
        if rival in NO_LLM
        else f"No fine-tune is needed: {arm_name(rival)} does about as well."
    )
    if not tuned:
        return Verdict(verdict="confirmed", approach=advised, why=f"{plain} {numbers}", needs="")
    instead = STANDS_FOR.get(rival, "prompting")
    return Verdict(
        verdict="overturned", approach="rag" if advised == "rag+fine_tuning" else instead,
        why=f"{plain} {numbers}",
        needs=f"Use {arm_name(rival)} as the baseline to beat; come back to tuning when its "
        "errors, looked at one by one, show a behaviour that more examples would teach.",
    )


def _needs(
    gap: tuple[float, float, float], result: Mapping[str, Any], rival: str, margin: float
) -> str:
    """How many items would tell the two arms apart, were the difference as large as it looks."""
    n, n_train = result["n_test"], result.get("n_train", 0)
    metric, _ = headline(result)
    variance = ((gap[2] - gap[1]) / 2 / 1.96) ** 2 * n  # of one item's difference
    aim = max(abs(gap[0]), margin)
    if metric == "accuracy":  # the share of items on which the two arms differ
        needed = items_needed(aim, min(1.0, max(variance + gap[0] ** 2, aim)))
    else:
        needed = ceil(variance * ((1.96 + 0.84) / aim) ** 2)
    items = max(n + 1, needed)
    more = round(items * (n + n_train) / n) - n - n_train
    return (
        f"About {items:,} held-out items instead of {n:,} would show a difference of "
        f"{shown(metric, aim)} between {arm_name('lora')} and {arm_name(rival)} (80% power): label "
        f"about {more:,} more "
        f"examples and run these two arms again. With the same share held out, training gets more "
        "of them too, which may move the difference itself."
    )
