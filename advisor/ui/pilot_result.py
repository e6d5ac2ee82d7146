"""A finished pilot on the page: verdict, arms, confusions, and the errors side by side."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from advisor.judge import VerdictError, judge
from advisor.names import NAMES, arm_name
from advisor.report import pilot_markdown, verdict_markdown
from advisor.ui import charts
from training import read_metrics, read_predictions

ICONS = {"confirmed": ":material/check_circle:", "overturned": ":material/swap_horiz:",
         "inconclusive": ":material/balance:"}
ERRORS_SHOWN = 200


def show(folder: Path, result: Mapping[str, Any]) -> None:
    """Everything a person who decides wants to see, the verdict first."""
    advice = _stored_advice(folder)
    verdict_text = _verdict(advice, result)
    arms = {n: a for n, a in result["arms"].items() if a.get("accuracy") is not None}
    st.subheader("How the arms did", anchor=False)
    st.caption(f"{result['n_train']:,} training and {result['n_test']:,} held-out items, "
               f"{len(result['labels'])} labels. Lines are 95% intervals.")
    st.plotly_chart(charts.arms(result), config=charts.CONFIG, key="arms")
    for name, arm in result["arms"].items():
        if name not in arms:
            st.warning(f"{arm_name(name)} did not finish: {arm.get('error')}")
    _table(arms)
    _differences(result)
    rows = read_predictions(folder)
    ranked = sorted(arms, key=lambda name: -float(arms[name]["accuracy"]))
    if len(ranked) > 1:
        _confusions(rows, ranked[:2], result["labels"])
        _errors(rows, ranked[:2])
    metrics = [row for row in read_metrics(folder) if "loss" in row]
    if metrics:
        st.subheader("Loss while training", anchor=False)
        st.plotly_chart(charts.loss(metrics), config=charts.CONFIG, key="loss-done")
    _record(result)
    with st.container(horizontal=True):
        st.download_button("Pilot as Markdown", pilot_markdown(result) + verdict_text, "pilot.md")
        st.download_button("Pilot as JSON", json.dumps(dict(result), indent=2), "pilot.json")


def _stored_advice(folder: Path) -> dict[str, Any] | None:
    try:
        advice: dict[str, Any] = json.loads((folder / "advice.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return advice


def _verdict(advice: dict[str, Any] | None, result: Mapping[str, Any]) -> str:
    if advice is None:
        st.info("This pilot was started without advice to check. Describe the use case on the "
                "Advise page first, and the next pilot ends in a verdict.")
        return ""
    try:
        verdict = judge(advice, result)
    except VerdictError as error:
        st.warning(str(error))
        return ""
    with st.container(border=True):
        st.subheader(f"{ICONS[verdict.verdict]} {verdict.verdict.capitalize()}", anchor=False)
        advised = NAMES[advice["approach"]]
        st.markdown(f"Advised: **{advised}**. After the pilot: **{NAMES[verdict.approach]}**.")
        st.markdown(verdict.why)
        if verdict.needs:
            st.markdown(f"**What next?** {verdict.needs}")
    return verdict_markdown(verdict)


def _table(arms: Mapping[str, Mapping[str, Any]]) -> None:
    st.dataframe(
        [
            {
                "arm": arm_name(name),
                "accuracy (95%)": _with_interval(arm["accuracy"], arm["accuracy_ci95"]),
                "macro-F1 (95%)": _with_interval(arm["macro_f1"], arm["macro_f1_ci95"]),
                "training": f"{arm['train_seconds']:.1f} s",
                "per item": f"{arm['predict_ms_per_item']:.1f} ms",
                "parameters trained": f"{arm['trainable_parameters']:,}",
            }
            for name, arm in arms.items()
        ],
        hide_index=True,
    )


def _with_interval(value: float, interval: Sequence[float]) -> str:
    return f"{100 * value:.1f} ({100 * interval[0]:.1f} to {100 * interval[1]:.1f})"


def _differences(result: Mapping[str, Any]) -> None:
    with st.expander("Every paired difference, with interval and p-value"):
        st.dataframe(
            [
                {
                    "arms": f"{arm_name(row['a'])} minus "
                            f"{arm_name(row['b'])}",
                    "accuracy points": f"{100 * row['difference']:+.1f}",
                    "95% interval": f"{100 * row['ci95'][0]:+.1f} to {100 * row['ci95'][1]:+.1f}",
                    "p (McNemar)": f"{row['p_value']:.3g}",
                }
                for row in result["comparisons"]
            ],
            hide_index=True,
        )


def _confusions(rows: Sequence[Mapping[str, Any]], two: Sequence[str], labels: list[str]) -> None:
    st.subheader("What is taken for what", anchor=False)
    tabs = st.tabs([f"Best: {arm_name(two[0])}", f"Runner-up: {arm_name(two[1])}"])
    for tab, name in zip(tabs, two, strict=True):
        with tab:
            if all(row["label"] == row["arms"][name]["prediction"] for row in rows):
                st.markdown("No error on the held-out items.")
                continue
            st.plotly_chart(charts.confusion(rows, name, labels), config=charts.CONFIG,
                            key=f"confusion-{name}")


def _errors(rows: Sequence[Mapping[str, Any]], two: Sequence[str]) -> None:
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
        st.dataframe(chosen[:ERRORS_SHOWN], hide_index=True,
                     column_config={"text": st.column_config.TextColumn(width="large")})


def _record(result: Mapping[str, Any]) -> None:
    check = result.get("reload_check")
    if check and check["identical"]:
        st.success("The saved adapter, loaded by a fresh process, gives the same prediction on "
                   f"all {check['items']:,} items.", icon=":material/verified:")
    elif check:
        st.error(f"The saved adapter does not repeat the reported predictions: {check}")
    for note in result.get("notes", []):
        st.caption(note)
