"""The part of the findings' page that holds the programme against the comparison.

Weighted differences and ratios as released.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import polars as pl

from tf_linkage.contracts.outputs.estimates import MEASURES, METHODS
from tf_linkage.contracts.outputs.published import REGIONAL_WINDOWS
from tf_linkage.disclosure.findings_page.cells import PRICE, WITHHELD, any_shown
from tf_linkage.disclosure.findings_page.words import UNITS, outcome_word
from tf_linkage.pages import charts, html
from tf_linkage.pages.charts import GREEN
from tf_linkage.pages.picture import Picture

Row = Mapping[str, object]
Table = tuple[tuple[str, ...], list[tuple[str, ...]]]
Writing = Callable[[Row], tuple[str, str]]
"""How an estimate is written, with what rounding may have moved it by."""

SHARE, RATIO, POUNDS = MEASURES
WEIGHTED, JOINERS_KEPT, DIFFERENCED, RANGE = METHODS[1:5]
BEFORE, AFTER = REGIONAL_WINDOWS

SHARES_SAY = (
    "Share of families on the programme less share of the comparison, weighted so that both resembled each "
    "other before the start, with 95% intervals. Left of the line it happened in fewer families on the "
    "programme. The weights are made from the year before, so that what is left there is small whatever sets the "
    "groups apart, and proves nothing: Before the start looks at each year by weights that do not know it. "
    "Estimates are rounded to about what five families make."
)
RATIOS_SAY = (
    "How often something new began within months 7 to 24 after the start: yearly rate on the programme over "
    "that of the weighted comparison, with 95% intervals, on a scale on which half as often lies as far from 1 as "
    "twice as often. At 1 there is no difference; left of it less began "
    "on the programme. The programme can avert what has not begun, so this shows its effect sooner than a "
    "share does."
)
COSTS_SAY = (
    "Pounds for each family and year on the programme less those of the weighted comparison, with 95% "
    "intervals. The weights know what happened in the year before, so that little can show there. All costs "
    "include the programme itself, at its published average; most other prices are illustrative, and no "
    "conclusion may be drawn from sums at such "
    "prices."
)
RANGE_SAYS = (
    "Weighting is right if what is known before the start tells all that matters. Difference in differences is "
    "right if what it does not tell stays as it is: the ratio after the start is divided by that of the second "
    "year before. The range runs from the lower end of both 95% intervals to the upper: as far as chance goes "
    "it holds the effect if either is right. It is no 95% interval itself, and no safeguard where neither is "
    "right, as where the groups drift apart for reasons of their own."
)
UNSEEN_SAYS = (
    "The E-value says how strongly something nobody saw would have to go with both the programme and the outcome, "
    "each as a ratio, to make the estimate out of nothing, beyond all that the weights level; the next column says "
    "the same of the end of the interval nearer 1. The last column: by how much more links would have to miss one "
    "group's events than the other's before the interval holds 1; what they do miss stands under Linkage."
)
EXPLORATORY_SAYS = (
    "Everything in this section is exploratory but for what stands as planned under In short: of twenty figures "
    "one shows an effect by chance where there is none, and there are many more here."
)
KEPT_SAYS = (
    "Joiners kept: the tables' last columns follow comparison families on after they join the programme, "
    "which would tend to draw the estimate towards no effect."
)


def compared_section(differences: pl.DataFrame, doubted: str = "") -> str:
    """The section's HTML.

    Args:
        differences: `contracts.outputs.published.Differences`, codes as text.
        doubted: which assumption is in doubt (`before_start.doubted`).
    """
    of_families = differences.filter(pl.col("unit") == "family")
    return html.paragraph(EXPLORATORY_SAYS) + (
        _shares(of_families.filter(pl.col("measure") == SHARE))
        + _ratios(of_families.filter(pl.col("measure") == RATIO), doubted)
        + _costs(of_families.filter(pl.col("measure") == POUNDS))
        + _people(differences.filter(pl.col("unit") != "family"))
        + html.paragraph(KEPT_SAYS)
    )


def _shares(rows: pl.DataFrame) -> str:
    title = "Difference in share of families"
    head, table = _table(rows, in_points, "Difference in points")
    shown = _drawn(_either_side(rows))
    if not any_shown(shown):
        return html.paragraph("Too few families for any comparison.")
    chart = charts.intervals(
        shown, title=title, description=SHARES_SAY, x_title="programme less comparison",
        domain=_around_zero(shown), line=0, hue=GREEN,
    )  # fmt: skip
    return html.figure(Picture("compared-families", title, SHARES_SAY, chart, (head, table)))


def _ratios(rows: pl.DataFrame, doubted: str) -> str:
    title = "Ratio of yearly rates"
    head, table = _table(rows, as_a_ratio, "Ratio")
    shown = _drawn(rows)
    if not any_shown(shown):
        return html.paragraph("Too few new events for any ratio of rates.") if shown else ""
    told = [float(str(row[end])) for row in shown if row["high"] is not None for end in ("low", "high")]
    chart = charts.intervals(
        shown, title=title, description=RATIOS_SAY, x_title="programme over comparison", logarithmic=True,
        domain=(min(0.5, *told) / 1.05, max(2.0, *told) * 1.05), numbers=".2~f", line=1, hue=GREEN,
    )  # fmt: skip
    picture = html.figure(Picture("compared-rates", title, RATIOS_SAY, chart, (head, table)))
    return (
        picture
        + _two_assumptions(rows, doubted)
        + html.opened("What it would take to explain a ratio", _unseen(rows))
    )


def _two_assumptions(rows: pl.DataFrame, doubted: str) -> str:
    """What is left of each ratio when the assumption behind it is another."""
    found = {(row["outcome"], row["method"]): row for row in rows.iter_rows(named=True)}
    table = []
    for outcome in dict.fromkeys(rows["outcome"]):
        told = [found.get((outcome, method)) for method in (WEIGHTED, DIFFERENCED, RANGE)]
        cells = [WITHHELD if row is None else as_a_ratio(row)[0] for row in told[:2]]
        over = told[2]
        ends = WITHHELD if over is None or over["low"] is None else f"{over['low']:g} to {over['high']:g}"
        table.append((outcome_word(outcome), *cells, ends))
    head = ("", "Weighted (95%)", "Difference in differences (95%)", "Range over both")
    return html.paragraph(f"{RANGE_SAYS} {doubted}".strip()) + html.table(
        "Ratios of yearly rates under two assumptions", head, table
    )


def _unseen(rows: pl.DataFrame) -> str:
    """E-values, and what linkage alone would have to do."""
    head = ("", "Ratio (95%)", "E-value", "E-value of the interval", "To explain it linkage would have to")
    table = [
        (outcome_word(row["outcome"]), as_a_ratio(row)[0], f"{row['e_value']:.2f}", f"{row['e_value_limit']:.2f}",
         _by_linkage(row["low"], row["high"]))
        for row in rows.filter(pl.col("method") == WEIGHTED, pl.col("estimate").is_not_null()).iter_rows(named=True)
    ]  # fmt: skip
    return html.paragraph(UNSEEN_SAYS) + html.table("Weighted ratios of yearly rates", head, table)


def _by_linkage(low: float, high: float) -> str:
    """How unequally links must miss the groups' events before the interval holds 1."""
    if low <= 1 <= high:
        return "do nothing: the interval holds 1"
    side, part = ("on the programme", 1 - high) if high < 1 else ("in the comparison", 1 - 1 / low)
    return f"miss {part:.0%} more of the events {side}"


