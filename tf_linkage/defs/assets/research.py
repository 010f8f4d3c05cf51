"""What researchers work on: de-identified tables, figures about groups, and the database.

The assets of the research group. What was done to each column stands in `contracts/outputs/research.py`.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl

from tf_linkage import disclosure, research
from tf_linkage.contracts.ladders import COUNTED_OFFENCES
from tf_linkage.contracts.outputs.research import RESEARCH_TABLES
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.custody.vault.vault import content_digest
from tf_linkage.defs.assets.event_risk import counted_offences, released_offending, released_schooling
from tf_linkage.defs.assets.microdata_risk import released, what_remains
from tf_linkage.defs.failures import plainly
from tf_linkage.defs.io import ParquetStore, text_version
from tf_linkage.defs.metadata.charts import alike_metadata
from tf_linkage.defs.metadata.description import study_asset
from tf_linkage.study import LINKING, REGIONS, Source, Study
from tf_linkage.workspace.catalogue import POPULATION_COUNTS
from tf_linkage.workspace.catalogue import RESEARCH_SET as TABLES
from tf_linkage.workspace.custodians.planned import plan_for, planned_in_time
from tf_linkage.workspace.custodians.signed_off import signed_off
from tf_linkage.workspace.environment import is_rehearsal
from tf_linkage.workspace.store import Store, relative

TableSet = Mapping[str, pl.LazyFrame]

LINKED_SET = {"linked_set": "research/linked_set"}
"""What research tables are made from: nothing else is read."""

SCHOOLING, OFFENDING = "schooling", "offending"


def research_assets(study: Study) -> list[dg.AssetsDefinition]:
    """The research tables, the figures made of what they are made of, and the database that holds the tables."""
    return [_tables(study), _estimates(study), _database(study)]


def _counts(study: Study) -> dict[str, str]:
    """The population's counts, where there are any."""
    return {"counts": POPULATION_COUNTS} if study.source is Source.SIMULATION else {}


def _tables(study: Study) -> dg.AssetsDefinition:
    @study_asset(
        TABLES,
        "What researchers work on: people, families and what happened in families, each as coarse as it must be "
        "for nobody to stand out, the histories of people, and a panel by half-year. None of the three joins "
        "another. Kinds of offence and what came of them are counted in two tables of their own.",
        rooms=["research", "disclosure", *(room for one in DEPARTMENTS.values() for room in one.packages)],
        ins=LINKED_SET | _counts(study),
    )
    def tables(linked_set: TableSet, **population: pl.LazyFrame) -> dg.MaterializeResult[dict[str, pl.LazyFrame]]:
        known, counts = research.study_tables(linked_set), population.get("counts")
        made = {
            name: table.make(known.linked_people, known.attributes, known.returns[table.department])
            .collect()
            .lazy()
            for name, table in (research.TABLES_OF_HISTORIES | {SCHOOLING: research.SCHOOLING}).items()
        }
        finest = research.finest_tables(known, REGIONS)
        sent = {name: table.collect().lazy() for name, table in research.as_sent(known, REGIONS).items()}
        with plainly():
            coarse = {name: released(name, made | finest, known.linked_people, counts, sent) for name in finest}
        made |= {name: one.table for name, one in coarse.items()}
        coarse[SCHOOLING] = released_schooling(made[SCHOOLING], made["people"])
        made[SCHOOLING] = coarse[SCHOOLING].table
        for name in COUNTED_OFFENCES:
            coarse[name] = counted_offences(name, made[OFFENDING], finest["people"], known.linked_people)
            made[name] = coarse[name].table
        coarse[OFFENDING] = released_offending(made[OFFENDING], made["people"])
        made[OFFENDING] = coarse[OFFENDING].table
        made["panel"] = research.panel(made)
        return dg.MaterializeResult(
            value={name: made[name] for name in RESEARCH_TABLES},
            metadata={figure: value for one in coarse.values() for figure, value in one.metadata.items()},
        )

    return tables


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
        store = ParquetStore.of(study).store
        with plainly():
            plan = plan_for(store)
            in_time = planned_in_time(store, plan)
        made = research.estimates(
            known.linked_people,
            known.attributes,
            known.returns,
            REGIONS,
            study.dates.covered,
            plan=plan,
            planned_in_time=in_time,
        )
        return dg.MaterializeResult(value=made, metadata=alike_metadata(made["balance"], made["overlap"]))

    return estimates


def _database(study: Study) -> dg.AssetsDefinition:
    @study_asset(
        "research/linked_duckdb",
        "The research tables in one DuckDB file, with every table and column explained in it and in the data "
        "dictionary beside it; how well they were linked, in words and for machines; and a page of what every "
        "declared intruder finds in them.",
        rooms=["research", "disclosure"],
        kinds=["duckdb"],
        ins={"stored": TABLES} | LINKED_SET,
        choices=study.chosen(*LINKING),
    )
    def linked_duckdb(
        stored: TableSet,
        linked_set: TableSet,
        study: dg.ResourceParam[Study],
        io_manager: dg.ResourceParam[ParquetStore],
    ) -> dg.MaterializeResult[None]:
        store, tables = io_manager.store, {name: stored[name] for name in RESEARCH_TABLES}
        path = store.place(["research", "linked"]).with_suffix(".duckdb")
        page = research.dictionary_page(research.data_dictionary(tables), research.withheld_rows(tables))
        with plainly():
            known = research.study_tables(linked_set)
            statement = research.quality_statement(known, _linking(store, study))
            research.write_duckdb(tables, statement, path)
            sent = research.as_sent(known, REGIONS)
            annex = disclosure.intruders_page(disclosure.intruder_figures(tables, sent))
        quality = research.statement_page(statement)
        content = content_digest({name: table.collect() for name, table in tables.items()})
        files = {
            path: "All tables in one DuckDB file, with what explains them",
            store.write_text(["research", "data_dictionary"], ".md", page): "What each column is, in what detail",
            store.write_text(["research", "quality_statement"], ".md", quality): "How well the tables are linked",
            store.write_text(["research", "intruders"], ".md", annex): "What declared intruders find in them",
        }
        machines = _for_machines(store, study, content, files)
        shown: dict[str, Any] = {
            "dagster/uri": relative(path),
            "tables": len(tables),
            "size (bytes)": path.stat().st_size,
            "what was done to each column": dg.MetadataValue.md(page),
            "how well the tables are linked": dg.MetadataValue.md(quality),
            "what intruders find": dg.MetadataValue.md(annex),
            "files": ", ".join(relative(file) for file in (*list(files)[1:], machines)),
        }
        return dg.MaterializeResult(
            data_version=text_version(content, page, quality, annex), metadata=shown | what_remains(tables)
        )

    return linked_duckdb


def _linking(store: Store, study: Study) -> research.Linking:
    """How the study was linked, and by whom its thresholds were signed off."""
    return research.Linking(
        study.engine, study.link_threshold, study.review_threshold, signed_off(store, study), study.linkage_on
    )


def _for_machines(store: Store, study: Study, content: str, besides: Mapping[Path, str]) -> Path:
    """Writes the research tables' metadata in a standard form."""
    folder = store.place(["research", "tables"])
    described = research.DataSet(
        f"{study.name}-research",
        "De-identified tables of the families of the evaluation, for accredited researchers.",
        research.NOBODY_REAL if is_rehearsal(study) else research.ACCREDITED,
        study.dates.exchange,
        content,
    )
    tables = {name: (contract, folder / f"{name}.parquet") for name, contract in RESEARCH_TABLES.items()}
    page = research.croissant(described, tables, besides, folder.parent)
    return store.write_text(["research", "croissant"], ".json", page)
