"""The tables whose steps are chosen, on the finest steps: what is made coarse before any researcher sees it."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from tf_linkage.research.linked_set import StudyTables
from tf_linkage.research.tables.families import families, outcomes_of_families
from tf_linkage.research.tables.people import people


def finest_tables(known: StudyTables, regions: Mapping[str, str]) -> dict[str, pl.LazyFrame]:
    """`people`, `families` and `family_outcomes` on the finest steps.

    Args:
        known: what the research tables are made from.
        regions: region by council.
    """
    return {
        "people": people(known.linked_people, known.attributes, regions),
        "families": families(known.linked_people, known.attributes, regions),
        "family_outcomes": outcomes_of_families(known.linked_people, known.attributes, known.returns, regions),
    }
