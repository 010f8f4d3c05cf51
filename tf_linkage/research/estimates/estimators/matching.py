"""Nearest neighbour: each family on the programme next to the waiting one whose chance was nearest.

One neighbour, with replacement, by the logit of the propensity, within a fifth of its standard deviation (Austin
2011, *Pharmaceutical Statistics* 10). A family that is matched several times counts as often, and is one cluster.
The bootstrap would be invalid here (Abadie and Imbens 2008, *Econometrica* 76).
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tf_linkage.research.estimates.influence import Floats, Groups

CALIPER = 0.2
"""Of the standard deviation of the logit, the groups' variances averaged: farther apart nobody is matched."""


def matched(groups: Groups) -> Groups | None:
    """The families that are matched, each as often as it is; None where there is no propensity, or no match.

    The weights are taken as known: that the propensity is estimated makes the interval a little too wide.
    """
    if groups.chance is None:
        return None
    programme = groups.families["programme"].to_numpy()
    with np.errstate(divide="ignore"):
        logit = np.log(groups.chance) - np.log1p(-groups.chance)
    on, off = np.flatnonzero(programme == 1), np.flatnonzero(programme == 0)
    spread = float(np.sqrt((logit[on].var() + logit[off].var()) / 2))
    nearest, distance = _nearest(logit[on], logit[off])
    within = distance <= CALIPER * spread
    if not within.any():
        return None
    times = np.zeros(len(programme))
    times[on[within]] = 1.0
    times += np.bincount(off[nearest[within]], minlength=len(programme))
    return Groups(groups.families.with_columns(weight=pl.Series(times)).filter(pl.col("weight") > 0))


def _nearest(those: Floats, among: Floats) -> tuple[NDArray[np.int64], Floats]:
    """Of each the nearest among others, by place, and how far it is; of two as near the lower one."""
    order = np.argsort(among, kind="stable")
    ordered = among[order]
    # The first of several that are equal, so that which is taken hangs on the order of families alone.
    after = np.searchsorted(ordered, those, side="left").clip(0, len(ordered) - 1)
    before = np.searchsorted(ordered, ordered[(after - 1).clip(0)], side="left")
    up, down = np.abs(ordered[after] - those), np.abs(ordered[before] - those)
    return order[np.where(down <= up, before, after)], np.minimum(down, up)
