"""What families cost: which sums may leave, and how finely.

The rules for sums of money, by theme, group and window.

The attacker is taken to know how many families were followed, so that a mean tells their sum; only the rounding is
between the two. Themes are not summed and windows do not overlap, so that no sum follows from another.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Set

import polars as pl

from tf_linkage.contracts.columns import of_rows
from tf_linkage.contracts.outputs.published import MINIMUM_COUNT, PRICES, ROUNDING, WITHHELD, Money
from tf_linkage.disclosure.suppression.linked_counts import Key, Quantity, System
from tf_linkage.disclosure.suppression.rules import P, dominated, few, open_sum, spread_tells
from tf_linkage.disclosure.tables.intervals import round_step
from tf_linkage.disclosure.tables.rows import Row, real, whole
from tf_linkage.intervals import Z

TABLE, FIGURE = "money", "mean"
KEY = ["theme", "study_group", "window"]

OF_THE_PROGRAMME = ("the programme", "programme", "24 months after")
"""The one row in which the programme costs anything, by definition: others would say nothing."""

EXACT = 1e-9
"""Below this, what a figure lies next to its step is floating point's."""


def money_system(money: pl.DataFrame) -> System:
    """The sums as numbers, none of which follows from another.

    Args:
        money: `contracts.outputs.estimates.Money`.
    """
    return System({_name(row): _sum(row) for row in _released(money)}, [])


def money_rows(money: pl.DataFrame, shown: Set[Key]) -> pl.DataFrame:
    """What is published of the sums.

    Args:
        money: `contracts.outputs.estimates.Money`.
        shown: names of the sums whose mean may be shown.

    Returns:
        `contracts.outputs.published.Money`.
    """
    rows = [
        {name: row[name] for name in KEY}
        | {"prices": PRICES[str(row["theme"])]}
        | (_figures(row) if _name(row) in shown else {"note": WITHHELD})
        for row in _released(money)
    ]
    return of_rows(Money, rows).sort(KEY)


def mean_and_rule(spent: pl.DataFrame) -> tuple[dict[str, object], str | None, dict[str, object]]:
    """The mean of some families' costs as it may be shown, and the rule under which it may not.

    Args:
        spent: one row for each family followed: pence, people_with.

    Returns:
        mean, low, high and rounded_to; the rule, None where the mean may be shown; and the true figures behind it.
    """
    families, pounds = spent.height, spent.get_column("pence").cast(pl.Float64) / 100
    most = [*pounds.sort(descending=True).head(2).to_list(), 0.0, 0.0]
    mean, spread = pounds.mean(), pounds.std()
    half = Z * spread / math.sqrt(families) if isinstance(spread, float) and families > 1 else None
    row: dict[str, object] = {
        "families": families,
        "families_with": int((pounds > 0).sum()),
        "people_with": int(spent.get_column("people_with").sum()),
        "pounds": float(pounds.sum()),
        "largest": most[0],
        "second_largest": most[1],
        "mean": mean,
        "low": None if half is None or not isinstance(mean, float) else mean - half,
        "high": None if half is None or not isinstance(mean, float) else mean + half,
    }
    rule = _rule(row)
    figures: dict[str, object] = dict.fromkeys(_FIGURES)
    return figures if rule else _figures(row), rule, row


_FIGURES = ("mean", "low", "high", "rounded_to")


def _released(money: pl.DataFrame) -> Iterator[Row]:
    plain = money.with_columns(pl.selectors.enum().cast(pl.String)).sort(KEY)
    for row in plain.iter_rows(named=True):
        if row["theme"] != OF_THE_PROGRAMME[0] or tuple(row[name] for name in KEY) == OF_THE_PROGRAMME:
            yield row


def _name(row: Row) -> Key:
    return (TABLE, FIGURE, *(str(row[name]) for name in KEY))


def _sum(row: Row) -> Quantity:
    """The sum in pounds; shown, it is rounded to what the mean's step makes over all families."""
    pounds, largest, second = _contributions(row)
    people, families_with = whole(row["people_with"]), whole(row["families_with"])
    rule = _rule(row)
    need = open_sum(pounds, largest, second, rule) if rule else None
    grid = _step(row) * max(1, whole(row["families"]))
    return Quantity(pounds, grid, need, cost=4.0, whole=False, people=people, families=families_with)


def _rule(row: Row) -> str | None:
    """The rule under which a sum is withheld, if any."""
    if few(whole(row["people_with"]), whole(row["families_with"])):
        return "few"
    if row["low"] is None or whole(row["families"]) - 1 < MINIMUM_COUNT:
        return "degrees of freedom"
    _, largest, second = _contributions(row)
    if dominated(*_contributions(row)) or spread_tells(_most_squares(row), largest, second):
        return "dominance"
    return None


def _step(row: Row) -> float:
    """What a mean is rounded to: no finer than five families of average cost make it, or a fifth of the largest."""
    pounds, largest, _ = _contributions(row)
    families = max(1, whole(row["families"]))
    of_five = ROUNDING * pounds / max(1, whole(row["families_with"]))
    return round_step(max(of_five, 2 * P * largest) / families)


def _figures(row: Row) -> dict[str, object]:
    """The mean rounded, its interval rounded outwards."""
    step = _step(row)
    low, high = real(row["low"]), real(row["high"])
    return {
        "mean": step * math.floor(real(row["pounds"]) / (whole(row["families"]) * step) + 0.5),
        "low": max(0.0, step * math.floor(low / step + EXACT)),
        "high": step * math.ceil(high / step - EXACT),
        "rounded_to": step,
    }


def _most_squares(row: Row) -> float:
    """The most that the sum of squared costs can be, by the mean and interval as they would be published."""
    families = whole(row["families"])
    figures = _figures(row)
    mean, low, high, step = (real(figures[name]) for name in ("mean", "low", "high", "rounded_to"))
    half = min(high - mean + step / 2, *([mean + step / 2 - low, (high - low) / 2] if low > 0 else []), math.inf)
    variance = (half / Z) ** 2 * families
    return variance * (families - 1) + families * (mean + step / 2) ** 2


def _contributions(row: Row) -> tuple[float, float, float]:
    """The sum, its largest part and the next."""
    pounds, largest, second = (real(row[name]) for name in ("pounds", "largest", "second_largest"))
    return pounds, largest, second
