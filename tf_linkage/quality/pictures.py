"""What is drawn about a linkage, in the order in which it is read.

Belongs here: which figures a picture shows, what its caption says and which table stands for it. Does not belong
here: how charts look (`charts`) and the page around them (`report`).

Everything is drawn from `contracts.quality.Metrics`, so a picture can show no pair and nobody's reference.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from tf_linkage.contracts.quality import BREAKDOWNS, SUBGROUPS
from tf_linkage.contracts.truth import AGE_BANDS
from tf_linkage.quality import charts
from tf_linkage.quality.charts import BLUE, ORANGE, RED
from tf_linkage.quality.words import (
    TITLES,
    departments_in,
    knows_truth,
    percent,
    plain_figures,
    with_interval,
    word,
)

FOUND, MISSED, RIGHTLY_LEFT, WRONGLY_LINKED = (
    "held, rightly linked",
    "held, missed or linked to somebody else",
    "not held, not linked",
    "not held, yet linked",
)
LINKED, IN_REVIEW, NOT_LINKED = "linked", "only a pair for review", "not linked"

EVERYBODY = "everybody"

Table = tuple[Sequence[str], Sequence[Sequence[str]]]
"""Head and rows, as words."""

Names = Mapping[str, str]
"""Words for levels that are codes, such as councils."""


@dataclass(frozen=True)
class Picture:
    """One chart with its words.

    Attributes:
        name: short name, for links and metadata.
        title: heading.
        says: what it shows and how to read it, in a sentence or two.
        svg: the chart.
        table: the same figures as a table, for those who do not see the chart.
    """

    name: str
    title: str
    says: str
    svg: str
    table: Table

    def as_markdown(self) -> str:
        """The chart as the Dagster UI shows it: an image in Markdown that carries its own data."""
        data = base64.b64encode(self.svg.encode()).decode()
        return f"![{self.title}](data:image/svg+xml;base64,{data})"


def pictures(metrics: pl.DataFrame, names: Names | None = None) -> dict[str, Picture]:
    """Every picture that the figures allow, by name, in reading order.

    Args:
        metrics: `contracts.quality.Metrics`, with truth or without.
        names: words for levels that are codes.
    """
    plain = plain_figures(metrics)
    drawn = _all(plain, names or {})
    return {picture.name: picture for picture in drawn}


def _all(plain: pl.DataFrame, names: Names) -> Iterator[Picture]:
    truth = knows_truth(plain)
    yield from _flow(plain, truth)
    yield from _departments(plain, truth)
    measure = "recall" if truth else "match_rate"
    for breakdown in (*SUBGROUPS, "error"):
        yield from _subgroup(plain, breakdown, measure, names)
    yield from _weights(plain)
    yield from _threshold_curve(plain)
    yield from _calibration(plain)


def _flow(plain: pl.DataFrame, truth: bool) -> Iterator[Picture]:
    overall = plain.filter(pl.col("breakdown") == "all")
    rows = [
        {"level": TITLES[name], "part": part, "count": count, "label": f"{count:,}"}
        for name in departments_in(plain)
        for part, count in _parts(overall.filter(pl.col("department") == name), truth)
        if count is not None
    ]
    if not rows:
        return
    colours = (
        {FOUND: BLUE, MISSED: ORANGE, RIGHTLY_LEFT: "#D5DCE2", WRONGLY_LINKED: RED}
        if truth
        else {LINKED: BLUE, IN_REVIEW: ORANGE, NOT_LINKED: "#D5DCE2"}
    )
    says = (
        "Whether the register holds them, and whether they were linked. Those "
        "whom the register does not hold are not missed: no linkage could find them."
        if truth
        else "Without the truth, those not linked may "
        "be missed or may not be in the register at all. A part with fewer than ten people is not drawn."
    )
    title = "Everybody sent, by what became of them"
    yield Picture(
        "flow", title, says,
        charts.flow(rows, title=title, description=says + " " + _spoken(rows), parts=colours),
        (("Department", "What became of them", "People"),
         [(str(r["level"]), str(r["part"]), str(r["label"])) for r in rows]),
    )  # fmt: skip


def _parts(overall: pl.DataFrame, truth: bool) -> list[tuple[str, int | None]]:
    counts = dict(overall.select("measure", "numerator").iter_rows())
    if truth:
        absent, wrongly = counts.get("absent"), counts.get("absent_link_rate")
        left = None if absent is None else absent - (wrongly or 0)
        return [
            (FOUND, counts.get("recall")),
            (MISSED, counts.get("missed")),
            (RIGHTLY_LEFT, left),
            (WRONGLY_LINKED, wrongly),
        ]
    sent, linked, review = (counts.get(name) for name in ("sent", "linked", "in_review"))
    rest = None if sent is None or linked is None else sent - linked - (review or 0)
    return [(LINKED, linked), (IN_REVIEW, review), (NOT_LINKED, rest)]


def _departments(plain: pl.DataFrame, truth: bool) -> Iterator[Picture]:
    measures = ("precision", "recall") if truth else ("match_rate", "expected_precision")
    at = plain.filter(pl.col("breakdown") == "all", pl.col("low").is_not_null())
    by_figure = {(row["department"], row["measure"]): row for row in at.iter_rows(named=True)}
    rows = [
        {
            **_ends(by_figure[name, measure]),
            "level": TITLES[name],
            "panel": word(measure),
            "series": word(measure),
        }
        for name in departments_in(plain)
        for measure in measures
        if (name, measure) in by_figure
    ]
    if not rows:
        return
    title = "Precision and recall" if truth else "How many were linked, and what the model expects"
    says = (
        "Precision: how many of the links are right. Recall: how many of those the register holds were found. "
        "Lines are 95% intervals; the scale does not begin at zero."
        if truth
        else "Match rate: how many of those sent were linked; it is not recall. Expected precision: what the "
        "model's own probabilities say; it holds only as far as the model does. Lines are 95% intervals."
    )
    yield _interval_picture("departments", title, says, rows=rows, x_title="share")


def _subgroup(plain: pl.DataFrame, breakdown: str, measure: str, names: Names) -> Iterator[Picture]:
    departments = departments_in(plain)
    levels = _ordered(
        plain.filter(pl.col("breakdown") == breakdown).get_column("level").unique().to_list(), breakdown
    )
    rows = []
    for level in ["all", *levels]:
        at = plain.filter(
            pl.col("breakdown") == ("all" if level == "all" else breakdown),
            pl.col("level") == level,
            pl.col("measure") == measure,
            pl.col("low").is_not_null(),
        )
        by_department = {row["department"]: row for row in at.iter_rows(named=True)}
        rows += [
            {**_ends(by_department[name]), "level": EVERYBODY if level == "all" else names.get(level, level),
             "panel": TITLES[name], "of": by_department[name]["denominator"]}
            for name in departments
            if name in by_department
        ]  # fmt: skip
    if len({row["level"] for row in rows}) < 3:
        return
    figure = word(measure)
    title = f"{figure} by {_lower(BREAKDOWNS[breakdown])}"
    says = f"{figure} of each group with its 95% interval. Groups of fewer than ten are left out."
    yield _interval_picture(f"by_{breakdown}", title, says, rows=rows, x_title=figure.lower(), reference=EVERYBODY)


def _weights(plain: pl.DataFrame) -> Iterator[Picture]:
    bands = plain.filter(
        pl.col("breakdown") == "weight_band", pl.col("measure") == "match_rate", pl.col("denominator").is_not_null()
    )
    for name in departments_in(bands):
        rows, table = [], []
        for row in sorted(
            bands.filter(pl.col("department") == name).iter_rows(named=True), key=lambda row: _span(row["level"])
        ):
            start, end = _span(row["level"])
            linked, pairs = row["numerator"], row["denominator"]
            if linked is None:  # a small numerator of real people: the band counts as what most of it is
                linked = pairs if (row["low"] or 0) > 0 else 0
            rows += [
                {"start": start, "end": end, "part": "link", "count": linked},
                {"start": start, "end": end, "part": "review", "count": pairs - linked},
            ]
            table.append((row["level"], f"{pairs:,}", with_interval(row)))
        title = f"Match weights of the pairs sent to {TITLES[name]}"
        says = (
            "Each bit doubles the odds that the two records are of one person; at 0 they are even. Pairs far below "
            "were never kept. Sparse bands are joined, so that none has fewer than ten pairs; the area is the "
            "number of pairs."
        )
        lines = {"even odds": 0.0} if rows[0]["start"] < 0 else {}
        svg = charts.histogram(
            rows, title=title, description=says, x_title="match weight (bits)", lines=lines,
            parts={"review": ORANGE, "link": BLUE},
        )  # fmt: skip
        yield Picture(f"weights_{name}", title, says, svg, (("Match weight", "Pairs", "Became links"), table))


def _threshold_curve(plain: pl.DataFrame) -> Iterator[Picture]:
    measures = ("precision", "recall")
    rows = [
        {
            **_ends(row),
            "panel": TITLES[row["department"]],
            "series": word(row["measure"]),
            "x": row["level"],
        }
        for name in departments_in(plain)
        for row in plain.filter(
            pl.col("department") == name,
            pl.col("breakdown") == "threshold",
            pl.col("measure").is_in(measures),
            pl.col("value").is_not_null(),
        )
        .sort(pl.col("level").cast(pl.Float64), "measure")
        .iter_rows(named=True)
    ]
    if not rows:
        return
    title = "Precision and recall had the threshold been another"
    says = (
        "Each threshold of the posterior probability, all pairs above it resolved one to one again. A higher "
        "threshold makes links surer and fewer."
    )
    svg = charts.curves(
        rows, title=title, description=says, series=[word(name) for name in measures],
        x_title="threshold", y_title="share",
    )  # fmt: skip
    table = [(str(r["panel"]), str(r["x"]), str(r["series"]), with_interval(r)) for r in rows]
    yield Picture("thresholds", title, says, svg, (("Department", "Threshold", "Figure", "Share"), table))


def _calibration(plain: pl.DataFrame) -> Iterator[Picture]:
    bands = plain.filter(pl.col("breakdown") == "probability_band")
    expected = bands.filter(pl.col("measure") == "expected_share").select("department", "level", x="value")
    observed = bands.filter(pl.col("measure") == "right_share", pl.col("value").is_not_null()).join(
        expected, on=["department", "level"]
    )
    rows = [
        {**_ends(row), "panel": TITLES[name], "series": "pairs of one person", "x": row["x"], "band": row["level"]}
        for name in departments_in(observed)
        for row in observed.filter(pl.col("department") == name).sort("x").iter_rows(named=True)
    ]
    if not rows:
        return
    title = "Expected and true share of right pairs"
    says = (
        "Pairs in bands of posterior probability: across, the share the model expects to be of one person; up, the "
        "share that is. On the dotted line the two agree; below it the model is too sure. Bands of fewer than ten "
        "pairs are left out."
    )
    svg = charts.curves(
        rows, title=title, description=says, series=["pairs of one person"], x_title="expected share",
        y_title="true share", diagonal=True,
    )  # fmt: skip
    table = [(str(r["panel"]), str(r["band"]), percent(r["x"]), with_interval(r)) for r in rows]
    yield Picture("calibration", title, says, svg, (("Department", "Band", "Expected", "True"), table))


def _interval_picture(
    name: str, title: str, says: str, *, rows: charts.Rows, x_title: str, reference: str = ""
) -> Picture:
    svg = charts.intervals(rows, title=title, description=says, x_title=x_title, reference=reference)
    table = [(str(r["panel"]), str(r["level"]), with_interval(r)) for r in rows]
    return Picture(name, title, says, svg, (("", "", "Share (95% interval)"), table))


def _ends(row: Mapping[str, object]) -> dict[str, object]:
    return {end: row[end] for end in ("value", "low", "high")}


def _lower(words: str) -> str:
    return words[0].lower() + words[1:]


def _span(level: str) -> tuple[float, float]:
    start, _, end = level.partition(" to ")
    return float(start), float(end)


def _ordered(levels: Sequence[str], breakdown: str) -> list[str]:
    if breakdown == "age_band":
        return [band for band in AGE_BANDS if band in levels]
    return sorted(levels, key=lambda level: (level == "none", level))


def _spoken(rows: charts.Rows) -> str:
    return "; ".join(f"{row['level']}: {row['part']} {row['label']}" for row in rows) + "."
