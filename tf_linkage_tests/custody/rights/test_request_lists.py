"""The lists: who is gone from the councils' records, what is put right in them, and for whom a request speaks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tf_linkage.contracts.bodies.council import Cohort
from tf_linkage.custody.references.split import split
from tf_linkage.custody.refusals import CorrectionRefused, NothingHeld
from tf_linkage.custody.rights.request_lists import (
    CORRECTABLE,
    Requests,
    as_asked,
    correction_rows,
    record_tokens,
    records_of,
    whom,
)

NOBODY = Requests.of({})
ANN, BEN, ANN_AGAIN, CY = (
    ("E09000012", "1"), ("E09000012", "2"), ("E06000010", "9"), ("E06000010", "10"),
)  # fmt: skip


@pytest.fixture
def attributes(cohort: pl.LazyFrame, duplicates: pl.DataFrame, key: bytes) -> pl.DataFrame:
    return split(cohort, duplicates, key)[1].collect()


def left(cohort: pl.LazyFrame) -> list[tuple[str, str]]:
    return cohort.select("la_code", "person_ref").collect().rows()


def gone(attributes: pl.DataFrame, record: tuple[str, str], scope: str, key: bytes) -> Requests:
    return NOBODY.and_withdrawn(whom(attributes, NOBODY, record, scope, key))


def test_without_requests_the_records_are_as_they_came(cohort: pl.LazyFrame, key: bytes) -> None:
    assert as_asked(cohort, NOBODY, key) is cohort


def test_who_leaves_leaves_with_every_record(
    make_cohort: Callable[..., pl.LazyFrame], attributes: pl.DataFrame, key: bytes
) -> None:
    """Ann is named in Hackney and in Hull; either number takes both records along, and nobody else's."""
    both = [{"crime": "OFF", "health": "MH"}] * 2
    records = make_cohort(
        {"person_ref": "1", **both[0]},
        {"person_ref": "2", **both[0]},
        {"la_code": "E06000010", "person_ref": "9", "family_ref": "F7", **both[0]},
        {"la_code": "E06000010", "person_ref": "10", "family_ref": "F8", **both[0]},
    )
    for record in (ANN, ANN_AGAIN):
        assert left(as_asked(records, gone(attributes, record, "person", key), key)) == [BEN, CY]


def test_a_family_leaves_whole_and_with_its_records_elsewhere(attributes: pl.DataFrame, key: bytes) -> None:
    requests = gone(attributes, BEN, "family", key)
    tokens = pl.DataFrame([ANN, BEN, ANN_AGAIN], schema=["la_code", "person_ref"], orient="row")
    assert set(requests.withdrawn["record"]) == set(record_tokens(tokens, key))


def test_a_family_left_with_one_problem_leaves_too(
    make_cohort: Callable[..., pl.LazyFrame], key: bytes, make_duplicates: Callable[..., pl.DataFrame]
) -> None:
    """A's leaving takes crime along; F1 is left with health alone. F2 keeps its two."""
    cohort = make_cohort(
        {"person_ref": "A", "crime": "OFF"},
        {"person_ref": "B", "health": "MH"},
        {"person_ref": "C", "family_ref": "F2", "crime": "OFF"},
        {"person_ref": "D", "family_ref": "F2", "health": "MH", "crime": "ASB"},
    )
    attributes = split(cohort, make_duplicates(), key)[1].collect()
    hackney = "E09000012"
    assert left(as_asked(cohort, gone(attributes, (hackney, "A"), "person", key), key)) == [
        (hackney, "C"), (hackney, "D"),
    ]  # fmt: skip
    kept = as_asked(cohort, gone(attributes, (hackney, "C"), "person", key), key)
    assert left(kept) == [(hackney, "A"), (hackney, "B"), (hackney, "D")]
    assert Cohort.filter(kept.collect())[1].counts() == {}


def test_an_earlier_withdrawal_can_be_repeated_and_widened(attributes: pl.DataFrame, key: bytes) -> None:
    """After Ann alone has left, her number still speaks for her, and for the family she was in."""
    first = gone(attributes, ANN, "person", key)
    remaining = attributes.filter(pl.col("person_ref").is_in(["2", "10"]))
    again = first.and_withdrawn(whom(remaining, first, ANN, "person", key))
    assert again.withdrawn.equals(first.withdrawn)
    wider = first.and_withdrawn(whom(remaining, first, ANN, "family", key))
    assert wider.withdrawn.equals(gone(attributes, BEN, "family", key).withdrawn)


@given(numbers=st.lists(st.text(min_size=1, max_size=6), min_size=1, max_size=8, unique=True), data=st.data())
def test_exactly_the_withdrawn_records_go(numbers: list[str], data: st.DataObject) -> None:
    """Anyone who is on the list and however many: the others stay, in their order, with their values."""
    key = b"another key of this test, of thirty-two bytes"
    rows = [(number, f"F{at}", "OFF", "MH") for at, number in enumerate(numbers)]
    cohort = pl.DataFrame(rows, schema=["person_ref", "family_ref", "crime", "health"], orient="row").with_columns(
        pl.lit("E09000012").alias("la_code"),
        *(pl.lit(None, pl.String).alias(p) for p in ("worklessness", "school_absence", "child_need")),
        *(pl.lit(None, pl.String).alias(p) for p in ("domestic_abuse",)),
        *(pl.lit(None, pl.Date).alias(day) for day in ("service_start_date", "service_end_date")),
    )
    leaving = data.draw(st.sets(st.sampled_from(numbers)))
    out = cohort.filter(pl.col("person_ref").is_in(leaving))
    tokens = record_tokens(out, key)
    people = pl.DataFrame({"record": tokens, "person": tokens, "family": tokens})
    kept = as_asked(cohort.lazy(), NOBODY.and_withdrawn(people), key).collect()
    assert kept.equals(cohort.filter(~pl.col("person_ref").is_in(leaving)))


