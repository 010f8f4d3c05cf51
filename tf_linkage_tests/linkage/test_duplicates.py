"""The cohort within itself: the same person twice, and people who only look so."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from tf_linkage.linkage import find_duplicates

IDS = ("la_code", "person_ref")
BASE: dict[str, Any] = {
    "forename": "Amara",
    "surname": "Lockwood",
    "date_of_birth": dt.date(1990, 6, 15),
    "gender": "female",
    "address": "12 Mill Road",
    "postcode": "E8 2BB",
    "nino": "DA123456A",
}


def pairs(*people: dict[str, Any]) -> list[tuple[str, ...]]:
    rows = [
        {"la_code": who.pop("la_code", "E09000012"), "person_ref": f"P{place}", **BASE, **who}
        for place, who in enumerate([dict(person) for person in people])
    ]
    return find_duplicates(pl.LazyFrame(rows, infer_schema_length=None), IDS).rows()


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({}, id="the same again"),
        pytest.param({"la_code": "E08000003", "address": "1 Dale Street", "postcode": "M1 1AA"}, id="two councils"),
        pytest.param({"surname": "Farrow", "nino": None}, id="married name at the same home"),
        pytest.param({"surname": "Farrow", "address": None, "postcode": None}, id="married name, same NINO"),
        pytest.param({"date_of_birth": dt.date(1990, 6, 16), "nino": None}, id="a day off"),
        pytest.param({"date_of_birth": None}, id="date of birth unknown, same NINO"),
    ],
)
def test_one_person_twice(other: dict[str, Any]) -> None:
    found = pairs({}, other)
    assert len(found) == 1
    assert {found[0][1], found[0][3]} == {"P0", "P1"}


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"forename": "Bridget", "nino": None}, id="twin sisters"),
        pytest.param({"forename": "Amos", "gender": "male", "nino": None}, id="twin brother and sister"),
        pytest.param({"forename": "Amara Rose", "nino": "DA654321A"}, id="another NINO"),
        pytest.param({"date_of_birth": dt.date(1992, 6, 15), "nino": None}, id="namesake two years younger"),
        pytest.param({"date_of_birth": dt.date(1965, 1, 3), "nino": None}, id="mother of the same name"),
        pytest.param({"forename": "Joan", "date_of_birth": dt.date(1991, 8, 1), "nino": None}, id="sister"),
    ],
)
def test_two_people(other: dict[str, Any]) -> None:
    assert pairs({}, other) == []


def test_twins_with_two_forenames_each() -> None:
    assert pairs({"forename": "Mohammed Ali", "nino": None}, {"forename": "Mohammed Hassan", "nino": None}) == []


def test_each_pair_once_and_sorted() -> None:
    found = pairs({}, {}, {})
    assert found == sorted(found)
    assert len(found) == 3
