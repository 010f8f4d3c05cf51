"""The tables of histories by name: whose histories each is made from, what makes it, and what it is.

The tables written by hand for one department's histories, and after them one for each history of a department for
which nobody wrote any (`from_contract`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import polars as pl

from tf_linkage.contracts.outputs.research import FROM_CONTRACTS
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.research.tables.benefits_and_work import benefits_and_work
from tf_linkage.research.tables.from_contract import history_from_contract
from tf_linkage.research.tables.offending import offending
from tf_linkage.research.tables.schooling import schooling
from tf_linkage.research.tables.social_care import social_care

Make = Callable[[pl.LazyFrame, pl.LazyFrame, Mapping[str, pl.LazyFrame]], pl.LazyFrame]
"""Makes a table from `ons.LinkedPeople`, `ons.Attributes` and one department's returned histories by name."""


@dataclass(frozen=True)
class OfHistories:
    """A research table of what one department's histories say.

    Attributes:
        department: whose histories it is made from.
        make: what makes it.
        words: what it is.
    """

    department: str
    make: Make
    words: str


SCHOOLING = OfHistories(
    "dfe",
    schooling,
    "School years of the pupils DfE found: absence, exclusions, results. What would make a pupil stand out among "
    "the people as released is empty.",
)
"""Apart from the others: it tells ethnic group and first language, so it passes a gate of its own."""

TABLES_OF_HISTORIES: dict[str, OfHistories] = {
    "benefits_and_work": OfHistories(
        "dwp",
        benefits_and_work,
        "Benefit claims and jobs of the people DWP found, in months from the family's start.",
    ),
    "offending": OfHistories(
        "moj",
        offending,
        "Offences and sentences of the people MoJ found, in months from the family's start.",
    ),
    "social_care": OfHistories(
        "dfe",
        social_care,
        "Episodes in need, on protection plans and looked after, in months from the family's start.",
    ),
} | {
    table: OfHistories(
        name,
        partial(history_from_contract, DEPARTMENTS[name], history),
        f"{history.replace('_', ' ').capitalize()} of the people {DEPARTMENTS[name].short} found, made from the "
        "contract's classes and ladders, in months from the family's start.",
    )
    for table, (name, history) in FROM_CONTRACTS.items()
}
"""By name of the table."""
