"""Read the documented cases, or search them by meaning."""

from __future__ import annotations

import streamlit as st

from advisor.names import NAMES
from casebank import load_cases
from casebank.schema import Case

SHOWN = 20


def show(case: Case, similarity: float | None) -> None:
    near = f" · similarity {similarity:.2f}" if similarity is not None else ""
    with st.expander(f"**{case.title}** · {NAMES[case.approach]}{near}"):
        st.markdown(f"*What they needed.* {case.description}")
        also = f" (also defensible: {', '.join(NAMES[a] for a in case.acceptable)})"
        st.markdown(f"*What fits.* **{NAMES[case.approach]}**{also if case.acceptable else ''}. "
                    f"{case.why}")
        st.markdown(f"*What happened.* {case.outcome}")
        for figure in case.figures:
            st.markdown(f"- {figure}")
        for position in case.positions:
            st.markdown(f"- **{position.who}**: {position.why}")
        st.caption(f"{case.organisation}, {case.year} · {case.evidence} · last checked "
                   f"{case.checked}")
        for source in case.sources:
            st.markdown(f":material/link: [{source.title}]({source.url})")


def found(text: str, cases: list[Case]) -> list[tuple[Case, float | None]]:
    if not text.strip():
        return [(case, None) for case in cases]
    from advisor.engine import default_bank

    keep = {case.id for case in cases}
    with st.spinner("Searching. The first time takes some seconds …"):
        matches = default_bank().search(text, k=len(default_bank().cases))
    return [(m.case, m.similarity) for m in matches if m.case.id in keep]


def page() -> None:
    st.title("Cases")
    bank = sorted(load_cases(), key=lambda case: case.domain != "workshop")  # the spine first
    st.markdown(f"{len(bank)} documented use cases: what was needed, what was chosen, what came of "
                "it, and where that is written.")
    text = st.text_input("Search by meaning", placeholder="for example: answers from manuals")
    wanted = st.pills("Approach", list(NAMES), format_func=lambda n: NAMES[n],
                      selection_mode="multi", key="wanted")
    rows = found(text, [case for case in bank if not wanted or case.approach in wanted])
    if not rows:
        st.info("No case with this approach yet; take another filter.")
    shown = st.session_state.setdefault("cases_shown", SHOWN)
    for case, similarity in rows[:shown]:
        show(case, similarity)
    if len(rows) > shown and st.button(f"Show more ({len(rows) - shown} left)"):
        st.session_state.cases_shown += SHOWN
        st.rerun()


page()
