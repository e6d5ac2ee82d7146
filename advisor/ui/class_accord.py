"""How far instructor and reviewer agree, the rubric, and what is taken away from a class."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pandas as pd
import streamlit as st

from advisor.homework.checks import BY_CODE
from advisor.homework.classroom import Copy, summarise
from advisor.homework.feedback import feedback
from advisor.homework.marks import FIRST, accords
from advisor.homework.report import as_csv, as_jsonl, class_html, page_name, student_html
from advisor.homework.rubric import as_yaml
from advisor.ui.class_store import Class, class_copies

Rework = Callable[[Path, bytes], None]


def accord(room: Class, rework: Rework) -> None:
    """How often the instructor agrees with the review, per check, and what it did to scores.

    ``rework`` reviews the class of a folder again by the rubric that it is given.
    """
    n = len(room.looked)
    if n < FIRST:
        st.info(f"Look through {FIRST - n} more submission{'s' * (FIRST - n != 1)} (five to ten "
                "are a good start): only then does the agreement begin to say something.",
                icon=":material/hourglass_top:")
    moved = [after["score"] - before["score"]
             for before, after in zip(room.lines, room.marked, strict=True)
             if after["score"] != before["score"]]
    st.markdown(f"**{n} of {len(room.lines)} submissions looked at.** " + (
        f"Your changes moved {len(moved)} score{'s' * (len(moved) != 1)}, by "
        f"{sum(moved) / len(moved):+.1f} points on average." if moved
        else "Your changes moved no score."))
    if rows := accords(room.looked):
        st.dataframe(pd.DataFrame([
            {"Check": f"{BY_CODE[row.code].title} ({row.code})", "Agreed": f"{row.share:.0%}",
             "95% interval": "{:.0%} to {:.0%}".format(*row.interval), "Stood": row.agreed,
             "Taken back": row.dropped, "Added": row.added} for row in rows]),
            hide_index=True, height="content")
        st.caption("Agreed: findings that you let stand, of all that the review or you found in "
                   "the submissions that you looked at. A check with a low share deserves another "
                   "threshold in the rubric, or to be switched off.")
    _rubric(room, rework)


def _rubric(room: Class, rework: Rework) -> None:
    with st.expander("The rubric of this class", icon=":material/tune:"), \
            st.form("class_rubric_form", border=False):
        text = st.text_area("What counts, for how much, and from which thresholds on (YAML)",
                            as_yaml(room.rubric).decode(), height=320)
        if st.form_submit_button("Review the class again by it"):
            rework(room.folder, text.encode("utf-8", "replace"))


def export(room: Class) -> None:
    """Everything to take away, with the instructor's changes and, where wanted, without names."""
    st.markdown("Reviews with your changes and comments" + (
        ", without names." if room.aliases else "."))
    lines = [*room.marked, *room.errors]
    with st.container(horizontal=True):
        st.download_button("CSV", partial(as_csv, lines), "class.csv", "text/csv",
                           on_click="ignore")
        st.download_button("JSONL", partial(as_jsonl, lines), "class.jsonl", on_click="ignore")
        st.download_button("Class as a page", partial(class_page, room), "class.html",
                           "text/html", on_click="ignore")
        st.download_button("A page for each student", partial(student_pages, room),
                           "students.zip", on_click="ignore")


def class_page(room: Class) -> bytes:
    """The class as one page."""
    lines = [*room.marked, *room.errors]
    copies = [Copy(*row) for row in class_copies(room.version)]
    pairs = [(room.marked[c.first[0]], room.marked[c.second[0]]) for c in copies]
    pieces = class_html(lines, summarise(lines), (), copies, pairs)
    return "".join(pieces).encode("utf-8", "replace")


def student_pages(room: Class) -> bytes:
    """A zip with a page for each student."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, line in enumerate(room.marked, start=1):
            page = student_html(feedback(line, room.rubric))
            archive.writestr(page_name(number, line), page.encode("utf-8", "replace"))
    return packed.getvalue()
