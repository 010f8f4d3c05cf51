"""The cohort within itself: the same person twice, and people who only look so."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import numpy as np
import polars as pl
import pytest

from tf_linkage.errors import LinkageRefused
from tf_linkage.linkage import find_duplicates
from tf_linkage.linkage.deduplicate.match_probability import SHARES, probability
from tf_linkage.linkage.model.comparisons import MISSING
from tf_linkage.linkage.model.settings import OneTable
from tf_linkage.linkage.model.standard_comparisons import comparisons_for

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
        pytest.param({"forename": "Lockwood", "surname": "Amara", "nino": None}, id="names swapped"),
        pytest.param({"nino": "DA123457A"}, id="a wrong digit in the NINO"),
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
        pytest.param({"forename": "Tamara", "nino": None}, id="twin sisters of resembling names"),
        pytest.param({"forename": "Tamara", "nino": "DB765432C"}, id="twin sisters of resembling names, two NINOs"),
        pytest.param({"forename": "Asha"}, id="twin sisters under their mother's NINO"),
        pytest.param({"forename": "Clara", "date_of_birth": dt.date(1990, 6, 16)}, id="siblings a digit apart"),
        pytest.param({"forename": "Amos", "date_of_birth": dt.date(2012, 3, 4)}, id="a child under her NINO"),
        pytest.param({"date_of_birth": None, "nino": None}, id="namesake whose date of birth is unknown"),
        pytest.param({"nino": "DB765432C"}, id="another NINO throughout"),
    ],
)
def test_two_people(other: dict[str, Any]) -> None:
    assert pairs({}, other) == []


def test_one_person_whose_forename_is_misspelt_where_keys_look_and_whose_nino_agrees() -> None:
    assert len(pairs({"forename": "Elizabeth"}, {"forename": "Ekizabeth"})) == 1


def test_one_person_whose_day_and_month_are_swapped_and_whose_nino_agrees() -> None:
    born = dt.date(1990, 6, 5), dt.date(1990, 5, 6)
    assert len(pairs(*[{"date_of_birth": date, "forename": "Amara"} for date in born])) == 1
    # Without it, a namesake at home born as one's day and month swapped is not ruled out.
    assert pairs(*[{"date_of_birth": date, "nino": None} for date in born]) == []


def test_twins_with_two_forenames_each() -> None:
    assert pairs({"forename": "Mohammed Ali", "nino": None}, {"forename": "Mohammed Hassan", "nino": None}) == []


def test_father_and_son_of_one_name_whose_dates_of_birth_are_unknown_stay_two() -> None:
    assert pairs({"date_of_birth": None, "nino": None}, {"date_of_birth": None, "nino": None}) == []


def test_nobody_joins_two_people_who_contradict_each_other() -> None:
    # The first record fits either of the others, but their NINOs are two people's.
    found = pairs({"nino": None}, {}, {"nino": "DB765432C"})
    assert [(left[1], left[3]) for left in found] == [("P0", "P1")]


def test_a_chain_is_told_pair_by_pair() -> None:
    # The first and the last share too little for any key, but each is the second: a move, then a marriage.
    moved, married = {"address": "1 Dale Street", "postcode": "M1 1AA", "nino": None}, {"surname": "Farrow"}
    found = pairs({"nino": None}, moved, moved | married)
    assert [(left[1], left[3]) for left in found] == [("P0", "P1"), ("P0", "P2"), ("P1", "P2")]


def test_whether_two_records_are_one_person_depends_on_nobody_else(village_of: Any) -> None:
    village = village_of(seed=4, moves=0.5).cohort
    village = village.rename({village.columns[0]: "person_ref"})
    again = village.gather_every(3).with_columns(
        person_ref=pl.format("again {}", "person_ref"), surname=pl.col("surname").str.replace("TON", "TUN")
    )
    cohort = pl.concat([village, again]).with_columns(la_code=pl.lit("E09000012"))
    found = find_duplicates(cohort.lazy(), IDS)
    assert found.height > 20
    for number in range(0, found.height, found.height // 5):
        gone = found.row(number)[1::2]
        group = found.filter(pl.any_horizontal(pl.col("left_person_ref", "right_person_ref").is_in(gone)))
        theirs = {*group["left_person_ref"], *group["right_person_ref"]}
        without = find_duplicates(cohort.filter(~pl.col("person_ref").is_in(theirs)).lazy(), IDS)
        involved = pl.any_horizontal(pl.col("left_person_ref", "right_person_ref").is_in(theirs))
        assert without.equals(found.filter(~involved))


def test_every_level_has_its_shares_and_they_are_shares() -> None:
    fields = ("forename", "surname", "date_of_birth", "gender", "address", "postcode", "nino")
    for comparison in comparisons_for(fields, ()):
        named = SHARES[comparison.id]
        assert {level.id for level in comparison.levels} == set(named)
        for sums in zip(*named.values(), strict=True):
            assert sum(sums) == pytest.approx(1, abs=0.01)
            assert all(0 < share <= 1 for share in sums)


def test_likeness_by_hand() -> None:
    comparisons = comparisons_for(("forename", "surname", "date_of_birth"), ())
    same, nothing = np.array([[0, 0, 0]]), np.array([[MISSING] * 3])
    # Of 100,000 records .04 are the same person's and 3 are of one home; the rest are strangers'.
    person = 0.04 * 0.80 * 0.88 * 0.95
    home = 3 * 0.004 * 0.65 * 0.02
    stranger = 1e5 * 0.01 * 0.01 * 0.00004
    assert probability(same, comparisons, OneTable())[0] == pytest.approx(person / (person + home + stranger))
    assert probability(nothing, comparisons, OneTable())[0] == pytest.approx(0.04 / (0.04 + 3 + 1e5))


def test_a_level_without_shares_is_refused_and_none_is_passed_over() -> None:
    comparisons = comparisons_for(("forename", "surname", "date_of_birth"), ())
    levels = (dataclasses.replace(comparisons[1].levels[0], id="same"), *comparisons[1].levels[1:])
    renamed = (comparisons[0], dataclasses.replace(comparisons[1], levels=levels), comparisons[2])
    with pytest.raises(LinkageRefused, match="level 'same' of comparison 'surname' has no shares"):
        probability(np.array([[0, 0, 0]]), renamed, OneTable())


def test_each_pair_once_and_sorted() -> None:
    found = pairs({}, {}, {})
    assert found == sorted(found)
    assert len(found) == 3
