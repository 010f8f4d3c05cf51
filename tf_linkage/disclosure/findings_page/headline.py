"""The part of the findings' page that comes first: each result in plain words, and what may be wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import polars as pl

from tf_linkage.contracts.outputs.estimates import LINKAGE_METHODS, MEASURES, METHODS
from tf_linkage.disclosure.findings_page.cells import WITHHELD
from tf_linkage.disclosure.findings_page.compared import as_a_ratio, ends, holds_one
from tf_linkage.disclosure.findings_page.linkage import explained, leaves_one_out
from tf_linkage.disclosure.findings_page.planned import planned_part
from tf_linkage.disclosure.findings_page.words import outcome_word
from tf_linkage.pages import html

Row = Mapping[str, object]

RATIO = MEASURES[1]
WEIGHTED, RANGE = METHODS[1], METHODS[4]
CORRECTED, BOUNDS = LINKAGE_METHODS

SAYS = (
    "How often something new began in months 7 to 24 after the start, on the programme over the comparison: at "
    "1 as often, below it less often on the programme. Weighting is right if what was known before the start "
    "tells all that matters; the range over two assumptions also allows for what it does not tell, as long as "
    "that stays as it is (see Compared). What is shown goes by that range where there is one. Corrected for "
    "linkage: allowing for links that were missed or are false (see Linkage)."
)
NOTHING = "Too few new events for any ratio of rates."


def headline_section(differences: pl.DataFrame) -> str:
    """The section's HTML.

    Args:
        differences: `contracts.outputs.published.Differences`, codes as text.
    """
    found = _found(differences)
    if not found:
        return planned_part(differences) + html.paragraph(NOTHING)
    table = [(outcome_word(outcome), verdict(*rows), *map(_cell, rows[:3])) for outcome, rows in found.items()]
    head = ("", "What is shown", "Weighted (95%)", "Range over two assumptions", "Corrected for linkage (95%)")
    return (
        planned_part(differences)
        + html.lead(lead_of(differences))
        + html.paragraph(SAYS)
        + html.table("Results for families, exploratory unless planned", head, table)
    )


def lead_of(differences: pl.DataFrame) -> str:
    """How many ratios show a difference, in a sentence; nothing where there is none.

    Arguments as `headline_section`.
    """
    found = _found(differences)
    return _counted(found.values()) if found else ""


def _found(differences: pl.DataFrame) -> dict[str, list[Row | None]]:
    """The ratios of families by outcome: by each of the methods, None where it is not shown."""
    ratios = differences.filter(pl.col("measure") == RATIO, pl.col("unit") == "family")
    by_method = {(row["outcome"], row["method"]): row for row in ratios.iter_rows(named=True)}
    return {
        outcome: [_there(by_method, outcome, method) for method in _METHODS]
        for outcome in dict.fromkeys(ratios["outcome"])
        if _there(by_method, outcome, WEIGHTED)
    }


_METHODS = (WEIGHTED, RANGE, CORRECTED, BOUNDS)


def verdict(weighted: Row | None, over: Row | None, corrected: Row | None, bounds: Row | None) -> str:
    """What a result shows, in words.

    Args:
        weighted: the weighted ratio.
        over: the range over two assumptions; None where it is not shown.
        corrected: the ratio corrected for linkage.
        bounds: how far linkage may move it at the worst.
    """
    if weighted is None:
        return WITHHELD
    low = ends(weighted)[0]
    if holds_one(weighted):
        least, most = ends(over or weighted)
        fits = f"No effect is shown: anything from {_less(least)} to {_more(most)} would fit"
        return f"{fits}." if over else f"{fits} if weighting is right; the range could not be told."
    side = 1 if low > 1 else -1
    way = "More" if side > 0 else "Less"
    if over is None:
        says = f"{way} often, under one assumption; the other could not be looked at"
    elif leaves_one_out(over, side):
        says = f"{way} often, under either assumption"
    else:
        says = f"{way} often, if what was known before the start tells all that matters; else no effect is shown"
    return f"{says}. {explained(weighted, corrected, bounds)}"


def _counted(found: Iterable[list[Row | None]]) -> str:
    """How many results stand, in a sentence."""
    rows = list(found)
    clear = [one for one in rows if one[0] is not None and not holds_one(one[0])]
    sides = [1 if ends(one[0])[0] > 1 else -1 for one in clear if one[0] is not None]
    firm = sum(
        all(row is not None and leaves_one_out(row, side) for row in one[1:3])
        for one, side in zip(clear, sides, strict=True)
    )
    if not clear:
        return f"{_many(len(rows))} none shows an effect."
    shows = "shows" if len(clear) == 1 else "show"
    also = str(firm) if firm else "none"
    return (
        f"{_many(len(rows))} {len(clear)} {shows} a difference once the groups are weighted to be alike, and "
        f"{also} of these also under the other assumption and allowing for linkage. One in twenty would by "
        "chance alone."
    )


def _many(rows: int) -> str:
    return f"Of {rows} ratios of yearly rates" if rows > 1 else "Of one ratio of yearly rates"


def _there(by_method: Mapping[tuple[str, str], Row], outcome: str, method: str) -> Row | None:
    row = by_method.get((outcome, method))
    return row if row is not None and row["low"] is not None else None


def _cell(row: Row | None) -> str:
    if row is None:
        return WITHHELD
    return f"{row['low']:g} to {row['high']:g}" if row["method"] == RANGE else as_a_ratio(row)[0]


def _less(low: float) -> str:
    return f"{1 - low:.0%} less often" if low < 1 else f"{low - 1:.0%} more often" if low > 1 else "as often"


def _more(high: float) -> str:
    return f"{high - 1:.0%} more often" if high > 1 else f"{1 - high:.0%} less often" if high < 1 else "as often"
