"""What the instructor says: findings taken back or added, comments, and what that does to a score.

Kept in one JSON file beside the reviews, written whole and at once, so that it is never half.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from advisor.homework.checks import BY_CODE
from advisor.homework.review import Line, score
from advisor.homework.rubric import Rubric
from advisor.homework.submission import SubmissionError
from casebank.store import alone_in, replace_files

FIRST = 5  # submissions to look through before the agreement says something
MOST_COMMENT = 5_000


@dataclass(frozen=True)
class Mark:
    """The instructor on one submission.

    ``dropped`` and ``added`` name findings as ``"2:HW005"``, the place of the use case from 1 (0:
    the whole) and the code. ``looked`` says that everything else was agreed to. ``comment`` is on
    the submission; ``notes`` are comments by finding, named in the same way, or by use case
    (``"2"``).
    """

    looked: bool = False
    dropped: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    comment: str = ""
    notes: dict[str, str] = field(default_factory=dict)

    @property
    def commented(self) -> bool:
        return bool(self.comment or self.notes)


def name_of(place: int | None, code: str) -> str:
    """How a mark names a finding; ``place`` counts from 0, None is the whole submission."""
    return f"{0 if place is None else place + 1}:{code}"


def marks_path(reviews: Path) -> Path:
    """Where the marks on a file of reviews are kept."""
    return reviews.with_suffix(".marks.json")


def read_marks(path: Path) -> dict[str, Mark]:
    """Marks by ``review.key_of``; none where there is no file. Raises ``SubmissionError``."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        return {key: _mark(row) for key, row in raw["marks"].items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise SubmissionError(f"{path}: expected the instructor's marks, found something else "
                              f"({error}); move the file away to begin anew") from error


def _mark(row: Mapping[str, Any]) -> Mark:
    return Mark(bool(row["looked"]), tuple(map(str, row["dropped"])),
                tuple(map(str, row["added"])), str(row["comment"]),
                {str(name): str(text) for name, text in row.get("notes", {}).items()})


def change(path: Path, key: str, how: Callable[[Mark], Mark]) -> dict[str, Mark]:
    """Change the mark of one submission and keep it; all marks as they then are.

    Two windows that mark at the same time both count. Raises ``SubmissionError``.
    """
    try:
        with alone_in(path.parent):
            marks = read_marks(path)
            marks[key] = how(marks.get(key, Mark()))
            content = {"marks": {k: asdict(m) for k, m in marks.items()}}
            replace_files({path: json.dumps(content, ensure_ascii=False, indent=1).encode()})
    except OSError as error:
        raise SubmissionError(f"{path}: not writable: {error.strerror}") from error
    return marks


def looked(mark: Mark) -> Mark:
    return replace(mark, looked=True)


def toggled(name: str) -> Callable[[Mark], Mark]:
    """Take a finding back, or let it stand again."""
    return lambda mark: replace(mark, looked=True, dropped=_toggle(mark.dropped, name))


def with_added(name: str) -> Callable[[Mark], Mark]:
    """Add a finding that the review missed, or take the addition back."""
    return lambda mark: replace(mark, looked=True, added=_toggle(mark.added, name))


def with_comment(text: str) -> Callable[[Mark], Mark]:
    return lambda mark: replace(mark, comment=text.strip()[:MOST_COMMENT])


def with_note(name: str, text: str) -> Callable[[Mark], Mark]:
    """Comment on the use case or finding of that name; an empty text takes the comment away."""
    clean = text.strip()[:MOST_COMMENT]
    return lambda mark: replace(mark, notes={
        key: note for key, note in (mark.notes | {name: clean}).items() if note})


def _toggle(names: tuple[str, ...], name: str) -> tuple[str, ...]:
    return tuple(n for n in names if n != name) if name in names else (*names, name)


def applied(line: Line, mark: Mark, rubric: Rubric) -> Line:
    """The line as it is with the mark: findings dropped and added, and the score that follows.

    What is commented on has a ``comment``; where findings changed, ``score_before`` is the
    review's own.
    """
    def kept(rows: list[Line], place: int | None) -> list[Line]:
        left = [_noted(row, mark.notes.get(name_of(place, row["code"]))) for row in rows
                if name_of(place, row["code"]) not in mark.dropped]
        codes = {row["code"] for row in rows}
        for name in mark.added:
            number, _, code = name.partition(":")
            if number == name_of(place, "").rstrip(":") and code in BY_CODE and code not in codes:
                row = {"code": code, "severity": rubric[code].severity,
                       "text": f"Your instructor adds this. {BY_CODE[code].fix}"}
                left.append(_noted(row, mark.notes.get(name)))
        return left

    new = _noted(line, mark.comment) | {
        "findings": kept(line["findings"], None),
        "use_cases": [_noted(used, mark.notes.get(str(place + 1)))
                      | {"findings": kept(used["findings"], place)}
                      for place, used in enumerate(line["use_cases"])],
    }
    if not mark.dropped and not mark.added:
        return new
    return new | {"score": score(new, rubric), "score_before": line["score"]}


def _noted(row: Line, comment: str | None) -> Line:
    return row | {"comment": comment} if comment else row


@dataclass(frozen=True)
class Accord:
    """How often the instructor let a check's findings stand, with a 95% interval (Wilson)."""

    code: str
    agreed: int
    dropped: int
    added: int

    @property
    def n(self) -> int:
        return self.agreed + self.dropped + self.added

    @property
    def share(self) -> float:
        return self.agreed / self.n if self.n else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        from training.metrics import wilson

        return wilson(self.agreed, self.n)


def accords(seen: Iterable[tuple[Line, Mark]]) -> list[Accord]:
    """Agreement per check over submissions, as reviewed, that were looked through; most judged
    first."""
    agreed: Counter[str] = Counter()
    dropped: Counter[str] = Counter()
    added: Counter[str] = Counter()
    for line, mark in seen:
        for place, part in ((None, line), *enumerate(line["use_cases"])):
            for row in part["findings"]:
                taken_back = name_of(place, row["code"]) in mark.dropped
                (dropped if taken_back else agreed)[row["code"]] += 1
        added.update(name.partition(":")[2] for name in mark.added)
    rows = [Accord(code, agreed[code], dropped[code], added[code]) for code in BY_CODE]
    return sorted((row for row in rows if row.n), key=lambda row: -row.n)
