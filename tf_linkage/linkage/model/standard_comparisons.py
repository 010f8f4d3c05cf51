"""The comparisons of the fields that the contracts name, with their levels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tf_linkage.linkage.model.comparisons import Comparison, Level, Role
from tf_linkage.linkage.model.conditions import (
    Absent,
    AllOf,
    AnyOf,
    Equal,
    HalvesSwapped,
    Known,
    Not,
    NumbersWithin,
    OneEdit,
    OneLetter,
    OneSlip,
    Similar,
    Surely,
)
from tf_linkage.linkage.standardise.fields import extra_column


def comparisons_for(
    fields: Sequence[str], extra: Sequence[str], kinds: Mapping[str, str] | None = None
) -> tuple[Comparison, ...]:
    """The comparisons for whichever fields both tables have; `kinds` says what values of extra columns are."""
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
        found.append(_HOME)
    elif "postcode" in present:
        found.append(_POSTCODE)
    elif "address" in present:
        found.append(_text("address", "address", "address", Role.HOME))
    if "nino" in present:
        found.append(_NINO)
    kinds = kinds or {}
    found += [
        (_code if kinds.get(name, "name") in CODES else _text)(
            extra_column(name), name, extra_column(name), Role.OTHER
        )
        for name in extra
    ]
    return tuple(found)


CODES = ("code", "e-mail", "phone", "date", "number")
"""Kinds of values of which one character wrong is a slip, and likeness beyond says nothing."""

_FIRST = Equal("forename_first")
_TRADED = AnyOf(Equal("forename_first", "surname"), Equal("surname", "forename_first"))
"""One name stands in the other's place, and the other is misspelt, shortened or has changed."""

_SWAPPED = AllOf(Equal("forename_first", "surname"), Equal("surname", "forename_first"), Not(_FIRST))


def _forename(swappable: bool) -> Comparison:
    swapped = (
        (
            Level("swapped", "swapped with the surname", _SWAPPED),
            Level("traded", "one of the names in the other's place", _TRADED),
        )
        if swappable
        else ()
    )
    second_used = AnyOf(
        Equal("forename_first", "forename_second"),
        Equal("forename_second", "forename_first"),
        AllOf(OneLetter("forename"), Equal("forename_initial")),
    )
    return Comparison(
        id="forename",
        name="forename",
        role=Role.FORENAME,
        columns=("forename", "forename_first", "forename_second", "forename_canon"),
        value="forename",
        known=Known("forename"),
        levels=(
            Level(
                "equal",
                "all forenames equal",
                Equal("forename"),
                full=True,
                equal_on=("forename",),
                one_person=True,
            ),
            Level(
                "first_equal",
                "first forename equal, others on one side only",
                AllOf(_FIRST, Not(Known("forename_second"))),
                one_person=True,
            ),
            Level(
                "alike",
                "spelt almost alike",
                AllOf(Similar("forename_first", "alike"), Absent("forename_second")),
                one_person=True,
            ),
            Level("second_differs", "first forename equal, second different", _FIRST, contradicts=True),
            Level("form", "a form of the same name", Equal("forename_canon")),
            Level("second_used", "second forename used as first, or initial only", second_used),
            *swapped,
            # Jaro-Winkler is harsh on short names: one letter of four is a fifth of its agreement.
            Level(
                "close",
                "resembling, or short and one letter off",
                AnyOf(Similar("forename_first", "close"), OneEdit("forename_first", shortest=2, longest=5)),
            ),
            Level("different", "different", contradicts=True),
        ),
        frequency="forename",
    )


def _surname(swappable: bool) -> Comparison:
    # The forename's level says all that is to be said of names out of place.
    out_of_place = AllOf(_TRADED, Not(_FIRST), Not(Equal("surname")))
    known = AllOf(Known("surname"), Not(Surely(out_of_place))) if swappable else Known("surname")
    ends = ("surname_first", "surname_last")
    return Comparison(
        id="surname",
        name="surname",
        role=Role.SURNAME,
        columns=("surname", "surname_first", "surname_last"),
        value="surname",
        known=known,
        levels=(
            Level("equal", "equal", Equal("surname"), full=True, equal_on=("surname",)),
            Level("alike", "spelt almost alike", Similar("surname", "alike")),
            Level(
                "part",
                "one part of a double name equal",
                AnyOf(*[Equal(one, other) for one in ends for other in ends]),
            ),
            Level("close", "resembling", Similar("surname", "close")),
            Level("different", "different"),
        ),
        frequency="surname",
    )


