"""A class at once: python -m advisor review IN… --out reviews.jsonl

Reviews are appended some hundred use cases at a time and each batch is on the disk before the next
begins, so that a run that was killed goes on where it stopped.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from advisor.homework.marks import marks_path
from advisor.homework.parse import read_path
from advisor.homework.review import Line, encoded, key_of, review
from advisor.homework.rubric import Rubric
from advisor.homework.submission import Submission, SubmissionError, Unreadable

BATCH = 512  # use cases that are encoded together
MOST_SUBMISSIONS = 256  # in a batch, however few use cases they hold


@dataclass(frozen=True)
class Done:
    """``kept`` stood in the file before; ``unreadable`` counts lines with an error, old and new."""

    reviewed: int
    kept: int
    unreadable: int


def review_paths(
    sources: Sequence[Path], out: Path, rubric: Rubric,
    tell: Callable[[int, int], None] | None = None, pages: Path | None = None,
) -> Done:
    """One line for each submission under ``sources`` in ``out``, those that it holds already kept.

    ``pages`` is a folder of reports: like ``out``, it is no homework where it lies among it.
    ``tell`` is called with the use cases done and all of them; without it the terminal shows a bar.

    Raises:
        SubmissionError: ``out`` cannot be written, holds something other than reviews, or another
            review is writing to it.
    """
    try:
        with out.open("a+b") as file, _alone(file, out):
            ours = [out, marks_path(out), *([pages] if pages else [])]
            return _review_into(file, sources, rubric, ours, tell)
    except OSError as error:
        raise SubmissionError(f"{error.filename or out}: {error.strerror}") from error


def _review_into(
    file: IO[bytes], sources: Sequence[Path], rubric: Rubric, ours: Sequence[Path],
    tell: Callable[[int, int], None] | None,
) -> Done:
    from tqdm import tqdm

    known, kept, unreadable = _held(file, ours[0])
    reviewed = done = 0
    total = _how_many(sources, ours)
    with tqdm(total=total, unit=" use cases", smoothing=0.05,
              disable=tell is not None,
              mininterval=0.5 if sys.stderr.isatty() else 10) as bar:
        for batch in _batches(_read(sources, ours)):
            fresh = []
            for item in batch:
                key = key_of(_identity(item))
                if known[key] > 0:
                    known[key] -= 1  # a second copy of the same submission is a second review
                else:
                    fresh.append(item)
            lines = _lines(fresh, rubric)
            _append(file, lines)
            reviewed += sum("error" not in line for line in lines)
            unreadable += sum("error" in line for line in lines)
            done += sum(_size(item) for item in batch)
            bar.update(sum(_size(item) for item in batch))
            _give_back()
            if tell is not None:
                tell(done, total)
    return Done(reviewed, kept, unreadable)


def _give_back() -> None:
    """Return freed memory to the system; glibc would else hold ever more of it in pieces."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:  # other C libraries have no such function, and less need of it
        trim(0)


def _read(sources: Sequence[Path], ours: Sequence[Path]) -> Iterator[Submission | Unreadable]:
    """Everything under ``sources`` but what the review itself writes there, in ``ours``."""
    written = [path.resolve() for path in ours]
    for source in sources:
        for item in read_path(source):
            path = (source / item.file if source.is_dir() else source).resolve()
            if not any(path.is_relative_to(own) for own in written):
                yield item


def _how_many(sources: Sequence[Path], ours: Sequence[Path]) -> int:
    """Use cases to come; reading them twice costs little beside the review, and no memory."""
    return sum(_size(item) for item in _read(sources, ours))


def _size(item: Submission | Unreadable) -> int:
    return max(1, len(item.entries)) if isinstance(item, Submission) else 1


def _batches(
    items: Iterable[Submission | Unreadable],
) -> Iterator[list[Submission | Unreadable]]:
    batch: list[Submission | Unreadable] = []
    size = 0
    for item in items:
        batch.append(item)
        size += _size(item)
        if size >= BATCH or len(batch) >= MOST_SUBMISSIONS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _lines(items: Sequence[Submission | Unreadable], rubric: Rubric) -> list[Line]:
    """A line for each item, in order."""
    reviews = iter(review([item for item in items if isinstance(item, Submission)], rubric))
    return [next(reviews).to_line() if isinstance(item, Submission) else _identity(item)
            for item in items]


def _identity(item: Submission | Unreadable) -> Line:
    """The part of the line that comes from the submission, not from the review."""
    if isinstance(item, Submission):
        return {"file": item.file, "author": item.author, "posted": item.posted,
                "use_cases": [{"description": e.description, "reasoning": e.reasoning}
                              for e in item.entries]}
    return {"file": item.file, "error": item.error}


def _append(file: IO[bytes], lines: Iterable[Line]) -> None:
    content = b"".join(encoded(line) + b"\n" for line in lines)
    if content:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _held(file: IO[bytes], out: Path) -> tuple[Counter[str], int, int]:
    """Keys of the lines in the file, how many are reviews, and how many errors.

    A last line that was cut off by a kill is taken away.
    """
    known: Counter[str] = Counter()
    kept = unreadable = whole = 0
    file.seek(0)
    for number, raw in enumerate(file, start=1):
        if not raw.endswith(b"\n"):
            file.truncate(whole)
            break
        whole += len(raw)
        try:
            line = json.loads(raw)
            known[key_of(line)] += 1
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise SubmissionError(
                f"{out}, line {number}: expected reviews to go on from, found something else; "
                "name another file with --out") from error
        kept += "error" not in line
        unreadable += "error" in line
    file.seek(0, os.SEEK_END)
    return known, kept, unreadable


@contextmanager
def _alone(file: IO[bytes], out: Path) -> Iterator[None]:
    """Holds the file for this process; the system lets go of it when the process ends."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise SubmissionError(
            f"{out}: another review is writing to it; wait for it, or name another --out"
        ) from None
    yield
