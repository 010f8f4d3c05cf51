"""A chart drawn again for a narrow screen: the same figures in less width, with writing of the same size.

From the specification of the wide chart: panels stand below one another, names of lines above their lines, the name
of an upright axis above it, and long words go over several lines. Shrinking instead would make writing unreadable.
"""

from __future__ import annotations

import copy
import json
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

NARROW = 340
"""Most pixels that a narrow drawing takes, its padding included: a phone of 390 less the page's margins."""

LETTERS = 42
"""Letters of a title that fit in that width on one line."""

_PLOT = 296
"""Width of the drawing area where names stand above their lines; the last figure of an axis sticks out."""

_PLOT_WITH_SIDE, _PLOT_WITH_NAMED_SIDE = 258, 236
"""Width of the drawing area next to an upright axis with figures, and next to one with its name at the side."""

_STEP, _LINE = 42, 15
"""Least height of a line with its name above it, and of each further line of a long name."""

_NAME = -6
"""How far above the middle of its line a name ends."""

_BAR, _BELOW = 16, 8
"""Thickness of a bar that has its name above it, and how far below the middle of its line it lies."""

_OVER = {"titleAngle": 0, "titleAlign": "left", "titleX": -40, "titleY": -12, "titleAnchor": "start",
         "titleBaseline": "bottom"}  # fmt: skip
"""The name of an upright axis of figures: above it, from the left edge of the drawing."""

_RAISED = 34
"""How far above the drawing a legend stands to leave room for that name."""

_SPACING = 18
_TICKS = 4
_LETTER = 8
"""Pixels of a letter, roughly."""

Spec = dict[str, Any]


def narrowed(wide: Spec) -> Spec:
    """The specification of the narrow drawing.

    Args:
        wide: a specification of Vega-Lite: one view, layers, views in columns, or several next to one another.
    """
    spec = copy.deepcopy(wide)
    if "concat" in spec:
        return {**spec, "columns": 1, "concat": [narrowed(view) for view in spec["concat"]]}
    rows = spec.get("data", {}).get("values", [])
    way = spec["facet"].pop("column", None) if "facet" in spec else None
    if way is not None:
        header = {**way.get("header", {}), "labelExpr": _over_lines(_levels(rows, way["field"]))}
        spec["facet"], spec["columns"] = {**way, "header": header}, 1
        # Panels stand far apart: each has its scale written below it.
        spec["resolve"] = {**spec.get("resolve", {}), "axis": {"x": "independent"}}
    if "facet" in spec:
        spec["spacing"] = _SPACING
    view = spec.get("spec", spec)
    rows = view.get("data", {}).get("values", rows)
    for one in (view, *view.get("layer", [])):
        if _named(one.get("encoding", {}).get("y")) and "mark" in one:
            one["mark"] = _lowered(one["mark"])
    encodings = list(_encodings(view))
    lines = [one for one in _channels(encodings, "y") if _named(one)]
    names = [level for one in lines for level in _levels(rows, one["field"])]
    _resize(view, named=bool(lines), alone="facet" not in spec, most=max(map(_height, names), default=1))
    for y in _channels(encodings, "y"):
        if y.get("axis", {}) is not None:
            y["axis"] = {**y.get("axis", {}), **(_above(names) if _named(y) else {} if "facet" in spec else _OVER)}
    for x in _channels(encodings, "x"):
        if x.get("axis", {}) is not None:
            x["axis"] = _axis_below(x, rows)
    for encoding in encodings:
        _words(encoding, raised=not lines and "facet" not in spec)
    return spec


def _levels(rows: Sequence[Mapping[str, Any]], field: str) -> list[str]:
    return list(dict.fromkeys(str(row[field]) for row in rows if field in row))


def _height(name: str) -> int:
    return len(textwrap.wrap(name, LETTERS)) or 1


def _over_lines(names: Sequence[str], rows: int = 1) -> str:
    """An expression that writes each name over as many lines as it needs, at the foot of so many rows."""
    lines = {name: textwrap.wrap(name, LETTERS) for name in names}
    long = {name: [""] * (rows - len(own)) + own for name, own in lines.items() if max(rows, len(own)) > 1}
    return f"{json.dumps(long)}[(datum.label)] || (datum.label)"


def _resize(view: Spec, *, named: bool, alone: bool, most: int) -> None:
    square = view.get("width") == view.get("height")
    view["width"] = _PLOT if named else _PLOT_WITH_SIDE if alone else _PLOT_WITH_NAMED_SIDE
    if square:
        view["height"] = view["width"]
    if isinstance(view.get("height"), dict):
        # Above the middle of a line stands its name, below it as much room as there is above.
        view["height"] = {"step": max(_STEP, view["height"]["step"]) + 2 * _LINE * (most - 1)}


def _above(names: Sequence[str]) -> Spec:
    """An axis whose names stand above their lines."""
    rows = max(map(_height, names))
    return {
        "labelAlign": "left", "labelBaseline": "bottom", "labelPadding": 0, "labelLimit": _PLOT,
        "labelOffset": _NAME - _LINE * (rows - 1), "labelExpr": _over_lines(names, rows),
        "ticks": False, "domain": False,
    }  # fmt: skip


def _axis_below(x: Spec, rows: Sequence[Mapping[str, Any]]) -> Spec:
    axis = dict(x.get("axis", {}))
    if _named(x):
        names = _levels(rows, x["field"])
        fits = len(names) * max(map(len, names), default=0) * _LETTER < _PLOT_WITH_SIDE
        return axis | ({} if fits else {"labelAngle": -90})
    axis["tickCount"] = min(axis.get("tickCount", _TICKS), _TICKS)
    return {"labelOverlap": "greedy", "labelSeparation": 6} | axis


def _words(encoding: Spec, *, raised: bool) -> None:
    for channel in encoding.values():
        if isinstance(channel, dict) and isinstance(channel.get("title"), str):
            channel["title"] = textwrap.wrap(channel["title"], LETTERS)
    for coloured in ("color", "shape"):
        one = encoding.get(coloured, {})
        if "field" in one and one.get("legend", {}) is not None and one.get("scale", {}) is not None:
            one["legend"] = {
                **one.get("legend", {}),
                "columns": 1,
                "labelLimit": _PLOT,
                **({"offset": _RAISED} if raised else {}),
            }


def _named(channel: Spec | None) -> bool:
    """Whether an axis has names, not figures."""
    return channel is not None and channel.get("type") in ("nominal", "ordinal")


def _lowered(mark: Spec | str) -> Spec:
    """A bar, or what is written on one, below the name of its line."""
    given: Spec = {"type": mark} if isinstance(mark, str) else mark
    if given["type"] == "bar":
        return {**given, "height": _BAR, "yOffset": _BELOW}
    if given["type"] == "text" and "align" not in given:
        return {**given, "dy": given.get("dy", 0) + _BELOW}
    return given


def _encodings(view: Spec) -> Iterator[Spec]:
    if "encoding" in view:
        # Charts share parts of encodings between layers: each gets its own, to be changed once.
        view["encoding"] = copy.deepcopy(view["encoding"])
        yield view["encoding"]
    for layer in view.get("layer", []):
        yield from _encodings(layer)


def _channels(encodings: list[Spec], name: str) -> Iterator[Spec]:
    for encoding in encodings:
        if isinstance(encoding.get(name), dict):
            yield encoding[name]