_DATE_OF_BIRTH = Comparison(
    id="date_of_birth",
    name="date of birth",
    role=Role.BORN,
    columns=("dob", "dob_year"),
    value="dob_year",
    known=Known("dob_year"),
    levels=(
        Level("equal", "equal", Equal("dob"), full=True, equal_on=("dob",), one_person=True),
        Level(
            "turned",
            "day and month swapped",
            AllOf(Equal("dob_year"), HalvesSwapped("dob_day_month")),
            one_person=True,
        ),
        Level("slip", "one digit differs, or two neighbours are swapped", OneSlip("dob")),
        Level(
            "year_near",
            "same day and month, year off by at most ten",
            AllOf(Equal("dob_day_month"), NumbersWithin("dob_year", 10)),
        ),
        Level(
            "year_alone",
            "same year, the day unknown on either side",
            AllOf(Equal("dob_year"), Not(Known("dob"))),
        ),
        Level("year", "same year", Equal("dob_year"), contradicts=True),
        Level("different", "different", contradicts=True),
    ),
    frequency="dob",
)


def _gender(named: bool) -> Comparison:
    """Counted only where forenames differ: people of one forename are of one gender, so it would count twice."""
    words = "equal, where forenames differ" if named else "equal"
    return Comparison(
        id="gender",
        name="gender",
        role=Role.SEX,
        columns=("gender",),
        value="gender",
        known=Known("gender"),
        implied=Equal("forename_canon") if named else None,
        levels=(
            Level("equal", words, Equal("gender"), full=True, equal_on=("gender",)),
            Level("different", "different", contradicts=True),
        ),
    )


_SECTOR = Level("sector", "same sector", Equal("sector"), equal_on=("sector",), beyond=("postcode",), nearby=True)
_DISTRICT = Level(
    "district", "same district", Equal("district"), equal_on=("district",), beyond=("sector",), nearby=True
)

_HOME = Comparison(
    id="home",
    name="address and postcode",
    role=Role.HOME,
    columns=("postcode", "address", "house", "street", "sector", "district"),
    value="postcode",
    known=AnyOf(Known("postcode"), Known("address")),
    levels=(
        Level(
            "house_postcode",
            "same house and postcode",
            AllOf(Equal("postcode"), Equal("house")),
            full=True,
            equal_on=("postcode", "house"),
            same_home=True,
            nearby=True,
        ),
        Level(
            "house_street",
            "same house and street, postcode differs or unknown",
            AllOf(Equal("house"), Equal("street")),
            equal_on=("house", "street"),
            beyond=("house", "street", "postcode"),
            same_home=True,
            nearby=True,
        ),
        Level(
            "postcode",
            "same postcode",
            Equal("postcode"),
            equal_on=("postcode",),
            beyond=("postcode", "house"),
            same_home=True,
            nearby=True,
        ),
        Level("street", "same street, another house", Equal("street"), nearby=True),
        _SECTOR,
        _DISTRICT,
        Level("different", "different"),
    ),
)

_POSTCODE = Comparison(
    id="postcode",
    name="postcode",
    role=Role.HOME,
    columns=("postcode", "sector", "district"),
    value="postcode",
    known=Known("postcode"),
    levels=(
        Level("equal", "equal", Equal("postcode"), full=True, equal_on=("postcode",), same_home=True, nearby=True),
        _SECTOR,
        _DISTRICT,
        Level("different", "different"),
    ),
)

_NINO = Comparison(
    id="nino",
    name="NINO",
    role=Role.NUMBER,
    columns=("nino",),
    value="nino",
    known=Known("nino"),
    levels=(
        Level("equal", "equal", Equal("nino"), full=True, equal_on=("nino",)),
        Level("slip", "one character differs, or two neighbours are swapped", OneSlip("nino")),
        Level("different", "different", contradicts=True),
    ),
)


def _text(name: str, words: str, column: str, role: Role) -> Comparison:
    return Comparison(
        id=name,
        name=words,
        role=role,
        columns=(column,),
        value=column,
        known=Known(column),
        levels=(
            Level("equal", "equal", Equal(column), full=True, equal_on=(column,), same_home=role is Role.HOME),
            Level("alike", "spelt almost alike", Similar(column, "alike")),
            Level("close", "resembling", Similar(column, "close")),
            Level("different", "different"),
        ),
        frequency=column,
    )


def _code(name: str, words: str, column: str, role: Role) -> Comparison:
    return Comparison(
        id=name,
        name=words,
        role=role,
        columns=(column,),
        value=column,
        known=Known(column),
        levels=(
            Level("equal", "equal", Equal(column), full=True, equal_on=(column,)),
            Level(
                "slip",
                "one character differs, is left out or put in, or two neighbours are swapped",
                AnyOf(OneEdit(column, shortest=3, longest=60), OneSlip(column)),
            ),
            Level("close", "much the same", Similar(column, "alike")),
            Level("different", "different"),
        ),
        frequency=column,
    )
