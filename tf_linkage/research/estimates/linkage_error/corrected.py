"""Ratios of yearly rates that allow for missed and false links, and how far they could still be off.

In a register of events a missed link reads as no event, and a false one adds a stranger's. Nobody's absence can be
told from a missed link, so weighting people by their chance of being linked does not help: those who have nothing
there are rightly without. Instead each person's events count (events - strangers' events) / recall, by group of
people, and go through the estimators as they are (a Rogan and Gladen correction, 1978, *American Journal of
Epidemiology* 107). With one group of people in each of programme and comparison, equal recall cancels:

    log ratio corrected = log ratio - log recall on the programme + log recall in the comparison

Differences in share and in costs, and what is measured of those found alone, are corrected in
`differences_allowed`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tf_linkage.contracts.outputs.estimates import LINKAGE_METHODS
from tf_linkage.intervals import Z, recall_gap
from tf_linkage.research.estimates.influence import Groups, Levels, levels, standard_error
from tf_linkage.research.estimates.linkage_error.levels_allowed import JOINTLY
from tf_linkage.research.estimates.linkage_error.recall import COMPARISON, FLAG_ERROR, PROGRAMME, Recall
from tf_linkage.research.tables.outcomes import EVENTS

Floats = NDArray[np.float64]

CORRECTED, BOUNDS = LINKAGE_METHODS


def corrected_ratios(
    events: pl.DataFrame, groups: Groups, recalls: Mapping[str, Recall], weighted: Iterable[Mapping[str, Any]]
) -> Iterator[dict[str, Any]]:
    """The weighted ratios corrected for linkage, and the bounds on them.

    Args:
        events: what `by_family.events_of_people` gives for the window.
        groups: the families and how much each counts.
        recalls: by department.
        weighted: the rows of the weighted ratios, as `differences.rate_ratios` gives them.

    Yields:
        Rows of `contracts.outputs.estimates.Differences`: two for each weighted row of whose department recall is
        known. They have no estimate where the weighted row has none.
    """
    by_outcome = dict(events.group_by("outcome", "unit", maintain_order=True))
    for row in weighted:
        recall = recalls.get(EVENTS[row["outcome"]][0])
        if recall is None:
            continue
        bare = {name: value for name, value in row.items() if name not in _FIGURES}
        of = by_outcome.get((row["outcome"], row["unit"]))
        figures: dict[str, dict[str, float]] = {}
        if of is not None and row.get("estimate") is not None:
            figures = _allowed_for(People.of(of, recall, groups), recall, groups)
        for method in LINKAGE_METHODS:
            yield bare | {"method": method} | figures.get(method, {})


_FIGURES = ("programme", "comparison", "estimate", "low", "high", "standard_error")


@dataclass(frozen=True)
class People:
    """People at risk as arrays.

    Attributes:
        place: each one's family, by its place in `Groups.families`.
        weight: how much the family counts.
        cell: the group of people in `Recall`.
        years: at risk.
        events: found.
        strangers: events that a stranger's record would have shown in that time; 0 of people not linked.
    """

    place: NDArray[np.int64]
    weight: Floats
    cell: NDArray[np.int64]
    years: Floats
    events: Floats
    strangers: Floats

    @classmethod
    def of(cls, events: pl.DataFrame, recall: Recall, groups: Groups) -> People:
        """The people of one outcome and unit.

        A stranger's rate is that of everyone linked, children and adults each: a false link leads to somebody whom
        the register holds.
        """
        rows = events.join(recall.people, on="person_id").join(groups.placed, on="family_id").sort("person_id")
        years, linked = rows["months"].to_numpy() / 12, rows["linked"].to_numpy()
        found, adult = rows["events"].to_numpy().astype(float), rows["adult"].to_numpy()
        strangers = np.zeros(len(years))
        for of_age in (adult & linked, ~adult & linked):
            if of_age.any():
                strangers[of_age] = years[of_age] * found[of_age].sum() / years[of_age].sum()
        return cls(
            rows["place"].to_numpy().astype(np.int64), rows["weight"].to_numpy(),
            rows["cell"].to_numpy().astype(np.int64), years, found, strangers,
        )  # fmt: skip

    def within(self, families: NDArray[np.int64]) -> People:
        """Those of some families, by their place; strangers stay those of everybody."""
        mine = np.isin(self.place, families)
        return People(*(getattr(self, field.name)[mine] for field in fields(self)))


@dataclass(frozen=True)
class Corrected:
    """A ratio that allows for linkage, in parts.

    Attributes:
        found: the corrected levels.
        factor: by how much the correction raises the rates of comparison and programme, as logarithms.
        drawn: the same with recall and precision drawn, draws by two.
    """

    found: Levels
    factor: Floats
    drawn: Floats

    @property
    def gaps_drawn(self) -> Floats:
        """How far each draw moves the logarithm of the ratio."""
        return self.drawn[:, PROGRAMME] - self.drawn[:, COMPARISON]

    @property
    def recall(self) -> dict[str, float]:
        """Events found of those that the correction supposes; false links may make it more than all."""
        return {
            f"recall_{name}": min(1.0, float(np.exp(-self.factor[which])))
            for name, which in (("programme", PROGRAMME), ("comparison", COMPARISON))
        }


def corrected_levels(people: People, recall: Recall, groups: Groups) -> Corrected | None:
    """Yearly rates that allow for linkage; None where the correction leaves nothing on one side."""
    wrong = recall.wrong[recall.arm]
    each = (people.events - wrong[people.cell] * people.strangers) / (recall.found * (1 - wrong))[people.cell]
    families = groups.families.height
    top = np.bincount(people.place, weights=each, minlength=families).astype(np.float64)
    bottom = np.bincount(people.place, weights=people.years, minlength=families).astype(np.float64)
    there = np.flatnonzero(bottom)
    found = levels(groups, there, top[there], bottom[there])
    factor, drawn = factors(people, recall)
    if min(found.programme, found.comparison) <= 0 or not np.isfinite(drawn).all():
        return None
    return Corrected(found, factor, drawn)


def _allowed_for(people: People, recall: Recall, groups: Groups) -> dict[str, dict[str, float]]:
    """The figures of both methods; none where a correction leaves nothing on one side."""
    corrected = corrected_levels(people, recall, groups)
    if corrected is None:
        return {}
    found, factor, drawn = corrected.found, corrected.factor, corrected.drawn
    gap, influence = found.log_ratio
    sampling, linkage = standard_error(influence), float(np.std(corrected.gaps_drawn, ddof=1))
    error = float(np.hypot(sampling, linkage))
    both = {
        "programme": found.programme, "comparison": found.comparison, "estimate": float(np.exp(gap)),
        **corrected.recall, "recall_people": recall.known,
    }  # fmt: skip
    low, high = (float(np.exp(gap + way * Z * error)) for way in (-1, 1))
    down, up = _ends(factor, drawn)
    return {
        CORRECTED: both
        | {"low": low, "high": high, "standard_error": error, "linkage_share": linkage**2 / error**2}
        | {"recall_gap": recall_gap(low, high, both["recall_programme"], both["recall_comparison"])},
        BOUNDS: both
        | {"low": float(np.exp(gap + down - Z * sampling)), "high": float(np.exp(gap + up + Z * sampling))},
    }


def factors(people: People, recall: Recall) -> tuple[Floats, Floats]:
    """By how much the correction raises each group's rate, as logarithms: as estimated, and draws by two."""
    cells = len(recall.arm)
    events = np.bincount(people.cell, weights=people.weight * people.events, minlength=cells)
    strangers = np.bincount(people.cell, weights=people.weight * people.strangers, minlength=cells)
    factor, drawn = np.zeros(2), np.zeros((len(recall.found_drawn), 2))
    for which in (COMPARISON, PROGRAMME):
        mine = recall.arm == which
        seen = events[mine].sum()
        rates = (events[mine] - recall.wrong[which] * strangers[mine]) / recall.found[mine]
        false = recall.wrong_drawn[:, which]
        redrawn = (events[mine] - false[:, None] * strangers[mine]) / recall.found_drawn[:, mine]
        with np.errstate(invalid="ignore", divide="ignore"):
            factor[which] = np.log(rates.sum() / (1 - recall.wrong[which]) / seen)
            drawn[:, which] = np.log(redrawn.sum(axis=1) / (1 - false) / seen)
    return factor, drawn


def _ends(factor: Floats, drawn: Floats) -> tuple[float, float]:
    """How far the logarithm of the corrected ratio moves down and up at most.

    Flags may be wrong: recall is then higher than the share found among people flagged, and the factor lower.
    """
    least, most = (np.quantile(drawn, quantile, axis=0) for quantile in JOINTLY)
    least = np.minimum(least, factor) + np.log1p(-FLAG_ERROR)
    most = np.maximum(most, factor)
    estimated = factor[PROGRAMME] - factor[COMPARISON]
    return (
        float(least[PROGRAMME] - most[COMPARISON] - estimated),
        float(most[PROGRAMME] - least[COMPARISON] - estimated),
    )
