"""People whom a linker must not confuse, each hidden in a village of others."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from tf_linkage.linkage import department_model, link

OWN_ENGINES = ("duckdb", "recordlinkage")

FIELDS = ("forename", "surname", "date_of_birth", "gender", "address", "postcode", "nino")
HOME = ("17 Orchard Lane", "E8 3ZZ")
ELSEWHERE = ("4 Quay Walk", "E5 9YY")


def person(forename: str, surname: str, born: dt.date, gender: str, home: tuple[str, str] = HOME) -> dict[str, Any]:
    return {
        "forename": forename,
        "surname": surname,
        "date_of_birth": born,
        "gender": gender,
        "address": home[0],
        "postcode": home[1],
        "nino": None,
    }


def linked(
    village: Any, engine: str, asked: dict[str, dict[str, Any]], held: dict[str, dict[str, Any]]
) -> dict[str, str]:
    """Who of those asked about is linked to whom of those held."""
    cohort = pl.DataFrame([{"family_id": None, "request_ref": name, **who} for name, who in asked.items()])
    register = pl.DataFrame([{"dwp_key": key, **who} for key, who in held.items()])
    left = pl.concat([village.cohort, cohort.cast(dict(village.cohort.schema))])
    right = pl.concat([village.register, register.cast(dict(village.register.schema))])
    result = link(left.lazy(), right.lazy(), department_model("dwp", FIELDS), engine=engine)
    found = result.links.filter(pl.col("left_id").is_in(list(asked)), pl.col("status") == "link")
    return dict(found.select("left_id", "right_id").iter_rows())


ANNA = person("Anna", "Halford", dt.date(2001, 5, 3), "female")
BELLA = person("Bella", "Halford", dt.date(2002, 9, 14), "female")
CARL = person("Carl", "Wexley", dt.date(2003, 4, 4), "male")
COLIN = person("Colin", "Wexley", dt.date(2003, 4, 4), "male")
FATHER = person("Edmund", "Thackeray", dt.date(1970, 2, 11), "male")
SON = person("Edmund", "Thackeray", dt.date(1996, 8, 30), "male")
COUSIN = person("Yusuf", "Karademir", dt.date(1994, 3, 9), "male")
OTHER_COUSIN = person("Yusuf", "Karademir", dt.date(1996, 11, 21), "male")


every_engine = pytest.mark.parametrize("engine", OWN_ENGINES)

TWO_PEOPLE = {
    "siblings near in age": (ANNA, BELLA),
    "twins": (CARL, COLIN),
    "father and son": (FATHER, SON),
    "same-name cousins at one address": (COUSIN, OTHER_COUSIN),
}
"""Two people of one home whom a linker may take for one."""


@every_engine
def test_each_finds_himself(village: Any, engine: str) -> None:
    asked = {f"{case}, {place}": who for case, both in TWO_PEOPLE.items() for place, who in enumerate(both)}
    held = {f"K {name}": who for name, who in asked.items()}
    assert linked(village, engine, asked, held) == {name: f"K {name}" for name in asked}


@every_engine
@pytest.mark.parametrize("absent", [0, 1])
def test_who_is_absent_is_not_linked_to_the_other(village: Any, engine: str, absent: int) -> None:
    asked = {case: both[absent] for case, both in TWO_PEOPLE.items()}
    held = {f"K {case}": both[1 - absent] for case, both in TWO_PEOPLE.items()}
    assert linked(village, engine, asked, held) == {}


@every_engine
def test_who_is_present_keeps_his_record(village: Any, engine: str) -> None:
    asked = {f"{case}, {place}": who for case, both in TWO_PEOPLE.items() for place, who in enumerate(both)}
    held = {f"K {case}": both[1] for case, both in TWO_PEOPLE.items()}
    assert linked(village, engine, asked, held) == {f"{case}, 1": f"K {case}" for case in TWO_PEOPLE}


ONE_PERSON = {
    "married name": (
        person("Deborah", "Marchetti", dt.date(1982, 7, 19), "female"),
        person("Deborah", "Longstaff", dt.date(1982, 7, 19), "female"),
    ),
    "swapped names": (
        person("Nguyen", "Thanh", dt.date(1988, 10, 2), "male"),
        person("Thanh", "Nguyen", dt.date(1988, 10, 2), "male"),
    ),
    "looked-after child in placement": (
        person("Rosalind", "Pemberton", dt.date(2006, 6, 6), "female"),
        person("Rosalind", "Pemberton", dt.date(2006, 6, 6), "female", ELSEWHERE),
    ),
    "nickname, day and month swapped": (
        person("William", "Ashgrove", dt.date(1979, 3, 4), "male"),
        person("Bill", "Ashgrove", dt.date(1979, 4, 3), "male"),
    ),
}
"""One person, as a council and as a register wrote them down."""


@every_engine
def test_one_person_recorded_in_two_ways(village: Any, engine: str) -> None:
    asked = {case: both[0] for case, both in ONE_PERSON.items()}
    held = {f"K {case}": both[1] for case, both in ONE_PERSON.items()}
    assert linked(village, engine, asked, held) == {case: f"K {case}" for case in ONE_PERSON}
