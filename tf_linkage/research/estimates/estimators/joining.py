"""Waiting families weighted for those that joined the programme, whom nobody follows any more.

Who joins is needier, and joins after a bad half-year: those who still wait are not like them. A logistic regression
gives each waiting family its chance of joining in each half-year, from its covariates and from whether something
began in the half-year before; who still waits counts one over the chance of it (inverse probability of censoring;
Robins and Finkelstein 2000, *Biometrics* 56). It is right if what is known tells who joins. The model of joining is
one of the stacked equations, as that of the propensity is; how far into a half-year families join is taken as
known.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tf_linkage.contracts.outputs.estimates import ALL_WINDOWS, BETTER, MEASURES, METHODS
from tf_linkage.research.estimates.by_family import events_by_half_year, families_of
from tf_linkage.research.estimates.differences import RATE_WINDOW, compare_rates, counts_behind, enough
from tf_linkage.research.estimates.influence import Floats, Groups, Levels, levels
from tf_linkage.research.estimates.weighting import MINIMUM_COUNT
from tf_linkage.research.tables.half_years import MONTHS, Laid
from tf_linkage.research.tables.school_outcomes import ENOUGH

FOR_JOINING = METHODS[10]
RATIO = MEASURES[1]

LARGEST = 0.99
"""Quantile of the weights at which they are cut, so that no family that all but surely joined decides a result."""

FIRST_AFTER, LAST_AFTER = (month // MONTHS for month in ALL_WINDOWS[RATE_WINDOW])


@dataclass(frozen=True)
class Staying:
    """How much families count that are still followed, half-year by half-year from the start.

    Attributes:
        weight: families by half-years (0 to the last), in the order of `Groups.families`; 1 on the programme.
        slope: derivative of the logarithm of each weight by the coefficients of joining: families, half-years,
            coefficients. Nothing where the weight was cut.
        scores: influence of each family on these coefficients.
    """

    weight: Floats
    slope: Floats
    scores: Floats


def staying(laid: Laid, groups: Groups) -> Staying | None:
    """The weights; None where too few join for any model, or it has no solution."""
    if groups.design is None:
        return None
    order = groups.families.select("family_id").with_row_index("place")
    families = order.join(
        families_of(laid).select("family_id", "joins", "latest").collect(), on="family_id", how="left"
    ).sort("place")
    waiting = groups.families["programme"].to_numpy() == 0
    joins, latest = families["joins"].to_numpy(), families["latest"].to_numpy()
    half_years = np.arange(LAST_AFTER)
    happened = _happened(laid, order, len(half_years))
    # A row for each family that waits at the beginning of a half-year that lies within the histories.
    waits = waiting[:, None] & (joins[:, None] >= half_years * MONTHS) & (latest[:, None] >= half_years)
    joined = waits & (joins[:, None] < (half_years + 1) * MONTHS)
    into = (joins[:, None] - half_years * MONTHS)[joined] / MONTHS
    known = np.repeat(groups.design[:, None, :], len(half_years), axis=1)
    when = np.repeat(np.eye(len(half_years))[None, :, 1:], len(known), axis=0)
    x = np.concatenate([known, when, happened[:, :, None]], axis=2)
    return fitted_staying(x, waits, joined, waiting, float(into.mean()) if len(into) else 0.0)


def fitted_staying(x: Floats, waits: Any, joined: Any, waiting: Any, into: float) -> Staying | None:
    """The weights from what decides who joins.

    Args:
        x: families by half-years by covariates, the first of them 1 throughout.
        waits: whether the family waits at the beginning of the half-year, and is followed.
        joined: whether it joins within it.
        waiting: whether it is of the comparison.
        into: what part of the half-year in which a family joins it is followed, on average.
    """
    used = _used(x, waits, joined)
    if used is None:
        return None
    x = np.where(waits[:, :, None], x[:, :, used], 0.0)
    chance = _logistic(x[waits], joined[waits].astype(float))
    if chance is None:
        return None
    p = np.zeros(waits.shape)
    p[waits] = chance
    information = np.einsum("ij,ijk,ijl->kl", p * (1 - p), x, x) / len(x)
    scores = np.linalg.solve(information, np.einsum("ij,ijk->ki", joined - p, x)).T
    # The weight of a half-year is made of those before it, and of how much of itself is followed.
    lost = (1 - into) * p
    before, steps = -np.log1p(-p), p[:, :, None] * x
    weight = np.exp(np.cumsum(before, axis=1) - before - np.log1p(-lost))
    slope = np.cumsum(steps, axis=1) - steps + ((lost * (1 - p)) / (1 - lost))[:, :, None] * x
    most = float(np.quantile(weight[waits], LARGEST))
    slope[weight > most] = 0.0
    return Staying(np.where(waiting[:, None], np.minimum(weight, most), 1.0), slope, scores)


def joining_ratios(laid: Laid, groups: Groups) -> Iterator[dict[str, Any]]:
    """Ratios of yearly rates, waiting families weighted for those who joined.

    Yields:
        Rows of `contracts.outputs.estimates.Differences`.
    """
    told = staying(laid, groups)
    events = events_by_half_year(laid, ALL_WINDOWS[RATE_WINDOW]).filter(~pl.col("outcome").is_in(list(ENOUGH)))
    rows = events.join(groups.placed, on="family_id").sort("outcome", "unit", "family_id", "half_year")
    for (outcome, unit), of in rows.group_by("outcome", "unit", maintain_order=True):
        whole = of.group_by("family_id", maintain_order=True).agg(
            pl.col("programme", "weight").first(),
            pl.col("events").sum(),
            # All who were of an age for it in some half-year.
            pl.col("people").max(),
            pl.col("people_with").max(),
        )
        key = {"outcome": outcome, "unit": unit, "window": RATE_WINDOW, "measure": RATIO, "method": FOR_JOINING}
        row = key | counts_behind(whole)
        if told is None or not enough(whole["events"].to_numpy() > 0, whole["programme"].to_numpy()):
            yield row
            continue
        yield row | compare_rates(levels_of_staying(groups, told, _rows(of)))


def _rows(of: pl.DataFrame) -> Followed:
    place, half_year = (of[name].to_numpy().astype(np.int64) for name in ("place", "half_year"))
    return Followed(place, half_year, of["events"].to_numpy().astype(float), of["months"].to_numpy() / 12)


@dataclass(frozen=True)
class Followed:
    """Families and half-years in which they are followed, as arrays of one length.

    Attributes:
        place: the family, by its place in `Groups.families`.
        half_year: from the start.
        events: new ones.
        years: in which they could arise.
    """

    place: NDArray[np.int64]
    half_year: NDArray[np.int64]
    events: Floats
    years: Floats


def levels_of_staying(groups: Groups, told: Staying, of: Followed) -> Levels:
    """Levels of both groups, each family counting in each half-year as it is told."""
    everybody, place = groups.families.height, of.place
    counts = told.weight[place, of.half_year]
    events, years = (
        np.bincount(place, weights=counts * column, minlength=everybody).astype(np.float64)
        for column in (of.events, of.years)
    )
    there = np.flatnonzero(years)
    found = levels(groups, there, events[there], years[there])
    programme, weight = (groups.families[name].to_numpy() for name in ("programme", "weight"))
    mine = (1 - programme) * weight
    residual = mine[place] * counts * (of.events - found.comparison * of.years)
    moved = residual @ told.slope[place, of.half_year] / float((mine * years).sum())
    return Levels(found.programme, found.comparison, found.of_programme, found.of_comparison + told.scores @ moved)


def _happened(laid: Laid, order: pl.DataFrame, half_years: int) -> Floats:
    """Whether something began in a family in the half-year before each: families by half-years, 1 or 0."""
    began = (
        laid.begun.lazy()
        .filter(~pl.col("outcome").is_in(list(BETTER)), pl.col("half_year").is_between(-1, half_years - 2))
        .join(laid.members.lazy().select("person_id", "family_id"), on="person_id")
        .select("family_id", "half_year")
        .unique()
        .collect()
        .join(order, on="family_id")
    )
    table = np.zeros((order.height, half_years))
    table[began["place"].to_numpy(), began["half_year"].to_numpy() + 1] = 1.0
    return table


def _used(x: Floats, waits: Any, joined: Any) -> Any:
    """The first covariate, and those that enough families that join have and have not; None if too few join."""
    joiners = x[joined]
    if len(joiners) < MINIMUM_COUNT:
        return None
    least, most = x[waits].min(axis=0), x[waits].max(axis=0)
    enough_have = (joiners > least).sum(axis=0) >= MINIMUM_COUNT
    enough_have &= (joiners < most).sum(axis=0) >= MINIMUM_COUNT
    enough_have[0] = True
    return enough_have


def _logistic(x: Floats, y: Floats) -> Floats | None:
    """Fitted chances; None where the regression does not settle."""
    # Imported here: it takes more than a second, which loading the definitions need not wait for.
    from statsmodels.genmod import families  # noqa: PLC0415
    from statsmodels.genmod.generalized_linear_model import GLM  # noqa: PLC0415

    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        fitted = GLM(y, x, family=families.Binomial()).fit(tol=1e-10)
    chance = np.asarray(fitted.fittedvalues, dtype=np.float64)
    return chance if fitted.converged and np.isfinite(chance).all() and chance.max() < 1 else None
