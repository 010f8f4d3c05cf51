"""Charts are drawn, read aloud, and the same every time."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from tf_linkage.pages import charts
from tf_linkage.pages.charts import BLUE, ORANGE, ChartRefused

SVG = "{http://www.w3.org/2000/svg}"

SHARES = [
    {"level": level, "panel": panel, "value": value, "low": value - 0.05, "high": value + 0.03}
    for panel, value in (("Precision", 0.95), ("Recall", 0.8))
    for level in ("DWP <&>", "MoJ")
]
FLOW = [
    {"level": "DWP", "part": "found", "count": 90, "label": "90"},
    {"level": "DWP", "part": "missed", "count": 10, "label": "10"},
]
BANDS = [
    {"start": -4.0, "end": 0.0, "part": "review", "count": 40},
    {"start": 0.0, "end": 2.0, "part": "link", "count": 100},
]
POINTS = [
    {"panel": "DWP", "series": "precision", "x": x, "value": value, "low": value - 0.1, "high": 1.0}
    for x, value in ((0.1, 0.9), (0.5, 0.95))
]
SAYS = {"title": "Shares & <more>", "description": "What it says"}
DRAWN = {
    "intervals": lambda: charts.intervals(SHARES, **SAYS, x_title="share", reference="MoJ"),
    "flow": lambda: charts.flow(FLOW, **SAYS, parts={"found": BLUE, "missed": ORANGE}),
    "histogram": lambda: charts.histogram(
        BANDS, **SAYS, x_title="bits", lines={"even odds": 0.0}, parts={"review": ORANGE, "link": BLUE}
    ),
    "curves": lambda: charts.curves(POINTS, **SAYS, series=["precision"], x_title="x", y_title="y", diagonal=True),
}


@pytest.mark.parametrize("kind", DRAWN)
def test_every_chart_is_named_and_described(kind: str) -> None:
    root = ET.fromstring(DRAWN[kind]())  # noqa: S314 - our own SVG
    assert root.get("role") == "img"
    assert root[0].tag == f"{SVG}title"
    assert root[0].text == SAYS["title"]
    assert root[1].text == SAYS["description"]


@pytest.mark.parametrize("kind", DRAWN)
def test_every_chart_is_the_same_every_time_and_fetches_nothing(kind: str) -> None:
    svg = DRAWN[kind]()
    assert svg == DRAWN[kind]()
    assert "http" not in svg.replace("http://www.w3.org/", "")
    assert "NaN" not in svg


def test_flow_is_to_scale() -> None:
    root = ET.fromstring(DRAWN["flow"]())  # noqa: S314 - our own SVG
    bars = [path for path in root.iter(f"{SVG}path") if path.get("aria-roledescription") == "bar"]
    widths = [float(path.get("d", "").split("h")[1].split("v")[0]) for path in bars]
    assert widths[0] / widths[1] == pytest.approx(9, rel=0.01)


def test_histogram_shows_pairs_by_area() -> None:
    svg = charts.histogram(
        [
            {"start": 0.0, "end": 4.0, "part": "link", "count": 40},
            {"start": 4.0, "end": 5.0, "part": "link", "count": 40},
        ],
        **SAYS, x_title="bits", lines={}, parts={"link": BLUE},
    )  # fmt: skip
    root = ET.fromstring(svg)  # noqa: S314 - our own SVG
    boxes = [p for p in root.iter(f"{SVG}path") if p.get("aria-roledescription") == "rect mark"]
    areas = []
    for box in boxes:
        width, rest = box.get("d", "").split("h")[1].split("v")[:2]
        areas.append(float(width) * float(rest.split("h")[0]))
    assert len(areas) == 2
    assert areas[0] == pytest.approx(areas[1], rel=0.01)


def test_nothing_to_draw_is_refused() -> None:
    with pytest.raises(ChartRefused, match="nothing to draw"):
        charts.intervals([], **SAYS, x_title="share")


def test_what_is_withheld_has_its_line_and_says_so() -> None:
    nothing = {"level": "Custody", "panel": "Recall", "value": None, "low": None, "high": None}
    svg = charts.intervals([*SHARES, nothing], **SAYS, x_title="share", line=0.5)
    assert svg.count(">withheld</text>") == 1
    assert ">Custody</text>" in svg
    assert "withheld" not in DRAWN["intervals"]()
    with pytest.raises(ChartRefused, match="nothing to draw"):
        charts.intervals([nothing], **SAYS, x_title="share")
