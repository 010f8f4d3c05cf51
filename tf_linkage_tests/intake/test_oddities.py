"""What is systematically odd is noted with its count; what true files hold here and there is not."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from tf_linkage.contracts.columns import of_rows
from tf_linkage.contracts.registry import extract_tables
from tf_linkage.intake.oddities import misread, oddities

TABLE = extract_tables()["council_cohort"]
VALUES = ("Park", "Zzsecret", "AB123456C", "XK13 7HB")


def cohort(rows: int = 60) -> pl.DataFrame:
    """People of whom nothing is odd."""
    people = [
        {
            "la_code": "E09000012", "person_ref": f"P{at}", "family_ref": f"F{at // 2}", "forename": "Ola",
            "surname": "Park", "date_of_birth": dt.date(1990, 1 + at % 12, 1 + at % 28), "address": "1 Mill Row",
            "nino": "AB123456C", "postcode": "XK13 7HB", "crime": "OFF", "health": "MH", "study_group": "programme",
            "service_received": True, "identified_date": dt.date(2016, 1 + at % 12, 1 + at % 28),
            "service_start_date": dt.date(2016, 1 + at % 12, 1 + at % 28),
        }
        for at in range(rows)
    ]  # fmt: skip
    return of_rows(TABLE, people)


def said(frame: pl.DataFrame) -> list[str]:
    found = oddities(frame, TABLE)
    assert not [value for value in VALUES if any(value in one for one in found)]
    return found


def first(column: str, value: str, count: int) -> pl.DataFrame:
    """A value in the first cells of a column."""
    return cohort().with_columns(
        pl.when(pl.int_range(pl.len()) < count).then(pl.lit(value)).otherwise(pl.col(column)).alias(column)
    )


def test_of_a_sound_file_nothing_is_odd() -> None:
    assert said(cohort()) == []


@pytest.mark.parametrize(
    ("column", "value", "note"),
    [
        ("surname", "#REF!", "surname: an error of a spreadsheet (3 rows)"),
        ("surname", '=HYPERLINK("Zzsecret")', "surname: a formula (3 rows)"),
        ("surname", "N\ufffd\ufffdez", "surname: a mark that stands for a letter that was lost (3 rows)"),
        ("surname", "NÃºÃ±ez", "surname: letters read in the wrong encoding (3 rows)"),
        ("address", "Oâ€™Brien Row", "address: letters read in the wrong encoding (3 rows)"),
        ("forename", "43210", "forename: a number or a date, and no name (3 rows)"),
        ("forename", "04-May-1990", "forename: a number or a date, and no name (3 rows)"),
        ("person_ref", "50018.0", "person_ref: a key that ends in .0; other files may not (3 rows)"),
    ],
)
def test_traces_of_a_fault_on_the_way_are_counted(column: str, value: str, note: str) -> None:
    assert said(first(column, value, 3)) == [note]


@pytest.mark.parametrize("surname", ["Núñez", "O’Brien", "D'Àvila", "Ångström", "St. John-Smythe", "Ng", "Null"])
def test_names_as_people_have_them_are_not_odd(surname: str) -> None:
    assert said(first("surname", surname, 60)) == []


@pytest.mark.parametrize(("count", "noted"), [(6, False), (7, True), (60, True)])
def test_identifiers_of_another_form_are_noted_from_a_tenth_on(count: int, noted: bool) -> None:
    for column, value in (("nino", "NK"), ("nino", "XK13 7HB"), ("postcode", "AB123456C"), ("postcode", "UNKNOWN")):
        found = [one for one in said(first(column, value, count)) if "the same" not in one]
        assert found == (
            [f"{column}: not as a {column} is written; a placeholder, or another column ({count} rows)"] * noted
        )


def test_an_identifier_that_is_blank_throughout_is_noted() -> None:
    blank = cohort().with_columns(surname=pl.lit(None, pl.String), date_of_birth=pl.lit(None, pl.Date))
    assert said(blank) == [
        "surname: every cell is blank; nobody can be linked by it",
        "date_of_birth: every cell is blank; nobody can be linked by it",
    ]
    assert said(blank.head(19)) == []


def test_days_that_stand_where_months_do_are_noted() -> None:
    turned = cohort().with_columns(
        date_of_birth=pl.Series([dt.date(1990, 1 + at % 12, 1 + at % 12) for at in range(60)])
    )
    assert said(turned) == [
        "date_of_birth: no day above the twelfth in 60 dates; day and month may be turned round"
    ]
    firsts = cohort().with_columns(date_of_birth=pl.Series([dt.date(1990, 1 + at % 12, 1) for at in range(60)]))
    assert said(firsts) == []
    assert said(turned.head(49)) == []


def test_what_stands_in_some_rows_of_a_family_alone_is_noted() -> None:
    some = (
        cohort()
        .with_row_index("at")
        .with_columns(identified_date=pl.when(pl.col("at") > 0).then("identified_date"))
        .drop("at")
    )
    (note,) = [one for one in said(some) if one.startswith("identified_date")]
    assert "1 family has it in some rows and not in others" in note
    assert "fill_down" in note


def test_groups_that_look_swapped_are_noted() -> None:
    half = pl.int_range(pl.len()) < pl.len() // 2
    arms = cohort().with_columns(
        study_group=pl.when(half).then(pl.lit("programme")).otherwise(pl.lit("comparison")), service_received=~half
    )
    assert any("of the comparison 100% received the service, of the programme 0%" in one for one in said(arms))
    right = arms.with_columns(service_received=half)
    assert not [one for one in said(right) if one.startswith("study_group")]


def test_names_that_look_swapped_are_noted() -> None:
    rows = cohort()
    people = rows.with_columns(
        family_ref=pl.format("F{}", pl.int_range(pl.len()) // 2),
        surname=pl.format("Quill{}", pl.int_range(pl.len()) // 2),
        forename=pl.format("Ola{}", pl.int_range(pl.len())),
    )
    assert not [one for one in said(people) if "swapped" in one]
    swapped = people.with_columns(surname=pl.col("forename"), forename=pl.col("surname"))
    assert any(one.startswith("forename: in 30 families all have the same") for one in said(swapped))


def test_a_service_of_everybody_that_never_began_is_noted() -> None:
    never = cohort().with_columns(service_start_date=pl.lit(None, pl.Date))
    assert said(never) == ["service_start_date: a service received by everybody, and no day on which any began"]
    some = pl.int_range(pl.len()) > 0
    assert said(never.with_columns(service_received=some)) == []


@pytest.mark.parametrize("name", ["Zoé", "Núñez", "O’Brien", "Łukasz", "Brontë", "Ø"])
@pytest.mark.parametrize("read_as", ["windows-1252", "mac-roman"])
@pytest.mark.parametrize("times", [1, 2])
def test_letters_read_in_the_wrong_encoding_are_noticed_once_or_twice(name: str, read_as: str, times: int) -> None:
    wrong = name
    for _ in range(times):
        # As browsers and Excel do it: bytes that the encoding lacks stay control characters.
        wrong = "".join(_letter(octet, read_as) for octet in wrong.encode())
    assert misread(pl.Series([name, wrong])).to_list() == [False, True]


def _letter(octet: int, encoding: str) -> str:
    try:
        return bytes([octet]).decode(encoding)
    except UnicodeDecodeError:
        return chr(octet)


def test_true_letters_are_not_taken_for_misread_ones() -> None:
    true = [
        "Ângela",
        "Ãnia",
        "São João",
        "Þór",
        "Ærø",
        "François",
        "Nguyễn",
        "Ольга",
        "李",
        "Â",
        "½ Mill Lane",
        "“Zo”",
    ]
    assert not misread(pl.Series(true)).any()


def test_one_column_taken_twice_and_births_on_one_day_of_the_year_are_noted() -> None:
    people = cohort().with_columns(
        surname=pl.col("postcode"), date_of_birth=pl.date(1960 + pl.int_range(pl.len()), 1, 1)
    )
    found = oddities(people, TABLE)
    assert "surname and postcode: the same (60 rows); one column may have been taken twice" in found
    assert "date_of_birth: one day of the year (60 rows); it may stand for a year alone" in found
    assert not [one for one in oddities(cohort(), TABLE) if "the same" in one or "one day of the year" in one]
