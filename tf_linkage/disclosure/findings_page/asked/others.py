"""What differs after the start besides what was planned: weighted results whose interval leaves none out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from tf_linkage.contracts.outputs.estimates import MEASURES, METHODS
from tf_linkage.contracts.outputs.published import ILLUSTRATIVE, PRICES, REGIONAL_WINDOWS
from tf_linkage.disclosure.findings_page.compared import ends, holds_one
from tf_linkage.disclosure.findings_page.words import UNITS, outcome_word

Row = Mapping[str, object]

SHARE, RATIO, POUNDS = MEASURES
WEIGHTED, AFTER = METHODS[1], REGIONAL_WINDOWS[1]
KINDS = {
    RATIO: "ratios of yearly rates",
    SHARE: "differences in share",
    POUNDS: "differences in costs at prices that are not illustrative",
}
UNPRICED = (
    "Differences in costs at illustrative prices, and in all costs, are not named: no conclusion may be drawn from "
    "them (Compared shows them, a family and year)."
)


def other_differences(differences: pl.DataFrame) -> Iterator[str]:
    """How many weighted results after the start leave no difference out, and which: exploratory, all of them.

    Args:
        differences: `contracts.outputs.published.Differences`, codes as text.
    """
    weighted = differences.filter(
        pl.col("method") == WEIGHTED,
        pl.col("estimate").is_not_null(),
        (pl.col("measure") == RATIO) | (pl.col("window") == AFTER),
    )
    rows = list(weighted.iter_rows(named=True))
    if not rows:
        return
    yield (
        "Named are results of families, children and adults whose 95% interval leaves no difference out, by "
        "weighting alone and over the longest time after the start; shorter stretches stand under Compared. "
        "All are exploratory, and one in twenty would be named by chance alone."
    )
    for measure, words in KINDS.items():
        of = [row for row in rows if row["measure"] == measure and _may_be_named(row)]
        away = [_words(row) for row in of if not _holds_none(row)]
        if of:
            named = f": {'; '.join(away)}" if away else ""
            yield f"{len(away) or 'None'} of {len(of)} {words}{named}."
    if any(not _may_be_named(row) for row in rows):
        yield UNPRICED


def _may_be_named(row: Row) -> bool:
    """Whether a conclusion may be drawn from it: not from sums at prices that come from no source."""
    return row["measure"] != POUNDS or PRICES.get(str(row["outcome"]), ILLUSTRATIVE) != ILLUSTRATIVE


def _holds_none(row: Row) -> bool:
    low, high = ends(row)
    return holds_one(row) if row["measure"] == RATIO else low <= 0 <= high


def _words(row: Row) -> str:
    """One result, with its interval."""
    whom = "" if row["unit"] == "family" else f" of {UNITS[str(row['unit'])]}"
    name = f"{outcome_word(str(row['outcome'])).lower()}{whom}"
    at, (low, high) = float(str(row["estimate"])), ends(row)
    if row["measure"] == RATIO:
        return f"{name} {at:g} ({low:g} to {high:g})"
    way = "more" if at > 0 else "less"
    least, most = sorted((abs(low), abs(high)))
    if row["measure"] == SHARE:
        return f"{name} {100 * abs(at):.1f} points {way} ({100 * least:.1f} to {100 * most:.1f})"
    return f"{name} £{abs(at):,.0f} a family a year {way} ({least:,.0f} to {most:,.0f})"
