"""Small pictures side by side: what was found as a line, what is published as marks."""

from __future__ import annotations

from typing import Any

from tf_linkage.pages.charts.style import BLUE, RED, WIDTH, Drawing, Rows, drawing_of, refuse_nothing

ACROSS = 2
"""Panels in a row: labels of eleven steps still stand side by side."""


def beside(rows: Rows, *, title: str, description: str, names: tuple[str, str]) -> Drawing:
    """A panel for each question, each with a scale of its own that begins at nothing.

    Args:
        rows: `panel`, `step` (in order within its panel), `found`, `published`; either may be null.
        title: read aloud first.
        description: read aloud next.
        names: of what was found and of what is published, for the legend.
    """
    refuse_nothing([row for row in rows if row["found"] is not None or row["published"] is not None], title)
    panels = list(dict.fromkeys(row["panel"] for row in rows))
    scale = {"domain": list(names), "range": [BLUE, RED]}

    def mark(kind: dict[str, Any], column: str, name: str, steps: list[str]) -> dict[str, Any]:
        return {
            "transform": [{"filter": f"isValid(datum.{column})"}, {"calculate": f"{name!r}", "as": "series"}],
            "mark": kind,
            "encoding": {
                "x": {"field": "step", "type": "ordinal", "title": None, "sort": steps, "scale": {"domain": steps},
                      "axis": {"labelAngle": 0, "labelOverlap": False, "labelFontSize": 11, "grid": False}},
                "y": {"field": column, "type": "quantitative", "title": None, "scale": {"zero": True},
                      "axis": {"tickCount": 4, "format": ",.4~r"}},
                "color": {"field": "series", "type": "nominal", "title": None, "scale": scale},
                "shape": {"field": "series", "type": "nominal", "title": None, "sort": list(names),
                          "scale": {"domain": list(names), "range": ["circle", "diamond"]}},
            },
        }  # fmt: skip

    def panel(name: str) -> dict[str, Any]:
        mine = [row for row in rows if row["panel"] == name]
        steps = [row["step"] for row in mine]
        line = mark({"type": "line", "strokeWidth": 2}, "found", names[0], steps)
        del line["encoding"]["shape"]
        return {
            "title": {
                "text": _wrapped(name),
                "anchor": "start",
                "frame": "group",
                "fontSize": 13,
                "fontWeight": "bold",
            },
            "width": WIDTH / ACROSS - 20,
            "height": 150,
            "data": {"values": mine},
            "layer": [
                line,
                mark({"type": "point", "filled": True, "size": 45, "opacity": 1}, "found", names[0], steps),
                mark({"type": "point", "filled": True, "size": 75, "opacity": 1}, "published", names[1], steps),
            ],
        }

    return drawing_of(
        {
            "columns": ACROSS,
            "spacing": {"row": 84, "column": 60},
            "bounds": "flush",
            "concat": [panel(each) for each in panels],
        },
        title,
        description,
    )


def _wrapped(words: str, width: int = 46) -> list[str]:
    """Words in lines, so that one panel's heading does not run into the next one's."""
    lines = [""]
    for word in words.split():
        if lines[-1] and len(lines[-1]) + len(word) >= width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines
