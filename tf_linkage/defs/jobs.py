"""The jobs: what can be run as a whole.

Belongs here: names and selections. What a job does is what its assets and checks do.
"""

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

REHEARSAL = "rehearsal"


def rehearsal_job() -> UnresolvedAssetJobDefinition:
    """The main job: every asset and every check, from the bodies' registers to the findings."""
    return dg.define_asset_job(
        REHEARSAL,
        selection=dg.AssetSelection.all() | dg.AssetSelection.all_asset_checks(),
        description="The whole study, from the bodies' registers to the published findings, with every check.",
    )
