"""Charts are drawn, read aloud, and the same every time."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable

import pytest

from tf_linkage.pages import charts
from tf_linkage.pages.charts import BLUE, ORANGE, ChartRefused, Drawing
from tf_linkage.pages.charts.narrow import NARROW
from tf_linkage.pages.charts.widths import fitted, width

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
DRAWN: dict[str, Callable[[], Drawing]] = {
    "intervals": lambda: charts.intervals(SHARES, **SAYS, x_title="share", reference="MoJ"),
    "flow": lambda: charts.flow(FLOW, **SAYS, parts={"found": BLUE, "missed": ORANGE}),
    "histogram": lambda: charts.histogram(
        BANDS, **SAYS, x_title="bits", lines={"even odds": 0.0}, parts={"review": ORANGE, "link": BLUE}
    ),
    "curves": lambda: charts.curves(POINTS, **SAYS, series=["precision"], x_title="x", y_title="y", diagonal=True),
}


LONG = "What became of them in the second half of the first year after they joined, of everybody found"
WIDE_ROWS = [{**row, "level": f"{LONG}: {row['level']}", "panel": f"{LONG}: {row['panel']}"} for row in SHARES]
STEPS = [f"{n} to {n + 5} months after" for n in range(1, 61, 6)]
GROUPS = ["programme", "comparison"]
OVER_TIME = [
    {"step": step, "series": of, "value": 0.1, "low": 0.05, "high": 0.2, "band_low": 0.02, "band_high": 0.3}
    for step in STEPS
    for of in GROUPS
]
DRAWN |= {
    "long words": lambda: charts.intervals(WIDE_ROWS, **SAYS, x_title=LONG),
    "many curves": lambda: charts.curves(
        [{**POINTS[0], "panel": panel, "x": f"{at / 20:.2f}"} for panel in "ABC" for at in range(19)],
        **SAYS, series=["precision"], x_title="threshold", y_title="share",
    ),
    "love": lambda: charts.love(
        [{"level": LONG, "series": of, "value": 0.2} for of in GROUPS], **SAYS, x_title=LONG, series=GROUPS,
        limits=(-0.1, 0.1),
    ),
    "bars": lambda: charts.bars(
        [{"band": f"{n / 10} to {n / 10 + 0.1}", "series": of, "count": 1e6} for n in range(10) for of in GROUPS],
        **SAYS, x_title=LONG, y_title=LONG, series=GROUPS,
    ),
    "over time": lambda: charts.over_time(
        OVER_TIME, **SAYS, steps=STEPS, series=GROUPS, y_title="share", after=STEPS[4]
    ),
    "ratios over time": lambda: charts.ratios_over_time(
        OVER_TIME[::2], **SAYS, steps=STEPS, reference=STEPS[3], y_title="ratio", after=STEPS[4]
    ),
    "waterfalls": lambda: charts.waterfalls(
        [{"panel": p, "part": LONG[:50], "amount": n} for p in "AB" for n in (3.0, -1.0)], **SAYS, x_title="bits"
    ),
    "beside": lambda: charts.beside(
        [{"panel": p, "step": f"{n}", "found": n, "published": n + 1} for p in "AB" for n in range(11)],
        **SAYS, names=("the world", "England"),
    ),
    "agreement": lambda: charts.agreement(
        [{"x": 0.01, "y": 0.02, "series": "dwp"}], **SAYS, x_title=LONG[:60], y_title=LONG[:40], series=["dwp"]
    ),
}  # fmt: skip


def test_a_point_that_may_lie_elsewhere_has_a_line_between_both_ends() -> None:
    rows = [
        {"level": "a", "series": "weighted", "value": 0.2, "low": 0.1, "high": 0.3},
        {"level": "b", "series": "weighted", "value": 0.1, "low": None, "high": None},
    ]
    drawn = charts.love(rows, **SAYS, x_title="SD", series=["weighted"], limits=[-0.1, 0.1])
    lines = re.findall(r'aria-label="([^"]*)"[^>]* aria-roledescription="rule mark"', drawn.wide)
    ends = [line for line in lines if "level: a" in line]
    assert len(ends) == 1
    assert "0.1" in ends[0]
    assert "0.3" in ends[0]
    assert not [line for line in lines if "level: b" in line]
    # The scale reaches the line's end.
    assert json.loads(drawn.spec)["layer"][0]["encoding"]["x"]["scale"]["domain"][1] >= 0.3


def size_of(svg: str) -> tuple[float, float]:
    """Width and height in pixels."""
    left, top, width, height = map(float, ET.fromstring(svg).get("viewBox", "").split())  # noqa: S314
    return width - left, height - top


@pytest.mark.parametrize("kind", DRAWN)
def test_every_chart_is_drawn_again_for_a_phone_and_not_shrunk(kind: str) -> None:
    drawing = DRAWN[kind]()
    assert size_of(drawing.narrow)[0] <= NARROW
    assert size_of(drawing.wide)[0] > NARROW
    sizes = [float(size) for size in re.findall(r'font-size="([\d.]+)px"', drawing.narrow)]
    assert min(sizes) >= 11
    assert len(marks(drawing.wide)) == len(marks(drawing.narrow)) > 0
    assert "…" not in drawing.narrow


def marks(svg: str) -> list[str]:
    """What stands for a figure: bars, points, lines, but not the words on them, nor axes."""
    return re.findall(r'role="graphics-symbol" aria-roledescription="(?!text mark|axis)[^"]*"', svg)


@pytest.mark.parametrize("kind", ["intervals", "many curves", "waterfalls"])
def test_each_panel_of_a_narrow_drawing_has_its_scale(kind: str) -> None:
    drawing = DRAWN[kind]()
    panels = {str(row["panel"]) for row in json.loads(drawing.spec)["data"]["values"]}
    assert len(panels) > 1
    assert len(re.findall(r'aria-label="X-axis', drawing.narrow)) == len(panels)


def test_long_names_go_over_several_lines() -> None:
    words = ET.fromstring(DRAWN["long words"]().narrow)  # noqa: S314
    lines = [" ".join(t.text or "" for t in text.iter(f"{SVG}tspan")) for text in words.iter(f"{SVG}text")]
    for row in WIDE_ROWS:
        for name in (row["level"], row["panel"]):
            assert any(line.strip() == name for line in lines), name


def test_on_a_logarithmic_axis_half_lies_as_far_from_one_as_twice() -> None:
    rows = [
        {"level": level, "panel": "A", "value": value, "low": value / 1.5, "high": value * 1.5}
        for level, value in (("half", 0.5), ("one", 1.0), ("twice", 2.0))
    ]

    def spots(*, logarithmic: bool) -> list[float]:
        drawing = charts.intervals(
            rows, **SAYS, x_title="ratio", domain=(0.2, 5), numbers=".2~f", logarithmic=logarithmic
        )
        points = re.findall(r'aria-roledescription="point" [^>]*transform="translate\(([\d.]+),', drawing.wide)
        return [float(at) for at in points]

    half, one, twice = spots(logarithmic=True)
    assert one - half == pytest.approx(twice - one, abs=0.5)
    half, one, twice = spots(logarithmic=False)
    assert one - half < (twice - one) * 0.6


@pytest.mark.parametrize("kind", DRAWN)
def test_every_chart_is_named_and_described(kind: str) -> None:
    for svg in (DRAWN[kind]().wide, DRAWN[kind]().narrow):
        read_aloud(ET.fromstring(svg))  # noqa: S314 - our own SVG


def read_aloud(root: ET.Element) -> None:
    assert root.get("role") == "img"
    assert root[0].tag == f"{SVG}title"
    assert root[0].text == SAYS["title"]
    assert root[1].text == SAYS["description"]


@pytest.mark.parametrize("kind", DRAWN)
def test_every_chart_is_the_same_every_time_and_fetches_nothing(kind: str) -> None:
    svg = DRAWN[kind]().wide + DRAWN[kind]().narrow
    assert svg == DRAWN[kind]().wide + DRAWN[kind]().narrow
    assert "http" not in svg.replace("http://www.w3.org/", "")
    assert "NaN" not in svg


def test_flow_is_to_scale() -> None:
    root = ET.fromstring(DRAWN["flow"]().wide)  # noqa: S314 - our own SVG
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
    ).wide  # fmt: skip
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
    svg = charts.intervals([*SHARES, nothing], **SAYS, x_title="share", line=0.5).wide
    assert svg.count(">withheld</text>") == 1
    assert ">Custody</text>" in svg
    assert "withheld" not in DRAWN["intervals"]().wide
    with pytest.raises(ChartRefused, match="nothing to draw"):
        charts.intervals([nothing], **SAYS, x_title="share")


def test_writing_says_how_wide_it_is_so_that_another_font_is_fitted() -> None:
    # By hand: m 833, i 222, x 500, e 556, d 556 thousandths of 13 pixels; bold D, W, P are 722, 944, 667 of 14.
    assert width("mixed", 13) == pytest.approx((833 + 222 + 500 + 556 + 556) * 13 / 1000)
    assert width("DWP", 14, bold=True) == pytest.approx((722 + 944 + 667) * 14 / 1000)
    assert width("ﬁ", 13) is None
    svg = '<text x="1" font-size="13px">a &amp; b</text><text font-size="13px">ﬁ</text>'
    wide = width("a & b", 13)
    assert fitted(svg) == (
        f'<text x="1" font-size="13px" textLength="{wide:.1f}" lengthAdjust="spacingAndGlyphs">a &amp; b</text>'
        '<text font-size="13px">ﬁ</text>'
    )
    assert fitted(fitted(svg)) == fitted(svg)


def test_every_word_of_a_chart_is_fitted() -> None:
    rows = [{"panel": "DWP", "level": "mixed and other", "value": 0.9, "low": 0.8, "high": 0.95}]
    drawn = charts.intervals(rows, title="t", description="d", x_title="recall", reference="mixed and other")
    for svg in (drawn.wide, drawn.narrow):
        assert svg.count("<text") == svg.count("textLength") > 3
