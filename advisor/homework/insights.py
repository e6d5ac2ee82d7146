"""What a review knew of a use case and its line does not say: its field, and what decides it.

Kept beside the reviews by the review itself, so that a class can be looked at from every side
without reading its texts again.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from advisor.homework.opinion import Opinion, opinions
from advisor.homework.reasoning import Reasoning, read_reasonings
from advisor.homework.review import MOST_REASONING, Line, encoded

# Domains of the bank that name a kind of evidence, not a field of work.
_NO_FIELD = {"workshop", "benchmarks lora land", "vendor guidance", "text classification studies",
             "preference and alignment", "retrieval with tuning", "tools and agents",
             "courses and exams", "knowledge and labels", "data questions"}
OTHER_FIELD = "other"
LEAST_LIKE = 0.3  # cosine from which a case says something on the field
CHUNK = 64  # use cases that are read together


@dataclass(frozen=True)
class Insight:
    """On one use case: its field of work, what decides it with its weight in log-odds, and how
    unsure its stance was read, 0 to 1."""

    field: str
    decisive: tuple[tuple[str, float], ...]
    doubt: float


def insight(opinion: Opinion | None, reasoning: Reasoning) -> Insight:
    """What is kept of an opinion on a description (None: an empty one) and of a reasoning."""
    if opinion is None:
        return Insight(OTHER_FIELD, (), reasoning.doubt)
    decisive = tuple((d.criterion, round(d.weight, 4)) for d in opinion.decisive())
    return Insight(_field(opinion), decisive, reasoning.doubt)


def _field(opinion: Opinion) -> str:
    """The field of the documented cases nearest to a use case."""
    votes: dict[str, float] = {}
    for match in opinion.evidence.matches:
        field = match.case.domain
        if field not in _NO_FIELD and match.similarity > LEAST_LIKE:
            votes[field] = votes.get(field, 0.0) + match.similarity
    return max(votes, key=lambda name: votes[name]) if votes else OTHER_FIELD


def insights_path(reviews: Path) -> Path:
    """Where the insights of a file of reviews are kept."""
    return reviews.with_suffix(".insights.jsonl")


def key_of_texts(description: str, reasoning: str) -> str:
    """By what an insight is found again: the two texts that it was drawn from."""
    return hashlib.blake2b(encoded([description, reasoning]), digest_size=16).hexdigest()


def keep_insights(path: Path, rows: Mapping[str, Insight]) -> None:
    """Write insights, by the key of their texts, behind those in ``path``; raises ``OSError``."""
    with path.open("ab") as file:  # a kill may have cut off the last line: begin a new one
        file.write(b"".join(b"\n" + encoded({"key": key} | asdict(row))
                            for key, row in rows.items()) + b"\n")


def read_insights(path: Path) -> dict[str, Insight]:
    """Insights by the key of their texts; those on damaged lines, or without a file, are none."""
    found: dict[str, Insight] = {}
    try:
        with path.open("rb") as rows:
            for raw in rows:
                try:
                    row = json.loads(raw)
                    decisive = tuple((str(c), float(weight)) for c, weight in row["decisive"])
                    found[row["key"]] = Insight(str(row["field"]), decisive, float(row["doubt"]))
                except (ValueError, KeyError, TypeError, RecursionError):
                    continue  # cut off by a kill: read again when it is wanted
    except OSError:
        pass
    return found


def insights(
    lines: Iterable[Line], path: Path, tell: Callable[[int, int], None]
) -> list[Insight]:
    """An insight on each use case, in order: from ``path``, and read again where it has none.

    Reading takes some hundredths of a second each; it is kept in ``path`` for the next time.
    ``tell`` is called with those read and all that must be.
    """
    texts = [(u["description"], u["reasoning"]) for line in lines for u in line["use_cases"]]
    known = read_insights(path)
    missing = list(dict.fromkeys(pair for pair in texts if key_of_texts(*pair) not in known))
    for start in range(0, len(missing), CHUNK):
        pairs = missing[start : start + CHUNK]
        readings = read_reasonings([d[:MOST_REASONING] for d, _ in pairs],
                                   [r[:MOST_REASONING] for _, r in pairs])
        fresh = {key_of_texts(*pair): insight(opinion, reading) for pair, opinion, reading
                 in zip(pairs, opinions([d for d, _ in pairs]), readings, strict=True)}
        known |= fresh
        with suppress(OSError):  # where nothing can be kept they are read again
            keep_insights(path, fresh)
        tell(start + len(pairs), len(missing))
    return [known[key_of_texts(*pair)] for pair in texts]


def overlooked(
    lines: Iterable[Line], found: Sequence[Insight], least: float
) -> list[tuple[str, int, int]]:
    """``(criterion, missed, decisive)``: in how many use cases a criterion decides the advice by
    what the description states, and in how many of them the reasoning leaves it out.

    ``least`` is what it must add to the advice, in log-odds.
    """
    decisive: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    used = [u for line in lines for u in line["use_cases"]]
    for row, one in zip(used, found, strict=True):
        strong = [criterion for criterion, weight in one.decisive if weight >= least]
        decisive.update(strong)
        missed.update(c for c in strong if c not in row["criteria"])
    return sorted(((c, missed[c], n) for c, n in decisive.items()), key=lambda row: -row[1])
