"""Advice in full: what to do, why, what was understood, and the nearest cases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from advisor import DONT_KNOW, FACTORS
from advisor.advice import Advice, Rung, Understood
from advisor.factors import BY_ID
from advisor.names import NAMES
from advisor.report import age_caution
from advisor.ui import charts
from advisor.ui.case_text import plain
from advisor.ui.state import answer

MET = {"yes": ":material/check_circle: yes", "no": ":material/cancel: no",
       "unknown": ":material/help: not known yet"}
STATUS = {"start": "Start here", "next": "Then, if the eval says so", "later": "Much later"}


def details(advice: Advice, read: Sequence[Understood]) -> None:
    """The four tabs; ``read`` is what the description alone was read to say."""
    todo, why, said, cases = st.tabs(
        ["What to do", "Why", "What we understood", "Nearest cases"])
    with todo:
        _ladder(advice)
    with why:
        _reasons(advice)
    with said:
        _understood(advice, read)
    with cases:
        _evidence(advice)


def _ladder(advice: Advice) -> None:
    steps = [rung for rung in advice.ladder if rung.status != "not_indicated"]
    for number, rung in enumerate(steps, start=1):
        with st.container(border=True):
            st.markdown(f"**{number}. {rung.title}**  :gray[{STATUS[rung.status]}]")
            st.markdown(rung.do)
            st.caption(("Go on only when: " if number < len(steps) else "It is done when: ")
                       + rung.before_next)
    tuning = next(rung for rung in advice.ladder if rung.rung == "fine_tuning")
    _tests(tuning)
    left = [rung.title for rung in advice.ladder if rung.status == "not_indicated"]
    if left:
        st.caption(f"Not indicated by what is known so far: {', '.join(left)}.")


def _tests(tuning: Rung) -> None:
    left, right = st.columns(2)
    for column, title, tests in (
        (left, "The workshop's three tests for fine-tuning", tuning.tests),
        (right, "and its reasons to tune", tuning.grounds),
    ):
        column.markdown(f"**{title}**")
        for test in tests:
            column.markdown(f"- {test.name}: {MET[test.met]}  \n  :gray[{test.why}]")


def _reasons(advice: Advice) -> None:
    chosen = st.segmented_control(
        "What speaks for and against", list(NAMES), default=advice.approach, key="why_approach",
        format_func=lambda name: NAMES[name],
    ) or advice.approach
    st.plotly_chart(
        charts.waterfall(advice.reasons, "log-odds: right speaks for it, left against", chosen),
        config=charts.CONFIG, key="waterfall",
    )
    with st.expander("Each reason with its source"):
        for reason in advice.reasons:
            st.markdown(f"**{reason.code}** {reason.text}  \n:gray[{reason.source}]")
    if advice.would_change_if:
        st.markdown("**Answers that would change the recommendation**")
        for change in advice.would_change_if:
            st.markdown(f"- {change.text}: **{NAMES[change.approach]}**")


def _corrected(factor: str, key: str, probabilities: dict[Any, float]) -> None:
    answer(factor, st.session_state[key], probabilities)


def _understood(advice: Advice, read: Sequence[Understood]) -> None:
    shares = dict(advice.probabilities)
    words = {row.factor: row.words for row in read}
    stated = [row for row in advice.understood if row.value is not None]
    if not stated:
        st.markdown("The text settles nothing by itself; the questions will.")
    else:
        st.caption("Wrong? One click corrects it, and the recommendation follows.")
    for row in stated:
        _correctable(row, words.get(row.factor, []), shares)
    with st.expander("Answer any other question"):
        known = {row.factor for row in stated}
        for factor in FACTORS:
            if factor.id in known:
                continue
            labels: dict[Any, str] = {None: "Open", DONT_KNOW: "Don't know"}
            labels |= {o.value: o.label for o in factor.options}
            key = f"all-{factor.id}"
            st.session_state[key] = st.session_state.answers.get(factor.id)
            st.selectbox(
                factor.question, list(labels), key=key, help=factor.why,
                format_func=labels.__getitem__, on_change=_corrected, args=(factor.id, key, shares),
            )


def _correctable(row: Understood, words: Sequence[str], shares: dict[Any, float]) -> None:
    """One factor as it was understood, its words, and every other value a click away."""
    labels = {o.value: o.label for o in BY_ID[row.factor].options} | {DONT_KNOW: "Not said"}
    key = f"seen-{row.factor}"
    st.session_state[key] = row.value
    how = "your answer" if row.from_answer else f"{row.probability:.0%} sure"
    quoted = ", ".join(f"“{plain(word)}”" for word in words)
    st.pills(
        f"**{row.label}**  :gray[{how}{', from ' + quoted if quoted else ''}]",
        list(labels), key=key, format_func=labels.__getitem__, on_change=_corrected,
        args=(row.factor, key, shares),
    )


def _evidence(advice: Advice) -> None:
    for case in advice.neighbours:
        left, right = st.columns([4, 1], vertical_alignment="center")
        left.markdown(f"[{case.title}]({case.source})  \nchose **{NAMES[case.approach]}** "
                      f":gray[{case.year} · similarity {case.similarity:.2f}]")
        right.page_link("advisor/ui/pages/cases.py", label="Open", icon=":material/menu_book:",
                        query_params={"case": case.id})
    if caution := age_caution(advice):
        st.warning(caution)
