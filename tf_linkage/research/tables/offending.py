"""offending of research/tables: one row for each offence and its disposal."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from tf_linkage.contracts import bands
from tf_linkage.contracts.bodies.moj import OFFENCE_GROUPS
from tf_linkage.contracts.outputs import research
from tf_linkage.research.tables.coarsening import band, events_told, months_from
from tf_linkage.research.tables.starts import in_contract, on_the_clock

GUILTY = ("G", "J")
"""Findings that count as a conviction: published cleaning code of the police extract treats both as guilty."""

UNKNOWN_YEAR = 1900
"""Year that stands for an unknown day of an offence."""


def offending(
    linked_people: pl.LazyFrame, attributes: pl.LazyFrame, moj_return: Mapping[str, pl.LazyFrame]
) -> pl.LazyFrame:
    """Makes the table of offences.

    Args:
        linked_people: `ons.LinkedPeople`.
        attributes: `ons.Attributes`.
        moj_return: what MoJ gave back: `offences`, keyed by `request_ref`.

    Returns:
        `contracts.outputs.research.Offending`.
    """
    offences = on_the_clock(moj_return["offences"], "moj", linked_people, attributes)
    known_day = pl.when(pl.col("offence_start_date").dt.year() > UNKNOWN_YEAR).then(pl.col("offence_start_date"))
    return in_contract(
        events_told(
            offences.with_columns(
                offence=months_from(pl.col("start"), known_day),
                sentenced=months_from(pl.col("start"), pl.col("disposal_date")),
            ),
            "sentenced",
            "offence",
        ).with_columns(
            offence_group=pl.col("offence_group").cast(pl.String).replace_strict(OFFENCE_GROUPS),
            guilty=is_guilty(),
            sentence=band(pl.col("sentence_days"), bands.SENTENCE_BANDS),
        ),
        research.Offending,
    )


def is_guilty() -> pl.Expr:
    """Whether an offence ended in a finding of guilt."""
    return pl.col("adjudication_code").cast(pl.String).is_in(GUILTY)
