"""Figures held to the accepted baseline, where a run made the choices under which it was accepted."""

import dagster as dg
import polars as pl

from tf_linkage import quality
from tf_linkage.defs.metadata.charts import records_of
from tf_linkage.defs.metadata.description import ERROR, asset_key
from tf_linkage.rehearsal import accepted_baseline
from tf_linkage.study import Study

UNLIKE = "the run made other choices than those under which the baseline was accepted"


def no_worse_than_accepted() -> dg.AssetChecksDefinition:
    """No figure lies below the accepted baseline by more than its spread over the baseline's seeds.

    Whether it is held to one, and to which, goes by the choices of the run, which may differ from the folder's.
    """

    @dg.asset_check(
        asset=asset_key("quality/linkage_quality"),
        name="below_baseline",
        metadata=ERROR,
        description="No figure lies below its accepted mean by more than its spread over many seeds allows.",
    )
    def check(study: dg.ResourceParam[Study], linkage_quality: pl.LazyFrame) -> dg.AssetCheckResult:
        preset = accepted_baseline.held_to(study)
        if preset is None:
            return dg.AssetCheckResult(passed=True, description=f"not compared: {UNLIKE}", metadata={"fallen": 0})
        return baseline_verdict(linkage_quality.collect(), accepted_baseline.accepted(preset))

    return check


def baseline_verdict(metrics: pl.DataFrame, accepted: pl.DataFrame) -> dg.AssetCheckResult:
    """Red when any figure fell, and which."""
    fallen = quality.below_baseline(metrics, accepted)
    return dg.AssetCheckResult(
        passed=fallen.is_empty(),
        severity=dg.AssetCheckSeverity.ERROR,
        description="; ".join(
            f"{row['department']} {row['measure']}: "
            + ("not there" if row["value"] is None else f"{row['value']:.4f}")
            + f", accepted at least {row['allowed']:.4f}"
            for row in fallen.iter_rows(named=True)
        )
        or f"{accepted.height} figures no worse than accepted",
        metadata={"fallen": fallen.height, "accepted": records_of(accepted)},
    )
