"""Charts as accessible SVG: a few kinds, each from plain rows.

Belongs here: how a chart looks. Does not belong here: what it shows (`pictures`).

Drawn by Vega-Lite through vl-convert, which carries Vega-Lite, its engine and a font in its wheel: no browser, no
network, and the same SVG every time. Each SVG has a title and a description, so that it can be read aloud. Colours
are Okabe and Ito's, told apart by people with any colour vision; where two meet, shape or order tells them too.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import vl_convert

from tf_linkage.errors import TfLinkageError

Row = Mapping[str, Any]
Rows = Sequence[Row]

BLUE, ORANGE, GREEN, RED, PURPLE, SKY, GREY = (
    "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#8A8A8A",
)  # fmt: skip
PALETTE = (BLUE, RED, GREEN, PURPLE, ORANGE, SKY, GREY)
DARK = (BLUE, GREEN, RED)
"""Colours on which writing is white."""

FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
WIDTH = 720
"""Width of the drawing area in pixels; axis labels come beside it."""

VEGALITE = "6.4"
"""Version of Vega-Lite among those in the wheel, named so that an update does not redraw every chart."""

CONFIG: dict[str, Any] = {
    "font": FONT,
    "background": "white",
    "view": {"stroke": None},
    "axis": {
        "labelFontSize": 13, "titleFontSize": 13, "titleFontWeight": "normal", "labelColor": "#222",
        "titleColor": "#222", "gridColor": "#e4e4e4", "domainColor": "#888", "labelLimit": 260,
    },
    "legend": {
        "labelFontSize": 13, "titleFontSize": 13, "titleFontWeight": "normal", "orient": "top", "symbolSize": 140,
        "labelLimit": 320, "columns": 3,
    },
    "header": {"labelFontSize": 14, "labelFontWeight": "bold", "titleFontSize": 13, "labelOrient": "top",
               "labelAnchor": "start"},
}  # fmt: skip


class ChartRefused(TfLinkageError):
    """A chart was asked for with nothing to draw."""


def intervals(
    rows: Rows,
    *,
    title: str,
    description: str,
    x_title: str,
    reference: str = "",
    domain: tuple[float, float] | None = None,
) -> str:
    """Dots with their 95% intervals: a line for each level, a panel for each of a few figures or departments.

    Args:
        rows: `level`, `panel`, `value`, `low`, `high` (shares between 0 and 1; `value` may be null where only the
            interval may be shown).
        title: read aloud first.
        description: read aloud next.
        x_title: below each panel.
        reference: the level that the others are held against, drawn as an upright line through its panel.
        domain: ends of the axis; for shares, from the next lower tenth to 1, unless given.
    """
    _refuse_nothing(rows, title)
    panels = list(dict.fromkeys(row["panel"] for row in rows))
    levels = list(dict.fromkeys(row["level"] for row in rows))
    colour = {"field": "panel", "type": "nominal", "scale": _colours(panels), "legend": None}
    x: dict[str, Any] = {
        "type": "quantitative", "title": x_title, "axis": {"format": "%", "tickCount": 4},
        "scale": {"domain": list(domain or (_floor_of(rows), 1)), "nice": False, "zero": False},
    }  # fmt: skip
    y: dict[str, Any] = {
        "field": "level", "type": "nominal", "title": None, "sort": levels,
        "axis": {"grid": True, "domain": False, "ticks": False, "labelPadding": 8},
    }  # fmt: skip
    held_against = {"filter": {"field": "level", "equal": reference}}
    spec = {
        "data": {"values": list(rows)},
        "facet": {"column": {"field": "panel", "type": "nominal", "title": None, "sort": panels}},
        "spec": {
            "width": (WIDTH - 40 * (len(panels) - 1)) / len(panels),
            "height": {"step": 22},
            "layer": [
                {"transform": [held_against], "mark": {"type": "rule", "strokeDash": [4, 4], "color": GREY},
                 "encoding": {"x": x | {"field": "value"}}},
                {"mark": {"type": "rule", "strokeWidth": 3, "opacity": 0.55},
                 "encoding": {"x": x | {"field": "low"}, "x2": {"field": "high"}, "y": y, "color": colour}},
                {"mark": {"type": "point", "filled": True, "size": 65, "opacity": 1},
                 "encoding": {"x": x | {"field": "value"}, "y": y, "color": colour}},
            ],
        },
        "spacing": 40,
    }  # fmt: skip
    return svg_of(spec, title, description)


def flow(rows: Rows, *, title: str, description: str, parts: Mapping[str, str]) -> str:
    """A bar for each level, cut into parts: how many of those sent went where.

    Args:
        rows: `level`, `part`, `count`, and `label`, which stands in the part if there is room.
        title: read aloud first.
        description: read aloud next.
        parts: colour of each part, in order from the left.
    """
    _refuse_nothing(rows, title)
    order = {name: i for i, name in enumerate(parts)}
    total = max(sum(row["count"] for row in rows if row["level"] == level) for level in {r["level"] for r in rows})
    drawn, reached = [], dict.fromkeys((row["level"] for row in rows), 0)
    for row in sorted(rows, key=lambda row: order[row["part"]]):
        start = reached[row["level"]]
        reached[row["level"]] = start + row["count"]
        room = row["count"] > 0.06 * total
        ink = "white" if parts[row["part"]] in DARK else "#111"
        inside = row["label"] if room else ""
        drawn.append({**row, "start": start, "end": start + row["count"], "inside": inside, "ink": ink})
    y: dict[str, Any] = {
        "field": "level", "type": "nominal", "title": None, "sort": list(reached),
        "axis": {"domain": False, "ticks": False, "labelPadding": 8, "labelFontSize": 14},
    }  # fmt: skip
    colour = {"field": "part", "type": "nominal", "title": None, "sort": list(parts),
              "scale": {"domain": list(parts), "range": list(parts.values())}}  # fmt: skip
    x = {"field": "start", "type": "quantitative", "title": "people sent",
         "axis": {"format": ",d", "tickCount": 6}}  # fmt: skip
    spec = {
        "data": {"values": drawn},
        "width": WIDTH,
        "height": {"step": 46},
        "transform": [{"calculate": "(datum.start + datum.end) / 2", "as": "middle"}],
        "layer": [
            {"mark": {"type": "bar", "stroke": "white", "strokeWidth": 1},
             "encoding": {"x": x, "x2": {"field": "end"}, "y": y, "color": colour}},
            {"mark": {"type": "text", "fontSize": 13, "fontWeight": "bold"},
             "encoding": {"x": x | {"field": "middle"}, "y": y, "text": {"field": "inside"},
                          "color": {"field": "ink", "type": "nominal", "scale": None}}},
        ],
    }  # fmt: skip
    return svg_of(spec, title, description)


def histogram(
    rows: Rows, *, title: str, description: str, x_title: str, lines: Mapping[str, float], parts: Mapping[str, str]
) -> str:
    """Bands of a scale, some of them joined: the height is pairs for each unit of the scale, so area is pairs.

    Args:
        rows: `start`, `end`, `part`, `count`.
        title: read aloud first.
        description: read aloud next.
        x_title: of the scale.
        lines: upright lines by their name, such as thresholds.
        parts: colour of each part, in order from below.
    """
    _refuse_nothing(rows, title)
    drawn = []
    for start, end in dict.fromkeys((row["start"], row["end"]) for row in rows):
        base = 0.0
        for part in parts:
            count = sum(r["count"] for r in rows if (r["start"], r["end"], r["part"]) == (start, end, part))
            top = base + count / (end - start)
            drawn.append({"start": start, "end": end, "part": part, "base": base, "top": top})
            base = top
    x = {"type": "quantitative", "title": x_title, "scale": {"nice": False}}
    y = {"type": "quantitative", "title": "pairs for each bit", "axis": {"tickCount": 5, "format": ",d"}}
    colour = {"field": "part", "type": "nominal", "title": None, "sort": list(parts),
              "scale": {"domain": list(parts), "range": list(parts.values())}}  # fmt: skip
    marks = [{"at": at, "name": name, "row": i} for i, (name, at) in enumerate(lines.items())]
    spec = {
        "width": WIDTH,
        "height": 190,
        "layer": [
            {"data": {"values": drawn}, "mark": {"type": "rect", "stroke": "white", "strokeWidth": 1},
             "encoding": {"x": x | {"field": "start"}, "x2": {"field": "end"}, "y": y | {"field": "base"},
                          "y2": {"field": "top"}, "color": colour}},
            {"data": {"values": marks}, "mark": {"type": "rule", "strokeDash": [5, 4], "strokeWidth": 1.5},
             "encoding": {"x": x | {"field": "at"}}},
            {"data": {"values": marks},
             "mark": {"type": "text", "align": "right", "dx": -5, "fontSize": 12, "baseline": "top"},
             "encoding": {"x": x | {"field": "at"}, "text": {"field": "name"},
                          "y": {"field": "row", "type": "quantitative", "axis": None,
                                "scale": {"domain": [8, 0]}}}},
        ],
        "resolve": {"scale": {"y": "independent"}},
    }  # fmt: skip
    return svg_of(spec, title, description)


def waterfalls(rows: Rows, *, title: str, description: str, x_title: str) -> str:
    """Steps that add up: each bar begins where the one above it ended; panels side by side.

    Args:
        rows: `panel`, `part`, `amount`, in the order of the steps.
        title: read aloud first.
        description: read aloud next.
        x_title: below each panel.
    """
    _refuse_nothing(rows, title)
    panels = list(dict.fromkeys(row["panel"] for row in rows))
    drawn: list[dict[str, Any]] = []
    for panel in panels:
        reached = 0.0
        for row in (row for row in rows if row["panel"] == panel):
            start, reached = reached, reached + row["amount"]
            drawn.append({**row, "start": start, "end": reached, "sign": "for" if row["amount"] > 0 else "against"})
        drawn.append({"panel": panel, "part": "match weight", "start": 0.0, "end": reached, "sign": "sum"})
    parts = list(dict.fromkeys(row["part"] for row in drawn))
    parts.append(parts.pop(parts.index("match weight")))
    colour = {"field": "sign", "type": "nominal", "title": None, "sort": ["for", "against", "sum"],
              "scale": {"domain": ["for", "against", "sum"], "range": [BLUE, RED, GREY]}}  # fmt: skip
    spec = {
        "data": {"values": drawn},
        "facet": {"column": {"field": "panel", "type": "nominal", "title": None, "sort": panels}},
        "spec": {
            "width": (WIDTH - 40 * (len(panels) - 1)) / len(panels),
            "height": {"step": 20},
            "mark": {"type": "bar"},
            "encoding": {
                "x": {"field": "start", "type": "quantitative", "title": x_title, "axis": {"tickCount": 5}},
                "x2": {"field": "end"},
                "y": {"field": "part", "type": "nominal", "title": None, "sort": parts},
                "color": colour,
            },
        },
        "spacing": 40,
    }
    return svg_of(spec, title, description)


def curves(
    rows: Rows,
    *,
    title: str,
    description: str,
    series: Sequence[str],
    x_title: str,
    y_title: str,
    diagonal: bool = False,
) -> str:
    """Lines with their 95% bands, one for each series, one panel below another for each panel.

    Args:
        rows: `panel`, `series`, `value`, `low`, `high`, and `x`: a number from 0 to 1, or a string for a scale of
            equal steps.
        title: read aloud first.
        description: read aloud next.
        series: names of the series in order.
        x_title: of the lower axis.
        y_title: of the left axis.
        diagonal: draw the line on which x and y are equal, as calibration needs.
    """
    _refuse_nothing(rows, title)
    colour = {"field": "series", "type": "nominal", "title": None, "scale": _colours(series), "sort": list(series),
              **({} if len(series) > 1 else {"legend": None})}  # fmt: skip
    x: dict[str, Any] = {"field": "x", "title": x_title}
    if isinstance(rows[0]["x"], str):
        steps = list(dict.fromkeys(row["x"] for row in rows))
        x |= {"type": "ordinal", "sort": steps, "axis": {"labelAngle": -90, "grid": True}}
    else:
        x |= {"type": "quantitative", "scale": {"domain": [0, 1]}, "axis": {"tickCount": 6}}
    lowest = 0 if diagonal else _floor_of(rows)
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
    return svg_of(spec, title, description)


def agreement(
    rows: Rows, *, title: str, description: str, x_title: str, y_title: str, series: Sequence[str]
) -> str:
    """Points against the diagonal on which both figures agree, on logarithmic axes since rates differ widely.

    Args:
        rows: `x`, `y` (shares above 0) and `series`.
        title: read aloud first.
        description: read aloud next.
        x_title: below.
        y_title: at the side.
        series: the colours' order.
    """
    _refuse_nothing(rows, title)
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
                 "color": {"field": "series", "type": "nominal", "title": None, "scale": _colours(series)}}},
        ],
    }  # fmt: skip
    return svg_of(spec, title, description)


def svg_of(spec: dict[str, Any], title: str, description: str) -> str:
    """A Vega-Lite drawing as SVG that says what it shows to those who cannot see it."""
    svg = vl_convert.vegalite_to_svg(
        {"$schema": "https://vega.github.io/schema/vega-lite/v6.json", "padding": 8, **spec},
        vl_version=VEGALITE,
        config=CONFIG,
        allowed_base_urls=[],
    )
    words = f"<title>{escape(title)}</title><desc>{escape(description)}</desc>"
    head, _, rest = str(svg).partition(">")
    return f'{head} role="img">{words}{rest}'


def _colours(series: Sequence[str]) -> dict[str, Any]:
    return {"domain": list(series), "range": list(PALETTE[: len(series)])}


def _floor_of(rows: Rows) -> float:
    """Where the axis begins: the next lower tenth below everything drawn, so that differences can be seen."""
    least = min(float(row[end]) for row in rows for end in ("low", "value") if row[end] is not None)
    return max(0.0, (math.ceil(least * 10) - 1) / 10)


def _refuse_nothing(rows: Rows, title: str) -> None:
    if not rows:
        raise ChartRefused(f"nothing to draw for {title!r}")
