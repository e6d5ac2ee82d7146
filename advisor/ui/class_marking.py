"""An instructor goes through the submissions: agree, take a finding back, add one, comment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from advisor.homework.checks import BY_CODE, CHECKS
from advisor.homework.classroom import SECOND_LOOK, to_begin_with
from advisor.homework.feedback import Card, feedback
from advisor.homework.marks import (
    FIRST,
    MOST_COMMENT,
    Accord,
    Mark,
    accords,
    applied,
    change,
    looked,
    name_of,
    toggled,
    with_added,
    with_comment,
    with_note,
)
from advisor.homework.report import card_html, styles, use_case_html
from advisor.homework.submission import SubmissionError
from advisor.ui import class_views
from advisor.ui.case_text import plain
from advisor.ui.class_store import Class, class_doubts
from advisor.ui.homework_feedback import reasons_and_cases

QUEUES = ("Ten to begin with", "All", "To be looked at", "Second look")


def queue(room: Class) -> list[int]:
    """Places of the submissions to go through, in order."""
    wanted = st.segmented_control(
        "Go through", QUEUES, default=QUEUES[len(room.looked) >= FIRST], key="class_queue",
        required=True, help="The ten to begin with are from every part of the range of points: "
        "judge them, and the agreement says how far you can trust the rest.")
    now = st.session_state.get("class_place", 0)
    places = list(range(len(room.lines)))
    if wanted == QUEUES[0]:
        return to_begin_with(room.lines)
    if wanted == QUEUES[2]:  # the one on screen stays although it was just looked at
        return [i for i in places if not room.marks[i].looked or i == now]
    if wanted == QUEUES[3]:
        doubts = class_doubts(room.version)
        return sorted((i for i in places if doubts[i][0] >= SECOND_LOOK),
                      key=lambda i: -doubts[i][0])
    return places


def _go(place: int) -> None:
    st.session_state.class_place = place


def _agree(room: Class, place: int, following: int | None) -> None:
    _change(room, place, looked)
    if following is not None:
        _go(following)


def _change(room: Class, place: int, how: Callable[[Mark], Mark]) -> None:
    try:
        change(room.marks_file, room.keys[place], how)
    except SubmissionError as error:
        st.session_state.class_problem = str(error)


def _turn(room: Class, place: int, how: Callable[[Mark], Mark]) -> None:
    """Turn a finding of the submission on screen.

    While a page is redrawn the browser still has the buttons of the one before, and a key
    reaches both.
    """
    if st.session_state.class_place == place:
        _change(room, place, how)


def one_by_one(room: Class) -> None:
    """The submission on screen with a button for each finding, by mouse or by keyboard."""
    places = queue(room)
    if not places:
        st.markdown("None is left here.")
        return
    place = st.session_state.setdefault("class_place", places[0])
    if place not in places:
        place = st.session_state.class_place = places[0]
    at = places.index(place)
    before = places[at - 1] if at else None
    after = places[at + 1] if at + 1 < len(places) else None
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Previous", shortcut="k", disabled=before is None, key="class_previous",
                  on_click=_go, args=(before,))
        st.button("Next", shortcut="j", disabled=after is None, key="class_next",
                  on_click=_go, args=(after,))
        st.button("Agree, next" if after is not None else "Agree", shortcut="a", type="primary",
                  key="class_agree", on_click=_agree, args=(room, place, after))
        state = ":green[looked at]" if room.marks[place].looked else ":gray[not looked at yet]"
        st.markdown(f"**{at + 1} of {len(places)}** · {state}")
    st.caption("Keys: j next, k previous, a agree with all that stands and go on, 1 to 9 take the "
               "finding of that number back or let it stand again.")
    _submission(room, place)
    _additions(room, place)
    mark = room.marks[place]
    _comment(room, place, "Your comment to the student", mark.comment, "whole", with_comment)


def _submission(room: Class, place: int) -> None:
    """What was handed in, with every finding: also those that were taken back."""
    line, mark = room.marked[place], room.marks[place]
    visible = replace(mark, dropped=(), comment="", notes={
        name: room.hidden(note, place) for name, note in mark.notes.items()})
    view = feedback(applied(room.shown[place], visible, room.rubric), room.rubric)
    st.html(f"<style>{styles()}</style>")
    head = f"{room.lines[place]['score']:g} points"
    if line["score"] != room.lines[place]["score"]:
        head += f" by the review, {line['score']:g} with your changes"
    st.subheader(plain(class_views.name_of(line)), anchor=False, divider="gray")
    st.markdown(f"**{head}**")
    value, why = class_doubts(room.version)[place]
    if value >= SECOND_LOOK:
        st.warning(f"Deserves a second look: {why}.", icon=":material/visibility:")
    agreement = {row.code: row for row in accords(room.looked)}
    number = 0
    for card in view.cards:
        number += 1
        _finding(room, place, None, card, number, agreement.get(card.code))
    for used in view.use_cases:
        st.html(use_case_html(used))
        with st.container(horizontal=True, vertical_alignment="center"):
            _note(room, place, str(used.number), "On this use case")
            row = room.lines[place]["use_cases"][used.number - 1]
            wanted = row["advice"] and st.toggle("The advisor's reasons and cases",
                                                 key=f"why-{place}-{used.number}")
        if wanted:
            _reasons(room, place, row["stance"], row["description"])
        for card in used.cards:
            number += 1
            _finding(room, place, used.number - 1, card, number, agreement.get(card.code))


def _reasons(room: Class, place: int, stance: str, description: str) -> None:
    from advisor import advise

    with st.spinner("Asking the advisor …"):
        advice = advise(description[:4_000])
    reasons_and_cases(stance, advice.model_copy(update={"reasons": [
        reason.model_copy(update={"text": room.hidden(reason.text, place)})
        for reason in advice.reasons]}))


def _finding(
    room: Class, place: int, where: int | None, card: Card, number: int, accord: Accord | None
) -> None:
    name, mark = name_of(where, card.code), room.marks[place]
    back, added = name in mark.dropped, name in mark.added
    st.html(f"<div style='opacity:{0.45 if back else 1}'>{card_html(card)}</div>")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Let it stand again" if back else "Take it back",
            key=f"drop-{place}-{name}", type="tertiary",
            icon=":material/undo:" if back else ":material/thumb_down:",
            shortcut=str(number) if number <= 9 else None,
            on_click=_turn,
            args=(room, place, with_added(name) if added else toggled(name)))
        _note(room, place, name, "On this finding")
        if accord is not None:
            st.caption(f"So far you agree with {card.code} in {accord.agreed} of {accord.n}.")


def _note(room: Class, place: int, name: str, label: str) -> None:
    """A comment on one use case or finding, behind a button."""
    note = room.marks[place].notes.get(name, "")
    with st.popover("Your comment" if note else "Comment", icon=":material/comment:",
                    type="tertiary"):
        _comment(room, place, label, note, name, lambda text: with_note(name, text))


def _comment(
    room: Class, place: int, label: str, text: str, name: str,
    how: Callable[[str], Callable[[Mark], Mark]],
) -> None:
    """A field for a comment; one that names somebody is only shown while names are hidden."""
    if (hidden := room.hidden(text, place)) != text:
        st.text_area(label, hidden, disabled=True, key=f"hidden-{room.keys[place]}-{name}",
                     help="It names a student: show the names to change it.")
        return
    key = f"comment-{room.keys[place]}-{name}"
    st.session_state.setdefault(key, text)
    st.text_area(label, key=key, max_chars=MOST_COMMENT, placeholder="The student sees it.",
                 on_change=lambda: _change(room, place, how(st.session_state[key])))


def _additions(room: Class, place: int) -> None:
    """Findings that the review missed, chosen by use case and check."""
    line, mark = room.lines[place], room.marks[place]
    options = [name_of(None, c.code) for c in CHECKS if c.submission is not None]
    options += [name_of(k, c.code) for k in range(len(line["use_cases"]))
                for c in CHECKS if c.use_case is not None]
    present = {name_of(w, f["code"]) for w, part in ((None, line), *enumerate(line["use_cases"]))
               for f in part["findings"]} | set(mark.added)

    def label(name: str) -> str:
        number, _, code = name.partition(":")
        whole = "the whole" if number == "0" else f"number {number}"
        return f"{BY_CODE[code].title} ({code}), {whole}"

    def add() -> None:
        if name := st.session_state.class_add:
            _change(room, place, with_added(name))
            st.session_state.class_add = None

    st.selectbox("Add a finding that was missed", [n for n in options if n not in present],
                 index=None, key="class_add", format_func=label, on_change=add)
