"""The recipes of CONTRIBUTING.md, each followed to the letter."""

from __future__ import annotations

import dataclasses

import dagster as dg
import dataframely as dy
import polars as pl
import pytest

from tf_linkage.contracts.columns import ColumnClass, as_declared, columns_of, text, whole
from tf_linkage.contracts.outputs.research import RESEARCH_TABLES, People
from tf_linkage.defs.checks.checks import broken_rules
from tf_linkage.errors import ContractBroken
from tf_linkage.linkage import Limits, LinkResult, Model, general_model, link
from tf_linkage.linkage.engines import ENGINES
from tf_linkage.linkage.engines.duckdb import link_by_duckdb
from tf_linkage.linkage.result import Progress
from tf_linkage.research.dictionary import data_dictionary
from tf_linkage.research.tables.starts import in_contract


class PeopleAndShoes(People):
    """One row for each person, in broad bands, with a column more."""

    shoe_size = whole(ColumnClass.ATTRIBUTE, "Size of shoes", unit="UK size", nullable=True, most=20)


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
    rows = data_dictionary({"people": empty}).filter(pl.col("column_name") == "shoe_size")
    assert rows["description"].to_list() == ["Size of shoes"]


def test_types_follow_the_declaration_and_other_columns_stay_out() -> None:
    frame = pl.LazyFrame({"number": [1], "more": [2], "name": ["a"]})
    found = as_declared(frame, Small).collect()
    assert found.schema == pl.Schema({"name": pl.String, "number": pl.Int32})


def test_an_engine_is_a_function_and_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def cautious(
        left: pl.LazyFrame, right: pl.LazyFrame, model: Model, progress: Progress, bounds: Limits
    ) -> LinkResult:
        found = link_by_duckdb(left, right, model, progress, bounds)
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
