"""The jobs: what can be run as a whole.

Belongs here: names and selections. What a job does is what its assets and checks do.
"""

from collections.abc import Sequence

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from tf_linkage.contracts.registry import DEPARTMENTS, Department
from tf_linkage.defs.catalogue import ASSESSED
from tf_linkage.defs.house import asset_key

REHEARSAL, ASSESS = "rehearsal", "assess"
ONS = "ons"


def rehearsal_job(besides: Sequence[str] = ()) -> UnresolvedAssetJobDefinition:
    """The main job: every asset and every check, from the bodies' registers to the findings.

    Args:
        besides: keys of the assets that it leaves out, with their checks.
    """
    selection: dg.AssetSelection = dg.AssetSelection.all() | dg.AssetSelection.all_asset_checks()
    if besides:
        left_out = [asset_key(key) for key in besides]
        selection = selection - (
            dg.AssetSelection.assets(*left_out) | dg.AssetSelection.checks_for_assets(*left_out)
        )
    return dg.define_asset_job(
        REHEARSAL,
        selection=selection,
        description="The whole study, from the bodies' registers to the published findings, with every check.",
    )


def assess_job() -> UnresolvedAssetJobDefinition:
    """The longer studies of the linkage that the main job made, and the report with them."""
    longer = [asset_key(key) for key in ASSESSED]
    return dg.define_asset_job(
        ASSESS,
        selection=dg.AssetSelection.assets(*longer, *map(asset_key, ("quality/report", "quality/papers")))
        | dg.AssetSelection.checks_for_assets(*longer),
        description="What linkage error does to the findings, what each identifier buys, and ranges over seeds and "
        "settings, for the linkage that the main job made; then the report and the papers again. Takes minutes.",
    )


def custodian_jobs() -> list[UnresolvedAssetJobDefinition]:
    """What a custodian does by itself: with its own vault's password, and of the others' vaults the locks alone."""
    requests = [f"{name}/link_request" for name in DEPARTMENTS]
    own = ["ons/identifiers", "ons/attributes"]
    asks = dg.define_asset_job(
        ONS,
        selection=dg.AssetSelection.assets(*map(asset_key, own + requests)).without_checks()
        | dg.AssetSelection.checks_for_assets(*map(asset_key, own)),
        description="ONS alone: splits what the councils sent and puts a request into each department's vault.",
    )
    return [asks, *(_department_job(department) for department in DEPARTMENTS.values())]


def _department_job(department: Department) -> UnresolvedAssetJobDefinition:
    """A department alone: checks the request it received, links, and hands its return over."""
    name = department.name
    links, returned = asset_key(f"linkage/{name}_links"), asset_key(f"{name}/return")
    return dg.define_asset_job(
        name,
        selection=dg.AssetSelection.assets(links, returned).without_checks()
        | dg.AssetSelection.checks_for_assets(links, asset_key(f"{name}/link_request")),
        description=f"{name.upper()} alone: checks the request in its vault, finds its people and puts "
        "the return into ONS's vault.",
    )
