"""Training of a model on two tables: everything that EM needs, brought together.

Belongs here: the order in which it is gathered. Does not belong here: EM, which is `training`.
"""

from __future__ import annotations

import math

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tf_linkage.errors import LinkageRefused
from tf_linkage.linkage.candidates import Candidates
from tf_linkage.linkage.frequencies import chance_agreement, name_dependence
from tf_linkage.linkage.households import housemates
from tf_linkage.linkage.model import Model
from tf_linkage.linkage.patterns import unpack
from tf_linkage.linkage.seeds import start_of
from tf_linkage.linkage.standardise import field_of
from tf_linkage.linkage.tables import Tables
from tf_linkage.linkage.training import Observed, Trained, train


def learn(tables: Tables, candidates: Candidates, seeds: pl.DataFrame) -> Trained:
    """Gather what training needs, and train.

    Raises:
        LinkageRefused: no matchkey links anybody, so that there is nothing to start from.
    """
    if seeds.is_empty():
        raise LinkageRefused(
            "no pair agrees uniquely on a matchkey, so there is nothing to learn from; are these the right tables, "
            "and are their columns named as the contracts name them?"
        )
    model = tables.model
    start = start_of(seeds, model)
    u = chance_agreement(tables)
    mates = housemates(tables)
    levels = unpack(candidates.patterns["pattern"].to_numpy(), model.comparisons)
    dependence = name_dependence(tables, u)
    observed = Observed(
        levels=levels,
        counts=candidates.patterns["pairs"].to_numpy(),
        free=_free(candidates, model),
        dependence=dependence.bits(levels, model) * math.log(2),
        nearby=dependence.near - dependence.far,
        every_pair=float(tables.records.left.height) * float(tables.people),
    )
    return train(observed, start, u, mates)


def _free(candidates: Candidates, model: Model) -> NDArray[np.bool_]:
    """For each row of patterns and each comparison: whether a rule that the pairs meet leaves it free."""
    rules = candidates.patterns["rules"].to_numpy()
    columns = []
    for comparison in model.comparisons:
        roots = {field_of(column) for column in comparison.columns}
        mask = sum(
            1 << bit
            for bit, rule in enumerate(candidates.rules)
            if not roots & {field_of(column) for column in rule.columns}
        )
        columns.append((rules & mask) != 0)
    free = np.stack(columns, axis=1)
    # Where every rule looks at a comparison there is no choice.
    return np.where(free.any(axis=0), free, True)
