"""What every department does, made once for all of them: request, links, return.

The factory. A new department is an entry in `contracts/registry.py` and appears here by itself.
"""

import dagster as dg
import polars as pl

from tf_linkage import custody
from tf_linkage.contracts.columns import schema_of
from tf_linkage.contracts.departments import Department
from tf_linkage.contracts.handovers import exchange
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.defs.failures import plainly
from tf_linkage.defs.io import ParquetStore
from tf_linkage.defs.metadata import charts
from tf_linkage.defs.metadata.description import asset_description, study_asset
from tf_linkage.defs.resources import StudyKey
from tf_linkage.study import LINKING, DepartmentSource, LinkageOn, Study
from tf_linkage.workspace.catalogue import tables_of
from tf_linkage.workspace.custodians.clerical_review import as_clerks_decided
from tf_linkage.workspace.custodians.linking import linked, request_for
from tf_linkage.workspace.custodians.review_tables import DECISIONS


def department_assets(study: Study) -> list[dg.AssetsDefinition]:
    """Request, links and return of each department; of one that does its part elsewhere, the request alone."""
    return [
        made
        for name, department in DEPARTMENTS.items()
        for made in _assets_of(department, study)
        if study.source_of(name) is not DepartmentSource.RETURN or made.key.path[-1] == "link_request"
    ]


def returns_from_elsewhere(study: Study) -> list[dg.AssetSpec]:
    """The returns that arrive as files: made elsewhere, received by command, read like any other."""
    return [
        dg.AssetSpec(
            **asset_description(
                f"{name}/return",
                f"What {DEPARTMENTS[name].short} sent back from where it does its part: its histories of the "
                "people it linked, without identifiers and without its own keys. Received by command; checked when "
                "read.",
                rooms=["custody", *DEPARTMENTS[name].packages],
            )
        )
        for name in DEPARTMENTS
        if study.source_of(name) is DepartmentSource.RETURN
    ]


def clerks_decisions(study: Study) -> list[dg.AssetSpec]:
    """What clerks decided at each department that links here: it reaches the department's vault by command."""
    return [
        dg.AssetSpec(
            **asset_description(
                f"{name}/{DECISIONS}",
                f"What {name.upper()}'s clerks decided on pairs in doubt, by command `review import`; empty until "
                "then. Each run looks for new decisions before it begins.",
                rooms=["linkage"],
                custodian=name,
                kinds=["parquet"],
            )
        )
        for name in DEPARTMENTS
        if study.source_of(name) is not DepartmentSource.RETURN
    ]


def _assets_of(department: Department, study: Study) -> list[dg.AssetsDefinition]:
    name, kind = department.name, study.linkage_on_of(department.name)
    in_words = "" if kind is LinkageOn.CLEAR else f"{kind} of "

    @study_asset(
        f"{name}/link_request",
        f"What ONS asks {department.short} about: {in_words}{', '.join(department.request_columns)}, under "
        f"references made for {department.short} alone.",
        rooms=["custody", *department.packages],
        custodian="ons",
        choices=study.chosen("extract", "linkage_on"),
        ins={"identifiers": "ons/identifiers"},
        tables=tables_of(f"{name}/link_request", study),
    )
    def link_request(
        identifiers: pl.LazyFrame, study: dg.ResourceParam[Study], study_key: dg.ResourceParam[StudyKey]
    ) -> pl.LazyFrame:
        with plainly():
            return request_for(identifiers, study, name, study_key.key())

    @study_asset(
        f"linkage/{name}_links",
        f"{department.short} finds the people it was asked about in its own register; where clerks decided, as "
        f"they did. A working file, kept no longer than a month.",
        rooms=["linkage"],
        custodian=name,
        kinds=["python", "parquet"],
        choices=study.chosen(*LINKING),
        ins={
            "request": f"{name}/link_request",
            "register": f"{name}/{department.people[0]}",
        },
        deps=[[name, DECISIONS]],
    )
    def links(
        context: dg.AssetExecutionContext,
        request: pl.LazyFrame,
        register: pl.LazyFrame,
        study: dg.ResourceParam[Study],
        io_manager: dg.ResourceParam[ParquetStore],
    ) -> dg.MaterializeResult[pl.DataFrame]:
        with plainly():
            result = linked(request, register, study, name, context.log.info)
            result = as_clerks_decided(io_manager.store, name, result)
        named = result.links.rename({"left_id": "request_ref", "right_id": "register_key"})
        return dg.MaterializeResult(
            value=named.cast(schema_of(exchange.Links)),
            metadata=charts.linkage_metadata(result),
        )

    @study_asset(
        f"{name}/return",
        f"What {department.short} sends back: its histories of the people it linked, without identifiers and "
        f"without its own keys.",
        rooms=["custody", *department.packages],
        ins={
            "links": f"linkage/{name}_links",
            "histories": f"{name}/{department.histories[0]}",
        },
    )
    def returned(links: pl.LazyFrame, histories: dict[str, pl.LazyFrame]) -> dict[str, pl.LazyFrame]:
        return custody.make_return(department, links, histories)

    return [link_request, links, returned]
