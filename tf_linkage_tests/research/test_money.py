"""What families cost, computed by hand on the small world (see conftest)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import polars as pl
import pytest

from tf_linkage.contracts.outputs.estimates import COST_THEMES, BenefitPaths, Money, ServiceUse
from tf_linkage.research.estimates.counts import with_interval
from tf_linkage.research.estimates.money import family_costs, money
from tf_linkage.research.estimates.paths import benefit_paths, service_use
from tf_linkage.research.estimates.unit_costs import UNIT_COSTS
from tf_linkage.research.tables.benefits_and_work import benefits_and_work
from tf_linkage.research.tables.half_years import Laid, lay

Returns = Mapping[str, Mapping[str, pl.LazyFrame]]
COVERED = (dt.date(2012, 4, 1), dt.date(2020, 3, 31))
BEFORE, AFTER = "year before", "24 months after"


@pytest.fixture
def laid(linked_people: pl.LazyFrame, attributes: pl.LazyFrame, returns: Returns, regions: dict[str, str]) -> Laid:
    return lay(linked_people, attributes, returns, regions, COVERED)


@pytest.fixture
def costs(laid: Laid, linked_people: pl.LazyFrame, returns: Returns) -> pl.DataFrame:
    return family_costs(laid, laid.refs(linked_people), returns)


def pounds(costs: pl.DataFrame, theme: str, window: str, family: str = "fam-1") -> float:
    rows = costs.filter((pl.col("theme") == theme) & (pl.col("window") == window) & (pl.col("family_id") == family))
    return rows["pence"].item() / 100


def test_benefits_cost_what_was_paid_for_the_days_within(costs: pl.DataFrame):
    """The year before May 2016: nine days of £73.10 a week to 9 May 2015, and 31 days of £25 to 1 July."""
    assert pounds(costs, "benefits", BEFORE) == pytest.approx(9 * 73.10 / 7 + 31 * 25 / 7, abs=0.011)
    assert pounds(costs, "benefits", AFTER) == 0, "the claim of May 2018 begins after the 24 months"


def test_a_claim_without_its_first_day_or_amount_costs_nothing_and_lies_in_no_half_year(
    laid: Laid, linked_people: pl.LazyFrame, attributes: pl.LazyFrame, returns: Returns, regions: dict[str, str]
):
    claims = returns["dwp"]["benefits"]
    lost = [
        claims.with_columns(start_date=pl.lit(None, pl.Date)),
        claims.with_columns(weekly_amount=pl.lit(None, pl.Float64)),
    ]
    undated = {**returns, "dwp": {**returns["dwp"], "benefits": pl.concat([claims, lost[0]])}}
    again = lay(linked_people, attributes, undated, regions, COVERED)
    assert again.happened.equals(laid.happened)
    assert again.begun.equals(laid.begun)
    unpaid = {**undated, "dwp": {**undated["dwp"], "benefits": pl.concat([claims, *lost])}}
    refs = laid.refs(linked_people)
    assert (
        family_costs(laid, refs, unpaid).select("pence").equals(family_costs(laid, refs, returns).select("pence"))
    )
    of_all = benefits_and_work(linked_people, attributes, unpaid["dwp"])
    assert of_all.filter(pl.col("spell").cast(pl.String) == "benefit", pl.col("starts").is_null()).collect().height


def test_care_by_the_day_sentences_and_exclusions_by_the_event(costs: pl.DataFrame):
    """Ben in need until 10 May 2015 (10 days of the year before); Ann's sentence of 182 days; three exclusions."""
    assert pounds(costs, "social care", BEFORE) == pytest.approx(
        10 * UNIT_COSTS["child_in_need"].pounds / 365.25, abs=0.01
    )
    served = 91 / 365.25 * UNIT_COSTS["custody"].pounds
    assert pounds(costs, "crime and justice", AFTER) == pytest.approx(
        served + UNIT_COSTS["conviction"].pounds, abs=0.01
    )
    absent = UNIT_COSTS["persistent_absence"].pounds / 2
    # Two of the half-years after reach a tenth of the sessions (10 of 100 in each).
    assert pounds(costs, "education", AFTER) == pytest.approx(3 * UNIT_COSTS["exclusion"].pounds + 2 * absent)
    assert pounds(costs, "education", BEFORE) == pytest.approx(absent), "9 of 100, then 33 of 200"


def test_the_programme_costs_those_on_it(costs: pl.DataFrame):
    assert pounds(costs, "the programme", AFTER) == UNIT_COSTS["programme"].pounds
    assert pounds(costs, "the programme", AFTER, "fam-2") == 0
    assert pounds(costs, "the programme", BEFORE) == 0


def test_sums_and_who_weighs_most_in_them():
    rows = [("a", 100_00, 1), ("b", 300_00, 2), ("c", 0, 0)]
    costs = pl.DataFrame(
        [
            {"family_id": name, "theme": "benefits", "window": AFTER, "study_group": "programme", "pence": pence,
             "people_with": people, "people": 2}
            for name, pence, people in rows
        ]
    )  # fmt: skip
    table = money(costs)
    Money.validate(table)
    columns = ("families", "families_with", "people_with", "pounds", "largest", "second_largest")
    assert table.select(columns).row(0) == (3, 2, 3, 400.0, 300.0, 100.0)
    mean, low, high = table.select("mean", "low", "high").row(0)
    # Standard deviation of 100, 300, 0 is 152.75; over the root of three, 88.19.
    assert mean == pytest.approx(400 / 3)
    assert (high - low) / 2 == pytest.approx(1.959964 * 88.1917, rel=1e-5)


def test_every_theme_of_every_family_followed(costs: pl.DataFrame):
    assert set(costs["theme"]) == set(COST_THEMES)
    assert costs.group_by("family_id", "window").len()["len"].unique().to_list() == [len(COST_THEMES)]


def test_every_unit_cost_says_where_it_comes_from():
    for cost in UNIT_COSTS.values():
        assert cost.theme in COST_THEMES
        assert cost.source


def test_paths_of_adults_from_the_half_year_before(laid: Laid):
    """Ann worked until May 2016 and had no claim; Cy was in no register."""
    paths = benefit_paths(laid)
    BenefitPaths.validate(paths)
    first = paths.filter(pl.col("window") == "1-6 months after")
    assert first.select("from_state", "to_state", "study_group", "people", "share").rows() == [
        ("working", "working", "programme", 1, 1.0),
        ("neither", "neither", "comparison", 1, 1.0),
    ]
    later = paths.filter(pl.col("window") == "7-12 months after", pl.col("study_group") == "programme")
    assert later.select("from_state", "to_state").rows() == [("working", "neither")]


def test_services_of_a_family_in_a_half_year(laid: Laid):
    """In the first half-year after: a conviction, and a tenth of the sessions missed."""
    used = service_use(laid)
    ServiceUse.validate(used)
    first = used.filter(pl.col("window") == "1-6 months after", pl.col("families") > 0)
    assert first.select("services", "study_group", "families", "people", "share").rows() == [
        (0, "comparison", 1, 2, 1.0),
        (2, "programme", 1, 2, 1.0),
    ]
    assert used.group_by("study_group", "window").agg(pl.col("families").sum())["families"].to_list() == [1] * 16


def test_clusters_that_split_evenly_are_worth_more_than_their_number_but_count_no_more():
    """Each family has one of two: people are less alike than strangers, and the design effect stays 1."""
    rows = pl.DataFrame({"family_id": range(50), "y": [1] * 50, "n": [2] * 50, "group": ["x"] * 50})
    assert with_interval(rows, ["group"])["design_effect"].item() == 1.0
