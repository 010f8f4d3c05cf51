"""How good the linkage is, in figures.

The assets of figures that every run makes. In a rehearsal they may read the truth; on real extracts they make do
without. The page that shows them is in `report.py`, the longer studies are in `assess.py`.
"""

from collections.abc import Mapping
from typing import Any

import dagster as dg
import polars as pl

from tf_linkage import custody, linkage, quality
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.defs.failures import plainly
from tf_linkage.defs.io import ParquetStore
from tf_linkage.defs.metadata import charts
from tf_linkage.defs.metadata.description import study_asset
from tf_linkage.defs.resources import StudyKey, described
from tf_linkage.study import REGIONS, Source, Study
from tf_linkage.workspace.catalogue import EFFECT_RECOVERY
from tf_linkage.workspace.rights_requests import asked_cohort

DESCRIPTION = (
    "How many were sent, present and linked, department by department, with precision, recall and their intervals; "
    "overall and for each group."
)
INS = {
    "attributes": "ons/attributes",
    **{f"{name}_request": f"{name}/link_request" for name in DEPARTMENTS},
    **{f"{name}_links": f"linkage/{name}_links" for name in DEPARTMENTS},
}
ALSO = {"cohort": "council/cohort"} | {f"{name}_return": f"{name}/return" for name in DEPARTMENTS}
TRUTH = {"truth": "population/truth"}
REGISTERS = {f"{name}_register": f"{name}/{department.people[0]}" for name, department in DEPARTMENTS.items()}
"""Read in a rehearsal alone, where they are nobody's: completeness and losses of blocking."""

FIGURES = {"figures": "quality/linkage_quality"}


def quality_assets(study: Study) -> list[dg.AssetsDefinition]:
    """The figures, what drives the gaps, and whether the study finds the true effects."""
    simulated = study.source is Source.SIMULATION
    return [
        _figures(_measurable(INS | ALSO | (TRUTH | REGISTERS if simulated else {}), study), study),
        *([_causes(_measurable(INS, study))] if simulated else []),
        *([_recovery(study)] if study.wholly_simulated else []),
    ]


def _measurable(ins: Mapping[str, str], study: Study) -> dict[str, str]:
    """Without the departments whose links are kept elsewhere, or of whose records a rehearsal knows no truth."""
    usual = Study(source=study.source)
    besides = [name for name in DEPARTMENTS if study.source_of(name) is not usual.source_of(name)]
    return {name: key for name, key in ins.items() if name.split("_", maxsplit=1)[0] not in besides}


def asked_of(tables: Mapping[str, Any], study_key: StudyKey) -> dict[str, pl.LazyFrame]:
    """By department, person_id and the reference under which it was asked."""
    return {
        name: custody.people_asked(
            tables[f"{name}_request"], tables["attributes"], custody.recipient_key(study_key.key(), name)
        )
        for name in DEPARTMENTS
        if f"{name}_request" in tables
    }


