"""Standardising said plainly, one nested expression for each field: slow, and what the fast one is held to."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
from anyascii import anyascii

from tf_linkage.linkage.standardise.fields import standard_columns
from tf_linkage.linkage.standardise.nicknames import forename_forms
from tf_linkage.linkage.standardise.reading import EXACT, NO_FORENAME, NOBODY
from tf_linkage.linkage.standardise.values import (
    _BABY,
    _LETTERS,
    _NO_ADDRESS,
    _NO_POSTCODE,
    _PARTICLES,
    _STREET_WORDS,
    _TITLES,
    _UNKNOWN,
)


def plainly(table: pl.LazyFrame, record_id: str, fields: Sequence[str], extra: Sequence[str] = ()) -> pl.DataFrame:
    """As `standardise`, of sound tables."""
    dtype = table.collect_schema()
    expressions = [pl.col(record_id).cast(pl.String).alias("record_id")]
    for name in fields:
        expressions += _EXPRESSIONS[name](dtype[name])
    expressions += [_folded(pl.col(name)).alias(f"x_{name}") for name in extra]
    frame = table.select(expressions).collect()
    frame = _with_parts(frame, fields)
    columns = list(standard_columns(fields, extra))
    return frame.select("record_id", *columns).sort("record_id", *columns, nulls_last=True).with_row_index("row")


def _folded(column: pl.Expr) -> pl.Expr:
    """Capitals without accents, single spaces, blanks null."""
    text = column.cast(pl.String)
    text = (
        pl.when(~text.str.strip_chars().is_in(list(EXACT)))
        .then(text)
        .str.replace_many(list(_LETTERS), list(_LETTERS.values()))
    )
    text = text.str.normalize("NFKD").str.replace_all(r"\p{M}", "").str.to_uppercase()
    text = text.map_elements(lambda value: anyascii(value).upper(), return_dtype=pl.String)
    text = text.str.replace_all(r"\s+", " ").str.strip_chars()
    return pl.when(text != "").then(text)


def _without(column: pl.Expr, sentinels: Sequence[str]) -> pl.Expr:
    return pl.when(~column.is_in(list(sentinels))).then(column)


def _name(column: str, titles: bool) -> pl.Expr:
    text = _folded(pl.col(column)).str.replace_all(r"[^A-Z \-'’]", "")
    text = (
        text.str.replace_all(r"['’]", "").str.replace_all("-", " ").str.replace_all(r"\s+", " ").str.strip_chars()
    )
    text = text.str.replace(_TITLES, "") if titles else text.str.replace_all(_PARTICLES, "${1}")
    text = text.str.replace(_BABY if titles else _UNKNOWN, "")
    return _without(pl.when(text != "").then(text), (*NOBODY, *NO_FORENAME) if titles else NOBODY)


def _forename(_: pl.DataType) -> list[pl.Expr]:
    return [_name("forename", titles=True).alias("forename")]


def _surname(_: pl.DataType) -> list[pl.Expr]:
    return [_name("surname", titles=False).alias("surname")]


def _address(_: pl.DataType) -> list[pl.Expr]:
    text = _folded(pl.col("address")).str.replace_all(r"[^A-Z0-9 ]", " ").str.replace_all(r"\s+", " ")
    text = text.str.strip_chars().str.replace(_NO_ADDRESS, "")
    return [pl.when(text != "").then(text).alias("address")]


def _postcode(_: pl.DataType) -> list[pl.Expr]:
    text = _folded(pl.col("postcode")).str.replace(r"^(\d{5})[ -]\d{4}$", "${1}").str.replace_all(r"[^A-Z0-9]", "")
    valid = text.str.len_chars().is_between(3, 10) & text.str.contains(r"\d") & ~text.str.contains(_NO_POSTCODE)
    return [pl.when(valid).then(text).alias("postcode")]


_EXPRESSIONS = {
    "forename": _forename,
    "surname": _surname,
    "address": _address,
    "postcode": _postcode,
}


def _with_parts(frame: pl.DataFrame, fields: Sequence[str]) -> pl.DataFrame:
    """Parts of names, dates and places, worked out once for each distinct value."""
    for name, parts in (("forename", _forename_parts), ("surname", _surname_parts), ("address", _address_parts)):
        if name in fields:
            distinct = frame.select(pl.col(name).unique(maintain_order=True)).drop_nulls()
            frame = frame.join(parts(distinct), on=name, how="left", maintain_order="left")
    if "forename" in fields:
        frame = frame.with_columns(pl.col("forename_joined").alias("forename")).drop("forename_joined")
    if "surname" in fields:
        frame = frame.with_columns(pl.col("surname_joined").alias("surname")).drop("surname_joined")
    if "address" in fields:
        frame = frame.with_columns(pl.col("address_joined").alias("address")).drop("address_joined")
    if "postcode" in fields:
        length = pl.col("postcode").str.len_chars()
        frame = frame.with_columns(
            pl.col("postcode").str.head(length - 2).alias("sector"),
            pl.when(length > 3).then(pl.col("postcode").str.head(length - 3)).alias("district"),
        )
    return frame


def _forename_parts(distinct: pl.DataFrame) -> pl.DataFrame:
    tokens = pl.col("forename").str.split(" ")
    first = tokens.list.get(0)
    forms = forename_forms()
    return distinct.with_columns(
        pl.col("forename").str.replace_all(" ", "").alias("forename_joined"),
        first.alias("forename_first"),
        tokens.list.get(1, null_on_oob=True).alias("forename_second"),
        first.replace(forms).alias("forename_canon"),
        first.str.slice(0, 1).alias("forename_initial"),
    )


def _surname_parts(distinct: pl.DataFrame) -> pl.DataFrame:
    tokens = pl.col("surname").str.split(" ")
    joined = pl.col("surname").str.replace_all(" ", "")
    return distinct.with_columns(
        joined.alias("surname_joined"),
        tokens.list.get(0).alias("surname_first"),
        tokens.list.get(-1).alias("surname_last"),
        joined.str.slice(0, 3).alias("surname_start"),
    )


def _address_parts(distinct: pl.DataFrame) -> pl.DataFrame:
    """House is flat and number in order of writing; street is what remains, with its last words shortened."""
    words = list(_STREET_WORDS)
    text = pl.col("address").str.replace_many([f" {w}" for w in words], [f" {_STREET_WORDS[w]}" for w in words])
    street = (
        text.str.replace_all(r"\b\d+[A-Z]?\b", "").str.replace_all(r"\bFLAT\b", "").str.replace_all(r"\s+", " ")
    )
    street = street.str.strip_chars()
    numbers = pl.col("address").str.extract_all(r"\b\d+[A-Z]?\b").list.sort().list.join(" ")
    return distinct.with_columns(
        text.alias("address_joined"),
        pl.when(numbers != "").then(numbers).alias("house"),
        pl.when(street != "").then(street).alias("street"),
    )
