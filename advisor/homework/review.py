"""The review: what was read, what the advisor thinks, what the checks found, and a score.

A review is the JSON line that ``python -m advisor review`` writes; every page and report is drawn
from it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from advisor.homework.checks import check_submission, check_use_case
from advisor.homework.opinion import Opinion, agreement, opinions
from advisor.homework.outcome import Outcome, ReadUseCase, Work
from advisor.homework.reasoning import Reasoning, read_reasonings
from advisor.homework.rubric import Rubric, default_rubric
from advisor.homework.submission import Entry, Submission

Line = dict[str, Any]
MOST_REASONING = 4_000  # characters that are read of one reasoning


@dataclass(frozen=True)
class Review:
    """A submission with what each check says: on each use case in turn, and on the whole."""

    work: Work
    use_cases: tuple[Mapping[str, Outcome], ...]
    whole: Mapping[str, Outcome]
    rubric: Rubric

    def to_line(self) -> Line:
        """The documented JSON object."""
        submission = self.work.submission
        line: Line = {
            "file": submission.file, "author": submission.author, "posted": submission.posted,
            "use_cases": [
                self._use_case(used, outcomes)
                for used, outcomes in zip(self.work.use_cases, self.use_cases, strict=True)
            ],
            "findings": self._findings(self.whole),
        }
        return line | {"score": score(line, self.rubric)}

    def _use_case(self, used: ReadUseCase, outcomes: Mapping[str, Outcome]) -> Line:
        opinion = used.opinion
        return {
            "description": used.entry.description, "reasoning": used.entry.reasoning,
            "stance": used.reasoning.stance, "later": list(used.reasoning.later),
            "criteria": list(used.reasoning.criteria),
            "contradiction": used.reasoning.contradiction,
            "advice": opinion and {"approach": opinion.approach,
                                   "probabilities": opinion.probabilities},
            "agreement": used.agreement,
            "findings": self._findings(outcomes),
        }

    def _findings(self, outcomes: Mapping[str, Outcome]) -> list[Line]:
        return [
            {"code": code, "severity": outcome.severity or self.rubric[code].severity,
             "text": outcome.text}
            for code, outcome in outcomes.items() if outcome.status == "finding"
        ]


def review(submissions: Sequence[Submission], rubric: Rubric | None = None) -> list[Review]:
    """Reviews of ``submissions``; all their use cases are read together in one batch."""
    rules = rubric or default_rubric()
    entries = [entry for submission in submissions for entry in submission.entries]
    seen = opinions([entry.description for entry in entries])
    reasonings = read_reasonings(
        [entry.description[:MOST_REASONING] for entry in entries],
        [entry.reasoning[:MOST_REASONING] for entry in entries])
    read = iter([
        _use_case(entry, reasoning, opinion, rules)
        for entry, reasoning, opinion in zip(entries, reasonings, seen, strict=True)
    ])
    reviews = []
    for submission in submissions:
        work = Work(submission, tuple(next(read) for _ in submission.entries))
        reviews.append(Review(
            work, tuple(check_use_case(used, rules) for used in work.use_cases),
            check_submission(work, rules), rules))
    return reviews


def _use_case(
    entry: Entry, reasoning: Reasoning, opinion: Opinion | None, rubric: Rubric
) -> ReadUseCase:
    if opinion is None:
        return ReadUseCase(entry, reasoning, None, None)
    close = rubric["HW015"].thresholds["close"]
    return ReadUseCase(
        entry, reasoning, opinion, agreement(reasoning.stance, reasoning.later, opinion, close),
        opinion.known_words() >= rubric["HW017"].thresholds["known_words"])


def key_of(line: Mapping[str, Any]) -> str:
    """Equal for a submission before and after its review, and for no other one."""
    if "error" in line:
        parts: list[Any] = [line["file"], line["error"]]
    else:
        parts = [line["file"], line["author"], line["posted"],
                 *([u["description"], u["reasoning"]] for u in line["use_cases"])]
    return hashlib.blake2b(encoded(parts), digest_size=16).hexdigest()


def encoded(value: Any) -> bytes:
    """JSON in UTF-8; half a surrogate pair, which UTF-8 cannot hold, becomes ``?``."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")


def costs(line: Mapping[str, Any], rubric: Rubric) -> list[tuple[int | None, str, float]]:
    """What each finding of a line costs: the place of its use case (None: the whole), code, points.
    """
    found: list[tuple[int | None, str, float]] = []
    for row in line["findings"]:
        found.append((None, row["code"], _cost(row["code"], line, rubric)))
    for place, used in enumerate(line["use_cases"]):
        found += [(place, row["code"], _cost(row["code"], line, rubric))
                  for row in used["findings"]]
    return found


def _cost(code: str, line: Mapping[str, Any], rubric: Rubric) -> float:
    setting = rubric[code]
    if code != "HW001":
        return setting.points
    filled = sum(bool(used["description"].strip()) for used in line["use_cases"])
    return setting.points * max(0.0, setting.thresholds["wanted"] - filled)


def score(line: Mapping[str, Any], rubric: Rubric) -> float:
    """100 less what the findings cost, never below 0."""
    return round(max(0.0, 100.0 - sum(points for _, _, points in costs(line, rubric))), 1)
