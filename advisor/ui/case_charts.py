"""The map of the bank, in plotly; colours are those of ``advisor.ui.charts``."""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Sequence
from html import escape

import numpy as np
import plotly.graph_objects as go

from advisor.names import NAMES
from advisor.ui.case_map import Points
from advisor.ui.case_text import domain_name
from advisor.ui.charts import COLOURS, GREY
from casebank.schema import Case

STAR = "#E69F00"  # Okabe and Ito's orange: no approach has it
INK = {False: "#22262B", True: "#E8E6E1"}  # the text colours of .streamlit/config.toml
MOST_LABELS = 9
HEIGHT = 520


def bank_map(
    cases: Sequence[Case], points: Points, found: Collection[str],
    own: Points | None = None, nearest: Sequence[int] = (), dark: bool = False,
) -> go.Figure:
    """Every case as a point, those in ``found`` coloured by approach and the rest faint.

    ``points`` has shape (n cases, 2); ``own`` of shape (2,) is the visitor's use case, drawn as a
    star with a line to each case whose index is in ``nearest``. Each point carries its case's id.
    ``dark`` is the ground that names are written on.
    """
    figure = go.Figure()
    rest = [i for i, case in enumerate(cases) if case.id not in found]
    _dots(figure, cases, points, rest, GREY, size=6, opacity=0.25)
    for name, colour in COLOURS.items():
        mine = [i for i, c in enumerate(cases) if c.id in found and c.approach == name]
        _dots(figure, cases, points, mine, colour, size=9, opacity=1.0)
    for text, (x, y) in _landmarks(cases, points).items():
        # "auto" is a halo in the opposite of the text's own colour.
        figure.add_annotation(x=x, y=y, text=f"<b>{text}</b>", showarrow=False, yanchor="bottom",
                              font={"size": 12, "color": INK[dark], "shadow": "auto"})
    if own is not None:
        _star(figure, points, own, nearest)
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    figure.update_layout(
        height=HEIGHT, margin={"l": 0, "r": 0, "t": 8, "b": 8}, showlegend=False, dragmode=False,
        hoverlabel={"align": "left"}, hovermode="closest",
    )
    return figure


def _dots(
    figure: go.Figure, cases: Sequence[Case], points: Points, indices: Sequence[int], colour: str,
    size: int, opacity: float,
) -> None:
    shown = [cases[i] for i in indices]
    figure.add_trace(go.Scatter(
        x=points[list(indices), 0], y=points[list(indices), 1], mode="markers",
        customdata=[[case.id] for case in shown], text=[_hover(case) for case in shown],
        marker={"size": size, "color": colour, "opacity": opacity,
                "line": {"width": 0.7, "color": "rgba(255,255,255,0.7)"}},
        # Without this a click would fade the other points before the case opens.
        unselected={"marker": {"opacity": opacity}},
        hovertemplate="%{text}<extra></extra>",
    ))


def _hover(case: Case) -> str:
    title = "<br>".join(textwrap.wrap(escape(case.title), 36))
    return f"<b>{title}</b><br>{NAMES[case.approach]}, {case.year}"


def _star(figure: go.Figure, points: Points, own: Points, nearest: Sequence[int]) -> None:
    for i in nearest:
        figure.add_trace(go.Scatter(
            x=[own[0], points[i, 0]], y=[own[1], points[i, 1]], mode="lines", hoverinfo="skip",
            line={"color": STAR, "width": 1},
        ))
    figure.add_trace(go.Scatter(
        x=[own[0]], y=[own[1]], mode="markers", name="Your use case",
        marker={"symbol": "star", "size": 20, "color": STAR,
                "line": {"color": "#22262B", "width": 1}},
        hovertemplate="<b>Your use case</b><extra></extra>",
    ))


def _landmarks(cases: Sequence[Case], points: Points) -> dict[str, Points]:
    """Names of domains that keep together and where to write them, none over another.

    A domain whose cases are strewn over the map has no such place.
    """
    whole = float(np.ptp(points, axis=0).mean())
    spreads = []
    for domain in {case.domain for case in cases}:
        mine = points[[i for i, case in enumerate(cases) if case.domain == domain]]
        middle = np.median(mine, axis=0)
        spread = float(np.median(np.linalg.norm(mine - middle, axis=1)))
        if len(mine) >= 6 and spread < 0.12 * whole:
            above = middle + np.array([0.0, 0.5 * spread])
            spreads.append((spread, domain_name(domain), above))
    chosen: dict[str, Points] = {}
    for _, domain, middle in sorted(spreads, key=lambda entry: entry[:2]):
        gaps = [np.abs(middle - other) / whole for other in chosen.values()]
        if len(chosen) < MOST_LABELS and all(gap[0] > 0.3 or gap[1] > 0.06 for gap in gaps):
            chosen[domain] = middle
    return chosen
