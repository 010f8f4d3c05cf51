"""Charts of match weights: how many pairs have which, and how one adds up.

Histograms of joined bands, waterfalls.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tf_linkage.pages.charts.style import BLUE, GREY, RED, WIDTH, Drawing, Rows, drawing_of, refuse_nothing


def histogram(
    rows: Rows, *, title: str, description: str, x_title: str, lines: Mapping[str, float], parts: Mapping[str, str]
) -> Drawing:
    """Bands of a scale, some of them joined: the height is pairs for each unit of the scale, so area is pairs.

    Args:
        rows: `start`, `end`, `part`, `count`.
        title: read aloud first.
        description: read aloud next.
        x_title: of the scale.
        lines: upright lines by their name, such as thresholds.
        parts: colour of each part, in order from below.
    """
    refuse_nothing(rows, title)
    boxes = []
    for start, end in dict.fromkeys((row["start"], row["end"]) for row in rows):
        base = 0.0
        for part in parts:
            count = sum(r["count"] for r in rows if (r["start"], r["end"], r["part"]) == (start, end, part))
            top = base + count / (end - start)
            boxes.append({"start": start, "end": end, "part": part, "base": base, "top": top})
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
            {"data": {"values": boxes}, "mark": {"type": "rect", "stroke": "white", "strokeWidth": 1},
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
    return drawing_of(spec, title, description)


def waterfalls(rows: Rows, *, title: str, description: str, x_title: str) -> Drawing:
    """Steps that add up: each bar begins where the one above it ended; panels side by side.

    Args:
        rows: `panel`, `part`, `amount`, in the order of the steps.
        title: read aloud first.
        description: read aloud next.
        x_title: below each panel.
    """
    refuse_nothing(rows, title)
    panels = list(dict.fromkeys(row["panel"] for row in rows))
    boxes: list[dict[str, Any]] = []
    for panel in panels:
        reached = 0.0
        for row in (row for row in rows if row["panel"] == panel):
            start, reached = reached, reached + row["amount"]
            boxes.append({**row, "start": start, "end": reached, "sign": "for" if row["amount"] > 0 else "against"})
        boxes.append({"panel": panel, "part": "match weight", "start": 0.0, "end": reached, "sign": "sum"})
    parts = list(dict.fromkeys(row["part"] for row in boxes))
    parts.append(parts.pop(parts.index("match weight")))
    colour = {"field": "sign", "type": "nominal", "title": None, "sort": ["for", "against", "sum"],
              "scale": {"domain": ["for", "against", "sum"], "range": [BLUE, RED, GREY]}}  # fmt: skip
    spec = {
        "data": {"values": boxes},
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
    return drawing_of(spec, title, description)
