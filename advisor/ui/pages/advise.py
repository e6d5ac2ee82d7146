"""Describe a use case, read the recommendation, answer what moves it."""

from __future__ import annotations

import json
from typing import Any

import streamlit as st

from advisor import DONT_KNOW
from advisor.advice import Advice, Question
from advisor.contradictions import contradictions
from advisor.names import FLAG_TEXT, NAMES
from advisor.report import advice_markdown, reading_caution
from advisor.tasks import split_tasks
from advisor.ui import charts
from advisor.ui.advice_view import details
from advisor.ui.case_text import plain
from advisor.ui.state import (
    advice_on,
    answer,
    current_advice,
    keep,
    read_alone,
    reading_endpoint,
    restore,
)

EXAMPLES = {
    "Policy questions": "Staff ask about travel and expense policies. There are some 900 pages, a "
    "few change each month, and every answer has to quote the clause it rests on.",
    "Plain words to a query language": "Users type a question in plain words and we return a query "
    "in our own query language. The instructions have grown very long and still miss half the "
    "rules, we have thousands of past questions with their queries, and the answer must come in "
    "under a second.",
    "Replies to customers": "Customers of our restaurants write about 200 e-mails a day. We want "
    "drafts of replies that sound like us and know our house rules; staff read each one.",
    "Meeting minutes": "Turn a meeting transcript into a one-page summary that a person reads and "
    "corrects before it is sent round. We have not tried anything yet.",
}
SURENESS = ((0.8, "Clear"), (0.55, "Leaning"), (0.0, "A close call"))


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
    endpoint, _ = reading_endpoint()
    st.caption(
        f":material/cloud_upload: What you describe is sent to {endpoint.url} to be read, because "
        "ADVISOR_LLM_URL is set. Or try one of these:" if endpoint else
        ":material/lock: Everything runs here. Nothing you type leaves this machine. "
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
    if "fine_tuning" in advice.approach:
        st.markdown("Where this is likely to end, **not where to start**: begin with a prompt and "
                    "an eval, and let a pilot prove that tuning pays.")
    for flag in advice.flags:
        st.info(FLAG_TEXT[flag], icon=":material/flag:")


def next_question(question: Question | None, probabilities: dict[Any, float]) -> None:
    st.subheader("The question that matters most now", anchor=False)
    if question is None:
        st.markdown("No likely answer would change the recommendation. What is left is to **check "
                    "it on your own examples**. Any other question can be answered under *What we "
                    "understood*.")
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


def several(tasks: list[str]) -> None:
    """Advice for each of several tasks in one line each, and a way to look at one alone."""
    st.info(f"This reads like {len(tasks)} tasks. Neighbouring tasks often need different answers: "
            "look at each alone.", icon=":material/call_split:")
    for number, task in enumerate(tasks):
        advice, _ = advice_on(task, {})
        if advice is None:
            continue
        left, right = st.columns([4, 1], vertical_alignment="center")
        share = advice.probabilities[advice.approach]
        left.markdown(f"{plain(task[-160:])}  \n**{NAMES[advice.approach]}** :gray[{share:.0%}]")
        right.button("Look at it", key=f"task-{number}", on_click=_alone, args=(task,))


def _alone(task: str) -> None:
    st.session_state.update(description=task, answers={}, before=None)


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
    tasks = split_tasks(advice.description)
    if len(tasks) > 1:
        several(tasks)
    elif st.session_state.entered != advice.description:
        st.caption(f"For this part of it: {plain(advice.description)}")
    recommendation(advice)
    read = read_alone(advice)
    for clash in contradictions(st.session_state.answers, read):
        st.warning(clash, icon=":material/compare_arrows:")
    next_question(advice.next_question, dict(advice.probabilities))
    details(advice, read)
    onward(advice)


page()
