"""What files are called: which are a table's, and which look as if they were meant to be.

A file that is left out because its name is a letter off is a sender left out; so every name is judged, and one that
is close to a table's is refused with what to call it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from pathlib import Path

from tf_linkage.errors import FileMissing, InputRefused

FORMS = (".csv", ".csv.gz", ".parquet")

SENDER = re.compile(r"(\.[a-z0-9][a-z0-9_-]*)?")
"""What may stand between a table's name and the form: the sender."""

RECEIPT = ".mapping.json"
"""What stands behind the name of a file that `map-extract` wrote; tells by which mapping."""

PAPERS = (".md", ".pdf", ".doc", ".docx", ".rtf", ".html", ".htm", ".msg", ".eml", ".png", ".jpg", ".log")
"""Endings of what is read by people: a covering letter may be called after the table that it comes with."""

NEAR = 0.85
"""Ratio of difflib from which a name is a table's misspelt, as for headers."""

_COPY = re.compile(r"^copy of |( - copy)?( ?\([0-9]+\))?$")
"""What systems add to the name of a second copy."""

_ENDINGS = re.compile(r"(\.(csv|gz|parquet|txt|tsv|xlsx|xlsm|xlsb|xls|ods|zip|7z|bak|old|tmp|json|xml))+$")


def files_of(folder: Path, table: str, *, needed: bool = True) -> list[Path]:
    """The files of a table: `council_cohort.csv`, or one a sender, `council_cohort.hackney.csv` and so on.

    Args:
        folder: where they lie.
        table: file stem.
        needed: whether there must be one.

    Raises:
        FileMissing: there is none.
        InputRefused: a sender's table is there twice, or a file looks like one of the table's and is
            called otherwise.
    """
    present = sorted(path for form in FORMS for path in _named(folder, table, form))
    for path in sorted(folder.glob("*")) if folder.is_dir() else []:
        # A sender's folder may have any name; what lies in it needs a mapping.
        if (path.is_file() or path.name.lower().endswith(FORMS)) and looks_like(path.name, [table]):
            _refuse_name(path, table)
    if not present and needed:
        raise FileMissing(
            f"{table}.csv (or {table}.parquet) is missing in {folder}; every body's tables must be there"
        )
    stems = [_stem(path) for path in present]
    if twice := sorted({stem for stem in stems if stems.count(stem) > 1}):
        raise InputRefused(f"{twice[0]} is there twice, in two forms, in {folder}; remove one")
    if len(stems) > 1 and table in stems:
        raise InputRefused(
            f"{table} is there both for all senders and for single ones, in {folder}; name each file after its "
            "sender, or put all into one"
        )
    return present


def is_table(name: str, table: str) -> bool:
    """Whether a file of this name is taken in as one of a table's."""
    form = next((form for form in FORMS if name.endswith(form)), None)
    return form is not None and bool(
        name.startswith(table) and SENDER.fullmatch(name.removeprefix(table).removesuffix(form))
    )


def is_of_one_sender(name: str, table: str) -> bool:
    """Whether a file of this name is a table's from one sender of several."""
    return is_table(name, table) and name not in {table + form for form in FORMS}


def sender_in(name: str) -> str | None:
    """The sender that a file's name says, `hackney` of `council_cohort.hackney.csv`; None of a file of all."""
    form = next((form for form in sorted(FORMS, key=len, reverse=True) if name.endswith(form)), "")
    return name.removesuffix(form).partition(".")[2] or None


def looks_like(name: str, tables: Iterable[str]) -> str | None:
    """The table that a name is close to, though no file of it may be called so; None where it is close to none.

    Case, separators, endings, the order of words and marks of a copy do not count: `Council-Cohort Leeds (1).CSV`
    is close to `council_cohort`. Names that begin with a dot or `~$` are those of programs, not of people.
    """
    tables = list(tables)
    low = name.lower()
    if (
        low.startswith((".", "~$"))
        or low.endswith((*PAPERS, RECEIPT))
        or any(is_table(name, one) for one in tables)
    ):
        return None
    bare = _bare(low)
    said = set(re.split(r"[^a-z0-9]+", bare))
    for table in sorted(tables, key=len, reverse=True):
        words = re.sub(r"[^a-z0-9]+", "", table)
        begins = "_".join(re.split(r"[^a-z0-9]+", bare)[: table.count("_") + 1])
        if (
            re.sub(r"[^a-z0-9]+", "", bare).startswith(words)
            or said >= {*table.split("_")}
            or (len(begins) > len(table) // 2 and difflib.SequenceMatcher(None, begins, table).ratio() >= NEAR)
        ):
            return table
    return None


def _bare(low: str) -> str:
    """A name without endings and marks of a copy, wherever these stand."""
    before = None
    while before != low:
        before = low
        low = _COPY.sub("", _ENDINGS.sub("", low)).strip()
    return low


def _refuse_name(path: Path, table: str) -> None:
    low = path.name.lower()
    words = [word for word in re.split(r"[^a-z0-9]+", _bare(low)) if word]
    known = set(table.split("_"))
    left = [word for word in words if word not in known] if known <= set(words) else words[len(known) :]
    sender = "-".join(left) or "SENDER"
    form = next((form for form in sorted(FORMS, key=len, reverse=True) if low.endswith(form)), None)
    if path.is_dir():
        said = "it is a folder, and a file is what is taken in"
    elif form:
        said = f"if it is to be taken in, call it {table}.{sender}{form}, or {table}{form} where it is the only one"
    else:
        said = (
            f"if it is to be taken in, give it a mapping (put it in a folder of its sender, such as "
            f"{sender.lower()}/{table}{_ending(low)}, with mappings/{sender.lower()}/{table}.toml), or map it first"
        )
    raise InputRefused(f"{path.name}: called almost as files of {table} are, and not quite; {said}; else remove it")


def _ending(low: str) -> str:
    return next((ending for ending in (".xlsx", ".txt", ".txt.gz") if low.endswith(ending)), ".xlsx")


def _named(folder: Path, table: str, form: str) -> list[Path]:
    found = [folder / f"{table}{form}", *folder.glob(f"{table}.*{form}")]
    return [path for path in found if path.is_file() and SENDER.fullmatch(_stem(path).removeprefix(table))]


def _stem(path: Path) -> str:
    for form in FORMS:
        if path.name.endswith(form):
            return path.name.removesuffix(form)
    raise AssertionError("a file of a table ends in one of the forms")
