"""Extract files on their way out: the same tables, in the form in which `extracts` reads them back exactly.

Writing a set of tables as files, all or nothing, and the mark of a rehearsal's files. Extracts are for machines:
cells are not altered for spreadsheets (published tables are, see `disclosure`).
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import polars as pl

from tf_linkage.contracts.columns import schema_of
from tf_linkage.contracts.registry import extract_tables
from tf_linkage.errors import InputRefused
from tf_linkage.fresh import fresh_beside

MARK = "rehearsal.json"
"""Says that the files with it are simulated, and gives the digest of each."""

Looks = tuple[str, int, int, int, int]

_hashed: dict[Looks, str] = {}
"""Digests of files that this process has hashed, by path, inode, size and times of the last change."""


def write_extracts(
    tables: Mapping[str, pl.LazyFrame],
    folder: Path,
    form: Literal["csv", "parquet"] = "csv",
    foreign: Mapping[str, bytes] | None = None,
) -> list[Path]:
    """Writes extract tables as files of a folder, all of them or none.

    The folder is made next to its place and renamed into it. Earlier extracts in the folder are replaced as a
    whole; a folder that holds anything else is not touched.

    Args:
        tables: tables by their file stem (`registry.extract_tables()`).
        folder: where the files are to lie.
        form: csv (UTF-8, commas, null as an empty cell) or parquet.
        foreign: further files by their path below the folder, such as foreign ones and their mappings.

    Returns:
        The files, in the order of the tables.

    Raises:
        InputRefused: no such table, or the folder holds files that are not extracts.
    """
    known = extract_tables()
    if unknown := sorted(set(tables) - set(known)):
        raise InputRefused(f"no body hands over a table named {unknown[0]}; known are {', '.join(known)}")
    check_folder(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = _sibling(folder, "partial")
    try:
        fresh.mkdir()
        for name, table in tables.items():
            frame = table.select(list(schema_of(known[name]))).collect()
            path = fresh / f"{name}.{form}"
            if form == "csv":
                frame.write_csv(path)
            else:
                frame.write_parquet(path)
        for name, content in (foreign or {}).items():
            place = fresh / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        _swap(fresh, folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return [folder / f"{name}.{form}" for name in tables] + [folder / name for name in foreign or {}]


def check_folder(folder: Path) -> None:
    """Sees to it that extracts may be written into a folder: it is new, empty, or holds what the rehearsal wrote.

    Raises:
        InputRefused: it holds anything else, such as somebody's real extracts, or is a file.
    """
    if not folder.exists():
        return
    if not folder.is_dir():
        raise InputRefused(f"{folder} is a file; name a folder")
    if any(folder.iterdir()) and not (folder / MARK).exists():
        first = min(path.name for path in folder.iterdir())
        raise InputRefused(
            f"{folder} holds other files ({first}), which the rehearsal did not write; nothing was touched. Name a "
            "new or empty folder"
        )
    if any(folder.iterdir()) and not is_rehearsal(folder):
        raise InputRefused(
            f"{folder} holds extracts that the rehearsal did not write, or that were changed since; nothing was "
            "touched. Name a new or empty folder"
        )


def mark_rehearsal(folder: Path) -> None:
    """Marks a folder's extracts as simulated, so that the published rehearsal key may be used on them.

    Args:
        folder: the folder, as `write_extracts` left it.
    """
    fresh = fresh_beside(folder / MARK)
    fresh.write_text(json.dumps({"simulated": True, "sha256": _digests(folder)}, indent=1) + "\n", encoding="utf-8")
    fresh.replace(folder / MARK)


def is_rehearsal(folder: Path) -> bool:
    """Whether every extract in the folder is, byte for byte, one that the rehearsal wrote.

    False as soon as one file was added or changed: a real extract laid among simulated ones makes the folder real.
    """
    try:
        mark = json.loads((folder / MARK).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(mark, dict) and bool(mark.get("sha256")) and mark.get("sha256") == _digests(folder)


def was_rehearsal(folder: Path) -> bool:
    """Whether a rehearsal wrote the extracts of the folder and one was changed, added or taken away since."""
    return (folder / MARK).exists() and not is_rehearsal(folder)


def _digests(folder: Path) -> dict[str, str]:
    """Digest of every file of the folder and below it, but the mark; names that begin with a dot are not read."""
    return {path.relative_to(folder).as_posix(): _digest(path) for path in _files_in(folder)}


def _digest(path: Path) -> str:
    found = path.stat()
    looks = (str(path.resolve()), found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
    if looks not in _hashed:
        with path.open("rb") as file:
            _hashed[looks] = hashlib.file_digest(file, "sha256").hexdigest()
    return _hashed[looks]


def _files_in(folder: Path) -> list[Path]:
    found = [path for path in folder.rglob("*") if not path.is_dir() and path != folder / MARK]
    return sorted(
        path for path in found if not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )


def _swap(fresh: Path, folder: Path) -> None:
    """Puts the fresh folder in the place of the old one."""
    old = _sibling(folder, "old")
    if folder.exists():
        folder.rename(old)
    fresh.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def _sibling(folder: Path, word: str) -> Path:
    """A hidden folder next to the one asked for; what an interrupted export left there is removed."""
    path = folder.parent / f".{folder.name}.{word}"
    shutil.rmtree(path, ignore_errors=True)
    return path
