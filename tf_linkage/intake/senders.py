"""A table of a body from all who send it: files that keep the contract, and foreign ones with their mapping.

A foreign file lies at `<folder>/<sender>/<name>.csv` (or .xlsx and so on), its mapping at
`<folder>/mappings/<sender>/<name>.toml`. Mapping is the sender's own step: what it ignores goes no further.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from tf_linkage.contracts.registry import extract_tables
from tf_linkage.errors import InputRefused
from tf_linkage.intake.folder import MAPPINGS, passed_over
from tf_linkage.intake.mapping.apply import mapped
from tf_linkage.intake.mapping.loading import Loaded, load_mapping
from tf_linkage.intake.mapping.source import SUFFIXES, suffix_of
from tf_linkage.intake.oddities import oddities
from tf_linkage.intake.reading.extracts import Extract, Part, one_key, read_file
from tf_linkage.intake.reading.names import files_of, is_of_one_sender
from tf_linkage.intake.receipts import digests_of_receipts, receipt_for

MAPPINGS_DIGEST = "digest of the mappings"
"""Under which an asset that was read by mappings says by which."""


@dataclass(frozen=True)
class Foreign:
    """A foreign file and its mapping."""

    path: Path
    loaded: Loaded
    shown_as: str


def extract_of(folder: Path, table: str, day: dt.date | None = None) -> Extract:
    """Reads one table of a body from all its files, with the places of its rows and the digests of its files.

    Args:
        folder: where the files lie.
        table: one of `registry.extract_tables()`.
        day: of the extract, after which no day of a file may lie.

    Raises:
        InputRefused: as `read_extract`; also a foreign file without a mapping, or a mapping without a file.
    """
    tables = extract_tables()
    if table not in tables:
        raise InputRefused(f"no body hands over a table named {table}; known are {', '.join(tables)}")
    foreign = _of_table(folder, table)
    own = files_of(folder, table, needed=not foreign)
    read = [read_file(path, tables[table], day) for path in own]
    made = [mapped(one.path, one.loaded, one.shown_as, day) for one in foreign]
    rows = pl.concat([*(frame for frame, _ in read), *(one.rows for one in made)])
    parts: list[Part] = [*(part for _, part in read), *(one.part for one in made)]
    one_key(rows, table, tables[table])
    mappings = {one.shown_as: one.loaded.digest for one in foreign}
    notes = [f"{one.part.file}: {note}" for one in made for note in one.notes]
    for at, (path, (_, part)) in enumerate(zip(own, read, strict=True)):
        by, said, parts[at] = _mapped_before(path, part)
        said += [f"{path.name}: {note}" for note in part.notes]
        mappings, notes = by | mappings, said + notes
    notes += [f"{table}: {note}" for note in oddities(rows, tables[table])]
    return Extract(rows, tuple(parts), tuple(notes), mappings)


def must_be_there(folder: Path, table: str) -> None:
    """Refuses a folder in which no file of a table lies, or one that would be passed over; opens none but mappings.

    Raises:
        InputRefused: there is none, a sender's table is there twice, or a file is called or placed almost as those
            that are taken in.
    """
    files_of(folder, table, needed=not _of_table(folder, table))


def left_over(folder: Path) -> tuple[str, ...]:
    """Files of the folder that nothing is made of.

    Raises:
        InputRefused: one of them lies where it would never be looked at, or is in a form that is not read.
    """
    return _left_over(folder, foreign_files(folder))


def _left_over(folder: Path, foreign: list[Foreign]) -> tuple[str, ...]:
    second = {one.path.parent / file for one in foreign for file in one.loaded.mapping.second_files()}
    return passed_over(folder, {one.path for one in foreign} | second)


def _of_table(folder: Path, table: str) -> list[Foreign]:
    """A table's foreign files, once nothing in the folder lies where it would be overlooked."""
    foreign = foreign_files(folder)
    _left_over(folder, foreign)
    return [one for one in foreign if one.loaded.mapping.table == table]


