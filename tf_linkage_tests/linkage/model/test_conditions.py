"""Levels have one definition: what SQL says of a pair, polars says too, and what an engine's toolkit measures."""

from __future__ import annotations

import dataclasses
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tf_linkage.errors import LinkageRefused
from tf_linkage.linkage import Limits, Settings, department_model, link
from tf_linkage.linkage.compare.candidates import compare_rows
from tf_linkage.linkage.compare.patterns import OfTables, measures_sql, pattern_sql, unpack
from tf_linkage.linkage.engines.recordlinkage.levels import BAND, _coded, levels_of
from tf_linkage.linkage.engines.recordlinkage.pairs import candidate_pairs
from tf_linkage.linkage.engines.splink import splink_settings
from tf_linkage.linkage.model.comparisons import MISSING, Comparison, Level, Role
from tf_linkage.linkage.model.conditions import (
    AllOf,
    AnyOf,
    Equal,
    Known,
    Not,
    columns_in,
    measured,
    plain,
    spelt_in,
)
from tf_linkage.linkage.model.settings import Similarity
from tf_linkage.linkage.model.standard_comparisons import comparisons_for
from tf_linkage.linkage.tables.database import connected
from tf_linkage.linkage.tables.encoded import load
from tf_linkage.linkage.tables.records import prepare

FIELDS = ("forename", "surname", "date_of_birth", "gender", "address", "postcode", "nino")
CUTS = dataclasses.asdict(Similarity())
EVERY = {
    (one.id, len(one.levels)): one
    for fields in (FIELDS, ("forename", "postcode"), ("surname", "address"), ("gender",))
    for one in comparisons_for(fields, ("town",))
}

NAMES = ("ANN", "ANNE", "ANNA", "HANNAH", "MARY", "MARIE", "MARIA", "A", "M", "JON", "JOHN", "LEE", "LI", "MARYANN")
VALUES = {
    "dob": ("19800102", "19800201", "19800112", "19810102", "19990102", "19800103", "20010930"),
    "dob_year": ("1980", "1981", "1990", "1991", "2001"),
    "dob_day_month": ("0102", "0201", "0930", "1111"),
    "nino": ("AB123456", "AB123465", "AB123457", "BA123456", "CD999999"),
    "gender": ("M", "F"),
}


@st.composite
def a_pair(draw: st.DrawFn, comparison: Comparison) -> dict[str, str | None]:
    return {
        f"{side}_{column}": draw(st.none() | st.sampled_from(VALUES.get(column, NAMES)))
        for column in sorted(columns_in(comparison.conditions))
        for side in "lr"
    }


@pytest.mark.parametrize("comparison", EVERY.values(), ids=str)
@settings(deadline=None, max_examples=25)
@given(data=st.data())
def test_sql_and_polars_give_a_pair_the_same_level(comparison: Comparison, data: st.DataObject) -> None:
    rows = data.draw(st.lists(a_pair(comparison), min_size=1, max_size=40))
    columns = sorted(columns_in(comparison.conditions))
    frame = pl.DataFrame(rows, schema={f"{side}_{column}": pl.String for column in columns for side in "lr"})
    sides = [frame.select(pl.col(f"{side}_{column}").alias(column) for column in columns) for side in "lr"]
    measures = measured(comparison.conditions, CUTS)
    with duckdb.connect() as connection:
        for side, table in zip("lr", sides, strict=True):
            connection.register(side, table.with_row_index("row").to_arrow())
        both = ", ".join(f"{side}.{column} AS {side}_{column}" for column in columns for side in "lr")
        pairs = f"SELECT {both}{measures_sql([comparison], CUTS)}, l.row AS row FROM l JOIN r ON l.row = r.row"
        found = connection.sql(f"SELECT {pattern_sql([comparison], CUTS)} AS p FROM ({pairs}) ORDER BY row").pl()
        asked = "".join(f", {one.sql(OfTables(), least)} AS {one.name}" for one, least in measures.items())
        values = connection.sql(f"SELECT l.row{asked} FROM l JOIN r ON l.row = r.row ORDER BY l.row").pl()
    by_sql = unpack(found["p"].to_numpy(), [comparison])[:, 0]
    spoken = dataclasses.replace(comparison, known=comparison.speaks)
    together = pl.concat([frame, values.drop("row")], how="horizontal")
    assert _coded(spoken, together, CUTS).tolist() == by_sql.tolist()


def test_every_level_is_met_by_some_pair() -> None:
    """Else a level whose condition never holds would go unseen above."""
    model = department_model("dwp", FIELDS)
    rng = np.random.default_rng(1)
    for comparison in model.comparisons:
        columns = sorted(columns_in(comparison.conditions))
        drawn = {
            f"{side}_{column}": rng.choice([*VALUES.get(column, NAMES), ""], 60_000)
            for column in columns
            for side in "lr"
        }
        frame = pl.DataFrame(drawn).with_columns(pl.when(pl.all() != "").then(pl.all()))
        with duckdb.connect() as connection:
            for side in "lr":
                table = frame.select(pl.col(f"{side}_{column}").alias(column) for column in columns)
                connection.register(side, table.with_row_index("row").to_arrow())
            both = ", ".join(f"{side}.{column} AS {side}_{column}" for column in columns for side in "lr")
            pairs = f"SELECT {both}{measures_sql([comparison], CUTS)} FROM l JOIN r ON l.row = r.row"
            met = connection.sql(f"SELECT DISTINCT {pattern_sql([comparison], CUTS)} AS p FROM ({pairs})").pl()
        assert set(unpack(met["p"].to_numpy(), [comparison])[:, 0]) == {MISSING, *range(len(comparison.levels))}


