"""What the trusted third party hands on to researchers' keepers: everything, and nobody.

The linked set, under researchers' references alone.
"""

from __future__ import annotations

from collections.abc import Mapping

import dataframely as dy
import polars as pl

from tf_linkage.contracts.columns import as_declared, schema_of
from tf_linkage.contracts.linked_set import HISTORIES, LINKED_SET, PERSON
from tf_linkage.custody.references.identifiers import drop_identifiers
from tf_linkage.custody.references.references import recipient_key, reference


def linked_set(
    linked_people: pl.LazyFrame,
    attributes: pl.LazyFrame,
    returns: Mapping[str, Mapping[str, pl.LazyFrame]],
    study_key: bytes,
) -> dict[str, pl.LazyFrame]:
    """Everything that is known of the people of the study, under references that only researchers see.

    Args:
        linked_people: `ons.LinkedPeople`.
        attributes: `ons.Attributes` of the same people.
        returns: what each department gave back, by department and table.
        study_key: the study's secret, from which researchers' references are made.

    Returns:
        The tables of `contracts.linked_set.LINKED_SET`, rows in the order of researchers' references. The councils'
        own numbers become 1, 2, 3 within the person, in their order.
    """
    tables = {"people": linked_people, "records": _records(linked_people, attributes, study_key)}
    for table, (department, history) in HISTORIES.items():
        asked = pl.col(f"{department}_ref").alias("request_ref")
        who = linked_people.select(asked, PERSON).drop_nulls("request_ref")
        tables[table] = returns[department][history].join(who, on="request_ref", how="inner")
    return {name: _in_order(frame, LINKED_SET[name]) for name, frame in tables.items()}


def _records(linked_people: pl.LazyFrame, attributes: pl.LazyFrame, study_key: bytes) -> pl.LazyFrame:
    """The councils' records under researchers' references; a record's family is the one it named."""
    records = attributes.sort("person_id", "la_code", "person_ref").collect()
    key = recipient_key(study_key, "research")
    families = records.with_columns(reference(key, "family", [records["family_id"]]).alias("family_study_ref"))
    numbered = families.with_columns(record_number=pl.int_range(1, pl.len() + 1, dtype=pl.Int32).over("person_id"))
    return numbered.lazy().join(linked_people.select("person_id", PERSON), on="person_id", how="inner")


def _in_order(frame: pl.LazyFrame, table: type[dy.Schema]) -> pl.LazyFrame:
    return drop_identifiers(as_declared(frame, table)).sort(list(schema_of(table)), nulls_last=True)
