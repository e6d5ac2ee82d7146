"""Quality against cost and against latency, with the arms that no other beats in both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from advisor.names import arm_name
from advisor.ui.charts import ARM_COLOURS, GREY

SYMBOLS = {"classical": "square", "linear_probe": "diamond"}  # arms of one colour
HEIGHT = 330


def trade_off(
    points: Mapping[str, tuple[float, float, Sequence[float]]],
    best: Sequence[str], fit: Sequence[str],
    across: str, up: str, share: bool, log: bool = False,
) -> go.Figure:
    """Arms as points (x, headline metric, its 95% interval), ``best`` as the line of the frontier.

    Arms that are not in ``fit`` break a limit and are hollow; ``share`` says that the metric is a
    share, ``log`` that x needs a logarithmic axis.
    """
    figure = go.Figure(go.Scatter(
        x=[points[n][0] for n in best], y=[points[n][1] for n in best], mode="lines",
        line={"color": GREY, "width": 2, "dash": "dot"}, name="no arm beats these in both",
        hoverinfo="skip",
    ))
    for name, (x, y, (low, high)) in points.items():
        symbol = SYMBOLS.get(name, "circle") + ("" if name in fit else "-open")
        figure.add_trace(go.Scatter(
            x=[x], y=[y], mode="markers", name=arm_name(name),
            error_y={"type": "data", "symmetric": False, "array": [high - y],
                     "arrayminus": [y - low], "thickness": 1.5, "width": 4, "color": GREY},
            marker={"size": 15, "symbol": symbol, "color": ARM_COLOURS.get(name, "#56606B"),
                    "line": {"width": 2, "color": ARM_COLOURS.get(name, "#56606B")}},
            hovertemplate=f"{arm_name(name)}: %{{y}}, %{{x}}<extra></extra>",
        ))
    figure.update_xaxes(title=across, type="log" if log else "linear", tickformat="~g",
                        rangemode="normal" if log else "tozero")
    figure.update_yaxes(title=up, tickformat=".0%" if share else "~g", automargin=True)
    figure.update_layout(
        height=HEIGHT, margin={"l": 0, "r": 10, "t": 8, "b": 8}, dragmode=False,
        legend={"orientation": "h", "y": -0.28, "yanchor": "top"}, hoverlabel={"align": "left"},
    )
    return figure
