"""How many examples do I need? Before the run what the test items can show, after it the curve."""

from __future__ import annotations

from collections.abc import Mapping
from math import log10
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from advisor.names import arm_name
from advisor.ui import charts
from training import (
    CurveConfig,
    cancel,
    detectable,
    launch_curve,
    load_config,
    read_curve,
    read_run,
    resume,
)

DASHES = {"classical": "dot", "linear_probe": "dash"}  # the grey arms are told apart by their line
SYMBOLS = {"classical": "square", "linear_probe": "diamond"}
CLASSES_SHOWN = 10


def before_the_run(n_test: int, margin: float) -> None:
    """What difference this many held-out items can show, and what the margin would take."""
    found = detectable(n_test, margin)
    least = found["smallest_difference"]
    seen = (f"a difference below about {100 * least:.0f} points cannot be seen" if least
            else "no difference can be seen")
    few, many = (found["by_discordance"][i]["items_needed"] for i in (0, -1))
    st.caption(
        f"With {n_test:,} held-out items {seen}; for a margin of {100 * margin:g} points it takes "
        f"about {found['items_needed']:,} ({few:,} where the arms nearly always agree, {many:,} "
        "where they often differ; 80% power)."
    )


def show(folder: Path) -> None:
    """The learning curve of a finished pilot: a button, its progress, or what was found."""
    st.subheader("How many examples do I need?", anchor=False)
    own = folder / "curve"
    found = read_curve(own)
    state = read_run(own)
    if found is not None:
        _found(found)
    elif state.status == "running":
        _watch(own)
    elif state.status == "waiting":
        st.markdown("Every arm learns again from an eighth, a quarter and half of the training "
                    "examples, three times each; the curve is then carried on to ten times as many."
                    " It takes some minutes, most of them for LoRA.")
        if st.button("How many examples do I need?", key="curve-start"):
            _start(folder, own)
            st.rerun()
    else:
        st.warning(f"{state.status.capitalize()}: {state.message}")
        if st.button("Resume the curve"):
            resume(own, "curve")
            st.rerun()


def _start(folder: Path, own: Path) -> None:
    pilot = load_config(folder)
    launch_curve(CurveConfig(
        data=pilot.data, text=pilot.text, label=pilot.label, out=own, arms=pilot.arms,
        test_size=pilot.test_size, test=pilot.test, seed=pilot.seed, model=pilot.model,
        descriptions=pilot.descriptions,
    ))


@st.fragment(run_every=1.0)
def _watch(own: Path) -> None:
    state = read_run(own)
    if state.status != "running":
        st.rerun()
    st.progress(state.step / state.total if state.total else 0.0, text=state.message)
    st.caption("You can leave or reload this page; the curve goes on and this address finds it.")
    if st.button("Cancel the curve"):
        cancel(own)


def _found(found: Mapping[str, Any]) -> None:
    crossing = found["crossing"]
    if crossing:
        st.markdown(_crossing_text(crossing))
    st.plotly_chart(chart(found), config=charts.CONFIG, key="curve")
    st.caption(f"{found['n_test']:,} held-out items, the same at every size. Lines on the points "
               "and bands are 95% intervals; dashed is what is expected, not measured. "
               "Click an arm in the legend to show or hide it.")
    arms = {name: arm for name, arm in found["arms"].items() if "error" not in arm}
    for name in found["arms"].keys() - arms.keys():
        st.warning(f"{arm_name(name)} did not finish: {found['arms'][name]['error']}")
    st.dataframe(
        [{"arm": arm_name(name), f"measured, {found['n_train']:,}": _cell(arm["points"][-1])}
         | {f"{row['times']} times, {row['n']:,}": _cell(row) for row in arm["extrapolations"]}
         for name, arm in arms.items()],
        hide_index=True,
    )
    if found["classes"]:
        _classes(found["classes"])


def _cell(row: Mapping[str, Any]) -> str:
    low, high = row["ci95"]
    return f"{100 * row['accuracy']:.1f} ({100 * low:.0f} to {100 * high:.0f})"


