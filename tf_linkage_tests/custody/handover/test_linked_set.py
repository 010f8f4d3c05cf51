"""The linked set: everything that is known, and nobody."""

from __future__ import annotations

import polars as pl
import pytest
from rehearsing import Rehearsed

from tf_linkage import research
from tf_linkage.contracts.linked_set import LINKED_SET
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.custody import identifiers_in
from tf_linkage.study import REGIONS

Tables = dict[str, pl.LazyFrame]


@pytest.fixture(scope="module")
def handed(rehearsed: Rehearsed) -> Tables:
    return tables(rehearsed, "research", "linked_set")


@pytest.fixture(scope="module")
def held(rehearsed: Rehearsed) -> Tables:
    """What ONS keeps."""
    kept = {name: rehearsed.store.read(["ons", name]) for name in ("identifiers", "attributes")}
    kept["linked_people"] = rehearsed.store.read(["linkage", "linked_people"])
    return {name: table for name, table in kept.items() if isinstance(table, pl.LazyFrame)}


def tables(rehearsed: Rehearsed, *key: str) -> Tables:
    found = rehearsed.store.read(key)
    assert isinstance(found, dict)
    return found


def test_no_identifier_and_no_reference_of_anybody_elses(handed: Tables, held: Tables):
    """Neither the third party's references, nor the departments', nor the councils' own numbers."""
    shown = {
        str(value)
        for table in handed.values()
        for column in table.collect().iter_columns()
        if column.dtype == pl.String
        for value in column.unique()
    }
    linked, attributes = held["linked_people"].collect(), held["attributes"].collect()
    forbidden = {name: linked[name] for name in ("person_id", "family_id", *(f"{n}_ref" for n in DEPARTMENTS))}
    forbidden |= {name: attributes[name] for name in ("person_ref", "family_id")}
    for name, values in forbidden.items():
        assert values.drop_nulls().len(), name
        assert shown.isdisjoint(values.drop_nulls().to_list()), name
    for name, table in handed.items():
        assert identifiers_in(table.collect_schema()) == [], name


def test_its_order_says_nothing_of_the_order_at_the_third_party(handed: Tables, held: Tables):
    """Ranks among n people correlate by no more than chance allows (four standard errors)."""
    at_ons = held["linked_people"].with_row_index("there").collect()
    people = handed["people"].with_row_index("here").collect()
    both = at_ons.join(people, on="person_study_ref", validate="1:1")
    assert both.height == at_ons.height
    assert abs(both.select(pl.corr("here", "there")).item()) < 4 / both.height**0.5


def test_nothing_is_lost_on_the_way(rehearsed: Rehearsed, handed: Tables, held: Tables):
    """The research tables are those that would be made from what ONS keeps."""
    returns = {name: tables(rehearsed, name, "return") for name in DEPARTMENTS}
    linked, attributes = held["linked_people"], held["attributes"]
    given = research.study_tables(handed)
    made = research.families(given.linked_people, given.attributes, REGIONS)
    assert made.collect().equals(research.families(linked, attributes, REGIONS).collect())
    made = research.outcomes_of_families(given.linked_people, given.attributes, given.returns, REGIONS)
    assert made.collect().equals(research.outcomes_of_families(linked, attributes, returns, REGIONS).collect())
    for make, department in ((research.offending, "moj"), (research.schooling, "dfe")):
        made = make(given.linked_people, given.attributes, given.returns[department])
        assert made.collect().equals(make(linked, attributes, returns[department]).collect())
    assert set(handed) == set(LINKED_SET)


def test_a_record_keeps_the_family_it_named(handed: Tables, held: Tables):
    """As many records for each person, and as many families, as ONS has of them."""
    records, attributes = handed["records"].collect(), held["attributes"].collect()
    assert records["family_study_ref"].n_unique() == attributes["family_id"].n_unique()
    counts = [frame.group_by(who).len()["len"].sort() for frame, who in
              ((records, "person_study_ref"), (attributes, "person_id"))]  # fmt: skip
    assert counts[0].equals(counts[1])
