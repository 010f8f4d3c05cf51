"""What is proposed for release, with the reason for each figure: between the researchers and the output checker.

It stays in the researchers' zone: next to the protected tables it holds what stands behind each figure.
"""

from __future__ import annotations

import dataframely as dy

from tf_linkage.contracts.columns import ColumnClass, Table, code, flag, number, text, whole
from tf_linkage.contracts.outputs.published import PUBLISHED_TABLES

NEAR = "near an earlier release"
RULES = ("few", "nearly all", "dominance", "degrees of freedom", NEAR, "protects another")
"""Why a figure is withheld; `disclosure.rules` has the words and the sources."""


class Decisions(Table):
    """One row for each figure that could be published: what it stands on, whether it is shown, and if not why."""

    table = text(ColumnClass.ATTRIBUTE, "Published table", primary_key=True)
    figure = text(ColumnClass.ATTRIBUTE, "Column of the figure", primary_key=True)
    cell = text(ColumnClass.ATTRIBUTE, "Which row of the table, by its key", primary_key=True)
    value = number(
        ColumnClass.ATTRIBUTE,
        "The figure itself, neither rounded nor withheld; empty where there is none",
        nullable=True,
    )
    people = whole(ColumnClass.ATTRIBUTE, "People it stands on", unit="people")
    families = whole(ColumnClass.ATTRIBUTE, "Families it stands on", unit="families")
    shown = flag(ColumnClass.ATTRIBUTE, "Whether it is shown")
    rule = code(ColumnClass.ATTRIBUTE, "Why it is withheld; empty where it is shown", RULES, nullable=True)


DECISIONS = "decisions"
RELEASE_TABLES: dict[str, type[dy.Schema]] = {**PUBLISHED_TABLES, DECISIONS: Decisions}
"""Every table of asset `research/release`, by name."""
