"""A package is taken in once all of it was checked; until then nothing that lies here is replaced."""

from __future__ import annotations

import datetime as dt
import io
import json
import shutil
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from tf_linkage.contracts import link_requests
from tf_linkage.contracts.columns import schema_of
from tf_linkage.custody.handover.kinds import HANDOVERS
from tf_linkage.custody.refusals import (
    ArrivalRefused,
    KeyDestroyed,
    LedgerBroken,
    LockMissing,
    PasswordMissing,
    Superseded,
    VaultRefused,
)
from tf_linkage.custody.vault import locks
from tf_linkage.custody.vault.retention import Deadlines
from tf_linkage.custody.vault.vault import LOCK, shred
from tf_linkage.errors import TfLinkageError
from tf_linkage.workspace.custodians.packages import receive, send
from tf_linkage.workspace.store import Store

DAYS = Deadlines(dt.date(2998, 1, 1), dt.date(2999, 12, 31))
REQUEST = HANDOVERS["moj/link_request"]
KEY = ["moj", "link_request"]


def asked(surname: str) -> pl.DataFrame:
    rows = [
        {**dict.fromkeys(schema_of(link_requests.Request)), "request_ref": f"R{n}", "surname": surname}
        for n in range(9)
    ]
    return pl.DataFrame(rows, schema=schema_of(link_requests.Request))


@pytest.fixture(autouse=True)
def quick_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Locks as cheap as a lock file may be: what they withstand is proved elsewhere."""
    made = locks.new_lock
    monkeypatch.setattr(
        locks, "new_lock", lambda custodian, password, cost=0: made(custodian, password, locks.LEAST_COST)
    )


@pytest.fixture
def bodies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Store, Store]:
    """ONS and MoJ, each with a folder and a password of its own and the public half of the other's lock."""
    for body in ("ons", "moj"):
        monkeypatch.setenv(f"TF_LINKAGE_{body.upper()}_PASSWORD", f"three words of {body}")
    ons, moj = (Store(tmp_path / body, simulated=False, rehearsal=False, deadlines=DAYS) for body in ("ons", "moj"))
    for own, other, name in ((ons, moj, "moj"), (moj, ons, "ons")):
        own.root.mkdir(exist_ok=True)
        half = locks.public_half(other.vault(name).lock())
        place = own.vault(name).folder / LOCK
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(half)
    return ons, moj


def packed(store: Store, file: Path, surname: str = "Poe") -> Path:
    store.write(KEY, asked(surname))
    store.delivery().record(REQUEST)
    send(store, REQUEST, file)
    return file


def lies_there(store: Store) -> str | None:
    """Whose request lies in the vault, as its manifest says."""
    path = store.place(KEY) / "manifest.json"
    return path.read_text() if path.exists() else None


def test_a_genuine_package_is_taken_in_and_read(bodies: tuple[Store, Store], tmp_path: Path) -> None:
    ons, moj = bodies
    manifest = receive(moj, packed(ons, tmp_path / "request.zip"))
    assert (manifest.sender, manifest.rows) == ("ons", 9)
    read = moj.read(KEY)
    assert isinstance(read, pl.LazyFrame)
    assert read.collect()["surname"].to_list() == ["Poe"] * 9
    assert not list(moj.root.glob(".received*"))


def changed(file: Path, change: Callable[[dict[str, bytes]], dict[str, bytes]]) -> None:
    with zipfile.ZipFile(file) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(file, "w") as new:
        for name, content in change(parts).items():
            new.writestr(name, content)


def another_manifest(parts: dict[str, bytes], **words: object) -> dict[str, bytes]:
    return parts | {"manifest.json": json.dumps(json.loads(parts["manifest.json"]) | words).encode()}


def zip_of(
    content: bytes, compression: int = zipfile.ZIP_DEFLATED, name: str = "manifest.json", times: int = 1
) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as made:
        for at in range(times):
            made.writestr(name if times == 1 else f"{chr(97 + at % 26)}{'b' * (at // 26)}.parquet", content)
    return out.getvalue()


def with_size(data: bytes, size: int) -> bytes:
    """The package, its first file's size in the directory changed."""
    at = data.rindex(b"PK\x01\x02")
    return data[: at + 20] + struct.pack("<II", size, size) + data[at + 28 :]


