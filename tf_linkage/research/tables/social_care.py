"""social_care of research/tables: one row for each episode with children's social care."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from tf_linkage.contracts.outputs import research
from tf_linkage.research.tables.coarsening import months_from, spells_told
from tf_linkage.research.tables.starts import in_contract, on_the_clock


def social_care(
    linked_people: pl.LazyFrame, attributes: pl.LazyFrame, dfe_return: Mapping[str, pl.LazyFrame]
) -> pl.LazyFrame:
    """Makes the table of social care episodes.

    Args:
        linked_people: `ons.LinkedPeople`.
        attributes: `ons.Attributes`.
        dfe_return: what DfE gave back: `social_care` among others, keyed by `request_ref`.

    Returns:
        `contracts.outputs.research.SocialCare`.
    """
    episodes = on_the_clock(dfe_return["social_care"], "dfe", linked_people, attributes)
    return in_contract(
        spells_told(
            episodes.with_columns(
                starts=months_from(pl.col("start"), pl.col("start_date")),
                ends=months_from(pl.col("start"), pl.col("end_date")),
            )
        ),
        research.SocialCare,
    )
