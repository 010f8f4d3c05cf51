"""placebos: the same comparison in years before the start, in which the programme can have changed nothing.

Outcomes of the year before are covariates of the main model, which balances them, so that nothing could show
there. A window that is tested is therefore held out: the propensity is fitted on what lies before it alone.
What then shows is what the method would also show after the start for no reason: confounding by what no
register holds. A difference much larger in the last year than in the one before is a crisis that passes by
itself (Ashenfelter 1978), and tells little of the bias afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tf_linkage.contracts.columns import schema_of
from tf_linkage.contracts.outputs.estimates import ALL_TOGETHER, BETTER, PLACEBOS, Placebos
from tf_linkage.intervals import Z
from tf_linkage.research.estimates.by_family import new_events
from tf_linkage.research.estimates.covariates import covariates
from tf_linkage.research.estimates.differences import counts_behind, enough
from tf_linkage.research.estimates.influence import Groups, levels, standard_error
from tf_linkage.research.estimates.weighting import grouped
from tf_linkage.research.tables.half_years import FIRST, MONTHS, Laid
from tf_linkage.research.tables.school_outcomes import ENOUGH

Floats = NDArray[np.float64]

KNOWN: Mapping[str, Mapping[str, tuple[int, int]]] = {
    "13-24 months before": {"third year before": (-6, -5)},
    "1-12 months before": {"second year before": (-4, -3), "third year before": (-6, -5)},
}
"""For each placebo the windows that its propensity model sees, by their first and last half-year."""

POWER = 1.959964 + 0.841621
"""Standard errors from nothing at which an effect is seen four times in five, by a two-sided test at 5%."""


@dataclass(frozen=True)
class Before:
    """A window before the start.

    Attributes:
        events: what `by_family.new_events` gives for it, without outcomes that are no events.
        groups: the families, made alike on what lies before the window alone.
    """

    events: pl.DataFrame
    groups: Groups


def before(laid: Laid, attributes: pl.LazyFrame, window: str) -> Before:
    """One of `PLACEBOS`, for families whose histories reach back to the first half-year.

    Args:
        laid: the cohort on half-years.
        attributes: `ons.Attributes`.
        window: its name.
    """
    told = told_throughout(laid)
    return Before(events_in(told, PLACEBOS[window]), grouped(covariates(told, attributes, KNOWN[window])))


def events_in(laid: Laid, months: tuple[int, int]) -> pl.DataFrame:
    """`by_family.new_events` without outcomes that are no events."""
    return new_events(laid, months).filter(~pl.col("outcome").is_in(list(ENOUGH)))


def placebos(windows: Mapping[str, Before]) -> pl.DataFrame:
    """Both placebos, by outcome and over all outcomes together.

    Args:
        windows: each of `PLACEBOS`.

    Returns:
        `contracts.outputs.estimates.Placebos`.
    """
    rows: list[dict[str, Any]] = []
    for window, at in windows.items():
        found = held_out(at.events.filter(pl.col("unit") == "family"), at.groups)
        rows += [{"window": window, **row} for row in found]
    schema = pl.Schema(schema_of(Placebos))
    plain = {name: pl.String if isinstance(kind, pl.Enum) else kind for name, kind in schema.items()}
    return pl.DataFrame(rows, schema=plain).cast(schema).sort("window", "outcome")


def told_throughout(laid: Laid) -> Laid:
    """The cohort without families whose histories do not reach back to the first half-year."""
    return Laid(laid.members.filter(pl.col("earliest") <= FIRST), laid.happened, laid.begun)


def held_out(events: pl.DataFrame, groups: Groups) -> Iterator[dict[str, Any]]:
    """Ratios of yearly rates of each outcome, and of all together.

    Args:
        events: what `by_family.new_events` gives, of families.
        groups: the families, made alike on what lies before.

    Yields:
        Rows of `contracts.outputs.estimates.Placebos` without `window`. All together has no estimate where no
        outcome has one.
    """
    rows = events.join(groups.placed, on="family_id").sort("outcome", "family_id")
    logs: list[float] = []
    influences: list[Floats] = []
    behind: list[dict[str, Any]] = []
    for (outcome,), of in rows.group_by("outcome", maintain_order=True):
        counts = counts_behind(of)
        programme = of["programme"].to_numpy()
        if not enough(of["events"].to_numpy() > 0, programme):
            yield {"outcome": outcome, **counts}
            continue
        years = of["months"].to_numpy() / MONTHS_A_YEAR
        log, influence = levels(groups, of["place"].to_numpy(), of["events"].to_numpy(), years).log_ratio
        yield {"outcome": outcome, **counts, **_figures(log, influence)}
        sign = -1.0 if outcome in BETTER else 1.0
        logs.append(sign * log)
        influences.append(sign * influence)
        behind.append(counts)
    together = fewest(behind) if behind else _nobody()
    figures = _figures(float(np.mean(logs)), np.mean(influences, axis=0)) if logs else {}
    yield {"outcome": ALL_TOGETHER, **together, **figures}


MONTHS_A_YEAR = 2 * MONTHS


def _figures(log: float, influence: Floats) -> dict[str, float]:
    error = standard_error(influence)
    return {
        "estimate": float(np.exp(log)),
        "low": float(np.exp(log - Z * error)),
        "high": float(np.exp(log + Z * error)),
        "standard_error": error,
        "detectable": float(np.exp(POWER * error)),
    }


def fewest(behind: list[dict[str, Any]]) -> dict[str, Any]:
    """Of each count the smallest among the outcomes: what the least certain of them stands on."""
    return {name: min(counts[name] for counts in behind) for name in behind[0]}


def _nobody() -> dict[str, Any]:
    sides = ("programme", "comparison")
    names = [f"{side}_{kind}" for side in sides for kind in ("families", "people", "families_with")]
    return {"effective_families": 0.0, **dict.fromkeys(names, 0)}
