"""What is drawn about a linkage, in the order in which it is read.

Which figures a picture shows, what its caption says and which table stands for it.

Everything is drawn from `contracts.outputs.quality.Metrics`, so a picture can show no pair and nobody's reference.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from tf_linkage.contracts.outputs.quality import BREAKDOWNS, NO_CASE, SUBGROUPS
from tf_linkage.contracts.truth import AGE_BANDS
from tf_linkage.pages import charts
from tf_linkage.pages.charts import BLUE, ORANGE, RED
from tf_linkage.pages.picture import Names, Picture, ends, interval_picture
from tf_linkage.quality.report.pair_pictures import pair_pictures
from tf_linkage.quality.report.words import TITLES, departments_in, knows_truth, level_word, plain_figures, word

FOUND, MISSED, RIGHTLY_LEFT, WRONGLY_LINKED = (
    "held, rightly linked",
    "held, missed or linked to somebody else",
    "not held, not linked",
    "not held, yet linked",
)
LINKED, IN_REVIEW, NOT_LINKED = "linked", "only a pair for review", "not linked"

EVERYBODY = "everybody"


def pictures(metrics: pl.DataFrame, names: Names | None = None, own: float | None = None) -> dict[str, Picture]:
    """Every picture that the figures allow, by name, in reading order.

    Args:
        metrics: `contracts.outputs.quality.Metrics`, with truth or without.
        names: words for levels that are codes.
        own: threshold of the run, to be marked where other thresholds are drawn.
    """
    plain = plain_figures(metrics)
    drawn = _all(plain, names or {}, own)
    return {picture.name: picture for picture in drawn}


def _all(plain: pl.DataFrame, names: Names, own: float | None) -> Iterator[Picture]:
    truth = knows_truth(plain)
    yield from _flow(plain, truth)
    yield from _departments(plain, truth)
    measure = "recall" if truth else "match_rate"
    for breakdown in (*SUBGROUPS, "error"):
        yield from _subgroup(plain, breakdown, measure, names)
    yield from pair_pictures(plain, own)


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
            **ends(by_figure[name, measure]),
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
    yield interval_picture("departments", title, says, rows=rows, x_title="share")


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
            {**ends(by_department[name]), "panel": TITLES[name], "of": by_department[name]["denominator"],
             "level": EVERYBODY if level == "all" else level_word(breakdown, level, names)}
            for name in departments
            if name in by_department
        ]  # fmt: skip
    if len({row["level"] for row in rows}) < 3:
        return
    figure = word(measure)
    title = f"{figure} by {_lower(BREAKDOWNS[breakdown])}"
    says = f"{figure} of each group with its 95% interval. Groups of fewer than ten are left out."
    if measure == "match_rate":
        says += " A group that is linked less often may as well be in the register less often."
    yield interval_picture(f"by_{breakdown}", title, says, rows=rows, x_title=figure.lower(), reference=EVERYBODY)


def _lower(words: str) -> str:
    return words[0].lower() + words[1:]


def _ordered(levels: Sequence[str], breakdown: str) -> list[str]:
    if breakdown == "age_band":
        return [band for band in AGE_BANDS if band in levels]
    return sorted(levels, key=lambda level: (level == NO_CASE, level))


def _spoken(rows: charts.Rows) -> str:
    return "; ".join(f"{row['level']}: {row['part']} {row['label']}" for row in rows) + "."