def test_both_engines_give_the_candidate_pairs_the_same_levels(village: Any) -> None:
    model = department_model("dwp", FIELDS)
    records = prepare(village.cohort.lazy(), village.register.lazy(), model)
    pairs, both = candidate_pairs(records, model), (records.left, records.right)
    theirs = levels_of(records, model, pairs)
    with connected(Limits()) as connection:
        rows = [codes.astype(np.uint32) for codes in pairs.codes]
        patterns = compare_rows(load(connection, records, model), rows[0], rows[1])
    ours = unpack(patterns, model.comparisons)
    for place, comparison in enumerate(model.comparisons):
        codes = theirs[comparison.id].to_numpy()
        plain = np.where(codes == MISSING, MISSING, codes % BAND)
        implied = np.zeros(len(plain), dtype=bool)
        if comparison.implied is not None:
            assert comparison.implied == Equal("forename_canon")
            left, right = (frame["forename_canon"].to_numpy()[pairs.codes[side]] for side, frame in enumerate(both))
            implied = left == right
            assert implied.any()
            assert (ours[implied, place] == MISSING).all()
        assert (plain == ours[:, place])[~implied].all()


def test_a_setting_moves_the_levels_that_name_it() -> None:
    surname = next(one for one in comparisons_for(FIELDS, ()) if one.role is Role.SURNAME)
    assert set(measured(surname.conditions, CUTS).values()) == {0.85}
    assert set(measured(surname.conditions, CUTS | {"close": 0.7}).values()) == {0.7}
    assert " >= 0.97" in pattern_sql([surname], CUTS | {"alike": 0.97})


def test_letters_are_kept_of_columns_that_are_spelt_or_held_against_those() -> None:
    conditions = [condition for one in comparisons_for(FIELDS, ()) for condition in one.conditions]
    spelt = {"forename", "forename_first", "forename_second", "surname", "dob", "dob_year", "dob_day_month", "nino"}
    assert spelt_in(conditions) == spelt
    assert spelt_in([Equal("a", "b"), Known("a")]) == frozenset()


def test_conditions_that_differ_in_kind_alone_differ_in_the_digest() -> None:
    assert plain(AllOf(Equal("a"), Equal("b"))) != plain(AnyOf(Equal("a"), Equal("b")))
    assert plain(Known("a")) != plain(Equal("a"))
    model = department_model("dwp", FIELDS)
    first = model.comparisons[0]
    turned = dataclasses.replace(first, known=Not(first.known))
    assert dataclasses.replace(model, comparisons=(turned, *model.comparisons[1:])).digest() != model.digest()


def test_levels_that_could_not_be_told_apart_are_refused() -> None:
    surname = next(one for one in comparisons_for(FIELDS, ()) if one.role is Role.SURNAME)
    first, *rest = surname.levels
    with pytest.raises(LinkageRefused, match="two levels of one id"):
        dataclasses.replace(surname, levels=(first, dataclasses.replace(rest[0], id=first.id), *rest[1:]))
    with pytest.raises(LinkageRefused, match="exactly one level of full agreement"):
        dataclasses.replace(surname, levels=(dataclasses.replace(first, full=False), *rest))
    with pytest.raises(LinkageRefused, match="last level without a condition"):
        dataclasses.replace(surname, levels=(*rest, first))
    model = department_model("dwp", FIELDS)
    with pytest.raises(LinkageRefused, match="two comparisons have the id 'surname'"):
        dataclasses.replace(model, comparisons=(*model.comparisons, surname))
    again = dataclasses.replace(surname, id="surname at birth")
    with pytest.raises(LinkageRefused, match="two comparisons have the role 'surname'"):
        dataclasses.replace(model, comparisons=(*model.comparisons, again), settings=Settings())


def test_a_level_that_is_added_reaches_every_engine(village: Any) -> None:
    """As CONTRIBUTING tells: one `Level` in its place, nothing else."""
    model = department_model("dwp", FIELDS)
    added = Level("same_start", "the same first letters", Equal("surname_start"))
    surname = next(one for one in model.comparisons if one.role is Role.SURNAME)
    levels = (*surname.levels[:-1], added, surname.levels[-1])
    comparisons = [dataclasses.replace(one, levels=levels) if one is surname else one for one in model.comparisons]
    model = dataclasses.replace(model, comparisons=tuple(comparisons))
    cohort, register = village.cohort.lazy(), village.register.lazy()
    for engine in ("duckdb", "recordlinkage"):
        trained = link(cohort, register, model, engine=engine)
        seen = trained.training.filter(pl.col("level") == added.words)
        assert seen["u"].item() > 0.0005, engine
        assert trained.links.height > 500
        if trained.trained is not None:
            told = splink_settings(model, trained.trained)["comparisons"]
            conditions = [each["sql_condition"] for one in told for each in one["comparison_levels"]]
            assert '"surname_start_l" = "surname_start_r"' in conditions
