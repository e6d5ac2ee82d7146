"""Reviews to hand on: HTML that stands by itself, Markdown, CSV and JSONL.

What a student wrote is escaped in HTML and Markdown, and is no formula in a CSV cell.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from advisor.homework.checks import BY_CODE
from advisor.homework.classroom import (
    Copy,
    Summary,
    near_copies,
    reviews_in,
    summarise,
)
from advisor.homework.feedback import Card, Feedback, UseCaseView, feedback, shown
from advisor.homework.marks import Mark, applied, marks_path, read_marks
from advisor.homework.review import Line, encoded, key_of
from advisor.homework.rubric import Rubric
from advisor.homework.submission import SubmissionError
from advisor.homework.wording import STANCE_NAMES, seen

TEMPLATES = Path(__file__).parent / "templates"
MOST_COMPARED = 1_000  # submissions up to which a report looks for copies
MOST_COPIES = 50
MOST_IN_CELL = 30_000  # characters; spreadsheets take some more
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@lru_cache(maxsize=1)
def _templates() -> Any:
    from jinja2 import Environment, FileSystemLoader

    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True,
                       lstrip_blocks=True)


@lru_cache(maxsize=1)
def styles() -> str:
    """The style of feedback, for a page that brings its own ground and colours."""
    return (TEMPLATES / "style.css").read_text(encoding="utf-8")


def _all_styles() -> Any:
    from markupsafe import Markup

    return Markup((TEMPLATES / "page.css").read_text(encoding="utf-8") + styles())


def feedback_html(view: Feedback, score: bool = True) -> str:
    """The feedback as a piece of a page."""
    macros = _templates().get_template("feedback.html").module
    return str(macros.feedback(view, score))


def use_case_html(view: UseCaseView) -> str:
    """One use case with what was read from it, without its findings."""
    macros = _templates().get_template("feedback.html").module
    return f'<div class="hw">{macros.use_case(view, False)}</div>'


def card_html(card: Card) -> str:
    """One finding."""
    macros = _templates().get_template("feedback.html").module
    return f'<div class="hw">{macros.card(card)}</div>'


def student_html(view: Feedback) -> str:
    """The feedback, with what the instructor says, as one page that stands by itself."""
    template = _templates().get_template("student.html")
    return str(template.render(f=view, styles=_all_styles()))


def class_html(
    lines: Sequence[Line] | Iterable[Line], summary: Summary, pages: Sequence[str] = (),
    copies: Sequence[Copy] = (), pairs: Sequence[tuple[Line, Line]] = (),
) -> Iterator[str]:
    """The class as one page, piece by piece; ``pages`` are links to each student's own."""
    rows = (
        {"number": number, "line": line, "link": pages[number - 1] if pages else "",
         "name": seen(str(line.get("author") or line["file"]))[:120], **_row(line)}
        for number, line in enumerate(lines, start=1)
    )
    found = [{"title": BY_CODE[code].title, "code": code, "n": n}
             for code, n in sorted(summary.findings.items(), key=lambda row: -row[1])]
    template = _templates().get_template("class.html")
    pieces: Iterator[str] = template.generate(
        rows=rows, s=summary, found=found, styles=_all_styles(), stances=STANCE_NAMES,
        copies=[_copy(copy, first, second) for copy, (first, second)
                in zip(copies[:MOST_COPIES], pairs, strict=False)], shown=shown)
    return pieces


def _copy(copy: Copy, first: Line, second: Line) -> dict[str, Any]:
    return {"share": copy.share, "sides": [
        {"name": side["author"] or side["file"], "number": place + 1,
         "text": shown(side["use_cases"][place]["description"]),
         "why": shown(side["use_cases"][place]["reasoning"])}
        for side, place in ((first, copy.first[1]), (second, copy.second[1]))]}


def _row(line: Line) -> dict[str, Any]:
    if "error" in line:
        return {"error": line["error"]}
    severities = [f["severity"] for part in (line, *line["use_cases"]) for f in part["findings"]]
    return {
        "score": line["score"], "n": len(line["use_cases"]), "posted": line["posted"],
        "moved": round(line["score"] - line.get("score_before", line["score"]), 1),
        "comment": line.get("comment", ""),
        "issues": severities.count("issue"), "tips": severities.count("tip"),
        "differs": sum(u["agreement"] == "differs" for u in line["use_cases"]),
    }


