"""What the reading of reasonings is learned from.

Reasonings written for this project, whose stance, later steps and criteria their writers noted, and
texts put together out of hand-written sentences with places for techniques ("{c} beats {r} here"),
so that any technique can be turned down or put off in any of these ways.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from advisor.homework.lexicon import APPROACH_OF, plain
from advisor.homework.mentions import is_technique, mark
from advisor.homework.reasoning import DATA, LETTERS, PROPOSED, PUT_OFF

_NAMES = {
    "P": ("prompting", "a prompt", "prompt engineering", "a good prompt", "few-shot prompting",
          "a long context", "a longer prompt", "tool calling", "a plain prompt"),
    "R": ("RAG", "RAG", "retrieval", "a vector database", "retrieval-augmented generation",
          "a retrieval index", "semantic search", "plain RAG"),
    "F": ("fine-tuning", "fine-tuning", "a LoRA", "a fine-tuned model", "SFT", "finetuning",
          "a tuned model", "DPO", "training a model", "distillation"),
    "C": ("XGBoost", "a regex", "logistic regression", "a rule-based system",
          "gradient boosting", "a solver", "a classical model", "keyword rules"),
}


@dataclass(frozen=True)
class Example:
    """A reasoning and what is to be read in it; a ``batch`` was written by one writer at a time."""

    reasoning: str
    stance: str
    later: tuple[str, ...]
    description: str = ""
    criteria: tuple[str, ...] = ()
    contradiction: bool = False
    batch: str = ""

    def role(self, letter: str) -> int:
        approach = APPROACH_OF[letter]
        if approach in self.stance.split("+"):
            return PROPOSED
        return PUT_OFF if any(approach in step.split("+") for step in self.later) else 0


def load_examples() -> list[Example]:
    lines = (DATA / "written_reasonings.jsonl").read_text(encoding="utf-8").splitlines()
    return [
        Example(r["reasoning"], r["stance"], tuple(r["later"]), r["description"],
                tuple(r["criteria"]), r["contradiction"], r["id"][0])
        for r in map(json.loads, lines)
    ]


def load_clauses() -> list[Example]:
    """Clauses written for the reader of factors, with the criteria that their factors are."""
    from advisor.homework.opinion import CRITERION_OF

    rows = map(json.loads, (DATA / "written_clauses.jsonl").read_text("utf-8").splitlines())
    return [
        Example(r["clause"], "none", (), criteria=tuple(
            CRITERION_OF[pair] for pair in r["factors"].items() if pair in CRITERION_OF))
        for r in rows
    ]


def make_examples(written: Sequence[Example], number: int, seed: int = 0) -> list[Example]:
    """Texts put together from the sentences with places and sentences that name no technique."""
    rng = random.Random(seed)
    fillers = [
        sentence for example in written if not example.contradiction
        for sentence in re.split(r"(?<=[.!?])\s+|\n", example.reasoning)
        if 4 <= len(sentence.split()) <= 30
        and not any(is_technique(b) or b == "B" for b in mark(plain(sentence)).bones)
    ]
    lines = (DATA / "reasoning_patterns.txt").read_text(encoding="utf-8").splitlines()
    kinds: dict[str, list[str]] = {}
    for line in lines:
        if line and not line.startswith("#"):
            kinds.setdefault(_kind(line), []).append(line)
    return [_make(rng, kinds, fillers) for _ in range(number)]


def _kind(line: str) -> str:
    if "{c1}" in line:
        return "both"
    if "{c}" not in line:
        return "turned down"
    if "{l}" in line:
        return "staged"
    return "compared" if "{r}" in line else "proposed"


def _make(rng: random.Random, kinds: dict[str, list[str]], fillers: list[str]) -> Example:
    plan = rng.choices(
        (["turned down"], ["turned down", "turned down"], ["proposed"], ["turned down", "proposed"],
         ["turned down", "turned down", "proposed"], ["compared"], ["staged"], ["both"]),
        (11, 3, 10, 17, 9, 22, 18, 10))[0]
    chosen = rng.choices(LETTERS, (30, 30, 30, 10))[0]
    pair = rng.sample("RF", 2)
    proposed = set(pair if plan == ["both"] else chosen if plan[-1] != "turned down" else "")
    used, later = set(proposed), list[str]()
    if rng.random() < 0.35:
        plan = plan[::-1]

    def fill(place: re.Match[str]) -> str:
        name = place[1]
        if name == "c":
            letter = chosen
        elif name in ("c1", "c2"):
            letter = pair[int(name[1]) - 1]
        else:
            free = [x for x in "PRFC" if x not in used and (x != "C" or rng.random() < 0.3)]
            letter = rng.choice(free or [x for x in "PRF" if x not in proposed])
            used.add(letter)
            if name == "l":
                later.append(APPROACH_OF[letter])
        return rng.choice(_NAMES[letter])

    sentences = [re.sub(r"\{(c1|c2|c|r|l)\}", fill, rng.choice(kinds[kind])) for kind in plan]
    if len(sentences) == 2 and rng.random() < 0.3:
        sentences = [sentences[0].rstrip(".!") + rng.choice((", so ", "; ", " - ", ", but "))
                     + sentences[1]]
    for _ in range(rng.choice((0, 1, 1, 2))):
        sentences.insert(rng.randrange(len(sentences) + 1), rng.choice(fillers))
    text = " ".join(s[0].upper() + s[1:] for s in sentences)
    stance = "+".join(APPROACH_OF[x] for x in "PRFC" if x in proposed) or "none"
    return Example(text, stance, tuple(later))
