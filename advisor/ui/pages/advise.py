"""Describe a use case, read the recommendation, answer what moves it."""

from __future__ import annotations

import json
from typing import Any

import streamlit as st

from advisor import DONT_KNOW, FACTORS
from advisor.advice import Advice, Question
from advisor.names import FLAG_TEXT, NAMES
from advisor.report import advice_markdown, reading_caution
from advisor.ui import charts
from advisor.ui.state import answer, current_advice, keep, restore

EXAMPLES = {
    "Policy questions": "Staff ask about travel and expense policies. There are some 900 pages, a "
    "few change each month, and every answer has to quote the clause it rests on.",
    "Plain words to a query language": "Users type a question in plain words and we return a query "
    "in our own query language. The instructions have grown very long and still miss half the "
    "rules, we have thousands of past questions with their queries, and the answer must come in "
    "under a second.",
    "Sort support e-mails": "Every day about 3,000 customer e-mails have to be sorted into twelve "
    "queues. We have two years of e-mails that people sorted by hand.",
    "Meeting minutes": "Turn a meeting transcript into a one-page summary that a person reads and "
    "corrects before it is sent round. We have not tried anything yet.",
}
SURENESS = ((0.8, "Clear"), (0.55, "Leaning"), (0.0, "A close call"))
MET = {"yes": ":material/check_circle: yes", "no": ":material/cancel: no",
       "unknown": ":material/help: not known yet"}
STATUS = {"start": "Start here", "next": "Then, if the eval says so", "later": "Much later"}


def _example(text: str) -> None:
    st.session_state.update(entered=text, description=text, answers={}, before=None)


def _submit() -> None:
    text = st.session_state.entered
    if text != st.session_state.description:
        st.session_state.update(description=text, answers={}, before=None)
    st.session_state.asked = True


def entry() -> None:
    st.title("Should I fine-tune?")
    st.markdown("Describe your use case in a sentence or two. You get a recommendation with its "
                "evidence, and a small pilot on your own examples can then overturn it.")
    st.session_state.setdefault("entered", st.session_state.description)
    with st.form("use_case", border=False):
        st.text_area(
            "Your use case", key="entered", height=120,
            placeholder="What goes in, what should come out, for whom, and what you have tried",
        )
        st.form_submit_button("Get advice", type="primary", on_click=_submit)
    st.caption(":material/lock: Everything runs here. Nothing you type leaves this machine. "
               "Or try one of these:")
    with st.container(horizontal=True):
        for name, text in EXAMPLES.items():
            st.button(name, on_click=_example, args=(text,), type="tertiary")


def recommendation(advice: Advice) -> None:
    share = advice.probabilities[advice.approach]
    word = next(word for least, word in SURENESS if share >= least)
    st.subheader(f"{word}: {NAMES[advice.approach]}", anchor=False, divider="gray")
    before = st.session_state.before
    st.plotly_chart(charts.probabilities(advice.probabilities, before), config=charts.CONFIG,
                    key="probabilities")
    if before:
        moved = share - before[advice.approach]
        was = max(before, key=lambda name: before[name])
        turned = f" It was {NAMES[was]} before." if was != advice.approach else ""
        st.caption(f"Your last answer moved {NAMES[advice.approach]} by {100 * moved:+.0f} points "
                   f"(grey marks: before).{turned}")
    for flag in advice.flags:
        st.info(FLAG_TEXT[flag], icon=":material/flag:")


def next_question(question: Question | None, probabilities: dict[Any, float]) -> None:
    st.subheader("The question that matters most now", anchor=False)
    if question is None:
        st.markdown("No open answer would move this. What is left is to **check it on your "
                    "own examples**.")
        return
    with st.container(border=True):
        st.markdown(f"**{question.question}**")
        st.caption(f"Why we ask: {question.why}")
        with st.container(horizontal=True):
            for option in [*((o.value, o.label) for o in question.options),
                           (DONT_KNOW, "Don't know")]:
                st.button(
                    option[1], key=f"answer-{question.id}-{option[0]}", on_click=answer,
                    args=(question.id, option[0], probabilities),
                )