def read_extract(folder: Path, table: str) -> pl.LazyFrame:
    """Reads one table of a body's extract, such as `council_cohort` from council_cohort.csv or .parquet.

    Strict: what does not keep the contract is refused, never mended, padded or skipped. Accepted next to the
    contract's own spellings are `sex` for `gender`, M/F/1/2, days as dd/mm/yyyy where the whole column is, and
    yes/no/1/0. Blank cells are null. Columns may stand in any order. Foreign files are read by their mapping.

    Args:
        folder: where the extracts lie.
        table: one of `registry.extract_tables()`.

    Returns:
        The table of its contract, rows in the order of the files by name, and of each file.

    Raises:
        InputRefused: names file, line or row, column and rule of the first ten problems, and how many rows each
            concerns; never a value.
    """
    return extract_of(folder, table).rows.lazy()


def digest_over(mappings: Mapping[str, str]) -> str:
    """One digest over the mappings by which files were made.

    Args:
        mappings: SHA-256 of the mapping, by file.
    """
    words = "".join(f"{file}\0{digest}\n" for file, digest in sorted(mappings.items()))
    return hashlib.sha256(words.encode()).hexdigest()


def digests_of(folder: Path, table: str) -> dict[str, str]:
    """The digests of a table's files as they are now, and of their receipts."""
    foreign = _of_table(folder, table)
    own = files_of(folder, table, needed=not foreign)
    found = {path.name: _sha256(path) for path in own} | digests_of_receipts(own)
    return found | {one.shown_as: _fingerprint(one) for one in foreign}


def foreign_files(folder: Path) -> list[Foreign]:
    """The foreign files of a folder, in the order of their senders and names.

    Raises:
        InputRefused: a mapping is refused or has no file, or a file has no mapping.
    """
    found, looked_up = [], set()
    for path in sorted((folder / MAPPINGS).glob("*/*.toml")):
        loaded = load_mapping(path)
        name = f"{path.parent.name}/{path.stem}"
        files = [file for file in _data_files(folder / path.parent.name) if _bare(file) == path.stem]
        if len(files) != 1:
            said = "there is no such file" if not files else "there are several such files"
            raise InputRefused(
                f"{MAPPINGS}/{name}.toml is for {name} with {', '.join(SUFFIXES)}: {said} in {folder}"
            )
        found.append(Foreign(files[0], loaded, f"{path.parent.name}/{files[0].name}"))
        looked_up |= {files[0].parent / file for file in loaded.mapping.second_files()}
    known = {one.path for one in found} | looked_up
    for sender in sorted(path for path in folder.glob("*") if path.is_dir() and path.name != MAPPINGS):
        for file in _data_files(sender):
            if file not in known:
                name = f"{sender.name}/{_bare(file)}"
                raise InputRefused(
                    f"{sender.name}/{file.name}: there is no mapping {MAPPINGS}/{name}.toml; draft-mapping drafts"
                )
    return found


def _data_files(folder: Path) -> Iterator[Path]:
    files = sorted(folder.glob("*")) if folder.is_dir() else []
    return (path for path in files if path.is_file() and not path.name.startswith(".") and suffix_of(path.name))


def _bare(path: Path) -> str:
    return path.name[: -len(suffix_of(path.name) or "")]


def _fingerprint(one: Foreign) -> str:
    total = hashlib.sha256(one.path.read_bytes())
    for file in (one.path.parent / name for name in one.loaded.mapping.second_files()):
        total.update(file.read_bytes() if file.is_file() else b"")
    total.update(one.loaded.digest.encode())
    return total.hexdigest()


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _mapped_before(path: Path, part: Part) -> tuple[dict[str, str], list[str], Part]:
    """By which mapping a file was made at its sender, and when drawn, as its receipt says; what is to be noted."""
    receipt = receipt_for(path, part.digest, part.rows)
    if receipt is not None:
        said = [f"{path.name}: {note}, as its receipt says" for note in receipt.left_out]
        return {path.name: receipt.mapping}, said, replace(part, drawn=receipt.drawn)
    if any(is_of_one_sender(path.name, table) for table in extract_tables()):
        note = "no receipt of map-extract is with it; whether a mapping made it, and which, is not on record"
        return {}, [f"{path.name}: {note}"], part
    return {}, [], part
