"""Requests that come when departments cannot be asked again: rows go or change, everybody else's links stay.

What the trusted third party still holds then, without a person or with the right values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from tf_linkage.contracts.bodies.identity import IdentityWithNino
from tf_linkage.custody.references.people import RECORD
from tf_linkage.custody.references.references import recipient_key, reference
from tf_linkage.custody.references.split import whole_years
from tf_linkage.custody.rights.request_lists import Requests, corrected, eligible, in_order, record_tokens

Returns = Mapping[str, Mapping[str, pl.DataFrame]]


@dataclass(frozen=True)
class Held:
    """What the trusted third party holds once the requests to departments are destroyed.

    Attributes:
        identifiers: `ons.Identifiers`.
        attributes: `ons.Attributes`.
        returns: what each department gave back, by department and table.
    """

    identifiers: pl.DataFrame
    attributes: pl.DataFrame
    returns: Returns


def held_as_asked(held: Held, requests: Requests, study_key: bytes) -> Held:
    """What is held, as people asked; links are as they were made, but for those of people who left.

    Args:
        held: what is held now.
        requests: the lists.
        study_key: the study's secret.

    Returns:
        The same tables in the same order. A corrected identifier stands in the person's row, and age and gender
        follow it; it is linked with nobody anew.
    """
    out = record_tokens(held.attributes, study_key).is_in(requests.withdrawn["record"].implode())
    attributes = held.attributes.filter(~out)
    identifiers = _corrected(held.identifiers, attributes, requests.corrections)
    attributes = _following(corrected(attributes, requests.corrections), identifiers)
    attributes = in_order(attributes).filter(eligible("la_code", "family_id"))
    stays = pl.col("person_id").is_in(attributes["person_id"].unique().implode())
    gone = held.identifiers.filter(~stays)["person_id"]
    returns = {name: _without(gone, tables, name, study_key) for name, tables in held.returns.items()}
    return Held(identifiers.filter(stays), attributes, returns)


def _without(
    people: pl.Series, tables: Mapping[str, pl.DataFrame], department: str, study_key: bytes
) -> dict[str, pl.DataFrame]:
    """A department's return without the rows of some people."""
    refs = reference(recipient_key(study_key, department), "request", [people]).implode()
    return {name: table.filter(~pl.col("request_ref").is_in(refs)) for name, table in tables.items()}


def _corrected(identifiers: pl.DataFrame, attributes: pl.DataFrame, corrections: pl.DataFrame) -> pl.DataFrame:
    """Identifiers with the right values in the one row of each person, whichever record was wrong."""
    records = attributes.select("person_id", *RECORD)
    for column in IdentityWithNino.columns():
        wrong = corrections.filter(column=column)
        named = records.join(wrong.select(RECORD), on=RECORD, how="semi").unique(
            "person_id", keep="last", maintain_order=True
        )
        rows = identifiers.join(named, on="person_id", how="left", maintain_order="left")
        identifiers = corrected(rows, wrong).select(identifiers.columns)
    return identifiers


def _following(attributes: pl.DataFrame, identifiers: pl.DataFrame) -> pl.DataFrame:
    """Attributes whose age and gender follow the identifiers, as the split made them."""
    known = identifiers.select("person_id", born="date_of_birth", known_gender="gender")
    return (
        attributes.join(known, on="person_id", how="left", maintain_order="left")
        .with_columns(age=whole_years(pl.col("born"), pl.col("identified_date")), gender=pl.col("known_gender"))
        .select(attributes.columns)
    )
