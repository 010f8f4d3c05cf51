"""The council finds families from the lives that the registers record, and the programme does what it does."""

from __future__ import annotations

import dataclasses

import numpy as np
import polars as pl
import pytest

from tf_linkage import bodies
from tf_linkage.bodies import effects, lived
from tf_linkage.bodies.council import extract, merged_of, roster
from tf_linkage.bodies.recording.error_rates import DUPLICATES
from tf_linkage.contracts.bodies.council import PROBLEMS, Cohort
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.population import Settings, simulate
from tf_linkage.population.draws import Draws, normal_share
from tf_linkage.population.people.households import NEVER
from tf_linkage.population.rates import EFFECTS
from tf_linkage.study import COUNCILS as EVERY_COUNCIL

COUNCILS = ("E09000012", "E08000003", "E10000016")
SETTINGS = Settings(seed=21, families=600, population=40_000, councils=COUNCILS[:2], confounding="none")


@pytest.fixture(scope="module")
def population() -> dict[str, pl.LazyFrame]:
    return simulate(SETTINGS)


@pytest.fixture(scope="module")
def cohort(population) -> pl.DataFrame:
    return bodies.council.cohort(population, SETTINGS).collect()


def test_an_offence_the_council_knows_stands_in_the_police_register(population, cohort) -> None:
    """Half of all problems are seen by a department as well: the same event, not a second draw."""
    truth = {name: table.collect() for name, table in bodies.truth(population, SETTINGS).items()}
    council = truth["records"].filter(pl.col("body").cast(pl.String) == "council")
    known = cohort.with_columns(record_key=pl.col("la_code") + "|" + pl.col("person_ref")).join(
        council, on="record_key"
    )
    people = truth["people"]
    for column, codes, flag in (("crime", ["OFF"], "in_moj"), ("school_absence", ["PA", "EXC"], "in_dfe"),
                                ("child_need", ["CIN", "CPP", "CLA"], "in_dfe")):  # fmt: skip
        named = known.filter(pl.col(column).cast(pl.String).is_in(codes)).join(people, on="true_person")
        assert len(named) > 10
        assert named[flag].mean() > 0.97, column


def test_every_problem_and_both_groups_occur(cohort) -> None:
    for column, codes in PROBLEMS.items():
        assert set(cohort[column].drop_nulls().cast(pl.String)) == set(codes), column
    assert set(cohort["study_group"].cast(pl.String)) == {"programme", "comparison"}
    late = cohort.filter((pl.col("study_group").cast(pl.String) == "comparison") & pl.col("service_received"))
    wait = (late["service_start_date"] - late["identified_date"]).dt.total_days()
    assert 0.02 < len(late) / len(cohort) < 0.2
    assert wait.min() >= 400


LARGE = Settings(seed=21, families=1_500, population=60_000, councils=COUNCILS, confounding="none")


@pytest.fixture(scope="module")
def large() -> dict[str, pl.LazyFrame]:
    return simulate(LARGE)


def test_the_neediest_are_served_first(large) -> None:
    """Programme families have more problems before the start, and by as much as the rule of choice says."""
    problems = (
        bodies.council.cohort(large, LARGE)
        .group_by("la_code", "family_ref")
        .agg(
            pl.col("study_group").first().cast(pl.String), *[pl.col(name).is_not_null().any() for name in PROBLEMS]
        )
        .select(count=pl.sum_horizontal(list(PROBLEMS)), programme=pl.col("study_group") == "programme")
        .collect()
    )
    served, waiting = (problems.filter(programme=group)["count"] for group in (True, False))
    # Chance alone would give a gap of 3.5 standard errors once in four thousand worlds.
    error = np.sqrt(served.var() / len(served) + waiting.var() / len(waiting))
    assert served.mean() - waiting.mean() > 3.5 * error
    for (count,), rows in problems.group_by("count"):
        if len(rows) >= 100:
            chance = float(normal_share(np.array([0.15 + 0.22 * (count - 3)]))[0])
            # A wide four standard errors: a few families are counted again when another council finds them.
            within = 4 * np.sqrt(chance * (1 - chance) / len(rows))
            assert rows["programme"].mean() == pytest.approx(chance, abs=within), count