def by_department(tables: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """The departments' tables of one kind, such as `links`."""
    return {name: tables[f"{name}_{kind}"] for name in DEPARTMENTS if f"{name}_{kind}" in tables}


def _figures(ins: Mapping[str, str], study: Study) -> dg.AssetsDefinition:
    @study_asset(
        "quality/linkage_quality",
        DESCRIPTION,
        rooms=["quality"],
        choices=study.chosen("clerk_error", "link_threshold"),
        ins=ins,
    )
    def linkage_quality(
        study: dg.ResourceParam[Study],
        study_key: dg.ResourceParam[StudyKey],
        io_manager: dg.ResourceParam[ParquetStore],
        **tables: pl.LazyFrame,
    ) -> dg.MaterializeResult[pl.DataFrame]:
        with plainly():
            asked = asked_cohort(io_manager.store, tables["cohort"], study_key.key(), by="linkage_quality")
            tables["cohort"] = asked
            figures = _measured(tables, study_key, study)
        metadata = charts.plots(figures, study) | charts.quality_pictures(figures) | described(study)
        if "truth" in tables:
            metadata["published linkages beside ours"] = charts.records_of(
                quality.published_linkages(figures, published())
            )
        return dg.MaterializeResult(value=figures, metadata=metadata)

    return linkage_quality


def _measured(tables: Mapping[str, Any], study_key: StudyKey, study: Study) -> pl.DataFrame:
    """The figures: held against the truth where there is one, and otherwise what can be said without."""
    attributes, asked = tables["attributes"], asked_of(tables, study_key)
    links, returns, truth = by_department(tables, "links"), by_department(tables, "return"), tables.get("truth")
    if truth is None:
        known = quality.completeness({"council": tables["cohort"]}, quality.of_real_people)
        parts = [quality.match_rates(attributes, asked, links, returns=returns), known]
    else:
        registers = by_department(tables, "register")
        # What blocking loses is told of those who compare letters; hashes are compared by equality from the start.
        requests = {
            name: one
            for name, one in by_department(tables, "request").items()
            if set(DEPARTMENTS[name].request_columns) <= set(one.collect_schema())
        }
        models = {name: linkage.department_model(name, DEPARTMENTS[name].request_columns) for name in requests}
        parts = [
            quality.evaluate(
                attributes, asked, links, truth, returns=returns, clerk_error=study.clerk_error,
                link_threshold=study.link_threshold,
            ),
            quality.completeness({"council": tables["cohort"], **registers}),
            quality.blocking_losses(
                attributes=attributes, requested=asked, requests=requests, registers=registers, links=links,
                models=models, truth=truth,
            ),
        ]  # fmt: skip
    return pl.concat(pl.collect_all(parts)).sort("department", "breakdown", "level", "measure")


def published() -> pl.DataFrame:
    """Published results of real linkages; they come with the simulated world."""
    from tf_linkage.bodies.calibration.predictions import predictions  # noqa: PLC0415 - absent on real extracts

    return predictions()


def _causes(ins: Mapping[str, str]) -> dg.AssetsDefinition:
    @study_asset(
        "quality/gap_causes",
        "Which errors drive each gap between a group and everybody else, from the truth's record of what went "
        "wrong.",
        rooms=["quality"],
        ins={**ins, **TRUTH} | {"figures": "quality/linkage_quality"},
    )
    def gap_causes(
        figures: pl.LazyFrame, study_key: dg.ResourceParam[StudyKey], **tables: pl.LazyFrame
    ) -> pl.LazyFrame:
        truth: Any = tables["truth"]  # a set of tables
        asked, links = asked_of(tables, study_key), by_department(tables, "links")
        return quality.gap_causes(figures.collect(), tables["attributes"], asked, links, truth)

    return gap_causes


def _recovery(study: Study) -> dg.AssetsDefinition:
    @study_asset(
        EFFECT_RECOVERY,
        "Whether the study finds the effects that the simulated programme has: its estimates on true links and on "
        "those found, each beside the truth.",
        rooms=["quality", "research"],
        ins=TRUTH
        | {"attributes": "ons/attributes", "linked_people": "linkage/linked_people"}
        | {f"{name}_return": f"{name}/return" for name in DEPARTMENTS}
        | {f"{name}_histories": f"{name}/{department.histories[0]}" for name, department in DEPARTMENTS.items()},
        choices=study.chosen("history_from", "extract"),
    )
    def effect_recovery(
        study: dg.ResourceParam[Study], **tables: pl.LazyFrame
    ) -> dg.MaterializeResult[pl.DataFrame]:
        truth: Any = tables["truth"]  # a set of tables
        with plainly():
            found = quality.effect_recovery(
                tables["linked_people"],
                tables["attributes"],
                returns=by_department(tables, "return"),
                histories=by_department(tables, "histories"),
                truth=truth,
                regions=REGIONS,
                covered=study.dates.covered,
            ).collect()
        return dg.MaterializeResult(value=found, metadata={"estimates beside the truth": charts.records_of(found)})

    return effect_recovery
