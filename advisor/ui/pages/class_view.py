"""A class's homework for its instructor: reviews, differences, what is missed, and marks."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from advisor.homework.submission import SubmissionError
from advisor.ui import class_accord, class_marking, class_views
from advisor.ui.class_store import (
    Class,
    add_to,
    classes,
    go_on,
    new_class,
    opened,
    use_rubric,
)

VIEWS = ("Submissions", "One by one", "Differences", "What is missed", "Fields", "Worded alike",
         "To discuss", "Agreement", "Export")
WIDE = ("Submissions", "Worded alike")
COLUMN_PX = 820
Tell = Callable[[int, int], None]


def _problem(error: object) -> None:
    """An error that may hold a student's words: shown letter by letter."""
    st.error("That did not work:", icon=":material/error:")
    st.text(str(error)[:2_000])


def _under_a_bar(work: Callable[[Tell], Path]) -> Path | None:
    """The class that ``work`` has reviewed, or none, and what went wrong on the page."""
    bar = st.empty()
    began = time.monotonic()

    def tell(done: int, of: int) -> None:
        share = min(1.0, done / max(1, of))
        left = (time.monotonic() - began) * (1 - share) / max(share, 1e-6)
        bar.progress(share, f"{done:,} of {of:,} use cases reviewed, about {left:.0f} s to go")

    try:
        with st.spinner("Looking for what is to be reviewed …"):
            return work(tell)
    except SubmissionError as error:
        _problem(error)
        return None
    finally:
        bar.empty()


def _review(files: list[Any], work: Callable[[list[tuple[str, bytes]], Tell], Path]) -> None:
    """Review uploaded files as ``work`` does, and show the class."""
    if not files:
        st.warning("Choose at least one file first.")
        return
    held = [(file.name, file.getvalue()) for file in files]
    if folder := _under_a_bar(lambda tell: work(held, tell)):
        st.query_params["class"] = folder.name
        st.session_state.class_uploads += 1  # empties the field
        st.rerun()


def new(known: list[Path]) -> None:
    """Files of submissions, or reviews that the command wrote, make a new class or join one."""
    uploads = st.session_state.setdefault("class_uploads", 0)
    shown = next((path for path in known if path.name == st.session_state.get("class_name")), None)
    with st.expander("Open a class", expanded=not known, icon=":material/upload_file:"):
        st.markdown("Upload the submissions: files, or a zip with all of them; or one "
                    "`reviews.jsonl` that `python -m advisor review` has written.")
        files = st.file_uploader("Submissions", accept_multiple_files=True,
                                 key=f"class_files-{uploads}")
        name = st.text_input("Name of the class", placeholder="spring cohort", max_chars=60)
        rubric = st.file_uploader("A rubric of your own (YAML, may stay empty)",
                                  type=["yaml", "yml"], key="class_rubric")
        with st.container(horizontal=True):
            wanted = st.button("Review them", type="primary", key="class_review")
            late = shown and st.button("Add them to the class below", key="class_late")
        if wanted:
            given = rubric.getvalue() if rubric else None
            _review(list(files), lambda held, tell: new_class(name, held, given, tell))
        elif shown and late:
            _review(list(files), lambda held, tell: _added(shown, held, tell))


def _added(folder: Path, files: list[tuple[str, bytes]], tell: Tell) -> Path:
    add_to(folder, files, tell)
    return folder


def _rework(folder: Path, rubric: bytes) -> None:
    def work(tell: Tell) -> Path:
        use_rubric(folder, rubric, tell)
        return folder

    if _under_a_bar(work):
        st.rerun()


def chosen(known: list[Path]) -> Path | None:
    """The class that the address names, or the newest."""
    if not known:
        return None
    names = [path.name for path in known]
    wanted = st.query_params.get("class", names[0])
    if wanted not in names:
        st.warning("There is no class of that name here; this is the newest one.")
        wanted = names[0]
    if st.session_state.get("class_name") != wanted:
        st.session_state.update(class_name=wanted, class_place=0, class_view=VIEWS[0])
        folder = known[names.index(wanted)]
        _under_a_bar(lambda tell: _gone_on(folder, tell))
    if len(names) > 1:
        wanted = st.selectbox("Class", names, index=names.index(wanted), key="class_choice")
    st.query_params["class"] = wanted
    if st.session_state.class_name != wanted:
        st.rerun()
    return known[names.index(wanted)]


def _gone_on(folder: Path, tell: Tell) -> Path:
    """A review that was stopped half way goes on when its class is opened."""
    go_on(folder, tell)
    return folder


def _open(place: int) -> None:
    st.session_state.update(class_place=place, class_view="One by one", class_queue="All")


def _open_from_table(place: int) -> None:
    """A row was chosen while the page runs, after the views' buttons were drawn."""
    st.session_state.class_next_place = place
    st.rerun()


DRAW: dict[str, Callable[[Class], None]] = {
    "Submissions": lambda room: class_views.table(room, _open_from_table),
    "One by one": class_marking.one_by_one,
    "Differences": lambda room: class_views.differing(room, _open),
    "What is missed": class_views.missed,
    "Fields": class_views.by_field,
    "Worded alike": lambda room: class_views.alike(room, _open),
    "To discuss": lambda room: class_views.to_discuss(room, _open),
    "Agreement": lambda room: class_accord.accord(room, _rework),
    "Export": class_accord.export,
}


def page() -> None:
    st.set_page_config(layout="wide")  # the table wants the room; texts keep a column's width
    st.title("Class", anchor=False)
    known = classes()
    if not known:
        st.markdown("An instructor's view of a class's homework: what was handed in, where it "
                    "differs from the advisor, what was not understood, and what to discuss.")
    anonymous = st.session_state.get("class_anonymous", False)
    with st.container():  # also where it stays empty: what follows keeps its place when redrawn
        if not anonymous:  # the field for files would show their names
            new(known)
    folder = chosen(known)
    if folder is None:
        return
    place = st.session_state.pop("class_next_place", None)
    if place is not None:
        _open(place)
        st.session_state.pop("class_table", None)
    st.toggle("Anonymous: no names, on the page and in exports", key="class_anonymous")
    if problem := st.session_state.pop("class_problem", ""):
        _problem(problem)
    try:
        room = opened(folder, anonymous)
    except (SubmissionError, OSError) as error:
        _problem(error)
        return
    if not room.lines:
        st.warning("No submission in this class could be read.")
        for line in room.errors:
            st.text(f"{line['file']}: {line['error']}"[:1_000])
        return
    class_views.summary(room)
    view = st.segmented_control("View", VIEWS, key="class_view", required=True,
                                label_visibility="collapsed")
    with st.container(width="stretch" if view in WIDE else COLUMN_PX):
        DRAW[view or VIEWS[0]](room)


page()
