"""Charts as accessible SVG: a few kinds, each from plain rows."""

from tf_linkage.pages.charts.alike import bars, love
from tf_linkage.pages.charts.beside import beside
from tf_linkage.pages.charts.curves import agreement, curves
from tf_linkage.pages.charts.shares import flow, intervals
from tf_linkage.pages.charts.style import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PALETTE,
    RED,
    ChartRefused,
    Drawing,
    Rows,
    drawing_of,
)
from tf_linkage.pages.charts.times import over_time, ratios_over_time
from tf_linkage.pages.charts.weights import histogram, waterfalls

__all__ = [
    "BLUE",
    "GREEN",
    "GREY",
    "ORANGE",
    "PALETTE",
    "RED",
    "ChartRefused",
    "Drawing",
    "Rows",
    "agreement",
    "bars",
    "beside",
    "curves",
    "drawing_of",
    "flow",
    "histogram",
    "intervals",
    "love",
    "over_time",
    "ratios_over_time",
    "waterfalls",
]
