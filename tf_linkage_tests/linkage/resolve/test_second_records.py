"""People whom the right table holds twice, by hand-computed examples and in a village."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import polars as pl
import pytest

from tf_linkage.linkage import department_model, link
from tf_linkage.linkage.limits import Limits
from tf_linkage.linkage.resolve.assignment import settled
from tf_linkage.linkage.resolve.second_records import APART, STAGE, with_contradictions, with_second_records
from tf_linkage.linkage.tables.database import connected
from tf_linkage.linkage.tables.encoded import load
from tf_linkage.linkage.tables.records import prepare

FIELDS = ("forename", "surname", "date_of_birth", "gender", "address", "postcode", "nino")
TWICE = department_model("dwp", FIELDS)
ONCE = dataclasses.replace(TWICE, second_records=False)


def linked(model: Any, *pairs: tuple[int, int, float], apart: tuple[int, ...] = ()) -> set[tuple[int, int]]:
    """Links among pairs of a left row, a right person and a weight; two of the people may contradict each other."""
    rows = pl.DataFrame(pairs, schema=["left_row", "entity", "match_weight"], orient="row")
    rows = rows.with_columns(
        match_probability=1 / (1 + 2 ** -pl.col("match_weight")),
        certain=pl.lit(False),
        undated=pl.lit(False),
        stage=pl.lit("rule"),
    )
    others = [[one for one in apart if one != person and person in apart] for person in rows["entity"]]
    found = with_second_records(
        settled(rows, model).join(
            rows.select("left_row", "entity", pl.Series(APART, others, pl.List(pl.Int64))),
            on=["left_row", "entity"],
        ),
        model,
    )
    links = found.filter(pl.col("status") == "link")
    assert links["entity"].is_unique().all()
    return set(links.select("left_row", "entity").rows())


# A posterior of .99 is 6.63 bits.
def test_a_certain_further_record_is_linked_besides_the_first() -> None:
    assert linked(TWICE, (1, 1, 12.0), (1, 2, 7.0)) == {(1, 1), (1, 2)}


def test_only_where_the_table_is_declared_to_hold_people_twice() -> None:
    assert linked(ONCE, (1, 1, 12.0), (1, 2, 11.0)) == {(1, 1)}


def test_a_likely_further_record_is_not_enough() -> None:
    assert linked(TWICE, (1, 1, 12.0), (1, 2, 6.0)) == {(1, 1)}


def test_a_record_that_is_somebody_elses_is_no_further_record() -> None:
    assert linked(TWICE, (1, 1, 12.0), (1, 2, 11.0), (2, 2, 1.0)) == {(1, 1), (2, 2)}


def test_a_further_record_goes_to_one_person_alone() -> None:
    # 10 and 8 bits compete for the third person; both first links stand.
    pairs = (1, 1, 12.0), (2, 2, 12.0), (1, 3, 8.0), (2, 3, 10.0)
    assert linked(TWICE, *pairs) == {(1, 1), (2, 2), (2, 3)}


def test_records_that_contradict_each_other_are_not_both_linked() -> None:
    assert linked(TWICE, (1, 1, 12.0), (1, 2, 11.0), apart=(1, 2)) == {(1, 1)}


@pytest.mark.parametrize(
    ("other", "contradicts"),
    [
        pytest.param({}, False, id="one person under two NINOs"),
        pytest.param({"date_of_birth": dt.date(1962, 3, 1)}, True, id="mother of the same name"),
        pytest.param({"forename": "Ruth"}, True, id="twin sister"),
        pytest.param({"surname": "Farrow"}, False, id="before her marriage"),
    ],
)
def test_records_of_the_right_table_are_held_against_each_other(other: dict[str, Any], contradicts: bool) -> None:
    person = {
        "forename": "Amara", "surname": "Lockwood", "date_of_birth": dt.date(1990, 6, 15), "gender": "female",
        "address": "12 Mill Road", "postcode": "E8 2BB", "nino": "DA123456A",
    }  # fmt: skip
    left = pl.DataFrame([{"request_ref": "a", **person}])
    right = pl.DataFrame([{"dwp_key": "x", **person}, {"dwp_key": "y", **person, "nino": "DB765432C", **other}])
    with connected(Limits()) as connection:
        tables = load(connection, prepare(left.lazy(), right.lazy(), TWICE), TWICE)
        sure = pl.DataFrame(
            {"left_row": [0, 0], "right_row": [0, 1], "entity": [0, 1], "match_probability": [0.9999, 0.999]},
            schema_overrides=dict.fromkeys(("left_row", "right_row", "entity"), pl.UInt32),
        )
        found = with_contradictions(sure, tables)
    assert found[APART].to_list() == ([[1], [0]] if contradicts else [[], []])


def test_whoever_a_register_holds_twice_is_found_twice(village_of: Any) -> None:
    village = village_of(seed=11, moves=0.3)
    key = village.register.columns[0]
    # Each fourth person once more under another key, and with another house number.
    again = village.register.gather_every(4).with_columns(pl.format("again-{}", key).alias(key))
    again = again.with_columns(pl.col("address").str.replace(r"^\d+", "77"))
    register = pl.concat([village.register, again])
    fields = ("forename", "surname", "date_of_birth", "gender", "address", "postcode")
    model = department_model("dwp", fields)
    result = link(village.cohort.lazy(), register.lazy(), model)
    links = result.links.filter(pl.col("status") == "link")
    plain = links.with_columns(pl.col("right_id").str.strip_prefix("again-"))
    further = plain.filter(pl.col("stage").str.starts_with(STAGE))
    assert further.height == result.counts["further records of people held twice"]
    right = [pair in village.truth for pair in further.select("left_id", "right_id").iter_rows()]
    due = sum(right_id in set(again[key].str.strip_prefix("again-")) for _, right_id in village.truth)
    assert all(right)
    assert further.height > 0.5 * due
    once = link(village.cohort.lazy(), register.lazy(), dataclasses.replace(model, second_records=False))
    first = links.filter(~pl.col("stage").str.starts_with(STAGE))
    alone = once.links.filter(pl.col("status") == "link")
    ids = ["left_id", "right_id"]
    assert alone.join(first, on=ids, how="anti").is_empty()