def _costs(rows: pl.DataFrame) -> str:
    title = "Difference in costs"
    head, table = _table(rows, in_pounds, "Pounds a family a year", kept=False)
    shown = _drawn(_either_side(rows))
    if not any_shown(shown):
        return html.paragraph("Too few families for any comparison of costs.") if shown else ""
    chart = charts.intervals(
        shown, title=title, description=COSTS_SAY, x_title="pounds, programme less comparison",
        domain=_around_zero(shown), numbers=",.0f", line=0, hue=GREEN,
    )  # fmt: skip
    return html.figure(Picture("compared-costs", title, COSTS_SAY, chart, (head, table)))


def _people(rows: pl.DataFrame) -> str:
    """The same of children and of adults, as tables to open."""
    tables = []
    for (unit,), of in rows.group_by(["unit"], maintain_order=True):
        for measure, words, written in ((SHARE, "Difference in points", in_points), (RATIO, "Ratio", as_a_ratio)):
            head, table = _table(of.filter(pl.col("measure") == measure), written, words)
            if table:
                whom = UNITS[str(unit)]
                tables.append(
                    html.opened(f"Of {whom}: {measure}", html.table(f"Of {whom}: {measure}", head, table))
                )
    return "".join(tables)


def _either_side(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(pl.col("window").is_in([BEFORE, AFTER])).sort(pl.col("window") == AFTER, maintain_order=True)


def _drawn(rows: pl.DataFrame) -> list[dict[str, object]]:
    return [
        {"level": outcome_word(row["outcome"]), "panel": row["window"].capitalize(), "value": row["estimate"],
         "low": row["low"], "high": row["high"]}
        for row in rows.filter(pl.col("method") == WEIGHTED).iter_rows(named=True)
    ]  # fmt: skip


def _around_zero(rows: Sequence[Mapping[str, object]]) -> tuple[float, float]:
    ends = max(abs(float(str(row[end]))) for row in rows if row["high"] is not None for end in ("low", "high"))
    return -1.05 * ends, 1.05 * ends


def _table(rows: pl.DataFrame, written: Writing, words: str, *, kept: bool = True) -> Table:
    """Each estimate, and what it was rounded to; next to it, where asked, the one with joiners kept."""
    methods = [WEIGHTED, JOINERS_KEPT] if kept else [WEIGHTED]
    head = ("", f"{words} (95%)", PRICE, *(("joiners kept (95%)", PRICE) if kept else ()))
    table = []
    for (outcome,), of in rows.group_by(["outcome"], maintain_order=True):
        in_order = of.sort(pl.col("window") != BEFORE, maintain_order=True)
        for (window,), both in in_order.group_by(["window"], maintain_order=True):
            found = {row["method"]: written(row) for row in both.iter_rows(named=True)}
            cells = (cell for method in methods for cell in found.get(method, ("–", "")))
            table.append((f"{outcome_word(str(outcome))}, {window}", *cells))
    return head, table


def in_points(row: Row) -> tuple[str, str]:
    """A difference in share in percentage points, with its interval and what rounding may have moved it by."""
    return _with_interval(row, 100, ".1f")


def ends(row: Row) -> tuple[float, float]:
    """The ends of a shown interval."""
    return float(str(row["low"])), float(str(row["high"]))


def holds_one(row: Row) -> bool:
    """Whether the interval of a ratio holds 1: no difference."""
    low, high = ends(row)
    return low <= 1 <= high


def as_a_ratio(row: Row) -> tuple[str, str]:
    """A ratio with its interval, as finely as it was rounded; rounding moved it by half of its step at most."""
    if row["estimate"] is None:
        return WITHHELD, ""
    estimate, low, high = (f"{row[name]:g}" for name in ("estimate", "low", "high"))
    moved = float(str(row["estimate"])) * float(str(row["rounded_to"])) / 2
    return f"{estimate} ({low} to {high})", f"{moved:.2g}"


def in_pounds(row: Row) -> tuple[str, str]:
    """A difference in pounds, likewise."""
    return _with_interval(row, 1, ",.0f")


def _with_interval(row: Row, scale: float, form: str) -> tuple[str, str]:
    """The estimate with its interval, and by how much rounding may have moved it: half of its step."""
    if row["estimate"] is None:
        return WITHHELD, ""
    figures = (float(str(row[name])) * scale for name in ("estimate", "low", "high"))
    estimate, low, high = (f"{figure:z{form}}" for figure in figures)
    moved = float(str(row["rounded_to"])) * scale / 2
    return f"{estimate} ({low} to {high})", f"{moved:,g}"
