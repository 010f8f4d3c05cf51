"""The split: one person one reference, and identifiers apart from everything else.

How the councils' records become the two tables of the trusted third party.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from tf_linkage.contracts.bodies.identity import IdentityWithNino
from tf_linkage.contracts.columns import schema_of
from tf_linkage.contracts.handovers import ons
from tf_linkage.custody.references.identifiers import drop_identifiers
from tf_linkage.custody.references.people import FAMILY, RECORD, one_family_one_name, one_person_one_name
from tf_linkage.custody.references.references import reference
from tf_linkage.custody.refusals import CustodyRefused

TOGETHER = (("address", "postcode"),)
"""Identifiers that are taken from one record together: a street with another home's postcode is no address."""

IMPLAUSIBLE_AGE = 110
"""Years from which a date of birth is read as a placeholder (1900-01-01, 1901-01-01): our choice."""


def split(cohort: pl.LazyFrame, duplicates: pl.DataFrame, study_key: bytes) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """Splits the councils' records into identifiers and attributes, which share only `person_id`.

    A person named more than once gets one reference, made from the first of the person's records (by council
    and number). The person's identifiers are chosen field by field: the value of the record identified last
    (then first by council and number), or of the next record that has one; address and postcode together.
    Families that are plainly one get one reference too (`people.one_family_one_name`).

    Args:
        cohort: `council.Cohort`, all councils.
        duplicates: pairs of records of one person: `la_code`, `person_ref`, `la_code_other`, `person_ref_other`.
        study_key: the study's secret.

    Returns:
        `ons.Identifiers`, one row for each person, and `ons.Attributes`, one row for each record of the cohort;
        each in the order of its references.

    Raises:
        CustodyRefused: a duplicate is not in the cohort, or a record would be lost or doubled.
    """
    records = _with_people_and_families(cohort.collect(), duplicates, study_key)
    identifiers = _identifiers(records)
    attributes = _attributes(records, identifiers)
    _conserved(cohort=records, identifiers=identifiers, attributes=attributes)
    return identifiers.lazy(), attributes.lazy()


def whole_years(birth: pl.Expr, day: pl.Expr) -> pl.Expr:
    """Age in whole years on a day; -1 for somebody not yet born, null where the birth is unknown or implausible."""
    had_birthday = (day.dt.month() > birth.dt.month()) | (
        (day.dt.month() == birth.dt.month()) & (day.dt.day() >= birth.dt.day())
    )
    years = day.dt.year() - birth.dt.year() - pl.when(had_birthday).then(0).otherwise(1)
    return pl.when(years < IMPLAUSIBLE_AGE).then(years.clip(lower_bound=-1)).cast(pl.Int32)


def _with_people_and_families(records: pl.DataFrame, duplicates: pl.DataFrame, key: bytes) -> pl.DataFrame:
    """The records, in a fixed order, each with `person_id`, `family_id` and whether it names its person."""
    doubled = records.height - records.select(RECORD).n_unique()
    if doubled:
        raise CustodyRefused(f"{doubled} records of the cohort share council and person_ref with another record")
    named = (
        records.sort(RECORD)
        .join(one_person_one_name(records, duplicates), on=RECORD, how="left", maintain_order="left")
        .with_columns(
            pl.col("person_la").fill_null(pl.col("la_code")),
            pl.col("person_first").fill_null(pl.col("person_ref")),
            age=whole_years(pl.col("date_of_birth"), pl.col("identified_date")),
        )
    )
    named = named.join(one_family_one_name(named), on=FAMILY, how="left", maintain_order="left").with_columns(
        pl.col("family_la").fill_null(pl.col("la_code")),
        pl.col("family_first").fill_null(pl.col("family_ref")),
    )
    body = pl.repeat("council", named.height, dtype=pl.String, eager=True)
    return named.with_columns(
        reference(key, "person", [body, named["person_la"], named["person_first"]]).alias("person_id"),
        reference(key, "family", [body, named["family_la"], named["family_first"]]).alias("family_id"),
        names_person=(pl.col("person_la") == pl.col("la_code")) & (pl.col("person_first") == pl.col("person_ref")),
    ).drop("person_la", "person_first", "family_la", "family_first", "age")


def _identifiers(records: pl.DataFrame) -> pl.DataFrame:
    """One row for each person, with the best value of each identifier."""
    latest_first = records.sort("identified_date", *RECORD, descending=[True, False, False])
    together = {column for group in TOGETHER for column in group}
    alone = [column for column in IdentityWithNino.columns() if column not in together]
    best = latest_first.group_by("person_id", maintain_order=True).agg(
        pl.col(alone).drop_nulls().first(),
        *(_first_complete(column, group) for group in TOGETHER for column in group),
    )
    family = records.filter("names_person").select("person_id", "family_id")
    return (
        best.join(family, on="person_id", how="left", validate="1:1")
        .sort("person_id")
        .select(list(schema_of(ons.Identifiers)))
    )


def _first_complete(column: str, group: Iterable[str]) -> pl.Expr:
    """The column's value in the first record that has the whole group, or else in the first that has any of it."""
    whole = pl.all_horizontal(pl.col(other).is_not_null() for other in group)
    some = pl.any_horizontal(pl.col(other).is_not_null() for other in group)
    return (
        pl.when(whole.any())
        .then(pl.col(column).filter(whole).first())
        .otherwise(pl.col(column).filter(some).first())
        .alias(column)
    )


def _attributes(records: pl.DataFrame, identifiers: pl.DataFrame) -> pl.DataFrame:
    """One row for each record: everything that is not an identifier, with the person's age and gender."""
    known = identifiers.select("person_id", born="date_of_birth", known_gender="gender")
    with_age = records.join(known, on="person_id", how="left").with_columns(
        age=whole_years(pl.col("born"), pl.col("identified_date")),
        gender=pl.col("known_gender"),
    )
    return (
        drop_identifiers(with_age.drop("born", "known_gender").lazy())
        .select(list(schema_of(ons.Attributes)))
        .sort("person_id", *RECORD)
        .collect()
    )


def _conserved(*, cohort: pl.DataFrame, identifiers: pl.DataFrame, attributes: pl.DataFrame) -> None:
    """No record lost, none doubled, and every person with a record."""
    people = cohort["person_id"].n_unique()
    if attributes.height != cohort.height or attributes.select(RECORD).n_unique() != cohort.height:
        raise CustodyRefused(f"the split made {attributes.height} rows of attributes from {cohort.height} records")
    if identifiers.height != people or identifiers["person_id"].n_unique() != people:
        raise CustodyRefused(f"the split made {identifiers.height} rows of identifiers for {people} people")
