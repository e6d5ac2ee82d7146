"""The decision: the verdict, within what the user needs and can pay, and where to stop climbing.

``advisor.judge`` says whether tuning beats the cheaper arms; here only arms that keep every limit
take part, and costs stand beside the scores.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from advisor.costs import (
    Cost,
    accuracy_needed,
    arm_cost,
    dead_weight,
    frontier,
    item_tokens,
    margin_that_pays,
    prompted_endpoint,
)
from advisor.judge import NO_LLM, STANDS_FOR, Verdict, VerdictError, judge
from advisor.limits import Check, checks_of
from advisor.names import arm_name
from advisor.needs import Needs, defaults
from training.runs import read_predictions
from training.tasks import headline
from training.tasks.show import metric_name, shown

BASELINE = "majority"  # nobody would run it
PLAIN = "_plain"  # an arm again with another loss, to compare with and not to choose
TUNED = "lora"
RUNGS = {"prompting": "prompt", "rag": "retrieval", "fine_tuning": "fine_tuning"}


class Decision(Verdict):
    """A verdict and what it rests on beside the scores.

    ``arm`` is the arm to use now and ``rung`` the step of the ladder to stop at, both None where
    no arm keeps every limit; a classical arm stops at or before the first rung. ``satisfied_by``
    names the arms that keep all limits, ``checks`` holds each limit for each arm.
    """

    rung: str | None
    arm: str | None
    margin: float
    satisfied_by: list[str]
    checks: dict[str, list[Check]]
    costs: dict[str, Any]


def mean_item_tokens(pilot: Path) -> float:
    """Mean tokens of a pilot's held-out items; raises ``VerdictError``."""
    try:
        return item_tokens([str(row["text"]) for row in read_predictions(pilot)])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise VerdictError(
            f"{Path(pilot) / 'predictions.jsonl'}: expected the predictions of a finished pilot: "
            f"{error}") from error


def decide(
    advice: Mapping[str, Any], result: Mapping[str, Any], needs: Needs, tokens: float
) -> Decision:
    """Advice against a pilot's result under ``needs``; ``tokens`` is the mean size of an item.

    Raises ``VerdictError`` where advice or pilot cannot be judged.
    """
    judge(advice, result, needs.margin)  # refuses what cannot be judged at all
    metric, _ = headline(result)
    arms = {name: arm for name, arm in result["arms"].items()
            if arm.get(metric) is not None and name != BASELINE and not name.endswith(PLAIN)}
    costs = {name: arm_cost(name, arm, needs, tokens) for name, arm in arms.items()}
    checks = {name: checks_of(arm, costs[name], needs) for name, arm in arms.items()}
    fit = [name for name in arms if all(check.met for check in checks[name])]
    margin = _margin(fit, costs, result, needs)
    verdict = _among(fit, advice, result, margin, checks)
    if margin > needs.margin:
        verdict = verdict.model_copy(update={"why": (
            f"{verdict.why} Tuning costs more a month than the best cheaper arm; at your stakes "
            f"only a gain of {100 * margin:.2g} points or more pays for that.")})
    arm = _arm(verdict, fit, result)
    return Decision(
        **verdict.model_dump(), arm=arm, margin=margin, satisfied_by=fit, checks=checks,
        rung=RUNGS[STANDS_FOR.get(arm, "prompting")] if arm else None,
        costs=_costs_json(arms, costs, needs, tokens, result),
    )


def _margin(
    fit: Sequence[str], costs: Mapping[str, Cost], result: Mapping[str, Any], needs: Needs
) -> float:
    """The user's margin, or more where the stakes say that tuning costs more than it would win."""
    cheaper = [name for name in fit if name != TUNED]
    if TUNED not in fit or not cheaper or headline(result)[0] != "accuracy":
        return needs.margin
    more = costs[TUNED].per_month - costs[_best(cheaper, result)].per_month
    return max(needs.margin, min(0.99, margin_that_pays(needs, more)))


