"""Charts of one figure against another: curves with their bands, points next to a diagonal.

Threshold and reliability curves, agreement of two figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tf_linkage.pages.charts.style import GREY, WIDTH, Drawing, Rows, colours, drawing_of, floor_of, refuse_nothing

MARKS: dict[str, list[int]] = {"as it is": [3, 3], "as advised": [1, 0]}
"""What may be marked across a panel, and the dashes of its line: dotted, and solid."""


def curves(
    rows: Rows,
    *,
    title: str,
    description: str,
    series: Sequence[str],
    x_title: str,
    y_title: str,
    diagonal: bool = False,
) -> Drawing:
    """Lines with their 95% bands, one for each series, one panel below another for each panel.

    Args:
        rows: `panel`, `series`, `value`, `low`, `high`, and `x`: a number from 0 to 1, or a string for a scale of
            equal steps; perhaps `marked`, one of `MARKS` or None: a line across the panel there.
        title: read aloud first.
        description: read aloud next.
        series: names of the series in order.
        x_title: of the lower axis.
        y_title: of the left axis.
        diagonal: draw the line on which x and y are equal, as calibration needs.
    """
    refuse_nothing(rows, title)
    colour = {"field": "series", "type": "nominal", "title": None, "scale": colours(series), "sort": list(series),
              **({} if len(series) > 1 else {"legend": None})}  # fmt: skip
    x: dict[str, Any] = {"field": "x", "title": x_title}
    if isinstance(rows[0]["x"], str):
        steps = list(dict.fromkeys(row["x"] for row in rows))
        x |= {"type": "ordinal", "sort": steps, "axis": {"labelAngle": -90, "grid": True}}
    else:
        x |= {"type": "quantitative", "scale": {"domain": [0, 1]}, "axis": {"tickCount": 6}}
    lowest = 0 if diagonal else floor_of(rows)
    y = {"field": "value", "type": "quantitative", "title": y_title,
         "scale": {"domain": [lowest, 1], "zero": False}, "axis": {"format": "%", "tickCount": 5}}  # fmt: skip
    panels = list(dict.fromkeys(row["panel"] for row in rows))
    layers: list[dict[str, Any]] = [
        {"mark": {"type": "rule", "opacity": 0.5, "strokeWidth": 2},
         "encoding": {"x": x, "y": y | {"field": "low"}, "y2": {"field": "high"}, "color": colour}},
        {"mark": {"type": "line", "strokeWidth": 2}, "encoding": {"x": x, "y": y, "color": colour}},
        {"mark": {"type": "point", "filled": True, "size": 50, "opacity": 1},
         "encoding": {"x": x, "y": y, "color": colour, "shape": colour | {"scale": {"domain": list(series)}}}},
    ]  # fmt: skip
    if any(row.get("marked") for row in rows):
        for name, dash in MARKS.items():
            layers.insert(0, {"transform": [{"filter": f"datum.marked === '{name}'"}],
                              "mark": {"type": "rule", "color": GREY, "strokeWidth": 1.5, "strokeDash": dash},
                              "encoding": {"x": x}})  # fmt: skip
    if diagonal:
        ends = [{"x": 0, "value": 0}, {"x": 1, "value": 1}]
        layers.insert(0, {"data": {"values": ends}, "mark": {"type": "line", "strokeDash": [4, 4], "color": GREY},
                          "encoding": {"x": x, "y": y}})  # fmt: skip
    spec = {
        "data": {"values": list(rows)},
        "facet": {"column": {"field": "panel", "type": "nominal", "title": None, "sort": panels}},
        "spec": {"width": (WIDTH - 55 * (len(panels) - 1)) / len(panels), "height": 200, "layer": layers},
        "spacing": 55,
    }
    return drawing_of(spec, title, description)


def agreement(
    rows: Rows, *, title: str, description: str, x_title: str, y_title: str, series: Sequence[str]
) -> Drawing:
    """Points against the diagonal on which both figures agree, on logarithmic axes since rates differ widely.

    Args:
        rows: `x`, `y` (shares above 0) and `series`.
        title: read aloud first.
        description: read aloud next.
        x_title: below.
        y_title: at the side.
        series: the colours' order.
    """
    refuse_nothing(rows, title)
    values = [float(row[end]) for row in rows for end in ("x", "y")]
    ends = [min(values) / 1.5, max(values) * 1.5]
    scale = {"type": "log", "domain": ends, "nice": False}
    axis = {"format": ".2~%", "tickCount": 4}
    spec = {
        "width": 420, "height": 420,
        "layer": [
            {"data": {"values": [{"end": end} for end in ends]},
             "mark": {"type": "line", "strokeDash": [4, 4], "color": GREY},
             "encoding": {"x": {"field": "end", "type": "quantitative", "scale": scale},
                          "y": {"field": "end", "type": "quantitative", "scale": scale}}},
            {"data": {"values": list(rows)},
             "mark": {"type": "point", "filled": True, "size": 40, "opacity": 0.7},
             "encoding": {
                 "x": {"field": "x", "type": "quantitative", "scale": scale, "title": x_title, "axis": axis},
                 "y": {"field": "y", "type": "quantitative", "scale": scale, "title": y_title, "axis": axis},
                 "color": {"field": "series", "type": "nominal", "title": None, "scale": colours(series)}}},
        ],
    }  # fmt: skip
    return drawing_of(spec, title, description)
