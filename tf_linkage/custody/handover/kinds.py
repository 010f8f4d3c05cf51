"""Who hands what to whom: the four kinds of dataset that pass from one body's hands into another's vault.

Sender, recipient, place in the recipient's vault, contract.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import dataframely as dy
import polars as pl

from tf_linkage.contracts.handovers.exchange import return_tables
from tf_linkage.contracts.link_requests import HashedRequest
from tf_linkage.contracts.linked_set import LINKED_SET
from tf_linkage.contracts.registry import COUNCIL_TABLES, DEPARTMENTS
from tf_linkage.custody.audit.ledger import Entry
from tf_linkage.custody.refusals import ManifestChanged

ONS = "ons"


@dataclass(frozen=True)
class Handover:
    """One dataset on its way from one body to another.

    Attributes:
        name: what it is called everywhere, such as `council/cohort`.
        sender: who makes it.
        recipient: in whose vault it lies.
        dataset: its name in that vault.
        tables: contract of each table; a single table has the empty name.
        answers: name of the hand-over that it answers, which lies in the sender's own vault.
        or_else: contracts that it may keep instead, where a study links without names.
    """

    name: str
    sender: str
    recipient: str
    dataset: str
    tables: Mapping[str, type[dy.Schema]]
    answers: str | None = None
    or_else: Mapping[str, type[dy.Schema]] | None = None

    @property
    def contracts(self) -> tuple[Mapping[str, type[dy.Schema]], ...]:
        """The contracts that it may keep, each of all its tables."""
        return (self.tables, *([self.or_else] if self.or_else else []))

    def kept_by(self, tables: Mapping[str, pl.DataFrame]) -> Mapping[str, type[dy.Schema]]:
        """Of its contracts, the one whose columns the tables have; the usual one if none."""
        had = {name: list(table.columns) for name, table in tables.items()}
        for one in self.contracts:
            if had == {name: list(contract.columns()) for name, contract in one.items()}:
                return one
        return self.tables

    @property
    def event(self) -> str:
        """What the ledger calls it."""
        return "requested" if self.dataset == "link_request" else "handed over"

    @property
    def about(self) -> str:
        """By what the ledger knows it: whose vault, and which dataset there."""
        return f"{self.recipient}/{self.dataset}"

    def made(self, entries: Iterable[Entry]) -> list[Entry]:
        """The ledger's entries of its being made, in their order."""
        return [entry for entry in entries if (entry.event, entry.about) == (self.event, self.about)]


def _all() -> dict[str, Handover]:
    found = [Handover("council/cohort", "council", ONS, "cohort", {"": COUNCIL_TABLES["cohort"]})]
    for name, department in DEPARTMENTS.items():
        request, back = f"{name}/link_request", f"{name}/return"
        returned = return_tables(department.key, department.histories[1])
        found += [
            Handover(request, ONS, name, "link_request", {"": department.request}, or_else={"": HashedRequest}),
            Handover(back, name, ONS, f"returns/{name}", returned, answers=request),
        ]
    found.append(Handover("research/linked_set", ONS, "research", "linked_set", LINKED_SET))
    return {handover.name: handover for handover in found}


def handover_named(name: str) -> Handover:
    """The hand-over that a manifest names.

    Raises:
        ManifestChanged: there is none of that name.
    """
    if name not in HANDOVERS:
        raise ManifestChanged(f"its manifest names no hand-over of a study; known are {', '.join(HANDOVERS)}")
    return HANDOVERS[name]


HANDOVERS: dict[str, Handover] = _all()
"""Every hand-over, by name."""
