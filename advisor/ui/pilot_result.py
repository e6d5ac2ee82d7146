"""A finished pilot on the page: verdict, arms, confusions, and the errors side by side."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from advisor.broke_text import EXPLAINED, broke_rows
from advisor.decision import Decision
from advisor.names import arm_name
from advisor.ui import assertions_view, charts, decision_view, downloads, error_view
from training import read_metrics, read_predictions
from training.tasks import headline
from training.tasks.show import metric_name, metrics_of, shown, with_interval


def show(folder: Path, result: Mapping[str, Any]) -> None:
    """Everything a person who decides wants to see, the verdict first."""
    advice = _stored_advice(folder)
    decision = _decision(folder, advice, result)
    metric, higher = headline(result)
    arms = {n: a for n, a in result["arms"].items() if a.get(metric) is not None}
    st.subheader("How the arms did", anchor=False)
    labels = f", {len(result['labels'])} labels" if result["labels"] else ""
    st.caption(f"{result['n_train']:,} training and {result['n_test']:,} held-out items{labels}. "
               "Lines are 95% intervals.")
    st.plotly_chart(charts.arms(result), config=charts.CONFIG, key="arms")
    for name, arm in result["arms"].items():
        if name not in arms:
            st.warning(f"{arm_name(name)} did not finish: {arm.get('error')}")
    _table(arms)
    _round_values(arms)
    _differences(result, metric)
    _broke(arms)
    rows = read_predictions(folder)
    assertions_view.show(folder, rows, result["labels"])
    if decision is not None:
        decision_view.what_counts(folder, decision, result)
    ranked = sorted(arms, key=lambda name: float(arms[name][metric]), reverse=higher)
    if len(ranked) > 1:
        error_view.show(result["task"], rows, ranked[:2], result["labels"])
    metrics = [row for row in read_metrics(folder) if "loss" in row]
    if metrics:
        st.subheader("Loss while training", anchor=False)
        st.plotly_chart(charts.loss(metrics), config=charts.CONFIG, key="loss-done")
    _record(result)
    downloads.show(folder, decision, result)


def _stored_advice(folder: Path) -> dict[str, Any] | None:
    try:
        advice: dict[str, Any] = json.loads((folder / "advice.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return advice


def _decision(
    folder: Path, advice: dict[str, Any] | None, result: Mapping[str, Any]
) -> Decision | None:
    if advice is None:
        st.info("This pilot was started without advice to check. Describe the use case on the "
                "Advise page first, and the next pilot ends in a verdict.")
        return None
    decision = decision_view.decision_on(folder, advice, result)
    if decision is not None:
        decision_view.verdict_card(decision, advice["approach"])
    return decision


def _round_values(arms: Mapping[str, Mapping[str, Any]]) -> None:
    share = next((arm.get("true_round_share") for arm in arms.values()), None)
    if share is not None:
        st.caption(f"{share:.0%} of the true values are round numbers. An arm that answers with "
                   "many more has learned the habit of rounding and not the values.")


def _table(arms: Mapping[str, Mapping[str, Any]]) -> None:
    metrics = list(dict.fromkeys(m for arm in arms.values() for m in metrics_of(arm)))
    st.dataframe(
        [
            {
                "arm": arm_name(name),
                **{f"{metric_name(m)} (95%)": with_interval(arm, m) for m in metrics if m in arm},
                "training": f"{arm['train_seconds']:.1f} s",
                "per item": f"{arm['predict_ms_per_item']:.1f} ms",
                "parameters trained": f"{arm['trainable_parameters']:,}",
            }
            for name, arm in arms.items()
        ],
        hide_index=True,
    )


def _differences(result: Mapping[str, Any], metric: str) -> None:
    with st.expander("Every paired difference, with interval and p-value"):
        st.dataframe(
            [
                {
                    "arms": f"{arm_name(row['a'])} minus "
                            f"{arm_name(row['b'])}",
                    metric_name(metric): shown(metric, row["difference"], "+"),
                    "95% interval": " to ".join(shown(metric, end, "+") for end in row["ci95"]),
                    "p": f"{row['p_value']:.3g}",
                }
                for row in result["comparisons"]
            ],
            hide_index=True,
        )


def _broke(arms: Mapping[str, Mapping[str, Any]]) -> None:
    rows = broke_rows(arms)
    if rows:
        st.subheader("What tuning broke", anchor=False)
        st.dataframe(rows, hide_index=True)
        st.caption(EXPLAINED)


def _record(result: Mapping[str, Any]) -> None:
    check = result.get("reload_check")
    if check and check["identical"]:
        st.success("The saved adapter, loaded by a fresh process, gives the same prediction on "
                   f"all {check['items']:,} items.", icon=":material/verified:")
    elif check:
        st.error(f"The saved adapter does not repeat the reported predictions: {check}")
    for note in result.get("notes", []):
        st.caption(note)
