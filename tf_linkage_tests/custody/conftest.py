"""A small cohort made by hand: two families, one person named by two councils."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from tf_linkage.contracts.bodies import council
from tf_linkage.contracts.columns import schema_of

KEY = b"a key of this test alone, thirty-two bytes long"


def cohort_of(*rows: dict[str, Any]) -> pl.LazyFrame:
    """A cohort with the given cells; the rest are ordinary."""
    ordinary: dict[str, Any] = {
        "la_code": "E09000012",
        "family_ref": "F1",
        "study_group": "programme",
        "service_received": True,
        "identified_date": dt.date(2016, 5, 10),
    }
    schema = schema_of(council.Cohort)
    return pl.LazyFrame([{**dict.fromkeys(schema), **ordinary, **row} for row in rows], schema=schema)


@pytest.fixture
def make_cohort() -> Callable[..., pl.LazyFrame]:
    return cohort_of


@pytest.fixture
def key() -> bytes:
    return KEY


@pytest.fixture
def cohort() -> pl.LazyFrame:
    """Ann and her son Ben in Hackney; Ann again in Hull, later, with a new name and address; Cy, unrelated."""
    return cohort_of(
        {"person_ref": "1", "forename": "Ann", "surname": "Lee", "date_of_birth": dt.date(1980, 5, 11),
         "gender": "female", "address": "1 Low Road", "postcode": "E8 1AA", "nino": "AB123456C", "crime": "OFF"},
        {"person_ref": "2", "forename": "Ben", "surname": "Lee", "date_of_birth": dt.date(2006, 5, 10),
         "gender": "male", "address": "1 Low Road", "postcode": "E8 1AA", "school_absence": "PA"},
        {"la_code": "E06000010", "person_ref": "9", "family_ref": "F7", "forename": "Ann", "surname": "Ray",
         "date_of_birth": dt.date(1980, 5, 11), "address": "7 Quay", "postcode": "HU1 1AA",
         "identified_date": dt.date(2017, 1, 2), "health": "MH"},
        {"la_code": "E06000010", "person_ref": "10", "family_ref": "F8", "forename": "Cy", "surname": "Poe",
         "date_of_birth": dt.date(1900, 1, 1), "study_group": "comparison", "service_received": False},
    )  # fmt: skip


@pytest.fixture
def duplicates() -> pl.DataFrame:
    return duplicates_of(("E09000012", "1", "E06000010", "9"))


def duplicates_of(*pairs: tuple[str, str, str, str]) -> pl.DataFrame:
    columns = ["la_code", "person_ref", "la_code_other", "person_ref_other"]
    return pl.DataFrame(list(pairs), schema=dict.fromkeys(columns, pl.String), orient="row")


@pytest.fixture
def make_duplicates() -> Callable[..., pl.DataFrame]:
    return duplicates_of
