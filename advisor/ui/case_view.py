"""One case in full, and two side by side, each in a dialog over the page that it was opened from.

The address names what is open (``case`` and ``beside``), so that it can be linked, and the
browser's own way back closes it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import streamlit as st

from advisor.factors import FACTORS
from advisor.names import FLAG_TEXT, NAMES
from advisor.ui.case_text import (
    Row,
    compared,
    domain_name,
    marked,
    older_evidence,
    plain,
    twins,
)
from casebank.schema import Case

NOT_STATED = ":gray[not stated]"
DIFFERENT = '{background="rgba(230,159,0,0.3)"}'  # shows on a light and on a dark ground
DRAWER_PX = 680


def open_case(case_id: str, beside: str | None = None) -> None:
    """Name one case, or two, in the address; the next run of the page shows them."""
    close()
    st.query_params["case"] = case_id
    if beside:
        st.query_params["beside"] = beside


def close() -> None:
    for key in ("case", "beside"):
        st.query_params.pop(key, None)


def _close_and(choose: Callable[[str], None], case_id: str) -> None:
    close()
    choose(case_id)


def in_full(case: Case, bank: Sequence[Case], choose: Callable[[str], None]) -> None:
    """Everything the bank holds on one case, in a drawer.

    ``choose`` takes the case's id for setting it beside another one.
    """

    def body() -> None:
        st.markdown(f"{marked(case.approach)}  \n:gray[{_origin(case)}]")
        if caution := older_evidence(case, date.today()):
            st.warning(caution, icon=":material/history:")
        for twin in twins(case, bank):
            _twin(case, twin)
        st.markdown(told(case))
        _positions(case)
        for flag in case.flags:
            if flag != "disputed":  # the positions say it
                st.info(FLAG_TEXT[flag], icon=":material/flag:")
        st.markdown(written(case))
        _factors(case)
        if st.button("Compare with another case", icon=":material/compare_arrows:",
                     on_click=_close_and, args=(choose, case.id)):
            st.rerun()

    st.dialog(plain(case.title), width=DRAWER_PX, position="right", on_dismiss=close)(body)()


def side_by_side(left: Case, right: Case) -> None:
    """Two cases in two columns under a table of what differs."""

    def body() -> None:
        if left.id == right.contrast_of or right.id == left.contrast_of:
            st.markdown("Nearly the same, one thing changed.")
        st.markdown(_table(left, right))
        same = [row.label for row in compared(left, right) if row.left == row.right]
        st.caption("Marked where both are stated and differ: not stated is unknown, not different."
                   + (f" The same in both: {', '.join(same)}." if same else ""))
        for column, case in zip(st.columns(2, border=True), (left, right), strict=True):
            with column:
                st.markdown(f"### {plain(case.title)}\n\n{marked(case.approach)}  \n"
                            f":gray[{_origin(case)}]")
                if caution := older_evidence(case, date.today()):
                    st.warning(caution, icon=":material/history:")
                st.markdown(told(case))
                _positions(case)
                st.markdown(written(case))
                _opens("Read it alone", "menu_book", case)

    st.dialog("Side by side", width="large", on_dismiss=close)(body)()


def told(case: Case) -> str:
    """Need, choice and outcome, as Markdown."""
    also = ", ".join(NAMES[name] for name in case.acceptable)
    choice = f"**{NAMES[case.approach]}**{f', or else {also}' if also else ''}."
    figures = "\n".join(f"- {plain(figure)}" for figure in case.figures)
    return (
        f"#### What they needed\n\n{plain(case.description)}\n\n"
        f"#### What fits, and why\n\n{choice} {plain(case.why)}\n\n"
        f"#### What happened\n\n{plain(case.outcome)}\n\n{figures}"
    )


def written(case: Case) -> str:
    """The sources and when they were last checked, as Markdown."""
    lines = [f"- [{plain(source.title)}]({source.url})" for source in case.sources]
    checked = f"{case.checked.day} {case.checked:%B %Y}"
    return "\n".join(["#### Where it is written\n", *lines, f"\n:gray[Last checked {checked}]"])


def _origin(case: Case) -> str:
    return plain(f"{case.organisation}, {case.year} · {case.evidence} · {domain_name(case.domain)}")


def _opens(label: str, icon: str, case: Case, beside: Case | None = None) -> None:
    """A button inside a dialog, which has to run the whole page again to open another one."""
    key = f"inside-{case.id}-{beside.id if beside else ''}"
    if st.button(label, icon=f":material/{icon}:", key=key, on_click=open_case,
                 args=(case.id, beside.id if beside else None)):
        st.rerun()


def _twin(case: Case, twin: Case) -> None:
    with st.container(border=True):
        st.markdown(f"**Nearly the same, one thing changed:** {plain(twin.title)}, where "
                    f"**{NAMES[twin.approach]}** fits.")
        with st.container(horizontal=True):
            _opens("Side by side", "compare_arrows", case, twin)
            _opens("Read it", "menu_book", twin)


def _positions(case: Case) -> None:
    if case.positions:
        st.markdown("#### Experts disagree")
    for position in case.positions:
        says = f"  \n{marked(position.approach)}" if position.approach else ""
        with st.container(border=True):
            st.markdown(f"**{plain(position.who)}**{says}\n\n{plain(position.why)}")


def _factors(case: Case) -> None:
    if not case.factors:
        return
    with st.expander("What the source states, factor by factor"):
        st.markdown("\n".join(
            f"- {factor.label}: **{factor.value_label(case.factors[factor.id])}**"
            for factor in FACTORS if factor.id in case.factors
        ))
        st.caption("What it does not state is left out: unknown is not the same as no.")


def _table(left: Case, right: Case) -> str:
    """Approach and factors of two cases as a Markdown table, what differs on a coloured ground."""
    rows = [Row("What fits", NAMES[left.approach], NAMES[right.approach])]
    rows += [row for row in compared(left, right) if row.left != row.right]
    lines = [f"| What differs | {plain(left.title)} | {plain(right.title)} |", "|---|---|---|"]
    for row in rows:
        cells = [
            NOT_STATED if value is None
            else f":color[**{value}**]{DIFFERENT}" if row.differs else value
            for value in (row.left, row.right)
        ]
        lines.append(f"| {row.label} | {cells[0]} | {cells[1]} |")
    return "\n".join(lines)
