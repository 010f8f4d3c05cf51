"""research/estimates: every table of group figures, from one laying of the histories on half-years."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import polars as pl
from threadpoolctl import threadpool_limits

from tf_linkage.contracts.outputs.estimates import ALL_WINDOWS, PLACEBOS
from tf_linkage.research.estimates.by_family import (
    events_of_people,
    linked_by_age,
    new_events,
    shares,
    shares_by_age,
)
from tf_linkage.research.estimates.characteristics import characteristics
from tf_linkage.research.estimates.counts import outcome_counts
from tf_linkage.research.estimates.covariates import covariates
from tf_linkage.research.estimates.differences import (
    JOINERS_KEPT,
    RATE_WINDOW,
    UNADJUSTED,
    WEIGHTED,
    rate_ratios,
    share_differences,
)
from tf_linkage.research.estimates.estimators import side_by_side
from tf_linkage.research.estimates.influence import Groups
from tf_linkage.research.estimates.linkage_error import (
    ByAge,
    Recall,
    corrected_costs,
    corrected_ratios,
    corrected_shares,
    recalls,
)
from tf_linkage.research.estimates.linkage_error import linked_people as linked_people_of
from tf_linkage.research.estimates.money import cost_differences, costs_by_age, family_costs, money
from tf_linkage.research.estimates.over_time import (
    event_study,
    pretrends,
    sustained_differences,
    told_by_half_year,
)
from tf_linkage.research.estimates.paths import benefit_paths, service_use
from tf_linkage.research.estimates.placebo import Before, before, placebos, told_throughout
from tf_linkage.research.estimates.planning.plan import Plan, with_roles
from tf_linkage.research.estimates.subgroups import Recalled, subgroups
from tf_linkage.research.estimates.two_assumptions import BASE, ranges
from tf_linkage.research.estimates.weighting import weigh
from tf_linkage.research.tables.half_years import Laid, Returns, keeping_joiners, lay

LAST_YEAR = list(PLACEBOS)[-1]


def estimates(
    linked_people: pl.LazyFrame,
    attributes: pl.LazyFrame,
    returns: Returns,
    regions: Mapping[str, str],
    covered: tuple[dt.date, dt.date],
    *,
    plan: Plan | None = None,
    planned_in_time: bool = False,
) -> dict[str, pl.LazyFrame]:
    """The group figures of the study.

    Args:
        linked_people: `ons.LinkedPeople`.
        attributes: `ons.Attributes`.
        returns: what each department gave back, by department and table.
        regions: region by council.
        covered: first and last day that the histories cover.
        plan: what was planned; without one everything is exploratory.
        planned_in_time: whether it was sealed before outcomes were read.

    Returns:
        The tables of `contracts.outputs.estimates.ESTIMATE_TABLES`, by name.
    """
    laid = lay(linked_people, attributes, returns, regions, covered)
    counted = shares(laid)
    costs = family_costs(laid, laid.refs(linked_people), returns)
    # Linear algebra on one thread: sums in another order would differ in their last digits.
    with threadpool_limits(limits=1):
        known = covariates(laid, attributes)
        weighting = weigh(known, laid.members)
        windows = {window: before(laid, attributes, window) for window in PLACEBOS}
        held_out = placebos(windows)
        by_half_year = told_by_half_year(told_throughout(laid), windows[BASE].groups)
        over_time = {"event_study": event_study(by_half_year), "pretrends": pretrends(by_half_year)}
        recalled = recalls(laid.members, linked_people.collect(), attributes.collect())
        begun = new_events(laid, ALL_WINDOWS[RATE_WINDOW])
        of_people = Recalled(recalled, events_of_people(laid, ALL_WINDOWS[RATE_WINDOW]))
        within = subgroups(laid, attributes, known, begun, weighting.groups, recalled=of_people)
        rows = differences(laid, counted, weighting.groups, windows, recalled)
        spent = costs_by_age(laid, laid.refs(linked_people), returns)
        rows += costs_compared(costs, spent, weighting.groups, recalled)
    tables = {
        "outcome_counts": outcome_counts(counted),
        "differences": with_roles(rows, plan, in_time=planned_in_time),
        "money": money(costs),
        "benefit_paths": benefit_paths(laid),
        "service_use": service_use(laid),
        "balance": weighting.balance,
        "characteristics": characteristics(known, laid.members),
        "overlap": weighting.overlap,
        "placebos": held_out,
        **over_time,
        "subgroups": within,
    }
    return {name: table.lazy() for name, table in tables.items()}


def compared(
    linked_people: pl.LazyFrame,
    attributes: pl.LazyFrame,
    returns: Returns,
    regions: Mapping[str, str],
    covered: tuple[dt.date, dt.date],
) -> pl.DataFrame:
    """The outcomes of programme and comparison side by side, without the other tables; arguments as `estimates`.

    Returns:
        `contracts.outputs.estimates.Differences`, of which shares do not allow for linkage.
    """
    laid = lay(linked_people, attributes, returns, regions, covered)
    with threadpool_limits(limits=1):
        weighting = weigh(covariates(laid, attributes), laid.members)
        recalled = recalls(laid.members, linked_people.collect(), attributes.collect())
        windows = {window: before(laid, attributes, window) for window in PLACEBOS}
        rows = differences(laid, shares(laid), weighting.groups, windows, recalled, shares_too=False)
    return with_roles(rows, None, in_time=False)


def differences(
    laid: Laid,
    counted: pl.DataFrame,
    groups: Groups,
    windows: Mapping[str, Before],
    recalled: Mapping[str, Recall],
    *,
    shares_too: bool = True,
) -> list[dict[str, Any]]:
    """Rows of every outcome's differences, by each method.

    Args:
        laid: the cohort on half-years.
        counted: what `by_family.shares` gives for it.
        groups: the families and how much each counts.
        windows: the years before the start, against which differences in differences are taken.
        recalled: what is known of the links to each register.
        shares_too: whether shares allow for linkage as ratios do, and outcomes that last are told.
    """
    begun = new_events(laid, ALL_WINDOWS[RATE_WINDOW])
    kept = keeping_joiners(laid)
    weighted = list(rate_ratios(begun, groups, WEIGHTED))
    of_shares = list(share_differences(counted, groups, WEIGHTED))
    of_people = events_of_people(laid, ALL_WINDOWS[RATE_WINDOW])
    return [
        *share_differences(counted, groups.alike, UNADJUSTED),
        *of_shares,
        *(_shares_allowed_for(laid, groups, recalled, of_shares) if shares_too else ()),
        *share_differences(shares(kept), groups, JOINERS_KEPT),
        *rate_ratios(begun, groups.alike, UNADJUSTED),
        *weighted,
        *ranges(laid, windows[BASE], weighted),
        *corrected_ratios(of_people, groups, recalled, weighted),
        *rate_ratios(new_events(kept, ALL_WINDOWS[RATE_WINDOW]), groups, JOINERS_KEPT),
        *side_by_side(laid, begun, groups, windows[LAST_YEAR]),
    ]


def _shares_allowed_for(
    laid: Laid, groups: Groups, recalled: Mapping[str, Recall], weighted: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Differences in share that allow for linkage, and those of outcomes that last."""
    by_age = ByAge(shares_by_age(laid), linked_by_age(laid, linked_people_of(recalled, laid.members)))
    return [
        *corrected_shares(by_age, groups, recalled, weighted),
        *sustained_differences(laid, by_age, groups, recalled),
    ]


def costs_compared(
    costs: pl.DataFrame, spent: pl.DataFrame, groups: Groups, recalled: Mapping[str, Recall]
) -> list[dict[str, Any]]:
    """Rows of every cost theme's difference, unadjusted, weighted and allowing for linkage.

    Args:
        costs: what `money.family_costs` gives.
        spent: what `money.costs_by_age` gives.
        groups: the families and how much each counts.
        recalled: what is known of the links to each register.
    """
    weighted = list(cost_differences(costs, groups, WEIGHTED))
    return [
        *cost_differences(costs, groups.alike, UNADJUSTED),
        *weighted,
        *corrected_costs(spent, costs, groups, recalled, weighted),
    ]
