"""What a reader of the findings asks first, answered in sentences that are made of released figures alone."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from tf_linkage.contracts.outputs.published import PRICES
from tf_linkage.disclosure.findings_page.asked.five_years import AFTER, PROGRAMME
from tf_linkage.disclosure.findings_page.asked.others import other_differences
from tf_linkage.disclosure.findings_page.before_start import before_the_start, doubted, doubts, planned_before
from tf_linkage.disclosure.findings_page.compared import ends, holds_one
from tf_linkage.disclosure.findings_page.headline import RANGE, RATIO, WEIGHTED
from tf_linkage.disclosure.findings_page.linkage import AT_WORST, as_linked, explained
from tf_linkage.disclosure.findings_page.planned import EXPLORATORY, counted, planned_outcomes
from tf_linkage.disclosure.findings_page.protection import rows_withheld, typical_price
from tf_linkage.disclosure.findings_page.words import outcome_word, recall_span
from tf_linkage.pages import html

Row = Mapping[str, object]
Tables = Mapping[str, pl.DataFrame]

NOT_PLANNED = "No result was planned: nothing on this page is more than exploratory."
SIDES = ("programme", "comparison")
BELOW = "see below what differences between the groups may do"
UNTOLD = "It cannot be told: too few are known to be in a register."


def short_part(tables: Tables) -> str:
    """The questions and their answers, as HTML.

    Args:
        tables: the tables of `contracts.outputs.published.PUBLISHED_TABLES`, codes as text.
    """
    return html.answers(short_answers(tables))


def short_answers(tables: Tables) -> list[tuple[str, list[str]]]:
    """The questions, each with its sentences.

    Args:
        tables: as `short_part` takes them.
    """
    planned = list(tables["differences"].filter(pl.col("role") != EXPLORATORY).iter_rows(named=True))
    return [
        ("What are the primary results?", [*_planned(planned)]),
        ("How sure is that?", [*_sure(tables, planned)]),
        ("What else differs after the start?", [*other_differences(tables["differences"])]),
        ("What may missed and false links do to it?", [*_linkage(tables["differences"])]),
        ("What may differences between the groups do to it?", [*_confounding(tables, planned)]),
        ("What was withheld?", [*_withheld(tables, planned)]),
        ("What did protecting families cost the figures?", [*_price(tables, planned)]),
        ("What did the programme cost?", [*_programme(tables["money"])]),
    ]


def _planned(planned: Sequence[Row]) -> Iterator[str]:
    if not planned:
        yield NOT_PLANNED
        return
    yield counted(planned)
    yield f"Planned were {', '.join(_name(row).lower() for row in planned)}; each stands in the table below."


def _sure(tables: Tables, planned: Sequence[Row]) -> Iterator[str]:
    """What is in doubt; then the narrowest and the widest range, of the planned results where there are any."""
    if doubt := doubted(tables["placebos"], tables["pretrends"], BELOW):
        yield doubt
    differences = tables["differences"]
    shown: list[Row] = [row for row in planned if row["measure"] == RATIO and row["low"] is not None]
    if not shown:
        weighted = differences.filter(
            pl.col("measure") == RATIO, pl.col("method") == WEIGHTED, pl.col("unit") == "family",
            pl.col("low").is_not_null(),
        )  # fmt: skip
        shown = [*weighted.iter_rows(named=True)]
    if not shown:
        return
    by_width = sorted(shown, key=lambda row: ends(row)[1] / max(ends(row)[0], 1e-9))
    first, last = by_width[0], by_width[-1]
    how = ", if one of two assumptions holds" if first["method"] == RANGE else ""
    than = f" times as often on the programme as in the comparison{how}"
    least = "" if first is last else f" Widest: {_span(last)}."
    yield f"The narrowest range: {_span(first)}{than}.{least}"
    yield (
        "A range over two assumptions runs from the lower end of both 95% intervals to the upper, and is no "
        "95% interval itself. Intervals tell of chance alone, not of what else sets the groups apart. “No "
        "effect is shown” does not mean that there is none: anything within the range would fit."
    )


def _span(row: Row) -> str:
    low, high = ends(row)
    return f"{_name(row)}, between {low:g} and {high:g}"


def _linkage(differences: pl.DataFrame) -> Iterator[str]:
    """How far correcting moves the ratios, and whether it changes what they show."""
    families = differences.filter(pl.col("measure") == RATIO, pl.col("unit") == "family")
    rows = as_linked(families)
    if not rows:
        yield UNTOLD
        return
    moved = [
        (abs(_estimate(corrected) / _estimate(weighted) - 1), weighted, corrected)
        for weighted, corrected, _ in rows
    ]
    most, weighted, corrected = max(moved, key=lambda one: one[0])
    changed = [_name(one) for one, other, _ in rows if holds_one(one) != holds_one(other)]
    worst = [
        _name(one)
        for one, other, bounds in rows
        if not holds_one(one) and explained(one, other, bounds) == AT_WORST
    ]
    recalls = [float(str(row[f"recall_{side}"])) for _, row, _ in rows for side in SIDES]
    _, fewest, _ = rows[recalls.index(min(recalls)) // len(SIDES)]
    on, off = (recall_span(fewest, side) for side in SIDES)
    yield (
        f"Links find the fewest events of {_name(fewest)}: {on} of those on the programme and {off} of those in "
        "the comparison, as far as people whom councils flag can tell."
    )
    if most:
        yield (
            f"Allowing for that moves no ratio by more than {math.ceil(100 * most)}% ({_name(weighted)}: "
            f"{_estimate(weighted):g} becomes {_estimate(corrected):g}), and changes what is shown for "
            f"{', '.join(changed) if changed else f'none of {len(rows)} outcomes'}."
        )
    if worst:
        names = ", ".join(worst)
        yield f"{names}: {AT_WORST[:1].lower()}{AT_WORST[1:]}"


def _confounding(tables: Tables, planned: Sequence[Row]) -> Iterator[str]:
    """What shows where nothing can, and which assumption it leaves in doubt."""
    if told := before_the_start(tables["placebos"]):
        yield told
    yield from planned_before(tables["placebos"], planned_outcomes(planned))
    yield (
        "Families were not drawn by lot: those on the programme may have been in greater need, which no "
        "weighting by records can rule out. The weighted ratios hold if records tell all that matters; "
        "difference in differences holds if what records do not tell stays as it is."
    )
    yield doubts(tables["placebos"], tables["pretrends"])


def _withheld(tables: Tables, planned: Sequence[Row]) -> Iterator[str]:
    withheld, every = rows_withheld(tables)
    if not every:
        return
    yield (
        f"{withheld:,} of {every:,} rows of figures ({withheld / every:.0%}): each would have told too much "
        "about too few, rests on too few to be estimated, or is one from which another could be worked out "
        "(see Rules)."
    )
    if names := [_name(row) for row in planned if row["p_holm"] is None]:
        yield f"Of the planned results: {', '.join(names)}."


def _price(tables: Tables, planned: Sequence[Row]) -> Iterator[str]:
    moved, chance = typical_price(tables["outcomes"])
    if moved is not None and chance is not None:
        yield (
            "The rows withheld, and rounding. For a typical (median) share of families, all regions together, in "
            "the two "
            f"years after the start it is {100 * moved:.1f} percentage points up or down at the most, next to "
            f"{100 * chance:.1f} by chance (half a 95% interval)."
        )
    steps = [float(str(row["rounded_to"])) / 2 for row in planned if row["measure"] == RATIO and row["rounded_to"]]
    if steps:
        yield f"Planned ratios it may have moved by up to {100 * max(steps):g}% of themselves; the table says each."


def _programme(money: pl.DataFrame) -> Iterator[str]:
    own = money.filter(
        pl.col("theme") == PROGRAMME, pl.col("study_group") == "programme", pl.col("window") == AFTER,
        pl.col("mean").is_not_null(),
    )  # fmt: skip
    for mean in own["mean"].head(1):
        yield (
            f"About £{mean:,.0f} for each family in the two years after the start, £{mean / 2:,.0f} a year. "
            f"Its price: {PRICES[PROGRAMME]}, the same for each family on it. What services cost, mostly at "
            "illustrative prices, and what five years would come to, stands under Costs."
        )


def _estimate(row: Row) -> float:
    return float(str(row["estimate"]))


def _name(row: Row) -> str:
    return outcome_word(str(row["outcome"]))
