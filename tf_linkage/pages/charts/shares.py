"""Charts of shares: with their intervals, and cut out of a whole.

Dots with intervals, bars cut into parts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tf_linkage.pages.charts.style import (
    DARK,
    GREY,
    RATIOS,
    WIDTH,
    Drawing,
    Rows,
    colours,
    drawing_of,
    floor_of,
    refuse_nothing,
)


def intervals(
    rows: Rows,
    *,
    title: str,
    description: str,
    x_title: str,
    reference: str = "",
    domain: tuple[float, float] | None = None,
    numbers: str = "%",
    line: float | None = None,
    hue: str = "",
    logarithmic: bool = False,
) -> Drawing:
    """Dots with their 95% intervals: a line for each level, a panel for each of a few figures or departments.

    Args:
        rows: `level`, `panel`, `value`, `low`, `high` (shares between 0 and 1; `value` may be null where only the
            interval may be shown, and all three are where nothing may: the word "withheld" stands there instead).
        title: read aloud first.
        description: read aloud next.
        x_title: below each panel.
        reference: the level that the others are held against, drawn as an upright line through its panel.
        domain: ends of the axis; for shares, from the next lower tenth to 1, unless given.
        numbers: how the axis writes its numbers (as d3-format does).
        line: a figure at which an upright line goes through every panel, such as no difference.
        hue: one colour for every panel; each has its own unless given.
        logarithmic: for ratios, whose `domain` lies above 0: half lies as far from 1 as twice.
    """
    refuse_nothing([row for row in rows if row["high"] is not None], title)
    panels = list(dict.fromkeys(row["panel"] for row in rows))
    levels = list(dict.fromkeys(row["level"] for row in rows))
    scale = {"domain": panels, "range": [hue] * len(panels)} if hue else colours(panels)
    colour = {"field": "panel", "type": "nominal", "scale": scale, "legend": None}
    x: dict[str, Any] = {
        "type": "quantitative", "title": x_title, "axis": {"format": numbers, "tickCount": 4, "labelSeparation": 6},
        "scale": {"domain": list(domain or (floor_of(rows), 1)), "nice": False, "zero": False},
    }  # fmt: skip
    if logarithmic:
        del x["axis"]["tickCount"]
        x["axis"] |= {"values": list(RATIOS), "labelOverlap": "greedy"}
        x["scale"] |= {"type": "log"}
        del x["scale"]["zero"]
    y: dict[str, Any] = {
        "field": "level", "type": "nominal", "title": None, "sort": levels,
        "axis": {"grid": True, "domain": False, "ticks": False, "labelPadding": 8, "labelLimit": 400},
    }  # fmt: skip
    held_against = {"filter": {"field": "level", "equal": reference}}
    shown, told = {"filter": "isValid(datum.high)"}, {"filter": "isValid(datum.value)"}
    upright = {"type": "rule", "strokeDash": [4, 4], "color": GREY}
    spec = {
        "data": {"values": list(rows)},
        "facet": {"column": {"field": "panel", "type": "nominal", "title": None, "sort": panels}},
        "spec": {
            "width": (WIDTH - 40 * (len(panels) - 1)) / len(panels),
            "height": {"step": 22},
            "layer": [
                {"transform": [held_against], "mark": upright, "encoding": {"x": x | {"field": "value"}}},
                *([{"mark": upright, "encoding": {"x": x | {"datum": line}}}] if line is not None else []),
                {"transform": [shown], "mark": {"type": "rule", "strokeWidth": 3, "opacity": 0.55},
                 "encoding": {"x": x | {"field": "low"}, "x2": {"field": "high"}, "y": y, "color": colour}},
                {"transform": [told], "mark": {"type": "point", "filled": True, "size": 65, "opacity": 1},
                 "encoding": {"x": x | {"field": "value"}, "y": y, "color": colour}},
                {"transform": [{"filter": "!isValid(datum.high)"}],
                 "mark": {"type": "text", "text": "withheld", "align": "left", "fontSize": 13, "color": "#666",
                          "fontStyle": "italic"},
                 "encoding": {"x": {"value": 5}, "y": y}},
            ],
        },
        "spacing": 40,
    }  # fmt: skip
    return drawing_of(spec, title, description)


def flow(
    rows: Rows, *, title: str, description: str, parts: Mapping[str, str], x_title: str = "people sent"
) -> Drawing:
    """A bar for each level, cut into parts: how many of those sent went where.

    Args:
        rows: `level`, `part`, `count`, and `label`, which stands in the part if there is room.
        title: read aloud first.
        description: read aloud next.
        parts: colour of each part, in order from the left.
        x_title: below the bars.
    """
    refuse_nothing(rows, title)
    order = {name: i for i, name in enumerate(parts)}
    total = max(sum(row["count"] for row in rows if row["level"] == level) for level in {r["level"] for r in rows})
    boxes, reached = [], dict.fromkeys((row["level"] for row in rows), 0)
    for row in sorted(rows, key=lambda row: order[row["part"]]):
        start = reached[row["level"]]
        reached[row["level"]] = start + row["count"]
        room = row["count"] > 0.06 * total
        ink = "white" if parts[row["part"]] in DARK else "#111"
        inside = row["label"] if room else ""
        boxes.append({**row, "start": start, "end": start + row["count"], "inside": inside, "ink": ink})
    y: dict[str, Any] = {
        "field": "level", "type": "nominal", "title": None, "sort": list(reached),
        "axis": {"domain": False, "ticks": False, "labelPadding": 8, "labelFontSize": 14},
    }  # fmt: skip
    colour = {"field": "part", "type": "nominal", "title": None, "sort": list(parts),
              "scale": {"domain": list(parts), "range": list(parts.values())}}  # fmt: skip
    x = {"field": "start", "type": "quantitative", "title": x_title,
         "axis": {"format": ",d", "tickCount": 6}}  # fmt: skip
    spec = {
        "data": {"values": boxes},
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
    return drawing_of(spec, title, description)
