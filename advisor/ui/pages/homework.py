"""A student's use cases, written, pasted or uploaded, and the feedback on them."""

from __future__ import annotations

import json
import re
import secrets
from pathlib import Path
from typing import Any

import streamlit as st

from advisor.homework.report import feedback_markdown, student_html
from advisor.homework.rubric import default_rubric
from advisor.homework.submission import Entry, Submission, SubmissionError, Unreadable
from advisor.ui.homework_feedback import advisor_view, drawn
from advisor.ui.state import runs_folder

AT_LEAST = 5
MOST_ENTRIES = 30
NONE_POSTED = 0
MINE = "your page"
TYPES = ["txt", "md", "csv", "jsonl", "docx", "zip", "json", "tsv", "text", "markdown"]


def _restore() -> None:
    """Fill a new visit from the draft that the address names."""
    state = st.session_state
    if "hw_n" in state:
        return
    state.update(hw_n=AT_LEAST, hw_work=None, hw_found=[], hw_told="")
    name = st.query_params.get("work", "")
    if re.fullmatch(r"[0-9a-f]{16}", name):
        try:
            raw = json.loads((_folder() / f"{name}.json").read_text("utf-8"))
            entries = tuple(Entry(str(d), str(r)) for d, r in raw["entries"])
            state.hw_work = Submission(MINE, raw["author"], raw["posted"], entries)
            _fill(state.hw_work)
        except (OSError, ValueError, KeyError, TypeError):
            st.info("There is no such draft here any more; begin a new one.")


def _folder() -> Path:
    return runs_folder() / "homework"


def _keep(work: Submission) -> None:
    """Write the draft and name it in the address; without a writable folder, do without."""
    name = st.query_params.get("work") or secrets.token_hex(8)
    content = {"author": work.author, "posted": work.posted,
               "entries": [[e.description, e.reasoning] for e in work.entries]}
    try:
        _folder().mkdir(parents=True, exist_ok=True)
        (_folder() / f"{name}.json").write_bytes(json.dumps(content).encode())
    except OSError:
        return
    st.query_params["work"] = name


def _fill(work: Submission) -> None:
    """Put a submission into the form, where it can be corrected."""
    state = st.session_state
    state.hw_n = min(MOST_ENTRIES, max(AT_LEAST, len(work.entries)))
    for i in range(state.hw_n):
        entry = work.entries[i] if i < len(work.entries) else Entry("", "")
        state[f"hw_d{i}"], state[f"hw_r{i}"] = entry.description, entry.reasoning
    posted = work.posted or NONE_POSTED
    state.hw_posted = posted if posted <= state.hw_n else NONE_POSTED
    state.hw_author = work.author or ""


def _take(found: list[Submission | Unreadable], name: str) -> None:
    """Keep what was read for the form; say what could not be."""
    works = [item for item in found if isinstance(item, Submission)]
    errors = [item.error for item in found if isinstance(item, Unreadable)]
    state = st.session_state
    state.update(hw_found=works, hw_errors=errors, hw_work=None)
    if works:
        _choose(0)
    elif not errors:
        state.hw_errors = [f"{name}: no use case was found in it. Number your use cases, and write "
                           "the reasoning under each; or type them in below."]


def _choose(place: int) -> None:
    work = st.session_state.hw_found[place]
    _fill(work)
    n = len(work.entries)
    told = f"{n} use case{'s' * (n != 1)}"
    told += f" by {work.author}" if work.author else ""
    told += f", number {work.posted} posted" if work.posted else ", none marked as posted"
    if n > MOST_ENTRIES:
        told += f"; the first {MOST_ENTRIES} are here"
    st.session_state.hw_told = told


def _read_paste() -> None:
    from advisor.homework.parse import read_text

    text = st.session_state.hw_paste
    if not text.strip():
        st.session_state.hw_errors = ["Paste your text first."]
        return
    try:
        _take(list(read_text(text, "pasted text")), "The text")
    except SubmissionError as error:
        st.session_state.update(hw_errors=[str(error)], hw_found=[])


def _read_upload() -> None:
    from advisor.homework.parse import read_bytes

    file = st.session_state.hw_upload
    if file is not None:
        _take(list(read_bytes(file.getvalue(), file.name)), file.name)


