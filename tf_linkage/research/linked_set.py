"""The linked set as the tables that research is made from.

The names under which the other modules of this room know what was handed over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from tf_linkage.contracts.linked_set import HISTORIES, PERSON
from tf_linkage.contracts.registry import DEPARTMENTS

FAMILY = "family_study_ref"


@dataclass(frozen=True)
class StudyTables:
    """What research tables are made from.

    Attributes:
        linked_people: `ons.LinkedPeople`, in which every reference is a researchers' one.
        attributes: `ons.Attributes`, likewise.
        returns: the returned histories by department and table, likewise.
    """

    linked_people: pl.LazyFrame
    attributes: pl.LazyFrame
    returns: Mapping[str, Mapping[str, pl.LazyFrame]]


def study_tables(linked_set: Mapping[str, pl.LazyFrame]) -> StudyTables:
    """The linked set (`contracts.linked_set.LINKED_SET`) as study tables.

    Anyone who holds it holds researchers' references alone: they stand in for the third party's and the
    departments'.
    """
    person = pl.col(PERSON)
    people = linked_set["people"].with_columns(
        person.alias("person_id"),
        pl.col(FAMILY).alias("family_id"),
        *(pl.when(pl.col(f"{name}_link").is_not_null()).then(person).alias(f"{name}_ref") for name in DEPARTMENTS),
    )
    attributes = linked_set["records"].rename({PERSON: "person_id", FAMILY: "family_id"})
    returns: dict[str, dict[str, pl.LazyFrame]] = {name: {} for name in DEPARTMENTS}
    for table, (department, history) in HISTORIES.items():
        returns[department][history] = linked_set[table].rename({PERSON: "request_ref"})
    return StudyTables(people, attributes.rename({"record_number": "person_ref"}), returns)
