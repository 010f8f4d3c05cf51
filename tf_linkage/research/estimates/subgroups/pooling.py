"""Partial pooling: what groups of one kind tell about each other.

Each group's estimate is drawn to the mean of all, the more so the less sure it is and the less the groups differ
(best linear unbiased prediction). Groups may share families, as problems do: their covariances count. How much true
values differ is estimated where the density of it times itself is highest, never at nothing, so that intervals stay
wide enough with few groups (Morris and Tang 2011, *Statistical Science* 26).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tf_linkage.research.estimates.influence import Floats

FEWEST = 3
"""Groups without which nothing can be said of how much groups differ."""

SPREADS = np.geomspace(1e-3, 3.0, 400)
"""Of true values, as standard deviations of logarithms; looked through for the most fitting."""


@dataclass(frozen=True)
class Pooled:
    """Groups leaning on each other.

    Attributes:
        estimates: of each group.
        errors: standard errors of these.
        mean: of all groups.
        spread: standard deviation of true values.
        made: of what was found in each group (columns), the part in each estimate (rows).
    """

    estimates: Floats
    errors: Floats
    mean: float
    spread: float
    made: Floats

    def part_of(self, covariance: Floats) -> Floats:
        """Of each estimate's variance, what comes from a part of the covariance of what was found."""
        return np.asarray(np.diag(self.made @ covariance @ self.made.T) / self.errors**2)


def pooled(found: Floats, covariance: Floats) -> Pooled | None:
    """Groups leaning on each other; None with fewer than `FEWEST`.

    Args:
        found: each group's own estimate.
        covariance: of these estimates.
    """
    if len(found) < FEWEST:
        return None
    spread = float(SPREADS[int(np.argmax([_fit(found, covariance, each) for each in SPREADS]))])
    total = np.linalg.inv(covariance + spread**2 * np.eye(len(found)))
    weight = total.sum(axis=0) / total.sum()
    mean = float(weight @ found)
    # Prediction is linear in what was found: the mean, and part of what each lies away from it.
    kept = spread**2 * total
    away = np.eye(len(found)) - np.outer(np.ones(len(found)), weight)
    missed = np.eye(len(found)) - kept @ away - np.outer(np.ones(len(found)), weight)
    made = kept @ away + np.outer(np.ones(len(found)), weight)
    variance = spread**2 * missed @ missed.T + made @ covariance @ made.T
    return Pooled(made @ found, np.sqrt(np.diag(variance)), mean, spread, made)


def _fit(found: Floats, covariance: Floats, spread: float) -> float:
    """Logarithm of the restricted likelihood of a spread, times its square."""
    values, vectors = np.linalg.eigh(covariance + spread**2 * np.eye(len(found)))
    ones, turned = vectors.T @ np.ones(len(found)), vectors.T @ found
    certainty = float((ones**2 / values).sum())
    mean = float((ones * turned / values).sum()) / certainty
    misfit = float(((turned - ones * mean) ** 2 / values).sum())
    return 2 * float(np.log(spread)) - 0.5 * (float(np.log(values).sum()) + float(np.log(certainty)) + misfit)
