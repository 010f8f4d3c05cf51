"""What is compared and in which levels, from full agreement to disagreement, each in words and in SQL.

The levels. A level's code is its place in the list; -1 stands for "unknown on either side", which is no evidence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

MISSING = -1
"""Code of a comparison in which either value is unknown."""

ALIKE = 0.92
CLOSE = 0.85
"""Jaro-Winkler similarity of names that are spelt almost alike, and of names that resemble each other. The first
is fastLink's published cut; the second leaves room for two typing errors in a name of seven letters."""


@dataclass(frozen=True)
class Level:
    """One degree of agreement.

    Attributes:
        words: what it means.
        sql: when it holds, of columns `l.` and `r.` and of the comparison's similarities; the first that holds
            counts. The last level has none.
        equal_on: columns whose plain equality is this level, where that is so.
        beyond: columns whose equality is a better level; how often that holds is taken off.
        contradicts: whether a pair at this level is taken for two people, whatever a matchkey says.
    """

    words: str
    sql: str = ""
    equal_on: tuple[str, ...] = ()
    beyond: tuple[str, ...] = ()
    contradicts: bool = False


@dataclass(frozen=True)
class Comparison:
    """One thing that is compared, with its levels from full agreement to disagreement.

    Attributes:
        name: what is compared.
        columns: standardised columns it looks at; the first decides whether the value is known.
        known: SQL that says whether both sides are known.
        levels: from full agreement to disagreement.
        similarities: SQL of each similarity, computed once for a pair.
        frequency: column whose rarity strengthens the first level, if any.
        letters: columns of which the SQL asks more than whether they are equal or unknown; the others are compared
            as numbers.
    """

    name: str
    columns: tuple[str, ...]
    known: str
    levels: tuple[Level, ...]
    similarities: tuple[tuple[str, str], ...] = ()
    frequency: str | None = None
    letters: tuple[str, ...] = ()


def comparisons_for(fields: Sequence[str], extra: Sequence[str]) -> tuple[Comparison, ...]:
    """The comparisons for whichever fields both tables have."""
    present = set(fields)
    found: list[Comparison] = []
    if "forename" in present:
        found.append(_forename(swappable="surname" in present))
    if "surname" in present:
        found.append(_surname(swappable="forename" in present))
    if "date_of_birth" in present:
        found.append(_DATE_OF_BIRTH)
    if "gender" in present:
        found.append(_gender(named="forename" in present))
    if {"address", "postcode"} <= present:
        found.append(_PLACE)
    elif "postcode" in present:
        found.append(_POSTCODE)
    elif "address" in present:
        found.append(_text("address", "address", frequency=True))
    if "nino" in present:
        found.append(_NINO)
    found += [_text(name, f"x_{name}", frequency=True) for name in extra]
    return tuple(found)


def columns_of(comparison: Comparison) -> set[str]:
    """The standardised columns that a comparison's SQL looks at."""
    conditions = [level.sql for level in comparison.levels]
    sql = " ".join([comparison.known, *conditions, *[text for _, text in comparison.similarities]])
    return {column for _, column in re.findall(r"\b([lr])\.(\w+)", sql)}


_SWAPPED = "l.forename_first = r.surname and l.surname = r.forename_first and l.forename_first <> l.surname"

_TRADED = "(l.forename_first = r.surname or l.surname = r.forename_first)"
"""One name stands in the other's place, and the other is misspelt, shortened or has changed."""

_ONE_OFF = (
    "(length(l.forename_first) between 2 and 5 and abs(length(l.forename_first) - length(r.forename_first)) <= 1 "
    "and length(r.forename_first) >= 2 and levenshtein(l.forename_first, r.forename_first) = 1)"
)
"""Jaro-Winkler is harsh on short names: one letter of four is a fifth of its agreement."""


def _jw(column: str) -> str:
    """The similarity once a pair, only where the values differ, and zero below what any level asks for."""
    similarity = f"jaro_winkler_similarity(l.{column}, r.{column}, {CLOSE})"
    return f"case when l.{column} = r.{column} then 1.0 else {similarity} end"


def _forename(swappable: bool) -> Comparison:
    swapped = (
        (Level("swapped with the surname", _SWAPPED), Level("one of the names in the other's place", _TRADED))
        if swappable
        else ()
    )
    return Comparison(
        name="forename",
        columns=("forename", "forename_first", "forename_second", "forename_canon"),
        known="l.forename is not null and r.forename is not null",
        levels=(
            Level("all forenames equal", "l.forename = r.forename", ("forename",)),
            Level(
                "first forename equal, others on one side only",
                "l.forename_first = r.forename_first and (l.forename_second is null or r.forename_second is null)",
            ),
            Level(
                "spelt almost alike",
                f"forename_jw >= {ALIKE} and l.forename_second is null and r.forename_second is null",
            ),
            Level(
                "first forename equal, second different",
                "l.forename_first = r.forename_first",
                contradicts=True,
            ),
            Level("a form of the same name", "l.forename_canon = r.forename_canon"),
            Level(
                "second forename used as first, or initial only",
                "l.forename_first = r.forename_second or l.forename_second = r.forename_first or "
                "(least(length(l.forename), length(r.forename)) = 1 and l.forename_initial = r.forename_initial)",
            ),
            *swapped,
            Level("resembling, or short and one letter off", f"forename_jw >= {CLOSE} or {_ONE_OFF}"),
            Level("different", contradicts=True),
        ),
        similarities=(("forename_jw", _jw("forename_first")),),
        frequency="forename",
        letters=("forename", "forename_first", "forename_second", *(("surname",) if swappable else ())),
    )