def write_pages(reviews: Path, folder: Path, rubric: Rubric) -> None:
    """``index.html`` of the class and a page for each student under ``students``.

    The instructor's marks that lie beside ``reviews`` are in them; pages of an earlier time whose
    place in the class has changed go.

    Raises ``SubmissionError`` where the folder cannot be written.
    """
    try:
        students = folder / "students"
        students.mkdir(parents=True, exist_ok=True)
        marks = read_marks(marks_path(reviews))
        pages = []
        for number, line in enumerate(_marked(reviews, marks, rubric), start=1):
            if "error" in line:
                pages.append("")
                continue
            name = page_name(number, line)
            pages.append(f"students/{name}")
            html = student_html(feedback(line, rubric))
            (students / name).write_bytes(html.encode("utf-8", "replace"))
        for old in {path.name for path in students.glob("[0-9]*-*.html")}.difference(
                Path(page).name for page in pages):
            (students / old).unlink()
        summary = summarise(_marked(reviews, marks, rubric))
        copies, pairs = _copies(reviews) if summary.n <= MOST_COMPARED else ([], [])
        with (folder / "index.html").open("w", encoding="utf-8", errors="replace") as file:
            file.writelines(class_html(_marked(reviews, marks, rubric), summary, pages, copies,
                                       pairs))
    except OSError as error:
        raise SubmissionError(f"{error.filename or folder}: {error.strerror}") from error


def _marked(reviews: Path, marks: Mapping[str, Mark], rubric: Rubric) -> Iterator[Line]:
    for line in reviews_in(reviews):
        mark = None if "error" in line else marks.get(key_of(line))
        yield applied(line, mark, rubric) if mark else line


def page_name(number: int, line: Line) -> str:
    """The name of a student's page: the place in the class from 1, and who it is."""
    slug = re.sub(r"[^a-z0-9]+", "-", (line["author"] or line["file"]).lower()).strip("-")[:40]
    return f"{number:05}-{slug or 'student'}.html"


def _copies(reviews: Path) -> tuple[list[Copy], list[tuple[Line, Line]]]:
    lines = [line for line in reviews_in(reviews) if "error" not in line]
    copies = near_copies(lines)[:MOST_COPIES]
    return copies, [(lines[c.first[0]], lines[c.second[0]]) for c in copies]


def markdown_text(text: str) -> str:
    """A text as Markdown that shows it letter by letter, on one line."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", seen(text))


def feedback_markdown(view: Feedback) -> str:
    """The feedback as one Markdown document."""
    lines = [f"# Feedback: {markdown_text(view.name)}", "", markdown_text(view.good), ""]
    lines += [line for card in view.cards for line in _card(card)]
    for used in view.use_cases:
        lines += ["", f"## {used.number}. {used.approach}{' (posted)' if used.posted else ''}", "",
                  f"> {markdown_text(used.description)}", ">",
                  f"> {markdown_text(used.reasoning)}", "", used.advice, ""]
        lines += [line for card in used.cards for line in _card(card)]
    lines += ["", f"{view.score:g} of 100 points by the rubric."]
    return "\n".join(lines) + "\n"


def _card(card: Card) -> list[str]:
    source = f"{card.source}{f', {card.url}' if card.url else ''}"
    return [f"- **{card.severity}: {card.title}** ({card.code}). {markdown_text(card.text)}",
            f"  To do: {card.fix} Why: {card.why} Source: {source}"]


def cell(value: Any) -> Any:
    """A CSV cell that no spreadsheet takes for a formula, nor finds too long."""
    if not isinstance(value, str):
        return value
    if len(value) > MOST_IN_CELL:
        value = f"{value[:MOST_IN_CELL]} … (cut here: it has {len(value):,} characters)"
    return f"'{value}" if value.lstrip(" \n").startswith(_FORMULA) else value


COLUMNS = ("file", "author", "posted", "use_case", "description", "reasoning", "stance", "later",
           "criteria", "contradiction", "advice", "agreement", "findings", "use_case_comment",
           "submission_findings", "score", "score_before", "comment")


def as_csv(lines: Iterable[Line]) -> bytes:
    """One row for each use case, with the instructor's comments where marks were applied.

    UTF-8 with the mark by which spreadsheets know it.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for line in lines:
        if "error" in line:
            writer.writerow([cell(line["file"]), *[""] * (len(COLUMNS) - 2), cell(line["error"])])
            continue
        head = [line["file"], line["author"] or "", line["posted"] or ""]
        tail = [_told(line["findings"]), line["score"], line.get("score_before", ""),
                line.get("comment", "")]
        for number, used in enumerate(line["use_cases"], start=1):
            row = [*head, number, used["description"], used["reasoning"], used["stance"],
                   " ".join(used["later"]), " ".join(used["criteria"]), used["contradiction"],
                   used["advice"]["approach"] if used["advice"] else "", used["agreement"] or "",
                   _told(used["findings"]), used.get("comment", ""), *tail]
            writer.writerow([cell(value) for value in row])
        if not line["use_cases"]:
            writer.writerow([cell(v) for v in (*head, *[""] * (len(COLUMNS) - 7), *tail)])
    return out.getvalue().encode("utf-8-sig", "replace")


def _told(findings: Sequence[Mapping[str, str]]) -> str:
    return "\n".join(
        f"{f['code']} {f['severity']}: {f['text']}"
        + (f" (the instructor: {f['comment']})" if "comment" in f else "") for f in findings)


def as_jsonl(lines: Iterable[Line]) -> bytes:
    return b"".join(encoded(line) + b"\n" for line in lines)
