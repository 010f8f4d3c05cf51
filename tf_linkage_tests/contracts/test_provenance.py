"""Where each column comes from: as declared, held to the columns that are there and to what really changes."""

from collections.abc import Mapping

import dagster as dg
import polars as pl
import pytest
from rehearsing import Rehearsed

from tf_linkage import research
from tf_linkage.contracts.bodies.council import Cohort
from tf_linkage.contracts.columns import ColumnClass, columns_of
from tf_linkage.contracts.linked_set import LINKED_SET
from tf_linkage.contracts.outputs.research_sources import research_sources
from tf_linkage.contracts.provenance import in_words, provenance, reach_of
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.definitions import build_defs
from tf_linkage.study import REGIONS, Study

Tables = Mapping[str, pl.LazyFrame]


def stored(rehearsed: Rehearsed, asset: str) -> Tables:
    found = rehearsed.store.read(asset.split("/"))
    return found if isinstance(found, dict) else {"": found}


def test_what_is_declared_are_the_columns_really_there(rehearsed: Rehearsed) -> None:
    seen: dict[str, dict[str, list[str]]] = {}

    def there(asset: str) -> dict[str, list[str]]:
        if asset not in seen:
            seen[asset] = {name: part.collect_schema().names() for name, part in stored(rehearsed, asset).items()}
        return seen[asset]

    for asset, tables in provenance().items():
        assert {name: list(columns) for name, columns in tables.items()} == there(asset), asset
        for columns in tables.values():
            for sources in columns.values():
                for other, table, column in sources:
                    assert column in there(other)[table], (asset, other, table, column)


def test_a_column_comes_only_from_what_its_asset_is_made_from() -> None:
    graph = build_defs(Study.of("tiny")).resolve_asset_graph()
    for asset, tables in provenance().items():
        parents = {key.to_user_string() for key in graph.get(dg.AssetKey(asset.split("/"))).parent_keys}
        used = {source[0] for columns in tables.values() for sources in columns.values() for source in sources}
        assert used <= {asset, *parents}, asset


def test_identifiers_end_at_the_third_party_and_the_requests() -> None:
    for column in columns_of(Cohort):
        if column.column_class is not ColumnClass.DIRECT:
            continue
        asked = {f"{name}/link_request" for name, one in DEPARTMENTS.items() if column.name in one.request_columns}
        reach = reach_of(column.name)
        assert set(reach.stands_in) == {"ons/identifiers", *asked}, column.name
        assert not any(
            source[2] in {one.name for one in columns_of(Cohort) if one.column_class is ColumnClass.DIRECT}
            for source in reach.tells
        )


def test_the_columns_tab_and_the_definition_say_it() -> None:
    """Words for people, column lineage for tools; within an asset, lineage leads to where it enters."""
    specs = {spec.key.to_user_string(): spec for spec in build_defs(Study.of("tiny")).resolve_all_asset_specs()}
    request = specs["dwp/link_request"].metadata["dagster/column_schema"]
    words = {column.name: column.description for column in request.columns}
    assert words["nino"].endswith("From ons/identifiers.nino")
    lineage = specs["research/tables"].metadata["dagster/column_lineage"].deps_by_column
    assert {(dep.asset_key.to_user_string(), dep.column_name) for dep in lineage["panel.custody"]} == {
        ("research/linked_set", f"moj_offences.{name}")
        for name in ("adjudication_code", "disposal", "disposal_date")
    } | {("research/linked_set", "records.identified_date")}
    assert in_words([("a", "", "x"), ("a", "", "y"), ("b", "t", "z")]) == "a.x, y; b.t.z"


DECIDES = {
    "records.study_group", "records.identified_date", "records.la_code", "dfe_enrolments.academic_year",
    "dfe_enrolments.start_date", "dfe_enrolments.school_id", "dfe_absence.academic_year",
    "dfe_exclusions.start_date",
    "dfe_key_stages.academic_year", "dfe_key_stages.key_stage",
    "dwp_benefits.start_date", "dwp_benefits.end_date", "dwp_employment.start_date", "dwp_employment.end_date",
    "dwp_employment.uncertain_start_date", "dwp_employment.uncertain_end_date", "moj_offences.disposal_date",
    "dfe_social_care.start_date", "dfe_social_care.end_date",
}  # fmt: skip
"""Columns of the linked set that also decide which record or which school year a row is about, or whether it lies
in the months of which histories tell. Whether a link of people is empty decides whether they have rows at all."""


def made(linked_set: Tables) -> dict[str, pl.DataFrame]:
    """The research tables but the panel and what is counted, before any is coarsened."""
    known = research.study_tables(linked_set)
    histories = research.TABLES_OF_HISTORIES | {"schooling": research.SCHOOLING}
    tables = {
        "people": research.people(known.linked_people, known.attributes, REGIONS),
        "families": research.families(known.linked_people, known.attributes, REGIONS),
        "family_outcomes": research.outcomes_of_families(
            known.linked_people, known.attributes, known.returns, REGIONS
        ),
        **{
            name: one.make(known.linked_people, known.attributes, known.returns[one.department])
            for name, one in histories.items()
        },
    }
    return dict(zip(tables, pl.collect_all(tables.values()), strict=True))


def other(column: pl.Expr, dtype: pl.DataType, *, nullable: bool) -> list[pl.Expr]:
    """Other values of the same kind."""
    if isinstance(dtype, pl.Enum):
        codes = [pl.lit(code, dtype) for code in (dtype.categories[0], dtype.categories[-1])]
        return [*codes, *([pl.lit(None, dtype)] if nullable else [])]
    if dtype == pl.Boolean():
        return [~column]
    if dtype == pl.Date():
        return [column.dt.offset_by("-700d")]
    return [column + 1, (column * 0).cast(dtype)] if dtype.is_numeric() else []


@pytest.fixture(scope="module")
def some(rehearsed: Rehearsed) -> Tables:
    """The linked set of a third of the families."""
    tables = stored(rehearsed, "research/linked_set")
    family = pl.col("family_study_ref")
    people = tables["people"].filter(family.rank("dense").over(pl.lit(1)) % 3 == 0).collect().lazy()
    return {
        name: (people if name == "people" else part.join(people, on="person_study_ref", how="semi"))
        .collect()
        .lazy()
        for name, part in tables.items()
    }


def test_what_changes_with_a_column_is_what_comes_from_it(some: Tables) -> None:
    """Each column of the linked set is given other values: nothing else may change, and something has to."""
    declared: dict[str, set[str]] = {}
    before = made(some)
    for name, columns in research_sources().items():
        for column, sources in columns.items():
            for source in sources if name in before else ():
                declared.setdefault(source, set()).add(f"{name}.{column}")
    for table, contract in LINKED_SET.items():
        for column in columns_of(contract):
            source = f"{table}.{column.name}"
            if (
                column.column_class is ColumnClass.REFERENCE
                or source in DECIDES
                or source.endswith("record_number")
            ):
                continue
            changed: set[str] = set()
            for values in other(pl.col(column.name), column.dtype, nullable=column.nullable and table != "people"):
                altered = some[table].with_columns(values.alias(column.name))
                after = made({**some, table: altered})
                changed |= {
                    f"{name}.{one}"
                    for name in before
                    for one in before[name].columns
                    if not before[name][one].sort().equals(after[name][one].sort())
                }
            assert changed <= declared.get(source, set()), (source, changed - declared.get(source, set()))
            assert changed or source not in declared, source
