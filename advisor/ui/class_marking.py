"""An instructor goes through the submissions: agree, take a finding back, add one, comment."""

from __future__ import annotations

import io
import zipfile
from functools import partial

import streamlit as st

from advisor.homework.checks import BY_CODE, CHECKS
from advisor.homework.classroom import SECOND_LOOK, Copy, summarise
from advisor.homework.feedback import Card, feedback
from advisor.homework.marks import (
    FIRST,
    MOST_COMMENT,
    accords,
    change,
    looked,
    name_of,
    toggled,
    with_added,
    with_comment,
)
from advisor.homework.report import (
    as_csv,
    as_jsonl,
    card_html,
    class_html,
    student_html,
    styles,
    use_case_html,
)
from advisor.homework.review import key_of
from advisor.homework.submission import SubmissionError
from advisor.ui import class_views
from advisor.ui.case_text import plain
from advisor.ui.class_store import Class, class_copies, class_doubts
from advisor.ui.homework_feedback import reasons_and_cases
from advisor.ui.state import warm_up

QUEUES = ("All", "To be looked at", "Second look")


def queue(room: Class) -> list[int]:
    """Places of the submissions to go through, in order."""
    wanted = st.segmented_control("Go through", QUEUES, default=QUEUES[0], key="class_queue",
                                  required=True)
    doubts = class_doubts(room.version)
    now = st.session_state.get("class_place", 0)
    places = list(range(len(room.lines)))
    if wanted == QUEUES[1]:  # the one on screen stays although it was just looked at
        places = [i for i in places if not room.mark(i).looked or i == now]
    elif wanted == QUEUES[2]:
        places = sorted((i for i in places if doubts[i][0] >= SECOND_LOOK),
                        key=lambda i: -doubts[i][0])
    return places


def _go(place: int) -> None:
    st.session_state.class_place = place


def _agree(room: Class, place: int, following: int | None) -> None:
    _change(room, place, looked)
    if following is not None:
        _go(following)


def _change(room: Class, place: int, how) -> None:  # type: ignore[no-untyped-def]
    try:
        change(room.marks_file, key_of(room.lines[place]), how)
    except SubmissionError as error:
        st.session_state.class_problem = str(error)


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
    line, mark = room.lines[place], room.mark(place)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Previous", shortcut="k", disabled=before is None, key="class_previous",
                  on_click=_go, args=(before,))
        st.button("Next", shortcut="j", disabled=after is None, key="class_next",
                  on_click=_go, args=(after,))
        st.button("Agree, next", shortcut="a", type="primary", key="class_agree",
                  on_click=_agree, args=(room, place, after))
        state = ":green[looked at]" if mark.looked else ":gray[not looked at yet]"
        st.markdown(f"**{at + 1} of {len(places)}** · {state}")
    st.caption("Keys: j next, k previous, a agree with all that stands and go on, 1 to 9 take the "
               "finding of that number back or let it stand again.")
    _submission(room, place)
    _additions(room, place)
    key = f"class_comment-{key_of(line)}"
    st.session_state.setdefault(key, mark.comment)
    st.text_area("Your comment to the student", key=key, max_chars=MOST_COMMENT,
                 on_change=lambda: _change(room, place, with_comment(st.session_state[key])))


def _submission(room: Class, place: int) -> None:
    line, marked, mark = room.lines[place], room.marked[place], room.mark(place)
    shown_line = marked | {"findings": line["findings"], "use_cases": [
        u | {"findings": raw["findings"]}
        for u, raw in zip(marked["use_cases"], line["use_cases"], strict=True)]}
    view = feedback(shown_line, room.rubric)
    st.html(f"<style>{styles()}</style>")
    head = f"{line['score']:g} points"
    if marked["score"] != line["score"]:
        head += f" by the review, {marked['score']:g} with your changes"
    st.subheader(plain(class_views.name_of(marked)), anchor=False,
                 divider="gray")
    st.markdown(f"**{head}**")
    value, why = class_doubts(room.version)[place]
    if value >= SECOND_LOOK:
        st.warning(f"Deserves a second look: {why}.", icon=":material/visibility:")
    number = 0
    for card in view.cards:
        number += 1
        _finding(room, place, None, card, number, mark.dropped)
    for used in view.use_cases:
        st.html(use_case_html(used))
        for card in used.cards:
            number += 1
            _finding(room, place, used.number - 1, card, number, mark.dropped)
        row = line["use_cases"][used.number - 1]
        if row["advice"] and st.toggle("The advisor's reasons and cases",
                                       key=f"why-{place}-{used.number}"):
            from advisor import advise

            with st.spinner("Asking the advisor …"):
                warm_up().join()
                reasons_and_cases(row["stance"], advise(row["description"][:4_000]))


