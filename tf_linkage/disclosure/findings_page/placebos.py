"""The parts of the findings' page that say what shows where nothing can, and how the groups compare over time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from tf_linkage.contracts.outputs.estimates import ALL_TOGETHER, EVENT_HALF_YEARS, PLACEBOS, REFERENCE
from tf_linkage.disclosure.findings_page.cells import PRICE, WITHHELD
from tf_linkage.disclosure.findings_page.compared import as_a_ratio, ends, holds_one
from tf_linkage.disclosure.findings_page.words import outcome_word
from tf_linkage.pages import charts, html
from tf_linkage.pages.picture import Picture

SAYS = (
    "The same comparison in the two years before the start, which the programme cannot have changed. The "
    "groups are made alike anew for each year, on what lies before it alone, so that what no register "
    "holds can show. A ratio away from 1 is a difference between the groups that weighting does not "
    "remove, and that may stand in the figures after the start as well."
)


def placebos_section(placebos: pl.DataFrame) -> str:
    """The section's HTML.

    Args:
        placebos: `contracts.outputs.published.Placebos`, codes as text.
    """
    together = placebos.filter(pl.col("outcome") == ALL_TOGETHER)
    verdicts = [_verdict(row) for window in PLACEBOS for row in _of(together, window)]
    head = ("", "Ratio (95%)", PRICE, "Seen four times in five from")
    table = [
        (f"{_word(row['outcome'])}, {row['window']}", *as_a_ratio(row), _seen(row["detectable"]))
        for row in placebos.sort(pl.col("outcome") != ALL_TOGETHER, maintain_order=True).iter_rows(named=True)
    ]
    by_outcome = html.table("Yearly rates of families, programme over weighted comparison", head, table)
    return html.paragraph(SAYS) + html.bullets(verdicts) + html.opened("By outcome", by_outcome)


def _of(together: pl.DataFrame, window: str) -> list[dict[str, object]]:
    return list(together.filter(pl.col("window") == window).iter_rows(named=True))


def _verdict(row: dict[str, object]) -> str:
    """What a reader may take from all outcomes together in one window."""
    when = str(row["window"]).capitalize()
    if row["estimate"] is None:
        return f"{when}: too few families to tell."
    ratio, seen = as_a_ratio(row)[0], _seen(row["detectable"])
    if holds_one(row):
        return f"{when}, all outcomes together: {ratio}. None is seen; one of {seen} would mostly have been."
    way = "more" if ends(row)[0] > 1 else "less"
    return (
        f"{when}, all outcomes together: {ratio}. Families on the programme had {way} need than the weighted "
        "comparison before anything was done: the figures after the start may be off by as much."
    )


def _word(outcome: str) -> str:
    return "All outcomes together" if outcome == ALL_TOGETHER else outcome_word(outcome)


def _seen(detectable: object) -> str:
    return "" if detectable is None else f"{detectable:.2f}"


OVER_TIME_SAYS = (
    "How often new things began in families on the programme, over families of the comparison, half-year by "
    "half-year and next to months 19 to 24 before the start (open point): all outcomes together. The groups were "
    "made alike once, on the two half-years at the left; nothing balances them afterwards. Thick lines hold one "
    "half-year in 95 of 100 studies, thin lines all of them together. Right of the dashed line the programme acts."
)
READING = (
    "A level that stays is a difference that difference in differences removes. A steady rise is a drift, which no "
    "method here removes. A rise in the last half-year alone that falls back afterwards is a crisis that passes by "
    "itself: the last year is then a false base, and families get better without help."
)
EVERY = tuple(EVENT_HALF_YEARS)
FIRST_AFTER = next(name for name, (first, _) in EVENT_HALF_YEARS.items() if first >= 0)


def over_time_section(event_study: pl.DataFrame, pretrends: pl.DataFrame) -> str:
    """The section of the groups side by side, half-year by half-year.

    Args:
        event_study: `contracts.outputs.published.EventStudy`, codes as text.
        pretrends: `contracts.outputs.published.Pretrends`, codes as text.
    """
    told = {row["half_year"]: row for row in event_study.iter_rows(named=True) if row["estimate"] is not None}
    if not told:
        return html.paragraph("Too few new events in a half-year to compare the groups over time.")
    title = "The groups over time"
    drawn = [
        {"step": name, "value": row["estimate"], **{end: row[end] for end in _ENDS}} for name, row in told.items()
    ]
    chart = charts.ratios_over_time(
        drawn, title=title, description=OVER_TIME_SAYS, steps=EVERY, reference=REFERENCE, after=FIRST_AFTER,
        y_title="programme over comparison, to reference",
    )  # fmt: skip
    head = ("", "Ratio (95%)", "Band of all together", PRICE)
    table = [(name, *_over_time_cells(told.get(name), name)) for name in EVERY]
    verdicts = [_trend_words(row) for row in pretrends.iter_rows(named=True)]
    picture = html.figure(Picture("over-time", title, OVER_TIME_SAYS, chart, (head, table)))
    return picture + html.bullets([*verdicts, READING])


_ENDS = ("low", "high", "band_low", "band_high")


def _over_time_cells(row: Mapping[str, object] | None, name: str) -> tuple[str, str, str]:
    if name == REFERENCE:
        return "1, the reference", "", ""
    if row is None:
        return WITHHELD, "", ""
    ratio, moved = as_a_ratio(row)
    return ratio, f"{row['band_low']:g} to {row['band_high']:g}", moved


def _trend_words(row: Mapping[str, Any]) -> str:
    """What the two years before the start say of a drift, and what they could not have seen."""
    if row["slope"] is None:
        return "Two years before the start: too few families to tell of a drift."
    ratio = as_a_ratio({**row, "estimate": row["slope"]})[0]
    seen = (
        f"A drift of {_seen(row['detectable'])} a year would mostly have been seen, and would have multiplied "
        f"difference in differences by {_seen(row['carried'])} by month 15: a smaller one may be there."
    )
    if row["p_at_most"] > ALPHA:
        return f"Two years before the start: no drift is shown ({ratio} a year). {seen}"
    return (
        f"Two years before the start the groups moved apart by more than chance (p at most {row['p_at_most']:g}; "
        f"taken as a steady drift, {ratio} a year). {seen}"
    )


ALPHA = 0.05
