"""What equality leaves of a model, and that a linkage on hashes is that model's linkage in the clear."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from tf_linkage.errors import LinkageRefused
from tf_linkage.linkage import Model, department_model, general_model
from tf_linkage.linkage.engines.duckdb import link_records
from tf_linkage.linkage.hashed import Bloom, HashingKey, equality_only, hash_table, link_hashed
from tf_linkage.linkage.hashed.equality import EITHER_ORDER, asked_columns, derived_columns, shared_keys
from tf_linkage.linkage.model.conditions import SharedBits
from tf_linkage.linkage.standardise.fields import field_of, standardise
from tf_linkage.linkage.tables.records import Records

FIELDS = ("forename", "surname", "date_of_birth", "gender", "address", "postcode", "nino")
KEY = HashingKey(bytes(range(32)), "families")
MODEL = department_model("dwp", FIELDS)


def parts_of(model: Model) -> list[Any]:
    return [p for one in model.comparisons for when in one.conditions for p in when.parts()]


def test_no_letter_is_asked_for_and_no_field_is_held_against_another() -> None:
    left = equality_only(MODEL)
    assert any(part.spelt() for part in parts_of(MODEL))
    assert not any(part.spelt() for part in parts_of(left))
    for part in parts_of(left):
        assert all(field_of(one) == field_of(other) for one, other in part.compared())
    assert all(field_of(one) == field_of(other) for rule in left.blocking_rules for one, other in rule.keys)
    ids = {one.id: [level.id for level in one.levels] for one in left.comparisons}
    assert ids["date_of_birth"] == ["equal", "year_alone", "year", "different"]
    assert ids["forename"] == [
        "equal", "first_equal", "second_differs", "form", "second_used", "swapped", "different",
    ]  # fmt: skip
    assert ids["nino"] == ["equal", "different"]
    assert ids["home"] == [level.id for level in MODEL.comparisons[4].levels], "homes never needed letters"


def test_filters_bring_back_likeness_of_names_and_nothing_else() -> None:
    left = equality_only(MODEL, Bloom(alike=0.75, close=0.55))
    filters = {(part.column, part.at_least) for part in parts_of(left) if isinstance(part, SharedBits)}
    assert filters == {(f"bloom_{name}", cut) for name in ("forename_first", "surname") for cut in (0.75, 0.55)}
    assert [level.id for level in left.comparisons[1].levels] == [
        level.id for level in MODEL.comparisons[1].levels
    ], "a surname's levels all have their filter"


def test_the_model_in_the_clear_is_left_as_it_was() -> None:
    before = MODEL.digest()
    equality_only(MODEL, Bloom())
    assert MODEL.digest() == before
    assert equality_only(MODEL).digest() not in {before, equality_only(MODEL, Bloom()).digest()}


@pytest.mark.parametrize("seed", [3, 11])
def test_links_on_hashes_are_those_of_equality_in_the_clear(seed: int, village_of: Callable[..., Any]) -> None:
    """Same links, weights, probabilities, patterns learnt: hashes take letters away and nothing else."""
    village = village_of(seed=seed, households=700)
    cohort, register = village.cohort.lazy(), village.register.lazy()
    restricted = equality_only(MODEL)
    ours, theirs = (
        derived_columns(standardise(table, record_id, FIELDS), MODEL.settings)
        for table, record_id in ((cohort, "request_ref"), (register, "dwp_key"))
    )
    theirs = theirs.with_columns(pl.col("record_id").rle_id().alias("entity"))
    clear = link_records(Records.of_frames(ours, theirs), restricted, lambda _: None)
    sent = hash_table(cohort, "request_ref", MODEL, KEY)
    held = hash_table(register, "dwp_key", MODEL, KEY)
    linked = link_hashed(sent, held, MODEL)
    assert clear.links.height > 100
    assert linked.counts == clear.counts
    assert_frame_equal(linked.links, clear.links, rel_tol=1e-9)
    assert_frame_equal(linked.training, clear.training, rel_tol=1e-9)
    assert linked.model.digest() == restricted.digest()


def test_swapped_names_are_still_found() -> None:
    people = [("ANNA", "BELL"), ("CARL", "DAY"), ("EMMA", "FOX"), ("GREG", "HILL"), ("IDA", "JONES")] * 12
    rows = [
        {"id": f"a{i:02}", "forename": one, "surname": other, "date_of_birth": dt.date(1950 + i, 3, 4),
         "postcode": f"N{i % 9 + 1} {i % 7 + 1}AB"}
        for i, (one, other) in enumerate(people)
    ]  # fmt: skip
    left = pl.DataFrame(rows)
    right = left.with_columns(id=pl.lit("b") + pl.col("id"))
    swap = pl.col("id") == "ba07"
    right = right.with_columns(
        forename=pl.when(swap).then("surname").otherwise("forename"),
        surname=pl.when(swap).then("forename").otherwise("surname"),
    )
    model = general_model(left.columns, right.columns)
    both = [hash_table(table.lazy(), "id", model, KEY) for table in (left, right)]
    result = link_hashed(both[0], both[1], model)
    assert ("a07", "ba07") in set(result.links.select("left_id", "right_id").iter_rows())
    level = next(one for one in result.model.comparisons if one.id == "forename")
    assert "swapped" in [one.id for one in level.levels]


NAMES = st.sampled_from(
    ["Ann", "ann", " ANN ", "Anne-Marie", "Anne Marie", "José", "Jose", "Bob", "", None, "Unknown"]
)
RECORD = st.fixed_dictionaries({"forename": NAMES, "surname": NAMES, "date_of_birth": st.sampled_from(
    [dt.date(1990, 3, 4), dt.date(1990, 4, 3), None])})  # fmt: skip


@given(st.lists(RECORD, min_size=1, max_size=12))
@settings(max_examples=60, deadline=None)
def test_hashes_are_equal_where_standard_values_are(rows: list[dict[str, Any]]) -> None:
    table = pl.DataFrame(
        [{"id": f"r{i:02}", **row} for i, row in enumerate(rows)],
        schema={"id": pl.String, "forename": pl.String, "surname": pl.String, "date_of_birth": pl.Date},
    )
    model = general_model(table.columns, table.columns)
    standard = derived_columns(standardise(table.lazy(), "id", model.fields), model.settings)
    made = hash_table(table.lazy(), "id", model, KEY).frame
    assert made["record_id"].to_list() == standard["record_id"].to_list()
    columns = [name for name in made.columns if name != "record_id"]
    assert set(columns) == set(asked_columns(equality_only(model))) & set(standard.columns)
    for name in columns:
        clear, hashes = standard[name].to_list(), made[name].to_list()
        assert [one is None for one in clear] == [one is None for one in hashes], "missing stays missing"
        pairs = [(one, other) for one, other in zip(clear, hashes, strict=True) if one is not None]
        assert len(set(pairs)) == len({one for one, _ in pairs}) == len({other for _, other in pairs})
        assert not {one for one, _ in pairs} & {other for _, other in pairs}


def test_fields_and_studies_share_no_hash_and_rows_come_in_no_order_of_values(
    village_of: Callable[..., Any],
) -> None:
    village = village_of(households=150)
    cohort = village.cohort.lazy()
    made = hash_table(cohort, "request_ref", MODEL, KEY).frame
    again = hash_table(cohort.reverse(), "request_ref", MODEL, KEY).frame
    assert_frame_equal(made, again)
    later = hash_table(cohort, "request_ref", MODEL, HashingKey(bytes(range(32)), "families again")).frame
    values: dict[str, str] = {}
    uses = shared_keys(equality_only(MODEL))
    for name in made.columns[1:]:
        assert not set(made[name].drop_nulls()) & set(later[name].drop_nulls())
        for value in made[name].drop_nulls().unique():
            assert values.setdefault(value, uses[name]) == uses[name]
    assert uses["forename_first"] == uses["forename_second"], "held against each other"
    assert len({uses[name] for name in ("forename_first", "surname", EITHER_ORDER, "dob", "forename")}) == 5


def test_rows_of_one_person_stand_in_the_order_of_their_hashes() -> None:
    rows = [{"dwp_key": "k1", "forename": name, "surname": "BELL"} for name in ("ANN", "BEA", "CYD", "DEE", "EVE")]
    table = pl.DataFrame(rows)
    model = general_model(table.columns, table.columns, left_id="dwp_key")
    made = hash_table(table.lazy(), "dwp_key", model, KEY).frame
    first = next(name for name in made.columns if name != "record_id" and made[name].n_unique() > 1)
    assert made[first].is_sorted()


def test_what_could_not_be_linked_is_refused() -> None:
    table = pl.DataFrame({"id": ["a", "b"], "forename": ["ANN", "BEA"], "surname": ["BELL", "DAY"]})
    model = general_model(table.columns, table.columns)
    one = hash_table(table.lazy(), "id", model, KEY)
    other = hash_table(table.lazy(), "id", model, HashingKey(bytes(32), "families"))
    with pytest.raises(LinkageRefused, match="different keys"):
        link_hashed(one, other, model)
    with pytest.raises(LinkageRefused, match="Bloom filters"):
        link_hashed(one, hash_table(table.lazy(), "id", model, KEY, bloom=Bloom()), model)
    with pytest.raises(LinkageRefused, match="twice"):
        twice = dataclasses.replace(one, frame=pl.concat([one.frame, one.frame]).sort("record_id"))
        link_hashed(twice, one, model)
    with pytest.raises(LinkageRefused, match="no rows"):
        hash_table(table.head(0).lazy(), "id", model, KEY)
