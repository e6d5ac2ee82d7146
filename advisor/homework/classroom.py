"""A class seen as a whole: what differs, what is missed, who copied, what deserves a look.

Works on the JSON lines that the review writes; lines with an error are left out by ``reviews_in``.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from advisor.homework.insights import Insight, key_of_texts
from advisor.homework.opinion import MOST_READ
from advisor.homework.reasoning import read_reasonings
from advisor.homework.review import MOST_REASONING, Line
from advisor.homework.similar import shingles
from advisor.homework.submission import SubmissionError
from casebank.encoder import LOADING

COPIES_FROM = 0.55  # share of shared wording from which two texts are set side by side
SECOND_LOOK = 0.4  # doubt from which a person should look again


def reviews_in(path: Path) -> Iterator[Line]:
    """Every line of a file of reviews, errors too; raises ``SubmissionError`` naming the line."""
    try:
        with path.open("rb") as lines:
            for number, raw in enumerate(lines, start=1):
                if raw.endswith(b"\n"):  # the last line of a review that still runs may not
                    yield _line(raw, f"{path.name}, line {number}")
    except OSError as error:
        raise SubmissionError(f"{path}: {error.strerror}") from error


def _line(raw: bytes, where: str) -> Line:
    try:
        line = json.loads(raw)
        if "error" not in line:
            _ = line["file"], line["author"], line["posted"], line["findings"], line["score"]
            _ = [(u["description"], u["reasoning"], u["stance"], u["criteria"], u["findings"],
                  u["advice"], u["agreement"], u["later"]) for u in line["use_cases"]]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise SubmissionError(f"{where}: expected a review as python -m advisor review writes it "
                              f"({type(error).__name__}: {error})") from error
    return dict(line)


@dataclass(frozen=True)
class Summary:
    """Counts over a class; ``findings`` counts submissions that have at least one of a code."""

    n: int
    n_use_cases: int
    unreadable: int
    scores: tuple[float, ...]
    findings: Mapping[str, int]
    stances: Mapping[str, int]
    agreement: Mapping[str, int]
    choices: Mapping[tuple[str, str], int]  # (student's stance, advisor's approach)


def summarise(lines: Iterable[Line]) -> Summary:
    """The counts, from one pass over the lines."""
    n = n_use_cases = unreadable = 0
    scores: list[float] = []
    findings: Counter[str] = Counter()
    stances: Counter[str] = Counter()
    agreed: Counter[str] = Counter()
    choices: Counter[tuple[str, str]] = Counter()
    for line in lines:
        if "error" in line:
            unreadable += 1
            continue
        n += 1
        n_use_cases += len(line["use_cases"])
        scores.append(line["score"])
        findings.update(codes_of(line))
        for used in line["use_cases"]:
            stances[used["stance"]] += 1
            if used["advice"]:
                agreed[used["agreement"]] += 1
                choices[used["stance"], used["advice"]["approach"]] += 1
    return Summary(n, n_use_cases, unreadable, tuple(scores), findings, stances, agreed, choices)


def codes_of(line: Line) -> set[str]:
    """The codes that a submission has findings of."""
    return {f["code"] for part in (line, *line["use_cases"]) for f in part["findings"]}


def gap(used: Mapping[str, Any]) -> float:
    """How far the advisor's choice lies over the student's, 0 where there is nothing to compare."""
    if not used["advice"] or used["agreement"] == "agrees" or used["stance"] == "none":
        return 0.0
    shares = used["advice"]["probabilities"]
    return float(shares[used["advice"]["approach"]] - shares.get(used["stance"], 0.0))


@dataclass(frozen=True)
class Doubt:
    """How much a review deserves a second look, 0 to 1, and why."""

    value: float
    why: str


def doubts(lines: Sequence[Line], known: Mapping[str, Insight]) -> list[Doubt]:
    """For each line, the doubt of its most doubtful use case.

    ``known`` are the insights that were kept; where there is none, the reasoning is read again.
    """
    texts = {key_of_texts(u["description"], u["reasoning"]): u
             for line in lines for u in line["use_cases"]}
    missing = {key: u for key, u in texts.items() if key not in known}
    readings = read_reasonings([u["description"][:MOST_REASONING] for u in missing.values()],
                               [u["reasoning"][:MOST_REASONING] for u in missing.values()])
    of_stance = {key: row.doubt for key, row in known.items()} | {
        key: reading.doubt for key, reading in zip(missing, readings, strict=True)}
    found = []
    for line in lines:
        worst = Doubt(0.0, "")
        for number, row in enumerate(line["use_cases"], start=1):
            key = key_of_texts(row["description"], row["reasoning"])
            worst = max(worst, _doubt(number, row, of_stance[key]), key=lambda d: d.value)
        found.append(worst)
    return found


def _doubt(number: int, row: Mapping[str, Any], of_stance: float) -> Doubt:
    codes = {f["code"] for f in row["findings"]}
    if "HW017" in codes:
        return Doubt(0.9, f"number {number} could hardly be read")
    advice = row["advice"]
    unsure = 1 - advice["probabilities"][advice["approach"]] if "HW015" in codes and advice else 0.0
    if of_stance >= unsure:
        return Doubt(of_stance, f"number {number}: what it proposes is not clear")
    return Doubt(unsure, f"number {number}: it differs from an advice that is not sure")


def to_begin_with(lines: Sequence[Line], most: int = 10) -> list[int]:
    """Places of the submissions to judge first: from every part of the range of scores."""
    order = sorted(range(len(lines)), key=lambda i: (lines[i]["score"], i))
    if len(order) <= most:
        return sorted(order)
    return sorted(order[round(k * (len(order) - 1) / (most - 1))] for k in range(most))


@dataclass(frozen=True)
class Copy:
    """Two texts of two submissions: places of line and use case, and how much wording is shared."""

    first: tuple[int, int]
    second: tuple[int, int]
    share: float


def near_copies(lines: Sequence[Line], least: float = COPIES_FROM) -> list[Copy]:
    """Descriptions with reasoning that two submissions word alike, most alike first."""
    with LOADING:
        from sklearn.feature_extraction.text import CountVectorizer

    places = [(i, k) for i, line in enumerate(lines) for k in range(len(line["use_cases"]))]
    texts = [f"{u['description'][:MOST_READ]} {u['reasoning'][:MOST_READ]}"
             for line in lines for u in line["use_cases"]]
    runs = [{term for term in shingles(text) if " " in term} for text in texts]
    if len(texts) < 2 or not any(runs):
        return []
    counts = CountVectorizer(analyzer=lambda i: runs[i], binary=True).fit_transform(
        range(len(runs)))
    sizes = np.asarray(counts.sum(axis=1)).ravel()
    found = []
    for start in range(0, len(runs), 500):
        shared = (counts[start : start + 500] @ counts.T).tocoo()
        for row, column, n in zip(shared.row, shared.col, shared.data, strict=True):
            i, j = int(row) + start, int(column)
            share = 2 * float(n) / float(sizes[i] + sizes[j])
            if j < i and share >= least and places[i][0] != places[j][0]:
                found.append(Copy(places[j], places[i], share))
    return sorted(found, key=lambda copy: -copy.share)


@dataclass(frozen=True)
class Post:
    """A use case worth discussing in class: places of line and use case, and why."""

    place: tuple[int, int]
    worth: float
    why: str


def interesting(lines: Sequence[Line], most: int = 10) -> list[Post]:
    """What was posted (where nothing was, the best of the five), most worth discussing first."""
    found = []
    for i, line in enumerate(lines):
        places = range(len(line["use_cases"]))
        if line["posted"] and line["posted"] <= len(places):
            places = range(line["posted"] - 1, line["posted"])
        posts = [_post(i, k, line["use_cases"][k]) for k in places]
        found += sorted(posts, key=lambda post: -post.worth)[:1]
    return sorted((p for p in found if p.worth > 0), key=lambda post: -post.worth)[:most]


def _post(i: int, k: int, used: Mapping[str, Any]) -> Post:
    if used["stance"] == "none" or not used["advice"]:
        return Post((i, k), 0.0, "")
    n, why = len(used["criteria"]), []
    worth = float(min(n, 4))
    if n:
        why.append(f"{n} reason{'s' * (n > 1)}")
    if used["agreement"] == "disputed":
        worth += 3
        why.append("both answers stand")
    elif used["agreement"] == "differs" and n >= 2:
        worth += 1 + 2 * gap(used)
        why.append("argues for another approach than the advisor")
    if used["later"]:
        worth += 1
        why.append("a staged plan")
    issues = sum(f["severity"] == "issue" and f["code"] != "HW015" for f in used["findings"])
    return Post((i, k), worth - issues, ", ".join(why))
