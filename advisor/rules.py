"""Decision rules: what a factor, or two together, say for and against each approach.

A rule holds to the degree that its conditions are believed (the product of their probabilities).
What it then adds to each approach's score stands in ``data/weights.json``, learned by
``python -m advisor.fit`` from written use cases whose factors were noted by their writers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from advisor.factors import MICROSOFT, OPENAI, WORKSHOP
from casebank import FACTOR_VALUES

# Every (factor, value) has a fixed place in a belief vector.
PLACES: dict[tuple[str, str], int] = {
    pair: place
    for place, pair in enumerate(
        (factor, value) for factor, values in FACTOR_VALUES.items() for value in values
    )
}


@dataclass(frozen=True)
class Rule:
    """A stable code, the claim in plain words, its source, and when it holds."""

    code: str
    text: str
    source: str
    when: tuple[tuple[str, str], ...]


def _rule(code: str, text: str, source: str, *when: str) -> Rule:
    pairs = [condition.split("=") for condition in when]
    return Rule(code, text, source, tuple((name, value) for name, value in pairs))


RULES: tuple[Rule, ...] = (
    _rule("R01", "Good instructions were tried and fall short: the smell that tuning may help.",
          WORKSHOP, "instructions_tried=fall_short"),
    _rule("R02", "Instructions already do well enough.", WORKSHOP, "instructions_tried=enough"),
    _rule("R03", "Instructions have not been tried; start there.", WORKSHOP,
          "instructions_tried=no"),
    _rule("R04", "There are no examples of the wanted output to learn from.", WORKSHOP,
          "examples=none"),
    _rule("R05", "A few examples fit into the prompt.", OPENAI, "examples=few"),
    _rule("R06", "Hundreds of examples: enough for a first tuning trial on a narrow task.",
          WORKSHOP, "examples=hundreds"),
    _rule("R07", "Thousands of examples of input and wanted output exist.", WORKSHOP,
          "examples=thousands"),
    _rule("R08", "The facts change faster than a model can be trained: look them up.", WORKSHOP,
          "freshness=fast"),
    _rule("R09", "The facts change now and then: an index is refreshed more easily than a model.",
          MICROSOFT, "freshness=slow"),
    _rule("R10", "What has to be known stays put.", MICROSOFT, "freshness=none"),
    _rule("R11", "The answer rests on knowledge that no general model has read.", OPENAI,
          "private_knowledge=yes"),
    _rule("R12", "No private knowledge is needed.", OPENAI, "private_knowledge=no"),
    _rule("R13", "The material is too large for a prompt and must be searched.", OPENAI,
          "corpus=large"),
    _rule("R14", "The material fits into the prompt.", OPENAI, "corpus=small"),
    _rule("R15", "Answers must show their source, which only looked-up text has.", MICROSOFT,
          "citations=yes"),
    _rule("R16", "Access rights differ per reader and are checked at look-up.", MICROSOFT,
          "permissions=yes"),
    _rule("R17", "General knowledge and skill suffice.", WORKSHOP, "general_knowledge=yes"),
    _rule("R18", "Bespoke behaviour is wanted: style, format or judgement of one's own.", WORKSHOP,
          "bespoke_style=yes"),
    _rule("R19", "No particular style is asked for.", WORKSHOP, "bespoke_style=no"),
    _rule("R20", "The language is full of jargon that outsiders misread.", WORKSHOP, "jargon=yes"),
    _rule("R21", "The task is extremely narrow.", WORKSHOP, "narrow=yes"),
    _rule("R22", "The scope is open-ended: nothing to measure progress against.", WORKSHOP,
          "broad_scope=yes"),
    _rule("R23", "What counts as good still changes; a prompt follows in minutes.", WORKSHOP,
          "rules_change=yes"),
    _rule("R24", "What counts as good is settled.", WORKSHOP, "rules_change=no"),
    _rule("R25", "A person checks every output, so a simple start is safe.", WORKSHOP,
          "output_checked=yes"),
    _rule("R26", "Nobody checks the output before it is used.", WORKSHOP, "output_checked=no"),
    _rule("R27", "Few requests: too little value for the work of an own model.", WORKSHOP,
          "volume=low"),
    _rule("R28", "Many requests: an own small model can pay for itself.", WORKSHOP, "volume=high"),
    _rule("R29", "Answers must come at once: a small tuned model is faster.", WORKSHOP,
          "latency=tight"),
    _rule("R30", "Time is no constraint.", WORKSHOP, "latency=loose"),
    _rule("R31", "The price per request of a large model hurts.", WORKSHOP, "cost_pressure=yes"),
    _rule("R32", "The data may not leave: own the model.", WORKSHOP, "on_premises=yes"),
    _rule("R33", "The data may go to a model provider.", WORKSHOP, "on_premises=no"),
    _rule("R34", "People can rank outputs but not write the ideal one: preference tuning.",
          WORKSHOP, "preference=yes"),
    _rule("R35", "Other systems have to be called: describe the tools in the prompt first.",
          WORKSHOP, "tools=yes"),
    _rule("R36", "It must be live within days.", WORKSHOP, "deadline=yes"),
    _rule("R37", "Facts that change meet a style of one's own: look up, and tune the form.",
          WORKSHOP, "freshness=fast", "bespoke_style=yes"),
    _rule("R38", "A large collection meets thousands of examples.", WORKSHOP,
          "corpus=large", "examples=thousands"),
    _rule("R39", "A large collection meets instructions that fall short.", WORKSHOP,
          "corpus=large", "instructions_tried=fall_short"),
    _rule("R40", "Private knowledge meets a style of one's own.", WORKSHOP,
          "private_knowledge=yes", "bespoke_style=yes"),
    _rule("R41", "Many examples, but instructions are enough: no need to tune for quality.",
          WORKSHOP, "examples=thousands", "instructions_tried=enough"),
    _rule("R42", "General knowledge and skill are not enough.", WORKSHOP, "general_knowledge=no"),
    _rule("R43", "The task is not narrow, so more examples are needed to cover it.", WORKSHOP,
          "narrow=no"),
    _rule("R44", "The scope is bounded, so progress on it can be measured.", WORKSHOP,
          "broad_scope=no"),
    _rule("R45", "Knowledge of one's own meets thousands of examples.", OPENAI,
          "private_knowledge=yes", "examples=thousands"),
    _rule("R46", "Facts that change meet instructions that fall short: more than look-up may be "
          "needed.", OPENAI, "freshness=fast", "instructions_tried=fall_short"),
    _rule("R47", "A large collection must be searched by a model that stays in the house: a small "
          "one may need training to use what it is given.", WORKSHOP,
          "corpus=large", "on_premises=yes"),
    _rule("R48", "A narrow task meets thousands of examples.", WORKSHOP,
          "narrow=yes", "examples=thousands"),
    _rule("R49", "A narrow task, but no examples to learn it from.", WORKSHOP,
          "narrow=yes", "examples=none"),
    _rule("R50", "A style of one's own meets thousands of examples of it.", WORKSHOP,
          "bespoke_style=yes", "examples=thousands"),
    _rule("R51", "A large model does it well but too slowly: a small tuned one may be as good.",
          WORKSHOP, "instructions_tried=enough", "latency=tight"),
    _rule("R52", "A large model does it well but costs too much: a small tuned one may be as good.",
          WORKSHOP, "instructions_tried=enough", "cost_pressure=yes"),
    _rule("R53", "A hosted model does it well but the data may not go there: tune one of your own.",
          WORKSHOP, "instructions_tried=enough", "on_premises=yes"),
)

_FIRST = np.array([PLACES[rule.when[0]] for rule in RULES])
# A rule with one condition has a second place that always holds.
_SECOND = np.array([PLACES[r.when[1]] if len(r.when) > 1 else len(PLACES) for r in RULES])


def activations(beliefs: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far each rule holds, 0 to 1.

    ``beliefs`` has shape (n, number of factor values) in the order of ``PLACES``; the result has
    shape (n, number of rules).
    """
    with_certainty = np.concatenate([beliefs, np.ones((len(beliefs), 1))], axis=1)
    product: NDArray[np.float64] = with_certainty[:, _FIRST] * with_certainty[:, _SECOND]
    return product


def belief_vector(values: dict[str, str]) -> NDArray[np.float64]:
    """Certain beliefs from known factor values; shape (number of factor values,)."""
    vector = np.zeros(len(PLACES))
    for pair in values.items():
        vector[PLACES[pair]] = 1.0
    return vector
