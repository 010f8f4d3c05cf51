"""What all charts share: colours, writing, and the drawing itself.

The look of the house.

Drawn by Vega-Lite through vl-convert, which carries Vega-Lite, its engine and a font in its wheel: no browser, no
network, and the same SVG every time. Each SVG has a title and a description, so that it can be read aloud. Colours
are Okabe and Ito's, told apart by people with any colour vision; where two meet, shape or order tells them too.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Any

import vl_convert

from tf_linkage.errors import TfLinkageError
from tf_linkage.pages.charts.narrow import narrowed
from tf_linkage.pages.charts.widths import fitted

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
"""Width of the drawing area in pixels; axis labels come next to it."""

RATIOS = (0.05, 0.1, 0.2, 0.33, 0.5, 0.67, 1, 1.5, 2, 3, 5, 10, 20)
"""Where a logarithmic axis of ratios is marked."""

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
        "symbolOpacity": 1,
        "labelLimit": 320, "columns": 3,
    },
    "header": {"labelFontSize": 14, "labelFontWeight": "bold", "titleFontSize": 13, "labelOrient": "top",
               "labelAnchor": "start"},
}  # fmt: skip


_NAMELESS = re.compile(r'<g ((?:(?!aria-label)[^>])*)role="graphics-symbol"((?:(?!aria-label)[^>])*)>')
"""Groups of marks that are called one image and have no name: their marks are lines to hold others against."""

_EMPTY = re.compile(r'<g [^>]*role="graphics-symbol"[^>]*(?:/>|></g>)')
"""Groups of marks without a mark: a screen reader would come to a nameless image."""


class ChartRefused(TfLinkageError):
    """A chart was asked for with nothing to draw."""


@dataclass(frozen=True)
class Drawing:
    """A chart, drawn for a wide page and, from the same figures, for a narrow one.

    Attributes:
        spec: of Vega-Lite, as JSON, for the wide page.
        narrow_spec: the same for the narrow one.
        title: read aloud first.
        description: read aloud next.
    """

    spec: str
    narrow_spec: str
    title: str
    description: str

    @property
    def wide(self) -> str:
        """The SVG for a wide page, paper and the Dagster UI."""
        return self._with_words(_drawn(self.spec))

    @property
    def narrow(self) -> str:
        """The SVG for a phone, at most `narrow.NARROW` pixels wide."""
        return self._with_words(_drawn(self.narrow_spec))

    def _with_words(self, svg: str) -> str:
        words = f"<title>{escape(self.title)}</title><desc>{escape(self.description)}</desc>"
        head, _, rest = svg.partition(">")
        return f'{head} role="img">{words}{rest}'


def drawing_of(spec: dict[str, Any], title: str, description: str, narrow: dict[str, Any] | None = None) -> Drawing:
    """A drawing by a Vega-Lite specification, with words for those who do not see it.

    Args:
        spec: of the wide chart.
        title: read aloud first.
        description: read aloud next.
        narrow: of the narrow chart, where it is more than the wide one with less width (`narrow.narrowed`).
    """
    return Drawing(json.dumps(spec), json.dumps(narrowed(narrow or spec)), title, description)


@lru_cache(maxsize=512)  # a run shows one picture in several places: in a report, next to an asset, in a check
def _drawn(spec: str) -> str:
    """The SVG of a specification, as JSON."""
    svg = vl_convert.vegalite_to_svg(
        {"$schema": "https://vega.github.io/schema/vega-lite/v6.json", "padding": 8, **json.loads(spec)},
        vl_version=VEGALITE,
        config=CONFIG,
        allowed_base_urls=[],
    )
    return fitted(_NAMELESS.sub(r'<g \1aria-hidden="true"\2>', _EMPTY.sub("", str(svg))))


def colours(series: Sequence[str]) -> dict[str, Any]:
    """A colour for each series, in order."""
    return {"domain": list(series), "range": list(PALETTE[: len(series)])}


def floor_of(rows: Rows) -> float:
    """Where the axis begins: the next lower tenth below everything drawn, so that differences can be seen."""
    least = min(float(row[end]) for row in rows for end in ("low", "value") if row[end] is not None)
    return max(0.0, (math.ceil(least * 10) - 1) / 10)


def refuse_nothing(rows: Rows, title: str) -> None:
    """Refuse to draw nothing."""
    if not rows:
        raise ChartRefused(f"nothing to draw for {title!r}")
