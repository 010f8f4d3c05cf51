"""Records brought into one form before they are compared: case, accents, titles, sentinels, parts.

What each raw field becomes, worked out once for each distinct value. Blanks and sentinels (1900, "Baby", no fixed
abode, QQ numbers) become null, since an unknown value is no evidence for or against a link.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import polars as pl

from tf_linkage.errors import LinkageRefused
from tf_linkage.linkage.standardise.distinct import VALUE, Distinct, stepwise
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
    raw = table.select(list(dict.fromkeys([record_id, *fields, *extra]))).collect()
    ids = raw[record_id].cast(pl.String)
    if ids.null_count():
        raise LinkageRefused(f"column {record_id!r} is empty in {ids.null_count()} rows")
    columns = {"record_id": ids}
    for name in fields:
        columns |= _FIELDS[name](raw[name])
    for name in extra:
        held = Distinct.of(raw[name])
        columns[f"x_{name}"] = held.rows(_folded(held.values))
    frame = pl.DataFrame({name: columns[name] for name in ("record_id", *standard_columns(fields, extra))})
    return _sorted(frame).with_row_index("row")


def _sorted(frame: pl.DataFrame) -> pl.DataFrame:
    """By record id; rows of one id, which are few, by their content, nulls last."""
    frame = frame[frame["record_id"].arg_sort()]
    ids = frame["record_id"]
    again = ids.is_duplicated()
    if not again.any():
        return frame
    at = again.arg_true()
    ordered = frame[at].sort(frame.columns, nulls_last=True)
    order = pl.Series(range(0), dtype=pl.UInt32).extend(pl.int_range(frame.height, dtype=pl.UInt32, eager=True))
    order = order.scatter(
        at, pl.int_range(frame.height, frame.height + ordered.height, dtype=pl.UInt32, eager=True)
    )
    return pl.concat([frame, ordered])[order]


def standard_parts(field: str, column: pl.Series) -> dict[str, pl.Series]:
    """What one raw field of `STANDARD_FIELDS` becomes: its standardised columns, row by row in the given order."""
    return _FIELDS[field](column)


def standard_columns(fields: Iterable[str], extra: Iterable[str] = ()) -> list[str]:
    """Names of the standardised columns that the raw fields become."""
    return [part for name in fields for part in _PARTS[name]] + [f"x_{name}" for name in extra]


def whole_columns(fields: Iterable[str]) -> list[str]:
    """For each raw field the standardised column that is null where nothing of the field is known."""
    return [_PARTS[name][0] for name in fields]


def field_of(column: str) -> str:
    """The raw field, or extra column, that a standardised column comes from."""
    return next((field for field, parts in _PARTS.items() if column in parts), column)


_V = pl.col(VALUE)
_FILLED = pl.when(_V != "").then(_V)
_ONE_SPACE = (_V.str.replace_all(r"\s+", " "), _V.str.strip_chars())
_NO_ACCENTS = (
    _V.str.replace_many(list(_LETTERS), list(_LETTERS.values())),
    _V.str.normalize("NFKD"),
    _V.str.replace_all(r"\p{M}", ""),
    _V.str.to_uppercase(),
)


def _folded(values: pl.Series) -> pl.Series:
    """Capitals without accents, single spaces, blanks null."""
    text = values.cast(pl.String)
    folded = stepwise(text, [_V.str.to_uppercase()])
    accented = (text.str.len_bytes() != text.str.len_chars()).fill_null(value=False)
    if accented.any():
        folded = folded.scatter(accented.arg_true(), stepwise(text.filter(accented), _NO_ACCENTS))
    return stepwise(folded, [*_ONE_SPACE, _FILLED])


def _without(sentinels: Sequence[str]) -> pl.Expr:
    return pl.when(~_V.is_in(list(sentinels))).then(_V)


def _name(values: pl.Series, titles: bool) -> pl.Series:
    steps = [
        _V.str.replace_all(r"[^A-Z \-'’]", ""),
        _V.str.replace_all(r"['’]", ""),
        _V.str.replace_all("-", " ", literal=True),
        *_ONE_SPACE,
        _V.str.replace(_TITLES, "") if titles else _V.str.replace_all(_PARTICLES, "${1}"),
        _V.str.replace(_BABY, ""),
        _FILLED,
        _without(_NO_NAME),
    ]
    return stepwise(_folded(values), steps)


Columns = dict[str, pl.Series]


def _by_value(parts: Callable[[pl.Series], pl.DataFrame]) -> Callable[[pl.Series], Columns]:
    """Parts of a column's distinct values, for each row."""

    def of_rows(column: pl.Series) -> Columns:
        held = Distinct.of(column)
        return {part.name: held.rows(part) for part in parts(held.values)}

    return of_rows


def _forename(values: pl.Series) -> pl.DataFrame:
    name = pl.DataFrame({VALUE: _name(values, titles=True)}).with_columns(tokens=_V.str.split(" "))
    first = pl.col("forename_first")
    return name.select(
        forename=_V.str.replace_all(" ", "", literal=True),
        forename_first=pl.col("tokens").list.get(0, null_on_oob=True),
        forename_second=pl.col("tokens").list.get(1, null_on_oob=True),
    ).with_columns(forename_canon=first.replace(forename_forms()), forename_initial=first.str.slice(0, 1))