def bring() -> None:
    """Text or a file that is read into the form."""
    with st.expander("Paste it, or upload a file", icon=":material/content_paste:"):
        st.text_area("Your homework as you have it", key="hw_paste", height=150,
                     placeholder="1. Sort customer e-mails into queues. …\n   Fine-tuning, because "
                     "we have years of sorted e-mails …\n2. …")
        st.button("Read the text", on_click=_read_paste)
        st.file_uploader("Or a file: text, Markdown, CSV, JSONL, Word or a zip of them",
                         key="hw_upload", on_change=_read_upload, type=TYPES)
    for error in st.session_state.get("hw_errors", []):
        st.error("Not read:", icon=":material/error:")
        st.text(error)
    works = st.session_state.hw_found
    if len(works) > 1:
        st.selectbox(
            f"There are {len(works)} submissions in it. Which is yours?", range(len(works)),
            format_func=lambda i: works[i].author or works[i].file, key="hw_which",
            on_change=lambda: _choose(st.session_state.hw_which))
        st.page_link("advisor/ui/pages/class_view.py", label="It is a whole class: open it there",
                     icon=":material/groups:")


def form() -> None:
    """The entries; what was read from a text or file stands in them and can be corrected."""
    state = st.session_state
    if state.hw_told:
        st.success("This is what was understood. Correct anything below, then get feedback.",
                   icon=":material/fact_check:")
        st.text(state.hw_told)
    with st.form("homework", border=False):
        st.text_input("Your name (may stay empty)", key="hw_author", max_chars=120)
        for i in range(state.hw_n):
            with st.container(border=True):
                st.markdown(f"**Use case {i + 1}**")
                st.text_area("What goes in, what should come out, for whom", key=f"hw_d{i}",
                             height=80)
                st.text_area("Which approach, and why", key=f"hw_r{i}", height=80)
        st.radio("Which one do you post in the forum?", range(state.hw_n + 1), key="hw_posted",
                 format_func=lambda n: str(n) if n else "None yet", horizontal=True)
        st.form_submit_button("Get feedback", type="primary", on_click=_submit)


def _submit() -> None:
    state = st.session_state
    rows = [(state[f"hw_d{i}"], state[f"hw_r{i}"]) for i in range(state.hw_n)]
    while rows and not "".join(rows[-1]).strip():
        rows.pop()  # empty fields at the end are use cases that were not written
    posted = state.hw_posted if 0 < state.hw_posted <= len(rows) else None
    entries = tuple(Entry(description, reasoning) for description, reasoning in rows)
    state.hw_work = Submission(MINE, state.hw_author.strip() or None, posted, entries)


@st.cache_data(show_spinner=False, max_entries=50)
def _reviewed(work: Submission) -> Any:
    from advisor.homework.review import review

    found = review([work])[0]
    return found.to_line(), [used.opinion and used.opinion.advice for used in found.work.use_cases]


def show(work: Submission) -> None:
    from advisor.homework.feedback import feedback

    with st.spinner("Reading your use cases. The first time takes some seconds …"):
        line, advices = _reviewed(work)
    st.subheader("Feedback", anchor=False, divider="gray")
    view = feedback(line, default_rubric())
    drawn(view)
    advisor_view(line, advices)
    with st.container(horizontal=True):
        st.download_button("Feedback as a page", student_html(view), "feedback.html", "text/html")
        st.download_button("Feedback as Markdown", feedback_markdown(view), "feedback.md")


def page() -> None:
    st.title("Homework", anchor=False)
    st.markdown("List five LLM use cases. For each, say in a sentence or two what it is, and in a "
                "sentence or two whether prompting, retrieval, fine-tuning or a combination serves "
                "it best, and why. Choose one to post.")
    st.caption(":material/lock: Everything is read on this machine; the feedback is a program's, "
               "and your instructor has the last word.")
    _restore()
    bring()
    form()
    work = st.session_state.hw_work
    if work is None:
        return
    if not work.entries:
        st.warning("Write at least one use case first: what goes in, and what should come out.")
        return
    _keep(work)
    show(work)


page()
