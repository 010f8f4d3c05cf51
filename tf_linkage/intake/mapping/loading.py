"""A mapping read from its file and held against the contract that it leads to, before any data are opened."""

from __future__ import annotations

import difflib
import hashlib
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from tf_linkage.contracts.columns import ColumnInfo, columns_of
from tf_linkage.contracts.registry import extract_tables
from tf_linkage.errors import InputRefused
from tf_linkage.intake.mapping.leading import lead_to_the_contract
from tf_linkage.intake.mapping.model import File, Mapping
from tf_linkage.intake.reading.problems import Problems

DOUBT = "# DOUBT:"
"""Begins a line of a draft that a person has yet to answer."""

LARGEST = 1_000_000


@dataclass(frozen=True)
class Loaded:
    """A mapping that can be run.

    Attributes:
        mapping: what it says.
        columns: the contract's columns by name.
        name: its file, as messages name it.
        digest: SHA-256 of the file.
        faults: what is wrong with the mapping itself; it is then good for a look at its file, and for nothing else.
        lost: columns of the contract that it leads to nothing sound.
    """

    mapping: Mapping
    columns: dict[str, ColumnInfo]
    name: str
    digest: str
    faults: tuple[str, ...] = ()
    lost: frozenset[str] = frozenset()


def load_mapping(path: Path) -> Loaded:
    """Reads a mapping.

    Raises:
        InputRefused: it is no TOML, has keys that no mapping has, leads to what the contract lacks, leaves a column
            of the contract open, or still has a doubt for a person to answer.
    """
    return mapping_of(*_bytes_of(path))


def mapping_to_check(path: Path) -> Loaded:
    """Reads a mapping for a look at its file, with what is wrong with it: a person mends both at once.

    Raises:
        InputRefused: so much is wrong with it that nothing can be said of its file.
    """
    return _mapping_of(*_bytes_of(path))


def _bytes_of(path: Path) -> tuple[bytes, str]:
    try:
        data = path.read_bytes()
    except OSError:
        raise InputRefused(f"{path}: there is no such mapping") from None
    return data, path.name if path.parent.name == "" else f"{path.parent.name}/{path.name}"


def mapping_of(data: bytes, name: str) -> Loaded:
    """A mapping from the bytes of its file; errors as in `load_mapping`."""
    problems = Problems(name)
    loaded = _mapping_of(data, name, problems)
    problems.refuse_if_any()
    return loaded


def _mapping_of(data: bytes, name: str, problems: Problems | None = None) -> Loaded:
    problems = problems or Problems(name)
    if len(data) > LARGEST:
        problems.refuse("larger than any mapping; is it the file itself?")
    mapping = _parsed(data, problems)
    tables = extract_tables()
    if mapping.table not in tables:
        problems.refuse(f"table: no body hands over such a table; known are {', '.join(tables)}")
    columns = {column.name: column for column in columns_of(tables[mapping.table])}
    lead_to_the_contract(mapping, columns, problems)
    faults = tuple(map(str, problems.found))
    return Loaded(mapping, columns, name, hashlib.sha256(data).hexdigest(), faults, frozenset(problems.lost))


def _parsed(data: bytes, problems: Problems) -> Mapping:
    try:
        text = data.decode("utf-8")
        words = tomllib.loads(text)
    except UnicodeDecodeError:
        problems.refuse("not UTF-8 text; save the mapping as UTF-8")
    except tomllib.TOMLDecodeError as error:
        problems.refuse(f"not TOML: {error}; texts stand in quotes, each key once and on a line of its own")
    except RecursionError:
        problems.refuse("not TOML: nested too deep; a mapping has tables of keys and no more")
    doubts = [at for at, line in enumerate(text.splitlines(), start=1) if line.strip().startswith(DOUBT)]
    if doubts:
        if len(doubts) == 1:
            said = "a doubt is left for a person to answer; settle it and take its line out"
        else:
            places = ", ".join(map(str, doubts[1:10])) + (" and others" if len(doubts) > 10 else "")
            said = (
                f"{len(doubts)} doubts are left for a person to answer (the others on {places}); settle each and "
                "take its line out"
            )
        problems.add(said, line=doubts[0])
    try:
        return Mapping.model_validate(words)
    except ValidationError as error:
        every = error.errors(include_input=False, include_url=False)
    for wrong in every:
        where = ".".join(str(part) for part in wrong["loc"])
        problems.add(f"{where}: {_said(wrong['type'], str(wrong['loc'][-1]), wrong['msg'])}")
    for wrong in every:
        if wrong["type"] == "extra_forbidden":
            _without(words, wrong["loc"])
    try:
        # Keys that no mapping has stand in the way of nothing else.
        return Mapping.model_validate(words)
    except ValidationError:
        problems.refuse_if_any()
        raise AssertionError("unreachable: a problem was just noted") from None


def _without(words: Any, place: Sequence[int | str]) -> None:
    """Takes a key out of nested tables, where it is there."""
    for part in place[:-1]:
        known = words if isinstance(words, dict) else dict(enumerate(words)) if isinstance(words, list) else {}
        words = known.get(part)
    if isinstance(words, dict):
        words.pop(place[-1], None)


def _said(kind: str, key: str, message: str) -> str:
    """What is wrong with a key of a mapping, and what to do."""
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(key, _KEYS, n=1)
        return f"no mapping has this key{f'; is {near[0]} meant?' if near else ''}; docs/extracts.md lists them all"
    if kind == "missing":
        return "is needed and not there; add it"
    if kind in {"model_type", "dict_type", "model_attributes_type"}:
        return "is a table with keys of its own, such as { key = value }; docs/extracts.md shows how it is written"
    return f"{message[0].lower()}{message[1:]}; docs/extracts.md shows how it is written"


_KEYS = sorted({field.alias or name for model in (Mapping, File) for name, field in model.model_fields.items()})
