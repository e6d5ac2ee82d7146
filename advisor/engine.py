"""Rules, the wording as a whole and the nearest cases, summed into calibrated probabilities."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from advisor.advice import Advice, Neighbour, Reason, Understood
from advisor.beliefs import FACTOR_PLACES, with_answers, wording_trust
from advisor.factors import FACTORS
from advisor.infer import DATA, Reading, default_reader
from advisor.interview import next_question, would_change
from advisor.ladder import ladder
from advisor.llm_reader import Endpoint
from advisor.rules import PLACES, RULES, activations
from advisor.use_case import UseCase
from casebank import APPROACHES, FACTOR_VALUES, Approach, load_cases, weight_of_age
from casebank.bank import CaseBank, Match
from casebank.encoder import SentenceEncoder, loaded_once

Array = NDArray[np.float64]
NEIGHBOURS = 8
MODEL_IS_RIGHT = 0.9  # how far a language model's reading of a factor is believed
# Cosines of the reader's own vectors from which a case is a precedent, and a close one: one pair of
# unrelated cases in fifty is as near as NEAR.
NEAR, CLOSE = 0.65, 0.75
SHARPNESS = 12.0  # how much faster a nearer case counts than a farther one
WORDING = "The description as a whole reads like use cases that were served this way"
NEAREST = "The nearest documented cases chose this way."


@dataclass(frozen=True)
class Weights:
    """Learned by ``advisor.fit``: ``rules`` has shape (number of rules, 4), ``start`` (4,).

    ``answer_rates``: how often a team that is asked gives each answer, shape (factor values,).
    """

    rules: Array
    start: Array
    wording: float
    neighbours: float
    answer_rates: Array


@lru_cache(maxsize=1)
def default_weights() -> Weights:
    raw = json.loads((DATA / "weights.json").read_text(encoding="utf-8"))
    rules = [[raw["rules"][rule.code][a] for a in APPROACHES] for rule in RULES]
    start = [raw["start"][a] for a in APPROACHES]
    rates = [raw["answer_rates"].get(f"{factor}={value}", 0.0) for factor, value in PLACES]
    return Weights(np.array(rules), np.array(start), raw["wording"], raw["neighbours"],
                   np.array(rates))


def cache_folder() -> Path:
    """Where computed vectors are kept; ``ADVISOR_CACHE`` overrides."""
    default = Path.home() / ".cache" / "fine-tune-decision-advisor"
    return Path(os.environ.get("ADVISOR_CACHE", default))


@loaded_once
def default_bank() -> CaseBank:
    """The shipped cases, near each other by what decides them: the reader's own vectors.

    Another encoder, if ``ADVISOR_ENCODER`` names one, finds them by its own.
    """
    encoder = SentenceEncoder() if os.environ.get("ADVISOR_ENCODER") else default_reader().attention
    return CaseBank(load_cases(), encoder, cache_folder())


@loaded_once
def topic_bank() -> CaseBank:
    """The shipped cases, near each other by subject: for searching and for the map."""
    return CaseBank(load_cases(), SentenceEncoder(), cache_folder())


def votes_of(matches: Sequence[Match]) -> Array:
    """Share of each approach among near cases, nearer and newer ones counting more; less an even
    split."""
    votes = np.zeros(4)
    for match in matches:
        age = weight_of_age(match.case.year, date.today().year)
        votes[APPROACHES.index(match.case.approach)] += age * np.exp(SHARPNESS * match.similarity)
    return votes / votes.sum() - 0.25 if matches else votes


@dataclass(frozen=True)
class Decision:
    """The sum, before it is put into words. Beliefs have shape (number of factor values,)."""

    weights: Weights
    text: Array
    votes: Array

    def probabilities(self, beliefs: Array, n_answers: int) -> Array:
        """Shape (n, 4) for beliefs of shape (n, factor values)."""
        scores = activations(beliefs) @ self.weights.rules + self.weights.start
        scores = scores + self.outside(n_answers).sum(0)
        scores -= scores.max(axis=1, keepdims=True)
        exp = np.exp(scores)
        result: Array = exp / exp.sum(axis=1, keepdims=True)
        return result

    def outside(self, n_answers: int) -> Array:
        """What wording and neighbours add, shape (2, 4); it fades as answers settle factors."""
        return wording_trust(n_answers) * np.stack(
            [self.weights.wording * (self.text - self.text.mean()),
             self.weights.neighbours * (self.votes - self.votes.mean())]
        )


@dataclass(frozen=True)
class Evidence:
    """What the description alone gives, whatever is answered: the reading and the nearest cases."""

    reading: Reading
    matches: list[Match]

    @property
    def decision(self) -> Decision:
        return Decision(default_weights(), self.reading.approach, votes_of(self.matches))


def gather(
    descriptions: Sequence[str], exclude: Collection[str] = (), endpoint: Endpoint | None = None
) -> list[Evidence]:
    """Evidence for each description, encoded together; cases named in ``exclude`` do not count.

    With an ``endpoint`` its model reads the factors and each description is sent there; raises
    ``LlmReaderError`` when it cannot be asked.
    """
    bank = default_bank()
    readings = default_reader().read(descriptions)
    own = bank.encoder is default_reader().attention
    vectors = ([reading.attended.vector for reading in readings] if own
               else bank.encoder.encode(descriptions))
    if endpoint is not None:
        readings = [_read_by(endpoint, text, r) for text, r in zip(descriptions, readings,
                                                                   strict=True)]
    return [
        Evidence(reading, bank.nearest(vector, k=NEIGHBOURS, exclude=exclude))
        for reading, vector in zip(readings, vectors, strict=True)
    ]


def _read_by(endpoint: Endpoint, text: str, reading: Reading) -> Reading:
    """The reading with the factors as the endpoint's model reads them."""
    from advisor.llm_reader import read_factors

    found = read_factors(text, endpoint)
    beliefs = np.zeros_like(reading.beliefs)
    for factor, item in found.items():
        beliefs[PLACES[factor, item.value]] = MODEL_IS_RIGHT
    quotes = {(factor, item.value): item.quote for factor, item in found.items()}
    return replace(reading, beliefs=beliefs, quotes=quotes)