def _crossing_text(crossing: Mapping[str, Any]) -> str:
    low, high = crossing["ci95"]
    span = "" if low is None else (
        f" (95% interval {low:,} to {high:,})" if high is not None else
        f" (95% interval from {low:,}, without an end in sight)")
    return (f"**{arm_name('lora')} passing the best cheaper arm** "
            f"({arm_name(crossing['rival'])}): {crossing['text']}{span}. "
            f"Chance that it is ahead at ten times the data: {crossing['chance']:.0%}.")


def _classes(rows: list[Mapping[str, Any]]) -> None:
    st.markdown(f"**Which classes to label next**, by what {rows[0]['more']} more examples of each "
                f"would gain with {arm_name(rows[0]['arm'])}:")
    st.dataframe(
        [{"label": row["label"], "examples": row["n_train"],
          "errors (95%)": f"{100 * row['error']:.0f}% ({100 * row['ci95'][0]:.0f} to "
                          f"{100 * row['ci95'][1]:.0f})",
          "errors then": f"{100 * row['error_then']:.0f}%",
          "gain, points": f"{100 * row['expected_gain']:+.2f}"}
         for row in rows[:CLASSES_SHOWN]],
        hide_index=True,
    )


def chart(found: Mapping[str, Any]) -> go.Figure:
    """Measured points with intervals, the expected curve beyond with its band, the crossing."""
    figure = go.Figure()
    arms = {name: arm for name, arm in found["arms"].items() if "error" not in arm}
    ranked = sorted(arms, key=lambda name: -float(arms[name]["points"][-1]["accuracy"]))
    first = {"lora", *[name for name in ranked if name != "lora"][:2]}
    for name in ranked:
        _draw(figure, name, arms[name], name in first)
    crossing = found["crossing"]
    if crossing and crossing["n"]:
        figure.add_vline(x=crossing["n"], line={"color": charts.GREY, "dash": "dot"})
        figure.add_annotation(x=log10(crossing["n"]), y=0, yref="paper", showarrow=False,
                              xanchor="left", text=f" LoRA passes at {crossing['n']:,}")
    figure.update_xaxes(type="log", title="training examples", tickformat=",", dtick="D2")
    figure.update_yaxes(title="accuracy", tickformat=".0%", automargin=True)
    figure.update_layout(
        height=430, margin={"l": 0, "r": 10, "t": 8, "b": 8}, dragmode=False,
        legend={"orientation": "h", "y": -0.2}, hoverlabel={"align": "left"},
    )
    return figure


def _draw(figure: go.Figure, name: str, arm: Mapping[str, Any], visible: bool) -> None:
    colour = charts.ARM_COLOURS.get(name, "#56606B")
    shown = True if visible else "legendonly"
    points, beyond = arm["points"], arm["fitted"]
    about = {"legendgroup": name, "visible": shown}
    sizes = [row["n"] for row in beyond]
    figure.add_trace(go.Scatter(
        x=[*sizes, *sizes[::-1]], fill="toself", line={"width": 0}, hoverinfo="skip",
        y=[*(row["ci95"][1] for row in beyond), *(row["ci95"][0] for row in beyond[::-1])],
        fillcolor=colour, opacity=0.15, showlegend=False, mode="lines", **about,
    ))
    figure.add_trace(go.Scatter(
        x=sizes, y=[row["accuracy"] for row in beyond], mode="lines", showlegend=False,
        line={"color": colour, "width": 2, "dash": DASHES.get(name, "dash")},
        hovertemplate=f"{arm_name(name)}, expected with %{{x:,}}: %{{y:.1%}}<extra></extra>",
        **about,
    ))
    figure.add_trace(go.Scatter(
        x=[row["n"] for row in points], y=[row["accuracy"] for row in points],
        name=arm_name(name), mode="lines+markers", line={"color": colour, "width": 2},
        marker={"size": 9, "symbol": SYMBOLS.get(name, "circle")},
        error_y={"type": "data", "symmetric": False, "thickness": 1.5, "width": 4,
                 "array": [row["ci95"][1] - row["accuracy"] for row in points],
                 "arrayminus": [row["accuracy"] - row["ci95"][0] for row in points]},
        hovertemplate=f"{arm_name(name)}, measured with %{{x:,}}: %{{y:.1%}}<extra></extra>",
        **about,
    ))
