"""The ladder: what to do first, and what must be true before the next rung.

Start simple and climb only when an eval says so: the workshop's stance.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from advisor.advice import Rung, Test
from advisor.rules import PLACES
from casebank import Approach

Met = Literal["yes", "no", "unknown"]
_REACH: dict[Approach, set[str]] = {
    "prompting": {"prompt", "few_shot"},
    "rag": {"prompt", "few_shot", "retrieval"},
    "fine_tuning": {"prompt", "few_shot", "fine_tuning"},
    "rag+fine_tuning": {"prompt", "few_shot", "retrieval", "fine_tuning"},
}
_STEPS: tuple[tuple[str, str, str, str], ...] = (
    ("prompt", "A careful prompt with a strong model",
     "Collect 30 to 50 real inputs, look at every output, and turn what you like and dislike into "
     "simple checks that run each time.",
     "An eval of at least 50 items exists, and the prompt has stopped getting better on it."),
    ("few_shot", "A few examples in the prompt",
     "Put good examples of input and output into the prompt, and pick them per request once there "
     "are many.",
     "The eval shows what still fails, sorted by cause: missing facts, or wrong behaviour."),
    ("retrieval", "Retrieval",
     "Search your material and put what was found into the prompt. Measure first whether the right "
     "passage is found, then whether the answer follows it.",
     "The right passage is found for nearly all items, and what still fails is behaviour: style, "
     "format, judgement."),
    ("fine_tuning", "Fine-tuning",
     "Run a small pilot on your own examples against the cheaper arms, with the same template in "
     "training and in use.",
     "The tuned model beats the best cheaper arm on held-out items by a margin that pays for "
     "running it."),
    ("preference_tuning", "Preference tuning",
     "Let people who know choose between two outputs, some hundreds of times, and tune on the "
     "pairs (DPO).",
     "In a blind comparison people prefer the tuned model's outputs."),
)
TITLES = {step[0]: step[1] for step in _STEPS}


def ladder(approach: Approach, beliefs: NDArray[np.float64]) -> list[Rung]:
    """The five rungs with their state for this recommendation."""
    reach = set(_REACH[approach])
    if "fine_tuning" in reach and _believed(beliefs, ("preference", "yes")) > 0.5:
        reach.add("preference_tuning")
    tests = three_tests(beliefs)
    rungs = []
    for rung, title, do, before in _STEPS:
        status: Literal["start", "next", "later", "not_indicated"] = "not_indicated"
        if rung == "prompt":
            status = "start"
        elif rung in reach:
            status = "later" if rung == "preference_tuning" else "next"
        rungs.append(Rung(
            rung=rung, title=title, status=status, do=do, before_next=before,
            tests=tests if rung == "fine_tuning" else [],
            grounds=tuning_grounds(beliefs) if rung == "fine_tuning" else [],
        ))
    return rungs


def three_tests(beliefs: NDArray[np.float64]) -> list[Test]:
    """The workshop's three tests: bespoke behaviour, enough value, examples of what is wanted."""
    return [
        _test("Bespoke behaviour is wanted", beliefs,
              (("bespoke_style", "yes"), ("jargon", "yes"), ("instructions_tried", "fall_short"),
               ("narrow", "yes"), ("preference", "yes")),
              (("bespoke_style", "no"), ("instructions_tried", "enough"),
               ("general_knowledge", "yes")),
              "style, special language, a narrow task, or instructions that fall short"),
        _test("The value justifies the operational work", beliefs,
              (("volume", "high"), ("latency", "tight"), ("cost_pressure", "yes"),
               ("on_premises", "yes")),
              (("volume", "low"),),
              "volume, speed, price per request, or data that must stay"),
        _test("Examples of the wanted input and output exist", beliefs,
              (("examples", "thousands"), ("examples", "hundreds"), ("preference", "yes")),
              (("examples", "none"), ("examples", "few")),
              "hundreds of examples or more, or ranked pairs"),
    ]


def tuning_grounds(beliefs: NDArray[np.float64]) -> list[Test]:
    """The workshop's reasons to tune: privacy, speed, a narrow problem, an impractical prompt."""
    return [
        _test("Privacy: the data must stay", beliefs, (("on_premises", "yes"),),
              (("on_premises", "no"),), "a model of your own keeps the data with you"),
        _test("Quality at the speed and price you need", beliefs,
              (("latency", "tight"), ("cost_pressure", "yes")),
              (("latency", "loose"), ("cost_pressure", "no")),
              "a small tuned model can be as good as a large one and faster"),
        _test("The problem is extremely narrow", beliefs, (("narrow", "yes"),),
              (("narrow", "no"), ("broad_scope", "yes")), "narrow problems need few examples"),
        _test("Prompting is impractical", beliefs, (("instructions_tried", "fall_short"),),
              (("instructions_tried", "enough"),), "instructions were tried and fall short"),
    ]


def _test(
    name: str,
    beliefs: NDArray[np.float64],
    for_it: tuple[tuple[str, str], ...],
    against: tuple[tuple[str, str], ...],
    what: str,
) -> Test:
    speaks_for = max(_believed(beliefs, pair) for pair in for_it)
    speaks_against = max(_believed(beliefs, pair) for pair in against)
    met: Met = "unknown"
    if max(speaks_for, speaks_against) > 0.5:
        met = "yes" if speaks_for >= speaks_against else "no"
    told = {"yes": "stated or answered", "no": "spoken against", "unknown": "not known yet"}[met]
    return Test(name=name, met=met, why=f"{what}: {told}")


def _believed(beliefs: NDArray[np.float64], pair: tuple[str, str]) -> float:
    return float(beliefs[PLACES[pair]])
