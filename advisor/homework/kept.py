"""A file of reviews on disk: who may write to it, what it holds, and by which rubric.

Beside ``reviews.jsonl`` stand ``reviews.rubric.yaml``, by which all reviews in it were made;
``reviews.insights.jsonl``; the instructor's ``reviews.marks.json``; and, while another rubric makes
the reviews again, ``reviews.again-….jsonl``.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from advisor.homework.insights import insights_path
from advisor.homework.marks import marks_path
from advisor.homework.review import Line, encoded, key_of
from advisor.homework.rubric import Rubric, as_yaml
from advisor.homework.submission import SubmissionError
from casebank.store import replace_files

PART = ".part"  # the ending of a file that is written before it takes its place

def rubric_path(out: Path) -> Path:
    """Where the rubric stands by which the reviews in ``out`` were made."""
    return out.with_suffix(".rubric.yaml")


def again_path(out: Path, rubric: Rubric) -> Path:
    """Where the reviews in ``out`` are made again by ``rubric``."""
    digest = hashlib.sha256(as_yaml(rubric)).hexdigest()[:8]
    return out.with_suffix(f".again-{digest}.jsonl")


def written_with(out: Path) -> list[Path]:
    """``out`` and what stands beside it: no homework, wherever it lies."""
    return [out, out.with_suffix(PART), rubric_path(out), marks_path(out), insights_path(out),
            *_unfinished(out)]


def _unfinished(out: Path) -> list[Path]:
    return list(out.parent.glob(f"{out.stem}.again-*.jsonl"))


@contextmanager
def alone(out: Path) -> Iterator[IO[bytes]]:
    """``out`` to read and to append to, by this process alone; it is made if there is none.

    The system lets go of it when the process ends.
    """
    while True:
        with out.open("a+b") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise SubmissionError(f"{out}: another review is writing to it; wait for it, or "
                                      "name another --out") from None
            if os.path.samestat(os.fstat(file.fileno()), out.stat()):
                yield file
                return  # else it was replaced between opening and locking it


@dataclass
class Held:
    """Lines of a file of reviews by their key: how often each stands there.

    ``errors`` has the file that the line with an error speaks of.
    """

    known: Counter[str] = field(default_factory=Counter)
    errors: dict[str, str] = field(default_factory=dict)
    reviews: int = 0
    unreadable: int = 0


def held(file: IO[bytes], out: Path) -> Held:
    """What ``file``, which is ``out``, holds. A last line that a kill cut off is taken away.

    Raises ``SubmissionError`` where something other than reviews stands in it.
    """
    found = Held()
    whole = 0
    file.seek(0)
    for number, raw in enumerate(file, start=1):
        if not raw.endswith(b"\n"):
            file.truncate(whole)
            break
        whole += len(raw)
        try:
            line = json.loads(raw)
            key = key_of(line)
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise SubmissionError(
                f"{out}, line {number}: expected reviews to go on from, found something else; "
                "name another file with --out") from error
        found.known[key] += 1
        if "error" in line:
            found.errors[key] = line["file"]
            found.unreadable += 1
        else:
            found.reviews += 1
    file.seek(0, os.SEEK_END)
    return found


def append(file: IO[bytes], lines: Iterable[Line]) -> None:
    """Write lines to the disk before anything else happens."""
    if content := b"".join(encoded(line) + b"\n" for line in lines):
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def of_other_rubric(out: Path, rubric: Rubric) -> bool:
    """Whether the reviews in ``out`` were made by another rubric, or by one that nobody knows."""
    try:
        return rubric_path(out).read_bytes() != as_yaml(rubric)
    except FileNotFoundError:
        return True


def name_rubric(out: Path, rubric: Rubric) -> None:
    """Say that ``rubric`` made the reviews in ``out``."""
    if of_other_rubric(out, rubric):
        replace_files({rubric_path(out): as_yaml(rubric)})


def put_in_place(out: Path, again: Path, rubric: Rubric) -> None:
    """Let the reviews in ``again`` stand for those in ``out``; a kill on the way loses neither."""
    os.replace(again, out)
    name_rubric(out, rubric)
    for other in _unfinished(out):
        other.unlink()


def without(out: Path, file: IO[bytes], keys: Counter[str]) -> None:
    """Take the lines with these keys out of ``out``, so often each, in one step."""
    left = Counter(keys)
    part = out.with_suffix(PART)
    with part.open("wb") as kept:
        file.seek(0)
        for raw in file:
            key = key_of(json.loads(raw))
            if left[key] > 0:
                left[key] -= 1
            else:
                kept.write(raw)
        kept.flush()
        os.fsync(kept.fileno())
    os.replace(part, out)
    for other in _unfinished(out):  # their lines are counted by those that stood here
        other.unlink()


def repaired(errors: Iterable[tuple[str, str]], read: Iterable[str]) -> set[str]:
    """Of errors, each a key and the file that it speaks of, the keys whose file was read again.

    A file counts as read by its name without the ending, since a .doc is handed in anew as .docx,
    and a zip by what was found in it.
    """
    seen = {_stem("/".join(parts[: i + 1])) for name in read
            for parts in [name.split("/")] for i in range(len(parts))}
    return {key for key, name in errors if _stem(name) in seen}


def _stem(name: str) -> str:
    return re.sub(r"\.[^./]*$", "", name)
