"""How good the linkage is: the figures, and the page that shows them.

Belongs here: the assets of the quality group. In a rehearsal they may read the truth; on real extracts they make
do without.
"""

from collections.abc import Mapping
from typing import Any

import dagster as dg
import polars as pl

from tf_linkage import custody, quality
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.defs import charts
from tf_linkage.defs.failures import plainly
from tf_linkage.defs.house import house_asset
from tf_linkage.defs.io import ParquetStore
from tf_linkage.defs.resources import StudyKey
from tf_linkage.defs.store import relative
from tf_linkage.study import COUNCILS, Source, Study

DESCRIPTION = (
    "How many were sent, present and linked, department by department, with precision, recall and their intervals; "
    "overall and for each group."
)
INS = {
    "attributes": "ons/attributes",
    **{f"{name}_request": f"{name}/link_request" for name in DEPARTMENTS},
    **{f"{name}_links": f"linkage/{name}_links" for name in DEPARTMENTS},
}
TRUTH = {"truth": "population/truth"}


def quality_assets(study: Study) -> list[dg.AssetsDefinition]:
    """The figures and the report."""
    return [_figures(INS | TRUTH if study.source is Source.SIMULATION else INS), _report(study)]


def _figures(ins: Mapping[str, str]) -> dg.AssetsDefinition:
    @house_asset("quality/linkage_quality", DESCRIPTION, rooms=["quality"], ins=ins)
    def linkage_quality(study_key: StudyKey, **tables: pl.LazyFrame) -> dg.MaterializeResult[pl.DataFrame]:
        truth: Any = tables.pop("truth", None)  # a set of tables, and only in a rehearsal
        with plainly():
            figures = _measured(tables, study_key.key(), truth).collect()
        return dg.MaterializeResult(value=figures, metadata=charts.quality_metadata(figures))

    return linkage_quality


def _measured(
    tables: Mapping[str, pl.LazyFrame], study_key: bytes, truth: Mapping[str, pl.LazyFrame] | None
) -> pl.LazyFrame:
    """The figures: held against the truth where there is one, and otherwise what can be said without."""
    attributes = tables["attributes"]
    asked = {
        name: custody.people_asked(tables[f"{name}_request"], attributes, custody.recipient_key(study_key, name))
        for name in DEPARTMENTS
    }
    links = {name: tables[f"{name}_links"] for name in DEPARTMENTS}
    if truth is None:
        return quality.match_rates(attributes, asked, links)
    return quality.evaluate(attributes, asked, links, truth)


def _report(study: Study) -> dg.AssetsDefinition:
    @house_asset(
        "quality/report",
        "The figures as one page with pictures; opens in any browser, without a network.",
        rooms=["quality"],
        kinds=["html"],
        ins={"figures": "quality/linkage_quality"},
    )
    def report(figures: pl.LazyFrame) -> dg.MaterializeResult[None]:
        store = ParquetStore(root=str(study.data)).store
        with plainly():
            page = quality.report(
                figures.collect(),
                run={"preset": study.preset, "seed": str(study.seed), "engine": study.engine},
                names=COUNCILS,
            )
        path = store.write_text(["quality", "report"], ".html", page)
        return dg.MaterializeResult(
            metadata={"page": dg.MetadataValue.url(path.resolve().as_uri()), "file": relative(path)}
        )

    return report
