"""What the advisor makes of a student's use case, from its description alone, many at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from advisor.advice import Advice, Neighbour, Reason
from advisor.engine import Evidence, flagged, gather, weigh
from advisor.factors import BY_ID
from advisor.infer import default_reader
from advisor.rules import PLACES, RULES
from advisor.use_case import UseCase
from casebank import APPROACHES, Approach, Case

MOST_READ = 4_000  # characters; homework asks for one or two sentences
Agreement = Literal["agrees", "differs", "disputed"]

# Which criterion a stated factor calls for.
CRITERION_OF: dict[tuple[str, str], str] = {
    ("freshness", "fast"): "freshness", ("freshness", "slow"): "freshness",
    ("private_knowledge", "yes"): "private_knowledge", ("corpus", "large"): "private_knowledge",
    ("citations", "yes"): "citations", ("bespoke_style", "yes"): "style_or_format",
    ("narrow", "yes"): "narrow_task", ("broad_scope", "yes"): "broad_scope",
    ("examples", "none"): "examples_available", ("examples", "few"): "examples_available",
    ("examples", "hundreds"): "examples_available",
    ("examples", "thousands"): "examples_available",
    ("latency", "tight"): "latency_or_cost", ("cost_pressure", "yes"): "latency_or_cost",
    ("volume", "high"): "latency_or_cost", ("on_premises", "yes"): "privacy",
    ("preference", "yes"): "preference", ("tools", "yes"): "tools",
    ("instructions_tried", "fall_short"): "start_simple",
    ("instructions_tried", "no"): "start_simple",
}
_SINGLE = [(i, rule.when[0]) for i, rule in enumerate(RULES)
           if len(rule.when) == 1 and rule.when[0] in CRITERION_OF]


@dataclass(frozen=True)
class Decisive:
    """A factor that the description states and that moves the advice, and the criterion it is.

    ``weight`` is what it adds to the approach over the mean of the others, in log-odds.
    """

    factor: str
    value: str
    criterion: str
    weight: float

    @property
    def why(self) -> str:
        return BY_ID[self.factor].why


@dataclass(frozen=True)
class Opinion:
    """The advisor's approach with its probabilities; the full advice is worked out when asked."""

    description: str
    evidence: Evidence
    approach: Approach
    probabilities: dict[Approach, float]

    @cached_property
    def advice(self) -> Advice:
        return weigh(UseCase(self.description), self.evidence)

    @property
    def sure(self) -> float:
        return self.probabilities[self.approach]

    def believed(self, factor: str, value: str) -> float:
        """Probability that the description states this value of the factor."""
        return float(self.evidence.reading.beliefs[PLACES[factor, value]])

    @property
    def disputed(self) -> Case | None:
        """A near case on which experts are on record on both sides."""
        split = flagged(self.evidence.matches, "disputed")
        return split[0].case if split else None

    def words(self, found: Decisive) -> list[str]:
        """The words of the description that a factor was read from."""
        return self.evidence.reading.words(found.factor, found.value)

    def decisive(self) -> list[Decisive]:
        """The stated factors that speak most for the approach, strongest first."""
        beliefs = self.evidence.reading.beliefs
        weights = self.evidence.decision.weights.rules
        best = APPROACHES.index(self.approach)
        found: dict[str, Decisive] = {}
        for place, (factor, value) in _SINGLE:
            belief = float(beliefs[PLACES[factor, value]])
            weight = belief * float(weights[place, best] - weights[place].mean())
            criterion = CRITERION_OF[factor, value]
            known = found.get(criterion)
            if belief > 0.5 and weight > 0 and (known is None or weight > known.weight):
                found[criterion] = Decisive(factor, value, criterion, weight)
        return sorted(found.values(), key=lambda d: -d.weight)

    def reasons_against(self, stance: str, most: int = 2) -> list[Reason]:
        """The rules that speak most for the advice over the student's stance."""
        def gap(reason: Reason) -> float:
            other = max((reason.contributions[a] for a in APPROACHES if a == stance), default=0.0)
            return reason.contributions[self.approach] - other

        ranked = sorted((r for r in self.advice.reasons if r.code.startswith("R")),
                        key=gap, reverse=True)
        return [reason for reason in ranked[:most] if gap(reason) > 0.1]

    def cases_for(self, most: int = 2) -> list[Neighbour]:
        """The nearest documented cases that chose as the advisor does."""
        return [n for n in self.advice.neighbours
                if n.approach == self.approach and n.similarity > 0.3][:most]

    def known_words(self) -> float:
        """Share of the words that can be read here, 0 to 1."""
        return default_reader().known_words(self.description)


def opinions(descriptions: Sequence[str]) -> list[Opinion | None]:
    """An opinion on each description, encoded together; none on an empty one."""
    texts = [_readable(text) for text in descriptions]
    places = [i for i, text in enumerate(texts) if text]
    found: list[Opinion | None] = [None] * len(texts)
    if not places:
        return found
    for place, evidence in zip(places, gather([texts[i] for i in places]), strict=True):
        beliefs = evidence.reading.beliefs
        shares = evidence.decision.probabilities(beliefs[None], 0)[0]
        rounded: dict[Approach, float] = {
            a: round(float(p), 4) for a, p in zip(APPROACHES, shares, strict=True)}
        found[place] = Opinion(texts[place], evidence, APPROACHES[int(np.argmax(shares))], rounded)
    return found


def _readable(text: str) -> str:
    """The part of a text that is read; half a character, which no encoder takes, becomes ``?``."""
    return text[:MOST_READ].encode("utf-8", "replace").decode().strip()


def agreement(
    stance: str, later: Sequence[str], opinion: Opinion, close: float
) -> Agreement:
    """Whether the student and the advisor choose alike.

    A staged plan agrees where it arrives at what the advisor names. A case is disputed where
    experts are on record on both sides, or where the advisor itself sees the two within ``close``.
    """
    if stance != "none" and opinion.disputed is not None:
        return "disputed"
    if opinion.approach in arrives_at(stance, later):
        return "agrees"
    if stance == "classical":
        return "agrees" if "classical" in opinion.advice.flags else "differs"
    mine = max((p for a, p in opinion.probabilities.items() if a == stance), default=-1.0)
    return "disputed" if opinion.sure - mine <= close else "differs"


def arrives_at(stance: str, later: Sequence[str]) -> set[str]:
    """The approaches that a plan names, each step alone and all steps so far together."""
    reached: set[str] = set()
    so_far: set[str] = set()
    for step in (stance, *later):
        reached.add(step)
        so_far |= set(step.split("+")) & {"rag", "fine_tuning"}
        if len(so_far) == 2:
            reached.add("rag+fine_tuning")
    return reached

