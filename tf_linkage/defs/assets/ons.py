"""The trusted third party: the vault of identifiers, the attributes apart from it, and who was linked where.

ONS's own assets. What it does with each department is in `departments.py`.
"""

from collections.abc import Mapping
from typing import Any

import dagster as dg
import polars as pl

from tf_linkage import custody, linkage
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.custody.audit.sizes import size_class
from tf_linkage.custody.references.people import PAIR, RECORD
from tf_linkage.defs.assets.extracts import must_be_taken_in
from tf_linkage.defs.assets.preview import WOULD_BE_SENT, would_be_sent
from tf_linkage.defs.failures import plainly
from tf_linkage.defs.io import ParquetStore
from tf_linkage.defs.metadata.description import asset_description, asset_key, study_asset
from tf_linkage.defs.resources import StudyKey
from tf_linkage.study import Study
from tf_linkage.workspace.environment import bounds_of
from tf_linkage.workspace.rights_requests import asked_cohort

IDENTIFIERS = asset_description(
    "ons/identifiers",
    "Who the people of the study are, each once: names, dates of birth, gender, addresses, NINOs; nothing else.",
    rooms=["custody", "linkage"],
)
ATTRIBUTES = asset_description(
    "ons/attributes",
    "What the councils said about them, under study references: everything that is not an identifier.",
    rooms=["custody", "linkage"],
)


def ons_assets() -> list[dg.AssetsDefinition]:
    """Identifiers and attributes (one split makes both), and the people with their links."""

    @dg.multi_asset(
        name="ons_split",
        outs={"identifiers": dg.AssetOut(**IDENTIFIERS), "attributes": dg.AssetOut(**ATTRIBUTES)},
        ins={"cohort": dg.AssetIn(asset_key("council/cohort"))},
    )
    def split(
        context: dg.AssetExecutionContext,
        cohort: pl.LazyFrame,
        study_key: dg.ResourceParam[StudyKey],
        study: dg.ResourceParam[Study],
        io_manager: dg.ResourceParam[ParquetStore],
    ) -> tuple[pl.LazyFrame, pl.LazyFrame]:
        with plainly():
            must_be_taken_in(study, context)
            cohort = asked_cohort(io_manager.store, cohort, study_key.key(), by="ons_split")
            duplicates = linkage.find_duplicates(cohort, RECORD, bounds_of(study)).rename(PAIR)
            identifiers, attributes = custody.split(cohort, duplicates, study_key.key())
        context.add_output_metadata(
            {
                "pairs of records of one person": size_class(duplicates.height),
                WOULD_BE_SENT: would_be_sent(identifiers, study),
            },
            "identifiers",
        )
        return identifiers, attributes

    @study_asset(
        "linkage/linked_people",
        "Everyone in the study and the departments that found them, under references alone.",
        rooms=["custody"],
        ins={
            "identifiers": "ons/identifiers",
            "attributes": "ons/attributes",
        }
        | {f"{name}_return": f"{name}/return" for name in DEPARTMENTS},
    )
    def linked_people(
        identifiers: pl.LazyFrame,
        attributes: pl.LazyFrame,
        study_key: dg.ResourceParam[StudyKey],
        **returned: pl.LazyFrame,
    ) -> pl.LazyFrame:
        people = {name: tables["people"] for name, tables in _returns(returned).items()}
        with plainly():
            return custody.linked_people(identifiers, attributes, people, study_key.key())

    @study_asset(
        "research/linked_set",
        "What ONS hands over: everything known of the people of the study, under references that only researchers "
        "see. The research tables are made from it and from nothing else.",
        rooms=["custody"],
        custodian="ons",
        ins={"linked_people": "linkage/linked_people", "attributes": "ons/attributes"}
        | {f"{name}_return": f"{name}/return" for name in DEPARTMENTS},
    )
    def linked_set(
        linked_people: pl.LazyFrame,
        attributes: pl.LazyFrame,
        study_key: dg.ResourceParam[StudyKey],
        **returned: pl.LazyFrame,
    ) -> Mapping[str, pl.LazyFrame]:
        with plainly():
            return custody.linked_set(linked_people, attributes, _returns(returned), study_key.key())

    return [split, linked_people, linked_set]


def _returns(returned: Mapping[str, Any]) -> dict[str, Mapping[str, pl.LazyFrame]]:
    """The departments' returns by department; each is a set of tables, which Dagster's annotations cannot tell."""
    return {name: returned[f"{name}_return"] for name in DEPARTMENTS}
