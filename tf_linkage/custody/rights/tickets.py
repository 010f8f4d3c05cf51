"""Tickets: opaque numbers that stand for people's requests, so that nothing else need be named anywhere.

Anyone who takes a person's request (a lead worker, the ministry's data protection officer) brings it to the trusted
third party, whose password a ticket needs: it is sealed into the vault and bound to that custodian, so that nobody
who has only the lock can ask anything in a person's name. A run is told the number alone. Making and reading one.
"""

from __future__ import annotations

import fcntl
import hmac
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import polars as pl

from tf_linkage.custody.refusals import CorrectionRefused, NoLongerPossible, NoSuchTicket
from tf_linkage.custody.rights.bundle import Seal
from tf_linkage.custody.rights.request_lists import CORRECTIONS, Requests
from tf_linkage.custody.vault.retention import STUDY
from tf_linkage.custody.vault.vault import LOCK, Slot, Vault
from tf_linkage.hints import command

KINDS = ("withdraw", "access", "correct", "erase", "object")
SCOPES = ("person", "family")
ROUTES = ("lead-worker", "dpo")
"""Through whom a request comes: the notice names the family's lead worker and MHCLG, whose officer it is."""

TICKETS, ANSWERS = "tickets", "answers"
MAKING = ".making"
DIGITS = re.compile(r"^[0-9]{12}$")


@dataclass(frozen=True)
class Ticket:
    """What somebody asked for, and of whom.

    Attributes:
        kind: one of `KINDS`.
        scope: one of `SCOPES`; access and correction are of one person.
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
        PasswordMissing, WrongPassword: the one who asks is not the custodian.
        CorrectionRefused: a correction names no column, or a value that the column cannot have.
    """
    people = _people(vault)
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
    tables = _tables(ticket, _bound(vault, number, ticket))
    with _being_made(vault.folder / TICKETS, number) as new:
        vault.write(f"{TICKETS}/{number}", tables, new, batch=STUDY, destroy_by=people.until())
        new.rename(vault.folder / TICKETS / number)
    return number


def _people(vault: Vault) -> Slot | None:
    """The slot of the people whom the vault holds; for a moment there is none, where a run swaps it."""
    for again in range(10):
        people = vault.holds().get("identifiers") if (vault.folder / LOCK).exists() else None
        if people or not (vault.folder / LOCK).exists():
            break
        time.sleep(0.02 * again)
    return people


@contextmanager
def _being_made(folder: Path, number: str) -> Iterator[Path]:
    """A new folder that no sweep of left-overs takes for one, as long as this process lives (`is_being_made`)."""
    new = folder / f".{number}{MAKING}"
    while True:
        new.mkdir(parents=True, exist_ok=True)
        try:
            held = os.open(new, os.O_RDONLY)
        except FileNotFoundError:  # swept between the two
            continue
        fcntl.flock(held, fcntl.LOCK_EX)
        if _is_at(new, held):
            break
        os.close(held)
    try:
        yield new
    finally:
        shutil.rmtree(new, ignore_errors=True)
        os.close(held)


def sweep_unfinished(vault: Vault) -> None:
    """Removes what killed processes left of tickets, and nothing that is being made."""
    for new in sorted((vault.folder / TICKETS).glob(f".*{MAKING}")):
        try:
            held = os.open(new, os.O_RDONLY)
        except FileNotFoundError:
            continue
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_at(new, held):
                shutil.rmtree(new)
        except BlockingIOError:
            pass
        finally:
            os.close(held)


def _is_at(folder: Path, held: int) -> bool:
    """Whether the folder that was opened is the one that lies there now."""
    try:
        return os.fstat(held).st_ino == folder.stat().st_ino
    except FileNotFoundError:
        return False


def _bound(vault: Vault, number: str, ticket: Ticket) -> bytes:
    """What shows that the vault's custodian made this ticket: made with a key that only its password gives."""
    return hmac.digest(
        vault.key_with(vault, "tickets"),
        json.dumps([number, asdict(ticket)], sort_keys=True, default=lambda raw: raw.hex()).encode(),
        "sha256",
    )


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
    """What a ticket that is there stands for.

    Raises:
        NoSuchTicket: somebody else than the vault's custodian made it.
    """
    tables = vault.read(f"{TICKETS}/{number}")
    assert isinstance(tables, dict)  # noqa: S101 - as it was made
    said = tables["request"].collect().row(0, named=True)
    bound = said.pop("bound", b"")
    seal = tables["seal"].collect().rows(named=True)
    ticket = Ticket(
        **said,
        corrections=dict(tables["corrections"].select("column", "value").collect().iter_rows()),
        seal=Seal(**seal[0]) if seal else None,
    )
    if not hmac.compare_digest(bound, _bound(vault, number, ticket)):
        raise NoSuchTicket(f"ticket {number} was not made with the password of {vault.custodian}; it is not met")
    return ticket


def tickets(vault: Vault) -> list[str]:
    """The numbers of all tickets in a vault."""
    return [name.removeprefix(f"{TICKETS}/") for name in vault.holds() if name.startswith(f"{TICKETS}/")]


def _tables(ticket: Ticket, bound: bytes) -> dict[str, pl.DataFrame]:
    said = {name: getattr(ticket, name) for name in ("kind", "scope", "route", "la_code", "person_ref")}
    return {
        "request": pl.DataFrame([said | {"bound": bound}]),
        "corrections": ticket.correction_rows(),
        "seal": pl.DataFrame([ticket.seal.__dict__] if ticket.seal else [], schema=Seal.SCHEMA),
    }
