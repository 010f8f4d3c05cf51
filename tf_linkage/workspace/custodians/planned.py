"""The plan of the analysis and its seal: what was planned before anybody read outcomes, by the ledger.

Outcomes are read when researchers first read the linked set. The plan that was sealed last before that is the one
that was planned in time; one that was changed afterwards is used, and every primary result says so.
"""

from __future__ import annotations

from collections.abc import Sequence

from tf_linkage.custody.audit.ledger import Entry
from tf_linkage.research.estimates.planning.plan import DRAFT, Plan, plan_in, plan_of
from tf_linkage.workspace.store import Store

SEALED, ABOUT, RESEARCH, OUTCOMES = "sealed", "plan", "research", "linked_set"


def plan_for(store: Store) -> Plan | None:
    """The plan of a data folder; in a rehearsal the rehearsal's own where there is none, with real people none.

    Raises:
        PlanRefused: the folder's plan cannot be read, or plans what cannot be.
    """
    return plan_in(store.root) or (plan_of(DRAFT) if store.is_rehearsal() else None)


def seal(store: Store) -> None:
    """Puts the plan on record, once: its digest, and what it plans no further."""
    plan, entries = plan_for(store), store.ledger().entries()
    seals = _seals(entries)
    if plan is None or (seals and seals[-1].facts.get("digest") == plan.digest):
        return
    store.ledger().append(store.clock().today(), SEALED, RESEARCH, ABOUT, digest=plan.digest)


def planned_in_time(store: Store, plan: Plan | None) -> bool:
    """Whether a plan is the one that was sealed before outcomes were first read."""
    entries = store.ledger().entries()
    seals = _seals(entries[: _first_read(entries)])
    return plan is not None and bool(seals) and seals[-1].facts.get("digest") == plan.digest


def outcomes_read(store: Store) -> bool:
    """Whether researchers have read outcomes yet."""
    entries = store.ledger().entries()
    return _first_read(entries) < len(entries)


def _seals(entries: Sequence[Entry]) -> list[Entry]:
    return [entry for entry in entries if entry.event == SEALED and entry.about == ABOUT]


def _first_read(entries: Sequence[Entry]) -> int:
    """The place of the first entry by which researchers read outcomes; behind the last where none does."""
    reads = (
        at
        for at, entry in enumerate(entries)
        if (entry.event, entry.custodian, entry.about) == ("read", RESEARCH, OUTCOMES)
    )
    return next(reads, len(entries))
