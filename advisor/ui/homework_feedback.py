"""Feedback on a homework as the pages draw it; a student's text is only ever escaped HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from advisor.advice import Advice
from advisor.homework.feedback import Feedback
from advisor.homework.report import feedback_html, styles
from advisor.homework.wording import STANCE_NAMES
from advisor.names import NAMES
from advisor.ui.case_text import plain


def drawn(view: Feedback) -> None:
    """The whole feedback."""
    st.html(f"<style>{styles()}</style>{feedback_html(view)}")


def advisor_view(line: Mapping[str, Any], advices: Sequence[Advice | None]) -> None:
    """The advisor's reasons and nearest cases for each use case on which it differs."""
    for number, (used, advice) in enumerate(
            zip(line["use_cases"], advices, strict=True), start=1):
        if advice is None or used["agreement"] == "agrees":
            continue
        with st.expander(f"Number {number}: why the advisor leans to {NAMES[advice.approach]}",
                         icon=":material/balance:"):
            reasons_and_cases(used["stance"], advice)


def reasons_and_cases(stance: str, advice: Advice, most: int = 5) -> None:
    """What speaks for the advice, what speaks for the student's choice, and documented cases."""
    best = advice.approach
    for_it = [r for r in advice.reasons if r.contributions[best] > 0.1][:most]
    st.markdown(f"**For {NAMES[best]}**")
    st.markdown("\n".join(f"- {plain(r.text)} :gray[{r.code}, {plain(r.source)}]"
                          for r in for_it) or "Nothing in the text speaks clearly for it.")
    if stance in NAMES and stance != best:
        yours = sorted((r for r in advice.reasons if r.contributions[stance] > 0.1),  # type: ignore[index]
                       key=lambda r: -r.contributions[stance])[:3]  # type: ignore[index]
        st.markdown(f"**For {STANCE_NAMES[stance]}, your choice**")
        st.markdown("\n".join(f"- {plain(r.text)} :gray[{r.code}]" for r in yours)
                    or "Nothing that the description says; add what you know.")
    st.markdown("**Nearest documented cases**")
    for case in advice.neighbours:
        st.markdown(f"- [{plain(case.title)}](/cases?case={case.id}): {NAMES[case.approach]} "
                    f":gray[similarity {case.similarity:.2f}] · [source]({case.source})")