def _finding(
    room: Class, place: int, where: int | None, card: Card, number: int, dropped: tuple[str, ...]
) -> None:
    name = name_of(where, card.code)
    back = name in dropped
    st.html(f"<div style='opacity:{0.45 if back else 1}'>{card_html(card)}</div>")
    st.button(
        "Let it stand again" if back else "Take it back",
        key=f"drop-{place}-{name}", type="tertiary",
        icon=":material/undo:" if back else ":material/thumb_down:",
        shortcut=str(number) if number <= 9 else None,
        on_click=_change, args=(room, place, toggled(name)))


def _additions(room: Class, place: int) -> None:
    """Findings that the review missed, chosen by use case and check."""
    line, mark = room.lines[place], room.mark(place)
    options = [name_of(None, c.code) for c in CHECKS if c.submission is not None]
    options += [name_of(k, c.code) for k in range(len(line["use_cases"]))
                for c in CHECKS if c.use_case is not None]
    present = {name_of(w, f["code"]) for w, part in ((None, line), *enumerate(line["use_cases"]))
               for f in part["findings"]}

    def label(name: str) -> str:
        number, _, code = name.partition(":")
        whole = "the whole" if number == "0" else f"number {number}"
        return f"{BY_CODE[code].title} ({code}), {whole}"

    key = f"added-{key_of(line)}"
    st.session_state.setdefault(key, [n for n in mark.added if n in options])

    def keep() -> None:
        for name in set(mark.added) ^ set(st.session_state[key]):
            _change(room, place, with_added(name))

    st.multiselect("Add a finding that was missed", [n for n in options if n not in present],
                   key=key, format_func=label, on_change=keep)


def accord(room: Class) -> None:
    """How often the instructor agrees with the review, per check, and what it did to scores."""
    n = sum(room.mark(i).looked for i in range(len(room.lines)))
    if n < FIRST:
        st.info(f"Look through {FIRST - n} more submission{'s' * (FIRST - n != 1)} (five to ten "
                "are a good start): only then does the agreement begin to say something.",
                icon=":material/hourglass_top:")
    rows = accords(room.lines, room.marks)
    moved = [after["score"] - before["score"]
             for before, after in zip(room.lines, room.marked, strict=True)
             if after["score"] != before["score"]]
    st.markdown(f"**{n} of {len(room.lines)} submissions looked at.** " + (
        f"Your changes moved {len(moved)} score{'s' * (len(moved) != 1)}, by "
        f"{sum(moved) / len(moved):+.1f} points on average." if moved
        else "Your changes moved no score."))
    if not rows:
        return
    lines = ["| Check | Agreed | 95% interval | Stood | Taken back | Added |",
             "|---|--:|---|--:|--:|--:|"]
    for row in rows:
        low, high = row.interval
        lines.append(f"| {BY_CODE[row.code].title} ({row.code}) | {row.share:.0%} | {low:.0%} to "
                     f"{high:.0%} | {row.agreed} | {row.dropped} | {row.added} |")
    st.markdown("\n".join(lines))
    st.caption("Agreed: findings that you let stand, of all that the review or you found in the "
               "submissions that you looked at. A check with a low share deserves another "
               "threshold in the rubric, or to be switched off.")


def export(room: Class) -> None:
    """Everything to take away, with the instructor's changes and, where wanted, without names."""
    comments = {i: room.mark(i).comment for i in range(len(room.lines))}
    st.markdown("Reviews with your changes and comments" + (
        ", without names." if st.session_state.get("class_anonymous") else "."))
    with st.container(horizontal=True):
        st.download_button("CSV", as_csv([*room.marked, *room.errors], comments), "class.csv",
                           "text/csv")
        st.download_button("JSONL", as_jsonl([*room.marked, *room.errors]), "class.jsonl")
        st.download_button("Class as a page", partial(_class_page, room), "class.html",
                           "text/html", on_click="ignore")
        st.download_button("A page for each student", partial(_student_pages, room),
                           "students.zip", on_click="ignore")


def _class_page(room: Class) -> bytes:
    lines = [*room.marked, *room.errors]
    copies = [Copy(*row) for row in class_copies(room.version)]
    pairs = [(room.marked[c.first[0]], room.marked[c.second[0]]) for c in copies]
    pieces = class_html(lines, summarise(lines), (), copies, pairs)
    return "".join(pieces).encode("utf-8", "replace")


def _student_pages(room: Class) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for place, line in enumerate(room.marked):
            comment = room.mark(place).comment
            page = student_html(feedback(line, room.rubric), [comment] if comment else [])
            archive.writestr(f"{place + 1:05}.html", page.encode("utf-8", "replace"))
    return packed.getvalue()
