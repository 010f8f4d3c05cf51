"""Tickets: made and read with the password alone, bound to the custodian, telling nothing by themselves."""

from __future__ import annotations

import datetime as dt
import threading
from pathlib import Path

import polars as pl
import pytest

from tf_linkage.custody.refusals import CorrectionRefused, NoLongerPossible, NoSuchTicket, PasswordMissing
from tf_linkage.custody.rights.bundle import Seal
from tf_linkage.custody.rights.tickets import (
    KINDS,
    ROUTES,
    Ticket,
    make_ticket,
    read_ticket,
    sweep_unfinished,
    tickets,
)
from tf_linkage.custody.vault import locks
from tf_linkage.custody.vault.passwords import Passwords
from tf_linkage.custody.vault.vault import LOCK, Vault

NUMBER = "P-77ZZ77"
OPEN = Passwords(None, {"TF_LINKAGE_ONS_PASSWORD": "a password of this test"})
CLOSED = Passwords(None, {})


def ticket(kind: str = "withdraw", *, route: str = "dpo", seal: Seal | None = None, **values: str | None) -> Ticket:
    return Ticket(kind, "person", route, "E09000012", NUMBER, values, seal)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """ONS's vault, with identifiers in it that may be held until the end of 2022."""
    place = tmp_path / "ons"
    (place / "identifiers").mkdir(parents=True)
    (place / LOCK).write_bytes(locks.new_lock("ons", OPEN.of("ons"), cost=2**10))
    people = {"": pl.DataFrame({"person_id": ["x"]})}
    Vault(place, "ons", OPEN).write(
        "identifiers", people, place / "identifiers", batch="study", destroy_by=dt.date(2022, 12, 31)
    )
    return place


def test_a_ticket_is_made_and_read_with_the_custodians_password_alone(folder: Path) -> None:
    with pytest.raises(PasswordMissing):
        make_ticket(Vault(folder, "ons", CLOSED), ticket())
    assert tickets(Vault(folder, "ons", OPEN)) == []
    number = make_ticket(Vault(folder, "ons", OPEN), ticket())
    with pytest.raises(PasswordMissing):
        read_ticket(Vault(folder, "ons", CLOSED), number, "withdraw")
    assert read_ticket(Vault(folder, "ons", OPEN), number, "withdraw") == ticket()


def forged(folder: Path, number: str, said: dict[str, object]) -> None:
    """A ticket as somebody makes it who has the vault's lock and not its password."""
    place = folder / "tickets" / number
    place.mkdir(parents=True)
    tables = {
        "request": pl.DataFrame([said]),
        "corrections": ticket().correction_rows(),
        "seal": pl.DataFrame(schema=Seal.SCHEMA),
    }
    Vault(folder, "ons", CLOSED).write(f"tickets/{number}", tables, place, batch="study", destroy_by=None)


def test_who_has_the_lock_alone_asks_nothing_in_anybodys_name(folder: Path) -> None:
    said = {name: getattr(ticket(), name) for name in ("kind", "scope", "route", "la_code", "person_ref")}
    for number, bound in (("000000000007", {}), ("000000000008", {"bound": b"x" * 32})):
        forged(folder, number, said | bound)
        with pytest.raises(NoSuchTicket, match="was not made with the password of ons"):
            read_ticket(Vault(folder, "ons", OPEN), number, "withdraw")


def test_a_ticket_is_bound_to_its_number_and_its_words(folder: Path) -> None:
    """Another's words under a number that was given, though rightly sealed for the vault, are nobody's request."""
    vault = Vault(folder, "ons", OPEN)
    number = make_ticket(vault, ticket())
    tables = vault.read(f"tickets/{number}")
    assert isinstance(tables, dict)
    kept = {name: table.collect() for name, table in tables.items()}
    kept["request"] = kept["request"].with_columns(person_ref=pl.lit("another"))
    vault.write(f"tickets/{number}", kept, folder / "tickets" / number, batch="study", destroy_by=None)
    with pytest.raises(NoSuchTicket, match="was not made"):
        read_ticket(vault, number, "withdraw")


