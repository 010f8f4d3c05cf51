"""Where each family's clock begins, and how a department's rows are laid on it.

A family's group, start and region; the join from a request's reference to a researcher's.
"""

from __future__ import annotations

from collections.abc import Mapping

import dataframely as dy
import polars as pl

from tf_linkage.contracts.columns import as_declared, schema_of
from tf_linkage.errors import TfLinkageError


class ResearchRefused(TfLinkageError):
    """The linked tables cannot be made into research tables as they are."""


def family_starts(attributes: pl.LazyFrame) -> pl.LazyFrame:
    """Where each family's clock begins.

    The start is the day a council found the family eligible, for both groups alike: to count from the start of a
    service would give the comparison families no start, and would let the programme's wait next to them unseen. A
    family that two councils named, or that waited and then joined, is on the programme from the first day on
    which it was found eligible there.

    Args:
        attributes: `ons.Attributes`.

    Returns:
        One row for each family: `family_id`, `study_group`, `start` (date), `la_code`, `service_received`.
    """
    on_programme = pl.col("study_group").cast(pl.String) == "programme"
    return (
        attributes.sort(
            "family_id", on_programme, "identified_date", "la_code", descending=[False, True, False, False]
        )
        .group_by("family_id", maintain_order=True)
        .agg(
            pl.col("study_group").first(),
            pl.col("identified_date").first().alias("start"),
            pl.col("la_code").first(),
            pl.col("service_received").any(),
        )
    )


def with_region(families: pl.LazyFrame, regions: Mapping[str, str]) -> pl.LazyFrame:
    """The table with `region` in place of `la_code`.

    Args:
        families: any table with `la_code`.
        regions: region by council.

    Raises:
        ResearchRefused: a council has no region.
    """
    present = families.select(pl.col("la_code").unique(maintain_order=True)).collect()["la_code"].to_list()
    if without := sorted(set(present) - set(regions)):
        raise ResearchRefused(
            f"no region is given for council {without[0]}; name one for each council in the study"
        )
    region = pl.col("la_code").replace_strict(list(regions), list(regions.values()), return_dtype=pl.String)
    return families.with_columns(region=region).drop("la_code")


def on_the_clock(
    history: pl.LazyFrame, department: str, linked_people: pl.LazyFrame, attributes: pl.LazyFrame
) -> pl.LazyFrame:
    """A department's rows under the researchers' reference, each with its family's start.

    Args:
        history: a returned history, keyed by `request_ref`.
        department: whose it is.
        linked_people: `ons.LinkedPeople`.
        attributes: `ons.Attributes`.

    Returns:
        The history with `person_study_ref` and `start` in place of `request_ref`.
    """
    people = linked_people.select(
        pl.col(f"{department}_ref").alias("request_ref"), "person_study_ref", "family_id"
    ).drop_nulls("request_ref")
    starts = family_starts(attributes).select("family_id", "start")
    return (
        history.join(people, on="request_ref", how="inner")
        .join(starts, on="family_id", how="left")
        .drop("request_ref", "family_id")
    )


def in_contract(frame: pl.LazyFrame, table: type[dy.Schema]) -> pl.LazyFrame:
    """The columns, types and order of rows of a research table: by reference, then by everything else."""
    return as_declared(frame, table).sort(list(schema_of(table)), nulls_last=True)
