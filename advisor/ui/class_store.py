"""The classes that were opened here: a folder each, with submissions, reviews and marks.

A folder that ``python -m advisor review … --out FOLDER/reviews.jsonl`` has written below
``runs/classes`` is a class too.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import streamlit as st

from advisor.homework.anonymous import Aliases
from advisor.homework.classroom import doubts, near_copies, reviews_in
from advisor.homework.insights import Insight, insights, insights_path, read_insights
from advisor.homework.kept import rubric_path
from advisor.homework.many import review_paths
from advisor.homework.marks import Mark, applied, marks_path, read_marks
from advisor.homework.review import Line, key_of
from advisor.homework.rubric import Rubric, load_rubric, parse_rubric
from advisor.homework.submission import SubmissionError
from advisor.ui.state import runs_folder
from casebank.store import replace_files

REVIEWS = "reviews.jsonl"
Version = tuple[str, int, int]  # a class's folder, and when and how large its reviews are
Tell = Callable[[int, int], None]


def classes() -> list[Path]:
    """Folders of the classes that are known, newest first."""
    folder = runs_folder() / "classes"
    found = [path.parent for path in folder.glob(f"*/{REVIEWS}")] if folder.exists() else []
    return sorted(found, key=lambda path: -path.stat().st_mtime)


def new_class(
    name: str, files: Sequence[tuple[str, bytes]], rubric: bytes | None, tell: Tell
) -> Path:
    """Keep the files in a folder of their own and review them; raises ``SubmissionError``.

    A single file that holds reviews already is taken as it is.
    """
    if rubric is not None:
        parse_rubric(rubric, "the rubric")  # before anything is written
    stem = re.sub(r"[^\w-]+", "-", name.strip()).strip("-")[:40] or f"{date.today():%Y-%m-%d}"
    folder = runs_folder() / "classes" / f"{stem}-{secrets.token_hex(3)}"
    try:
        (folder / "submissions").mkdir(parents=True)
        if rubric is not None:
            (folder / "rubric.yaml").write_bytes(rubric)
        paths = _put(folder, files)
    except OSError as error:
        raise SubmissionError(f"{folder}: not writable: {error.strerror}") from error
    if len(paths) == 1 and _holds_reviews(paths[0]):
        paths[0].rename(folder / REVIEWS)
    go_on(folder, tell)
    return folder


def _put(folder: Path, files: Sequence[tuple[str, bytes]]) -> list[Path]:
    """Write files among the submissions, each under a name of its own; raises ``OSError``."""
    paths: list[Path] = []
    for number, (file, content) in enumerate(files):
        clean = re.sub(r"[^\w. -]", "_", Path(file).name)[-80:]
        path = folder / "submissions" / clean
        if not clean.strip(". ") or path in paths:
            path = path.with_name(f"{number}-{clean}")
        path.write_bytes(content)
        paths.append(path)
    return paths


def add_to(folder: Path, files: Sequence[tuple[str, bytes]], tell: Tell) -> None:
    """Add what came late, or was mended, to a class and review it; raises ``SubmissionError``."""
    try:
        (folder / "submissions").mkdir(exist_ok=True)
        _put(folder, files)
    except OSError as error:
        raise SubmissionError(f"{folder}: not writable: {error.strerror}") from error
    go_on(folder, tell)


def use_rubric(folder: Path, rubric: bytes, tell: Tell) -> None:
    """Review a class again by another rubric; raises ``SubmissionError``."""
    parse_rubric(rubric, "the rubric")
    try:
        replace_files({folder / "rubric.yaml": rubric})
    except OSError as error:
        raise SubmissionError(f"{folder}: not writable: {error.strerror}") from error
    go_on(folder, tell)


def _holds_reviews(path: Path) -> bool:
    if path.suffix != ".jsonl":
        return False
    try:
        first = next(reviews_in(path), {})
    except SubmissionError:
        return False
    return "score" in first or "error" in first


def go_on(folder: Path, tell: Tell) -> None:
    """Review what is new, what a stopped review left, and all again after a change of the rubric.

    Quick where nothing has changed since the last time. Raises ``SubmissionError``.
    """
    if (folder, _state(folder)) in _settled().items():
        return
    submissions = folder / "submissions"
    handed_in = [submissions] if submissions.exists() and any(submissions.iterdir()) else []
    if handed_in or (folder / "rubric.yaml").exists():
        review_paths(handed_in, folder / REVIEWS, _rubric(folder), tell)
    _settled()[folder] = _state(folder)


def _state(folder: Path) -> list[tuple[str, int]]:
    """All that a review depends on and writes, with the time of its last change."""
    places = [*folder.glob("*"), *folder.glob("submissions/**/*")]
    return sorted((str(path), path.stat().st_mtime_ns) for path in places
                  if path != marks_path(folder / REVIEWS))


@st.cache_resource(show_spinner=False)
def _settled() -> dict[Path, list[tuple[str, int]]]:
    """The state in which nothing was left to review, of each class."""
    return {}


def _rubric(folder: Path) -> Rubric:
    """The class's own rubric, or the one that the command reviewed it by, or the shipped one."""
    found = (folder / "rubric.yaml", rubric_path(folder / REVIEWS))
    return load_rubric(next((path for path in found if path.exists()), None))


