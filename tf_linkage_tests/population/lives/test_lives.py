"""Families and lives hang together."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tf_linkage import bodies, population
from tf_linkage.population import Settings, population_counts, simulate
from tf_linkage.population.draws import Draws
from tf_linkage.population.liability import liability, threshold
from tf_linkage.population.lives.benefit_rules import live_service, roll_out
from tf_linkage.population.lives.benefits_and_jobs import BENEFITS
from tf_linkage.population.lives.offending import DISPOSALS
from tf_linkage.population.lives.schooling import _school_cohort
from tf_linkage.population.people.communities import MIXES, ORIGINS
from tf_linkage.population.people.households import HEAD, NEVER, ROLES
from tf_linkage.population.people.localities import localities
from tf_linkage.population.people.persons import dwelling
from tf_linkage.population.places.places import AUTHORITIES, HOME_AUTHORITIES, dwelling_at, postcodes
from tf_linkage.population.rates import EFFECTS, LOADINGS, RATES, rate_table
from tf_linkage.population.settings import day
from tf_linkage.population.simulation import simulate_columns

SETTINGS = Settings(seed=9, families=200, population=30_000, councils=("E09000012", "E08000032", "E10000016"))
EXTRACT = day(SETTINGS.extract)


@pytest.fixture(scope="module")
def world() -> dict[str, pl.DataFrame]:
    return {name: table.collect() for name, table in simulate(SETTINGS).items()}


@pytest.fixture(scope="module")
def people(world) -> pl.DataFrame:
    return world["people"]


def test_the_population_is_as_large_as_asked(people) -> None:
    assert len(people) == pytest.approx(SETTINGS.population, rel=0.03)
    assert people["person"].is_sorted()
    assert people["person"].n_unique() == len(people)


def test_parents_are_older_than_their_children(people) -> None:
    parents = people.filter(pl.col("place") <= 1).select("family", "place", parent="birth")
    children = people.filter(
        pl.col("role").is_in([ROLES.index("child"), ROLES.index("adult child")]) & ~pl.col("abroad")
    )
    gap = children.join(parents, on="family").select((pl.col("birth") - pl.col("parent")) / 365.25).to_series()
    assert gap.min() > 12
    assert (gap < 16).mean() < 0.02
    assert gap.median() == pytest.approx(30, abs=4)


def test_nobody_is_born_after_the_extract(people) -> None:
    assert people["birth"].max() <= EXTRACT
    assert (people["death"] >= people["birth"]).all()


def test_twins_share_birthday_and_family_but_not_forename(people) -> None:
    twins = people.filter("twin")
    groups = twins.group_by("family", "birth").agg(pl.len(), pl.col("forename").n_unique().alias("names"))
    assert len(groups) > 20
    assert groups["len"].min() >= 2
    assert (groups["names"] == groups["len"]).mean() > 0.97


def test_lives_stay_inside_their_bounds(world, people) -> None:
    birth = people.select("person", "birth", "death", "arrived")
    offences = world["offences"].join(birth, on="person")
    age = (offences["start"] - offences["birth"]) / 365.25
    assert age.min() >= 10
    assert (offences["disposed"] <= EXTRACT).all()
    assert (offences["disposed"] <= offences["death"]).all()
    jailed = offences.filter(pl.col("disposal") == DISPOSALS.index("CUSTODY"))
    assert len(jailed) > 5
    work = world["work"].join(birth, on="person")
    assert ((work["start"] - work["birth"]) / 365.25).min() >= 15
    assert ((work["end"] == NEVER) | (work["end"] <= EXTRACT)).all()
    assert (work["start"] <= work["end"]).all()
    care = world["care"].join(birth, on="person")
    assert ((care["start"] - care["birth"]) / 365.25).max() < 18
    years = world["school_years"].join(birth, on="person")
    assert years["curriculum"].min() == 0
    assert years["curriculum"].max() == 13
    assert years.select("person", "year").is_unique().all()


def test_school_cohorts_turn_in_september() -> None:
    days = np.array([day(dt.date(2010, 8, 31)), day(dt.date(2010, 9, 1)), day(dt.date(2011, 1, 15))])
    assert _school_cohort(days).tolist() == [2010, 2011, 2011]


def test_universal_credit_starts_with_its_area(world, people) -> None:
    claims = world["work"].join(people.select("person", "la_at_extract"), on="person")
    start = pl.Series(roll_out())
    regimes = claims.filter(pl.col("kind").is_in([BENEFITS.index(name) for name in ("UBC", "UDF", "UCE", "UAB")]))
    assert len(regimes) > 50
    assert (regimes["start"] >= start.gather(regimes["la_at_extract"])).all()
    searching, live = claims.filter(pl.col("kind") == BENEFITS.index("UAA")), pl.Series(live_service())
    assert (searching["start"] >= live.gather(searching["la_at_extract"])).all()
    assert (searching["start"] < start.gather(searching["la_at_extract"])).any(), "single people claim before"
    old = claims.filter(pl.col("kind") == BENEFITS.index("JSA"))
    assert (old["start"] < start.gather(old["la_at_extract"])).all()


def test_liabilities_correlate_as_their_loadings_say() -> None:
    """The published cross-domain odds rest on these correlations."""
    person = np.arange(200_000)
    draws = Draws(1)
    family, own = draws.normal("f", person), draws.normal("p", person)
    scores = {name: liability(draws, name, person, family, own) for name in ("offending", "exclusion", "absence")}
    for one, other in (("offending", "exclusion"), ("offending", "absence")):
        expected = sum(a * b for a, b in zip(LOADINGS[one], LOADINGS[other], strict=True))
        assert np.corrcoef(scores[one], scores[other])[0, 1] == pytest.approx(expected, abs=0.01)
        assert scores[one].std() == pytest.approx(1, abs=0.01)
    assert (scores["exclusion"] > threshold(0.15)).mean() == pytest.approx(0.15, abs=0.005)


def test_families_move_more_where_the_rate_is_higher() -> None:
    group, home = np.arange(50_000), np.zeros(50_000, dtype=np.int64)
    moved = {}
    for yearly in (0.1, 0.2):
        _, authority, since = dwelling_at(
            Draws(1), group, home, np.full(50_000, yearly), np.full(50_000, EXTRACT), leaves_authority=0.16
        )
        moved[yearly] = (since > EXTRACT - 365).mean()
        assert moved[yearly] == pytest.approx(1 - np.exp(-yearly), abs=0.01)
    assert (authority != 0).mean() > 0.15


def test_postcodes_belong_to_one_authority() -> None:
    area = np.repeat(np.arange(len(AUTHORITIES)), 50)
    codes = postcodes(area, np.tile(np.arange(0, 80_000, 1_600), len(AUTHORITIES)))
    assert codes.str.contains(r"^X[A-Z][0-9]{1,2} [0-9][A-Z]{2}$").all()
    owner = (
        pl.DataFrame({"area": codes.str.slice(0, 2), "authority": area})
        .group_by("area")
        .agg(pl.col("authority").n_unique())
    )
    assert owner["authority"].max() == 1
    assert codes.n_unique() == len(codes)


def test_every_rate_is_used() -> None:
    """A figure that nothing reads would tell of a world that is not simulated."""
    rooms = [Path(package.__file__).parent for package in (population, bodies)]
    code = "".join(
        file.read_text() for room in rooms for file in sorted(room.rglob("*.py")) if file.name != "rates.py"
    )
    assert [name for name in RATES if f'rate("{name}")' not in code] == []


def test_every_rate_has_its_source() -> None:
    assert len(rate_table()) == len(RATES)
    assert all(source and 0 <= value <= 1 for value, source in RATES.values())
    assert all(source and ratio > 0 for ratio, source in EFFECTS.values())
    assert set(MIXES) == set(HOME_AUTHORITIES)
    for mix in MIXES.values():
        assert set(mix) == {origin.name for origin in ORIGINS}
        assert sum(mix.values()) == pytest.approx(100, abs=6)


def test_population_counts_name_nobody_and_count_every_family() -> None:
    counts = population_counts(simulate(SETTINGS), SETTINGS).collect()
    assert counts.columns == ["la_code", "adults", "children", "children_ages", "families"]
    assert counts.select("la_code", "adults", "children", "children_ages").is_unique().all()
    assert counts["families"].sum() > 1_000
    assert counts["families"].max() > 5
    assert set(counts["la_code"]) == set(SETTINGS.councils)
    assert (counts["children_ages"].str.split(" ").list.len() == counts["children"]).all()


def _homes(moves_together: float) -> pl.DataFrame:
    """Where everybody lives at the extract, and who moved with whom."""
    settings = dataclasses.replace(SETTINGS, moves_together=moves_together)
    people = simulate_columns(settings, localities(settings).part(0, 1))["people"]
    place, authority, since = dwelling(
        settings, Draws(settings.seed), people, np.full(len(people["person"]), EXTRACT)
    )
    return pl.DataFrame({"place": place, "authority": authority, "since": since}).with_columns(
        family=people["family"],
        head=people["place"] == HEAD,
        member=(people["joined"] <= EXTRACT) & (people["left"] > EXTRACT) & (people["place"] != HEAD),
    )


def test_fewer_moves_together_only_part_members_from_their_households() -> None:
    whole, most, few = (_homes(share) for share in (1.0, 0.8, 0.3))
    with_head = whole.join(whole.filter("head").select("family", home="place"), on="family", maintain_order="left")
    assert (with_head["place"] == with_head["home"]).filter(whole["member"]).mean() > 0.97
    # A household that has not moved since 2009 is whole whatever the choice; so is one in a hostel.
    moved = whole["since"] > whole["since"].min()
    moved &= ~whole["place"].is_between(1 << 41, (1 << 41) + (1 << 30))
    for share, homes in ((0.8, most), (0.3, few)):
        apart = homes["place"] != whole["place"]
        assert not apart.filter(~(whole["member"] & moved)).any()
        assert apart.filter(whole["member"] & moved).mean() == pytest.approx(1 - share, abs=0.03)
        # The day and the destination stay.
        assert_frame_equal(homes.select("authority", "since"), whole.select("authority", "since"))
        assert homes.filter(apart)["place"].n_unique() == apart.sum()
    # Who is apart when most move together is apart when few do.
    assert (few["place"] == most["place"]).filter(most["place"] != whole["place"]).all()
