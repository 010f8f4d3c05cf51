"""The check that says when what is reported first was chosen after outcomes had been read."""

from __future__ import annotations

import dagster as dg
import polars as pl

from tf_linkage.contracts.outputs.estimates import ROLES
from tf_linkage.defs.checks.estimated import warns_of_estimates

PRIMARY, LATE, _ = ROLES


def planned_before_outcomes() -> dg.AssetChecksDefinition:
    """A warning where no plan was sealed in the ledger before researchers read outcomes, or another one was."""
    return warns_of_estimates(
        "planned_before_outcomes",
        "The primary outcomes and the headline estimator were sealed in the ledger before outcomes "
        "were read. It warns where they were chosen afterwards, or nothing was planned.",
        "differences",
        planned_verdict,
    )


def planned_verdict(differences: pl.DataFrame) -> dg.AssetCheckResult:
    """A warning unless something is primary, and planned in time.

    Args:
        differences: `contracts.outputs.estimates.Differences`.
    """
    roles = differences["role"].cast(pl.String)
    planned, late = (roles == PRIMARY).sum(), (roles == LATE).sum()
    if late:
        said = f"the plan of {late} primary results was not the one sealed before outcomes were read"
    else:
        said = f"{planned} primary results, planned before outcomes were read" if planned else "nothing was planned"
    return dg.AssetCheckResult(
        passed=planned > 0 and not late,
        severity=dg.AssetCheckSeverity.WARN,
        description=said,
        metadata={"primary": int(planned), "planned late": int(late)},
    )
