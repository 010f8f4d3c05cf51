"""People's requests in the data folder: the lists that every run keeps to, and what can still be done today.

Reading and writing what custody's rights work on, each reading on record.
"""

from __future__ import annotations

import datetime as dt
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import Any

import polars as pl

from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.custody.handover.kinds import HANDOVERS
from tf_linkage.custody.refusals import (
    NoLongerPossible,
    NoSuchTicket,
    NothingHeld,
    PasswordMissing,
    RightRefused,
    WrongPassword,
)
from tf_linkage.custody.rights.afterwards import Held, held_as_asked
from tf_linkage.custody.rights.corrections import must_keep_rules
from tf_linkage.custody.rights.request_lists import (
    NOTHING,
    Requests,
    as_asked,
    correction_rows,
    left_before,
    record_tokens,
    records_of,
    whom,
)
from tf_linkage.custody.rights.tickets import ANSWERS, DIGITS, TICKETS, Ticket, make_ticket, read_ticket
from tf_linkage.custody.vault.destruction import destroyed_on
from tf_linkage.custody.vault.retention import STUDY
from tf_linkage.errors import TfLinkageError
from tf_linkage.hints import command
from tf_linkage.workspace.folder import record_writing
from tf_linkage.workspace.store import Store, Written, swap_folder

ONS = "ons"
LEAVING = ("withdraw", "erase", "object")
"""Requests by which somebody goes."""

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


def ask(store: Store, ticket: Ticket, latest: dt.date, study_key: Callable[[], bytes]) -> str:
    """Makes a ticket of a request, for anyone who has the password of ONS; other runs may be at work meanwhile.

    What could never be met is refused at once: nobody is held under that number, or they have left already.

    Args:
        store: the data folder.
        ticket: what is asked.
        latest: the day of the councils' extracts.
        study_key: the study's secret, asked for where the list of those who left is needed.

    Returns:
        The ticket's number.
    """
    vault = store.vault(ONS)
    store.ledger().entries()  # a broken ledger is refused before a ticket is made
    if "attributes" in vault.datasets():
        vault.passwords.of(ONS)
        attributes = _in_peace(lambda: table(store, ATTRIBUTES, "request"))
        if ticket.kind == "correct":
            must_keep_rules(ticket.correction_rows(), latest)
        if ticket.kind in LEAVING:
            asked = _in_peace(lambda: lists(store, "request"))
            leaving(ticket, attributes, asked, study_key(), again=ticket.kind == "erase")
        else:
            records_of(attributes, ticket.record)
    return make_ticket(vault, ticket)


def leaving(
    ticket: Ticket, attributes: pl.DataFrame, asked: Requests, study_key: bytes, *, again: bool
) -> pl.DataFrame:
    """Whom a request to leave takes along (`request_lists.whom`).

    Args:
        ticket: the request.
        attributes: `ons.Attributes`.
        asked: the lists as they were.
        study_key: the study's secret.
        again: whether it may be met once more for somebody who has left.

    Raises:
        NothingHeld: nobody is held under that number, or they have left already; it does not say which.
    """
    people = whom(attributes, asked, ticket.record, ticket.scope, study_key)
    if not again and left_before(people, asked):
        raise NothingHeld(NOTHING)
    return people


def laid_over(store: Store, name: str, asked: Mapping[str, Ticket], study_key: bytes, latest: dt.date) -> Requests:
    """The lists with these requests on them, if every one of them can be met.

    Raises:
        RightRefused: names each ticket that cannot be met, and why; then none is.
    """
    before, attributes = lists(store, name), table(store, ATTRIBUTES, name)
    begun, now = _begun(store), before
    with refusals() as refused:
        for number, ticket in asked.items():
            with refused(number):
                if name == "correct":
                    rows = correction_rows(attributes, ticket.record, ticket.corrections)
                    must_keep_rules(rows, latest)
                    now = now.and_corrected(rows)
                else:
                    again = name == "erase" or number in begun
                    now = now.and_withdrawn(leaving(ticket, attributes, before, study_key, again=again))
    return now


def _begun(store: Store) -> set[str]:
    """Tickets whose run began and did not end, so that it is run again."""
    entries = [entry for entry in store.ledger().entries() if entry.about.startswith("ticket ")]
    last = {entry.about.removeprefix("ticket "): entry.event for entry in entries}
    return {number for number, event in last.items() if event == "requested"}


@contextmanager
def refusals() -> Iterator[Callable[[str], Any]]:
    """Collects what is refused, ticket by ticket, and says all of it at once.

    Raises:
        RightRefused: any was.
    """
    found: list[RightRefused] = []

    @contextmanager
    def refused(number: str) -> Iterator[None]:
        try:
            yield
        except RightRefused as refusal:
            said = str(refusal)
            found.append(type(refusal)(said if number in said else f"ticket {number}: {said}"))

    yield refused
    if found:
        kind = type(found[0]) if len(found) == 1 else RightRefused
        raise kind("; ".join(map(str, found)))


def read_tickets(store: Store, numbers: Iterable[str], kind: str) -> dict[str, Ticket]:
    """What tickets stand for, by number.

    Raises:
        RightRefused: names each that is none, or asks for something else.
    """
    found = {}
    with refusals() as refused:
        for number in numbers:
            with refused(number):
                found[number] = read_ticket(store.vault(ONS), number, kind)
    return found


def take_up(store: Store, asked: Mapping[str, Ticket]) -> None:
    """Puts on record that these requests are being met."""
    for number, ticket in asked.items():
        note(store, "requested", number, kind=ticket.kind, through=ticket.route)


def _in_peace(read: Callable[[], Any]) -> Any:
    """What is read, also where a run is just putting another in its place."""
    for again in range(10):
        try:
            return read()
        except (PasswordMissing, WrongPassword):
            raise
        except (TfLinkageError, OSError, pl.exceptions.PolarsError):
            if again == 9:
                raise
            time.sleep(0.05 * (again + 1))
    raise AssertionError


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
    vault, dataset = store.vault(ONS), f"{ANSWERS}/{number}"
    place = vault.folder / dataset
    new = place.with_name(f".{number}.new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    until = store.deadlines.of(ONS)[1]
    vault.write(dataset, {"": pl.DataFrame({"answer": [answer]})}, new, batch=STUDY, destroy_by=until)
    swap_folder(new, place)
    return place


def take_answer(store: Store, number: str) -> bytes:
    """A sealed answer out of ONS's vault, which its password alone opens.

    Raises:
        NoSuchTicket: there is no answer to such a ticket.
    """
    vault, dataset = store.vault(ONS), f"{ANSWERS}/{number}"
    if not DIGITS.match(number) or dataset not in vault.holds():
        raise NoSuchTicket(
            "there is no answer to such a ticket; it is made by "
            + command("run", "--job", "access", "--ticket", "TICKET", data=store.root)
        )
    store.ledger().append(store.clock().today(), "read", ONS, dataset, by="take-answer")
    answer = vault.read(dataset)
    assert isinstance(answer, pl.LazyFrame)  # noqa: S101 - as it was kept
    return bytes(answer.collect().item())


def destroy_ticket(store: Store, number: str) -> None:
    """Destroys what a ticket stands for and the answer to it, keys first."""
    for kind in (TICKETS, ANSWERS):
        store.vault(ONS).destroy(f"{kind}/{number}")
