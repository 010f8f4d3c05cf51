"""Charts of how alike two groups are: differences before and after weighting, and who is in which band.

The pictures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tf_linkage.pages.charts.style import BLUE, GREY, WIDTH, Drawing, Rows, colours, drawing_of, refuse_nothing


def love(
    rows: Rows, *, title: str, description: str, x_title: str, series: Sequence[str], limits: Sequence[float]
) -> Drawing:
    """Two points on a line for each level (after Thomas Love): how far apart before, and after.

    Args:
        rows: `level`, `series`, `value`; one that is null has no point. With `low` and `high` a line stands between
            them: where the figure may lie.
        title: read aloud first.
        description: read aloud next.
        x_title: below.
        series: names of both points, in order.
        limits: figures at which dashed upright lines stand.
    """
    refuse_nothing([row for row in rows if row["value"] is not None], title)
    levels = list(dict.fromkeys(row["level"] for row in rows))
    figures = (row.get(figure) or 0.0 for row in rows for figure in ("value", "low", "high"))
    most = max(abs(value) for value in (*figures, *limits)) * 1.1
    x: dict[str, Any] = {
        "type": "quantitative", "title": x_title, "scale": {"domain": [-most, most], "nice": False},
        "axis": {"tickCount": 7, "format": ".2~f"},
    }  # fmt: skip
    y = {"field": "level", "type": "nominal", "title": None, "sort": levels, "scale": {"domain": levels},
         "axis": {"grid": True, "domain": False, "ticks": False, "labelPadding": 8}}  # fmt: skip
    scale = {"domain": list(series), "range": [GREY, BLUE]}
    colour = {"field": "series", "type": "nominal", "title": None, "scale": scale, "sort": list(series)}
    upright: list[dict[str, Any]] = [
        {"mark": {"type": "rule", "color": GREY, **({"strokeDash": [4, 4]} if at else {})},
         "encoding": {"x": x | {"datum": at}}}
        for at in (0, *limits)
    ]  # fmt: skip
    shapes = {"domain": list(series), "range": ["diamond", "circle"]}
    point = {"mark": {"type": "point", "filled": True, "size": 60, "opacity": 0.95},
             "transform": [{"filter": "isValid(datum.value)"}],
             "encoding": {"x": x | {"field": "value"}, "y": y, "color": colour,
                          "shape": colour | {"scale": shapes}}}  # fmt: skip
    between = {"mark": {"type": "rule", "strokeWidth": 3, "opacity": 0.45},
               "transform": [{"filter": "isValid(datum.low)"}],
               "encoding": {"x": x | {"field": "low"}, "x2": {"field": "high"}, "y": y,
                            "color": colour}}  # fmt: skip
    spec = {"width": WIDTH - 60, "height": {"step": 20}, "data": {"values": list(rows)},
            "layer": [*upright, between, point]}  # fmt: skip
    return drawing_of(spec, title, description)


def bars(
    rows: Rows,
    *,
    title: str,
    description: str,
    x_title: str,
    y_title: str,
    series: Sequence[str],
    numbers: str = ",d",
) -> Drawing:
    """Bars side by side for each band of a scale.

    Args:
        rows: `band`, `series`, `count`; null where it is withheld, which is written in its place.
        title: read aloud first.
        description: read aloud next.
        x_title: below.
        y_title: at the side.
        series: names of the groups in order.
        numbers: how the axis writes its numbers (as d3-format does).
    """
    refuse_nothing([row for row in rows if row["count"] is not None], title)
    bands = list(dict.fromkeys(row["band"] for row in rows))
    colour = {"field": "series", "type": "nominal", "title": None, "scale": colours(series), "sort": list(series)}
    x = {"field": "band", "type": "nominal", "title": x_title, "sort": bands, "axis": {"labelAngle": 0},
         "scale": {"domain": bands}}  # fmt: skip
    side: Mapping[str, Any] = {"field": "series", "type": "nominal", "sort": list(series),
                               "scale": {"domain": list(series)}}  # fmt: skip
    y = {"field": "count", "type": "quantitative", "title": y_title, "axis": {"tickCount": 5, "format": numbers}}
    spec = {
        "width": WIDTH, "height": 220, "data": {"values": list(rows)},
        "layer": [
            {"transform": [{"filter": "isValid(datum.count)"}], "mark": {"type": "bar"},
             "encoding": {"x": x, "xOffset": side, "y": y, "color": colour}},
            {"transform": [{"filter": "!isValid(datum.count)"}],
             "mark": {"type": "text", "text": "withheld", "angle": 270, "align": "left", "baseline": "middle",
                      "dx": 4, "fontSize": 13, "fontStyle": "italic", "color": "#666"},
             "encoding": {"x": x, "xOffset": side, "y": {"value": 220}}},
        ],
    }  # fmt: skip
    return drawing_of(spec, title, description)
