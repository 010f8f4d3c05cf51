"""subgroups: ratios of yearly rates within councils and among families with each problem.

Weights are those of the whole study, in which councils and problems are made alike. Each ratio allows for linkage
(`linkage_error.corrected`) before groups of one kind lean on each other (`pooling`): recall that is drawn once for
all of them errs in all alike, which the covariance holds. Only pooled ratios may leave (`disclosure`). Families
with two problems stand in two rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from tf_linkage.contracts.columns import schema_of
from tf_linkage.contracts.outputs.estimates import COUNCIL, PROBLEM_NAMES, Subgroups
from tf_linkage.intervals import Z
from tf_linkage.research.estimates.by_family import families_of
from tf_linkage.research.estimates.differences import counts_behind, enough
from tf_linkage.research.estimates.influence import Floats, Groups, levels, standard_error
from tf_linkage.research.estimates.linkage_error import Recall
from tf_linkage.research.estimates.linkage_error.corrected import People, corrected_levels
from tf_linkage.research.estimates.placebo import MONTHS_A_YEAR
from tf_linkage.research.estimates.subgroups.pooling import pooled
from tf_linkage.research.tables.half_years import Laid
from tf_linkage.research.tables.outcomes import EVENTS
from tf_linkage.research.tables.school_outcomes import ENOUGH
from tf_linkage.research.tables.starts import family_starts

PROBLEM = "problem"
FAMILY = "family"
Kinds = Mapping[str, Mapping[str, frozenset[str]]]
"""By kind and group, the families in it."""


def subgroups(
    laid: Laid,
    attributes: pl.LazyFrame,
    known: pl.DataFrame,
    begun: pl.DataFrame,
    groups: Groups,
    *,
    recalled: Recalled,
) -> pl.DataFrame:
    """Ratios within each council and among families with each problem.

    Args:
        laid: the cohort on half-years.
        attributes: `ons.Attributes`.
        known: what `covariates.covariates` gives.
        begun: what `by_family.new_events` gives after the start.
        groups: the families and how much each counts.
        recalled: what is known of the links to each register, and the events found there.

    Returns:
        `contracts.outputs.estimates.Subgroups`.
    """
    kinds: Kinds = {
        COUNCIL: _by_council(laid, attributes),
        PROBLEM: {
            name: frozenset(known.filter(pl.col(name) > 0)["family_id"]) for name in PROBLEM_NAMES
        },
    }  # fmt: skip
    return of_kinds(kinds, begun, groups, recalled)


@dataclass(frozen=True)
class Recalled:
    """What ratios within groups are corrected with.

    Attributes:
        recalls: by department; where there is none, ratios stay as found.
        events: what `by_family.events_of_people` gives for the window.
    """

    recalls: Mapping[str, Recall]
    events: pl.DataFrame

    def people_of(self, outcome: str, groups: Groups) -> tuple[Recall, People] | None:
        """Recall of the register that tells an outcome, and everybody at risk of it."""
        recall = self.recalls.get(EVENTS[outcome][0])
        if recall is None:
            return None
        of = self.events.filter(pl.col("outcome") == outcome, pl.col("unit") == FAMILY)
        return recall, People.of(of, recall, groups)


def of_kinds(kinds: Kinds, begun: pl.DataFrame, groups: Groups, recalled: Recalled) -> pl.DataFrame:
    """The same for any kinds of groups."""
    of_families = begun.filter(pl.col("unit") == FAMILY, ~pl.col("outcome").is_in(list(ENOUGH)))
    rows = of_families.join(groups.placed, on="family_id").sort("outcome", "family_id")
    told = [
        {"outcome": outcome, "kind": kind, **row}
        for (outcome,), of in rows.group_by("outcome", maintain_order=True)
        for by_linkage in [recalled.people_of(str(outcome), groups)]
        for kind, members in kinds.items()
        for row in _within(of, members, groups, by_linkage)
    ]
    schema = pl.Schema(schema_of(Subgroups))
    plain = {name: pl.String if isinstance(kind, pl.Enum) else kind for name, kind in schema.items()}
    return pl.DataFrame(told, schema=plain).cast(schema).sort("outcome", "kind", "group")


def _within(
    of: pl.DataFrame, members: Mapping[str, frozenset[str]], groups: Groups, linked: tuple[Recall, People] | None
) -> Iterator[dict[str, Any]]:
    """Rows of one outcome and kind."""
    rows: dict[str, dict[str, Any]] = {}
    logs: dict[str, float] = {}
    influences: list[Floats] = []
    moves: list[Floats] = []
    for name, families in members.items():
        mine = of.filter(pl.col("family_id").is_in(list(families)))
        rows[name] = {"group": name, **counts_behind(mine)}
        if not enough(mine["events"].to_numpy() > 0, mine["programme"].to_numpy()):
            continue
        place = mine["place"].to_numpy()
        found = levels(groups, place, mine["events"].to_numpy(), mine["months"].to_numpy() / MONTHS_A_YEAR)
        log, influence = found.log_ratio
        rows[name] |= _figures(("estimate", "low", "high"), log, standard_error(influence))
        rows[name]["standard_error"] = standard_error(influence)
        if linked is not None:
            recall, people = linked
            corrected = corrected_levels(people.within(place), recall, groups)
            if corrected is None:
                continue
            log, influence = corrected.found.log_ratio
            rows[name] |= {**corrected.recall, "recall_people": _known(recall, families)}
            moves.append(corrected.gaps_drawn)
        logs[name] = log
        influences.append(influence)
    if logs:
        stacked = np.array(influences)
        linkage = np.atleast_2d(np.cov(np.array(moves))) if moves else np.zeros((len(logs), len(logs)))
        sampling = stacked @ stacked.T / stacked.shape[1] ** 2
        leaning = pooled(np.array(list(logs.values())), sampling + linkage)
        if leaning is not None:
            parts = leaning.part_of(linkage)
            for name, estimate, error, part in zip(logs, leaning.estimates, leaning.errors, parts, strict=True):
                rows[name] |= _figures(("pooled", "pooled_low", "pooled_high"), float(estimate), float(error))
                rows[name] |= {"mean": float(np.exp(leaning.mean)), "spread": leaning.spread}
                rows[name] |= {"linkage_share": float(part)} if moves else {}
    yield from rows.values()


def _known(recall: Recall, families: frozenset[str]) -> int:
    """People of these families by whom recall is known, in the group with fewer of them."""
    known = recall.people.filter("present", pl.col("family_id").is_in(list(families)))
    return int(np.bincount(recall.arm[known["cell"].to_numpy()], minlength=2).min())


def _figures(names: tuple[str, str, str], log: float, error: float) -> dict[str, float]:
    ends = (log, log - Z * error, log + Z * error)
    return {name: float(np.exp(end)) for name, end in zip(names, ends, strict=True)}


def _by_council(laid: Laid, attributes: pl.LazyFrame) -> dict[str, frozenset[str]]:
    """Families by council, numbered within its region as among the covariates."""
    known = (
        families_of(laid)
        .select("family_id", "region")
        .join(family_starts(attributes).select("family_id", "la_code"), on="family_id")
        .sort("region", "la_code", "family_id")
        .collect()
    )
    numbered = known.with_columns(number=pl.col("la_code").rank("dense").over("region"))
    return {
        f"{COUNCIL} {number} of {region}": frozenset(of["family_id"])
        for (region, number), of in numbered.group_by("region", "number", maintain_order=True)
    }
