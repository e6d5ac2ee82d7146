"""Find a documented case, read it in full, set two side by side, or see them all on a map."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, get_args

import streamlit as st

from advisor.names import NAMES
from advisor.ui import case_charts, case_view
from advisor.ui.case_map import Points, layout, place, similarities
from advisor.ui.case_text import FLAG_NAMES, domain_name, marked, plain
from advisor.ui.charts import CONFIG
from advisor.ui.state import restore
from casebank import APPROACHES, load_cases
from casebank.schema import Case, Evidence

SHOWN = 20
NEAR = 0.3  # cosine from which a case is about what was searched for; unrelated ones stay below
NEAREST_SHOWN = 5  # when none is
FILTERS = ("cases_approaches", "cases_evidence", "cases_flags", "cases_domains", "cases_since")
# A title that needs two lines starts them at the left; buttons would centre them.
TITLES = '<style>[class*="st-key-open-"] button p { text-align: left; }</style>'
# A filter keeps its value while a case is open.
KEPT: dict[str, Any] = {"persist_state": "session"}


@dataclass(frozen=True)
class Filters:
    """What a case must have; an empty filter lets every case through."""

    approaches: Sequence[str] = ()
    domains: Sequence[str] = ()
    evidence: Sequence[str] = ()
    flags: Sequence[str] = ()
    since: int = 0

    def lets_through(self, case: Case) -> bool:
        return (
            (not self.approaches or case.approach in self.approaches)
            and (not self.domains or case.domain in self.domains)
            and (not self.evidence or case.evidence in self.evidence)
            and (not self.flags or bool(set(self.flags) & set(case.flags)))
            and case.year >= self.since
        )


@dataclass(frozen=True)
class Found:
    """Cases in the order to show them, each with its similarity where a text was searched for.

    ``near`` is false where no case reached ``NEAR`` and the nearest are shown instead.
    """

    rows: Sequence[tuple[Case, float | None]]
    near: bool = True


def search(text: str, cases: Sequence[Case]) -> Found:
    """Cases that are about the text or hold it word by word, nearest in meaning first."""
    if not text.strip():
        return Found([(case, None) for case in cases])
    similar = dict(zip((c.id for c in load_cases()), similarities(text.strip()), strict=True))
    ranked = sorted(cases, key=lambda case: -similar[case.id])
    word = re.compile(rf"\b{re.escape(text.strip())}\b", re.IGNORECASE)
    named = [c for c in ranked if word.search(f"{c.title} {c.organisation}")]
    hits = named + [
        c for c in ranked
        if c not in named and (similar[c.id] >= NEAR or word.search(f"{c.domain} {c.description}"))
    ]
    return Found([(c, similar[c.id]) for c in hits or ranked[:NEAREST_SHOWN]], bool(hits))


def _from_the_top() -> None:
    st.session_state.cases_shown = SHOWN


def _more() -> None:
    st.session_state.cases_shown += SHOWN


def _clear() -> None:
    for key in FILTERS:
        st.session_state[key] = None if key == "cases_since" else []
    _from_the_top()


def filters(bank: Sequence[Case]) -> Filters:
    """The filters, folded away behind a button that says how many are set."""
    how: dict[str, Any] = {"on_change": _from_the_top, **KEPT}
    n_set = sum(bool(st.session_state.get(key)) for key in FILTERS)
    with st.popover(f"Filters · {n_set} set" if n_set else "Filters", icon=":material/tune:",
                    key="cases_filters"):
        approaches = st.pills("Approach", list(NAMES), selection_mode="multi", key=FILTERS[0],
                              format_func=lambda name: NAMES[name], **how)
        evidence = st.pills("Kind of evidence", get_args(Evidence), selection_mode="multi",
                            key=FILTERS[1], format_func=str.capitalize, **how)
        flags = st.pills("Flags", list(FLAG_NAMES), selection_mode="multi", key=FILTERS[2],
                         format_func=lambda flag: FLAG_NAMES[flag], **how)
        domains = st.multiselect("Domain", sorted({case.domain for case in bank}), key=FILTERS[3],
                                 format_func=domain_name, placeholder="Any domain", **how)
        years = sorted({case.year for case in bank}, reverse=True)
        since = st.selectbox("Since which year", years, index=None, key=FILTERS[4],
                             placeholder="Any year", **how)
        st.button("Clear all filters", on_click=_clear, disabled=not n_set, type="tertiary")
    return Filters(approaches, domains, evidence, flags, since or 0)


def _choose(case_id: str) -> None:
    """Take a case for setting side by side; the second one opens both."""
    pair = st.session_state.get("cases_pair", [])
    st.session_state.cases_pair = [*(c for c in pair if c != case_id), case_id]
    _paired()
    if st.session_state.cases_pair:
        st.toast("Now choose the case to set beside it.", icon=":material/compare_arrows:")


def _take_back() -> None:
    st.session_state.cases_pair = []


def _paired() -> None:
    pair = st.session_state.cases_pair
    if len(pair) == 2:
        case_view.open_case(*pair)
        st.session_state.cases_pair = []


def chosen_so_far(bank: Sequence[Case]) -> None:
    """The first of two cases, once there is one, and a field to choose the second by name."""
    if st.session_state.get("cases_pair"):
        titles = {case.id: case.title for case in bank}
        st.multiselect("Side by side: choose the second case here or in the list", list(titles),
                       key="cases_pair", format_func=titles.__getitem__, max_selections=2,
                       on_change=_paired, **KEPT)


def row(case: Case, similarity: float | None) -> None:
    near = f" · similarity {similarity:.2f}" if similarity is not None else ""
    chosen = case.id in st.session_state.get("cases_pair", [])
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        with st.container(gap=None):
            st.button(f"**{plain(case.title)}**", key=f"open-{case.id}", type="tertiary",
                      wrap=True, on_click=case_view.open_case, args=(case.id,))
            st.markdown(f":small[{marked(case.approach)} :gray[· {plain(case.organisation)}, "
                        f"{case.year} · {case.evidence}{near}]]")
        st.button("Chosen" if chosen else "Compare", key=f"compare-{case.id}", type="tertiary",
                  icon=":material/check:" if chosen else ":material/compare_arrows:",
                  on_click=_take_back if chosen else partial(_choose, case.id))


def listed(found: Found) -> None:
    shown = st.session_state.setdefault("cases_shown", SHOWN)
    for case, similarity in found.rows[:shown]:
        row(case, similarity)
    left = len(found.rows) - shown
    if left > 0:
        st.button(f"Show more ({left} left)", on_click=_more)


def _clicked(key: str) -> None:
    points = st.session_state[key].selection.points
    if points and points[0].get("customdata"):
        case_view.open_case(points[0]["customdata"][0])
        # A new chart, or the next click on this point would only take the selection back.
        st.session_state.n_clicked = st.session_state.get("n_clicked", 0) + 1


def mapped(bank: Sequence[Case], found: Found) -> None:
    """Every case, in ``topic_bank``'s order, on a map, with the visitor's own use case if any."""
    whole = layout()
    own: Points | None = None
    nearest: list[int] = []
    if description := st.session_state.description:
        own, nearest = place(whole.points, similarities(description))
    st.markdown("&emsp;".join(marked(name).replace(" ", "\u00a0") for name in APPROACHES))
    key = f"bank_map-{st.session_state.get('n_clicked', 0)}"
    st.plotly_chart(
        case_charts.bank_map(bank, whole.points, {case.id for case, _ in found.rows}, own, nearest,
                             dark=st.context.theme.type == "dark"),
        config=CONFIG, key=key, on_select=partial(_clicked, key), selection_mode="points",
        alt="Map of the case bank; the list holds the same cases.",
    )
    star = (" The star is your own use case, at the mean of its five nearest cases, the nearer "
            "counting more. Lines lead to them; where these are long, its place says little."
            if own is not None else "")
    st.caption(
        "Cases lie near each other when they are described in similar words. A flat map cannot "
        f"keep that exactly: on average {whole.kept:.0%} of a case's five nearest are also among "
        "its five nearest here, and distances between far groups mean nothing."
        f"{star} Click a point to read its case; the list holds the same cases."
    )


def browse(bank: Sequence[Case]) -> None:
    st.markdown("Documented use cases: what was needed, what was chosen, what came of it, and "
                "where that is written.")
    text = st.text_input("Search by meaning, or by name", key="cases_text", **KEPT,
                         placeholder="for example: answers from manuals", on_change=_from_the_top)
    with st.container(horizontal=True, vertical_alignment="center"):
        wanted = filters(bank)
        view = st.segmented_control("View", ["List", "Map"], default="List", key="cases_view",
                                    label_visibility="collapsed", required=True, **KEPT)
        number = st.container(width="content")
    found = search(text, [case for case in bank if wanted.lets_through(case)])
    n = len(found.rows) if found.near else 0
    number.markdown(f"**{n} of {len(bank)} cases**" if n < len(bank) else f"**{n} cases**")
    if not found.rows:
        st.info("No case passes these filters; take one of them back.")
    elif not found.near:
        st.info(f"No case is about this. The nearest {len(found.rows)} in meaning:")
    chosen_so_far(bank)
    if view == "Map":
        mapped(load_cases(), found)
    else:
        listed(found)


def opened(bank: Sequence[Case]) -> list[Case]:
    """The one or two cases that the address names; says so where there is no such case."""
    by_id = {case.id: case for case in bank}
    names = [st.query_params[key] for key in ("case", "beside") if key in st.query_params]
    for name in names:
        if name not in by_id:
            st.warning(f"There is no case “{plain(name)}” here; the link may be old or cut short. "
                       "Search for it by its meaning or its name.")
    return [by_id[name] for name in dict.fromkeys(names) if name in by_id]


def page() -> None:
    restore()
    st.html(TITLES)
    st.title("Cases", anchor=False)
    bank = sorted(load_cases(), key=lambda case: case.domain != "workshop")  # the spine first
    cases = opened(bank)
    browse(bank)
    if len(cases) == 2:
        case_view.side_by_side(*cases)
    elif cases:
        case_view.in_full(cases[0], bank, _choose)


page()
