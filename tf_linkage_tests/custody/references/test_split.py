"""The split: one person one reference, nothing lost, identifiers on one side alone."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tf_linkage.contracts.bodies import council
from tf_linkage.contracts.columns import schema_of
from tf_linkage.contracts.handovers import ons
from tf_linkage.contracts.registry import direct_identifiers
from tf_linkage.custody import CustodyRefused, split
from tf_linkage.custody.references.split import whole_years

Cohort = Callable[..., pl.LazyFrame]
NONE = pl.DataFrame(schema=dict.fromkeys(["la_code", "person_ref", "la_code_other", "person_ref_other"], pl.String))


def by_record(attributes: pl.LazyFrame, column: str) -> dict[tuple[str, str], object]:
    rows = attributes.select("la_code", "person_ref", column).collect().iter_rows()
    return {(la, ref): value for la, ref, value in rows}


def test_both_tables_keep_their_contracts(cohort: pl.LazyFrame, duplicates: pl.DataFrame, key: bytes):
    identifiers, attributes = split(cohort, duplicates, key)
    ons.Identifiers.validate(identifiers).collect()
    ons.Attributes.validate(attributes).collect()


def test_one_person_one_reference_and_every_record_kept(cohort: pl.LazyFrame, duplicates: pl.DataFrame, key: bytes):
    identifiers, attributes = split(cohort, duplicates, key)
    person = by_record(attributes, "person_id")
    assert len(person) == 4
    assert person["E09000012", "1"] == person["E06000010", "9"]
    assert len(set(person.values())) == 3
    assert identifiers.collect()["person_id"].sort().to_list() == sorted(set(person.values()))


def test_no_identifier_among_the_attributes(cohort: pl.LazyFrame, duplicates: pl.DataFrame, key: bytes):
    _, attributes = split(cohort, duplicates, key)
    assert direct_identifiers().isdisjoint(attributes.collect_schema().names())
    text = attributes.collect().write_csv()
    assert not any(word in text for word in ("Ann", "Lee", "Low Road", "E8 1AA", "AB123456C", "1980-05-11"))


def test_identifiers_hold_nothing_but_identifiers_and_references(
    cohort: pl.LazyFrame, duplicates: pl.DataFrame, key: bytes
):
    identifiers, _ = split(cohort, duplicates, key)
    assert set(identifiers.collect_schema()) == set(schema_of(ons.Identifiers))


def test_the_best_value_of_each_field_is_kept(cohort: pl.LazyFrame, duplicates: pl.DataFrame, key: bytes):
    """Hull named Ann last: name and address are Hull's; gender and NINO, which Hull lacks, are Hackney's."""
    identifiers, attributes = split(cohort, duplicates, key)
    ann = identifiers.filter(pl.col("date_of_birth") == dt.date(1980, 5, 11)).collect().row(0, named=True)
    assert (ann["forename"], ann["surname"], ann["address"], ann["postcode"]) == ("Ann", "Ray", "7 Quay", "HU1 1AA")
    assert (ann["gender"], ann["nino"]) == ("female", "AB123456C")
    assert ann["family_id"] == by_record(attributes, "family_id")["E06000010", "9"]


def test_address_and_postcode_come_from_one_record(
    make_cohort: Cohort, make_duplicates: Callable[..., pl.DataFrame], key: bytes
):
    later = {"la_code": "E06000010", "person_ref": "2", "family_ref": "F2", "identified_date": dt.date(2018, 1, 1)}
    cohort = make_cohort(
        {"person_ref": "1", "address": "1 Low Road", "postcode": "E8 1AA"},
        {**later, "postcode": "HU1 1AA"},
    )
    identifiers, _ = split(cohort, make_duplicates(("E09000012", "1", "E06000010", "2")), key)
    row = identifiers.collect().row(0, named=True)
    assert (row["address"], row["postcode"]) == ("1 Low Road", "E8 1AA")
    only_part = make_cohort({"person_ref": "1"}, {**later, "postcode": "HU1 1AA"})
    identifiers, _ = split(only_part, make_duplicates(("E09000012", "1", "E06000010", "2")), key)
    assert identifiers.collect().row(0, named=True)["postcode"] == "HU1 1AA"


def test_ages_on_the_day_of_identification(cohort: pl.LazyFrame, duplicates: pl.DataFrame, key: bytes):
    """Ann turns 36 the day after Hackney found her; Ben turns 10 on the day; Cy's 1900 is a placeholder."""
    _, attributes = split(cohort, duplicates, key)
    ages = by_record(attributes, "age")
    assert ages == {
        ("E09000012", "1"): 35,
        ("E09000012", "2"): 10,
        ("E06000010", "9"): 36,
        ("E06000010", "10"): None,
    }


@given(st.dates(dt.date(1930, 1, 1), dt.date(2022, 1, 1)), st.dates(dt.date(2015, 1, 1), dt.date(2020, 1, 1)))
def test_whole_years_count_birthdays(birth: dt.date, day: dt.date):
    years = pl.select(whole_years(pl.lit(birth), pl.lit(day))).item()
    birthdays = [
        year for year in range(birth.year + 1, day.year + 1) if (year, birth.month, birth.day) <= _ymd(day)
    ]
    assert years == (len(birthdays) if birth <= day else -1)


def _ymd(day: dt.date) -> tuple[int, int, int]:
    return day.year, day.month, day.day


