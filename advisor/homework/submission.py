"""What a student hands in: use cases, each with the approach and its reasoning."""

from __future__ import annotations

from dataclasses import dataclass


class SubmissionError(ValueError):
    """A submission that cannot be read; the message names the file and what to change."""


@dataclass(frozen=True)
class Entry:
    """One use case, and what the student says about how to serve it, in the student's words."""

    description: str
    reasoning: str


@dataclass(frozen=True)
class Submission:
    """One student's homework; ``posted`` counts from 1, None when none was chosen to post."""

    file: str
    author: str | None
    posted: int | None
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Unreadable:
    """A file, or one submission in a file of many, that could not be read.

    ``error`` says what was expected, what was found and what to do next.
    """

    file: str
    error: str
