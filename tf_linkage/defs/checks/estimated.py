"""A check that warns by one table of the estimates: the one way in which those checks are made."""

from __future__ import annotations

from collections.abc import Callable

import dagster as dg
import polars as pl

from tf_linkage.defs.assets.world import TableSet
from tf_linkage.defs.metadata.description import WARNING, asset_key


def warns_of_estimates(
    name: str, description: str, table: str, verdict: Callable[[pl.DataFrame], dg.AssetCheckResult]
) -> dg.AssetChecksDefinition:
    """A check that warns.

    Args:
        name: of the check.
        description: what holds where it passes, and when it warns.
        table: of the estimates, by which it judges.
        verdict: what it says of that table.
    """

    @dg.asset_check(asset=asset_key("research/estimates"), name=name, metadata=WARNING, description=description)
    def check(estimates: TableSet) -> dg.AssetCheckResult:
        return verdict(estimates[table].collect())

    return check
