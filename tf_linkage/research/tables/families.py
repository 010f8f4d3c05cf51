"""families and family_outcomes of research/tables: a family's make-up, and what happened in it.

Two tables of one row for each family, which join neither each other nor people: make-up in bands, and outcomes,
each with group, start and problems. What happened before and after is computed in `outcomes`.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from tf_linkage.contracts import bands
from tf_linkage.contracts.bodies.council import PROBLEMS
from tf_linkage.contracts.outputs import research
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.research.tables.coarsening import band, count_band, financial_year
from tf_linkage.research.tables.outcomes import could_be_in_register, family_outcomes
from tf_linkage.research.tables.people import ages_at_start
from tf_linkage.research.tables.starts import family_starts, in_contract, with_region

ADULT_AGE = 18


def families(linked_people: pl.LazyFrame, attributes: pl.LazyFrame, regions: Mapping[str, str]) -> pl.LazyFrame:
    """Makes the table of families.

    Everybody counts in one family, the one `linked_people` gives. Problems are those any council found in the
    family.

    Args:
        linked_people: `ons.LinkedPeople`.
        attributes: `ons.Attributes`.
        regions: region by council.

    Returns:
        `contracts.outputs.research.Families`, in the order of `family_study_ref`.
    """
    members = linked_people.join(ages_at_start(linked_people, attributes), on="person_id", how="left")
    return in_contract(_with_problems(_make_up(members), attributes, regions), research.Families)


def outcomes_of_families(
    linked_people: pl.LazyFrame,
    attributes: pl.LazyFrame,
    returns: Mapping[str, Mapping[str, pl.LazyFrame]],
    regions: Mapping[str, str],
) -> pl.LazyFrame:
    """Makes the table of what happened in families.

    Args:
        linked_people: `ons.LinkedPeople`.
        attributes: `ons.Attributes`.
        returns: what each department gave back, by department and table.
        regions: region by council.

    Returns:
        `contracts.outputs.research.FamilyOutcomes`, in the order of `outcome_study_ref`; as many rows as families.
    """
    members = linked_people.join(ages_at_start(linked_people, attributes), on="person_id", how="left")
    table = members.group_by("family_id").agg(pl.col("outcome_study_ref").first())
    happened = family_outcomes(members, attributes, returns)
    table = _with_problems(table, attributes, regions).join(happened, on="family_id", how="left")
    return in_contract(table, research.FamilyOutcomes)


def _with_problems(table: pl.LazyFrame, attributes: pl.LazyFrame, regions: Mapping[str, str]) -> pl.LazyFrame:
    """The table with each family's group, service, start and region, and its problems."""
    for part in (with_region(family_starts(attributes), regions), _problems(attributes)):
        table = table.join(part, on="family_id", how="left")
    return table.with_columns(start_year=financial_year(pl.col("start")))


def _make_up(members: pl.LazyFrame) -> pl.LazyFrame:
    """The family in bands: adults, children, the youngest, and how many each department found."""
    age = pl.col("age")
    child = age < ADULT_AGE
    return members.group_by("family_id").agg(
        pl.col("family_study_ref").first(),
        adults=count_band((~child).sum(), bands.ADULTS),
        children=count_band(child.sum(), bands.CHILDREN),
        youngest=band(age.filter(child).min(), {name: bands.AGE_BANDS[name] for name in bands.CHILD_BANDS}),
        **{f"{name}_found": _found(name) for name in DEPARTMENTS},
    )


def _found(department: str) -> pl.Expr:
    """How many of those who could be in the register the department found: none, some, all."""
    possible = could_be_in_register(department)
    found = possible & pl.col(f"{department}_ref").is_not_null()
    none, some, all_of_them = bands.FOUND
    return (
        pl.when(possible.sum() == 0)
        .then(None)
        .when(found.sum() == 0)
        .then(pl.lit(none))
        .when(found.sum() == possible.sum())
        .then(pl.lit(all_of_them))
        .otherwise(pl.lit(some))
    )


def _problems(attributes: pl.LazyFrame) -> pl.LazyFrame:
    """The six problems of each family, and how many they are."""
    found = attributes.group_by("family_id").agg(pl.col(problem).is_not_null().any() for problem in PROBLEMS)
    number = pl.sum_horizontal(pl.col(list(PROBLEMS)).cast(pl.Int32))
    return found.with_columns(problems=count_band(number, bands.PROBLEM_COUNTS))
