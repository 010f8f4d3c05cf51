"""Tickets: opaque numbers that stand for people's requests, so that nothing else need be named anywhere.

Anyone who takes a request (a family's lead worker, or the department's data protection officer) makes a ticket.
What it stands for is sealed into the trusted third party's vault, for which the lock is enough: the one who makes
it can read neither this request again nor any other. A run is told the number alone. What a ticket holds, making
and reading one.
"""

from __future__ import annotations

import re
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from tf_linkage.custody.refusals import CorrectionRefused, NoLongerPossible, NoSuchTicket
from tf_linkage.custody.rights.bundle import Seal
from tf_linkage.custody.rights.request_lists import CORRECTIONS, Requests
from tf_linkage.custody.vault.retention import STUDY
from tf_linkage.custody.vault.vault import LOCK, Vault
from tf_linkage.hints import command

KINDS = ("withdraw", "access", "correct", "erase")
SCOPES = ("person", "family")
ROUTES = ("lead-worker", "dpo")
"""Through whom a request comes: the notice names the family's lead worker and MHCLG, whose officer it is."""

TICKETS, ANSWERS = "tickets", "answers"
DIGITS = re.compile(r"^[0-9]{12}$")


@dataclass(frozen=True)
class Ticket:
    """What somebody asked for, and of whom.

    Attributes:
        kind: one of `KINDS`.
        scope: one of `SCOPES`; only withdrawal and erasure are for families.
        route: one of `ROUTES`; it changes nothing.
        la_code: the council that named the person.
        person_ref: the council's own number for the person.
        corrections: `column` and `value` of what is to be corrected, for a correction.
        seal: what the answer is sealed with, for access.
    """

    kind: str
    scope: str
    route: str
    la_code: str
    person_ref: str
    corrections: Mapping[str, str | None]
    seal: Seal | None = None

    @property
    def record(self) -> tuple[str, str]:
        """What names the person: council, and the council's number."""
        return self.la_code, self.person_ref

    def correction_rows(self) -> pl.DataFrame:
        """The corrections of this record alone."""
        rows = [(*self.record, name, value) for name, value in self.corrections.items()]
        return pl.DataFrame(rows, schema=CORRECTIONS, orient="row")


def make_ticket(vault: Vault, ticket: Ticket) -> str:
    """Seals a request into the trusted third party's vault.

    Returns:
        The ticket's number: random, and of twelve digits.

    Raises:
        NoLongerPossible: the vault holds nobody.
        CorrectionRefused: a correction names no column, or a value that the column cannot have.
    """
    people = vault.holds().get("identifiers") if (vault.folder / LOCK).exists() else None
    if people is None:
        raise NoLongerPossible(
            f"the vault of {vault.custodian} holds nobody: the study has not begun in this data folder, or it has "
            "ended and all that led to anybody was destroyed. In the latter case nothing can be shown, corrected, "
            "erased or withdrawn any longer"
        )
    if bool(ticket.corrections) != (ticket.kind == "correct"):
        raise CorrectionRefused("a correction needs the columns that are wrong, and no other request has any")
    Requests.of({}).and_corrected(ticket.correction_rows())
    number = f"{secrets.randbelow(10**12):012}"
    place = vault.folder / TICKETS / number
    new = place.with_name(f".{number}.new")
    new.mkdir(parents=True)
    try:
        vault.write(f"{TICKETS}/{number}", _tables(ticket), new, batch=STUDY, destroy_by=people.until())
        new.rename(place)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return number


def read_ticket(vault: Vault, number: str, kind: str) -> Ticket:
    """What a ticket stands for.

    Raises:
        NoSuchTicket: there is none of that number, or it asks for something else than `kind`.
    """
    if not DIGITS.match(number):
        raise NoSuchTicket("a ticket is a number of twelve digits, as the command `request` printed it")
    if f"{TICKETS}/{number}" not in vault.holds():
        raise NoSuchTicket(f"there is no ticket {number}; make one: {command('request', kind, 'FILE')}")
    ticket = opened(vault, number)
    if ticket.kind != kind:
        raise NoSuchTicket(f"ticket {number} asks to {ticket.kind}, not to {kind}; run job {ticket.kind}")
    return ticket


def opened(vault: Vault, number: str) -> Ticket:
    """What a ticket that is there stands for."""
    tables = vault.read(f"{TICKETS}/{number}")
    assert isinstance(tables, dict)  # noqa: S101 - as it was made
    said = tables["request"].collect().row(0, named=True)
    seal = tables["seal"].collect().rows(named=True)
    return Ticket(
        **said,
        corrections=dict(tables["corrections"].select("column", "value").collect().iter_rows()),
        seal=Seal(**seal[0]) if seal else None,
    )


def tickets(vault: Vault) -> list[str]:
    """The numbers of all tickets in a vault."""
    return [name.removeprefix(f"{TICKETS}/") for name in vault.holds() if name.startswith(f"{TICKETS}/")]


def _tables(ticket: Ticket) -> dict[str, pl.DataFrame]:
    said = {name: getattr(ticket, name) for name in ("kind", "scope", "route", "la_code", "person_ref")}
    return {
        "request": pl.DataFrame([said]),
        "corrections": ticket.correction_rows(),
        "seal": pl.DataFrame([ticket.seal.__dict__] if ticket.seal else [], schema=Seal.SCHEMA),
    }
