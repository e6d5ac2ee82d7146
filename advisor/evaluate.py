"""How right the advice is on use cases with known answers: python -m advisor evaluate FILE.jsonl

Each line holds ``id, description, label`` and, where there are any, ``acceptable`` (every approach
that the source would also support) and ``answers`` (what the team would answer to the questions).
Measured from the description alone, after an interview that asks what the advisor asks, and with
every answer given. Nothing is fitted here.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from advisor.use_case import DONT_KNOW, UseCase, UseCaseError
from casebank import APPROACHES

Array = NDArray[np.float64]
SURE = 0.8
BINS = 10
RESAMPLES = 1000
MOST_QUESTIONS = 7


@dataclass(frozen=True)
class Known:
    """A use case whose right approach is on record; ``acceptable`` includes ``label``."""

    id: str
    description: str
    label: str
    acceptable: frozenset[str]
    answers: dict[str, str] = field(default_factory=dict)


def read_known(path: Path, answers: Path | None = None) -> list[Known]:
    """Use cases of a JSONL file; ``answers`` names a second file of ``{id, answers}`` lines.

    Raises ``UseCaseError`` naming file and line.
    """
    by_id = {}
    if answers is not None:
        by_id = {row.get("id"): row.get("answers") for row in _lines(answers)}
    rows = []
    for number, row in enumerate(_lines(path), start=1):
        where = f"{path}, line {number}"
        if row.get("label") not in APPROACHES:
            raise UseCaseError(f"{where}: label: expected one of {', '.join(APPROACHES)}; "
                               f"found {row.get('label')!r}")
        given = by_id.get(row.get("id")) or row.get("answers") or {}
        try:
            UseCase(row.get("description", ""), given)
        except (UseCaseError, AttributeError) as error:
            raise UseCaseError(f"{where}: {error}") from error
        acceptable = frozenset([row["label"], *(row.get("acceptable") or [])])
        rows.append(Known(str(row.get("id", number)), row["description"], row["label"],
                          acceptable, dict(given)))
    if not rows:
        raise UseCaseError(f"{path}: expected at least one use case, found none")
    return rows


def _lines(path: Path) -> list[dict[str, Any]]:
    rows = []
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UseCaseError(f"{path}: expected a readable UTF-8 file: {error}") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise UseCaseError(f"{path}, line {number}: expected JSON: {error}") from error
        if not isinstance(row, dict):
            raise UseCaseError(f"{path}, line {number}: expected an object, found {row!r:.60}")
        rows.append(row)
    return rows


def evaluate(rows: Sequence[Known]) -> dict[str, Any]:
    """Scores with 95% intervals: description alone, interviewed, with every answer.

    The last two are there when at least one use case has answers.
    """
    from advisor.engine import gather, weigh

    evidence = gather([row.description for row in rows])
    alone = [weigh(UseCase(r.description), e) for r, e in zip(rows, evidence, strict=True)]
    commonest = Counter(row.label for row in rows).most_common(1)[0][0]
    baseline = np.tile([float(a == commonest) for a in APPROACHES], (len(rows), 1))
    result: dict[str, Any] = {
        "n": len(rows),
        "description_alone": scores(_table(alone), rows),
        "always_the_commonest": {"approach": commonest} | {
            name: value for name, value in scores(baseline, rows).items()
            if name in ("strict", "acceptable", "macro_f1")},
    }
    if any(row.answers for row in rows):
        asked = [interview(row, e) for row, e in zip(rows, evidence, strict=True)]
        counts = [count for _, count in asked]
        result["after_interview"] = scores(_table([a for a, _ in asked]), rows) | {
            "questions": {"mean": round(float(np.mean(counts)), 2), "most": max(counts)}}
        full = [weigh(UseCase(r.description, r.answers), e)
                for r, e in zip(rows, evidence, strict=True)]
        result["with_every_answer"] = scores(_table(full), rows)
    result["wrong"] = [
        {"id": r.id, "label": r.label, "approach": a.approach,
         "probability": a.probabilities[a.approach]}
        for r, a in zip(rows, alone, strict=True) if a.approach not in r.acceptable
    ]
    return result


def interview(row: Known, evidence: Any) -> tuple[Any, int]:
    """Advice after the advisor's own questions were answered as on record, and their number."""
    from advisor.engine import weigh

    answers: dict[str, str] = {}
    advice = weigh(UseCase(row.description), evidence)
    while advice.next_question is not None and len(answers) < MOST_QUESTIONS:
        asked = advice.next_question.id
        answers[asked] = row.answers.get(asked, DONT_KNOW)
        advice = weigh(UseCase(row.description, answers), evidence)
    return advice, len(answers)


def _table(advice: Sequence[Any]) -> Array:
    return np.array([[a.probabilities[name] for name in APPROACHES] for a in advice])


def scores(probabilities: Array, rows: Sequence[Known]) -> dict[str, Any]:
    """Scores of probabilities, shape (n, 4), each with its 95% interval and n.

    ``strict``: the recorded approach; ``acceptable``: one that the source would accept;
    ``calibration_error``: expected calibration error of the leading probability against strict
    correctness in ten equal bins (Guo et al. 2017), beside what perfectly calibrated advice would
    show on as few items; ``sure``: where the leading probability is at least 0.8.
    """
    labels = np.array([APPROACHES.index(row.label) for row in rows])
    best, share = probabilities.argmax(1), probabilities.max(1)
    strict = best == labels
    acceptable = np.array([APPROACHES[b] in r.acceptable for b, r in zip(best, rows, strict=True)])
    sure = share >= SURE
    rng = np.random.default_rng(0)
    draws = rng.integers(0, len(rows), (RESAMPLES, len(rows)))
    chance = rng.random((RESAMPLES, len(rows))) < share
    return {
        "strict": _share(strict),
        "acceptable": _share(acceptable),
        "macro_f1": {
            "value": round(_macro_f1(labels, best), 4),
            "ci95": _percentiles([_macro_f1(labels[d], best[d]) for d in draws]), "n": len(rows)},
        "calibration_error": {
            "value": round(_ece(share, strict), 4),
            "ci95": _percentiles([_ece(share[d], strict[d]) for d in draws]), "n": len(rows),
            "if_calibrated": round(float(np.mean([_ece(share, c) for c in chance])), 4)},
        "sure": _share(sure),
        "acceptable_where_sure": _share(acceptable[sure]),
    }


def _share(right: NDArray[np.bool_]) -> dict[str, Any]:
    """A proportion with its Wilson interval; none of an empty set."""
    from scipy.stats import binomtest

    if not len(right):
        return {"value": None, "ci95": None, "n": 0}
    interval = binomtest(int(right.sum()), len(right)).proportion_ci(method="wilson")
    return {"value": round(float(right.mean()), 4),
            "ci95": [round(float(interval.low), 4), round(float(interval.high), 4)],
            "n": len(right)}


def _percentiles(values: Sequence[float]) -> list[float]:
    return [round(float(v), 4) for v in np.percentile(values, [2.5, 97.5])]


def _macro_f1(truth: NDArray[np.int64], said: NDArray[np.int64]) -> float:
    values = []
    for place in range(len(APPROACHES)):
        real, claimed = truth == place, said == place
        if real.any():
            values.append(2 * (real & claimed).sum() / (real.sum() + claimed.sum()))
    return float(np.mean(values))


def _ece(share: Array, right: NDArray[np.bool_]) -> float:
    bins = np.minimum((share * BINS).astype(int), BINS - 1)
    gaps = [abs(share[bins == b].sum() - right[bins == b].sum()) for b in range(BINS)]
    return float(sum(gaps) / len(share))
