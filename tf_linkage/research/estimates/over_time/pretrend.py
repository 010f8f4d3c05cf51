"""pretrends: whether the groups drifted apart before the start, and what drift would not have been seen.

Half-years that the weights were made of say nothing here: need that nobody saw comes back right after them, and
would look like a trend. Tested are the two years before the start, next to the reference half-year. A test that
sees nothing tells little where it could see little (Roth 2022, *American Economic Review: Insights* 4): next to it
stands the trend that would have been seen four times in five, and how far it would carry difference in differences.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from tf_linkage.contracts.columns import schema_of
from tf_linkage.contracts.outputs.estimates import ALL_WINDOWS, PLACEBOS, Pretrends
from tf_linkage.intervals import Z
from tf_linkage.research.estimates.differences import RATE_WINDOW
from tf_linkage.research.estimates.influence import Floats, standard_error
from tf_linkage.research.estimates.over_time.event_study import AT_REFERENCE, Told
from tf_linkage.research.estimates.placebo import MONTHS_A_YEAR, POWER, fewest
from tf_linkage.research.estimates.two_assumptions import BASE
from tf_linkage.research.tables.half_years import MONTHS

TESTED = (-4, -3, -2, -1)
"""Half-years of the two years before the start; the first of them is the reference."""

MIDDLE = np.array([(at + 0.5) * MONTHS / MONTHS_A_YEAR for at in TESTED])

CARRIED = (sum(ALL_WINDOWS[RATE_WINDOW]) - sum(PLACEBOS[BASE])) / 2 / MONTHS_A_YEAR
"""Years from the middle of the base of difference in differences to the middle of what is compared."""


def pretrends(told: Sequence[Told]) -> pl.DataFrame:
    """The trend before the start of each outcome, and of all together.

    Args:
        told: what `event_study.told_by_half_year` gives.

    Returns:
        `contracts.outputs.estimates.Pretrends`.
    """
    rows = [
        {"outcome": one.outcome, **fewest([one.behind[at] for at in TESTED])} | (_trend(one) if one.is_told else {})
        for one in told
        if all(at in one.behind for at in TESTED)
    ]
    schema = pl.Schema(schema_of(Pretrends))
    plain = {name: pl.String if isinstance(kind, pl.Enum) else kind for name, kind in schema.items()}
    return pl.DataFrame(rows, schema=plain).cast(schema).sort("outcome")


def _trend(one: Told) -> dict[str, Any]:
    logs = np.array([one.logs[at] for at in TESTED])
    influences = np.array([one.influences[at] for at in TESTED])
    along = (MIDDLE - MIDDLE.mean()) / ((MIDDLE - MIDDLE.mean()) ** 2).sum()
    slope, error = float(along @ logs), standard_error(along @ influences)
    return {
        "slope": float(np.exp(slope)),
        "low": float(np.exp(slope - Z * error)),
        "high": float(np.exp(slope + Z * error)),
        "standard_error": error,
        "p_joint": joint(logs[1:] - logs[0], influences[1:] - influences[0]),
        "detectable": float(np.exp(POWER * error)),
        "carried": float(np.exp(POWER * error * CARRIED)),
    }


def joint(gaps: Floats, influences: Floats) -> float:
    """How often all gaps together lie at least as far from nothing by chance (Wald's test).

    Args:
        gaps: estimates that are nothing if there is no difference.
        influences: of each (rows) on families (columns).
    """
    # Imported here: it takes a while, which loading the definitions need not wait for.
    from scipy.stats import chi2  # noqa: PLC0415

    spread = influences @ influences.T / influences.shape[1] ** 2
    # Half-years in which the same families had the same say nothing of their own.
    free = int(np.linalg.matrix_rank(spread, hermitian=True))
    return float(chi2.sf(gaps @ np.linalg.pinv(spread, hermitian=True) @ gaps, free)) if free else 1.0


assert TESTED[0] == AT_REFERENCE  # noqa: S101 - the reference is the first that is tested
