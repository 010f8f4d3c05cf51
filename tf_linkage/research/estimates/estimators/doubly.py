"""Doubly robust: right if either the weights or a model of the outcome is.

The comparison's level is what a model of the outcome, fitted on the comparison alone, says of the families on the
programme, and what the weighted comparison shows beyond the model (the augmented estimator of the effect on the
treated; Moodie, Saarela and Stephens 2018, *Statistics in Medicine* 37). Its variance counts both models.
"""

from __future__ import annotations

import warnings

import numpy as np
from numpy.typing import NDArray

from tf_linkage.research.estimates.influence import Floats, Groups, Levels
from tf_linkage.research.estimates.weighting import MINIMUM_COUNT


def doubly_robust(groups: Groups, place: NDArray[np.int64], top: Floats, bottom: Floats) -> Levels | None:
    """Levels of both groups; arguments as `influence.levels`, of events over time.

    The model of the outcome is a Poisson regression on those covariates of the propensity model that ten comparison
    families with an event have, and ten have not: with fewer it would learn the families.

    Returns:
        The levels; None where weights are not estimated, or the model has no solution.
    """
    if groups.design is None or groups.scores is None:
        return None
    everybody = groups.families.height
    y, n = np.zeros(everybody), np.zeros(everybody)
    y[place], n[place] = top, bottom
    on, weight = (groups.families[name].to_numpy() for name in ("programme", "weight"))
    off = 1 - on
    x = groups.design[:, _used(groups.design, (off > 0) & (y > 0))]
    fitted = _poisson(x, y, n, (off > 0) & (n > 0))
    if fitted is None:
        return None
    expected = np.exp(np.clip(x @ fitted, -_FARTHEST, _FARTHEST))
    residual = y - n * expected

    of_programme, over = float((on * y).sum() / (on * n).sum()), float((on * n).mean())
    first = float((on * n * expected).sum() / (on * n).sum())
    weighed, apart = off * weight, float((off * weight * n).mean())
    second = float((weighed * residual).mean() / apart)

    curvature = ((off * n * expected)[:, None] * x).T @ x / everybody
    model = np.linalg.solve(curvature, ((off * residual)[:, None] * x).T).T
    by_model = (on * n * expected) @ x / everybody / over - (weighed * n * expected) @ x / everybody / apart
    by_weights = (weighed * (residual - second * n)) @ groups.design / everybody / apart
    influence = (
        on * n * (expected - first) / over
        + weighed * (residual - second * n) / apart
        + model @ by_model
        + groups.scores @ by_weights
    )
    level = first + second
    if level <= 0:
        return None
    return Levels(of_programme, level, on * (y - of_programme * n) / over, influence)


_FARTHEST = 30.0
"""Of the logarithm of an expected rate: beyond it nothing is told any more, and numbers would overflow."""


def _used(design: Floats, having: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The first column, and those that enough families with an event have and have not."""
    among = design[having]
    least, most = design.min(axis=0), design.max(axis=0)
    fewest = np.minimum((among > least).sum(axis=0), (among < most).sum(axis=0))
    return np.asarray((fewest >= MINIMUM_COUNT) | (np.arange(design.shape[1]) == 0))


def _poisson(x: Floats, y: Floats, n: Floats, mine: NDArray[np.bool_]) -> Floats | None:
    """Coefficients of a Poisson regression with time as exposure; None where they do not settle."""
    # Imported here: it takes more than a second, which loading the definitions need not wait for.
    from statsmodels.genmod import families  # noqa: PLC0415
    from statsmodels.genmod.generalized_linear_model import GLM  # noqa: PLC0415

    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        fitted = GLM(y[mine], x[mine], family=families.Poisson(), exposure=n[mine]).fit(tol=1e-10)
    found = np.asarray(fitted.params, dtype=np.float64)
    return found if fitted.converged and np.isfinite(found).all() else None
