"""Learns to read reasonings: python -m advisor.homework.fit

From reasonings written for this project, whose stance, later steps and criteria their writers
noted, and from texts put together out of hand-written sentences with places for techniques
("{c} beats {r} here"), so that any technique can be turned down or put off in any of these ways.
The development set in tests is never learned from.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from advisor.homework.clashes import clash_features
from advisor.homework.invoked import CRITERIA, invoked_features, phrases
from advisor.homework.lexicon import APPROACH_OF, plain
from advisor.homework.linear import Array, Linear, logistic, save, softmax
from advisor.homework.mentions import features, is_technique, mark, whole_features
from advisor.homework.reasoning import (
    DATA,
    LETTERS,
    PROPOSED,
    PUT_OFF,
    STANCES,
    decision_features,
    mention_roles,
    put_off,
    stances_as_a_whole,
)

Truth = NDArray[np.bool_]
FOLDS = 5
MADE = 4000  # texts put together from sentences
MADE_WEIGHT = 0.3  # of one of them, against one that was written
CLAUSE_WEIGHT = 0.2  # of a clause, which states factors and proposes nothing
# scikit-learn's C of each model
MENTION_C, WHOLE_C, DECISION_C, CRITERIA_C, CLASH_C = 0.2, 0.1, 0.1, 0.2, 0.3
LEAST_WEIGHT = 0.004  # features that move nothing by more are left out
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
    reasoning: str
    stance: str
    later: tuple[str, ...]
    description: str = ""
    criteria: tuple[str, ...] = ()
    contradiction: bool = False

    def role(self, letter: str) -> int:
        approach = APPROACH_OF[letter]
        if approach in self.stance.split("+"):
            return PROPOSED
        return PUT_OFF if any(approach in step.split("+") for step in self.later) else 0


def load_examples() -> list[Example]:
    lines = (DATA / "written_reasonings.jsonl").read_text(encoding="utf-8").splitlines()
    return [
        Example(r["reasoning"], r["stance"], tuple(r["later"]), r["description"],
                tuple(r["criteria"]), r["contradiction"])
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


def fit_linear(
    rows: Sequence[Iterable[str]], targets: NDArray[Any], weights: Array, c: float,
) -> Linear:
    """A column for each class of ``targets`` (n,), or for each yes-or-no column (n, k)."""
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression

    counter = CountVectorizer(analyzer=_as_is, binary=True, min_df=2)
    table = counter.fit_transform(rows)
    columns = [targets] if targets.ndim == 1 else list(targets.T)
    models = [
        LogisticRegression(C=c, max_iter=300, tol=2e-3).fit(table, column, sample_weight=weights)
        for column in columns
    ]
    coef = np.vstack([model.coef_ for model in models]).T
    start = np.concatenate([model.intercept_ for model in models])
    names = counter.get_feature_names_out()
    kept = np.flatnonzero(np.abs(coef).max(axis=1) >= LEAST_WEIGHT)
    return Linear({names[i]: place for place, i in enumerate(kept)}, coef[kept], start)


def _as_is(row: Iterable[str]) -> Iterable[str]:
    return row


def fit_mentions(written: Sequence[Example]) -> Linear:
    made = make_examples(written, MADE)
    everything = [*written, *made]
    rows = [features(marked, letter) for marked in (mark(plain(e.reasoning)) for e in everything)
            for letter in LETTERS]
    targets = np.array([example.role(letter) for example in everything for letter in LETTERS])
    counts = np.repeat([1.0] * len(written) + [MADE_WEIGHT] * len(made), len(LETTERS))
    return fit_linear(rows, targets, counts, MENTION_C)


def fit_whole(written: Sequence[Example]) -> Linear:
    rows = [whole_features(mark(plain(example.reasoning))) for example in written]
    stances = np.array([STANCES.index(example.stance) for example in written])
    return fit_linear(rows, stances, np.ones(len(written)), WHOLE_C)


def fit_decision(seen: Array, written: Sequence[Example]) -> tuple[Array, Array]:
    from sklearn.linear_model import LogisticRegression

    stances = [STANCES.index(example.stance) for example in written]
    model = LogisticRegression(C=DECISION_C, max_iter=3000).fit(seen, stances)
    return model.coef_.T, model.intercept_


def unseen(
    number: int, fit: Callable[[Sequence[int]], Any], read: Callable[[Any, Sequence[int]], Array],
    seed: int = 0,
) -> Array:
    """Readings of each text by a model that has not seen it."""
    from sklearn.model_selection import KFold

    parts: dict[int, Array] = {}
    for train, test in KFold(FOLDS, shuffle=True, random_state=seed).split(range(number)):
        parts.update(zip(test.tolist(), read(fit(train.tolist()), test.tolist()), strict=True))
    return np.stack([parts[i] for i in range(number)])


def best_threshold(truth: Truth, read: Array) -> float:
    """The probability from which saying yes gives the best F1."""
    tries = np.linspace(0.1, 0.7, 31)
    return float(tries[int(np.argmax([f1(truth, read >= t) for t in tries]))])


def f1(truth: Truth, said: Truth) -> float:
    return float(2 * (truth & said).sum() / max(1, truth.sum() + said.sum()))


def main() -> None:
    written, clauses = load_examples(), load_clauses()
    marks = [mark(plain(example.reasoning)) for example in written]

    def some(places: Sequence[int]) -> list[Example]:
        return [written[i] for i in places]

    roles = unseen(len(written), lambda train: fit_mentions(some(train)),
                   lambda model, test: mention_roles(model, [marks[i] for i in test]))
    whole = unseen(len(written), lambda train: fit_whole(some(train)),
                   lambda model, test: stances_as_a_whole(model, [marks[i] for i in test]))
    seen = decision_features(roles, whole)
    said = unseen(len(written), lambda train: fit_decision(seen[train], some(train)),
                  lambda model, test: softmax(seen[test] @ model[0] + model[1]), seed=1)
    stances = [STANCES[place] for place in said.argmax(axis=1)]
    right = np.mean([stance == e.stance for stance, e in zip(stances, written, strict=True)])
    print(f"stance of unseen reasonings: {right:.3f}")
    later = [put_off(row, stance) for row, stance in zip(roles, stances, strict=True)]

    found = [phrases(plain(example.reasoning)) for example in written]
    invoked = [invoked_features(*each) for each in zip(marks, found, stances, later, strict=True)]
    # Learned with the true stances, read with those that were read.
    truly = [invoked_features(marked, names, e.stance, e.later)
             for marked, names, e in zip(marks, found, written, strict=True)]
    told = [invoked_features(mark(plain(c.reasoning)), phrases(plain(c.reasoning)))
            for c in clauses]
    truth = np.array([[c in e.criteria for c in CRITERIA] for e in [*written, *clauses]])

    def fit_criteria(train: Sequence[int]) -> Linear:
        places = [*train, *range(len(written), len(truth))]
        counts = np.array([1.0] * len(train) + [CLAUSE_WEIGHT] * len(clauses))
        return fit_linear([*(truly[i] for i in train), *told], truth[places], counts, CRITERIA_C)

    criteria = unseen(len(written), fit_criteria, lambda model, test: logistic(
        model.scores([invoked[i] for i in test])))
    own = truth[:len(written)]
    # Halfway between what is best for each and for all: single ones rest on few texts.
    least = np.array([best_threshold(own[:, i], criteria[:, i]) for i in range(len(CRITERIA))])
    least = (least + best_threshold(own.ravel(), criteria.ravel())) / 2
    print(f"criteria of unseen reasonings: micro-F1 {f1(own, criteria >= least):.3f}")

    clashing = [list(clash_features(plain(e.description), plain(e.reasoning), stance, steps))
                for e, stance, steps in zip(written, stances, later, strict=True)]
    clash = np.array([[e.contradiction] for e in written])

    def fit_clash(train: Sequence[int]) -> Linear:
        return fit_linear([clashing[i] for i in train], clash[train], np.ones(len(train)), CLASH_C)

    clashes = unseen(len(written), fit_clash, lambda model, test: logistic(
        model.scores([clashing[i] for i in test])))[:, 0]
    least_clash = best_threshold(clash[:, 0], clashes)
    print(f"contradictions of unseen reasonings: F1 {f1(clash[:, 0], clashes >= least_clash):.3f}")

    decision, start = fit_decision(seen, written)
    everything = range(len(written))
    save(DATA, "reasonings",
         {"mention": fit_mentions(written), "whole": fit_whole(written),
          "criteria": fit_criteria(everything), "clash": fit_clash(everything)},
         decision=decision, decision_start=start, least=least,
         least_clash=np.array([least_clash]))


if __name__ == "__main__":
    main()
