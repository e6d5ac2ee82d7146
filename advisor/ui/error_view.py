"""Where the two best arms of a pilot go wrong, side by side, for every kind of task."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from advisor.names import arm_name
from advisor.ui import charts

ERRORS_SHOWN = 200
Rows = Sequence[Mapping[str, Any]]


def show(task: str, rows: Rows, two: Sequence[str], labels: Sequence[str]) -> None:
    """``rows`` are the pilot's predictions, ``two`` the best arm and the runner-up."""
    if task == "regression":
        _tabs("Predicted against true", two, lambda name: _scatter(rows, name))
        _worst(rows, two)
        return
    if task == "multilabel":
        _tabs("Label by label", two, lambda name: _per_label(rows, name, labels))
    else:
        _tabs("What is taken for what", two, lambda name: _confusion(rows, name, labels))
    _errors(rows, two)


def _tabs(title: str, two: Sequence[str], draw: Callable[[str], None]) -> None:
    st.subheader(title, anchor=False)
    tabs = st.tabs([f"Best: {arm_name(two[0])}", f"Runner-up: {arm_name(two[1])}"])
    for tab, name in zip(tabs, two, strict=True):
        with tab:
            draw(name)


def _confusion(rows: Rows, name: str, labels: Sequence[str]) -> None:
    if all(row["label"] == row["arms"][name]["prediction"] for row in rows):
        st.markdown("No error on the held-out items.")
        return
    st.plotly_chart(charts.confusion(rows, name, labels), config=charts.CONFIG,
                    key=f"confusion-{name}")


def _scatter(rows: Rows, name: str) -> None:
    st.plotly_chart(charts.predicted_against_true(rows, name), config=charts.CONFIG,
                    key=f"scatter-{name}")


def _per_label(rows: Rows, name: str, labels: Sequence[str]) -> None:
    """How often each label was found, missed, and said where it was not true."""
    counts: dict[str, Counter[str]] = {"found": Counter(), "missed": Counter(), "extra": Counter()}
    for row in rows:
        true, said = {*row["label"]}, {*row["arms"][name]["prediction"]}
        counts["found"].update(true & said)
        counts["missed"].update(true - said)
        counts["extra"].update(said - true)
    ranked = sorted(labels, key=lambda n: -counts["missed"][n] - counts["extra"][n])
    st.dataframe(
        [{"label": n, "found": counts["found"][n], "missed": counts["missed"][n],
          "said where it is not true": counts["extra"][n]} for n in ranked],
        hide_index=True,
    )


def _worst(rows: Rows, two: Sequence[str]) -> None:
    st.subheader("Look at the errors", anchor=False)
    first, second = arm_name(two[0]), arm_name(two[1])
    by = st.segmented_control("Worst first, by", [first, second], default=first, key="worst")
    chosen = two[1] if by == second else two[0]
    ranked = sorted(rows, key=lambda row: -_off(row, chosen))
    _table([
        {"row": row["row"], "text": row["text"], "true value": row["label"],
         first: row["arms"][two[0]]["prediction"], second: row["arms"][two[1]]["prediction"],
         "error": f"{_off(row, chosen):.0%}"}
        for row in ranked
    ])


def _off(row: Mapping[str, Any], arm: str) -> float:
    """Absolute error as a share of the true value; of a true zero, the error itself."""
    error = abs(float(row["arms"][arm]["prediction"]) - float(row["label"]))
    return error / (abs(float(row["label"])) or 1.0)


def _errors(rows: Rows, two: Sequence[str]) -> None:
    st.subheader("Look at the errors", anchor=False)
    first, second = arm_name(two[0]), arm_name(two[1])
    kinds = {
        "best": f"{first} is wrong", "second": f"Only {second} is wrong", "both": "Both are wrong",
    }
    kind = st.segmented_control("Which", list(kinds), default="best", key="errors",
                                format_func=lambda k: kinds[k]) or "best"
    chosen = []
    for row in rows:
        a, b = (row["arms"][name]["prediction"] == row["label"] for name in two)
        if {"best": not a, "second": a and not b, "both": not a and not b}[kind]:
            chosen.append({"row": row["row"], "text": row["text"], "true label": row["label"],
                           first: row["arms"][two[0]]["prediction"],
                           second: row["arms"][two[1]]["prediction"]})
    st.caption(f"{len(chosen)} of {len(rows)} held-out items.")
    if chosen:
        _table(chosen)


def _table(rows: list[dict[str, Any]]) -> None:
    st.dataframe(rows[:ERRORS_SHOWN], hide_index=True,
                 column_config={"text": st.column_config.TextColumn(width="large")})
