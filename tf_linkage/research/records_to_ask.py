"""What researchers' own tables are counted from: one record for each person and family, on the finest steps.

Finer than the tables that researchers hold, and joined where those are not: make-up next to outcomes, with the
council. It is made anew for each question, behind the research custodian's password, and never stored.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from tf_linkage.contracts.columns import ColumnClass, columns_of
from tf_linkage.contracts.outputs.research import Families, FamilyOutcomes, People
from tf_linkage.research.estimates.money import family_costs
from tf_linkage.research.linked_set import StudyTables
from tf_linkage.research.tables.families import families, outcomes_of_families
from tf_linkage.research.tables.half_years import lay
from tf_linkage.research.tables.people import people
from tf_linkage.research.tables.starts import family_starts

RECORD, FAMILY, COUNCIL = "record", "family", "council"
"""Reference of the record and of its family, which nobody is shown; the council, which has no step finer."""


@dataclass(frozen=True)
class Records:
    """The records.

    Attributes:
        people: record, family, council, and every column of `contracts.outputs.research.People`.
        families: record, family, council, and every column of `Families` and of `FamilyOutcomes`.
        costs: what `family_costs` gives: family_id, study_group, theme, window, pence, people_with, people, of
            families that were followed; `family_id` is what `family` is in the others.
    """

    people: pl.DataFrame
    families: pl.DataFrame
    costs: pl.DataFrame


def records_to_ask(
    known: StudyTables, regions: Mapping[str, str], covered: tuple[dt.date, dt.date], names: Mapping[str, str]
) -> Records:
    """Makes the records.

    Args:
        known: what the research tables are made from.
        regions: region by council.
        covered: first and last day that the histories cover.
        names: names of councils by code; codes without one stand for themselves.
    """
    linked, attributes = known.linked_people, known.attributes
    councils = family_starts(attributes).select(
        "family_id", pl.col("la_code").replace(list(names), list(names.values())).alias(COUNCIL)
    )
    refs = (
        linked.select("person_id", "person_study_ref", "family_id", "family_study_ref", "outcome_study_ref")
        .join(councils, on="family_id", how="left")
        .collect()
    )
    of_people = refs.select("person_study_ref", pl.col("family_id").alias(FAMILY), COUNCIL)
    of_families = refs.unique("family_id", keep="first", maintain_order=True).select(
        "family_study_ref", "outcome_study_ref", pl.col("family_id").alias(FAMILY), COUNCIL
    )
    happened = outcomes_of_families(linked, attributes, known.returns, regions).collect()
    outcomes = happened.select("outcome_study_ref", *_only_in(FamilyOutcomes, Families))
    made_up = families(linked, attributes, regions).collect().join(of_families, on="family_study_ref")
    laid = lay(linked, attributes, known.returns, regions, covered)
    return Records(
        people=people(linked, attributes, regions)
        .collect()
        .join(of_people, on="person_study_ref", maintain_order="left")
        .rename({"person_study_ref": RECORD}),
        families=made_up.join(outcomes, on="outcome_study_ref", maintain_order="left")
        .drop("outcome_study_ref")
        .rename({"family_study_ref": RECORD})
        .sort(RECORD),
        costs=family_costs(laid, laid.refs(linked), known.returns),
    )


def columns_to_ask() -> dict[str, dict[str, str]]:
    """What tables can be asked by: for people and families, each column with what it says."""
    council = {COUNCIL: "Council that found the family"}
    return {
        "people": council | _described(People),
        "families": council | _described(Families) | _described(FamilyOutcomes),
    }


def _described(table: type) -> dict[str, str]:
    return {one.name: one.description for one in columns_of(table) if one.column_class is not ColumnClass.REFERENCE}


def _only_in(one: type, other: type) -> list[str]:
    there = _described(other)
    return [name for name in _described(one) if name not in there]
