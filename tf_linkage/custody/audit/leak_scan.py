"""The leak scan: whether anybody of the study stands anywhere outside a vault.

Every file is opened by its format (`formats`) and searched for National Insurance numbers, forenames with surnames,
address lines and postcodes of people in the study: as they are, in any case and punctuation, in base64 and
hexadecimal, and as MD5, SHA-1 and SHA-256. A forename, a surname or a date of birth alone tells nothing, unless a
column draws more than a fifth of its values from those of the study. What is searched for and what counts as found.
It proves itself each time on `leak_controls`.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from tf_linkage.custody.audit.formats import Opened, files_below, opened
from tf_linkage.custody.refusals import CustodyRefused
from tf_linkage.progress import Say, counted

MOST_PEOPLE = 2_000
"""People searched for, spread evenly over the study: anyone who leaks a table leaks one of them."""

SHARE = 0.2
LEAST_VALUES = 3
"""Distinct values below which a column's share says nothing."""

SHORTEST = 8
"""Characters below which a word is not searched for in the midst of others."""

_APART = re.compile(r"[^0-9a-z]+")
IDENTIFIERS = ("forename", "surname", "date_of_birth", "address", "postcode", "nino")


@dataclass(frozen=True)
class Finding:
    """Something found, or a file that could not be searched; never what was found."""

    root: Path
    file: str
    what: str


@dataclass(frozen=True)
class Scanned:
    """What a scan came to."""

    files: int
    encrypted: int
    findings: list[Finding]


@dataclass(frozen=True)
class Sought:
    """What is searched for.

    Attributes:
        words: normalised phrases, between blanks.
        codes: encoded and hashed forms, lower case.
        marks: phrases long enough to be searched for in raw bytes.
        alone: forenames, surnames and dates of birth, for the columns' share.
        known: words of the code lists, which are nobody's name.
    """

    words: list[str]
    codes: list[str]
    marks: list[str]
    alone: dict[str, frozenset[str]]
    known: frozenset[str]


def sought(people: Iterable[pl.DataFrame], known: Iterable[str] = ()) -> Sought:
    """What to search for.

    Args:
        people: tables with any of the identifiers' columns.
        known: words of the code lists, such as regions, which may also be somebody's name.
    """
    rows = pl.concat(
        [_sample(table).select(_column(table, name) for name in IDENTIFIERS) for table in people]
    ).unique(maintain_order=True)
    phrases: set[str] = set()
    for row in rows.iter_rows(named=True):
        phrases |= {value for name in ("address", "postcode", "nino") if (value := row[name])}
        if row["forename"] and row["surname"]:
            phrases |= {f"{row['forename']} {row['surname']}", f"{row['surname']} {row['forename']}"}
    plain = {normal for phrase in phrases if len(normal := normalised(phrase)) >= 5}
    postcodes = {normalised(value).replace(" ", "") for value in rows["postcode"].drop_nulls()}
    days = rows["date_of_birth"].drop_nulls().to_list()
    return Sought(
        words=sorted({f" {word} " for word in plain | postcodes}),
        codes=sorted({code for phrase in phrases for code in _coded(phrase)}),
        marks=sorted({phrase.lower() for phrase in phrases if len(phrase) >= SHORTEST}),
        alone={
            "forenames": frozenset(normalised(value) for value in rows["forename"].drop_nulls()),
            "surnames": frozenset(normalised(value) for value in rows["surname"].drop_nulls()),
            "dates of birth": frozenset(days) | {_turned(day) for day in days},
        },
        known=frozenset(normalised(word) for word in known),
    )


def scan(
    roots: Sequence[Path], target: Sought, leave_out: Sequence[Path] = (), *, say: Say = lambda _: None
) -> Scanned:
    """Searches every file below some folders.

    Args:
        roots: the folders.
        target: what to search for.
        leave_out: folders within them that are not searched, such as the simulated world.
        say: receives a line every few seconds on how many are opened.

    Returns:
        How many files were searched, how many are encrypted, and what was found. A file that cannot be opened is a
        finding.
    """
    apart = [path.resolve() for path in leave_out]
    findings: list[Finding] = []
    contents: list[tuple[Path, str, Opened]] = []
    files = [
        (root, path)
        for root in roots
        for path in files_below(root)
        if not any(path.resolve().is_relative_to(folder) for folder in apart)
    ]
    for root, path in counted(files, "files opened", say):
        name = str(path.relative_to(root))
        try:
            contents.append((root, name, opened(path)))
        except CustodyRefused as refusal:
            contents.append((root, name, Opened()))
            findings.append(Finding(root, name, str(refusal)))
    seen = _found_in([content for _, _, content in contents], target)
    findings += [
        Finding(root, name, what) for (root, name, _), whats in zip(contents, seen, strict=True) for what in whats
    ]
    return Scanned(len(contents), sum(content.encrypted for _, _, content in contents), findings)


