"""The parts of the findings' page that tell by which rules figures were protected, and what that cost.

How much is withheld and what rounding may have moved, and the rules in words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from tf_linkage.contracts.outputs.estimates import ALL_REGIONS
from tf_linkage.contracts.outputs.published import REGIONAL_WINDOWS
from tf_linkage.disclosure.findings_page.words import UNITS, points
from tf_linkage.disclosure.suppression.rules import RULES
from tf_linkage.pages import html

BEFORE, AFTER = REGIONAL_WINDOWS

SHARES: Mapping[str, str] = {
    "service_use": "How many services",
    "benefit_paths": "Benefits and work",
    "characteristics": "Who the families are",
    "overlap": "Chance of being on the programme",
}
ROUNDED: Mapping[str, tuple[str, str]] = {
    "differences": ("Differences", "estimate"),
    "placebos": ("Before the start", "estimate"),
    "event_study": ("Over time", "estimate"),
    "pretrends": ("Drift before the start", "slope"),
    "subgroups": ("By council and by problem", "estimate"),
    "balance": ("Balance, weighted", "after"),
    "money": ("Costs", "mean"),
}

WORDS = (
    "Protection has a price. Withheld rows say nothing; in the others rounding may have moved the share by "
    "at most so many percentage points (median), beside half the width of the interval that chance alone "
    "makes. What was lost of each figure stands beside it in the tables above (± rounding), and in the files "
    "as moved_by_rounding or rounded_to."
)


def protection_section(tables: Mapping[str, pl.DataFrame]) -> str:
    """How much is withheld, and what rounding may have moved, by table.

    Args:
        tables: the tables of `contracts.outputs.published.PUBLISHED_TABLES`, codes as text.
    """
    rows = [*_of_outcomes(tables["outcomes"])]
    for name, words in SHARES.items():
        rows.append(_of_shares(words, tables[name]))
    for name, (words, figure) in ROUNDED.items():
        # What these were rounded by differs from figure to figure and in its unit.
        rows.append((words, *_withheld(tables[name], figure), "–", "–"))
    head = ("", "Rows", "Withheld", "Rounding may move it by", "Half its 95% interval")
    return html.paragraph(WORDS) + html.table("What is lost; the last two columns in percentage points", head, rows)


def rows_withheld(tables: Mapping[str, pl.DataFrame]) -> tuple[int, int]:
    """How many rows of figures are withheld, and how many there are.

    Args:
        tables: the tables of `contracts.outputs.published.PUBLISHED_TABLES`, codes as text.
    """
    figures = {"outcomes": "share", **dict.fromkeys(SHARES, "share")} | {
        name: figure for name, (_, figure) in ROUNDED.items()
    }
    withheld = sum(tables[name].get_column(figure).null_count() for name, figure in figures.items())
    return withheld, sum(tables[name].height for name in figures)


def typical_price(outcomes: pl.DataFrame) -> tuple[float | None, float | None]:
    """By how much rounding may move a share of families after the start, and half its interval: medians.

    Of all regions together: a share of one region is moved more.

    Args:
        outcomes: `contracts.outputs.published.Outcomes`, codes as text.
    """
    told = outcomes.filter(
        pl.col("unit") == "family", pl.col("window") == AFTER, pl.col("region") == ALL_REGIONS,
        pl.col("share").is_not_null(),
    )  # fmt: skip
    moved = told.get_column("moved_by_rounding").median()
    half = ((told.get_column("high") - told.get_column("low")) / 2).median()
    return tuple(value if isinstance(value, float) else None for value in (moved, half))  # type: ignore[return-value]


def rules_section() -> str:
    """The rules in words."""
    lines = [
        "A figure is shown only if it stands on at least 10 people and 10 families, and so do those to whom "
        "it did not happen.",
        "Numbers of those to whom something happened are rounded to 5, of those to whom it could happen to 10; "
        "shares and intervals come from the rounded numbers.",
        "Costs are shown only where no one or two families make up too much of the sum, and neither the sum "
        "nor the interval gives the largest away to within 10%.",
        "What could still be worked out of a withheld figure from all others is computed by linear "
        "programming; more is withheld until at least ten numbers stay possible for each.",
        "A release that differs from an earlier one by fewer than 10 people or families in a figure is held back.",
        "Withheld rows all say the same: which reason holds for which row would itself tell about the number "
        "behind it, and only the output checker sees it. The possible reasons:",
    ]
    reasons = html.table("Why a figure is withheld", ("Reason", "In words"), list(RULES.items()))
    return html.bullets(lines) + reasons


def _of_outcomes(outcomes: pl.DataFrame) -> Iterator[tuple[str, ...]]:
    window = pl.col("window")
    either_side = window.is_in([BEFORE, AFTER])
    named = outcomes.with_columns(window=pl.when(either_side).then(window).otherwise(pl.lit("half-years")))
    order = {BEFORE: 0, AFTER: 1, "half-years": 2}
    for (unit,), of_unit in named.group_by(["unit"], maintain_order=True):
        for name in order:
            of = of_unit.filter(pl.col("window") == name)
            # A region is smaller than all together: rounding weighs more in it.
            for where, there in (
                ("", pl.col("region") == ALL_REGIONS),
                (", by region", pl.col("region") != ALL_REGIONS),
            ):
                if (rows := of.filter(there)).height:
                    yield _of_shares(f"{UNITS[str(unit)].capitalize()}, {name}{where}", rows)


def _of_shares(words: str, rows: pl.DataFrame) -> tuple[str, ...]:
    shown = rows.filter(pl.col("share").is_not_null())
    moved = shown.get_column("moved_by_rounding").median()
    half = ((shown.get_column("high") - shown.get_column("low")) / 2).median()
    return (words, *_withheld(rows, "share"), _points(moved), _points(half))


def _withheld(rows: pl.DataFrame, figure: str) -> tuple[str, str]:
    return f"{rows.height:,}", f"{rows.get_column(figure).null_count():,}"


def _points(value: object) -> str:
    return points(value if isinstance(value, float) else None)
