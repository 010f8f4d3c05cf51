"""Charts over time: a figure before and after a moment, for a few groups.

Lines over steps of time with their intervals and their gaps.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tf_linkage.pages.charts.style import (
    BLUE,
    GREY,
    RATIOS,
    WIDTH,
    Drawing,
    Rows,
    colours,
    drawing_of,
    refuse_nothing,
)


def over_time(
    rows: Rows,
    *,
    title: str,
    description: str,
    steps: Sequence[str],
    series: Sequence[str],
    y_title: str,
    after: str,
) -> Drawing:
    """Points with 95% intervals over steps of time, joined where no step is missing between them.

    Args:
        rows: `step`, `series`, and `value`, `low`, `high`: shares, all three null for a gap.
        title: read aloud first.
        description: read aloud next.
        steps: names of the steps in order.
        series: names of the groups in order.
        y_title: at the side.
        after: the first step after the moment, before which an upright line is drawn.
    """
    refuse_nothing([row for row in rows if row["value"] is not None], title)
    at = {step: i for i, step in enumerate(steps)}
    apart = 0.12
    placed = [
        {**row, "at": at[row["step"]] + apart * (list(series).index(row["series"]) - (len(series) - 1) / 2)}
        for row in sorted(rows, key=lambda row: at[row["step"]])
    ]
    label = f"{list(steps)!r}[datum.value]"
    x: dict[str, Any] = {
        "field": "at", "type": "quantitative", "title": None,
        "scale": {"domain": [-0.5, len(steps) - 0.5], "nice": False},
        "axis": {"values": list(range(len(steps))), "labelExpr": f"split({label}, ' ')", "grid": False},
    }  # fmt: skip
    y: dict[str, Any] = {
        "field": "value", "type": "quantitative", "title": y_title, "scale": {"zero": True},
        "axis": {"format": "%", "tickCount": 5},
    }  # fmt: skip
    colour = {"field": "series", "type": "nominal", "title": None, "scale": colours(series), "sort": list(series)}
    shape = colour | {"scale": {"domain": list(series)}}
    spec = {
        "width": WIDTH, "height": 200,
        "data": {"values": placed},
        "config": {"mark": {"invalid": "break-paths-show-domains"}},
        "layer": [
            {"data": {"values": [{"at": at[after] - 0.5}]},
             "mark": {"type": "rule", "strokeDash": [4, 4], "color": GREY}, "encoding": {"x": x}},
            {"transform": [{"filter": "datum.low !== null"}],
             "mark": {"type": "rule", "strokeWidth": 3, "opacity": 0.45},
             "encoding": {"x": x, "y": y | {"field": "low"}, "y2": {"field": "high"}, "color": colour}},
            {"mark": {"type": "line", "strokeWidth": 2}, "encoding": {"x": x, "y": y, "color": colour}},
            {"transform": [{"filter": "datum.value !== null"}],
             "mark": {"type": "point", "filled": True, "size": 60, "opacity": 1},
             "encoding": {"x": x, "y": y, "color": colour, "shape": shape}},
        ],
    }  # fmt: skip
    return drawing_of(spec, title, description)


def ratios_over_time(
    rows: Rows, *, title: str, description: str, steps: Sequence[str], reference: str, y_title: str, after: str
) -> Drawing:
    """Ratios with 95% intervals (thick) and a band for all together (thin), on a logarithmic scale about 1.

    Args:
        rows: `step`, `value`, `low`, `high`, `band_low`, `band_high`: above 0, all null for a gap.
        title: read aloud first.
        description: read aloud next.
        steps: names of the steps in order.
        reference: the step that all others are held against, drawn as an open point at 1.
        y_title: at the side.
        after: the first step after the moment, before which an upright line is drawn.
    """
    refuse_nothing([row for row in rows if row["value"] is not None], title)
    at = {step: i for i, step in enumerate(steps)}
    placed = [{**row, "at": at[row["step"]]} for row in sorted(rows, key=lambda row: at[row["step"]])]
    ends = [row[end] for row in rows for end in ("band_low", "band_high") if row["value"] is not None]
    label = f"{list(steps)!r}[datum.value]"
    x: dict[str, Any] = {
        "field": "at", "type": "quantitative", "title": None,
        "scale": {"domain": [-0.5, len(steps) - 0.5], "nice": False},
        "axis": {"values": list(range(len(steps))), "labelExpr": f"split({label}, ' ')", "grid": False},
    }  # fmt: skip
    y: dict[str, Any] = {
        "field": "value", "type": "quantitative", "title": y_title,
        "scale": {"type": "log", "domain": [min(0.5, *ends) / 1.05, max(2.0, *ends) * 1.05], "nice": False},
        "axis": {"format": ".2~f", "values": list(RATIOS)},
    }  # fmt: skip
    there = {"transform": [{"filter": "datum.value !== null"}]}
    spec = {
        "width": WIDTH, "height": 240,
        "data": {"values": placed},
        "layer": [
            {"data": {"values": [{"at": at[after] - 0.5}]},
             "mark": {"type": "rule", "strokeDash": [4, 4], "color": GREY}, "encoding": {"x": x}},
            {"data": {"values": [{"value": 1}]}, "mark": {"type": "rule", "color": GREY}, "encoding": {"y": y}},
            {**there, "mark": {"type": "rule", "strokeWidth": 1, "color": BLUE},
             "encoding": {"x": x, "y": y | {"field": "band_low"}, "y2": {"field": "band_high"}}},
            {**there, "mark": {"type": "rule", "strokeWidth": 5, "opacity": 0.45, "color": BLUE},
             "encoding": {"x": x, "y": y | {"field": "low"}, "y2": {"field": "high"}}},
            {**there, "mark": {"type": "point", "filled": True, "size": 70, "opacity": 1, "color": BLUE},
             "encoding": {"x": x, "y": y}},
            {"data": {"values": [{"at": at[reference], "value": 1}]},
             "mark": {"type": "point", "filled": False, "size": 90, "strokeWidth": 2, "color": BLUE},
             "encoding": {"x": x, "y": y}},
        ],
    }  # fmt: skip
    return drawing_of(spec, title, description)
