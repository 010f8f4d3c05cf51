"""The part of the findings' page that tells who the families are and how alike the groups were made.

Characteristics, balance and overlap as released.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from tf_linkage.contracts.outputs.estimates import MEASURES, METHODS
from tf_linkage.contracts.outputs.published import REGIONAL_WINDOWS
from tf_linkage.disclosure.findings_page.cells import HEAD, PRICE, WITHHELD, both_groups
from tf_linkage.disclosure.findings_page.words import GROUPS
from tf_linkage.pages import charts, html
from tf_linkage.pages.picture import Picture

LIMITS = (-0.1, 0.1)
"""A standardised difference beyond a tenth is taken as a sign of imbalance (Austin, An introduction to propensity
score methods, 2011)."""

SERIES = ("without weights", "weighted")

SAYS = (
    "How far the groups were apart before the start, in standard deviations: families on the programme less "
    "those that wait, as they are and once weighted. Between the dashed lines (a tenth) groups are usually "
    "taken as alike. A line is where rounding leaves a weighted figure. Without weights the difference is made "
    "from released counts, and where these are not released there is none. Councils are made alike as well, and "
    "are not shown. What they saw and did not write down is not here, and need not be alike."
)
OVERLAP_SAYS = (
    "Families by their estimated chance of being on the programme, from all that is listed above. Weights "
    "can make groups alike only where both have families: bars without a neighbour stand for families that "
    "have no like."
)
CHARACTERISTICS_SAY = "Share of families that have it at the start, with 95% intervals"


def balance_section(tables: Mapping[str, pl.DataFrame]) -> str:
    """The section's HTML.

    Args:
        tables: the tables of `contracts.outputs.published.PUBLISHED_TABLES`, codes as text.
    """
    return (
        _worth(tables["differences"])
        + _balance(tables["balance"])
        + _overlap(tables["overlap"])
        + _characteristics(tables["characteristics"])
    )


def _worth(differences: pl.DataFrame) -> str:
    """As how many families the comparison counts once weighted."""
    of_families = differences.filter(
        (pl.col("unit") == "family")
        & (pl.col("measure") == MEASURES[0])
        & (pl.col("method") == METHODS[1])
        & (pl.col("window") == REGIONAL_WINDOWS[0])
    )
    most = of_families.get_column("effective_families").max()
    if not isinstance(most, int):
        return ""
    return html.paragraph(
        f"Weighting costs certainty: once weighted, the comparison is worth about {most:,} equally weighted "
        "families (effective sample size). Each row of differences.csv tells its own."
    )


def _balance(balance: pl.DataFrame) -> str:
    if balance.get_column("after").is_null().all():
        return html.paragraph("Too few families to tell how alike the groups are.")
    title = "Standardised differences before the start"
    ordered = balance.sort(pl.col("before").abs(), descending=True, nulls_last=True, maintain_order=True)
    rows = [
        {"level": _words(row["covariate"]), "series": series, "value": row[figure], "low": low, "high": high}
        for row in ordered.iter_rows(named=True)
        for series, figure, (low, high) in zip(
            SERIES, ("before", "after"), ((None, None), left_open(row)), strict=True
        )
    ]
    chart = charts.love(
        rows, title=title, description=SAYS, x_title="standard deviations, on the programme less waiting for it",
        series=SERIES, limits=LIMITS,
    )  # fmt: skip
    table = [
        (_words(row["covariate"]), _figure(row["before"], "–"), _figure(row["after"], WITHHELD),
         "" if row["rounded_to"] is None else f"{row['rounded_to'] / 2:g}")
        for row in ordered.iter_rows(named=True)
    ]  # fmt: skip
    head = ("", *(name.capitalize() for name in SERIES), PRICE)
    return html.figure(Picture("balance", title, SAYS, chart, (head, table)))


def left_open(row: Mapping[str, float | None]) -> tuple[float | None, float | None]:
    """Between which figures a weighted one lay before it was rounded.

    >>> left_open({"after": 0.2, "rounded_to": 0.2}), left_open({"after": None, "rounded_to": None})
    ((0.1, 0.30000000000000004), (None, None))
    """
    after, step = row["after"], row["rounded_to"]
    return (None, None) if after is None or step is None else (after - step / 2, after + step / 2)


def _words(covariate: str) -> str:
    """A covariate as the head of a row; regions keep their capital."""
    return covariate[:1].upper() + covariate[1:]


def _figure(value: float | None, instead: str) -> str:
    return instead if value is None else f"{value:z.2f}"


def _overlap(overlap: pl.DataFrame) -> str:
    counts = overlap.sort("propensity", maintain_order=True)
    shown = counts.filter(pl.col("number_with").is_not_null()).get_column("propensity")
    if shown.is_empty():
        return html.paragraph("Too few families to tell where the groups overlap.")
    title = "Chance of being on the programme"
    rows = [
        {"band": row["propensity"], "series": GROUPS[row["study_group"]], "count": row["number_with"]}
        for row in counts.iter_rows(named=True)
    ]
    chart = charts.bars(
        rows, title=title, description=OVERLAP_SAYS, x_title="estimated chance", y_title="families (rounded to 5)",
        series=list(GROUPS.values()),
    )  # fmt: skip
    table = [(band, *cells) for (band,), cells in both_groups(counts, ["propensity"])]
    return html.figure(Picture("overlap", title, OVERLAP_SAYS, chart, (HEAD, table)))


def _characteristics(characteristics: pl.DataFrame) -> str:
    cells = both_groups(characteristics, ["characteristic"])
    table = [(_words(name), *figures) for (name,), figures in cells]
    return html.opened("Who the families are", html.table(CHARACTERISTICS_SAY, HEAD, table)) if table else ""
