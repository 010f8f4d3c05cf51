"""The manifest that travels with each hand-over: what it is, for whom, how much, until when.

It names bodies, columns' digest, rows and days; never a person, nor anything from which one could be guessed: the
digests of tables are made under a key that sender and recipient alone can make, and so is the seal over the whole.
The file, its making and its reading.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO, cast

import dataframely as dy
import polars as pl

from tf_linkage.contracts.columns import columns_of
from tf_linkage.custody.refusals import ManifestMissing
from tf_linkage.custody.vault.vault import KEY

FILE = "manifest.json"
LARGEST, LONGEST = 65_536, 200
"""Bytes of a manifest, and characters of each of its words: several times what any has."""


@dataclass(frozen=True)
class Manifest:
    """What a hand-over says of itself.

    Attributes:
        name: which hand-over it is, such as `council/cohort`.
        study: the study it is for, by its name.
        sender: who made it.
        recipient: who may open it.
        sent: day of the study on which it was made.
        number: how often its sender had made it by then, this time included.
        destroy_by: last day on which its recipient may hold it.
        contract: version of the contract (`contract_version`).
        tables: rows and keyed digest of each table.
        answers: what it answers: the request's own digest over its tables (`content`).
        key_sha256: digest of the sealed key next to it, in which the digest of each encrypted file stands.
        mappings: digest over the mappings by which the tables were made of senders' files, where there were any.
        seal: what nobody but sender and recipient can make of the rest.
    """

    name: str
    study: str
    sender: str
    recipient: str
    sent: str
    number: int
    destroy_by: str
    contract: str
    tables: dict[str, tuple[int, str]]
    answers: str | None
    key_sha256: str
    mappings: str | None = None
    seal: str = ""

    @property
    def content(self) -> str:
        """One digest over what the tables hold: the same whenever the same is sent to the same recipient."""
        return hashlib.sha256(json.dumps(self.tables, sort_keys=True).encode()).hexdigest()

    @property
    def rows(self) -> int:
        """Rows of all tables together."""
        return sum(rows for rows, _ in self.tables.values())

    @property
    def order(self) -> tuple[str, int]:
        """Where it stands among those of its name, in the order in which its sender made them."""
        return self.sent, self.number

    def sealed(self, key: bytes) -> Manifest:
        """The manifest under the seal of a key."""
        return replace(self, seal=self.seal_of(key))

    def seal_of(self, key: bytes) -> str:
        """The seal that the key makes of it."""
        words = json.dumps(asdict(replace(self, seal="")), sort_keys=True)
        return hmac.digest(key, b"manifest\0" + words.encode(), "sha256").hex()

    def write(self, folder: Path) -> None:
        """Puts it next to the dataset it speaks of."""
        (folder / FILE).write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")


def read_manifest(folder: Path) -> Manifest:
    """The manifest next to a dataset.

    Raises:
        ManifestMissing: there is none, or what is there is none.
    """
    try:
        with (folder / FILE).open("rb") as stream:
            words = json.loads(stream.read(LARGEST + 1)[:LARGEST])
        tables = {
            _word(name): (_count(rows), _word(digest)) for name, (rows, digest) in words.pop("tables").items()
        }
        answers, mappings = words.pop("answers"), words.pop("mappings", None)
        number = _count(words.pop("number"))
        said = {name: _word(value) for name, value in words.items()}
        for day in ("sent", "destroy_by"):
            dt.date.fromisoformat(said[day])
        return Manifest(
            tables=tables,
            number=number,
            answers=None if answers is None else _word(answers),
            mappings=None if mappings is None else _word(mappings),
            **said,
        )
    except FileNotFoundError:
        raise ManifestMissing(
            f"{folder.name} came without its manifest, so nothing tells what it should be; have it sent again"
        ) from None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise ManifestMissing(f"the manifest of {folder.name} cannot be read; have it sent again") from None


def _word(value: object) -> str:
    """A word of a manifest: short text that can be printed, since messages repeat some of them."""
    if not isinstance(value, str) or len(value) > LONGEST or not value.isprintable():
        raise ValueError("not a word of a manifest")
    return value


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError("not a count")
    return value


def manifest_sha256(folder: Path) -> str:
    """Digest of the manifest's file, by which the ledger knows an arrival."""
    return hashlib.sha256((folder / FILE).read_bytes()).hexdigest()


def key_sha256(folder: Path) -> str:
    """Digest of the sealed key's file."""
    try:
        return hashlib.sha256((folder / KEY).read_bytes()).hexdigest()
    except FileNotFoundError:
        return "none"


def contract_version(tables: Mapping[str, type[dy.Schema]]) -> str:
    """A digest of the columns that a contract declares: names, types, keys, and what may be empty."""
    declared = [
        [name, column.name, str(column.dtype), column.nullable, column.primary_key]
        for name in sorted(tables)
        for column in columns_of(tables[name])
    ]
    return hashlib.sha256(json.dumps(declared).encode()).hexdigest()[:16]


def told(tables: Mapping[str, pl.DataFrame], key: bytes) -> dict[str, tuple[int, str]]:
    """Rows and keyed digest of each table."""
    return {name: (table.height, _digest(table, key)) for name, table in sorted(tables.items())}


def _digest(table: pl.DataFrame, key: bytes) -> str:
    """Of the table written as CSV, which no version of any library writes differently."""
    part = _Keyed(key)
    table.write_csv(cast("IO[bytes]", part))
    return part.digest.hexdigest()


class _Keyed:
    """A file to which one can only write, and of which only a keyed digest is kept."""

    def __init__(self, key: bytes) -> None:
        self.digest = hmac.new(key, b"table\0", "sha256")

    def write(self, data: bytes) -> int:
        self.digest.update(data)
        return len(data)
