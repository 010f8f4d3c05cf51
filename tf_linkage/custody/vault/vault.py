"""The vault: one custodian's datasets, encrypted, each under a key of its own that the custodian's password opens.

A dataset is a folder: its tables as polars' encrypted Parquet, and `key.json`, this writing's random key, sealed
for the custodian's lock together with what makes tampering, truncation and swapping visible. Writing needs the lock
alone, so that one body can hand a dataset to another; reading needs the password. A folder is swapped in whole, so
key and tables cannot part. Writing, reading and destroying datasets.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

import polars as pl

from tf_linkage.custody.refusals import KeyMissing, LockMissing, PasswordMissing, Swapped, Tampered, Truncated
from tf_linkage.custody.vault import locks
from tf_linkage.custody.vault.passwords import Passwords
from tf_linkage.hints import command

LOCK, KEY, SALT = "lock.json", "key.json", "versions.json"
OWNERS_FOLDER, OWNERS_FILE = 0o700, 0o600
"""Modes with which nobody but its owner can look into a vault."""

TABLE = re.compile(r"[a-z_]{0,60}")
ENCRYPTED = b"PARE"
"""How encrypted Parquet begins."""

SINGLE = "table"
"""File of a dataset that is one table, without suffix."""

Tables = Mapping[str, pl.DataFrame]


@dataclass(frozen=True)
class Slot:
    """What a dataset's `key.json` says in clear: whose it is, until when, and how its files look from outside."""

    custodian: str
    dataset: str
    batch: str
    destroy_by: str | None
    files: dict[str, tuple[int, str]]
    sealed: str
    made_with: dict[str, Any] = field(default_factory=dict)

    def purpose(self) -> bytes:
        """Everything but the sealed key, to which the key is bound: change a word of it and the key is lost."""
        said: list[object] = [self.custodian, self.dataset, self.batch, self.destroy_by, sorted(self.files.items())]
        said += [sorted(self.made_with.items())] if self.made_with else []
        return json.dumps(said).encode()

    def until(self) -> dt.date | None:
        """The last day on which the dataset may be held."""
        return dt.date.fromisoformat(self.destroy_by) if self.destroy_by else None


