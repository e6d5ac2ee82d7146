"""The classes that were opened here: a folder each, with submissions, reviews and marks.

A folder that ``python -m advisor review … --out FOLDER/reviews.jsonl`` has written below
``runs/classes`` is a class too.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import streamlit as st

from advisor.homework.classroom import Insight, doubts, insights, near_copies, reviews_in
from advisor.homework.many import review_paths
from advisor.homework.marks import Mark, applied, marks_path, read_marks
from advisor.homework.review import Line, key_of
from advisor.homework.rubric import Rubric, load_rubric, parse_rubric
from advisor.homework.submission import SubmissionError
from advisor.ui.state import runs_folder, warm_up

REVIEWS = "reviews.jsonl"


def classes() -> list[Path]:
    """Folders of the classes that are known, newest first."""
    folder = runs_folder() / "classes"
    found = [path.parent for path in folder.glob(f"*/{REVIEWS}")] if folder.exists() else []
    return sorted(found, key=lambda path: -path.stat().st_mtime)


def new_class(
    name: str, files: Sequence[tuple[str, bytes]], rubric: bytes | None,
    tell: Callable[[int, int], None],
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
        paths = []
        for number, (file, content) in enumerate(files):
            clean = re.sub(r"[^\w. -]", "_", Path(file).name)[-80:]
            path = folder / "submissions" / clean
            if not clean.strip(". ") or path.exists():
                path = path.with_name(f"{number}-{clean}")
            path.write_bytes(content)
            paths.append(path)
    except OSError as error:
        raise SubmissionError(f"{folder}: not writable: {error.strerror}") from error
    if len(paths) == 1 and _holds_reviews(paths[0]):
        paths[0].rename(folder / REVIEWS)
    else:
        warm_up().join()  # two threads must not load the encoder at the same time
        review_paths([folder / "submissions"], folder / REVIEWS, _rubric(folder), tell)
    return folder


def _holds_reviews(path: Path) -> bool:
    if path.suffix != ".jsonl":
        return False
    try:
        first = next(reviews_in(path), {})
    except SubmissionError:
        return False
    return "score" in first or "error" in first


def go_on(folder: Path, tell: Callable[[int, int], None]) -> None:
    """Review what a stopped review left; quick where nothing is left."""
    if (folder / "submissions").exists() and any((folder / "submissions").iterdir()):
        warm_up().join()
        review_paths([folder / "submissions"], folder / REVIEWS, _rubric(folder), tell)


def _rubric(folder: Path) -> Rubric:
    path = folder / "rubric.yaml"
    return load_rubric(path if path.exists() else None)


@dataclass(frozen=True)
class Class:
    """A class as it is on disk now. ``lines`` are the reviews, without what could not be read.

    ``marked`` are the same with the instructor's marks, ``errors`` the files with their error.
    """

    folder: Path
    rubric: Rubric
    lines: list[Line]
    marked: list[Line]
    errors: list[Line]
    marks: dict[str, Mark]
    version: tuple[str, int, int]

    def mark(self, place: int) -> Mark:
        return self.marks.get(key_of(self.lines[place]), Mark())

    @property
    def marks_file(self) -> Path:
        return marks_path(self.folder / REVIEWS)


def opened(folder: Path, anonymous: bool) -> Class:
    """The class in ``folder``, with aliases for names where wanted; raises ``SubmissionError``."""
    stat = (folder / REVIEWS).stat()
    version = (str(folder), stat.st_mtime_ns, stat.st_size)
    rows = _rows(version)
    lines = [line for line in rows if "error" not in line]
    marks = read_marks(marks_path(folder / REVIEWS))
    rubric = _rubric(folder)
    marked = [applied(line, marks.get(key_of(line), Mark()), rubric) for line in lines]
    errors = [line for line in rows if "error" in line]
    if anonymous:
        marked = [anonymised(line, number) for number, line in enumerate(marked, start=1)]
        errors = [{"file": f"File {n}", "error": "could not be read"}
                  for n in range(1, len(errors) + 1)]
    return Class(folder, rubric, lines, marked, errors, marks, version)


def anonymised(line: Line, number: int) -> Line:
    """The line without author and file, and without the author's name where a text has it."""
    alias = f"Student {number}"
    name = (line["author"] or "").strip()
    names = [n for n in {name, *name.split()} if len(n) > 2]
    pattern = re.compile("|".join(rf"\b{re.escape(n)}\b" for n in sorted(names, key=len)[::-1]),
                         re.IGNORECASE) if names else None

    def hidden(text: str) -> str:
        return pattern.sub(alias, text) if pattern else text

    def findings(rows: list[Line]) -> list[Line]:
        return [row | {"text": hidden(row["text"])} for row in rows]

    return line | {
        "author": alias, "file": alias, "findings": findings(line["findings"]),
        "use_cases": [u | {"description": hidden(u["description"]),
                           "reasoning": hidden(u["reasoning"]), "findings": findings(u["findings"])}
                      for u in line["use_cases"]],
    }


@st.cache_data(show_spinner=False, max_entries=8)
def _rows(version: tuple[str, int, int]) -> list[Line]:
    return list(reviews_in(Path(version[0]) / REVIEWS))


def _lines(version: tuple[str, int, int]) -> list[Line]:
    return [line for line in _rows(version) if "error" not in line]


@st.cache_data(show_spinner=False, max_entries=8)
def class_doubts(version: tuple[str, int, int]) -> list[tuple[float, str]]:
    return [(d.value, d.why) for d in doubts(_lines(version))]


@st.cache_data(show_spinner="Comparing the wording of all submissions …", max_entries=8)
def class_copies(version: tuple[str, int, int]) -> list[tuple[tuple[int, int], tuple[int, int],
                                                               float]]:
    return [(c.first, c.second, c.share) for c in near_copies(_lines(version))]


def class_insights(version: tuple[str, int, int]) -> list[Insight]:
    """Computed once for each state of the reviews, under a bar, since it takes a while."""
    known = _insights()
    if version not in known:
        bar = st.progress(0.0, "Reading the use cases again for their fields …")
        warm_up().join()

        def tell(done: int, of: int) -> None:
            bar.progress(done / max(1, of), f"{done:,} of {of:,} use cases read")

        found = insights(_lines(version), tell)
        bar.empty()
        known.clear()  # one class is kept
        known[version] = found
    return known[version]


@st.cache_resource(show_spinner=False)
def _insights() -> dict[tuple[str, int, int], list[Insight]]:
    return {}