@dataclass(frozen=True)
class Class:
    """A class as it is on disk now.

    ``lines`` are the reviews as they stand there, without what could not be read, and ``keys``
    what their marks are found by. ``shown`` are the same without names where that is wanted, and
    ``marked`` those with the instructor's ``marks``, of which there is one for each line.
    ``errors`` are the files with their error.
    """

    folder: Path
    rubric: Rubric
    lines: list[Line]
    keys: list[str]
    shown: list[Line]
    marked: list[Line]
    marks: list[Mark]
    errors: list[Line]
    version: Version
    aliases: Aliases | None

    @property
    def looked(self) -> list[tuple[Line, Mark]]:
        """What the instructor has looked through."""
        return [pair for pair in zip(self.lines, self.marks, strict=True) if pair[1].looked]

    @property
    def marks_file(self) -> Path:
        return marks_path(self.folder / REVIEWS)

    def hidden(self, text: str, place: int) -> str:
        """A text on the submission at ``place`` as it may be shown."""
        return self.aliases.hidden(text, place) if self.aliases else text


def opened(folder: Path, anonymous: bool) -> Class:
    """The class in ``folder``, with aliases for names where wanted; raises ``SubmissionError``."""
    stat = (folder / REVIEWS).stat()
    version = (str(folder), stat.st_mtime_ns, stat.st_size)
    lines, keys, errors = _read(version)
    kept, rubric = read_marks(marks_path(folder / REVIEWS)), _rubric(folder)
    marks = [kept.get(key, Mark()) for key in keys]
    shown, aliases, visible = lines, None, marks
    if anonymous:
        aliases, shown = _anonymous(version)
        visible = [replace(
            mark, comment=aliases.hidden(mark.comment, place),
            notes={name: aliases.hidden(note, place) for name, note in mark.notes.items()})
            for place, mark in enumerate(marks)]
        errors = [{"file": f"File {n}", "error": "could not be read"}
                  for n in range(1, len(errors) + 1)]
    marked = [applied(line, mark, rubric) if mark != Mark() else line
              for line, mark in zip(shown, visible, strict=True)]
    return Class(folder, rubric, lines, keys, shown, marked, marks, errors, version, aliases)


# Nobody changes the lines, so that one copy of them serves every visitor.
@st.cache_resource(show_spinner=False, max_entries=8)
def _read(version: Version) -> tuple[list[Line], list[str], list[Line]]:
    rows = list(reviews_in(Path(version[0]) / REVIEWS))
    lines = [line for line in rows if "error" not in line]
    return lines, [key_of(line) for line in lines], [line for line in rows if "error" in line]


@st.cache_resource(show_spinner=False, max_entries=8)
def _anonymous(version: Version) -> tuple[Aliases, list[Line]]:
    lines = _read(version)[0]
    aliases = Aliases(lines)
    return aliases, [aliases.line(line, place) for place, line in enumerate(lines)]


@st.cache_data(show_spinner="Looking for what deserves a second look …", max_entries=8)
def class_doubts(version: Version) -> list[tuple[float, str]]:
    """Of each submission, how much it deserves a second look, and why."""
    known = read_insights(insights_path(Path(version[0]) / REVIEWS))
    return [(d.value, d.why) for d in doubts(_read(version)[0], known)]


@st.cache_data(show_spinner="Comparing the wording of all submissions …", max_entries=8)
def class_copies(version: Version) -> list[tuple[tuple[int, int], tuple[int, int], float]]:
    return [(c.first, c.second, c.share) for c in near_copies(_read(version)[0])]


def class_insights(version: Version) -> list[Insight]:
    """What the review kept; for reviews from elsewhere it is read once, under a bar."""
    known = _insights()
    if version not in known:
        bar = st.empty()

        def tell(done: int, of: int) -> None:
            bar.progress(done / max(1, of), "The texts are read again, once, for what the review "
                         f"did not bring along: {done:,} of {of:,}")

        path = insights_path(Path(version[0]) / REVIEWS)
        found = insights(_read(version)[0], path, tell)
        bar.empty()
        known.clear()  # one class is kept
        known[version] = found
    return known[version]


@st.cache_resource(show_spinner=False)
def _insights() -> dict[Version, list[Insight]]:
    return {}