def ladder(advice: Advice) -> None:
    st.subheader("What to do, in this order", anchor=False)
    steps = [rung for rung in advice.ladder if rung.status != "not_indicated"]
    for number, rung in enumerate(steps, start=1):
        with st.container(border=True):
            st.markdown(f"**{number}. {rung.title}**  :gray[{STATUS[rung.status]}]")
            st.markdown(rung.do)
            if number < len(steps):
                st.caption(f"Go on only when: {rung.before_next}")
            else:
                st.caption(f"It is done when: {rung.before_next}")
    tuning = next(rung for rung in advice.ladder if rung.rung == "fine_tuning")
    st.markdown("**The workshop's three tests for fine-tuning**")
    for test in tuning.tests:
        st.markdown(f"- {test.name}: {MET[test.met]}  \n  :gray[{test.why}]")
    st.markdown("**and its reasons to tune**")
    for ground in tuning.grounds:
        st.markdown(f"- {ground.name}: {MET[ground.met]}  \n  :gray[{ground.why}]")
    left = [rung.title for rung in advice.ladder if rung.status == "not_indicated"]
    if left:
        st.caption(f"Not indicated by what is known so far: {', '.join(left)}.")


def reasons(advice: Advice) -> None:
    st.subheader("Why", anchor=False)
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


def _corrected(factor: str, key: str, probabilities: dict[Any, float]) -> None:
    answer(factor, st.session_state[key], probabilities)


def understood(advice: Advice) -> None:
    stated = [row for row in advice.understood if row.value is not None]
    st.subheader("What we understood", anchor=False)
    if not stated:
        st.markdown("The text settles nothing by itself; the questions above will.")
    for row in stated:
        how = "your answer" if row.from_answer else f"{row.probability:.0%} sure"
        words = f", from: {', '.join(f'“{word}”' for word in row.words)}" if row.words else ""
        st.markdown(f"- {row.label}: **{row.value_label}**  :gray[{how}{words}]")
    with st.expander("Correct it, or answer any other question"):
        shares = dict(advice.probabilities)
        for factor in FACTORS:
            labels: dict[Any, str] = {None: "As read from the text", DONT_KNOW: "Don't know"}
            labels |= {o.value: o.label for o in factor.options}
            key = f"all-{factor.id}"
            st.session_state[key] = st.session_state.answers.get(factor.id)
            st.selectbox(
                factor.question, list(labels), key=key, help=factor.why,
                format_func=labels.__getitem__, on_change=_corrected, args=(factor.id, key, shares),
            )


def evidence(advice: Advice) -> None:
    st.subheader("Nearest documented cases", anchor=False)
    for case in advice.neighbours:
        st.markdown(f"- [{case.title}]({case.source})  \n  chose **{NAMES[case.approach]}** "
                    f":gray[similarity {case.similarity:.2f}]")
    if advice.would_change_if:
        st.subheader("What would change this", anchor=False)
        for change in advice.would_change_if:
            st.markdown(f"- {change.text}: **{NAMES[change.approach]}**")


def onward(advice: Advice) -> None:
    st.divider()
    st.page_link("advisor/ui/pages/pilot.py", label="Check it with a pilot on your own examples",
                 icon=":material/science:")
    with st.container(horizontal=True):
        st.download_button("Advice as Markdown", advice_markdown(advice), "advice.md")
        st.download_button("Advice as JSON", json.dumps(advice.to_json(), indent=2), "advice.json")


def page() -> None:
    restore()
    entry()
    if st.session_state.get("asked") and not st.session_state.entered.strip():
        st.warning("Write a sentence or two first: what goes in, what should come out, for whom.")
    advice, problem = current_advice()
    if problem:
        st.error(problem)
    if advice is None:
        return
    keep()
    if caution := reading_caution(advice.description):
        st.warning(caution)
    recommendation(advice)
    next_question(advice.next_question, dict(advice.probabilities))
    ladder(advice)
    reasons(advice)
    understood(advice)
    evidence(advice)
    onward(advice)


page()
