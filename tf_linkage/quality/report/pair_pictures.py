"""What is drawn about pairs: their weights, other thresholds, calibration.

Pictures of bands and thresholds.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from tf_linkage.pages import charts
from tf_linkage.pages.charts import BLUE, ORANGE
from tf_linkage.pages.picture import Picture, ends
from tf_linkage.pages.words import percent, with_interval
from tf_linkage.quality.report.thresholds import recommendations
from tf_linkage.quality.report.words import TITLES, departments_in, word


def pair_pictures(plain: pl.DataFrame, own: float | None = None) -> Iterator[Picture]:
    """Every picture about pairs that the figures allow, in reading order; a run's own threshold is marked."""
    yield from _weights(plain)
    yield from _threshold_curve(plain, own)
    yield from _calibration(plain)


def _weights(plain: pl.DataFrame) -> Iterator[Picture]:
    bands = plain.filter(
        pl.col("breakdown") == "weight_band", pl.col("measure") == "match_rate", pl.col("denominator").is_not_null()
    )
    for name in departments_in(bands):
        rows, table, guessed = [], [], False
        for row in sorted(
            bands.filter(pl.col("department") == name).iter_rows(named=True), key=lambda row: _span(row["level"])
        ):
            start, end = _span(row["level"])
            linked, pairs = row["numerator"], row["denominator"]
            if linked is None:  # a small numerator of real people: the band counts as what most of it is
                linked, guessed = (pairs if (row["low"] or 0) > 0 else 0), True
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
        count = {part: sum(int(row["count"]) for row in rows if row["part"] == part) for part in ("link", "review")}
        if not guessed:
            says += f" Here {count['link']:,} pairs became links; {count['review']:,} are left for review."
        if guessed:
            says += " Where fewer than ten pairs of a band differ from the rest, it is drawn as if none did."
        lines = {"even odds": 0.0} if rows[0]["start"] < 0 else {}
        chart = charts.histogram(
            rows, title=title, description=says, x_title="match weight (bits)", lines=lines,
            parts={"review": ORANGE, "link": BLUE},
        )  # fmt: skip
        yield Picture(f"weights_{name}", title, says, chart, (("Match weight", "Pairs", "Became links"), table))


def _threshold_curve(plain: pl.DataFrame, own: float | None) -> Iterator[Picture]:
    measures = ("precision", "recall")
    advised = [] if own is None else recommendations(plain, own)
    marks = {(one.department, f"{one.advised:g}"): "as advised" for one in advised}
    marks |= {(one.department, f"{one.own:g}"): "as it is" for one in advised}
    rows = [
        {
            **ends(row),
            "panel": TITLES[row["department"]],
            "series": word(row["measure"]),
            "x": row["level"],
            "marked": marks.get((name, row["level"])),
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
        "What this run's pairs would give from each threshold of the posterior probability; at its own, what it "
        "gave. A higher threshold makes links surer and fewer."
    )
    if marks:
        says += " The dotted line marks this run's threshold"
        says += "" if all(one.own == one.advised for one in advised) else ", a solid one the threshold recommended"
        says += "."
    chart = charts.curves(
        rows, title=title, description=says, series=[word(name) for name in measures],
        x_title="threshold", y_title="share",
    )  # fmt: skip
    table = [(str(r["panel"]), str(r["x"]), str(r["series"]), with_interval(r)) for r in rows]
    yield Picture("thresholds", title, says, chart, (("Department", "Threshold", "Figure", "Share"), table))


def _calibration(plain: pl.DataFrame) -> Iterator[Picture]:
    bands = plain.filter(pl.col("breakdown") == "probability_band")
    expected = bands.filter(pl.col("measure") == "expected_share").select("department", "level", x="value")
    observed = bands.filter(pl.col("measure") == "right_share", pl.col("value").is_not_null()).join(
        expected, on=["department", "level"]
    )
    rows = [
        {**ends(row), "panel": TITLES[name], "series": "pairs of one person", "x": row["x"], "band": row["level"]}
        for name in departments_in(observed)
        for row in observed.filter(pl.col("department") == name).sort("x").iter_rows(named=True)
    ]
    if not rows:
        return
    title = "Expected and true share of right pairs"
    says = (
        "Pairs in bands of posterior probability: across, the share the model expects to be of one person; up, the "
        "share that is. On the dotted line the two agree; below it the model is too sure, above it not sure "
        "enough, and there a clerk would find links. Bands of fewer than ten pairs are left out."
    )
    chart = charts.curves(
        rows, title=title, description=says, series=["pairs of one person"], x_title="expected share",
        y_title="true share", diagonal=True,
    )  # fmt: skip
    table = [(str(r["panel"]), str(r["band"]), percent(r["x"]), with_interval(r)) for r in rows]
    yield Picture("calibration", title, says, chart, (("Department", "Band", "Expected", "True"), table))


def _span(level: str) -> tuple[float, float]:
    start, _, end = level.partition(" to ")
    return float(start), float(end)
