"""Influence functions: what each family contributes to an estimate, weights that are themselves estimated included.

The variance of an estimate is the sum of squares of its influence function over families. The propensity model is
one of the stacked equations, so that its uncertainty counts (Stefanski and Boos 2002, *American Statistician* 56).
Weights taken as known make intervals of the effect on the treated too wide where risks rise alike in both groups,
and too narrow where the programme levels them (Reifeis and Hudgens 2022, *American Journal of Epidemiology* 191).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Groups:
    """The families of both groups and how much each counts.

    Attributes:
        families: family_id, programme (1.0 or 0.0), weight; one row for each family.
        design: the propensity model's covariates, families by columns; None where weights are not estimated.
        scores: influence of each family on the model's coefficients, of the same shape; None likewise.
        chance: each family's fitted chance of being on the programme; None likewise.
    """

    families: pl.DataFrame
    design: Floats | None = None
    scores: Floats | None = None
    chance: Floats | None = None

    @property
    def placed(self) -> pl.DataFrame:
        """The families with their `place`, to join to rows of outcomes."""
        return self.families.select("family_id", "programme", "weight").with_row_index("place")

    @property
    def alike(self) -> Groups:
        """The same families, each counting one."""
        return Groups(self.families.with_columns(weight=pl.lit(1.0)))


@dataclass(frozen=True)
class Levels:
    """Weighted levels of the two groups.

    Attributes:
        programme: the programme's level.
        comparison: the comparison's, so weighted.
        of_programme: influence of each family of `Groups.families` on the programme's level.
        of_comparison: influence of each on the comparison's.
    """

    programme: float
    comparison: float
    of_programme: Floats
    of_comparison: Floats

    @property
    def difference(self) -> tuple[float, Floats]:
        """Programme less comparison, and the influence on it."""
        return self.programme - self.comparison, self.of_programme - self.of_comparison

    @property
    def log_ratio(self) -> tuple[float, Floats]:
        """Logarithm of programme over comparison, and the influence on it; both levels must be above nothing."""
        return (
            float(np.log(self.programme / self.comparison)),
            self.of_programme / self.programme - self.of_comparison / self.comparison,
        )


def levels(groups: Groups, place: NDArray[np.int64], top: Floats, bottom: Floats) -> Levels:
    """Ratios of weighted sums in each group, such as events by years.

    Args:
        groups: everybody.
        place: which families the rows are of, by their place in `groups.families`. Families without a row count for
            the propensity model alone.
        top: of each row, what is counted.
        bottom: of each row, what it is counted over.
    """
    everybody = groups.families.height
    y, n = np.zeros(everybody), np.zeros(everybody)
    y[place], n[place] = top, bottom
    programme, weight = (groups.families[name].to_numpy() for name in ("programme", "weight"))
    found: list[tuple[float, Floats]] = []
    for mine in (programme * weight, (1 - programme) * weight):
        over = float((mine * n).sum())
        level = float((mine * y).sum()) / over
        found.append((level, mine * (y - level * n) * (everybody / over)))
    (on, of_programme), (off, of_comparison) = found
    if groups.design is not None and groups.scores is not None:
        # A comparison family's weight is the odds of its propensity; their derivative is weight times covariates.
        moved = ((1 - programme) * weight * (y - off * n)) @ groups.design
        over = float(((1 - programme) * weight * n).sum())
        of_comparison = of_comparison + groups.scores @ (moved / over)
    return Levels(on, off, of_programme, of_comparison)


def standard_error(influence: Floats) -> float:
    """Standard error of the estimate with this influence function."""
    return float(np.sqrt((influence**2).sum()) / len(influence))


def scores_of(design: Floats, programme: Floats, propensity: Floats) -> Floats:
    """Influence of each family on the coefficients of a logistic regression."""
    information = (design * (propensity * (1 - propensity))[:, None]).T @ design / len(design)
    return np.asarray(np.linalg.solve(information, (design * (programme - propensity)[:, None]).T).T)
