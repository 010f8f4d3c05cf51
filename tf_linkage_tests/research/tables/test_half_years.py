"""Histories laid on half-years, from the small world by hand (see conftest)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import polars as pl
import pytest

from tf_linkage.research.estimates.by_family import new_events, shares
from tf_linkage.research.tables.half_years import NEVER, Laid, lay

Returns = Mapping[str, Mapping[str, pl.LazyFrame]]
COVERED = (dt.date(2012, 4, 1), dt.date(2020, 3, 31))


@pytest.fixture
def laid(linked_people: pl.LazyFrame, attributes: pl.LazyFrame, returns: Returns, regions: dict[str, str]) -> Laid:
    return lay(linked_people, attributes, returns, regions, COVERED)


def half_years(laid: Laid, person: str, outcome: str) -> list[int]:
    of = laid.happened.filter((pl.col("person_id") == person) & (pl.col("outcome") == outcome))
    return of["half_year"].to_list()


def test_a_spell_counts_in_every_half_year_it_overlaps(laid: Laid):
    """Ann's family starts in May 2016; her claim ran to May 2015 (12 months before), her job to May 2016 (0)."""
    assert half_years(laid, "ann", "job_seeking") == [-5, -4, -3, -2]
    assert half_years(laid, "ann", "employment") == [-3, -2, -1, 0]
    assert half_years(laid, "ann", "conviction") == half_years(laid, "ann", "custody") == [0]
    assert half_years(laid, "ben", "child_in_need") == [-3, -2]
    assert half_years(laid, "ben", "exclusion") == [1]


def test_what_begins_after_the_last_half_year_is_left_out(laid: Laid):
    """Ben is looked after from May 2018, 24 months after the start's month."""
    assert half_years(laid, "ben", "looked_after") == []


def test_sessions_and_subjects_add_up_by_half_year(laid: Laid):
    """Autumn 2015 (9 of 100) lies 8 months before, spring 2016 (9) 4, summer (24) 1; autumn 2016 (10) 4 after."""
    school = laid.happened.filter(pl.col("outcome") == "persistent_absence")
    assert school.select("half_year", "got", "of").rows() == [
        (-2, 9, 100),
        (-1, 33, 200),
        (0, 10, 100),
        (1, 10, 100),
    ]
    reached = laid.happened.filter(pl.col("outcome") == "attainment")
    assert reached.select("half_year", "got", "of").rows() == [(2, 1, 2)]


def test_an_offence_arises_when_it_is_committed_and_an_unknown_day_never(laid: Laid, returns: Returns):
    assert laid.begun.filter(pl.col("outcome") == "conviction").is_empty()


def offences_of_ann(returns: Returns, committed: dt.date) -> Returns:
    offences = returns["moj"]["offences"].with_columns(offence_start_date=pl.lit(committed))
    return {**returns, "moj": {"offences": offences}}


@pytest.mark.parametrize("case", [(dt.date(2016, 4, 30), -1), (dt.date(2016, 5, 1), 0), (dt.date(2016, 11, 1), 1)])
def test_an_offence_arises_in_its_own_month(
    linked_people: pl.LazyFrame,
    attributes: pl.LazyFrame,
    returns: Returns,
    regions: dict[str, str],
    case: tuple[dt.date, int],
):
    committed, half_year = case
    laid = lay(linked_people, attributes, offences_of_ann(returns, committed), regions, COVERED)
    assert laid.begun.filter(pl.col("outcome") == "conviction")["half_year"].to_list() == [half_year]


def test_spells_that_follow_on_each_other_begin_once(
    linked_people: pl.LazyFrame, attributes: pl.LazyFrame, returns: Returns, regions: dict[str, str]
):
    """Three claims: the second from the day after the first, the third two days after the second."""
    claims = returns["dwp"]["benefits"].head(1).collect()
    days = [
        (dt.date(2016, 12, 1), dt.date(2016, 12, 31)),
        (dt.date(2017, 1, 1), dt.date(2017, 1, 31)),
        (dt.date(2017, 2, 2), dt.date(2017, 3, 1)),
    ]
    rows = pl.concat([claims.with_columns(start_date=pl.lit(a), end_date=pl.lit(b)) for a, b in days])
    changed = {**returns, "dwp": {**returns["dwp"], "benefits": rows.lazy()}}
    laid = lay(linked_people, attributes, changed, regions, COVERED)
    begun = laid.begun.filter(pl.col("outcome") == "job_seeking")
    assert begun.select("half_year", "events").rows() == [(1, 2)]


def test_half_years_beyond_the_histories_are_not_followed(
    linked_people: pl.LazyFrame, attributes: pl.LazyFrame, returns: Returns, regions: dict[str, str]
):
    """Ann's family starts in May 2016: histories from December 2014 to October 2017 cover -2 to 2."""
    covered = (dt.date(2014, 12, 1), dt.date(2017, 10, 31))
    laid = lay(linked_people, attributes, returns, regions, covered)
    ann = laid.members.row(by_predicate=pl.col("person_id") == "ann", named=True)
    assert (ann["earliest"], ann["latest"]) == (-2, 2)
    custody = shares(laid).filter((pl.col("outcome") == "custody") & (pl.col("family_id") == "fam-1"))
    assert "19-24 months after" not in custody["window"].to_list()
    assert "13-18 months before" not in custody["window"].to_list()
    assert "13-18 months after" in custody["window"].to_list()


def waiting(attributes: pl.LazyFrame, joins: dt.date) -> pl.LazyFrame:
    """Cy's family waits from October 2016 and joins on a day."""
    of_cy = pl.col("family_id") == "fam-2"
    return attributes.with_columns(service_start_date=pl.when(of_cy).then(pl.lit(joins)))


def test_a_waiting_family_is_followed_until_it_joins(
    linked_people: pl.LazyFrame, attributes: pl.LazyFrame, returns: Returns, regions: dict[str, str]
):
    """Joining in April 2018, 18 months on, leaves the third half-year whole and the fourth out."""
    laid = lay(linked_people, waiting(attributes, dt.date(2018, 4, 9)), returns, regions, COVERED)
    joins = dict(laid.members.select("family_id", "joins").unique().rows())
    assert joins == {"fam-1": NEVER, "fam-2": 18}
    of_cy = shares(laid).filter((pl.col("family_id") == "fam-2") & (pl.col("outcome") == "employment"))
    followed = of_cy.filter(pl.col("unit") == "adult")["window"].to_list()
    assert "13-18 months after" in followed
    assert not {"19-24 months after", "24 months after", "7-24 months after"} & set(followed)
    months = new_events(laid, (6, 24)).filter((pl.col("outcome") == "employment") & (pl.col("unit") == "adult"))
    assert dict(months.select("family_id", "months").rows()) == {"fam-1": 18, "fam-2": 12}


def test_who_comes_of_age_counts_in_the_family_alone(
    linked_people: pl.LazyFrame, attributes: pl.LazyFrame, returns: Returns, regions: dict[str, str]
):
    """Sixteen at the start: a child for certain through month 12, and an adult for certain not before month 24."""
    aged = attributes.with_columns(
        age=pl.when(pl.col("person_id") == "ben").then(16).otherwise("age").cast(pl.Int32)
    )
    laid = lay(linked_people, aged, returns, regions, COVERED)
    of = new_events(laid, (6, 24)).filter((pl.col("family_id") == "fam-1") & (pl.col("outcome") == "conviction"))
    assert dict(of.select("unit", "months").rows()) == {"adult": 18, "child": 6, "family": 36}
