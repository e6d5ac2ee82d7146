"""A class at once: python -m advisor review IN… --out reviews.jsonl

Reviews are appended some hundred use cases at a time and each batch is on the disk before the next
begins, so that a run that was killed goes on where it stopped.
"""

from __future__ import annotations

import ctypes
import itertools
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from advisor.homework import kept
from advisor.homework.insights import insight, insights_path, keep_insights, key_of_texts
from advisor.homework.parse import read_path
from advisor.homework.review import Line, key_of, review
from advisor.homework.rubric import Rubric
from advisor.homework.submission import Entry, Submission, SubmissionError, Unreadable

BATCH = 512  # use cases that are encoded together
MOST_SUBMISSIONS = 256  # in a batch, however few use cases they hold
Item = Submission | Unreadable
Tell = Callable[[int, int], None]


@dataclass(frozen=True)
class Done:
    """``kept`` stood in the file before, ``again`` too, but made by another rubric, so that they
    were made anew; ``unreadable`` counts the lines with an error that now stand there."""

    reviewed: int
    kept: int
    unreadable: int
    again: int = 0


def review_paths(
    sources: Sequence[Path], out: Path, rubric: Rubric, tell: Tell | None = None,
    pages: Path | None = None,
) -> Done:
    """One line for each submission under ``sources`` in ``out``, those that it holds already kept.

    All of them are by ``rubric``: reviews that another one made are made again first. A line with
    the error of a file that has been repaired goes.

    ``pages`` is a folder of reports: like ``out``, it is no homework where it lies among it.
    ``tell`` is called with the use cases done and all of them; without it the terminal shows a bar.

    Raises:
        SubmissionError: ``out`` cannot be written, holds something other than reviews, or another
            review is writing to it.
    """
    try:
        again = _again(out, rubric, tell)
        with kept.alone(out) as file:
            kept.name_rubric(out, rubric)
            ours = [*kept.written_with(out), *([pages] if pages else [])]
            return _review_into(file, out, _Sources(sources, ours), rubric, again, tell)
    except OSError as error:
        raise SubmissionError(f"{error.filename or out}: {error.strerror}") from error


def _again(out: Path, rubric: Rubric, tell: Tell | None) -> int:
    """Make the reviews in ``out`` anew if another rubric made them; how many.

    They take the place of the old ones when all are done; one that was killed goes on.
    """
    with kept.alone(out) as file:
        before = kept.held(file, out)
        if not before.reviews or not kept.of_other_rubric(out, rubric):
            return 0
        path = kept.again_path(out, rubric)
        with kept.alone(path) as fresh:
            already = sum(kept.held(fresh, path).known.values())
            with _bar(sum(map(_size, _items(file, already))), "use cases again", tell) as step:
                for batch in _batches(_items(file, already)):
                    _append(fresh, out, batch, rubric)
                    step(sum(map(_size, batch)))
            kept.put_in_place(out, path, rubric)
        return before.reviews


def _items(file: IO[bytes], start: int) -> Iterator[Item]:
    """The submissions that the lines of ``file`` are reviews of, from line ``start`` on."""
    file.seek(0)
    for line in map(json.loads, itertools.islice(file, start, None)):
        if "error" in line:
            yield Unreadable(line["file"], line["error"])
        else:
            yield Submission(line["file"], line["author"], line["posted"], tuple(
                Entry(u["description"], u["reasoning"]) for u in line["use_cases"]))


def _review_into(
    file: IO[bytes], out: Path, sources: _Sources, rubric: Rubric, again: int, tell: Tell | None,
) -> Done:
    before = kept.held(file, out)
    known, unreadable, reviewed = before.known, before.unreadable, 0
    read: set[str] = set()
    # Reading everything twice costs little beside the review, and no memory.
    with _bar(sum(map(_size, sources)), "use cases", tell) as step:
        for batch in _batches(sources):
            fresh = []
            for item in batch:
                key = key_of(_identity(item))
                if known[key] > 0:
                    known[key] -= 1  # a second copy of the same submission is a second review
                else:
                    fresh.append(item)
            if before.errors:
                read.update(item.file for item in batch)
            _append(file, out, fresh, rubric)
            faults = sum(isinstance(item, Unreadable) for item in fresh)
            reviewed += len(fresh) - faults
            unreadable += faults
            step(sum(map(_size, batch)))
    stale = Counter({key: known[key] for key in kept.repaired(before.errors.items(), read)
                     if known[key] > 0})
    if stale:
        kept.without(out, file, stale)
    return Done(reviewed, before.reviews - again, unreadable - stale.total(), again)


@contextmanager
def _bar(total: int, unit: str, tell: Tell | None) -> Iterator[Callable[[int], Any]]:
    """What to call with the number done: ``tell`` hears of it, or a bar in the terminal."""
    from tqdm import tqdm

    with tqdm(total=total, unit=f" {unit}", smoothing=0.05, disable=tell is not None,
              mininterval=0.5 if sys.stderr.isatty() else 10) as bar:
        done = 0

        def step(n: int) -> None:
            nonlocal done
            done += n
            bar.update(n)
            if tell is not None:
                tell(done, total)

        yield step


def _give_back() -> None:
    """Return freed memory to the system; glibc would else hold ever more of it in pieces."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:  # other C libraries have no such function, and less need of it
        trim(0)


@dataclass(frozen=True)
class _Sources:
    """Everything under ``paths`` but what the review itself writes there, in ``ours``."""

    paths: Sequence[Path]
    ours: Sequence[Path]

    def __iter__(self) -> Iterator[Item]:
        written = [path.resolve() for path in self.ours]
        for source in self.paths:
            for item in read_path(source):
                path = (source / item.file if source.is_dir() else source).resolve()
                if not any(path.is_relative_to(own) for own in written):
                    yield item


def _size(item: Item) -> int:
    return max(1, len(item.entries)) if isinstance(item, Submission) else 1


def _batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    batch: list[Item] = []
    size = 0
    for item in items:
        batch.append(item)
        size += _size(item)
        if size >= BATCH or len(batch) >= MOST_SUBMISSIONS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _append(file: IO[bytes], out: Path, items: Sequence[Item], rubric: Rubric) -> None:
    """Write a line for each item to ``file``, and beside ``out`` the insights on their use cases.
    """
    reviews = review([item for item in items if isinstance(item, Submission)], rubric)
    keep_insights(insights_path(out), {
        key_of_texts(used.entry.description, used.entry.reasoning):
        insight(used.opinion, used.reasoning)
        for found in reviews for used in found.work.use_cases})
    ready = iter(reviews)
    kept.append(file, (next(ready).to_line() if isinstance(item, Submission) else _identity(item)
                       for item in items))
    _give_back()


def _identity(item: Item) -> Line:
    """The part of the line that comes from the submission, not from the review."""
    if isinstance(item, Submission):
        return {"file": item.file, "author": item.author, "posted": item.posted,
                "use_cases": [{"description": e.description, "reasoning": e.reasoning}
                              for e in item.entries]}
    return {"file": item.file, "error": item.error}
