"""Your turn: documented cases without their answer, then what happened, why, and where it stands.

``?set=id,id&group=name`` is a link with chosen cases; then the group's answers stand beside the
experts', for students on the cases that they have answered, and with ``&show=all`` on all.
"""

from __future__ import annotations

import re
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import plotly.graph_objects as go
import streamlit as st

from advisor.factors import BY_ID, FACTORS
from advisor.names import NAMES
from advisor.practice import (
    MOST_SET,
    QUIZ,
    SURENESS,
    Answer,
    AnswerBook,
    PracticeError,
    calibration,
    chosen_set,
    confusions,
    next_case,
    overlooked,
    right,
)
from advisor.ui import case_view
from advisor.ui.case_text import marked, plain, twins
from advisor.ui.charts import COLOURS, CONFIG, GREY
from advisor.ui.state import runs_folder
from casebank import Case, load_cases
from training.metrics import wilson


@st.cache_data(show_spinner=False)
def _bank() -> dict[str, Case]:
    return {case.id: case for case in load_cases()}


def _person() -> str:
    """Who practises here: eight digits in the address, so that a reload finds the answers again."""
    name: str = st.query_params.get("me", "")
    if not re.fullmatch(r"[0-9a-f]{16}", name):
        name = st.session_state.setdefault("practice_me", secrets.token_hex(8))
        st.query_params["me"] = name
    return name


def _answer(book: AnswerBook, person: str, case: Case) -> None:
    state = st.session_state
    approach, sure = state.get(f"said-{case.id}"), state.get(f"sure-{case.id}")
    if approach is None or sure is None:
        state.practice_problem = "Choose an approach, and say how sure you are."
        return
    factors = tuple(state.get(f"why-{case.id}") or ())
    try:
        book.add(Answer(person, case.id, approach, float(sure), factors))
    except PracticeError as error:
        state.practice_problem = str(error)
        return
    state.practice_open = case.id


def _next() -> None:
    st.session_state.practice_open = None


def ask(case: Case, book: AnswerBook, person: str) -> None:
    """The case in the words of those who had the need, and the fields for an answer."""
    with st.container(border=True):
        st.markdown(plain(case.description))
    with st.form(f"ask-{case.id}", border=False):
        st.radio("Which approach fits best?", list(NAMES), index=None, key=f"said-{case.id}",
                 format_func=lambda name: NAMES[name])
        st.radio("How sure are you?", list(SURENESS), index=None, key=f"sure-{case.id}",
                 format_func=lambda s: f"{SURENESS[s]} ({s:.0%})", horizontal=True)
        st.pills("What decides it? (may stay empty)", [f.id for f in FACTORS],
                 selection_mode="multi", key=f"why-{case.id}",
                 format_func=lambda name: BY_ID[name].label)
        st.form_submit_button("Answer", type="primary", on_click=_answer,
                              args=(book, person, case))
    if problem := st.session_state.pop("practice_problem", ""):
        st.warning(problem)


def reveal(case: Case, answer: Answer, bank: Mapping[str, Case]) -> None:
    """What happened, why, and the source; with the answer judged by it."""
    stands = right(case, answer.approach)
    yours = NAMES[answer.approach]
    if "disputed" in case.flags and stands:
        st.info(f"You said {yours}. Experts disagree on this one: your answer stands, and so does "
                "the other.", icon=":material/balance:")
    elif stands and answer.approach != case.approach:
        st.success(f"You said {yours}: that would do too.", icon=":material/check_circle:")
    elif stands:
        st.success(f"You said {yours}, and so it was.", icon=":material/check_circle:")
    else:
        st.error(f"You said {yours}. What fits is {NAMES[case.approach]}.",
                 icon=":material/cancel:")
    with st.container(border=True):
        st.markdown(f"**{plain(case.title)}**  \n:gray[{plain(case.organisation)}, {case.year}]")
        st.markdown(case_view.told(case))
        for position in case.positions:
            says = f" {marked(position.approach)}" if position.approach else ""
            st.markdown(f"- **{plain(position.who)}**{says}: {plain(position.why)}")
        st.markdown(case_view.written(case))
    missed = [BY_ID[f] for f in case.factors if f not in answer.factors]
    if missed and (answer.factors or not stands):
        st.markdown("**The source also states:** " + "; ".join(
            f"{factor.label.lower()}: {factor.value_label(case.factors[factor.id]).lower()}"
            for factor in missed))
    for twin in twins(case, list(bank.values())):
        st.caption(f"There is a case that differs from it in one thing: [{plain(twin.title)}]"
                   f"(/cases?case={case.id}&beside={twin.id}). It may come next.")
    st.button("Next case", type="primary", on_click=_next)


