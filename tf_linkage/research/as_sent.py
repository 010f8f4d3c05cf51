"""What each council would expect to find in the research tables, from nothing but what it sent itself.

The knowledge of one intruder, for the attack that holds the released tables to what they promise. It stands in the
research zone alone, where the linked set stands anyway.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from tf_linkage.contracts.bodies.council import PROBLEMS
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.research.linked_set import StudyTables
from tf_linkage.research.tables.families import ADULT_AGE, families
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
        `people` and `families` in their contracts, on the finest steps, one row for each record and for each
        council's family, with `truth` (the reference of the released table that is really theirs), `child` and
        the sub-code of each problem as `<problem>_code`.
    """
    attributes = known.attributes.with_columns(
        true_person=pl.col("person_id"),
        true_family=pl.col("family_id"),
        person_id=pl.concat_str("person_id", "person_ref", separator="/"),
        family_id=pl.concat_str("la_code", "family_id", separator="/"),
    )
    records = attributes.collect().lazy()
    nobody_found = [
        pl.lit(None, pl.String).alias(f"{name}_{part}") for name in DEPARTMENTS for part in ("ref", "link")
    ]
    linked = records.select(
        "person_id", "family_id", person_study_ref="person_id", family_study_ref="family_id"
    ).with_columns(nobody_found)
    nothing = {
        department: {name: table.head(0) for name, table in tables.items()}
        for department, tables in known.returns.items()
    }
    made = {
        "people": people(linked, records, regions),
        "families": families(linked, records, nothing, regions),
    }
    child = (pl.col("age") < ADULT_AGE).fill_null(value=False)
    codes = {f"{problem}_code": pl.col(problem).max() for problem in PROBLEMS}
    told = {
        "people": records.group_by("person_id").agg(
            pl.col("true_person").first().alias(TRUTH), child.any(), **codes
        ),
        "families": records.group_by("family_id")
        .agg(pl.col("true_family").first().alias(TRUTH), **codes)
        .with_columns(pl.lit(value=False).alias(CHILD)),
    }
    named = {"people": ("person_study_ref", "person_id"), "families": ("family_study_ref", "family_id")}
    return {
        name: table.join(told[name].rename({"age": CHILD} if name == "people" else {}), left_on=named[name][0],
                         right_on=named[name][1], how="left")
        for name, table in made.items()
    }  # fmt: skip
