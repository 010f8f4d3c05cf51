"""Which families the estimates count: all of them, also those that the table of families does not show."""

from __future__ import annotations

import polars as pl
from rehearsing import Rehearsed

from tf_linkage import research
from tf_linkage.contracts.ladders import STEPS
from tf_linkage.contracts.outputs.estimates import ALL_REGIONS
from tf_linkage.research.tables.outcomes import AGES
from tf_linkage.research.tables.people import ages_at_start
from tf_linkage.research.tables.starts import family_starts

OUTCOME, BEFORE = "conviction", "1-6 months before"
"""An outcome that children and adults can have, in a window in which nobody has joined or left."""


def test_families_whose_rows_are_withheld_are_counted(rehearsed: Rehearsed) -> None:
    """Those with a member of an age to be convicted, counted from the linked set by hand."""
    linked_set, estimates = (rehearsed.store.read(["research", name]) for name in ("linked_set", "estimates"))
    shown = rehearsed.research("families")
    assert isinstance(linked_set, dict)
    assert isinstance(estimates, dict)
    known = research.study_tables(linked_set)
    of_age = pl.col("age").is_null() | (pl.col("age") >= AGES[OUTCOME][0])
    possible = (
        ages_at_start(known.linked_people, known.attributes)
        .filter(of_age)
        .join(known.linked_people, on="person_id")
        .select("family_id", "family_study_ref")
        .unique()
        .join(family_starts(known.attributes), on="family_id")
        .select("family_study_ref", pl.col("study_group").cast(pl.String))
        .collect()
    )
    withheld = shown.filter(pl.all_horizontal(pl.col(list(STEPS["families"])).is_null())).collect()
    there = possible.join(withheld, on="family_study_ref", how="semi")
    assert there.height > 0, "the rehearsal withholds some, or this proves nothing"
    counted = (
        estimates["outcome_counts"]
        .filter(
            pl.col("unit").cast(pl.String) == "family",
            pl.col("outcome").cast(pl.String) == OUTCOME,
            pl.col("window").cast(pl.String) == BEFORE,
            pl.col("region").cast(pl.String) == ALL_REGIONS,
        )
        .select(pl.col("study_group").cast(pl.String), "families")
        .collect()
    )
    assert dict(counted.iter_rows()) == dict(possible.group_by("study_group").len().iter_rows())
