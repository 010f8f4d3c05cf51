"""Every body's tables keep their contracts and leak nothing (law 7)."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from tf_linkage import bodies
from tf_linkage.contracts import truth as true_contract
from tf_linkage.contracts.bodies.council import Cohort
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.population import Settings, simulate

COUNCILS = ("E09000012", "E08000003", "E06000010", "E08000032", "E10000016")


@pytest.fixture(scope="module")
def settings() -> Settings:
    return Settings(seed=7, families=200, population=8_000, councils=COUNCILS)


@pytest.fixture(scope="module")
def population(settings: Settings) -> dict[str, pl.LazyFrame]:
    return simulate(settings)


@pytest.fixture(scope="module")
def truth(population: dict[str, pl.LazyFrame], settings: Settings) -> dict[str, pl.DataFrame]:
    return {name: table.collect() for name, table in bodies.truth(population, settings).items()}


def test_cohort_keeps_its_contract_and_finds_the_families_asked_for(population, settings, truth):
    cohort = Cohort.validate(bodies.council.cohort(population, settings).collect())
    keys = cohort.select(record_key=pl.col("la_code") + "|" + pl.col("person_ref"))
    named = truth["records"].filter(pl.col("body") == "council")
    assert set(keys["record_key"]) == set(named["record_key"])
    families = named.join(truth["people"], on="true_person")["true_family"].n_unique()
    assert families == settings.families
    assert cohort["person_ref"].is_sorted()


@pytest.mark.parametrize("name", ["dwp", "moj", "dfe"])
def test_registers_keep_their_contracts_in_key_order(name, population, settings, truth):
    department, body = DEPARTMENTS[name], getattr(bodies, name)
    people = department.people[1].validate(body.people(population, settings).collect())
    assert people[department.key].is_sorted()
    histories = body.histories(population, settings)
    assert set(histories) == set(department.histories[1])
    held = set(people[department.key])
    for table, contract in department.histories[1].items():
        rows = contract.validate(histories[table].collect())
        assert len(rows) > 0
        assert rows[department.key].is_sorted()
        assert set(rows[department.key]) <= held
    records = truth["records"].filter(pl.col("body") == name)
    assert set(records["record_key"]) == held
    present = truth["people"].filter(pl.col(f"in_{name}"))
    assert set(present["true_person"]) == set(records["true_person"])


def test_truth_keeps_its_contracts(truth):
    true_contract.TruePeople.validate(truth["people"])
    true_contract.TrueRecords.validate(truth["records"])
    true_contract.TrueErrors.validate(truth["errors"])
    true_contract.TrueEffects.validate(truth["effects"])


@pytest.mark.parametrize("name", ["dwp", "moj", "dfe"])
def test_key_rank_and_row_order_say_nothing_about_the_person(name, truth):
    """A linker that pairs the i-th record of the council with the i-th of a register scores at chance."""
    records = truth["records"]
    council = records.filter(pl.col("body") == "council").sort(pl.col("record_key").str.slice(10))
    register = records.filter(pl.col("body") == name).sort("record_key")
    shared = sorted(set(council["true_person"]) & set(register["true_person"]))
    council = council.filter(pl.col("true_person").is_in(shared)).unique(
        "true_person", keep="first", maintain_order=True
    )
    register = register.filter(pl.col("true_person").is_in(shared)).unique(
        "true_person", keep="first", maintain_order=True
    )
    hits = (council["true_person"] == register["true_person"]).sum()
    assert hits <= 6  # one expected by chance whatever the number of people
    rank = {person: place for place, person in enumerate(register["true_person"])}
    there = np.array([rank[person] for person in council["true_person"]])
    assert abs(np.corrcoef(np.arange(len(there)), there)[0, 1]) < 5 / np.sqrt(len(there))
