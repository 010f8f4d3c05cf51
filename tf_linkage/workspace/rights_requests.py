"""People's requests in the data folder: the lists that every run keeps to, and what can still be done today.

Reading and writing what custody's rights work on, each reading on record.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from pathlib import Path

import polars as pl

from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.custody.handover.kinds import HANDOVERS
from tf_linkage.custody.refusals import NoLongerPossible
from tf_linkage.custody.rights.afterwards import Held, held_as_asked
from tf_linkage.custody.rights.request_lists import Requests, as_asked, record_tokens
from tf_linkage.custody.rights.tickets import ANSWERS, TICKETS, Ticket, read_ticket
from tf_linkage.custody.vault.destruction import destroyed_on
from tf_linkage.workspace.folder import record_writing
from tf_linkage.workspace.store import Store, Written

ONS = "ons"
LISTS = [ONS, "requests"]
COHORT = ["council", "cohort"]
IDENTIFIERS, ATTRIBUTES = [ONS, "identifiers"], [ONS, "attributes"]


class Stage(Enum):
    """What a request can still bring about."""

    REDO = "departments are asked again, and everything is made again"
    FROZEN = "requests to departments are destroyed: links stay as they are, and the research tables are made again"


def stage(store: Store) -> Stage:
    """What can be done today.

    Raises:
        NoLongerPossible: ONS has destroyed what leads from people to their tables.
    """
    today, end = store.clock().today(), store.deadlines.of(ONS)[1]
    destroyed = destroyed_on(store.ledger().entries(), ONS, "identifiers")
    if destroyed or today >= end:
        raise NoLongerPossible(
            f"ONS destroyed all personal information {f'on {destroyed}' if destroyed else f'by {end}'}, as the "
            "privacy notice promises. Nothing leads from anybody to a row of the research tables any longer, so "
            "that nothing can be shown, corrected, erased or withdrawn"
        )
    return Stage.REDO if today < store.deadlines.month else Stage.FROZEN


def lists(store: Store, by: str) -> Requests:
    """The lists of everybody's requests; empty ones where nobody asked for anything."""
    vault, dataset = store.vault(ONS), LISTS[-1]
    return Requests.of(tables(store, LISTS, by)) if dataset in vault.datasets() else Requests.of({})


def asked_cohort(store: Store, cohort: pl.LazyFrame, study_key: bytes, by: str) -> pl.LazyFrame:
    """The councils' records as people asked; anyone who works with them begins here."""
    return as_asked(cohort, lists(store, by), study_key)


def take_up(store: Store, number: str, kind: str) -> Ticket:
    """What a ticket stands for, its arrival on record."""
    ticket = read_ticket(store.vault(ONS), number, kind)
    note(store, "requested", number, kind=kind, through=ticket.route)
    return ticket


def note(store: Store, event: str, number: str, **facts: str) -> None:
    """Puts what was done about a ticket on record."""
    store.ledger().append(store.clock().today(), event, ONS, f"ticket {number}", **facts)


def table(store: Store, key: list[str], by: str) -> pl.DataFrame:
    """One table that lies in ONS's vault, the reading on record."""
    return tables(store, key, by)[""]


def tables(store: Store, key: list[str], by: str) -> dict[str, pl.DataFrame]:
    """A set of tables that lies in ONS's vault, the reading on record."""
    found, kept = store.read(key), store.in_vault(key)
    store.ledger().append(store.clock().today(), "read", ONS, kept[1] if kept else "", by=by)
    return {name: part.collect() for name, part in (found if isinstance(found, Mapping) else {"": found}).items()}


def write_lists(store: Store, requests: Requests) -> None:
    """Keeps the lists."""
    record_writing(store, store.vault(ONS), LISTS[-1], store.write(LISTS, requests.tables()))


def afterwards(store: Store, asked: Requests, study_key: bytes, by: str) -> Held:
    """What ONS holds, as people asked, where departments cannot be asked again."""
    returns = {name: tables(store, [name, "return"], by) for name in DEPARTMENTS}
    held = Held(table(store, IDENTIFIERS, by), table(store, ATTRIBUTES, by), returns)
    return held_as_asked(held, asked, study_key)


def write_afterwards(store: Store, held: Held) -> dict[str, Written]:
    """Keeps that in place of what ONS held.

    Attributes come last: as long as they name somebody, a run that was killed begins again from them.

    Returns:
        What was written, by asset.
    """
    written = {f"{name}/return": _less(store, f"{name}/return", given) for name, given in held.returns.items()}
    for key, table in ((IDENTIFIERS, held.identifiers), (ATTRIBUTES, held.attributes)):
        written["/".join(key)] = store.write(key, table, store.made_with(key))
        record_writing(store, store.vault(ONS), key[-1], written["/".join(key)])
    return written


def take_out_of_cohort(store: Store, asked: Requests, study_key: bytes, by: str) -> None:
    """Takes anyone who left out of ONS's own copy of what the councils sent, where it has one."""
    if store.in_vault(COHORT):
        cohort = table(store, COHORT, by)
        gone = record_tokens(cohort, study_key).is_in(asked.withdrawn["record"].implode())
        if gone.any():
            _less(store, "council/cohort", {"": cohort.filter(~gone)})


def _less(store: Store, name: str, left: Mapping[str, pl.DataFrame]) -> Written:
    return store.take_out(HANDOVERS[name], dict(left))


def is_of(ticket: Ticket, people: pl.DataFrame, study_key: bytes) -> bool:
    """Whether a ticket names one of some people (as `rights.whom` gives them)."""
    la_code, person_ref = ticket.record
    own = pl.DataFrame({"la_code": [la_code], "person_ref": [person_ref]})
    return record_tokens(own, study_key).item() in people["record"]


def keep_answer(store: Store, number: str, answer: bytes) -> Path:
    """Keeps a sealed answer in ONS's vault, from where it is handed over."""
    place = store.vault(ONS).folder / ANSWERS / number / "answer.json"
    place.parent.mkdir(parents=True, exist_ok=True)
    new = place.with_name(f".{place.name}.new")
    new.write_bytes(answer)
    new.replace(place)
    return place


def destroy_ticket(store: Store, number: str) -> None:
    """Destroys what a ticket stands for and the answer to it, keys first."""
    for kind in (TICKETS, ANSWERS):
        store.vault(ONS).destroy(f"{kind}/{number}")