def test_a_request_made_while_a_run_sweeps_is_not_lost(folder: Path) -> None:
    """Sweeps without pause, as every run begins with one, and forty requests meanwhile: all of them are there."""
    vault, made, stop = Vault(folder, "ons", OPEN), [], threading.Event()

    def sweep() -> None:
        while not stop.is_set():
            sweep_unfinished(Vault(folder, "ons", OPEN))

    sweeper = threading.Thread(target=sweep)
    sweeper.start()
    try:
        made = [make_ticket(vault, ticket()) for _ in range(40)]
    finally:
        stop.set()
        sweeper.join()
    assert sorted(tickets(vault)) == sorted(made)


def test_what_a_killed_process_left_of_a_ticket_is_swept(folder: Path) -> None:
    left = folder / "tickets" / ".000000000001.making"
    left.mkdir(parents=True)
    sweep_unfinished(Vault(folder, "ons", OPEN))
    assert not left.exists()


def test_a_ticket_comes_back_as_it_was_made_whatever_it_asks(folder: Path) -> None:
    vault = Vault(folder, "ons", OPEN)
    made = {
        kind: ticket(
            kind,
            route=ROUTES[at % 2],
            seal=Seal(2**10, b"salt", b"k" * 32) if kind == "access" else None,
            **({"surname": "Li", "nino": None} if kind == "correct" else {}),
        )
        for at, kind in enumerate(KINDS)
    }
    numbers = {kind: make_ticket(vault, asked) for kind, asked in made.items()}
    assert {kind: read_ticket(vault, number, kind) for kind, number in numbers.items()} == made
    assert sorted(tickets(vault)) == sorted(numbers.values())


def test_a_ticket_tells_nothing_and_goes_when_the_vault_does(folder: Path) -> None:
    number = make_ticket(Vault(folder, "ons", OPEN), ticket())
    assert number.isdigit()
    assert len(number) == 12
    there = b"".join(path.read_bytes() for path in (folder / "tickets" / number).iterdir())
    assert NUMBER.encode() not in there
    assert Vault(folder, "ons", CLOSED).holds()[f"tickets/{number}"].until() == dt.date(2022, 12, 31)


def test_two_tickets_of_one_person_do_not_resemble_each_other(folder: Path) -> None:
    vault = Vault(folder, "ons", OPEN)
    first, second = (make_ticket(vault, ticket()) for _ in range(2))
    assert first != second
    contents = [(folder / "tickets" / n / "request.parquet").read_bytes() for n in (first, second)]
    assert contents[0] != contents[1]


def test_what_is_no_ticket_of_that_kind(folder: Path) -> None:
    vault = Vault(folder, "ons", OPEN)
    number = make_ticket(vault, ticket())
    with pytest.raises(NoSuchTicket, match="asks to withdraw, not to erase"):
        read_ticket(vault, number, "erase")
    with pytest.raises(NoSuchTicket, match="there is no ticket 000000000001"):
        read_ticket(vault, "000000000001", "erase")
    with pytest.raises(NoSuchTicket, match="twelve digits") as refusal:
        read_ticket(vault, "Ann Lee", "erase")
    assert "Ann" not in str(refusal.value)


def test_only_a_correction_says_what_is_right(folder: Path) -> None:
    vault = Vault(folder, "ons", OPEN)
    for wrong in (ticket("correct"), ticket("withdraw", surname="Li")):
        with pytest.raises(CorrectionRefused, match="no other request has any"):
            make_ticket(vault, wrong)
    with pytest.raises(CorrectionRefused, match="no such code"):
        make_ticket(vault, ticket("correct", crime="THEFT"))
    assert tickets(vault) == []


def test_where_nobody_is_held_nothing_can_be_asked(folder: Path, tmp_path: Path) -> None:
    Vault(folder, "ons", OPEN).destroy("identifiers")
    for place in (folder, tmp_path / "nowhere"):
        with pytest.raises(NoLongerPossible, match="holds nobody"):
            make_ticket(Vault(place, "ons", CLOSED), ticket())