def beside(case: Case, everybody: Sequence[Answer]) -> None:
    """The class's answers on a case, beside what the experts chose."""
    said = Counter(a.approach for a in everybody if a.case == case.id)
    n = sum(said.values())
    sure = [a.sure for a in everybody if a.case == case.id]
    figure = go.Figure(go.Bar(
        x=[said[a] for a in NAMES], y=list(NAMES.values()), orientation="h",
        marker={"color": [COLOURS[a] for a in NAMES]}, text=[said[a] or "" for a in NAMES],
        hovertemplate="%{y}: %{x}<extra></extra>"))
    figure.update_layout(height=170, margin={"l": 0, "r": 10, "t": 4, "b": 4}, dragmode=False)
    figure.update_yaxes(autorange="reversed", automargin=True)
    figure.update_xaxes(visible=False)
    experts = [f"{plain(p.who)}: {NAMES[p.approach]}" for p in case.positions if p.approach]
    told = f", on average {sum(sure) / n:.0%} sure" if n else ""
    st.markdown(f"**{plain(case.title)}**  \n{n} answer{'s' * (n != 1)}{told}. On record: "
                f"{'; '.join(experts) or NAMES[case.approach]}.")
    if n:
        st.plotly_chart(figure, config=CONFIG, key=f"beside-{case.id}")


def compared(names: Sequence[str], bank: Mapping[str, Case], everybody: Sequence[Answer]) -> None:
    st.subheader("The class beside the experts", anchor=False, divider="gray")
    for name in names:
        beside(bank[name], everybody)


def standing(answers: Sequence[Answer], bank: Mapping[str, Case]) -> None:
    """Hit rate, calibration, what is confused, and what is overlooked."""
    known = [a for a in answers if a.case in bank]
    if not known:
        return
    hits = sum(right(bank[a.case], a.approach) for a in known)
    low, high = wilson(hits, len(known))
    st.subheader("How you stand", anchor=False, divider="gray")
    with st.container(horizontal=True):
        st.metric("Right", f"{hits} of {len(known)}", border=True,
                  help=f"95% interval {low:.0%} to {high:.0%}")
        sure = sum(a.sure for a in known) / len(known)
        st.metric("Sure, on average", f"{sure:.0%}", border=True)
        gap = 100 * (sure - hits / len(known))
        st.metric("Too sure by" if gap >= 0 else "Not sure enough by", f"{abs(gap):.0f} points",
                  border=True, help="It takes some twenty answers to mean much.")
    rows = calibration(known, bank)
    figure = go.Figure([
        go.Scatter(x=[0, 1], y=[0, 1], mode="lines", hoverinfo="skip",
                   line={"color": GREY, "dash": "dot", "width": 1}),
        go.Scatter(
            x=[row.sure for row in rows], y=[row.right / row.n for row in rows],
            mode="markers+text", text=[f"{row.right} of {row.n}" for row in rows],
            textposition="middle right", cliponaxis=False, marker={"size": 12, "color": "#0072B2"},
            error_y=_errors([wilson(row.right, row.n) for row in rows],
                            [row.right / row.n for row in rows]),
            hovertemplate="sure %{x:.0%}, right %{y:.0%}<extra></extra>")])
    figure.update_layout(height=280, margin={"l": 0, "r": 10, "t": 20, "b": 8}, showlegend=False,
                         dragmode=False)
    figure.update_xaxes(range=[0, 1.02], tickformat=".0%", title="how sure you were")
    figure.update_yaxes(range=[-0.02, 1.1], tickformat=".0%", title="how often right")
    st.plotly_chart(figure, config=CONFIG, key="calibration")
    st.caption("On the dotted line you are as often right as you say; bars are 95% intervals.")
    mixed = confusions(known, bank).most_common(3)
    if mixed:
        st.markdown("**Taken for each other:** " + "; ".join(
            f"{' and '.join(NAMES[a] for a in sorted(pair))} ({n} time{'s' * (n != 1)})"
            for pair, n in mixed if len(pair) == 2))
    passed = overlooked(known, bank)[:5]
    if passed:
        st.markdown("**Overlooked most:** " + "; ".join(
            f"{BY_ID[f].label.lower()} ({n} of {of})" for f, n, of in passed))