def _surname(values: pl.Series) -> pl.DataFrame:
    name = pl.DataFrame({VALUE: _name(values, titles=False)}).with_columns(tokens=_V.str.split(" "))
    return name.select(
        surname=_V.str.replace_all(" ", "", literal=True),
        surname_first=pl.col("tokens").list.get(0, null_on_oob=True),
        surname_last=pl.col("tokens").list.get(-1, null_on_oob=True),
    ).with_columns(surname_start=pl.col("surname").str.slice(0, 3))


def _date_of_birth(values: pl.Series) -> pl.DataFrame:
    """Eight digits, year first; a string that is no valid date keeps its digits, for they still tell."""
    if values.dtype in (pl.Date, pl.Datetime):
        digits = values.dt.strftime("%Y%m%d")
    else:
        text = stepwise(values.cast(pl.String), [_V.str.strip_chars()])
        parts = _V.str.replace(_DAY_FIRST, "${3}-${1}-${2}").str.split("-")
        year, day, month = (parts.list.get(place, null_on_oob=True) for place in range(3))
        british = pl.when(_V.str.contains(_DAY_FIRST)).then(year + month.str.zfill(2) + day.str.zfill(2))
        digits = stepwise(text, [british.fill_null(_V.str.slice(0, 10).str.replace_all(r"\D", ""))])
    digits = stepwise(digits, [pl.when(_V.str.len_chars() == 8).then(_V), _without(_NO_DATES)])
    dob = pl.DataFrame({"dob": digits})
    return dob.with_columns(dob_year=pl.col("dob").str.slice(0, 4), dob_day_month=pl.col("dob").str.slice(4, 4))


_DAY_FIRST = r"^(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})$"


def _gender(values: pl.Series) -> pl.DataFrame:
    first = _V.str.slice(0, 1).replace_strict({"M": "M", "1": "M", "F": "F", "2": "F"}, default=None)
    return pl.DataFrame({"gender": stepwise(_folded(values), [first])})


def _address(values: pl.Series) -> pl.DataFrame:
    """House is flat and number in order of writing; street is what remains, with its last words shortened."""
    steps = [_V.str.replace_all(r"[^A-Z0-9 ]", " "), *_ONE_SPACE, _V.str.replace(_NO_ADDRESS, ""), _FILLED]
    plain = stepwise(_folded(values), steps)
    words = list(_STREET_WORDS)
    short = _V.str.replace_many([f" {word}" for word in words], [f" {_STREET_WORDS[word]}" for word in words])
    text = stepwise(plain, [short])
    street = [_V.str.replace_all(_NUMBERED, ""), _V.str.replace_all(r"\bFLAT\b", ""), *_ONE_SPACE, _FILLED]
    numbers = stepwise(plain, [_V.str.extract_all(_NUMBERED)])
    return pl.DataFrame({"address": text, "house": _sorted_numbers(numbers), "street": stepwise(text, street)})


def _sorted_numbers(numbers: pl.Series) -> pl.Series:
    """Lists of numbers, each sorted and joined by a space; null for an empty one.

    Nearly every house has one number or two, of which polars' sort of lists takes a hundred times longer.
    """
    one, other = (_V.list.get(place, null_on_oob=True) for place in (0, 1))
    both = pl.when(one <= other).then(one + " " + other).otherwise(other + " " + one)
    many = _V.list.sort().list.join(" ")
    found = stepwise(numbers, [one])
    for joined, which in ((both, numbers.list.len() == 2), (many, numbers.list.len() > 2)):
        chosen = which.fill_null(value=False)
        if chosen.any():
            found = found.scatter(chosen.arg_true(), stepwise(numbers.filter(chosen), [joined]))
    return found


_NUMBERED = r"\b\d+[A-Z]?\b"


def _postcode(values: pl.Series) -> pl.DataFrame:
    valid = _V.str.len_chars().is_between(4, 8) & ~_V.str.starts_with("ZZ99")
    steps = [_V.str.replace_all(r"[^A-Z0-9]", ""), pl.when(valid).then(_V)]
    frame = pl.DataFrame({"postcode": stepwise(_folded(values), steps)})
    length = pl.col("postcode").str.len_chars()
    return frame.with_columns(
        sector=pl.col("postcode").str.head(length - 2), district=pl.col("postcode").str.head(length - 3)
    )


_CLEAN_NINO = r"^[A-Z]{2}[0-9]{6}[A-Z]?$"


def _nino(column: pl.Series) -> Columns:
    """Nearly every number is written as it should be and held once: only the others are brought into form."""
    text = column.cast(pl.String)
    valid = pl.when(_V.str.contains(r"^[A-Z]{2}\d{6}$") & ~_V.str.starts_with("TN")).then(_V)
    form = [_V.str.slice(0, 8), valid, _without(_NO_NINO)]
    clean = text.str.contains(_CLEAN_NINO)
    odd = (~clean).fill_null(value=False)
    nino = stepwise(text, [pl.when(~pl.lit(odd)).then(_V), *form])
    if odd.any():
        held = Distinct.of(text.filter(odd))
        steps = [_V.str.replace_all(r"[^A-Z0-9]", ""), *form]
        nino = nino.scatter(odd.arg_true(), held.rows(stepwise(_folded(held.values), steps)))
    return {"nino": nino}


_FIELDS: dict[str, Callable[[pl.Series], Columns]] = {
    "forename": _by_value(_forename),
    "surname": _by_value(_surname),
    "date_of_birth": _by_value(_date_of_birth),
    "gender": _by_value(_gender),
    "address": _by_value(_address),
    "postcode": _by_value(_postcode),
    "nino": _nino,
}
