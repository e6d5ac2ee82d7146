"""A class's homework for its instructor: reviews, differences, what is missed, and marks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from advisor.homework.submission import SubmissionError
from advisor.ui import class_marking, class_views
from advisor.ui.class_store import Class, classes, go_on, new_class, opened

VIEWS = ("Submissions", "One by one", "Differences", "What is missed", "Fields", "Worded alike",
         "To discuss", "Agreement", "Export")
WIDE = ("Submissions", "Worded alike")
COLUMN_PX = 820


def _problem(error: object) -> None:
    """An error that may hold a student's words: shown letter by letter."""
    st.error("That did not work:", icon=":material/error:")
    st.text(str(error)[:2_000])


def _review(files: list[Any], name: str, rubric: Any) -> None:
    bar = st.progress(0.0, "Reading the submissions …")

    def tell(done: int, of: int) -> None:
        bar.progress(min(1.0, done / max(1, of)), f"{done:,} of {of:,} use cases reviewed")

    try:
        folder = new_class(name, [(f.name, f.getvalue()) for f in files],
                           rubric.getvalue() if rubric else None, tell)
    except SubmissionError as error:
        bar.empty()
        _problem(error)
        return
    st.query_params["class"] = folder.name
    st.rerun()


def new(known: list[Path]) -> None:
    """Files of submissions, or reviews that the command wrote, make a new class."""
    with st.expander("Open a class", expanded=not known, icon=":material/upload_file:"):
        st.markdown("Upload the submissions: files, or a zip with all of them; or one "
                    "`reviews.jsonl` that `python -m advisor review` has written.")
        files = st.file_uploader("Submissions", accept_multiple_files=True, key="class_files")
        name = st.text_input("Name of the class", placeholder="spring cohort", max_chars=60)
        rubric = st.file_uploader("A rubric of your own (YAML, may stay empty)",
                                  type=["yaml", "yml"], key="class_rubric")
        if st.button("Review them", type="primary", key="class_review"):
            if files:
                _review(list(files), name, rubric)
            else:
                st.warning("Choose at least one file first.")


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
        _go_on(known[names.index(wanted)])
    if len(names) > 1:
        wanted = st.selectbox("Class", names, index=names.index(wanted), key="class_choice")
    st.query_params["class"] = wanted
    if st.session_state.class_name != wanted:
        st.rerun()
    return known[names.index(wanted)]


def _go_on(folder: Path) -> None:
    """A review that was stopped half way goes on when its class is opened."""
    try:
        with st.spinner("Looking for submissions that are not reviewed yet …"):
            go_on(folder, lambda done, of: None)
    except SubmissionError as error:
        _problem(error)


def _open(place: int) -> None:
    st.session_state.update(class_place=place, class_view="One by one")


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
    "Agreement": class_marking.accord,
    "Export": class_marking.export,
}


def page() -> None:
    st.set_page_config(layout="wide")  # the table wants the room; texts keep a column's width
    st.title("Class", anchor=False)
    known = classes()
    if not known:
        st.markdown("An instructor's view of a class's homework: what was handed in, where it "
                    "differs from the advisor, what was not understood, and what to discuss.")
    new(known)
    folder = chosen(known)
    if folder is None:
        return
    place = st.session_state.pop("class_next_place", None)
    if place is not None:
        _open(place)
        st.session_state.pop("class_table", None)
    anonymous = st.toggle("Anonymous: no names, on the page and in exports", key="class_anonymous")
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