def _errors(intervals: Sequence[tuple[float, float]], values: Sequence[float]) -> dict[str, Any]:
    return {"type": "data", "symmetric": False, "color": GREY, "thickness": 1.5,
            "array": [high - v for (_, high), v in zip(intervals, values, strict=True)],
            "arrayminus": [v - low for (low, _), v in zip(intervals, values, strict=True)]}


def hand_out(bank: Mapping[str, Case]) -> None:
    """An instructor chooses cases and gets the link."""
    with st.expander("For instructors: a set of your own", icon=":material/link:"):
        picked = st.multiselect("Cases", list(bank), key="practice_pick",
                                max_selections=MOST_SET,
                                format_func=lambda name: bank[name].title)
        group = st.text_input("Name of the class (keeps its answers apart from other classes')",
                              max_chars=60, key="practice_group").strip()
        if picked:
            link = f"{_address()}?set={','.join(picked)}"
            link += f"&group={quote(group)}" if group else ""
            st.markdown("For the class. Everybody who opens it gets these cases, and sees "
                        "everybody's answers on a case after their own:")
            st.code(link, language=None, wrap_lines=True)
            st.markdown("For you: all answers beside the experts', at any time.")
            st.code(f"{link}&show=all", language=None, wrap_lines=True)


def _address() -> str:
    """This page's own, as the browser asked for it."""
    return str(st.context.url or "/practice").partition("?")[0]


def page() -> None:
    bank = _bank()
    st.title("Practice", anchor=False)
    asked = st.query_params.get("set", "")
    chosen, unknown = chosen_set(asked, bank)
    if unknown:
        st.warning("No such case: " + plain(", ".join(unknown)[:300]))
    st.markdown(f"A set of {len(chosen)} cases, chosen for you." if chosen else
                "Somebody had this need: what would you have done? It starts with the four cases "
                "of the workshop, and goes on with what you get wrong.")
    person = _person()
    book = AnswerBook(runs_folder() / "practice", chosen, st.query_params.get("group", "")[:60])
    everybody = book.all()
    answers = [a for a in everybody if a.person == person and a.case in bank]
    if chosen and st.query_params.get("show") == "all":
        compared(chosen, bank, everybody)
        return
    now = st.session_state.get("practice_open")
    mine = next((a for a in answers if a.case == now), None)
    if mine is not None:
        reveal(bank[mine.case], mine, bank)
    else:
        case = next_case(answers, bank, chosen)
        if case is None:
            st.success("That was all of them.", icon=":material/flag:")
        else:
            of = len(chosen) or len(QUIZ)
            at = len(answers) + 1
            st.markdown(f"**Case {at} of {of}**" if chosen or at <= of else f"**Case {at}**")
            ask(case, book, person)
    standing(answers, bank)
    done = {answer.case for answer in answers}
    if told := [name for name in chosen if name in done]:
        compared(told, bank, everybody)
    hand_out(bank)


page()
