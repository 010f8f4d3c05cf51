"""Records brought into one form before they are compared: case, accents, titles, sentinels, parts.

What each raw field becomes. Blanks and sentinels (1900, "Baby", no fixed abode, QQ numbers) become null, since an
unknown value is no evidence for or against a link.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from tf_linkage.errors import LinkageRefused
from tf_linkage.linkage.standardise.nicknames import forename_forms

STANDARD_FIELDS = ("forename", "surname", "date_of_birth", "gender", "address", "postcode", "nino")
"""Raw fields that are standardised by their meaning; other columns are only folded to one case."""

_PARTS: dict[str, tuple[str, ...]] = {
    "forename": ("forename", "forename_first", "forename_second", "forename_canon", "forename_initial"),
    "surname": ("surname", "surname_first", "surname_last", "surname_start"),
    "date_of_birth": ("dob", "dob_year", "dob_day_month"),
    "gender": ("gender",),
    "address": ("address", "house", "street"),
    "postcode": ("postcode", "sector", "district"),
    "nino": ("nino",),
}

_TITLES = r"^(?:(?:MR|MRS|MS|MISS|MASTER|MSTR|DR|SIR|REV|PROF|LADY|LORD)\.? )+"
_PARTICLES = r"\b(DE|DA|DI|DOS|DU|EL|AL|LA|LE|MC|MAC|O|ST|VAN|DER|DEN|VON|BIN|BEN|BINT|ABU) "
_NO_NAME = (
    "UNKNOWN", "UNK", "NOT KNOWN", "NK", "N/A", "NA", "NONE", "NULL", "TEST", "BABY", "UNBORN", "INFANT", "CHILD",
    "BOY", "GIRL", "MALE", "FEMALE", "ANON", "ANONYMOUS", "NOT STATED", "TBC", "XXXX", "XX", "X",
)  # fmt: skip
_BABY = r"^(BABY|UNBORN|INFANT|UNKNOWN)\b.*$"
_NO_DATES = ("19000101", "18000101", "99991231", "19010101", "00000000", "11111111", "99999999")
_NO_ADDRESS = r"^(NO FIXED ABODE|NO FIXED ADDRESS|NFA|HOMELESS|UNKNOWN|NOT KNOWN|NOT STATED|N A|TBC|NONE|NULL)\b.*$"
_NO_NINO = ("QQ123456", "AB123456")
_LETTERS = {"Ø": "O", "Ł": "L", "Đ": "D", "Ð": "D", "Þ": "TH", "ß": "SS", "Æ": "AE", "Œ": "OE", "ı": "I", "İ": "I"}
_STREET_WORDS = {
    "STREET": "ST", "ROAD": "RD", "AVENUE": "AVE", "LANE": "LN", "DRIVE": "DR", "CLOSE": "CL", "COURT": "CT",
    "PLACE": "PL", "CRESCENT": "CRES", "GARDENS": "GDNS", "TERRACE": "TER", "SQUARE": "SQ", "HOUSE": "HSE",
    "GROVE": "GR", "SAINT": "ST", "MOUNT": "MT", "PARK": "PK", "ROW": "ROW", "APARTMENT": "FLAT", "UNIT": "FLAT",
    "APT": "FLAT",
}  # fmt: skip


def standardise(
    table: pl.LazyFrame, record_id: str, fields: Sequence[str], extra: Sequence[str] = ()
) -> pl.DataFrame:
    """A table's identifiers in one form, ready to be blocked and compared.

    Args:
        table: any table with the columns named.
        record_id: column that names a record or, with alias rows, a person.
        fields: raw columns of `STANDARD_FIELDS` that are to be used.
        extra: other columns to compare, folded to capitals without accents.

    Returns:
        One row per row of the table, sorted by record id and then by content: `row` (0, 1, ...), `record_id` as
        text, and the columns of `standard_columns`. Unknown values are null.

    Raises:
        LinkageRefused: a column is missing, or a record has no id.
    """
    present = table.collect_schema().names()
    for column in (record_id, *fields, *extra):
        if column not in present:
            raise LinkageRefused(f"column {column!r} is missing; the table has {', '.join(present)}")
    dtype = table.collect_schema()
    expressions = [pl.col(record_id).cast(pl.String).alias("record_id")]
    for name in fields:
        expressions += _EXPRESSIONS[name](dtype[name])
    expressions += [_folded(pl.col(name)).alias(f"x_{name}") for name in extra]
    frame = table.select(expressions).collect()
    if frame["record_id"].null_count():
        raise LinkageRefused(f"column {record_id!r} is empty in {frame['record_id'].null_count()} rows")
    frame = _with_parts(frame, fields)
    columns = list(standard_columns(fields, extra))
    return frame.select("record_id", *columns).sort("record_id", *columns, nulls_last=True).with_row_index("row")


def standard_columns(fields: Iterable[str], extra: Iterable[str] = ()) -> list[str]:
    """Names of the standardised columns that the raw fields become."""
    return [part for name in fields for part in _PARTS[name]] + [f"x_{name}" for name in extra]


def whole_columns(fields: Iterable[str]) -> list[str]:
    """For each raw field the standardised column that is null where nothing of the field is known."""
    return [_PARTS[name][0] for name in fields]


def field_of(column: str) -> str:
    """The raw field, or extra column, that a standardised column comes from."""
    return next((field for field, parts in _PARTS.items() if column in parts), column)


def _folded(column: pl.Expr) -> pl.Expr:
    """Capitals without accents, single spaces, blanks null."""
    text = column.cast(pl.String).str.replace_many(list(_LETTERS), list(_LETTERS.values()))
    text = text.str.normalize("NFKD").str.replace_all(r"\p{M}", "").str.to_uppercase()
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
    text = text.str.replace(_BABY, "")
    return _without(pl.when(text != "").then(text), _NO_NAME)


def _forename(_: pl.DataType) -> list[pl.Expr]:
    return [_name("forename", titles=True).alias("forename")]


def _surname(_: pl.DataType) -> list[pl.Expr]:
    return [_name("surname", titles=False).alias("surname")]


def _date(dtype: pl.DataType) -> list[pl.Expr]:
    """Eight digits, year first; a string that is no valid date keeps its digits, for they still tell."""
    column = pl.col("date_of_birth")
    if dtype in (pl.Date, pl.Datetime):
        digits = column.dt.strftime("%Y%m%d")
    else:
        text = column.cast(pl.String).str.strip_chars()
        day_first = text.str.replace(r"^(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})$", "${3}-${1}-${2}")
        british = pl.when(text.str.contains(r"^\d{1,2}[/.\-]\d{1,2}[/.\-]\d{4}$")).then(
            day_first.str.split("-").list.get(0, null_on_oob=True)
            + day_first.str.split("-").list.get(2, null_on_oob=True).str.zfill(2)
            + day_first.str.split("-").list.get(1, null_on_oob=True).str.zfill(2)
        )
        digits = british.fill_null(text.str.slice(0, 10).str.replace_all(r"\D", ""))
    digits = pl.when(digits.str.len_chars() == 8).then(digits)
    return [_without(digits, _NO_DATES).alias("dob")]


def _gender(_: pl.DataType) -> list[pl.Expr]:
    first = _folded(pl.col("gender")).str.slice(0, 1)
    return [first.replace_strict({"M": "M", "1": "M", "F": "F", "2": "F"}, default=None).alias("gender")]


def _address(_: pl.DataType) -> list[pl.Expr]:
    text = _folded(pl.col("address")).str.replace_all(r"[^A-Z0-9 ]", " ").str.replace_all(r"\s+", " ")
    text = text.str.strip_chars().str.replace(_NO_ADDRESS, "")
    return [pl.when(text != "").then(text).alias("address")]


def _postcode(_: pl.DataType) -> list[pl.Expr]:
    text = _folded(pl.col("postcode")).str.replace_all(r"[^A-Z0-9]", "")
    valid = text.str.len_chars().is_between(4, 8) & ~text.str.starts_with("ZZ99")
    return [pl.when(valid).then(text).alias("postcode")]


def _nino(_: pl.DataType) -> list[pl.Expr]:
    text = _folded(pl.col("nino")).str.replace_all(r"[^A-Z0-9]", "").str.slice(0, 8)
    valid = text.str.contains(r"^[A-Z]{2}\d{6}$") & ~text.str.starts_with("TN")
    return [_without(pl.when(valid).then(text), _NO_NINO).alias("nino")]


_EXPRESSIONS = {
    "forename": _forename,
    "surname": _surname,
    "date_of_birth": _date,
    "gender": _gender,
    "address": _address,
    "postcode": _postcode,
    "nino": _nino,
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
    if "date_of_birth" in fields:
        frame = frame.with_columns(
            pl.col("dob").str.slice(0, 4).alias("dob_year"), pl.col("dob").str.slice(4, 4).alias("dob_day_month")
        )
    if "postcode" in fields:
        length = pl.col("postcode").str.len_chars()
        frame = frame.with_columns(
            pl.col("postcode").str.head(length - 2).alias("sector"),
            pl.col("postcode").str.head(length - 3).alias("district"),
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