@settings(max_examples=30, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(rng: random.Random):
    rows = _many_rows()
    pairs = _chain()
    expected = [
        table.collect() for table in split(pl.LazyFrame(rows, schema=schema_of(council.Cohort)), pairs, b"k")
    ]
    shuffled = pl.LazyFrame(rng.sample(rows, len(rows)), schema=schema_of(council.Cohort))
    got = [table.collect() for table in split(shuffled, pairs.sample(fraction=1, shuffle=True, seed=3), b"k")]
    assert all(one.equals(other) for one, other in zip(expected, got, strict=True))


def test_other_people_change_nothing_about_one(cohort: pl.LazyFrame, duplicates: pl.DataFrame, key: bytes):
    """Without Cy, Ann and Ben are what they were with Cy: the ground on which a withdrawal is as if never."""
    with_cy = [table.collect() for table in split(cohort, duplicates, key)]
    without = [table.collect() for table in split(cohort.filter(pl.col("person_ref") != "10"), duplicates, key)]
    for one, other in zip(with_cy, without, strict=True):
        assert one.join(other.select("person_id"), on="person_id", how="semi").equals(other)


def test_groups_are_followed_through(key: bytes):
    """a=b, b=c, d=e: two people, five records; the chain is one person."""
    cohort = pl.LazyFrame(_many_rows(), schema=schema_of(council.Cohort))
    identifiers, attributes = split(cohort, _chain(), key)
    assert identifiers.collect().height == 8 - 3
    assert attributes.collect().height == 8


def test_keys_make_references_of_their_own(cohort: pl.LazyFrame, duplicates: pl.DataFrame, key: bytes):
    one, other = (split(cohort, duplicates, secret)[0].collect() for secret in (key, b"another key"))
    assert set(one["person_id"]).isdisjoint(other["person_id"])
    assert set(one["family_id"]).isdisjoint(other["family_id"])


def family_count(make_cohort: Cohort, duplicates: pl.DataFrame, hull: list[dict[str, object]]) -> int:
    """How many families come of one in Hackney (adult 1, children 2 and 3) and one in Hull."""
    born = {"1": dt.date(1985, 1, 1), "2": dt.date(2008, 1, 1), "3": dt.date(2010, 1, 1)}
    hackney = [{"person_ref": ref, "date_of_birth": day} for ref, day in born.items()]
    moved = [{"la_code": "E06000010", "family_ref": "F9", **row} for row in hull]
    _, attributes = split(make_cohort(*hackney, *moved), duplicates, b"k")
    return attributes.collect()["family_id"].n_unique()


def test_a_family_that_moved_is_one_family(make_cohort: Cohort, make_duplicates: Callable[..., pl.DataFrame]):
    same = make_duplicates(("E09000012", "1", "E06000010", "7"), ("E09000012", "2", "E06000010", "8"))
    hull: list[dict[str, object]] = [
        {"person_ref": "7", "date_of_birth": dt.date(1985, 1, 1)},
        {"person_ref": "8", "date_of_birth": dt.date(2008, 1, 1)},
        {"person_ref": "9", "date_of_birth": dt.date(2017, 1, 1)},
    ]
    assert family_count(make_cohort, same, hull) == 1


def test_children_of_separated_parents_do_not_make_them_one_family(
    make_cohort: Cohort, make_duplicates: Callable[..., pl.DataFrame]
):
    same = make_duplicates(("E09000012", "2", "E06000010", "8"), ("E09000012", "3", "E06000010", "9"))
    hull: list[dict[str, object]] = [
        {"person_ref": "7", "date_of_birth": dt.date(1980, 1, 1)},
        {"person_ref": "8", "date_of_birth": dt.date(2008, 1, 1)},
        {"person_ref": "9", "date_of_birth": dt.date(2010, 1, 1)},
    ]
    assert family_count(make_cohort, same, hull) == 2


def test_a_father_named_in_two_families_does_not_make_them_one(
    make_cohort: Cohort, make_duplicates: Callable[..., pl.DataFrame]
):
    same = make_duplicates(("E09000012", "1", "E06000010", "7"))
    hull: list[dict[str, object]] = [{"person_ref": "7", "date_of_birth": dt.date(1985, 1, 1)}]
    assert family_count(make_cohort, same, hull) == 2


def test_a_duplicate_outside_the_cohort_is_refused(
    cohort: pl.LazyFrame, make_duplicates: Callable[..., pl.DataFrame], key: bytes
):
    with pytest.raises(CustodyRefused, match="1 of the duplicate records"):
        split(cohort, make_duplicates(("E09000012", "1", "E06000010", "404")), key)


def test_a_record_that_stands_twice_is_refused(cohort: pl.LazyFrame, key: bytes):
    twice = pl.concat([cohort, cohort.head(1)])
    with pytest.raises(CustodyRefused, match="share council and person_ref"):
        split(twice, NONE, key)


def _many_rows() -> list[dict[str, object]]:
    blank: dict[str, object] = dict.fromkeys(schema_of(council.Cohort))
    return [
        {
            **blank, "la_code": "E09000012", "person_ref": ref, "family_ref": f"F{at // 2}", "forename": ref,
            "date_of_birth": dt.date(1980, 1, 1), "study_group": "programme", "service_received": True,
            "identified_date": dt.date(2016, 1, 1 + at % 3),
        }
        for at, ref in enumerate("abcdefgh")
    ]  # fmt: skip


def _chain() -> pl.DataFrame:
    la = "E09000012"
    pairs = [(la, "b", la, "a"), (la, "c", la, "b"), (la, "d", la, "e")]
    return pl.DataFrame(pairs, schema=NONE.schema, orient="row")
