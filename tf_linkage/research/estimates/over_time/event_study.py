"""event_study: how the groups compare half-year by half-year, next to a half-year long before the start.

The groups are made alike once, on the third year before. From then on nothing is balanced any more, so that what
nobody saw shows as soon as it differs: a level that stays (difference in differences removes it), a trend (nothing
removes it) or a bad half-year before the start that passes by itself (Ashenfelter 1978, *Review of Economics and
Statistics* 60). The reference is the fourth half-year before the start, and not the last, which a crisis would make
a false one.

Bands next to the intervals hold all half-years together in 95 of 100 studies (the largest of several correlated
deviations, from their joint influence functions; Montiel Olea and Plagborg-Moller 2019, *Journal of Applied
Econometrics* 34).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from tf_linkage.contracts.columns import schema_of
from tf_linkage.contracts.outputs.estimates import ALL_TOGETHER, BETTER, EVENT_HALF_YEARS, REFERENCE, EventStudy
from tf_linkage.intervals import Z
from tf_linkage.research.estimates.by_family import events_by_half_year
from tf_linkage.research.estimates.differences import counts_behind, enough
from tf_linkage.research.estimates.influence import Floats, Groups, levels, standard_error
from tf_linkage.research.estimates.placebo import MONTHS_A_YEAR, fewest
from tf_linkage.research.tables.half_years import MONTHS, Laid
from tf_linkage.research.tables.school_outcomes import ENOUGH

NAMES = {first // MONTHS: name for name, (first, _) in EVENT_HALF_YEARS.items()}
AT_REFERENCE = EVENT_HALF_YEARS[REFERENCE][0] // MONTHS

DRAWS, SEED = 20_000, 1
"""Of the largest deviation. The same seed each time, so that a figure does not hang on the day it was made."""


@dataclass(frozen=True)
class Told:
    """One outcome, or all together, in every half-year.

    Attributes:
        outcome: its name.
        logs: logarithm of the ratio of yearly rates, by half-year from the start.
        influences: of each family on it.
        behind: the counts of each half-year.
    """

    outcome: str
    logs: dict[int, float]
    influences: dict[int, Floats]
    behind: dict[int, dict[str, Any]]

    @property
    def is_told(self) -> bool:
        """Whether every half-year has enough to go by."""
        return len(self.logs) == len(NAMES)


def told_by_half_year(laid: Laid, groups: Groups) -> list[Told]:
    """Ratios of yearly rates of families in each half-year, for each outcome that has events and all together.

    Args:
        laid: the cohort on half-years, of families whose histories reach back to the first.
        groups: the same families, made alike on what lies before the second year before the start.
    """
    months = (min(NAMES) * MONTHS, (max(NAMES) + 1) * MONTHS)
    events = events_by_half_year(laid, months).filter(
        pl.col("unit") == "family", ~pl.col("outcome").is_in(list(ENOUGH))
    )
    return of_events(events, groups)


def of_events(events: pl.DataFrame, groups: Groups) -> list[Told]:
    """The same from what `by_family.events_by_half_year` gives, of families."""
    rows = events.join(groups.placed, on="family_id").sort("outcome", "half_year", "family_id")
    told = []
    for (outcome,), of in rows.group_by("outcome", maintain_order=True):
        one = Told(str(outcome), {}, {}, {})
        for (half_year,), at in of.group_by("half_year", maintain_order=True):
            one.behind[int(str(half_year))] = counts_behind(at)
            happened = at["events"].to_numpy()
            if not enough(happened > 0, at["programme"].to_numpy()):
                continue
            years = at["months"].to_numpy() / MONTHS_A_YEAR
            found = levels(groups, at["place"].to_numpy(), happened, years)
            one.logs[int(str(half_year))], one.influences[int(str(half_year))] = found.log_ratio
        told.append(one)
    together = _together([one for one in told if one.is_told])
    return [*told, together] if together else told


def _together(told: Sequence[Told]) -> Told | None:
    """The mean of the logarithms over outcomes that can be told in every half-year, employment turned round."""
    if not told:
        return None
    signs = [-1.0 if one.outcome in BETTER else 1.0 for one in told]
    return Told(
        ALL_TOGETHER,
        {at: float(np.mean([sign * one.logs[at] for sign, one in zip(signs, told, strict=True)])) for at in NAMES},
        {
            at: np.mean([sign * one.influences[at] for sign, one in zip(signs, told, strict=True)], axis=0)
            for at in NAMES
        },
        {at: fewest([one.behind[at] for one in told]) for at in NAMES},
    )


def event_study(told: Sequence[Told]) -> pl.DataFrame:
    """The ratios next to the reference half-year.

    Args:
        told: what `told_by_half_year` gives.

    Returns:
        `contracts.outputs.estimates.EventStudy`; an outcome that cannot be told in every half-year has no estimate.
    """
    rows = [row for one in told for row in _rows(one)]
    schema = pl.Schema(schema_of(EventStudy))
    plain = {name: pl.String if isinstance(kind, pl.Enum) else kind for name, kind in schema.items()}
    return pl.DataFrame(rows, schema=plain).cast(schema).sort("outcome", "half_year")


def _rows(one: Told) -> Iterator[dict[str, Any]]:
    others = [at for at in NAMES if at != AT_REFERENCE]
    figures: dict[int, dict[str, float]] = {}
    if one.is_told:
        apart = np.array([one.influences[at] - one.influences[AT_REFERENCE] for at in others])
        wide = largest_deviation(apart)
        for at, influence in zip(others, apart, strict=True):
            gap, error = one.logs[at] - one.logs[AT_REFERENCE], standard_error(influence)
            figures[at] = {"estimate": float(np.exp(gap)), "standard_error": error}
            for names, reach in ((("low", "high"), Z), (("band_low", "band_high"), wide)):
                for name, way in zip(names, (-1, 1), strict=True):
                    figures[at][name] = float(np.exp(gap + way * reach * error))
    for at in others:
        both = [one.behind[each] for each in (at, AT_REFERENCE) if each in one.behind]
        if both:
            yield {"outcome": one.outcome, "half_year": NAMES[at], **fewest(both), **figures.get(at, {})}


def largest_deviation(influences: Floats) -> float:
    """How many standard errors the largest of several estimates strays in 5 of 100 studies.

    Args:
        influences: of each estimate (rows) on families (columns).
    """
    lengths = np.sqrt((influences**2).sum(axis=1))
    spread = influences / np.where(lengths > 0, lengths, 1.0)[:, None]
    # Factor of the correlation that also stands where one estimate follows from others.
    values, vectors = np.linalg.eigh(spread @ spread.T)
    factor = vectors * np.sqrt(values.clip(0))
    drawn = np.random.default_rng(SEED).normal(size=(DRAWS, len(influences))) @ factor.T
    return max(Z, round(float(np.quantile(np.abs(drawn).max(axis=1), 0.95)), 3))
