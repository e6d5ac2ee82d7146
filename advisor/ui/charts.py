"""Every chart, in plotly; one fixed colour per approach, safe for colour-blind readers.

The colours are those of Okabe and Ito, https://jfly.uni-koeln.de/color/.
"""

from __future__ import annotations

import math
import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from advisor.advice import Reason
from advisor.names import NAMES, arm_name
from training.tasks import headline
from training.tasks.show import metric_name, shown

COLOURS = {
    "prompting": "#0072B2", "rag": "#009E73",
    "fine_tuning": "#D55E00", "rag+fine_tuning": "#CC79A7",
}
# An arm has the colour of the approach that it stands for; the rest need no language model.
ARM_COLOURS = {
    "zero_shot": COLOURS["prompting"], "retrieval": COLOURS["rag"], "lora": COLOURS["fine_tuning"],
}
GREY = "#8A8F98"
CONFIG = {"displayModeBar": False, "staticPlot": False}


def _plain(figure: go.Figure, height: int) -> go.Figure:
    figure.update_layout(
        height=height, margin={"l": 0, "r": 10, "t": 8, "b": 8}, showlegend=False, bargap=0.35,
        hoverlabel={"align": "left"}, dragmode=False,
    )
    figure.update_yaxes(automargin=True)
    return figure


def probabilities(now: Mapping[Any, float], before: Mapping[Any, float] | None) -> go.Figure:
    """Bars of the four approaches; a tick marks where each stood before the last answer."""
    names = list(now)[::-1]
    labels = [NAMES[name] for name in names]
    figure = go.Figure(go.Bar(
        x=[now[n] for n in names], y=labels, orientation="h",
        marker={"color": [COLOURS[n] for n in names]},
        hovertemplate="%{y}: %{x:.0%}<extra></extra>",
    ))
    # Right of both the bar and the tick, which would else cross the number.
    ends = [max(now[n], (before or now)[n]) for n in names]
    figure.add_trace(go.Scatter(
        x=ends, y=labels, mode="text", text=[f" {now[n]:.0%}" for n in names],
        textposition="middle right", cliponaxis=False, hoverinfo="skip",
    ))
    if before:
        figure.add_trace(go.Scatter(
            x=[before[n] for n in names], y=labels, mode="markers",
            marker={"symbol": "line-ns-open", "size": 16, "color": GREY, "line": {"width": 3}},
            hovertemplate="before the last answer: %{x:.0%}<extra></extra>",
        ))
    figure.update_xaxes(range=[0, 1.12], visible=False)
    return _plain(figure, 180)


def waterfall(
    reasons: Sequence[Reason], start: str, approach: Any, most: int = 8
) -> go.Figure:
    """What each reason adds to one approach's score, strongest first, and their sum."""
    ranked = sorted(reasons, key=lambda r: -abs(r.contributions[approach]))
    rows = [(r.text, r.contributions[approach], r.code) for r in ranked]
    rest = sum(value for _, value, _ in rows[most:])
    shown = [(f"{code}  {text}", value) for text, value, code in rows[:most]]
    if rows[most:]:
        shown.append((f"{len(rows) - most} smaller reasons", rest))
    labels = ["<br>".join(textwrap.wrap(text, 34)) for text, _ in shown]
    figure = go.Figure(go.Waterfall(
        orientation="h", y=[*labels, "Sum"], x=[*(value for _, value in shown), 0],
        measure=["relative"] * len(shown) + ["total"],
        text=[f"{value:+.2f}" for _, value in shown] + [f"{sum(v for _, v in shown):+.2f}"],
        textposition="auto", connector={"line": {"color": GREY, "width": 1}},
        increasing={"marker": {"color": COLOURS[approach]}},
        decreasing={"marker": {"color": GREY}}, totals={"marker": {"color": "#56606B"}},
        hovertemplate="%{y}<br>%{delta:+.2f}<extra></extra>",
    ))
    figure.update_yaxes(autorange="reversed")
    figure.update_xaxes(title=start, zeroline=True)
    return _plain(figure, 90 + 46 * (len(shown) + 1))


def arms(result: Mapping[str, Any]) -> go.Figure:
    """The headline metric per arm with its 95% interval; the best arm on top."""
    metric, higher = headline(result)
    found = {n: a for n, a in result["arms"].items() if a.get(metric) is not None}
    names = sorted(found, key=lambda name: float(found[name][metric]), reverse=not higher)
    values = [found[n][metric] for n in names]
    low = [found[n][metric] - found[n][f"{metric}_ci95"][0] for n in names]
    high = [found[n][f"{metric}_ci95"][1] - found[n][metric] for n in names]
    figure = go.Figure(go.Scatter(
        x=values, y=[arm_name(n) for n in names], mode="markers+text",
        marker={"size": 14, "color": [ARM_COLOURS.get(n, "#56606B") for n in names]},
        error_x={"type": "data", "symmetric": False, "array": high, "arrayminus": low,
                 "thickness": 2, "width": 6, "color": GREY},
        text=[shown(metric, v) for v in values], textposition="top center", cliponaxis=False,
        hovertemplate="%{y}: %{text}<extra></extra>",
    ))
    less = "" if higher else ", less is better"
    figure.update_xaxes(title=f"{metric_name(metric)} on the held-out items{less}",
                        tickformat="~g" if metric == "mae" else ".0%", rangemode="tozero",
                        range=[0, 1.05] if higher else None)
    return _plain(figure, 90 + 52 * len(names))


