"""What councils would expect in the tables, from their own records alone."""

from __future__ import annotations

import polars as pl
from rehearsing import Rehearsed

from tf_linkage import research
from tf_linkage.contracts.outputs.research import RESEARCH_TABLES
from tf_linkage.research.linked_set import StudyTables
from tf_linkage.study import REGIONS


def known(rehearsed: Rehearsed) -> StudyTables:
    linked_set = rehearsed.store.read(["research", "linked_set"])
    assert isinstance(linked_set, dict)
    return research.study_tables(linked_set)


def test_every_record_is_a_person_and_says_who_it_is(rehearsed: Rehearsed) -> None:
    tables = known(rehearsed)
    sent = research.as_sent(tables, REGIONS)
    people = sent["people"].collect()
    assert people.height == tables.attributes.collect().height
    assert people["person_study_ref"].is_unique().all()
    assert set(people["truth"]) == set(tables.linked_people.collect()["person_id"])
    assert people["dwp_link"].null_count() == people.height
    for name, table in sent.items():
        RESEARCH_TABLES[name].validate(table.select(RESEARCH_TABLES[name].column_names()).collect())


def test_whoever_one_council_alone_named_is_as_the_table_has_them(rehearsed: Rehearsed) -> None:
    """Of people of one record in a family that nobody else named, a council expects the row that is made."""
    tables = known(rehearsed)
    records = tables.attributes.collect()
    family = pl.col("family_id")
    once = records.filter(
        ~pl.col("person_id").is_duplicated().any().over(family), pl.col("la_code").n_unique().over(family) == 1
    )
    sent = research.as_sent(tables, REGIONS)["people"].collect().sort("truth")
    made = research.people(tables.linked_people, tables.attributes, REGIONS).collect()
    columns = ["region", "age_band", "gender", "study_group", "service_received", "start_year"]
    expected = sent.filter(pl.col("truth").is_in(once["person_id"].implode())).select(columns)
    found = made.filter(pl.col("person_study_ref").is_in(once["person_id"].implode())).sort("person_study_ref")
    assert expected.height > 300
    assert expected.equals(found.select(columns))
    assert (sent["worklessness_code"].is_not_null()).any()