def _surname(swappable: bool) -> Comparison:
    known = "l.surname is not null and r.surname is not null"
    if swappable:
        # The forename's level says all that is to be said of names out of place.
        apart = "l.forename_first <> r.forename_first and l.surname <> r.surname"
        known += f" and not coalesce({_TRADED} and {apart}, false)"
    return Comparison(
        name="surname",
        columns=("surname", "surname_first", "surname_last"),
        known=known,
        levels=(
            Level("equal", "l.surname = r.surname", ("surname",)),
            Level("spelt almost alike", f"surname_jw >= {ALIKE}"),
            Level(
                "one part of a double name equal",
                "l.surname_first in (r.surname_first, r.surname_last) or "
                "l.surname_last in (r.surname_first, r.surname_last)",
            ),
            Level("resembling", f"surname_jw >= {CLOSE}"),
            Level("different"),
        ),
        similarities=(("surname_jw", _jw("surname")),),
        frequency="surname",
        letters=("surname", *(("forename_first",) if swappable else ())),
    )


_DATE_OF_BIRTH = Comparison(
    name="date of birth",
    columns=("dob",),
    known="l.dob is not null and r.dob is not null",
    levels=(
        Level("equal", "l.dob = r.dob", ("dob",)),
        Level(
            "day and month swapped",
            "l.dob_year = r.dob_year and l.dob_day_month = right(r.dob, 2) || substr(r.dob, 5, 2)",
        ),
        Level("one digit differs, or two neighbours are swapped", "dob_distance = 1"),
        Level(
            "same day and month, year off by at most ten",
            "l.dob_day_month = r.dob_day_month and "
            "abs(cast(l.dob_year as integer) - cast(r.dob_year as integer)) <= 10",
        ),
        Level("same year", "l.dob_year = r.dob_year", contradicts=True),
        Level("different", contradicts=True),
    ),
    similarities=(
        (
            "dob_distance",
            "case when l.dob = r.dob then 0 when hamming(l.dob, r.dob) = 1 then 1 "
            "when hamming(l.dob, r.dob) = 2 and damerau_levenshtein(l.dob, r.dob) = 1 then 1 else 2 end",
        ),
    ),
    frequency="dob",
    letters=("dob", "dob_year", "dob_day_month"),
)


def _gender(named: bool) -> Comparison:
    """Counted only where forenames differ: who shares a forename shares a gender, so it would count twice."""
    known = "l.gender is not null and r.gender is not null"
    if named:
        known += " and not coalesce(l.forename_canon = r.forename_canon, false)"
    return Comparison(
        name="gender",
        columns=("gender",),
        known=known,
        levels=(
            Level("equal" + (", where forenames differ" if named else ""), "l.gender = r.gender", ("gender",)),
            Level("different", contradicts=True),
        ),
    )


_PLACE = Comparison(
    name="address and postcode",
    columns=("postcode", "address", "house", "street", "sector", "district"),
    known="(l.postcode is not null and r.postcode is not null) or "
    "(l.address is not null and r.address is not null)",
    levels=(
        Level("same house and postcode", "l.postcode = r.postcode and l.house = r.house", ("postcode", "house")),
        Level(
            "same house and street, postcode differs or unknown",
            "l.house = r.house and l.street = r.street",
            ("house", "street"),
            ("house", "street", "postcode"),
        ),
        Level("same postcode", "l.postcode = r.postcode", ("postcode",), ("postcode", "house")),
        Level("same street, another house", "l.street = r.street"),
        Level("same sector", "l.sector = r.sector", ("sector",), ("postcode",)),
        Level("same district", "l.district = r.district", ("district",), ("sector",)),
        Level("different"),
    ),
)

_POSTCODE = Comparison(
    name="postcode",
    columns=("postcode", "sector", "district"),
    known="l.postcode is not null and r.postcode is not null",
    levels=(
        Level("equal", "l.postcode = r.postcode", ("postcode",)),
        Level("same sector", "l.sector = r.sector", ("sector",), ("postcode",)),
        Level("same district", "l.district = r.district", ("district",), ("sector",)),
        Level("different"),
    ),
)

_NINO = Comparison(
    name="NINO",
    columns=("nino",),
    known="l.nino is not null and r.nino is not null",
    levels=(
        Level("equal", "l.nino = r.nino", ("nino",)),
        Level("one character differs, or two neighbours are swapped", "nino_distance = 1"),
        Level("different", contradicts=True),
    ),
    similarities=(
        (
            "nino_distance",
            "case when l.nino = r.nino then 0 when hamming(l.nino, r.nino) = 1 then 1 "
            "when hamming(l.nino, r.nino) = 2 and damerau_levenshtein(l.nino, r.nino) = 1 then 1 else 2 end",
        ),
    ),
    letters=("nino",),
)


def _text(name: str, column: str, frequency: bool) -> Comparison:
    similarity = f"{column}_jw"
    return Comparison(
        name=name,
        columns=(column,),
        known=f"l.{column} is not null and r.{column} is not null",
        levels=(
            Level("equal", f"l.{column} = r.{column}", (column,)),
            Level("spelt almost alike", f"{similarity} >= {ALIKE}"),
            Level("resembling", f"{similarity} >= {CLOSE}"),
            Level("different"),
        ),
        similarities=((similarity, _jw(column)),),
        frequency=column if frequency else None,
        letters=(column,),
    )