@dataclass(frozen=True)
class Vault:
    """One custodian's vault.

    Attributes:
        folder: where it lies; nothing else lies there but the clerks' desk (`clerks_desk`).
        custodian: whose it is.
        passwords: where its password is found when it is needed.
    """

    folder: Path
    custodian: str
    passwords: Passwords

    def lock(self) -> bytes:
        """The lock, made on first use from the custodian's own password."""
        path = self.folder / LOCK
        try:
            return path.read_bytes()
        except FileNotFoundError:
            made = locks.new_lock(self.custodian, self._first_password())
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(OWNERS_FOLDER)
        new = path.with_name(f".{LOCK}.new")
        new.write_bytes(made)
        new.chmod(OWNERS_FILE)
        new.replace(path)
        return made

    def write(
        self,
        dataset: str,
        tables: Tables,
        folder: Path,
        *,
        batch: str,
        destroy_by: dt.date | None,
        made_with: Mapping[str, Any] | None = None,
    ) -> None:
        """Writes a dataset into a new folder, from which the caller swaps it in.

        Args:
            dataset: its name, to which its files are bound.
            tables: its tables by name; a single table has the empty name.
            folder: an empty folder.
            batch: what it is destroyed together with.
            destroy_by: the last day it may be held; None where the custodian may keep it.
            made_with: the choices under which it was made, which stand there in clear.
        """
        lock, secret = self.lock(), os.urandom(32)
        files: dict[str, tuple[int, str]] = {}
        for name, table in tables.items():
            path = folder / f"{name or SINGLE}.parquet"
            encryption = pl.ParquetEncryptionProperties(footer_key=secret, aad_prefix=self._bound_to(dataset, name))
            table.lazy().sink_parquet(
                path,
                compression="zstd",
                compression_level=1,
                row_group_size=250_000,
                maintain_order=True,
                encryption=encryption,
            )
            files[name] = _looks(path)
        slot = Slot(
            self.custodian,
            dataset,
            batch,
            destroy_by.isoformat() if destroy_by else None,
            files,
            "",
            dict(made_with or {}),
        )
        sealed = base64.b64encode(locks.seal(lock, secret, slot.purpose())).decode()
        words = {**slot.__dict__, "sealed": sealed}
        (folder / KEY).write_text(json.dumps(words, indent=1), encoding="utf-8")
        folder.chmod(OWNERS_FOLDER)
        for path in folder.iterdir():
            path.chmod(OWNERS_FILE)

    def read(self, dataset: str, folder: Path | None = None) -> pl.LazyFrame | dict[str, pl.LazyFrame]:
        """Scans a dataset's table or tables, after checking that every file is as it was written.

        Args:
            dataset: its name.
            folder: where it lies before it is put into its place; its place unless given.

        Raises:
            WrongPassword, PasswordMissing: the vault does not open.
            KeyMissing: the dataset's sealed key is gone.
            Tampered, Truncated, Swapped: a file is not what it should be.
        """
        place = folder or self.folder / dataset
        slot, secret = self._open(dataset, place)
        scanned = {}
        for name, looks in slot.files.items():
            path = place / f"{name or SINGLE}.parquet"
            self._as_written(path, looks, f"{self.custodian}/{dataset}/{path.name}")
            scanned[name] = pl.scan_parquet(
                path,
                decryption=pl.ParquetDecryptionProperties(
                    footer_key=secret, aad_prefix=self._bound_to(dataset, name)
                ),
            )
        return scanned[""] if set(scanned) == {""} else scanned

    def key_with(self, other: Vault, purpose: str) -> bytes:
        """A key that this custodian and another can make, and nobody else; the same whichever of the two makes it.

        Args:
            other: the other's vault, of which the lock alone is needed, or its public half.
            purpose: what it is for.

        Raises:
            WrongPassword, PasswordMissing, LockMissing: this vault does not open, or the other's lock is not here.
        """
        private = locks.unlock(self.lock(), self.passwords.of(self.custodian))
        try:
            theirs = (other.folder / LOCK).read_bytes()
        except FileNotFoundError:
            raise LockMissing(
                f"the lock of {other.custodian} is not here, so nothing shows what {other.custodian} sent: ask for "
                f"its public half (tf-linkage export-lock {other.custodian} FILE, there) and import it"
            ) from None
        return locks.shared_key(private, theirs, purpose.encode())

    def made_with(self, dataset: str) -> dict[str, Any]:
        """The choices under which a dataset was made, as its slot says in clear; none where there is no dataset."""
        place = self.folder / dataset
        return self._slot(dataset, place).made_with if (place / KEY).exists() else {}

    def holds(self) -> dict[str, Slot]:
        """What the vault holds, by dataset, as the slots say; nothing is opened."""
        found = {}
        for path in sorted(self.folder.rglob(KEY)):
            if not any(part.startswith(".") for part in path.relative_to(self.folder).parts):
                dataset = path.parent.relative_to(self.folder).as_posix()
                found[dataset] = self._slot(dataset, path.parent)
        return found

    def datasets(self) -> list[str]:
        """Every folder with something of a dataset in it, whole or not."""
        found = {
            path.parent.relative_to(self.folder).as_posix()
            for path in self.folder.rglob("*")
            if path.is_file() and path.parent != self.folder
        }
        return sorted(name for name in found if not any(part.startswith(".") for part in name.split("/")))

    def destroy(self, dataset: str) -> None:
        """Destroys a dataset: first its key, which is overwritten and removed, then its files.

        Files in the clear (`clerks_desk`) are overwritten like the key. With the last dataset the lock goes
        too, and the folder is empty.
        """
        place = self.folder / dataset
        shred(place)
        self._tidy(place.parent)

    def _tidy(self, folder: Path) -> None:
        """Removes folders that destruction left empty, and the lock of a vault that holds nothing."""
        while folder != self.folder and folder.is_dir() and not any(folder.iterdir()):
            try:
                folder.rmdir()
            except OSError:  # somebody has just put a request there
                break
            folder = folder.parent
        if self.folder.is_dir() and {path.name for path in self.folder.iterdir()} <= {LOCK, SALT}:
            if (self.folder / SALT).exists():
                _overwrite(self.folder / SALT)
                (self.folder / SALT).unlink()
            (self.folder / LOCK).unlink(missing_ok=True)
            self.folder.rmdir()

    def _first_password(self) -> str:
        try:
            return self.passwords.of(self.custodian)
        except PasswordMissing as missing:
            raise PasswordMissing(
                f"{missing}. To receive something from another body, {self.custodian} first makes its lock: "
                + command("make-lock", self.custodian, data=self.folder.parent.parent)
            ) from None

    def _open(self, dataset: str, place: Path | None = None) -> tuple[Slot, bytes]:
        slot = self._slot(dataset, place or self.folder / dataset)
        if not (self.folder / LOCK).exists():
            raise LockMissing(f"the vault of {self.custodian} has lost its lock; nothing in it can be opened")
        private = locks.unlock(self.lock(), self.passwords.of(self.custodian))
        if (slot.custodian, slot.dataset) != (self.custodian, dataset):
            raise Swapped(
                f"the key of {self.custodian}/{dataset} is that of {slot.custodian}/{slot.dataset}: it was put in "
                "its place; restore the dataset or make it again"
            )
        secret = locks.unseal(private, base64.b64decode(slot.sealed), slot.purpose())
        if secret is None:
            raise Tampered(
                f"the key of {self.custodian}/{dataset} was changed, or sealed for another lock; restore the "
                "dataset or make it again"
            )
        return slot, secret

    def _slot(self, dataset: str, place: Path) -> Slot:
        try:
            words: dict[str, Any] = json.loads((place / KEY).read_bytes())
            files = {_table(name): (int(size), str(digest)) for name, (size, digest) in words.pop("files").items()}
            slot = Slot(files=files, **words)
            base64.b64decode(slot.sealed, validate=True)
            slot.until()
            return slot
        except FileNotFoundError:
            raise KeyMissing(
                f"the key of {self.custodian}/{dataset} is missing: without it nobody can read the dataset. "
                "Restore its folder or make it again"
            ) from None
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise Tampered(
                f"the key of {self.custodian}/{dataset} was changed; restore the dataset or make it again"
            ) from None

    def _as_written(self, path: Path, looks: tuple[int, str], named: str) -> None:
        """Compares a file with what was sealed into its key."""
        if not path.exists():
            raise Tampered(f"{named} is gone although its key is there; restore the dataset or make it again")
        now = _looks(path)
        if now == looks:
            return
        if any(now in slot.files.values() for slot in self.holds().values()):
            raise Swapped(f"{named} is another dataset's file; restore the dataset or make it again")
        if now[0] < looks[0]:
            raise Truncated(f"{named} has {now[0]} of {looks[0]} bytes; restore the dataset or make it again")
        raise Tampered(f"{named} was changed since it was written; restore the dataset or make it again")

    def _bound_to(self, dataset: str, table: str) -> bytes:
        return f"{self.custodian}/{dataset}/{table}".encode()