HOSTILE: dict[str, Callable[[bytes], bytes]] = {
    "nothing": lambda data: b"",
    "no zip": lambda data: b"PK" + b"x" * 400,
    "cut in half": lambda data: data[: len(data) // 2],
    "cut at the end": lambda data: data[:-30],
    "a byte changed": lambda data: data[:90] + bytes([data[90] ^ 1]) + data[91:],
    "a bomb": lambda data: zip_of(b"\0" * 5_000_000),
    "a bomb of tables": lambda data: zip_of(b"\0" * 2_000_000, name="table.parquet"),
    "many files": lambda data: zip_of(b"x", zipfile.ZIP_STORED, times=60),
    "a path": lambda data: zip_of(b"x", zipfile.ZIP_STORED, "../../escaped.parquet"),
    "an absolute path": lambda data: zip_of(b"x", zipfile.ZIP_STORED, "/escaped.parquet"),
    "a size that is none": lambda data: with_size(data, 0xFFFFFFF0),
    "a manifest that is no JSON": lambda data: zip_of(b"{", zipfile.ZIP_STORED),
    "a manifest nested deep": lambda data: zip_of(b"[" * 60_000, zipfile.ZIP_STORED),
    "a manifest that is a list": lambda data: zip_of(b"[]", zipfile.ZIP_STORED),
    "an enormous manifest": lambda data: zip_of(b'"' + b"x" * 90_000 + b'"', zipfile.ZIP_STORED),
    "a manifest with a strange word": lambda data: zip_of(
        json.dumps({"name": "\x1b[31mred", "tables": {}, "answers": None}).encode(), zipfile.ZIP_STORED
    ),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_package_gets_one_sentence_with_its_name(
    bodies: tuple[Store, Store], tmp_path: Path, case: str
) -> None:
    ons, moj = bodies
    file = packed(ons, tmp_path / "genuine.zip")
    receive(moj, file)
    before, hostile = lies_there(moj), tmp_path / "hostile.zip"
    hostile.write_bytes(HOSTILE[case](file.read_bytes()))
    with pytest.raises((ArrivalRefused, VaultRefused)) as caught:
        receive(moj, hostile)
    said = str(caught.value)
    assert said.startswith("hostile.zip")
    assert "\n" not in said
    assert "\x1b" not in said
    assert lies_there(moj) == before
    assert not list(tmp_path.rglob("escaped*"))
    assert not list(moj.root.glob(".received*"))


FORGED: dict[str, Callable[[dict[str, bytes]], dict[str, bytes]]] = {
    "more rows claimed": lambda parts: another_manifest(parts, tables={"": [10, "0" * 64]}),
    "another day": lambda parts: another_manifest(parts, destroy_by="2999-12-31"),
    "another recipient": lambda parts: another_manifest(parts, recipient="dwp"),
    "another hand-over": lambda parts: another_manifest(parts, name="dwp/link_request", recipient="dwp"),
    "no such hand-over": lambda parts: another_manifest(parts, name="nhs/link_request"),
    "no seal": lambda parts: another_manifest(parts, seal=""),
    "without its key": lambda parts: {name: part for name, part in parts.items() if name != "key.json"},
    "without its table": lambda parts: {name: part for name, part in parts.items() if name != "table.parquet"},
    "a table cut": lambda parts: parts | {"table.parquet": parts["table.parquet"][:-9]},
    "a table changed": lambda parts: parts | {"table.parquet": parts["table.parquet"][:-9] + b"x" * 9},
    "a table more": lambda parts: parts | {"other.parquet": parts["table.parquet"]},
}


@pytest.mark.parametrize("case", FORGED)
def test_what_is_not_as_it_was_sealed_replaces_nothing(
    bodies: tuple[Store, Store], tmp_path: Path, case: str
) -> None:
    ons, moj = bodies
    file = packed(ons, tmp_path / "genuine.zip")
    receive(moj, file)
    before = lies_there(moj)
    changed(file, FORGED[case])
    with pytest.raises((ArrivalRefused, VaultRefused), match=r"^genuine.zip"):
        receive(moj, file)
    assert lies_there(moj) == before


def test_somebody_else_with_a_lock_of_their_own_is_not_the_sender(
    bodies: tuple[Store, Store], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Anyone who has MoJ's public half can encrypt for it; only ONS can seal."""
    ons, moj = bodies
    receive(moj, packed(ons, tmp_path / "genuine.zip"))
    before = lies_there(moj)
    other = Store(tmp_path / "other", simulated=False, rehearsal=False, deadlines=DAYS)
    other.root.mkdir()
    other.vault("ons").lock()
    (other.vault("moj").folder).mkdir(parents=True)
    (other.vault("moj").folder / LOCK).write_bytes((ons.vault("moj").folder / LOCK).read_bytes())
    with pytest.raises(ArrivalRefused, match=r"^forged.zip: .*not as ons sealed it"):
        receive(moj, packed(other, tmp_path / "forged.zip", "Forged"))
    assert lies_there(moj) == before


def test_without_the_senders_lock_that_is_said(bodies: tuple[Store, Store], tmp_path: Path) -> None:
    ons, moj = bodies
    file = packed(ons, tmp_path / "request.zip")
    (moj.vault("ons").folder / LOCK).unlink()
    with pytest.raises(LockMissing, match=r"request.zip: the lock of ons is not here.*export-lock ons"):
        receive(moj, file)
    assert lies_there(moj) is None


def test_without_the_recipients_password_nothing_is_taken_in(
    bodies: tuple[Store, Store], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ons, moj = bodies
    file = packed(ons, tmp_path / "request.zip")
    monkeypatch.delenv("TF_LINKAGE_MOJ_PASSWORD")
    with pytest.raises(PasswordMissing, match="TF_LINKAGE_MOJ_PASSWORD"):
        receive(moj, file)
    assert lies_there(moj) is None


def test_sending_what_was_never_made_or_is_destroyed_says_which(
    bodies: tuple[Store, Store], tmp_path: Path
) -> None:
    ons, _ = bodies
    with pytest.raises(TfLinkageError, match=r"moj/link_request has not been made in .*: run ons's own job first"):
        send(ons, REQUEST, tmp_path / "request.zip")
    ons.write(KEY, asked("Poe"))
    ons.ledger().append(ons.clock().today(), "destroying", "moj", "moj", datasets=["link_request"])
    ons.vault("moj").destroy("link_request")
    with pytest.raises(KeyDestroyed, match="moj/link_request was destroyed on"):
        send(ons, REQUEST, tmp_path / "request.zip")
    assert not (tmp_path / "request.zip").exists()


def test_sending_what_was_handed_over_and_removed_says_so(bodies: tuple[Store, Store], tmp_path: Path) -> None:
    ons, _ = bodies
    ons.write(KEY, asked("Poe"))
    ons.delivery().record(REQUEST)
    shred(ons.place(KEY))
    with pytest.raises(TfLinkageError, match=r"moj/link_request was made here on .*copy was removed since"):
        send(ons, REQUEST, tmp_path / "request.zip")


def test_a_package_for_somebody_else_says_for_whom_it_is(bodies: tuple[Store, Store], tmp_path: Path) -> None:
    ons, moj = bodies
    file = packed(ons, tmp_path / "request.zip")
    (moj.vault("moj").folder / LOCK).unlink()
    with pytest.raises(LockMissing, match=r"^request.zip: it is for moj, and no lock of moj is kept in"):
        receive(moj, file)
    assert not (moj.vault("moj").folder / LOCK).exists()


def test_files_of_custody_are_their_owners_alone(bodies: tuple[Store, Store], tmp_path: Path) -> None:
    ons, moj = bodies
    with ons.hold():
        file = packed(ons, tmp_path / "request.zip")
    with moj.hold():
        receive(moj, file)
    for store in (ons, moj):
        for path in [store.root / "custody", *(store.root / "custody").rglob("*")]:
            if path.name == LOCK and "private" not in path.read_text():
                continue  # a public half is for everybody
            mode = stat.S_IMODE(path.stat().st_mode)
            assert mode in ((0o700,) if path.is_dir() else (0o600,)), (path, oct(mode))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_an_older_package_does_not_replace_a_newer_one(bodies: tuple[Store, Store], tmp_path: Path) -> None:
    """Carried again, it would bring back those who left between the two."""
    ons, moj = bodies
    first = packed(ons, tmp_path / "first.zip")
    second = packed(ons, tmp_path / "second.zip", "Roe")
    receive(moj, first)
    receive(moj, second)
    before = lies_there(moj)
    with pytest.raises(ArrivalRefused, match=r"^first.zip: .*number 1.* newer one of .* \(number 2\) was taken in"):
        receive(moj, first)
    assert lies_there(moj) == before
    receive(moj, second)  # the same again does no harm


def test_an_older_package_is_remembered_when_the_newer_one_is_gone(
    bodies: tuple[Store, Store], tmp_path: Path
) -> None:
    """The memory is the recipient's ledger, not what happens to lie in its vault."""
    ons, moj = bodies
    first = packed(ons, tmp_path / "first.zip")
    second = packed(ons, tmp_path / "second.zip", "Roe")
    receive(moj, second)
    shutil.rmtree(moj.place(KEY))
    with pytest.raises(Superseded, match=r"^first.zip: .*number 2.* was taken in here on"):
        receive(moj, first)
    assert lies_there(moj) is None
    receive(moj, second)


def test_an_older_one_that_was_laid_into_the_vault_is_not_read(bodies: tuple[Store, Store], tmp_path: Path) -> None:
    """Past `receive`, by hand: the job that reads it asks the ledger too."""
    ons, moj = bodies
    receive(moj, packed(ons, tmp_path / "first.zip"))
    shutil.copytree(moj.place(KEY), tmp_path / "kept")
    receive(moj, packed(ons, tmp_path / "second.zip", "Roe"))
    moj.delivery().arrive(REQUEST)
    shutil.rmtree(moj.place(KEY))
    shutil.copytree(tmp_path / "kept", moj.place(KEY))
    with pytest.raises(Superseded, match=r"^moj/link_request: .*number 1.*number 2"):
        moj.delivery().arrive(REQUEST)


def test_going_back_is_deliberate_and_on_record(bodies: tuple[Store, Store], tmp_path: Path) -> None:
    ons, moj = bodies
    first = packed(ons, tmp_path / "first.zip")
    second = packed(ons, tmp_path / "second.zip", "Roe")
    third = packed(ons, tmp_path / "third.zip", "Doe")
    receive(moj, first)
    receive(moj, second)
    with pytest.raises(Superseded, match="--go-back"):
        receive(moj, first)
    receive(moj, first, go_back=True)
    assert moj.delivery().arrive(REQUEST).number == 1
    told = [(entry.event, entry.facts["number"]) for entry in moj.ledger().entries() if "number" in entry.facts]
    assert told == [("received", "1"), ("received", "2"), ("received", "1"), ("arrived", "1")]
    receive(moj, third)
    assert moj.delivery().arrive(REQUEST).number == 3


def test_two_of_one_number_are_told_apart(bodies: tuple[Store, Store], tmp_path: Path) -> None:
    """A sender that began again in an empty folder counts from one again: neither of the two is the newer."""
    ons, moj = bodies
    first = packed(ons, tmp_path / "first.zip")
    for path in (ons.ledger().path, ons.ledger().anchor):
        path.unlink()
    other = packed(ons, tmp_path / "other.zip", "Roe")
    receive(moj, first)
    with pytest.raises(Superseded, match=r"^other.zip: ons made two of .* number 1"):
        receive(moj, other)
    receive(moj, other, go_back=True)


def test_what_people_left_does_not_come_back_even_on_purpose(bodies: tuple[Store, Store], tmp_path: Path) -> None:
    ons, moj = bodies
    file = packed(ons, tmp_path / "request.zip")
    receive(moj, file)
    moj.delivery().arrive(REQUEST)
    moj.take_out(REQUEST, {"": asked("Poe").head(8)})
    left = lies_there(moj)
    for go_back in (False, True):
        with pytest.raises(Superseded, match=r"^request.zip: people were taken out of it here on"):
            receive(moj, file, go_back=go_back)
    assert lies_there(moj) == left
    moj.delivery().arrive(REQUEST)
    receive(moj, packed(ons, tmp_path / "anew.zip", "Roe"))
    moj.delivery().arrive(REQUEST)


def test_nothing_is_sent_or_received_with_a_broken_ledger(bodies: tuple[Store, Store], tmp_path: Path) -> None:
    ons, moj = bodies
    file = packed(ons, tmp_path / "request.zip")
    for store in bodies:
        ledger = store.ledger()
        ledger.path.parent.mkdir(parents=True, exist_ok=True)
        with ledger.path.open("a", encoding="utf-8") as lines:
            lines.write("{}\n")
    with pytest.raises(LedgerBroken):
        send(ons, REQUEST, tmp_path / "again.zip")
    assert not (tmp_path / "again.zip").exists()
    with pytest.raises(LedgerBroken):
        receive(moj, file)
    assert lies_there(moj) is None
