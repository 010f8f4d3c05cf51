"""Corrections: what the contract's columns can hold is taken, anything else refused by column and rule."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from tf_linkage.custody.refusals import CorrectionRefused
from tf_linkage.custody.rights.corrections import must_keep_rules
from tf_linkage.custody.rights.request_lists import CORRECTABLE, CORRECTIONS

LATEST = dt.date(2020, 3, 31)

RIGHT = {
    "forename": ["Zoë", "Mary-Jane", None],
    "surname": ["O'Neill", "de la Cruz"],
    "date_of_birth": ["1961-02-03", "2020-03-31", None],
    "gender": ["female"],
    "address": ["Flat 2, 11 Moss Row", "3/1 High Street"],
    "postcode": ["M1 1AE", "SW1A 1AA", None],
    "nino": ["QQ123456C", "QQ123456", None],
    "crime": ["ASB", None],
    "study_group": ["comparison"],
    "service_received": ["true"],
    "identified_date": ["2016-05-01"],
    "service_start_date": ["2016-06-01", None],
    "service_end_date": ["2020-03-31"],
}
WRONG = [
    ("date_of_birth", "2999-01-01", "is after 2020-03-31"),
    ("date_of_birth", "2020-04-01", "is after 2020-03-31"),
    ("date_of_birth", "1001-01-01", "is a day before any"),
    ("date_of_birth", "31/12/1980", "no date"),
    ("nino", "ZZ", "two letters, six digits"),
    ("nino", "qq123456c", "two letters, six digits"),
    ("postcode", "SOMEWHERE", "a whole postcode"),
    ("postcode", "M11AE", "a whole postcode"),
    ("forename", "=1+1", "formula"),
    ("surname", "@SUM(A1)", "formula"),
    ("address", "-2+3", "formula"),
    ("address", "+44", "formula"),
    ("surname", "12345", "has no letter"),
    ("address", "x" * 201, "longer than 200"),
    ("forename", "Ann\u202eeel", "cannot be seen"),
    ("crime", "THEFT", "no such code"),
    ("study_group", None, "may not be blank"),
    ("identified_date", None, "may not be blank"),
    ("identified_date", "2010-01-01", "is a day before any"),
    ("service_start_date", "2020-04-01", "is after 2020-03-31"),
    ("family_ref", "F9", "no column family_ref to correct"),
]


def of(column: str, value: str | None) -> pl.DataFrame:
    return pl.DataFrame([("E09000012", "1", column, value)], schema=CORRECTIONS, orient="row")


@pytest.mark.parametrize("column", RIGHT)
def test_what_can_be_right_is_taken(column: str) -> None:
    for value in RIGHT[column]:
        must_keep_rules(of(column, value), LATEST)


@pytest.mark.parametrize(("column", "value", "said"), WRONG)
def test_what_cannot_be_right_is_refused_and_not_repeated(column: str, value: str | None, said: str) -> None:
    with pytest.raises(CorrectionRefused, match=said) as refusal:
        must_keep_rules(of(column, value), LATEST)
    assert column in str(refusal.value)
    assert value is None or value not in str(refusal.value)


def test_every_column_that_can_be_corrected_has_a_case() -> None:
    assert set(CORRECTABLE) - set(RIGHT) <= {
        "worklessness",
        "school_absence",
        "child_need",
        "domestic_abuse",
        "health",
    }
