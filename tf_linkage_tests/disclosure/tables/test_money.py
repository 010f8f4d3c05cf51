"""A release of costs: by hand, attacked, and proved as it is stored."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import pytest
from dataframely.exc import ValidationError
from hypothesis import given
from hypothesis import strategies as st
from tables_of_counts import costs, counts, estimates

from tf_linkage.contracts.outputs.published import PRICES, Money
from tf_linkage.contracts.outputs.release import DECISIONS
from tf_linkage.disclosure import behind, findings_page, must_be_apart, must_hold, propose_release, prove
from tf_linkage.disclosure.release.earlier_releases import ReleaseRefused
from tf_linkage.disclosure.suppression.attack import intervals
from tf_linkage.disclosure.suppression.rules import P, dominated, spread_tells
from tf_linkage.disclosure.tables.money import money_rows, money_system
from tf_linkage.research.estimates.unit_costs import UNIT_COSTS

CELL = ("education", "programme", "year before")
NAME = ("money", "mean", *CELL)
SPREAD = [0.0] * 100 + [1000.0] * 100


def everything(pounds: Sequence[float]) -> dict[str, pl.LazyFrame]:
    cells = {
        ("family", "conviction", side, "year before", "North"): (200, 60) for side in ("programme", "comparison")
    }
    return estimates(counts(cells)) | {"money": costs({CELL: pounds}).lazy()}


def published(pounds: Sequence[float]) -> tuple[dict[str, object], str | None]:
    made = propose_release(everything(pounds))
    table = made["money"].collect()
    Money.validate(table)
    decisions = made[DECISIONS].collect().filter(pl.col("table") == "money")
    return table.row(0, named=True), decisions["rule"].cast(pl.String)[0]


def test_one_mean_by_hand():
    """100 of 200 families cost 1,000 each: the mean is 500; five families make 25, the next step is 50.

    The deviation is 501.25, the error 35.44, the interval 430.5 to 569.5, outwards 400 to 600.
    """
    row, rule = published(SPREAD)
    assert rule is None
    assert (row["mean"], row["low"], row["high"], row["rounded_to"]) == (500, 400, 600, 50)
    assert (row["prices"], row["note"]) == ("illustrative", None)


@pytest.mark.parametrize(
    ("pounds", "rule"),
    [
        ([0.0] * 100 + [1000.0] * 9, "few"),
        ([0.0] * 100 + [1000.0] * 10, None),
        ([1000.0] * 10, "degrees of freedom"),
        ([0.0] * 100 + [100.0] * 20 + [1600.0], "dominance"),  # 1,600 of 3,600 is 44.4%
        ([0.0] * 100 + [1000.0] * 40 + [9000.0, 9000.0], None),  # two have 31%
        ([0.0] * 100 + [10.0] * 100 + [9000.0, 9000.0], "dominance"),  # two have 95%
    ],
)  # fmt: skip
def test_what_makes_a_sum_tell_of_somebody(pounds: list[float], rule: str | None):
    row, why = published(pounds)
    assert why == rule
    assert (row["mean"] is None) is (rule is not None)


def test_ten_people_of_fewer_than_ten_families_are_few():
    made = costs({CELL: [0.0] * 100 + [1000.0] * 6})
    assert made["people_with"][0] == 12
    assert money_system(made).quantities[NAME].need is not None


def test_an_interval_that_gives_the_largest_away_is_withheld():
    """5,000 families of 100 pounds, one of 200,000: 28.6% of the sum, but nearly all of the sum of squares."""
    one_large = [100.0] * 5000 + [200_000.0]
    assert not dominated(sum(one_large), 200_000, 100)
    row, why = published(one_large)
    assert why == "dominance"
    assert row["high"] is None
    squares = sum(each**2 for each in one_large)
    assert 200_000 <= squares**0.5 < (1 + P) * 200_000, "the control: who knows the squares knows the largest"
    assert spread_tells(squares, 200_000, 100)


@given(st.lists(st.integers(0, 50_000), min_size=12, max_size=60))
def test_who_knows_the_second_largest_cannot_tell_the_largest(pounds: list[int]):
    """The attack over what is shown: what the sum leaves for the largest is at least 10% more than it is."""
    made = costs({CELL: [float(each) for each in pounds]})
    system = money_system(made)
    shown = {NAME} if system.quantities[NAME].need is None else set()
    low, high = intervals(system, shown, [NAME])[NAME]
    largest, second = made["largest"][0], made["second_largest"][0]
    assert low <= sum(pounds) <= high
    assert high - second >= (1 + P) * largest - 1e-6
    assert high - low >= 2 * P * largest - 1e-6


def test_the_attack_succeeds_on_an_unprotected_sum():
    """The control: shown exactly, the sum of one large and ten small costs gives the large one away."""
    pounds = [10.0] * 10 + [5000.0]
    assert sum(pounds) - 10 < (1 + P) * 5000


@pytest.mark.parametrize("spoil", [{"mean": pl.col("mean") + 50}, {"high": pl.col("high") - 50}])
def test_figures_that_were_tampered_with_are_refused(spoil: dict[str, pl.Expr]):
    made = propose_release(everything(SPREAD))
    must_hold(prove(made, everything(SPREAD)))
    with pytest.raises(ReleaseRefused, match="money"):
        must_hold(prove(made | {"money": made["money"].with_columns(**spoil)}, everything(SPREAD)))


def test_showing_a_withheld_sum_exposes_it():
    few = everything([0.0] * 100 + [1000.0] * 9)
    made = propose_release(few)
    spoiled = money_rows(few["money"].collect(), {NAME}).lazy()
    assert prove(made, few).holds
    assert NAME in prove(made | {"money": spoiled}, few).exposed


@pytest.mark.parametrize(("families", "held"), [(1, True), (9, True), (10, False)])
def test_a_release_after_few_withdrawals_is_held_back(families: int, held: bool):
    earlier, later = (
        behind(propose_release(everything(pounds))[DECISIONS].collect()) for pounds in (SPREAD, SPREAD[:-families])
    )
    if held:
        with pytest.raises(ReleaseRefused):
            must_be_apart(later, [("2020-04-06", earlier)])
    else:
        must_be_apart(later, [("2020-04-06", earlier)])


@pytest.mark.parametrize(
    "spoil", [{"mean": pl.lit(None, pl.Float64)}, {"mean": pl.lit(900.0)}, {"high": pl.lit(610.0)}]
)
def test_the_contract_refuses(spoil: dict[str, pl.Expr]):
    """Half a row; a mean outside its interval; a figure between two steps."""
    table = propose_release(everything(SPREAD))["money"].collect()
    with pytest.raises(ValidationError):
        Money.validate(table.with_columns(**spoil))


def test_illustrative_unit_costs_are_marked():
    themes = {cost.theme: cost.source.startswith("Illustrative") for cost in UNIT_COSTS.values()}
    assert {theme for theme, ours in themes.items() if ours} == {
        theme for theme, prices in PRICES.items() if prices == "illustrative"
    }
    made = propose_release(everything(SPREAD))
    page = findings_page(made, rehearsal=True)
    assert "no conclusion may be drawn from these sums" in page.replace("\n", " ")
    assert "£500 (400 to 600)" in page.replace("&nbsp;", " ")
