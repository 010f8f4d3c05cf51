"""The recipes of CONTRIBUTING.md, each followed to the letter."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Set

import dagster as dg
import dataframely as dy
import polars as pl
import pytest
from tables_of_counts import counts as outcome_counts
from tables_of_counts import estimates

from tf_linkage.contracts.columns import ColumnClass, as_declared, columns_of, schema_of, text, whole
from tf_linkage.contracts.columns import number as figure
from tf_linkage.contracts.outputs.published import PUBLISHED_TABLES, RoundedShares
from tf_linkage.contracts.outputs.research import RESEARCH_TABLES, People
from tf_linkage.contracts.outputs.research_sources import BY_HAND, research_sources
from tf_linkage.contracts.provenance import provenance
from tf_linkage.defs.checks.checks import broken_rules
from tf_linkage.disclosure.release import release
from tf_linkage.disclosure.release.release import Counted, Frames, propose_release, prove
from tf_linkage.disclosure.suppression.linked_counts import Key, Quantity, System
from tf_linkage.disclosure.tables import counts
from tf_linkage.errors import ContractBroken
from tf_linkage.linkage import LinkResult, general_model, link
from tf_linkage.linkage.engines import ENGINES
from tf_linkage.linkage.engines.duckdb import link_by_duckdb
from tf_linkage.linkage.result import LinkageTask
from tf_linkage.research.dictionary import data_dictionary
from tf_linkage.research.tables.starts import in_contract


class PeopleAndShoes(People):
    """One row for each person, in broad bands, with a column more."""

    shoe_size = whole(ColumnClass.ATTRIBUTE, "Size of shoes", unit="UK size", nullable=True, most=20)


class Feet(RoundedShares):
    """One row for each size of feet: how many families have it."""

    feet = text(ColumnClass.ATTRIBUTE, "Size of feet", primary_key=True)
    number = whole(ColumnClass.ATTRIBUTE, "Families", nullable=True)
    number_with = whole(ColumnClass.ATTRIBUTE, "Families that have it", nullable=True)
    share = figure(ColumnClass.ATTRIBUTE, "Share", nullable=True)
    low = figure(ColumnClass.ATTRIBUTE, "Lower end of its interval", nullable=True)
    high = figure(ColumnClass.ATTRIBUTE, "Upper end", nullable=True)
    moved_by_rounding = figure(ColumnClass.ATTRIBUTE, "By how much at most", nullable=True)
    note = text(ColumnClass.ATTRIBUTE, "Says so where withheld", nullable=True)


class Small(dy.Schema):
    """Two columns."""

    name = text(ColumnClass.ATTRIBUTE, "A name", primary_key=True)
    number = whole(ColumnClass.ATTRIBUTE, "A number")


def test_a_column_that_is_declared_and_not_made_is_named() -> None:
    made = pl.LazyFrame(schema={name: column.dtype for name, column in People.columns().items()})
    with pytest.raises(ContractBroken, match="PeopleAndShoes declares shoe_size, and nothing makes it"):
        in_contract(made, PeopleAndShoes)
    assert in_contract(made.with_columns(shoe_size=pl.lit(None)), PeopleAndShoes).collect_schema().names()[-1] == (
        "shoe_size"
    )


def test_a_declared_column_is_checked_and_documented(monkeypatch: pytest.MonkeyPatch) -> None:
    described = {column.name: column for column in columns_of(PeopleAndShoes)}
    assert described["shoe_size"].unit == "UK size"
    wrong = pl.LazyFrame({"name": ["a", "b"], "number": [1, -1]}, schema={"name": pl.String, "number": pl.Int32})
    assert broken_rules({"": wrong}, {"": Small}) == ["number|min: 1 rows"]
    assert broken_rules({"": wrong.drop("number")}, {"": Small}) == [
        "columns or types differ from the contract: number is missing"
    ]
    monkeypatch.setitem(RESEARCH_TABLES, "people", PeopleAndShoes)  # type: ignore[arg-type]
    empty = pl.LazyFrame(schema={name: column.dtype for name, column in PeopleAndShoes.columns().items()})
    with pytest.raises(ContractBroken, match="nothing says where column shoe_size of people comes from"):
        research_sources()
    monkeypatch.setitem(BY_HAND, "people", {**BY_HAND["people"], "shoe_size": ("records.gender",)})
    provenance.cache_clear()
    try:
        rows = data_dictionary({"people": empty}).filter(pl.col("column_name") == "shoe_size")
    finally:
        provenance.cache_clear()
    assert rows["description"].to_list() == ["Size of shoes"]
    assert rows["comes_from"].to_list() == ["council/cohort.gender"]


def test_types_follow_the_declaration_and_other_columns_stay_out() -> None:
    frame = pl.LazyFrame({"number": [1], "more": [2], "name": ["a"]})
    found = as_declared(frame, Small).collect()
    assert found.schema == pl.Schema({"name": pl.String, "number": pl.Int32})


def test_an_engine_is_a_function_and_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def cautious(task: LinkageTask) -> LinkResult:
        found = link_by_duckdb(task)
        return dataclasses.replace(found, links=found.links.head(1))

    monkeypatch.setitem(ENGINES, "cautious", cautious)
    table = pl.LazyFrame(
        {
            "id": [f"r{n:02}" for n in range(60)],
            "forename": [f"Ann{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(60)],
            "surname": [f"Ash{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(60)],
            "date_of_birth": [f"19{30 + n}-0{n % 9 + 1}-1{n % 10}" for n in range(60)],
        }
    )
    columns = table.collect_schema().names()
    model = general_model(columns, columns, left_id="id", right_id="id")
    assert link(table, table, model, engine="cautious").links.height == 1


def test_a_published_table_is_suppressed_and_attacked_with_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """A contract, an entry, and one of `COUNTED`. Four families alone by a feature of theirs are withheld."""
    feet = {"small": (200, 120), "large": (60, 4)}

    def made(which: str) -> dict[Key, Quantity]:
        all_of, some = (counts.Count(families, families, families) for families in feet[which])
        rest = counts.Count(all_of.value - some.value, all_of.people - some.people, all_of.families - some.families)
        return counts.numbers("feet", [which], all_of, some, rest)

    def system(estimates: Frames, others: Mapping[Key, Quantity]) -> System:
        numbers = {key: quantity for which in feet for key, quantity in made(which).items()}
        return System(numbers, [counts.with_and_without("feet", which) for which in feet])

    def rows(estimates: Frames, shown: Set[Key]) -> dict[str, pl.DataFrame]:
        found = [{"feet": which, **counts.published("feet", [which], made(which), shown)} for which in feet]
        return {"feet": pl.DataFrame(found, schema_overrides=schema_of(Feet)).select(schema_of(Feet).names())}

    monkeypatch.setitem(PUBLISHED_TABLES, "feet", Feet)  # type: ignore[arg-type]
    monkeypatch.setattr(release, "COUNTED", [*release.COUNTED, Counted(system, rows)])
    cell = ("family", "conviction", "programme", "year before")
    known = estimates(outcome_counts({(*cell, region): (300, 120) for region in ("London", "Wales")}))
    proposed = propose_release(known)
    published = proposed["feet"].collect()
    assert published.select("feet", "number", "number_with").rows() == [("small", 200, 120), ("large", 60, None)]
    assert broken_rules({"": published.lazy()}, {"": Feet}) == []
    decisions = proposed["decisions"].filter(pl.col("table") == "feet", ~pl.col("shown")).collect()
    assert decisions.select("cell", "rule").rows() == [("large", "few")]
    assert prove(proposed, known).holds
    shown = published.with_columns(pl.col("number_with").fill_null(5)).lazy()
    assert not prove({**proposed, "feet": shown}, known).holds, "control: shown all the same, it is found"


def test_a_check_is_a_verdict_and_a_factory() -> None:
    def nobody_is_alone(rows: pl.LazyFrame) -> dg.AssetCheckResult:
        alone = rows.select(pl.len()).collect().item() == 1
        return dg.AssetCheckResult(passed=not alone)

    def factory() -> dg.AssetChecksDefinition:
        @dg.asset_check(asset=["small"], name="nobody_is_alone", blocking=True)
        def check(small: pl.LazyFrame) -> dg.AssetCheckResult:
            return nobody_is_alone(small)

        return check

    @dg.asset(key=["small"])
    def small() -> pl.LazyFrame:
        return pl.LazyFrame({"name": ["a"]})

    run = dg.materialize([small, factory()], raise_on_error=False, resources={"io_manager": dg.InMemoryIOManager()})
    assert [one.passed for one in run.get_asset_check_evaluations()] == [False]
    assert not run.success
