"""The part of the findings' page that holds the groups side by side, half-year by half-year."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from tf_linkage.contracts.outputs.estimates import ALL_WINDOWS, EVENT_HALF_YEARS, PLACEBOS, REFERENCE
from tf_linkage.disclosure.findings_page.before_start.doubts import ALPHA
from tf_linkage.disclosure.findings_page.cells import PRICE, WITHHELD
from tf_linkage.disclosure.findings_page.compared import as_a_ratio, holds_one
from tf_linkage.pages import charts, html
from tf_linkage.pages.picture import Picture

OVER_TIME_SAYS = (
    "How often new things began in families on the programme, over families of the comparison, half-year by "
    "half-year and next to months 19 to 24 before the start (open point): all outcomes together. The groups were "
    "made alike once, on the two half-years at the left; nothing balances them afterwards. Thick lines are the 95% "
    "interval of each half-year by itself. Thin lines are a band for all half-years together, as far as chance "
    "goes. Right of the dashed line the programme acts."
)
READING = (
    "A level that stays is a difference that difference in differences removes. A steady drift is one that no "
    "method here removes. A change in the last half-year alone that is gone afterwards is a crisis that passes "
    "by itself: the last year is then a false base, and families get better without help. Where the groups "
    "moved apart by more than chance, a steady drift is said to fit if the interval of its slope leaves 1 out "
    "and that of each half-year before the start holds what the slope makes of it; the last half-year alone, "
    "if its interval leaves 1 out and those of the half-years before hold 1."
)
EVERY = tuple(EVENT_HALF_YEARS)
TESTED = EVERY[EVERY.index(REFERENCE) + 1 : next(i for i, of in enumerate(EVENT_HALF_YEARS.values()) if of[0] >= 0)]
"""Half-years of the two years before the start that are held against the reference."""

CARRIED = (sum(ALL_WINDOWS["7-24 months after"]) - sum(PLACEBOS["13-24 months before"])) / 2 / 12
"""Years from the middle of the base of difference in differences to the middle of what is compared."""

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
    verdicts = [_trend_words(row, told) for row in pretrends.iter_rows(named=True)]
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


def _trend_words(row: Mapping[str, Any], told: Mapping[str, Mapping[str, Any]]) -> str:
    """What the two years before the start say of a drift, and what they could not have seen."""
    if row["slope"] is None:
        return "In the two years before the start: too few families to tell of a drift."
    ratio = as_a_ratio({**row, "estimate": row["slope"]})[0]
    if row["p_at_most"] > ALPHA:
        return (
            f"In the two years before the start no drift is shown ({ratio} a year). One of {row['detectable']:.2f} "
            f"a year would mostly have been seen, and would have multiplied difference in differences by "
            f"{row['carried']:.2f} by month 15: a smaller one may be there."
        )
    return (
        "In the two years before the start the groups moved apart by more than chance "
        f"(p at most {row['p_at_most']:g}). "
        f"{_pattern(row, told)}"
    )


def _pattern(row: Mapping[str, Any], told: Mapping[str, Mapping[str, Any]]) -> str:
    """Whether a steady drift fits, the last half-year alone, both or neither, by the rule of `READING`."""
    tested = [told.get(name) for name in TESTED]
    shown = [one for one in tested if one is not None]
    if len(shown) < len(TESTED):
        return f"A half-year is withheld, so that no pattern can be told. {_steady_words(row)}"
    steady = not holds_one({**row, "estimate": row["slope"]}) and all(
        one["low"] <= row["slope"] ** (years / 2) <= one["high"] for years, one in enumerate(shown, start=1)
    )
    *before, last = shown
    alone = not holds_one(last) and all(map(holds_one, before))
    if steady and alone:
        return (
            f"Two readings fit, and the half-years do not tell which is right. {_steady_words(row)} {_alone(told)}"
        )
    if steady:
        return f"A steady drift fits, the last half-year alone does not. {_steady_words(row)}"
    if alone:
        return f"A steady drift does not fit, the last half-year alone does. {_alone(told)}"
    return "Neither a steady drift nor the last half-year alone fits: see the half-years themselves."


def _steady_words(row: Mapping[str, Any]) -> str:
    ratio = as_a_ratio({**row, "estimate": row["slope"]})[0]
    estimate, low, high = (f"{row[name] ** CARRIED:.2g}" for name in ("slope", "low", "high"))
    return (
        f"Taken as a steady drift it is {ratio} a year, and carried on would have multiplied difference in "
        f"differences by {estimate} ({low} to {high}) by month 15."
    )


_GONE = "no difference is shown any more, as after a crisis that passes or once help works"


def _alone(told: Mapping[str, Mapping[str, Any]]) -> str:
    ratios = [f"{told[name]['estimate']:g}" for name in TESTED]
    after = told.get(FIRST_AFTER)
    back = "" if after is None else (
        f" In months {FIRST_AFTER.replace(' months', '')} the start it is {as_a_ratio(after)[0]}: "
        f"{_GONE if holds_one(after) else 'still there'}."
    )  # fmt: skip
    return (
        f"Taken as the last half-year alone it is {as_a_ratio(told[TESTED[-1]])[0]}, after "
        f"{' and '.join(ratios[:-1])} in the two half-years before.{back}"
    )
