"""Practice on documented cases: which case comes next, and what a person's answers show.

The workshop's four quiz cases come first, then contrast pairs on what the person gets wrong:
cases that are nearly the same, with one thing changed and another approach.
"""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import blake2b
from pathlib import Path

from casebank import APPROACHES, Case

QUIZ = ("restaurant-customer-emails", "medical-publisher-ontology", "short-fiction-writer",
        "employee-news-summaries")
SURENESS = {0.25: "A guess", 0.5: "Half sure", 0.7: "Fairly sure", 0.9: "Very sure"}
MOST_SET = 40


class PracticeError(ValueError):
    """Answers that cannot be kept; the message says where."""


@dataclass(frozen=True)
class Answer:
    """One answer. ``sure`` is the person's own probability of being right; ``factors`` are what
    the person says decides the case, by the ids of ``advisor.factors``."""

    person: str
    case: str
    approach: str
    sure: float
    factors: tuple[str, ...] = ()
    at: float = 0.0


def right(case: Case, approach: str) -> bool:
    """Whether an answer stands: what fits, what would also do, or a side that an expert took."""
    sides = {position.approach for position in case.positions if position.approach}
    return approach in {case.approach, *case.acceptable, *sides}


def chosen_set(text: str, bank: Mapping[str, Case]) -> tuple[list[str], list[str]]:
    """The cases of a link's ``?set=id,id``, and the names that are no case's."""
    names = list(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))[:MOST_SET]
    return [n for n in names if n in bank], [n for n in names if n not in bank]


def next_case(
    answers: Sequence[Answer], bank: Mapping[str, Case], chosen: Sequence[str] = ()
) -> Case | None:
    """The case to show next; none when a chosen set is done, or the whole bank.

    After a wrong answer come pairs of what was right and what was said, both cases of a pair one
    after the other; without a wrong one, pairs of approaches that were not met yet.
    """
    done = {answer.case for answer in answers}
    for name in chosen or QUIZ:
        if name not in done and name in bank:
            return bank[name]
    if chosen:
        return None
    if answers and (twin := _open_twin(bank[answers[-1].case], done, bank)):
        return twin
    confused = confusions(answers, bank)
    met = Counter(bank[answer.case].approach for answer in answers)

    def worth(case: Case) -> tuple[int, int, int, str]:
        other = bank[str(case.contrast_of)]
        pair = frozenset((case.approach, other.approach))
        return (-confused[pair], met[case.approach] + met[other.approach],
                -int(case.approach != other.approach), case.id)

    fresh = [case for case in bank.values()
             if case.contrast_of in bank and not {case.id, str(case.contrast_of)} & done]
    if fresh:
        return min(fresh, key=worth)
    left = [case for case in bank.values() if case.id not in done]
    return min(left, key=lambda c: (met[c.approach], c.id)) if left else None


def _open_twin(case: Case, done: set[str], bank: Mapping[str, Case]) -> Case | None:
    twins = [c for c in bank.values() if c.id not in done
             and case.id != c.id and (c.contrast_of == case.id or case.contrast_of == c.id)]
    return min(twins, key=lambda c: c.id) if twins else None


def confusions(answers: Iterable[Answer], bank: Mapping[str, Case]) -> Counter[frozenset[str]]:
    """How often what was right and what was said were taken for each other."""
    return Counter(
        frozenset((bank[a.case].approach, a.approach)) for a in answers
        if a.case in bank and not right(bank[a.case], a.approach))


def overlooked(answers: Iterable[Answer], bank: Mapping[str, Case]) -> list[tuple[str, int, int]]:
    """``(factor, overlooked, stated)``: over the answers that named any factor or were wrong, how
    often the source states it and the person did not name it; most overlooked first."""
    stated: Counter[str] = Counter()
    passed: Counter[str] = Counter()
    for answer in answers:
        case = bank.get(answer.case)
        if case is None or (right(case, answer.approach) and not answer.factors):
            continue
        stated.update(list(case.factors))
        passed.update(f for f in case.factors if f not in answer.factors)
    rows = [(factor, passed[factor], n) for factor, n in stated.items() if passed[factor]]
    return sorted(rows, key=lambda row: (-row[1], row[0]))


@dataclass(frozen=True)
class Calibration:
    """Of the answers with one degree of sureness, how many were right."""

    sure: float
    right: int
    n: int


def calibration(answers: Iterable[Answer], bank: Mapping[str, Case]) -> list[Calibration]:
    """One row for each degree of sureness that was used, least sure first."""
    n: Counter[float] = Counter()
    hits: Counter[float] = Counter()
    for answer in answers:
        if answer.case in bank:
            n[answer.sure] += 1
            hits[answer.sure] += right(bank[answer.case], answer.approach)
    return [Calibration(sure, hits[sure], n[sure]) for sure in sorted(n)]


class AnswerBook:
    """Answers of everybody who practises with one set of cases: a line each in one file.

    Lines are appended whole, so that a class may answer at the same time. Each ``group`` with the
    set has a book of its own, so that this year's class does not see last year's answers.
    """

    def __init__(self, folder: Path, chosen: Sequence[str] = (), group: str = "") -> None:
        told = "\0".join([",".join(sorted(chosen)), *([group] if group else [])])
        name = blake2b(told.encode("utf-8", "replace"), digest_size=8).hexdigest()
        self.path = folder / (f"set-{name}.jsonl" if chosen else "open.jsonl")

    def add(self, answer: Answer) -> None:
        """Raises ``PracticeError`` where it cannot be kept."""
        line = json.dumps(asdict(answer) | {"at": round(time.time(), 1)}) + "\n"
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
            try:
                os.write(handle, line.encode())
            finally:
                os.close(handle)
        except OSError as error:
            raise PracticeError(f"{self.path}: the answer cannot be kept: {error.strerror}; "
                                "set ADVISOR_RUNS to a folder that can be written") from error

    def all(self) -> list[Answer]:
        """Everybody's answers, the first of each person on each case; damaged lines are left out.
        """
        try:
            rows = self.path.read_text(encoding="utf-8").splitlines()
        except OSError:
            return []
        first: dict[tuple[str, str], Answer] = {}
        for row in rows:
            try:
                raw = json.loads(row)
                answer = Answer(str(raw["person"]), str(raw["case"]), str(raw["approach"]),
                                float(raw["sure"]), tuple(map(str, raw["factors"])),
                                float(raw["at"]))
            except (ValueError, KeyError, TypeError):
                continue
            if answer.approach in APPROACHES:
                first.setdefault((answer.person, answer.case), answer)
        return list(first.values())
