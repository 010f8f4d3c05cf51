"""What moved before the start: a steady drift, the last half-year alone, both or neither; by a stated rule."""

from __future__ import annotations

import re

import polars as pl
import pytest

from tf_linkage.contracts.outputs.estimates import ALL_TOGETHER, PLACEBOS
from tf_linkage.disclosure.findings_page.before_start import doubted, over_time_section, placebos_section
from tf_linkage.disclosure.findings_page.before_start.over_time import CARRIED, FIRST_AFTER, TESTED

Triple = tuple[float, float, float]
FIGURES = ("estimate", "low", "high")


def said(
    *ratios: Triple, slope: Triple = (1.3, 1.1, 1.7), p_at_most: float = 0.01, after: Triple | None = None
) -> str:
    """The bullet on what moved, from the half-years before the start in order and the first after it."""
    shown = dict(zip(TESTED, ratios, strict=False)) | ({} if after is None else {FIRST_AFTER: after})
    event_study = pl.DataFrame([
        {"half_year": name, "band_low": low, "band_high": high, "rounded_to": 0.1, "estimate": at, "low": low,
         "high": high}
        for name, (at, low, high) in shown.items()
    ])  # fmt: skip
    trend = dict(zip(("slope", "low", "high"), slope, strict=True))
    pretrends = pl.DataFrame(
        [trend | {"rounded_to": 0.1, "p_at_most": p_at_most, "detectable": 1.37, "carried": 2.36}]
    )
    page = over_time_section(event_study, pretrends).replace("&nbsp;", " ")
    return next(line for line in re.findall("<li>([^<]*)</li>", page) if line.startswith("In the two years before"))


QUIET, BACK = (1.1, 0.82, 1.5), (1.2, 0.9, 1.8)


def test_where_two_readings_fit_both_are_said_and_neither_is_a_null_result() -> None:
    """A slope of 1.3 a year makes 1.14, 1.3 and 1.48 of 1; by month 15, 2.75 years on, 1.3^2.75 = 2.06."""
    told = said((1.2, 0.9, 1.7), QUIET, (1.8, 1.2, 2.4), after=BACK)
    assert CARRIED == 2.75
    assert "moved apart by more than chance (p at most 0.01). Two readings fit" in told
    assert "would have multiplied difference in differences by 2.1 (1.3 to 4.3) by month 15" in told
    assert "Taken as the last half-year alone it is 1.8 (1.2 to 2.4), after 1.2 and 1.1" in told
    assert "In months 1-6 after the start it is 1.2 (0.9 to 1.8): no difference is shown any more" in told
    assert "would mostly have been seen" not in told


@pytest.mark.parametrize(
    ("ratios", "slope", "says", "silent"),
    [
        (((1.0, 0.9, 1.1), (1.0, 0.9, 1.1), (1.8, 1.4, 2.4)), (1.4, 1.1, 1.8), "does not fit, the last half-year",
         "steady drift it is"),
        ((QUIET, QUIET, (1.8, 1.2, 2.4)), (1.3, 0.9, 1.7), "A steady drift does not fit", "steady drift it is"),
        (((1.2, 1.1, 1.5), (1.4, 1.2, 1.6), (1.6, 1.3, 2.0)), (1.4, 1.2, 1.6), "A steady drift fits, the last",
         "alone it is"),
        (((1.5, 1.2, 1.8), (1.0, 0.9, 1.2), (1.0, 0.9, 1.2)), (1.0, 0.8, 1.2), "Neither a steady drift", "it is"),
        (((1.2, 1.1, 1.5), (1.4, 1.2, 1.6)), (1.4, 1.2, 1.6), "no pattern can be told", "alone it is"),
    ],
)  # fmt: skip
def test_a_pattern_is_named_only_where_the_rule_tells_it(
    ratios: tuple[Triple, ...], slope: Triple, says: str, silent: str
) -> None:
    told = said(*ratios, slope=slope, after=BACK)
    assert says in told
    assert silent not in told


def test_what_stays_after_the_start_is_not_called_gone() -> None:
    assert "(1.3 to 2): still there." in said(QUIET, QUIET, (1.8, 1.2, 2.4), after=(1.6, 1.3, 2.0))


def placebos(**outcomes: Triple) -> pl.DataFrame:
    return pl.DataFrame([
        {"window": list(PLACEBOS)[-1], "outcome": outcome.replace("together", ALL_TOGETHER), "rounded_to": 0.1,
         "detectable": 1.4, **dict(zip(FIGURES, figures, strict=True))}
        for outcome, figures in outcomes.items()
    ])  # fmt: skip


def test_planned_outcomes_stand_open_next_to_the_mean_that_may_hide_them() -> None:
    page = placebos_section(placebos(together=(1.1, 0.9, 1.4), conviction=(2.1, 1.2, 3.6)), ["conviction"])
    open_part = page.split("<details")[0].replace("&nbsp;", " ")
    assert "Conviction, 1-12 months before: 2.1 (1.2 to 3.6)." in open_part
    assert "<caption>Planned outcomes</caption>" in open_part
    unplanned = placebos_section(placebos(together=(1.1, 0.9, 1.4), conviction=(2.1, 1.2, 3.6)))
    assert "Conviction" not in unplanned.split("<details")[0]


@pytest.mark.parametrize(
    ("together", "p_at_most", "says"),
    [
        ((1.3, 1.1, 1.7), 0.01, "Both of the assumptions are in doubt here"),
        ((1.3, 1.1, 1.7), 0.1, "Weighting is in doubt here"),
        ((1.1, 0.9, 1.4), 0.05, "Difference in differences is in doubt here"),
        ((1.1, 0.9, 1.4), 0.1, ""),
    ],
)
def test_other_sections_point_at_the_doubt(together: Triple, p_at_most: float, says: str) -> None:
    pretrends = pl.DataFrame([{"slope": 1.3, "p_at_most": p_at_most}])
    assert doubted(placebos(together=together), pretrends) == (says and f"{says}: see In short.")
