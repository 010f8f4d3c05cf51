"""What each council would expect to find in the research tables, from nothing but what it sent itself.

The knowledge of one intruder, for the attack that holds the released tables to what they promise. It stands in the
research zone alone, where the linked set stands anyway.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from tf_linkage.contracts.bodies.council import PROBLEMS
from tf_linkage.contracts.ladders import REFERENCES
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.research.linked_set import StudyTables
from tf_linkage.research.tables.families import ADULT_AGE, families, outcomes_of_families
from tf_linkage.research.tables.people import people

TRUTH, CHILD = "truth", "child"
"""Columns of what was sent: who it really is, for the judge alone, and whether it is a child."""


def as_sent(known: StudyTables, regions: Mapping[str, str]) -> dict[str, pl.LazyFrame]:
    """The tables of people and families as every council by itself would make them.

    A record is a person of its own and a family a council's own, since no council knows what another sent or whom
    ONS took for one. What departments returned is left out.

    Args:
        known: what the research tables are made from.
        regions: region by council.

    Returns:
        `people`, `families` and `family_outcomes` in their contracts, on the finest steps (of what departments
        returned nothing happened), one row for each record and for each council's family, with `truth` (the
        reference of the released table that is really theirs), `child` and the sub-code of each problem as
        `<problem>_code`.
    """
    records = (
        known.attributes.with_columns(
            true_person=pl.col("person_id"),
            true_family=pl.col("family_id"),
            person_id=pl.concat_str("person_id", "person_ref", separator="/"),
            family_id=pl.concat_str("la_code", "family_id", separator="/"),
        )
        .collect()
        .lazy()
    )
    nobody_found = [
        pl.lit(None, pl.String).alias(f"{name}_{part}") for name in DEPARTMENTS for part in ("ref", "link")
    ]
    linked = records.select(
        "person_id",
        "family_id",
        person_study_ref="person_id",
        family_study_ref="family_id",
        outcome_study_ref="family_id",
    ).with_columns(nobody_found)
    nothing = {
        department: {name: table.head(0) for name, table in tables.items()}
        for department, tables in known.returns.items()
    }
    made = {
        "people": people(linked, records, regions),
        "families": families(linked, records, regions),
        "family_outcomes": outcomes_of_families(linked, records, nothing, regions),
    }
    return {
        name: table.join(_told(name, known, records), left_on=REFERENCES[name], right_on="named", how="left")
        for name, table in made.items()
    }


def _told(name: str, known: StudyTables, records: pl.LazyFrame) -> pl.LazyFrame:
    """For each person or family that was named: who it really is, whether it is a child, and the sub-codes."""
    codes = {f"{problem}_code": pl.col(problem).max() for problem in PROBLEMS}
    if name == "people":
        child = (pl.col("age") < ADULT_AGE).fill_null(value=False).any().alias(CHILD)
        of_people = known.linked_people.select("person_id", pl.col(REFERENCES[name]).alias(TRUTH))
        named = records.group_by(named="person_id").agg(pl.col("true_person").first(), child, **codes)
        return named.join(of_people, left_on="true_person", right_on="person_id", how="left").drop("true_person")
    references = known.linked_people.select("family_id", pl.col(REFERENCES[name]).alias(TRUTH)).unique()
    named = records.group_by(named="family_id").agg(pl.col("true_family").first(), **codes)
    return named.join(references, left_on="true_family", right_on="family_id", how="left").select(
        "named", TRUTH, *codes, pl.lit(value=False).alias(CHILD)
    )
