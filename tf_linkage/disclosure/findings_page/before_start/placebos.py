"""The part of the findings' page that says what shows where nothing can: the same comparison before the start."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from tf_linkage.contracts.outputs.estimates import ALL_TOGETHER, PLACEBOS
from tf_linkage.disclosure.findings_page.before_start.doubts import planned_before
from tf_linkage.disclosure.findings_page.cells import PRICE
from tf_linkage.disclosure.findings_page.compared import as_a_ratio, ends, holds_one
from tf_linkage.disclosure.findings_page.words import outcome_word
from tf_linkage.pages import html

SAYS = (
    "The same comparison in the two years before the start, which the programme cannot have changed. The "
    "groups are made alike anew for each year, on what lies before it alone, so that what no register "
    "holds can show. A ratio away from 1 is a difference between the groups that weighting does not "
    "remove, and that may stand in the figures after the start as well."
)


def placebos_section(placebos: pl.DataFrame, planned: Collection[str] = ()) -> str:
    """The section's HTML.

    Args:
        placebos: `contracts.outputs.published.Placebos`, codes as text.
        planned: outcomes of families that were planned: they stand open, since a mean over outcomes may hide them.
    """
    together = placebos.filter(pl.col("outcome") == ALL_TOGETHER)
    verdicts = [_verdict(row) for window in PLACEBOS for row in _of(together, window)]
    ordered = placebos.sort(pl.col("outcome") != ALL_TOGETHER, maintain_order=True)
    own = _table("Planned outcomes", ordered.filter(pl.col("outcome").is_in([*planned])))
    every = _table("Yearly rates of families, programme over weighted comparison", ordered)
    said = html.bullets([*verdicts, *planned_before(placebos, planned)])
    return html.paragraph(SAYS) + said + own + html.opened("By outcome", every)


def _table(caption: str, rows: pl.DataFrame) -> str:
    head = ("", "Ratio (95%)", PRICE, "Seen four times in five from")
    cells = [
        (f"{_word(row['outcome'])}, {row['window']}", *as_a_ratio(row), _seen(row["detectable"]))
        for row in rows.iter_rows(named=True)
    ]
    return html.table(caption, head, cells) if cells else ""


def _of(together: pl.DataFrame, window: str) -> list[dict[str, object]]:
    return list(together.filter(pl.col("window") == window).iter_rows(named=True))


def _verdict(row: dict[str, object]) -> str:
    """What a reader may take from all outcomes together in one window."""
    when = str(row["window"]).capitalize()
    if row["estimate"] is None:
        return f"{when}: too few families to tell."
    ratio, seen = as_a_ratio(row)[0], _seen(row["detectable"])
    if holds_one(row):
        return f"{when}, all outcomes together: {ratio}. None is seen; one of {seen} would mostly have been seen."
    way = "more" if ends(row)[0] > 1 else "less"
    return (
        f"{when}, all outcomes together: {ratio}. Families on the programme had {way} need than the weighted "
        "comparison before anything was done: the figures after the start may be off by as much."
    )


def _word(outcome: str) -> str:
    return "All outcomes together" if outcome == ALL_TOGETHER else outcome_word(outcome)


def _seen(detectable: object) -> str:
    return "" if detectable is None else f"{detectable:.2f}"
