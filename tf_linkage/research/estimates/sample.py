"""The analysis sample: the families behind the estimates, with their weights and what happened in each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl
from threadpoolctl import threadpool_limits

from tf_linkage.research.estimates.by_family import shares
from tf_linkage.research.estimates.covariates import covariates
from tf_linkage.research.estimates.weighting import weigh
from tf_linkage.research.tables.half_years import Returns, lay


@dataclass(frozen=True)
class Sample:
    """What a weighted difference in shares is made of.

    Attributes:
        families: one row for each: family_id (a study reference, which is the cluster too), study_group, weight,
            propensity, and each covariate of the propensity model.
        outcomes: family_id, outcome, unit, window, study_group, region, people (to how many it could happen, above
            0) and people_with (to how many it did). The unit `family` counts families with anybody.
    """

    families: pl.DataFrame
    outcomes: pl.DataFrame


def analysis_sample(
    linked_people: pl.LazyFrame,
    attributes: pl.LazyFrame,
    returns: Returns,
    regions: Mapping[str, str],
    covered: tuple[dt.date, dt.date],
) -> Sample:
    """The sample; arguments as `assembly.estimates`."""
    laid = lay(linked_people, attributes, returns, regions, covered)
    known = covariates(laid, attributes)
    with threadpool_limits(limits=1):
        weighting = weigh(known, laid.members)
    families = weighting.families.select("family_id", "weight", "propensity").join(
        known, on="family_id", maintain_order="left"
    )
    first = ["family_id", "study_group", "weight", "propensity"]
    return Sample(families.select(*first, pl.exclude(first)), shares(laid))
