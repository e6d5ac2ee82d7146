"""The verdict: does the pilot confirm or overturn the advice, or can it not tell?

The pilot's arms stand for approaches: zero-shot for prompting, retrieved examples for RAG, LoRA
for fine-tuning; the classical arms stand for needing no LLM. Only differences whose paired 95%
interval excludes zero count.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from advisor.names import arm_name
from training.compare import items_needed

NO_LLM = ("majority", "classical", "linear_probe")
STANDS_FOR = {"zero_shot": "prompting", "retrieval": "rag", "lora": "fine_tuning"}
MARGIN = 0.02  # a smaller gain in accuracy does not pay for running a tuned model


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


def judge(advice: Mapping[str, Any], result: Mapping[str, Any]) -> Verdict:
    """Advice (its JSON fields) against a pilot's result; raises ``VerdictError``."""
    advised = advice.get("approach")
    if advised not in ("prompting", "rag", "fine_tuning", "rag+fine_tuning"):
        raise VerdictError(f"advice: expected an approach, found {advised!r}")
    arms = {n: a for n, a in result["arms"].items() if a.get("accuracy") is not None}
    if "lora" not in arms:
        raise VerdictError("pilot: expected a finished 'lora' arm to judge by; run it with lora")
    cheaper = [name for name in arms if name != "lora"]
    if not any(name != "majority" for name in cheaper):
        raise VerdictError("pilot: expected a cheaper arm beside lora, such as classical")
    rival = max(cheaper, key=lambda name: float(arms[name]["accuracy"]))
    gap = _difference(result, "lora", rival)
    lora, best = arms["lora"]["accuracy"], arms[rival]["accuracy"]
    numbers = (
        f"{arm_name('lora')} {lora:.1%} against {arm_name(rival)} {best:.1%} on "
        f"{result['n_test']} held-out items: difference {gap[0]:+.1%}, "
        f"95% interval {gap[1]:+.1%} to {gap[2]:+.1%}."
    )
    tuned = advised in ("fine_tuning", "rag+fine_tuning")
    if gap[1] > 0 and gap[0] >= MARGIN:
        return _tuning_wins(str(advised), tuned, numbers)
    if gap[2] < MARGIN:
        return _tuning_adds_nothing(str(advised), tuned, rival, numbers)
    return Verdict(
        verdict="inconclusive", approach=str(advised), needs=_needs(gap, result, rival),
        why=f"No difference shown. {numbers} The interval holds both a gain that matters "
        f"({MARGIN:.0%} or more) and none.",
    )


def _tuning_wins(advised: str, tuned: bool, numbers: str) -> Verdict:
    if tuned:
        extra = " The part with retrieval was not tried here." if "rag" in advised else ""
        return Verdict(verdict="confirmed", approach=advised, needs="",
                       why=f"Tuning beats every cheaper arm. {numbers}{extra}")
    return Verdict(
        verdict="overturned", approach="rag+fine_tuning" if advised == "rag" else "fine_tuning",
        why=f"The advice was not to tune, yet tuning beats every cheaper arm. {numbers}",
        needs="Check first that the gain is worth the work of running a tuned model, and that a "
        "strong prompted model, which this pilot did not try, does not reach it.",
    )


def _tuning_adds_nothing(advised: str, tuned: bool, rival: str, numbers: str) -> Verdict:
    plain = (
        f"For this part neither an LLM nor a fine-tune is needed: {arm_name(rival)} does as well."
        if rival in NO_LLM
        else f"No fine-tune is needed: {arm_name(rival)} does as well."
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


def _difference(result: Mapping[str, Any], a: str, b: str) -> tuple[float, float, float]:
    """Accuracy of ``a`` minus ``b`` with its paired 95% interval."""
    for row in result.get("comparisons", []):
        low, high = row["ci95"]
        if (row["a"], row["b"]) == (a, b):
            return float(row["difference"]), float(low), float(high)
        if (row["a"], row["b"]) == (b, a):
            return -float(row["difference"]), -float(high), -float(low)
    raise VerdictError(f"pilot: expected a paired comparison of {a} and {b}, found none")


def _needs(gap: tuple[float, float, float], result: Mapping[str, Any], rival: str) -> str:
    """How many items would tell the two arms apart, were the difference as large as it looks."""
    n, n_train = result["n_test"], result.get("n_train", 0)
    # The interval's half width gives the share of items on which the two arms differ.
    spread = ((gap[2] - gap[1]) / 2 / 1.96) ** 2 * n + gap[0] ** 2
    aim = max(abs(gap[0]), MARGIN)
    items = max(n + 1, items_needed(aim, min(1.0, max(spread, aim))))
    more = round(items * (n + n_train) / n) - n - n_train
    return (
        f"About {items:,} held-out items instead of {n:,} would show a difference of {aim:.1%} "
        f"between {arm_name('lora')} and {arm_name(rival)} (80% power): label about {more:,} more "
        f"examples and run these two arms again. With the same share held out, training gets more "
        "of them too, which may move the difference itself."
    )