def weigh(use_case: UseCase, evidence: Evidence) -> Advice:
    """Advice from the evidence and the answers given so far."""
    decision, matches = evidence.decision, evidence.matches
    known = use_case.known
    beliefs = with_answers(evidence.reading.beliefs, use_case.answers)
    probabilities = decision.probabilities(beliefs[None], len(known))[0]
    best = int(probabilities.argmax())
    return Advice(
        description=use_case.description,
        approach=APPROACHES[best],
        probabilities=_shares(probabilities),
        flags=_flags(beliefs, matches),
        ladder=ladder(APPROACHES[best], beliefs),
        reasons=_reasons(decision, beliefs, len(known), best, evidence.reading.telling),
        neighbours=[_neighbour(match) for match in matches[:5]],
        next_question=next_question(decision, evidence.reading.beliefs, use_case.answers),
        would_change_if=would_change(decision, evidence.reading.beliefs, use_case.answers, best),
        understood=_understood(evidence.reading, beliefs, known),
    )


def _shares(probabilities: Array) -> dict[Approach, float]:
    return {a: round(float(p), 4) for a, p in zip(APPROACHES, probabilities, strict=True)}


def _flags(beliefs: Array, matches: Sequence[Match]) -> list[str]:
    flags = [
        flag
        for flag, factor in (("preference", "preference"), ("tools", "tools"),
                             ("rescope", "broad_scope"))
        if beliefs[PLACES[factor, "yes"]] > 0.5
    ]
    # A narrow task over many labelled examples with no text to write is a classifier's work too;
    # near cases decide, because no factor states it.
    return flags + [flag for flag in ("classical", "disputed") if flagged(matches, flag)]


def flagged(matches: Sequence[Match], flag: str) -> list[Match]:
    """The near cases that carry a flag, if they suffice: two of them, or the nearest if close."""
    near = [match for match in matches[:5] if match.similarity > NEAR]
    carry = [match for match in near if flag in match.case.flags]
    closest = bool(carry) and carry[0] is near[0] and near[0].similarity > CLOSE
    return carry if len(carry) >= 2 or closest else []


def _reasons(
    decision: Decision, beliefs: Array, n_answers: int, best: int, telling: Sequence[str]
) -> list[Reason]:
    """What moved the score, strongest effect on the leading approach first."""
    parts = activations(beliefs[None])[0][:, None] * decision.weights.rules
    named = [(r.code, r.text, r.source, part) for r, part in zip(RULES, parts, strict=True)]
    outside = decision.outside(n_answers)
    quoted = ", ".join(f"“{words}”" for words in telling)
    wording = f"{WORDING}, above all {quoted}." if quoted else f"{WORDING}."
    named.append(("E01", wording, "use cases written for this project", outside[0]))
    named.append(("E02", NEAREST, "the case bank, cases below", outside[1]))
    named = [entry for entry in named if np.abs(entry[3]).max() >= 0.05]
    named.sort(key=lambda entry: -abs(entry[3][best]))
    return [
        Reason(code=code, text=text, source=source, contributions=_shares(part))
        for code, text, source, part in named
    ]


def _neighbour(match: Match) -> Neighbour:
    case = match.case
    return Neighbour(
        id=case.id, title=case.title, approach=case.approach,
        similarity=round(match.similarity, 4), source=str(case.sources[0].url), year=case.year,
    )


def _understood(reading: Reading, beliefs: Array, known: dict[str, str]) -> list[Understood]:
    rows = []
    for factor in FACTORS:
        values = FACTOR_VALUES[factor.id]
        shares = beliefs[FACTOR_PLACES[factor.id]]
        place = int(shares.argmax())
        stated = shares[place] > max(0.5, 1 - shares.sum())
        value = values[place] if stated else None
        rows.append(Understood(
            factor=factor.id, label=factor.label, value=value,
            value_label=factor.value_label(value) if value else "Not said",
            probability=round(float(shares[place] if value else 1 - shares.sum()), 4),
            words=reading.words(factor.id, value) if value and factor.id not in known else [],
            from_answer=factor.id in known,
        ))
    return rows
