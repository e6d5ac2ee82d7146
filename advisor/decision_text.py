"""The decision in words: for the terminal, the page and the record."""

from __future__ import annotations

from advisor.decision import TUNED, Decision
from advisor.judge import NO_LLM
from advisor.ladder import TITLES
from advisor.names import arm_name


def stop_sentence(decision: Decision) -> str:
    """Which arm to use now and the rung of the ladder to stop at, or nothing where none fits."""
    if decision.arm is None or decision.rung is None:
        return ""
    where = f"Stop at “{TITLES[decision.rung]}”"
    if decision.arm in NO_LLM:
        where = "Stop before the ladder's first rung, no LLM is needed"
    until = ", until more items show a difference" if decision.verdict == "inconclusive" else ""
    return f"{where}: {arm_name(decision.arm)}{until}."


def satisfied_sentence(decision: Decision) -> str:
    """Which arms keep every limit."""
    if not decision.satisfied_by:
        return "No arm satisfies everything."
    if len(decision.satisfied_by) == len(decision.checks):
        return "Every arm satisfies everything."
    return f"Everything is satisfied by {', '.join(map(arm_name, decision.satisfied_by))}."


def cost_sentences(decision: Decision) -> list[str]:
    """When the arm in use pays against a prompted endpoint, what its fixed prompt costs, and from
    which accuracy on it pays."""
    costs = decision.costs
    endpoint, dead = costs["prompted_endpoint"], costs["dead_weight_per_month"]
    tokens = costs["prices"]["static_tokens"]["value"]
    lines = [f"A prompted model behind an endpoint would cost ${endpoint['per_month']:,.2f} a "
             f"month; ${dead:,.2f} of it pays for the {tokens:,.0f} tokens that are the same in "
             "every call, which fine-tuning makes superfluous."]
    if any(check.need == "privacy" for found in decision.checks.values() for check in found):
        lines[0] += " Your data must stay, which rules it out."
    cheaper = {name: costs["arms"][name]["break_even_volume"]
               for name in dict.fromkeys([decision.arm or TUNED, TUNED])
               if not costs["arms"][name]["tokens"]}  # else it is such an endpoint itself
    if cheaper:
        lines.append("Cheaper than that endpoint: " + "; ".join(
            f"{arm_name(name)} " + ("at no volume" if volume is None else
                                    f"from {volume:,.0f} calls a month on")
            for name, volume in cheaper.items()) + ".")
    name = decision.arm or TUNED
    needed = costs["arms"][name]["accuracy_needed"]
    if needed is not None:
        lines.append(f"{arm_name(name)}: pays from {needed:.1%} right answers on."
                     if needed <= 1 else "No accuracy pays at these stakes and prices.")
    return lines


def decision_text(decision: Decision) -> str:
    """The decision for the terminal."""
    lines = [f"{decision.verdict}: {decision.approach}", decision.why, decision.needs,
             satisfied_sentence(decision), stop_sentence(decision), *cost_sentences(decision)]
    return "\n".join(line for line in lines if line)
