"""The decision on the page: the verdict, what counts for the user, costs and trade-offs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from advisor.decision import Decision, decide, mean_item_tokens
from advisor.decision_text import cost_sentences, satisfied_sentence, stop_sentence
from advisor.judge import VerdictError
from advisor.names import NAMES, arm_name
from advisor.needs import Needs, defaults, parse_needs, pilot_needs, save_needs
from advisor.ui import charts
from advisor.ui.decision_charts import trade_off
from training.tasks import headline

ICONS = {"confirmed": ":material/check_circle:", "overturned": ":material/swap_horiz:",
         "inconclusive": ":material/balance:"}


def decision_on(
    folder: Path, advice: Mapping[str, Any], result: Mapping[str, Any]
) -> Decision | None:
    """The decision under what the user said last; draws what is wrong where there is none."""
    try:
        return decide(advice, result, kept_needs(folder), mean_item_tokens(folder))
    except VerdictError as error:
        st.warning(str(error))
        return None


def kept_needs(folder: Path) -> Needs:
    """What the user said last; the defaults, and a warning, where it cannot be read."""
    try:
        return pilot_needs(folder)
    except VerdictError as error:
        st.warning(f"{error}. The defaults are used until you save your own below.")
        return Needs()


def verdict_card(decision: Decision, advised: str) -> None:
    with st.container(border=True):
        st.subheader(f"{ICONS[decision.verdict]} {decision.verdict.capitalize()}", anchor=False)
        st.markdown(f"Advised: **{NAMES[advised]}**. "
                    f"After the pilot: **{NAMES[decision.approach]}**.")
        st.markdown(_plain(decision.why))
        if decision.needs:
            st.markdown(f"**What next?** {_plain(decision.needs)}")
        if stop := stop_sentence(decision):
            st.markdown(f"**{stop}**")


def what_counts(folder: Path, decision: Decision, result: Mapping[str, Any]) -> None:
    """The form, then costs, trade-offs and the sentences that sum them up."""
    st.subheader("What counts for you", anchor=False)
    _form(folder, kept_needs(folder))
    st.markdown(f"{ICONS[decision.verdict]} {satisfied_sentence(decision)} "
                f"**{stop_sentence(decision)}**")
    st.dataframe(_table(decision), hide_index=True)
    metric, higher = headline(result)
    arms = {n: a for n, a in result["arms"].items() if n in decision.checks}
    share = metric != "mae"
    up = metric.replace("_", " ") + ("" if higher else " (less is better)")
    cost = {n: (decision.costs["arms"][n]["per_month"], a[metric], a[f"{metric}_ci95"])
            for n, a in arms.items()}
    speed = {n: (a["predict_ms_per_item"], *cost[n][1:]) for n, a in arms.items()}
    by_cost, by_speed = st.tabs(["Quality against cost", "Quality against latency"])
    for tab, points, kind, across in (
        (by_cost, cost, "cost", "$ a month"), (by_speed, speed, "latency", "ms for one item"),
    ):
        best = decision.costs["frontier"][kind]
        tab.plotly_chart(
            trade_off(points, best, decision.satisfied_by, across, up, share, kind == "latency"),
            config=charts.CONFIG, key=f"trade-off-{kind}")
    for sentence in cost_sentences(decision):
        st.markdown(_plain(sentence))


def _table(decision: Decision) -> list[dict[str, str]]:
    """One row for each arm, the baseline left out as nobody would run it."""
    rows = []
    for name, cost in decision.costs["arms"].items():
        broken = [check.says() for check in decision.checks[name] if not check.met]
        volume = cost["break_even_volume"]
        rows.append({
            "arm": arm_name(name), "keeps your limits": "; ".join(broken) or "yes",
            "$ a month": f"{cost['per_month']:,.2f}",
            "of it people": f"{cost['upkeep']:,.2f}",
            "$ for 1,000 calls": f"{cost['per_1000']:,.2f}",
            "below a prompted endpoint": "never" if volume is None else (
                f"from {volume:,.0f} calls a month"),
        })
    return rows


def _form(folder: Path, needs: Needs) -> None:
    with st.form("needs", border=False):
        left, right = st.columns(2)
        given: dict[str, Any] = {
            "margin": left.number_input(
                "Smallest difference that matters (points)", 0.1, 99.0,
                round(100 * needs.margin, 3)) / 100,
            "volume_per_month": right.number_input(
                "Calls a month", 1.0, 1e10, float(needs.volume_per_month), 1000.0, "%.0f"),
            "latency_ms": left.number_input(
                "At most ms for one item", 0.01, 1e7, needs.latency_ms, placeholder="no limit"),
            "price_per_1000": right.number_input(
                "At most $ for 1,000 calls, everything included", 0.01, 1e7,
                needs.price_per_1000, placeholder="no limit"),
            "privacy": st.toggle("The data must stay with us: no endpoint", needs.privacy),
        }
        with st.expander("What a right and a wrong answer are worth"):
            given |= _stakes(needs)
        with st.expander("Prices, with the day and the source of each default"):
            given["prices"] = _prices(needs)
        if not st.form_submit_button("Apply", type="primary"):
            return
    try:
        save_needs(parse_needs(given, "What counts for you"), folder)
    except VerdictError as error:
        st.error(str(error))
        return
    st.rerun()


def _stakes(needs: Needs) -> dict[str, Any]:
    left, right = st.columns(2)
    caught = right.number_input("Wrong answers that are noticed (%)", 0.0, 100.0,
                                100 * needs.caught, 5.0)
    return {
        "gain": left.number_input("A right answer brings ($)", 0.0, 1e9, needs.gain,
                                  placeholder="not known"),
        "loss": right.number_input("A wrong answer costs ($)", 0.0, 1e9, needs.loss,
                                   placeholder="not known"),
        "escalation": left.number_input("A person doing the item costs ($)", 0.0, 1e9,
                                        needs.escalation, placeholder="not known"),
        "caught": caught / 100,
    }


def _prices(needs: Needs) -> dict[str, Any]:
    """A table in which only the prices can be edited."""
    about = defaults()
    edited = st.data_editor(
        [{"price": getattr(needs.prices, name), "of": row.unit, "as of": str(row.as_of),
          "source": row.source} for name, row in about.items()],
        disabled=["of", "as of", "source"], hide_index=True, height="content", key="prices",
        column_config={"price": st.column_config.NumberColumn(format="%g", min_value=0.0)},
    )
    return {name: row["price"] for name, row in zip(about, edited, strict=True)}


def _plain(text: str) -> str:
    """Dollar signs as they are: two of them would begin a formula."""
    return text.replace("$", r"\$")
