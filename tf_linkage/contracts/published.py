"""What leaves: figures about groups, never about a person or a family.

Belongs here: the tables of data/published. Every figure in them stands on counts that have passed the rules of
`disclosure`; what has not is withheld in the open, with the reason in its note.
"""

from __future__ import annotations

import dataframely as dy
import polars as pl

from tf_linkage.contracts.columns import ColumnClass, Table, code, number, text, whole
from tf_linkage.contracts.council import STUDY_GROUPS
from tf_linkage.contracts.research import FAMILY_OUTCOMES, WINDOWS

ROUNDING = 5
"""Counts are rounded to the nearest five (the rounding base of ACRO, the usual tool of output checkers)."""

LEAST = 10
"""Fewest families and fewest people behind any count (the Secure Research Service's threshold)."""


class Findings(Table):
    """One row for each outcome, study group and window: the share of families in which it happened."""

    outcome = code(ColumnClass.ATTRIBUTE, "What happened in the family", tuple(FAMILY_OUTCOMES), primary_key=True)
    study_group = code(ColumnClass.ATTRIBUTE, "Programme or comparison", STUDY_GROUPS, primary_key=True)
    window = code(ColumnClass.ATTRIBUTE, "Before or after the family's start", tuple(WINDOWS), primary_key=True)
    families = whole(
        ColumnClass.ATTRIBUTE,
        "Families to whom it could happen, rounded to 5; empty where withheld",
        unit="families",
        nullable=True,
    )
    with_outcome = whole(
        ColumnClass.ATTRIBUTE,
        "Families to whom it happened, rounded to 5; empty where withheld",
        unit="families",
        nullable=True,
    )
    rate = number(
        ColumnClass.ATTRIBUTE, "Share, from the rounded counts", unit="share", nullable=True, least=0, most=1
    )
    rate_low = number(
        ColumnClass.ATTRIBUTE,
        "Lower end of the 95% interval (Wilson), from the rounded counts",
        unit="share",
        nullable=True,
        least=0,
        most=1,
    )
    rate_high = number(
        ColumnClass.ATTRIBUTE, "Upper end of the same interval", unit="share", nullable=True, least=0, most=1
    )
    note = text(ColumnClass.ATTRIBUTE, "What to know about this row")

    @dy.rule()
    def counts_are_rounded(cls) -> pl.Expr:
        """Every count is a multiple of five, and none is below ten."""
        counts = pl.col("families", "with_outcome")
        return pl.all_horizontal(counts.is_null() | ((counts % ROUNDING == 0) & (counts >= LEAST)))

    @dy.rule()
    def withheld_as_a_whole(cls) -> pl.Expr:
        """A row shows all of its figures, or none."""
        figures = pl.col("families", "with_outcome", "rate", "rate_low", "rate_high")
        return pl.all_horizontal(figures.is_null()) | pl.all_horizontal(figures.is_not_null())


PUBLISHED_TABLES: dict[str, type[dy.Schema]] = {"findings": Findings}
"""Every table of the published folder, by name."""
