"""What the values of each field become: case, accents, titles, sentinels, parts.

Worked out once for each distinct value. Blanks and sentinels ("Baby", no fixed abode, QQ numbers) become null,
since an unknown value is no evidence for or against a link.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl
from anyascii import anyascii

from tf_linkage.linkage.standardise.dates import DatesRead, dates_of
from tf_linkage.linkage.standardise.distinct import VALUE, Distinct, stepwise
from tf_linkage.linkage.standardise.kinds import in_form
from tf_linkage.linkage.standardise.nicknames import forename_forms
from tf_linkage.linkage.standardise.reading import NO_FORENAME, NOBODY, Reading
from tf_linkage.linkage.standardise.standard_table import Column

_TITLES = r"^(?:(?:MR|MRS|MS|MISS|MASTER|MSTR|DR|SIR|REV|PROF|LADY|LORD)\.? )+"
_PARTICLES = r"\b(DE|DA|DI|DOS|DU|EL|AL|LA|LE|MC|MAC|O|ST|VAN|DER|DEN|VON|BIN|BEN|BINT|ABU) "
_BABY = r"^(BABY|UNBORN|INFANT|UNKNOWN)\b.*$"
_UNKNOWN = r"^UNKNOWN\b.*$"
_NO_ADDRESS = (
    r"^(NO FIXED ABODE|NO FIXED ADDRESS|NO FIXED|NFA|HOMELESS|UNKNOWN|NOT KNOWN|NOT STATED|N A|TBC|NONE|NULL)\b.*$"
)
_NO_POSTCODE = r"^(ZZ99.*|X+\d*X*|0+|9{4,}|NFA|NA|UNKNOWN|NOTKNOWN|NONE|NULL|NOFIXED.*|TBC)$"
_NO_NINO = ("QQ123456", "AB123456", "XX123456", "XX999999", "XX000000", "ZZ999999", "AA000000")
_NO_NUMBER = r"^(X+|[A-Z]{0,2}(0+|9{4,}|123456|1234567|12345678|123456789)|UNKNOWN|NONE|NULL|NA)[A-Z]?$"
_LETTERS = {"Ø": "O", "Ł": "L", "Đ": "D", "Ð": "D", "Þ": "TH", "ß": "SS", "Æ": "AE", "Œ": "OE", "ı": "I", "İ": "I"}
_STREET_WORDS = {
    "STREET": "ST", "ROAD": "RD", "AVENUE": "AVE", "LANE": "LN", "DRIVE": "DR", "CLOSE": "CL", "COURT": "CT",
    "PLACE": "PL", "CRESCENT": "CRES", "GARDENS": "GDNS", "TERRACE": "TER", "SQUARE": "SQ", "HOUSE": "HSE",
    "GROVE": "GR", "SAINT": "ST", "MOUNT": "MT", "PARK": "PK", "ROW": "ROW", "APARTMENT": "FLAT", "UNIT": "FLAT",
    "APT": "FLAT",
}  # fmt: skip


ROW_BY_ROW = "nino"
"""The field that nearly everybody has to himself, so that taking its column apart would gain nothing."""


@dataclass(frozen=True)
class StandardColumn:
    """What one raw column becomes.

    Attributes:
        held: the raw column taken apart; None where each row was read by itself.
        raw: the column itself where each row was read by itself.
        parts: a column for each standardised one, a row for each distinct value, or for each row.
        dates: how dates of birth were read.
    """

    held: Distinct | None
    parts: pl.DataFrame
    dates: DatesRead | None = None
    raw: pl.Series | None = None

    def columns(self, order: pl.Series) -> dict[str, Column]:
        """The standardised columns, in an order of rows."""
        if self.held is None:
            return {part.name: Column(part.gather(order)) for part in self.parts}
        places = self.held.codes.gather(order)
        return {part.name: Column(part, places) for part in self.parts}

    def rows(self, of_values: pl.Series) -> pl.Series:
        """What was worked out of each row of `parts`, for each row of the column."""
        return of_values if self.held is None else self.held.rows(of_values)


def standard_column(field: str, column: Distinct | pl.Series, reading: Reading) -> StandardColumn:
    """What one raw column becomes that holds a field of `STANDARD_FIELDS`."""
    if field == ROW_BY_ROW:
        raw = column if isinstance(column, pl.Series) else column.rows(column.values)
        return StandardColumn(None, _nino(raw, reading), raw=raw)
    held = column if isinstance(column, Distinct) else Distinct.of(column)
    if field == "date_of_birth":
        read = dates_of(held.values, reading)
        parts = pl.DataFrame({"dob": read.dob, "dob_year": read.year, "dob_day_month": read.dob.str.slice(4, 4)})
        return StandardColumn(held, parts, read)
    return StandardColumn(held, _FIELDS[field](held.values, reading))


def extra_values(held: Distinct, kind: str, name: str, reading: Reading) -> StandardColumn:
    """What one further column becomes, under a name, by what its values are (see `kinds`)."""
    if kind == "date":
        read = dates_of(held.values, reading)
        dates = pl.DataFrame({"dob": read.dob, "year": read.year})
        return StandardColumn(held, dates.select(pl.coalesce("dob", "year").alias(name)))
    folded = in_form(_folded(reading.known(held.values.cast(pl.String))), kind)
    return StandardColumn(held, pl.DataFrame({name: folded}))


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
    other = (folded.str.len_bytes() != folded.str.len_chars()).fill_null(value=False)
    if other.any():
        # Other scripts in Latin letters: what two systems spell in two scripts may then agree.
        latin = pl.Series([anyascii(value).upper() for value in folded.filter(other)], dtype=pl.String)
        folded = folded.scatter(other.arg_true(), latin)
    return stepwise(folded, [*_ONE_SPACE, _FILLED])


def _name(values: pl.Series, reading: Reading, *, forename: bool) -> pl.Series:
    sentinels = reading.without((*NOBODY, *NO_FORENAME) if forename else NOBODY)
    baby = _BABY if forename else _UNKNOWN
    whole = pl.when(_V.is_in(reading.without(tuple(reading.values)))).then(_V)
    steps = [
        _V.str.replace_all(r"[^A-Z \-'’]", ""),
        _V.str.replace_all(r"['’]", ""),
        _V.str.replace_all("-", " ", literal=True),
        *_ONE_SPACE,
        _V.str.replace(_TITLES, "") if forename else _V.str.replace_all(_PARTICLES, "${1}"),
        whole.otherwise(_V.str.replace(baby, "")) if reading.values else _V.str.replace(baby, ""),
        _FILLED,
        pl.when(~_V.is_in(sentinels)).then(_V),
    ]
    return stepwise(_folded(reading.known(values)), steps)


def _forename(values: pl.Series, reading: Reading) -> pl.DataFrame:
    name = pl.DataFrame({VALUE: _name(values, reading, forename=True)}).with_columns(tokens=_V.str.split(" "))
    first = pl.col("forename_first")
    return name.select(
        forename=_V.str.replace_all(" ", "", literal=True),
        forename_first=pl.col("tokens").list.get(0, null_on_oob=True),
        forename_second=pl.col("tokens").list.get(1, null_on_oob=True),
    ).with_columns(forename_canon=first.replace(forename_forms()), forename_initial=first.str.slice(0, 1))


def _surname(values: pl.Series, reading: Reading) -> pl.DataFrame:
    name = pl.DataFrame({VALUE: _name(values, reading, forename=False)}).with_columns(tokens=_V.str.split(" "))
    return name.select(
        surname=_V.str.replace_all(" ", "", literal=True),
        surname_first=pl.col("tokens").list.get(0, null_on_oob=True),
        surname_last=pl.col("tokens").list.get(-1, null_on_oob=True),
    ).with_columns(surname_start=pl.col("surname").str.slice(0, 3))


_SEXES = {
    "M": ("M", "MALE", "MAN", "BOY", "1", "MR", "MANNLICH", "MAENNLICH", "MASCULIN", "MASCULINO", "HOMME", "HOMBRE",
          "VARON", "UOMO", "MASCHIO", "MAN.", "MALES"),
    "F": ("F", "FEMALE", "WOMAN", "GIRL", "2", "MRS", "MISS", "MS", "W", "WEIBLICH", "FEMININ", "FEMENINO",
          "FEMININO", "FEMME", "MUJER", "MULHER", "DONNA", "FEMMINA", "VROUW", "V", "K", "KVINNA", "KVINDE"),
}  # fmt: skip


def _gender(values: pl.Series, reading: Reading) -> pl.DataFrame:
    """By words in several languages, else by a first letter that is one of two: of a word misspelt."""
    words = {word: sex for sex, several in _SEXES.items() for word in several}
    first = _V.str.slice(0, 1).replace_strict({"M": "M", "F": "F"}, default=None)
    sex = pl.coalesce(_V.replace_strict(words, default=None), first)
    return pl.DataFrame({"gender": stepwise(_folded(reading.known(values)), [sex])})


def _address(values: pl.Series, reading: Reading) -> pl.DataFrame:
    """House is flat and number in order of writing; street is what remains, with its last words shortened."""
    steps = [_V.str.replace_all(r"[^A-Z0-9 ]", " "), *_ONE_SPACE, _V.str.replace(_NO_ADDRESS, ""), _FILLED]
    plain = stepwise(_folded(reading.known(values)), steps)
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


def _postcode(values: pl.Series, reading: Reading) -> pl.DataFrame:
    """Of any country; of a ZIP code and its four further digits the ZIP code."""
    valid = _V.str.len_chars().is_between(3, 10) & _V.str.contains(r"\d") & ~_V.str.contains(_NO_POSTCODE)
    kept = pl.when(valid).then(_V)
    zip_code = _V.str.replace(r"^(\d{5})[ -]\d{4}$", "${1}")
    steps = [zip_code, _V.str.replace_all(r"[^A-Z0-9]", ""), kept]
    frame = pl.DataFrame({"postcode": stepwise(_folded(reading.known(values)), steps)})
    length = pl.col("postcode").str.len_chars()
    sector, district = pl.col("postcode").str.head(length - 2), pl.col("postcode").str.head(length - 3)
    return frame.with_columns(sector=sector, district=pl.when(length > 3).then(district))


_NINO = r"^[A-Z]{2}\d{6}$"
_CLEAN_NINO = r"^[A-Z]{2}[0-9]{6}[A-Z]?$"


def _nino(column: pl.Series, reading: Reading) -> pl.DataFrame:
    """Nearly every number is written as it should be and held once: only the others are brought into form.

    A column of which few values have the form of a NINO holds numbers of another country, which stay what they are.
    """
    text = column.cast(pl.String)
    if reading.placeholders:
        # No other placeholder looks like a number.
        text = reading.known(text)
    valid = pl.when(_V.str.contains(_NINO) & ~_V.str.starts_with("TN")).then(_V)
    form = [_V.str.slice(0, 8), valid, pl.when(~_V.is_in(reading.without(_NO_NINO))).then(_V)]
    clean = text.str.contains(_CLEAN_NINO)
    odd = (~clean).fill_null(value=False)
    nino = stepwise(text, [pl.when(~pl.lit(odd)).then(_V).str.slice(0, 8), *_WELL_FORMED, form[-1]])
    if odd.any():
        held = Distinct.of(reading.known(text.filter(odd)))
        bare = stepwise(_folded(held.values), [_V.str.replace_all(r"[^A-Z0-9]", "")])
        rows = held.rows(stepwise(bare, form))
        known = int(clean.sum()) + held.codes.len() - held.codes.null_count()
        if (nino.len() - nino.null_count() + rows.len() - rows.null_count()) * 2 < known:
            own = _V.str.contains(r"\d") & (_V.str.len_chars() >= 4) & ~_V.str.contains(_NO_NUMBER)
            rows = held.rows(stepwise(bare, [pl.when(own).then(_V)]))
        nino = nino.scatter(odd.arg_true(), rows)
    return pl.DataFrame({"nino": nino})


_WELL_FORMED = (pl.when(~_V.str.starts_with("TN")).then(_V),)
"""What is left to ask of a number that has the form of one."""


_FIELDS: dict[str, Callable[[pl.Series, Reading], pl.DataFrame]] = {
    "forename": _forename,
    "surname": _surname,
    "gender": _gender,
    "address": _address,
    "postcode": _postcode,
}
