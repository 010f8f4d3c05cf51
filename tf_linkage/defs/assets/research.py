"""What researchers work on: de-identified tables, figures about groups, and the database.

The assets of the research group. What was done to each column stands in `contracts/outputs/research.py`.
"""

from collections.abc import Mapping
from typing import Any

import dagster as dg
import polars as pl

from tf_linkage import research
from tf_linkage.contracts.outputs.research import RESEARCH_TABLES
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.custody.vault.vault import content_digest
from tf_linkage.defs.assets.microdata_risk import released, released_schooling, what_remains
from tf_linkage.defs.failures import plainly
from tf_linkage.defs.io import ParquetStore, text_version
from tf_linkage.defs.metadata.charts import alike_metadata
from tf_linkage.defs.metadata.description import study_asset
from tf_linkage.study import REGIONS, Source, Study
from tf_linkage.workspace.catalogue import POPULATION_COUNTS
from tf_linkage.workspace.store import relative

TableSet = Mapping[str, pl.LazyFrame]

LINKED_SET = {"linked_set": "research/linked_set"}
"""What research tables are made from: nothing else is read."""


def research_assets(study: Study) -> list[dg.AssetsDefinition]:
    """The research tables, the figures made of them, and the database that holds the tables."""
    return [
        _people(study),
        _families(study),
        *(_history(name) for name in research.TABLES_OF_HISTORIES),
        _schooling(),
        _panel(),
        _estimates(study),
        _database(),
    ]


def _counts(study: Study) -> dict[str, str]:
    """The population's counts, where there are any."""
    return {"counts": POPULATION_COUNTS} if study.source is Source.SIMULATION else {}


def _people(study: Study) -> dg.AssetsDefinition:
    @study_asset(
        "research/people",
        "Everyone in the study under a study reference: broad age, gender, region, problems, and who found them; "
        "each column as coarse as it must be for nobody to stand out.",
        rooms=["research", "disclosure"],
        ins=LINKED_SET | _counts(study),
    )
    def people(linked_set: TableSet, **population: pl.LazyFrame) -> dg.MaterializeResult[pl.LazyFrame]:
        known = research.study_tables(linked_set)
        with plainly():
            finest = research.people(known.linked_people, known.attributes, REGIONS)
            return released("people", finest, known.linked_people, population.get("counts"))

    return people


def _families(study: Study) -> dg.AssetsDefinition:
    @study_asset(
        "research/families",
        "Every family under a reference of its own: make-up as coarse as it must be for none to stand out, "
        "problems, and what happened before and after its start. It cannot be joined to people.",
        rooms=["research", "disclosure"],
        ins=LINKED_SET | _counts(study),
    )
    def families(linked_set: TableSet, **population: pl.LazyFrame) -> dg.MaterializeResult[pl.LazyFrame]:
        known = research.study_tables(linked_set)
        with plainly():
            finest = research.families(known.linked_people, known.attributes, known.returns, REGIONS)
            return released("families", finest, known.linked_people, population.get("counts"))

    return families


def _history(name: str) -> dg.AssetsDefinition:
    table = research.TABLES_OF_HISTORIES[name]

    @study_asset(
        f"research/{name}",
        table.words,
        rooms=["research", *DEPARTMENTS[table.department].packages],
        ins=LINKED_SET,
    )
    def history(linked_set: TableSet) -> pl.LazyFrame:
        study = research.study_tables(linked_set)
        return table.make(study.linked_people, study.attributes, study.returns[table.department])

    return history


def _schooling() -> dg.AssetsDefinition:
    @study_asset(
        "research/schooling",
        research.SCHOOLING.words,
        rooms=["research", "disclosure"],
        ins=LINKED_SET | {"people": "research/people"},
    )
    def schooling(linked_set: TableSet, people: pl.LazyFrame) -> dg.MaterializeResult[pl.LazyFrame]:
        study = research.study_tables(linked_set)
        table = research.SCHOOLING
        made = table.make(study.linked_people, study.attributes, study.returns[table.department])
        return released_schooling(made, people)

    return schooling


def _panel() -> dg.AssetsDefinition:
    made_from = ("people", "benefits_and_work", "offending", "schooling", "social_care")

    @study_asset(
        "research/panel",
        "Person by half-year, two years before the start and two after: what happened, from the other research "
        "tables and nothing else.",
        rooms=["research"],
        ins={name: f"research/{name}" for name in made_from},
    )
    def panel(**tables: pl.LazyFrame) -> pl.LazyFrame:
        return research.panel(tables)

    return panel


def _estimates(study: Study) -> dg.AssetsDefinition:
    @study_asset(
        "research/estimates",
        "Figures about groups, from exact days and whole families: how often each outcome happened, by group and "
        "half-year, and the programme against the comparison, with intervals. Unprotected: it stays in the "
        "researchers' zone.",
        rooms=["research"],
        ins=LINKED_SET,
        choices=study.chosen("history_from", "extract"),
    )
    def estimates(
        linked_set: TableSet, study: dg.ResourceParam[Study]
    ) -> dg.MaterializeResult[dict[str, pl.LazyFrame]]:
        known = research.study_tables(linked_set)
        covered = (study.dates.history_from, study.dates.extract)
        made = research.estimates(known.linked_people, known.attributes, known.returns, REGIONS, covered)
        return dg.MaterializeResult(value=made, metadata=alike_metadata(made["balance"], made["overlap"]))

    return estimates


def _database() -> dg.AssetsDefinition:
    @study_asset(
        "research/linked_duckdb",
        "The research tables in one DuckDB file, with every table and column explained in it and in the data "
        "dictionary beside it.",
        rooms=["research", "disclosure"],
        kinds=["duckdb"],
        ins={name: f"research/{name}" for name in RESEARCH_TABLES},
    )
    def linked_duckdb(
        io_manager: dg.ResourceParam[ParquetStore], **tables: pl.LazyFrame
    ) -> dg.MaterializeResult[None]:
        store = io_manager.store
        path = store.place(["research", "linked"]).with_suffix(".duckdb")
        page = research.dictionary_page(research.data_dictionary(tables), research.withheld_rows(tables))
        with plainly():
            research.write_duckdb(tables, path)
        shown: dict[str, Any] = {
            "dagster/uri": relative(path),
            "tables": len(tables),
            "size (bytes)": path.stat().st_size,
            "data dictionary": relative(store.write_text(["research", "data_dictionary"], ".md", page)),
            "what was done to each column": dg.MetadataValue.md(page),
        }
        content = content_digest({name: table.collect() for name, table in tables.items()})
        return dg.MaterializeResult(data_version=text_version(content, page), metadata=shown | what_remains(tables))

    return linked_duckdb