def confusion(rows: Sequence[Mapping[str, Any]], arm: str, labels: Sequence[str]) -> go.Figure:
    """How often each label was taken for each other by one arm, right answers left blank."""
    pairs = Counter((row["label"], row["arms"][arm]["prediction"]) for row in rows)
    wrong = Counter(truth for (truth, said), n in pairs.items() if truth != said for _ in range(n))
    hit = {said for truth, said in pairs if truth != said}
    # With many labels only those that are confused are worth the space.
    shown = [n for n in labels if wrong[n] or n in hit]
    shown = sorted(sorted(shown, key=lambda n: -wrong[n])[:20])
    grid = [[pairs[t, s] if t != s and pairs[t, s] else None for s in shown] for t in shown]
    figure = go.Figure(go.Heatmap(
        z=grid, x=shown, y=shown, colorscale="Oranges", showscale=False, zmin=0, xgap=2, ygap=2,
        texttemplate="%{z}", hovertemplate="%{y} taken for %{x}: %{z}<extra></extra>",
    ))
    figure.update_yaxes(autorange="reversed", title="true label")
    figure.update_xaxes(title="taken for", tickangle=-45)
    return _plain(figure, 170 + 24 * max(4, len(shown)))


def predicted_against_true(rows: Sequence[Mapping[str, Any]], arm: str) -> go.Figure:
    """One point per held-out item; on the line the prediction is right. Log axes where they can be.
    """
    true = [float(row["label"]) for row in rows]
    said = [float(row["arms"][arm]["prediction"]) for row in rows]
    log = min(*true, *said) > 0
    ends = [min(*true, *said), max(*true, *said)]
    figure = go.Figure(go.Scatter(
        x=ends, y=ends, mode="lines", line={"color": GREY, "dash": "dot"}, hoverinfo="skip"))
    figure.add_trace(go.Scatter(
        x=true, y=said, mode="markers", text=["<br>".join(textwrap.wrap(row["text"][:200], 60))
                                              for row in rows],
        marker={"size": 7, "opacity": 0.65, "color": ARM_COLOURS.get(arm, "#56606B")},
        hovertemplate="%{text}<br>true %{x:,}, predicted %{y:,}<extra></extra>",
    ))
    kind = "log" if log else "linear"
    figure.update_xaxes(type=kind, title="true value", tickformat="~s", dtick=1 if log else None)
    figure.update_yaxes(type=kind, title="predicted", tickformat="~s", dtick=1 if log else None)
    return _plain(figure, 380)


def values(numbers: Sequence[float]) -> go.Figure:
    """How the true values are spread, by powers of ten where all are above zero."""
    positive = min(numbers) > 0
    figure = go.Figure(go.Histogram(
        x=[math.log10(n) if positive else n for n in numbers], nbinsx=30,
        marker={"color": "#56606B"}, hovertemplate="%{y} values<extra></extra>",
    ))
    if positive:
        tens = range(math.floor(math.log10(min(numbers))), math.ceil(math.log10(max(numbers))) + 1)
        figure.update_xaxes(tickvals=[*tens], ticktext=[f"{10.0**n:,g}" for n in tens])
    figure.update_layout(bargap=0.05)
    return _plain(figure, 220)


def loss(metrics: Sequence[Mapping[str, Any]]) -> go.Figure:
    """Training loss by step, one line per arm that trains."""
    figure = go.Figure()
    for name in dict.fromkeys(row["arm"] for row in metrics if "loss" in row):
        mine = {r["step"]: r["loss"] for r in metrics if r["arm"] == name and "loss" in r}
        figure.add_trace(go.Scatter(
            x=list(mine), y=list(mine.values()), name=arm_name(name), mode="lines",
            line={"color": ARM_COLOURS.get(name, GREY), "width": 2},
        ))
    figure.update_xaxes(title="step")
    figure.update_yaxes(title="loss", rangemode="tozero")
    return _plain(figure, 220)


def label_counts(labels: Sequence[str]) -> go.Figure:
    """How many examples each label has, the commonest 25."""
    counts = Counter(labels).most_common(25)
    figure = go.Figure(go.Bar(
        x=[n for _, n in counts], y=[name[:40] for name, _ in counts], orientation="h",
        marker={"color": "#56606B"}, text=[n for _, n in counts],
        hovertemplate="%{y}: %{x}<extra></extra>",
    ))
    figure.update_yaxes(autorange="reversed")
    figure.update_xaxes(visible=False)
    return _plain(figure, 60 + 24 * len(counts))