def test_some_people_stand_twice_in_one_council_and_in_two(large) -> None:
    found = roster(large, LARGE)
    copies = np.bincount(found.families["copy"], minlength=3)
    assert copies[0] == LARGE.families
    # One family in fifty is referred again (DUPLICATES); some move to another council that takes part.
    referred = LARGE.families * DUPLICATES["council family"][0]
    assert 0.5 * referred < copies[1] < 1.5 * referred
    assert copies[2] >= 3
    records = bodies.truth(large, LARGE)["records"].filter(pl.col("body").cast(pl.String) == "council").collect()
    twice = records.filter(pl.col("true_person").is_duplicated())
    assert 0.02 < twice["true_person"].n_unique() / records["true_person"].n_unique() < 0.15


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Effects that are the same for everyone and at any time."""
    monkeypatch.setattr(effects, "SHAPES", {})


@pytest.mark.parametrize(
    ("outcome", "table", "which"),
    [("looked after", "care", ("episode", 2)), ("JSA and Universal Credit searching", "work", ("kind", 0))],
)
@pytest.mark.usefixtures("plain")
def test_the_programme_averts_the_share_it_is_said_to(outcome, table, which, population) -> None:
    """Events after the start fall by the true effect; events before it stay."""
    draws, people = Draws(SETTINGS.seed), lived.columns(population["people"])
    everyone = {"family": np.unique(people["family"]), "start": np.full(len(np.unique(people["family"])), 16_000)}
    events = lived.columns(population[table])
    after = effects.with_effects(SETTINGS, draws, people, everyone, table, events)
    column, value = which

    def count(rows, *, later: bool) -> int:
        return int(((rows[column] == value) & ((rows["start"] > 16_000) == later)).sum())

    assert count(after, later=False) == count(events, later=False)
    before = count(events, later=True)
    assert before > 100
    assert count(after, later=True) / before == pytest.approx(EFFECTS[outcome][0], abs=3.5 * np.sqrt(0.25 / before))


@pytest.mark.usefixtures("plain")
def test_custody_falls_by_its_own_ratio(population) -> None:
    draws, people = Draws(SETTINGS.seed), lived.columns(population["people"])
    families = np.unique(people["family"])
    served = {"family": families, "start": np.full(len(families), 10_000)}
    events = lived.columns(population["offences"])
    after = effects.with_effects(SETTINGS, draws, people, served, "offences", events)
    young = (events["start"] - people["birth"][lived.position(people, events["person"])]) < 18 * 365.25
    still = (after["start"] - people["birth"][lived.position(people, after["person"])]) < 18 * 365.25
    assert still.sum() / young.sum() == pytest.approx(EFFECTS["offences, juveniles"][0], abs=0.06)
    jailed = ((events["disposal"] == 0) & ~young).sum(), ((after["disposal"] == 0) & ~still).sum()
    assert jailed[1] / jailed[0] == pytest.approx(EFFECTS["custody, adults"][0], abs=0.15)


# The smallest world in which a merge took a family below two problems before records were united.
MERGING = Settings(seed=1, families=500, population=10_000, councils=tuple(EVERY_COUNCIL), noise="hard")


@pytest.fixture(scope="module")
def merging() -> dict[str, pl.LazyFrame]:
    return simulate(MERGING)


def test_a_record_of_two_people_shows_the_problems_of_both(large) -> None:
    settings = dataclasses.replace(LARGE, noise="hard")
    draws, people = Draws(settings.seed), lived.columns(large["people"])
    found = roster(large, settings, people)
    rows, absorbed = merged_of(settings, draws, people, found)
    frame, _, keys = extract(settings, draws, people, found)
    frame = frame.with_columns(record_key=pl.col("la_code") + "|" + pl.col("person_ref"))
    shown = (
        keys.head(len(found.members["at"])).select("record_key").join(frame, on="record_key", maintain_order="left")
    )
    gained = 0
    for column, codes in PROBLEMS.items():
        rank = found.members[column]
        code = [None, *codes]
        for row, gone in zip(rows, absorbed, strict=True):
            assert shown[column][int(row)] == code[max(rank[row], rank[gone])]
            gained += rank[gone] > rank[row]
    assert len(rows) >= 5
    assert gained >= 3


def test_no_body_sends_what_its_contract_refuses(merging) -> None:
    """Where the most goes wrong in records: every rule of every contract, of councils and departments."""
    tables = {"council": (Cohort, bodies.council.cohort(merging, MERGING))}
    for name, body in (("dwp", bodies.dwp), ("moj", bodies.moj), ("dfe", bodies.dfe)):
        department = DEPARTMENTS[name]
        tables[name] = department.people[1], body.people(merging, MERGING)
        histories = body.histories(merging, MERGING)
        tables |= {f"{name} {table}": (kept, histories[table]) for table, kept in department.histories[1].items()}
    assert len(tables) == 12
    for name, (contract, table) in tables.items():
        refused = contract.filter(table.collect())[1].counts()
        assert not refused, name


def test_nobody_is_served_before_the_family_is_found(population) -> None:
    found = roster(population, SETTINGS).families
    served = found["start"] < NEVER
    assert (found["start"][served] >= found["identified"][served]).all()
    assert (found["end"][served] >= found["start"][served]).all()