def _table(name: str) -> str:
    """A table's name, of which its file's is made."""
    if not TABLE.fullmatch(name):
        raise ValueError("not the name of a table")
    return name


def in_clear(path: Path) -> bool:
    """Whether a file of a vault can be read without a key: a clerk's sheet."""
    with path.open("rb") as stream:
        return path.name not in (KEY, LOCK, SALT) and stream.read(len(ENCRYPTED)) != ENCRYPTED


def shred(folder: Path) -> None:
    """Removes a dataset's folder: first its key, overwritten, then its files, overwritten where in the clear."""
    key = folder / KEY
    if key.exists():
        _overwrite(key)
        key.unlink()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and in_clear(path):
            _overwrite(path)
    shutil.rmtree(folder, ignore_errors=True)


def content_digest(tables: Tables) -> str:
    """A digest of what tables say, whatever key they lie under: 16 hexadecimal digits."""
    total = hashlib.sha256()
    for name in sorted(tables):
        part = _Hashing()
        tables[name].write_parquet(cast("IO[bytes]", part), compression="uncompressed", row_group_size=250_000)
        total.update(f"{name}\0{part.digest.hexdigest()}\n".encode())
    return total.hexdigest()[:16]


class _Hashing:
    """A file to which one can only write, and of which only the digest is kept."""

    def __init__(self) -> None:
        self.digest = hashlib.sha256()

    def write(self, data: bytes) -> int:
        self.digest.update(data)
        return len(data)


def _overwrite(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(os.urandom(path.stat().st_size))
        file.flush()
        os.fsync(file.fileno())


def _looks(path: Path) -> tuple[int, str]:
    """Size and digest of an encrypted file; of ciphertext, so it tells nothing of anybody."""
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return path.stat().st_size, digest