def _among(
    fit: Sequence[str], advice: Mapping[str, Any], result: Mapping[str, Any], margin: float,
    checks: Mapping[str, Sequence[Check]],
) -> Verdict:
    """The verdict on the arms that keep every limit; the others do not count."""
    if len(fit) == len(checks):
        return judge(advice, result, margin)
    advised = str(advice["approach"])
    broken = "; ".join(
        f"{arm_name(name)} ({' and '.join(c.says() for c in found if not c.met)})"
        for name, found in checks.items() if name not in fit)
    if not fit:
        nearest = min(checks, key=lambda name: (sum(not c.met for c in checks[name]),
                                                -_merit(result, name)))
        return Verdict(
            verdict="inconclusive", approach=advised,
            why=f"No arm satisfies everything that you need: {broken}.",
            needs=f"Nearest is {arm_name(nearest)}: " + " and ".join(
                c.says() for c in checks[nearest] if not c.met)
            + ". Relax that, change the prices if they are not yours, or try another arm.",
        )
    left_out = f"Left out, as they break what you need: {broken}."
    cheaper = [name for name in fit if name != TUNED]
    if TUNED in fit and cheaper:
        some = {n: a for n, a in result["arms"].items() if n in fit or n == BASELINE}
        verdict = judge(advice, {**result, "arms": some}, margin)
        return _keep_to(verdict, advised, fit, result, left_out)
    best = TUNED if TUNED in fit else _best(cheaper, result)
    stands_for = STANDS_FOR.get(best, "prompting")
    metric, _ = headline(result)
    only = "the only arm" if len(fit) == 1 else "the best arm"
    verdict = Verdict(
        verdict="confirmed", approach=advised, needs="",
        why=f"{arm_name(best)} is {only} that satisfies everything ({metric_name(metric)} "
        f"{shown(metric, result['arms'][best][metric])})." + (
            " For this part neither an LLM nor a fine-tune is needed." if best in NO_LLM else ""),
    )
    tuned = "fine_tuning" in advised
    if tuned != (best == TUNED):
        verdict = verdict.model_copy(update={
            "verdict": "overturned", "approach": _move(advised, stands_for)})
    return _keep_to(verdict, advised, fit, result, left_out)


def _move(advised: str, stands_for: str) -> str:
    """The approach that keeps the advice's retrieval where only tuning is in question."""
    if stands_for == "fine_tuning":
        return "rag+fine_tuning" if advised == "rag" else "fine_tuning"
    return "rag" if advised == "rag+fine_tuning" else stands_for


def _keep_to(
    verdict: Verdict, advised: str, fit: Sequence[str], result: Mapping[str, Any], left_out: str
) -> Verdict:
    """Never an approach all of whose arms in the pilot break a limit."""
    why = f"{verdict.why} {left_out}"
    metric, _ = headline(result)
    measured = {STANDS_FOR.get(name): name for name, arm in result["arms"].items()
                if arm.get(metric) is not None}
    broke = [part for part in verdict.approach.split("+")
             if part in measured and measured[part] not in fit]
    if not broke:
        return verdict.model_copy(update={"why": why})
    instead = STANDS_FOR.get(str(_arm(verdict, fit, result)), "prompting")
    return verdict.model_copy(update={
        "approach": instead, "why": why,
        "verdict": "confirmed" if instead == advised else "overturned",
    })


def _arm(verdict: Verdict, fit: Sequence[str], result: Mapping[str, Any]) -> str | None:
    """The arm to use now: the tuned one only where the verdict is for it, else the best cheaper."""
    cheaper = [name for name in fit if name != TUNED]
    for_tuning = "fine_tuning" in verdict.approach and verdict.verdict != "inconclusive"
    if TUNED in fit and (for_tuning or not cheaper):
        return TUNED
    return _best(cheaper, result) if cheaper else None


def _best(names: Sequence[str], result: Mapping[str, Any]) -> str:
    return max(names, key=lambda name: _merit(result, name))


def _merit(result: Mapping[str, Any], name: str) -> float:
    """The headline metric of an arm, turned so that more is better."""
    metric, higher = headline(result)
    value = float(result["arms"][name][metric])
    return value if higher else -value


def _costs_json(
    arms: Mapping[str, Mapping[str, Any]], costs: Mapping[str, Cost], needs: Needs, tokens: float,
    result: Mapping[str, Any],
) -> dict[str, Any]:
    merits = {name: _merit(result, name) for name in arms}
    speed = {name: float(arm.get("predict_ms_per_item") or 0) for name, arm in arms.items()}
    per_call = {name: cost.per_1000 / 1000 for name, cost in costs.items()}
    endpoint = prompted_endpoint(needs, tokens)
    return {
        "currency": "USD", "volume_per_month": needs.volume_per_month,
        "arms": {name: cost.to_json() | {"accuracy_needed": accuracy_needed(needs, per_call[name])}
                 for name, cost in costs.items()},
        "prompted_endpoint": endpoint.to_json() | {
            "accuracy_needed": accuracy_needed(needs, endpoint.per_1000 / 1000)},
        "dead_weight_per_month": dead_weight(needs),
        "frontier": {
            "cost": frontier({n: (round(costs[n].per_month, 2), merits[n]) for n in arms}),
            "latency": frontier({n: (speed[n], merits[n]) for n in arms}),
        },
        "prices": {
            name: {"value": value, "default": value == row.value, "unit": row.unit,
                   "as_of": str(row.as_of), "source": row.source}
            for name, row in defaults().items()
            for value in [getattr(needs.prices, name)]
        },
    }