def test_the_list_says_nothing_without_the_key(attributes: pl.DataFrame, key: bytes) -> None:
    stored = gone(attributes, ANN, "family", key).withdrawn
    assert stored.schema == {"record": pl.String, "person": pl.String, "family": pl.String}
    known = {*attributes["person_id"], *attributes["family_id"], *attributes["person_ref"]}
    assert (
        not known & set(stored.to_series(0)) | known & set(stored.to_series(1)) | known & set(stored.to_series(2))
    )
    other = record_tokens(attributes, b"a key that is not the study's, but as long")
    assert not set(other) & set(stored["record"])


def test_nobody_of_that_number(attributes: pl.DataFrame, key: bytes) -> None:
    for unknown in (("E09000012", "77"), ("E10000016", "1")):
        with pytest.raises(NothingHeld, match="nobody in the study"):
            whom(attributes, NOBODY, unknown, "person", key)
        with pytest.raises(NothingHeld) as refusal:
            records_of(attributes, unknown)
        assert "77" not in str(refusal.value)


def test_an_identifier_is_put_right_in_every_record_of_the_person(
    cohort: pl.LazyFrame, attributes: pl.DataFrame, key: bytes
) -> None:
    rows = correction_rows(attributes, ANN_AGAIN, {"surname": "Li", "nino": None})
    enough = cohort.with_columns(crime=pl.lit("OFF"), health=pl.lit("MH"))
    asked = as_asked(enough, NOBODY.and_corrected(rows), key).collect()
    assert asked["surname"].to_list() == ["Li", "Lee", "Li", "Poe"]
    assert asked["nino"].to_list() == [None] * 4
    rest = pl.all().exclude("surname", "nino")
    assert asked.select(rest).equals(enough.select(rest).collect())


def test_a_problem_is_put_right_in_one_record_and_a_familys_day_in_all_of_its_members(
    cohort: pl.LazyFrame, attributes: pl.DataFrame, key: bytes
) -> None:
    rows = correction_rows(attributes, ANN, {"crime": "ASB", "identified_date": "2016-06-01"})
    enough = cohort.with_columns(worklessness=pl.lit("OOW"), health=pl.lit("MH"))
    asked = as_asked(enough, NOBODY.and_corrected(rows), key).collect()
    assert asked["crime"].to_list() == ["ASB", None, None, None]
    days = asked["identified_date"].to_list()
    assert days[:2] == [dt.date(2016, 6, 1)] * 2
    assert days[2:] == enough.collect()["identified_date"].to_list()[2:]


def test_the_later_correction_holds(attributes: pl.DataFrame) -> None:
    lists = NOBODY
    for name in ("Li", "Lea"):
        lists = lists.and_corrected(correction_rows(attributes, CY, {"surname": name}))
    assert lists.corrections["value"].to_list() == ["Lea"]


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("date_of_birth", "11/05/1980", "no date; write yyyy-mm-dd"),
        ("service_received", "yes", "neither true nor false"),
        ("crime", "THEFT", "no such code"),
        ("person_ref", "8", "no column person_ref"),
        ("income", "8", "no column income"),
    ],
)
def test_what_cannot_be_right_is_refused_without_repeating_it(column: str, value: str, said: str) -> None:
    rows = pl.DataFrame([(*CY, column, value)], schema=["la_code", "person_ref", "column", "value"], orient="row")
    with pytest.raises(CorrectionRefused, match=said) as refusal:
        NOBODY.and_corrected(rows)
    assert value not in str(refusal.value).replace("person_ref", "")


def test_a_service_cannot_end_before_it_starts(cohort: pl.LazyFrame, attributes: pl.DataFrame, key: bytes) -> None:
    days = {"service_start_date": "2017-01-01", "service_end_date": "2016-01-01"}
    lists = NOBODY.and_corrected(correction_rows(attributes, CY, days))
    with pytest.raises(CorrectionRefused, match="ends before it starts"):
        as_asked(cohort, lists, key)


def test_whatever_a_council_says_of_somebody_can_be_corrected() -> None:
    assert set(CORRECTABLE) == set(Cohort.columns()) - {"la_code", "person_ref", "family_ref"}


def test_erasing_forgets_the_corrections_of_who_left_and_of_nobody_else(
    attributes: pl.DataFrame, key: bytes
) -> None:
    lists = NOBODY
    for record in (ANN, CY):
        lists = lists.and_corrected(correction_rows(attributes, record, {"surname": "Li"}))
    kept = lists.forget(whom(attributes, lists, ANN, "person", key), key)
    assert kept.corrections["person_ref"].to_list() == ["10"]