def _found_in(contents: Sequence[Opened], target: Sought) -> list[list[str]]:
    """What each file's content shows of the people sought: kinds, never values.

    All files at once: to prepare the search costs more than to search.
    """
    texts = [[*content.texts, *(_as_text(table) for table in content.tables)] for content in contents]
    raw = [[data.decode("latin-1").lower() for data in content.remnants] for content in contents]
    plain = _any_of(target.words, [[f" {normalised(text)} " for text in part] for part in texts])
    left = _any_of(target.marks, raw)
    lower = [[text.lower() for text in part] for part in texts]
    coded = _any_of(target.codes, [words + data for words, data in zip(lower, raw, strict=True)])
    return [
        [
            *(["a name, address, postcode or National Insurance number in plain"] if in_plain else []),
            *(["a name, address or National Insurance number left in the file's bytes"] if remains else []),
            *(["one encoded or hashed"] if in_code else []),
            *(what for table in content.tables for what in _drawn_from(table, target)),
        ]
        for content, in_plain, remains, in_code in zip(contents, plain, left, coded, strict=True)
    ]


def normalised(text: str) -> str:
    """Lower case, without accents; whatever is neither letter nor digit is one blank."""
    if text.isascii():
        return _APART.sub(" ", text.lower()).strip()
    bare = unicodedata.normalize("NFKD", text.casefold())
    return _APART.sub(" ", "".join(c for c in bare if not unicodedata.combining(c))).strip()


def _any_of(patterns: list[str], texts: Sequence[Sequence[str]]) -> list[bool]:
    """For each file, whether any of its texts holds any of the patterns."""
    flat = pl.DataFrame(
        [(at, text) for at, part in enumerate(texts) for text in part],
        schema={"file": pl.Int64, "text": pl.String},
        orient="row",
    )
    hit = set(flat.filter(pl.col("text").str.contains_any(patterns))["file"]) if patterns else set()
    return [at in hit for at in range(len(texts))]


def _drawn_from(table: pl.DataFrame, target: Sought) -> list[str]:
    """Columns that draw more than a fifth of their values from names or dates of birth of the study."""
    found = []
    for column in table.get_columns():
        if not isinstance(column.dtype, pl.String | pl.Categorical | pl.Enum | pl.Date):
            continue
        values = {
            normalised(str(value)) if not isinstance(value, dt.date) else value.isoformat()
            for value in column.unique().drop_nulls().to_list()
        } - target.known
        values = {value.replace(" ", "-") if value[:1].isdigit() else value for value in values}
        if len(values) < LEAST_VALUES:
            continue
        for what, alone in target.alone.items():
            if len(values & alone) > SHARE * len(values):
                found.append(f"a column of {what}: {column.name}")
    return found


def _as_text(table: pl.DataFrame) -> str:
    """The table's distinct rows as text, cell next to cell, so that a name split over two columns is one again."""
    cells = [column.cast(pl.String).fill_null("") for column in table.get_columns() if not column.dtype.is_nested()]
    if not cells:
        return ""
    rows = pl.DataFrame(cells).unique(maintain_order=True)
    return "\n".join(rows.select(pl.concat_str(pl.all(), separator=" ")).to_series().to_list())


def _coded(phrase: str) -> set[str]:
    """Base64, hexadecimal and digests of a phrase as it is, in lower and in upper case."""
    made = set()
    for form in {phrase, phrase.lower(), phrase.upper(), phrase.replace(" ", "")}:
        raw = form.encode()
        # What base64 makes of the last bytes depends on what follows; the whole groups of three do not.
        whole = base64.b64encode(raw[: len(raw) - len(raw) % 3]).decode().lower()
        made |= {whole} if len(whole) >= SHORTEST else set()
        made |= {raw.hex()} if len(raw) >= 5 else set()
        for method in ("md5", "sha1", "sha256"):
            digest = hashlib.new(method, raw, usedforsecurity=False).digest()
            made |= {digest.hex(), base64.b64encode(digest).decode().lower().rstrip("=")}
    return made


def _sample(table: pl.DataFrame) -> pl.DataFrame:
    return table if table.height <= MOST_PEOPLE else table.gather_every(-(-table.height // MOST_PEOPLE))


def _column(table: pl.DataFrame, name: str) -> pl.Expr:
    return (pl.col(name) if name in table.columns else pl.lit(None)).cast(pl.String).alias(name)


def _turned(day: str) -> str:
    """A date as it is written by hand: day, month, year."""
    return "-".join(reversed(day.split("-")))
