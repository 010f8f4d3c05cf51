"""Who is who in the cohort: records that are one person, and records that are one family.

The grouping of the councils' records, from the pairs that de-duplication found. Plain union of pairs: the work of
deciding a pair is linkage's.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from tf_linkage.custody.refusals import CustodyRefused

RECORD = ("la_code", "person_ref")
"""What names a council's record of a person."""

PAIR = {f"left_{name}": name for name in RECORD} | {f"right_{name}": f"{name}_other" for name in RECORD}
"""Columns of a pair of records of one person, as linkage names them and as custody does."""

FAMILY = ("la_code", "family_ref")
"""What names a council's record of a family."""

LEAST_SHARED = 2
ADULT_AGE = 18

Name = tuple[str, str]


def one_person_one_name(cohort: pl.DataFrame, duplicates: pl.DataFrame) -> pl.DataFrame:
    """Names each record's person by the first of the records of that person.

    The first by council and number: it depends on the person's own records alone, not on row order and not on
    other people.

    Args:
        cohort: the council's records (`la_code`, `person_ref`).
        duplicates: pairs of records of one person: `la_code`, `person_ref`, `la_code_other`, `person_ref_other`.

    Returns:
        One row for each record that has a duplicate, `la_code`, `person_ref`, `person_la`, `person_first`, the
        latter two naming the person.

    Raises:
        CustodyRefused: a pair names a record that is not in the cohort.
    """
    left = list(duplicates.select("la_code", "person_ref").iter_rows())
    right = list(duplicates.select("la_code_other", "person_ref_other").iter_rows())
    named = pl.DataFrame([*left, *right], schema={"la_code": pl.String, "person_ref": pl.String}, orient="row")
    unknown = named.join(cohort.select(RECORD), on=RECORD, how="anti").height
    if unknown:
        raise CustodyRefused(
            f"{unknown} of the duplicate records handed over are not in the cohort; find the duplicates again "
            "on the cohort as it is now"
        )
    first = first_of_each_group(zip(left, right, strict=True))
    return pl.DataFrame(
        [(*record, *name) for record, name in sorted(first.items())],
        schema=dict.fromkeys((*RECORD, "person_la", "person_first"), pl.String),
        orient="row",
    )


def one_family_one_name(members: pl.DataFrame) -> pl.DataFrame:
    """Names each family's records by the first of them, where two records are plainly one family.

    A family that moved is named by two councils. Two records are one family when they share at least two
    people, one of them an adult, and at least half of the smaller. (Children alone do not make two families
    one: those of separated parents belong to both.) Our rule, not a source's.

    Args:
        members: one row for each record: `la_code`, `family_ref`, `person_la`, `person_first` and `age` in
            years.

    Returns:
        One row for each family record that has another: `la_code`, `family_ref`, `family_la`, `family_first`.
    """
    people = members.select(*FAMILY, "person_la", "person_first", "age").unique(
        [*FAMILY, "person_la", "person_first"], keep="first", maintain_order=True
    )
    twice = people.filter(pl.len().over("person_la", "person_first") > 1)
    size = people.group_by(FAMILY, maintain_order=True).len("size")
    shared = (
        twice.join(twice, on=["person_la", "person_first"], how="inner", suffix="_other")
        .filter(
            (pl.col("la_code") < pl.col("la_code_other"))
            | ((pl.col("la_code") == pl.col("la_code_other")) & (pl.col("family_ref") < pl.col("family_ref_other")))
        )
        .group_by(*FAMILY, "la_code_other", "family_ref_other", maintain_order=True)
        .agg(shared=pl.len(), adults=(pl.col("age").fill_null(-1) >= ADULT_AGE).sum())
        .join(size, on=FAMILY)
        .join(size, left_on=["la_code_other", "family_ref_other"], right_on=FAMILY, suffix="_other")
        .filter(
            (pl.col("shared") >= LEAST_SHARED)
            & (pl.col("adults") > 0)
            & (2 * pl.col("shared") >= pl.min_horizontal("size", "size_other"))
        )
    )
    pairs = zip(
        shared.select(FAMILY).iter_rows(),
        shared.select("la_code_other", "family_ref_other").iter_rows(),
        strict=True,
    )
    return pl.DataFrame(
        [(*record, *name) for record, name in sorted(first_of_each_group(pairs).items())],
        schema=dict.fromkeys((*FAMILY, "family_la", "family_first"), pl.String),
        orient="row",
    )


def first_of_each_group(pairs: Iterable[tuple[Name, Name]]) -> dict[Name, Name]:
    """The smallest name of each connected group, for every name that occurs in a pair.

    >>> first_of_each_group([(("B", "2"), ("A", "1")), (("B", "2"), ("C", "3"))])[("C", "3")]
    ('A', '1')
    """
    leader: dict[Name, Name] = {}

    def lead(name: Name) -> Name:
        while (above := leader.setdefault(name, name)) != name:
            leader[name] = leader[above]
            name = above
        return name

    for left, right in pairs:
        first, second = sorted((lead(left), lead(right)))
        leader[second] = first
    return {name: lead(name) for name in list(leader)}
