"""What lies in an incoming folder and is not taken in: refused for its place, or passed over and named."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from tf_linkage.contracts.registry import extract_tables
from tf_linkage.errors import InputRefused
from tf_linkage.intake.export import MARK
from tf_linkage.intake.mapping.source import SUFFIXES, suffix_of
from tf_linkage.intake.reading.names import RECEIPT, is_table, looks_like
from tf_linkage.intake.receipts import orphans

MAPPINGS = "mappings"

TABLES = (".csv", ".csv.gz", ".xlsx", ".parquet")
"""Endings by which a file is a table, wherever it lies; a text may be a letter."""

UNREAD = (".xls", ".xlsm", ".xlsb", ".ods", ".tsv", ".zip", ".7z", ".xml", ".mdb", ".accdb", ".sav", ".dta")
"""Endings of tables in forms that are not read: in a sender's folder they are data that would be left out."""


def passed_over(folder: Path, foreign: Collection[Path] = ()) -> tuple[str, ...]:
    """Files of an incoming folder that nothing is made of, by their path in it.

    Args:
        folder: the incoming folder.
        foreign: foreign files, and those that their mappings look things up in.

    Raises:
        InputRefused: a receipt without its file; a mapping, or a table, that lies where it would never be looked
            at, or is in a form that is not read.
    """
    tables, known, left = extract_tables(), set(foreign), []
    if without := orphans(folder):
        raise InputRefused(f"{without[0]}: a receipt, and its file is not here; put it here, or take this out")
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder)
        if path in known or name.as_posix() == MARK:
            continue
        if len(name.parts) == 1 and _is_taken(path, tables):
            continue
        if name.parts[0] == MAPPINGS and len(name.parts) == 3 and path.suffix == ".toml":
            continue
        if not any(part.startswith((".", "~$")) for part in name.parts):
            _refuse_misplaced(name, tables)
        left.append(name.as_posix())
    return tuple(left)


def _is_taken(path: Path, tables: Collection[str]) -> bool:
    bare = path.name.removesuffix(RECEIPT)
    return any(is_table(bare, table) for table in tables) and (bare == path.name or path.with_name(bare).is_file())


def _refuse_misplaced(name: Path, tables: Collection[str]) -> None:
    shown, low = name.as_posix(), name.name.lower()
    if name.parts[0] == MAPPINGS:
        if low.endswith(".toml"):
            raise InputRefused(f"{shown}: a mapping lies at {MAPPINGS}/SENDER/NAME.toml, `.toml` in small letters")
    elif len(name.parts) == 1 and low.endswith((*TABLES, *UNREAD)) and not looks_like(name.name, list(tables)):
        raise InputRefused(
            f"{shown}: a table of which nothing would be made; name it as the contract does (TABLE.SENDER.csv), "
            "lay it in its sender's folder with a mapping, or take it out"
        )
    elif len(name.parts) > 2 and (suffix_of(low) or low.endswith(UNREAD)):
        raise InputRefused(f"{shown}: lies too deep to be looked at; a sender's file lies at SENDER/NAME")
    elif len(name.parts) == 2 and low.endswith(UNREAD):
        raise InputRefused(
            f"{shown}: a form that is not read; save it as one that is ({', '.join(SUFFIXES)}), or take it out"
        )
