"""Training of a model on two tables: everything that EM needs, brought together.

The order in which it is gathered.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tf_linkage.errors import NothingToLearn
from tf_linkage.linkage.block.rule_counts import leaving_free
from tf_linkage.linkage.compare.pairs import Candidates
from tf_linkage.linkage.compare.patterns import unpack
from tf_linkage.linkage.estimate.certain_links import CertainLinks
from tf_linkage.linkage.estimate.deterministic import start_of
from tf_linkage.linkage.estimate.em import (
    HouseholdMembers,
    Observed,
    Shares,
    Start,
    Trained,
    among_strangers,
    ends_of,
    train,
)
from tf_linkage.linkage.estimate.frequencies import chance_agreement, name_dependence
from tf_linkage.linkage.estimate.household_members import household_members
from tf_linkage.linkage.model.comparisons import Role, both_names, place_of
from tf_linkage.linkage.model.model import Model
from tf_linkage.linkage.model.settings import Settings
from tf_linkage.linkage.tables.encoded import Tables


@dataclass(frozen=True)
class TrainingInput:
    """What EM is given.

    Attributes:
        observed: the candidate pairs, counted.
        start: m of the matchkeys' links.
        u: shares among strangers.
        members: what is known of household members.
        settings: the model's.
    """

    observed: Observed
    start: Start
    u: Shares
    members: HouseholdMembers
    settings: Settings

    def learnt(self) -> Trained:
        """M and the prior, by EM; then once more with u as it is without the links found."""
        first = train(self.observed, self.start, self.u, self.members, self.settings)
        u = among_strangers(self.u, first.m, first.prior, self.settings.training.least)
        return train(self.observed, self.start, u, self.members, self.settings)


def gather(tables: Tables, candidates: Candidates, training_links: pl.DataFrame, standing: int) -> TrainingInput:
    """What training needs, counted.

    Args:
        tables: both tables.
        candidates: what blocking and comparing left.
        training_links: the matchkeys' links.
        standing: number of pairs at one address.

    Raises:
        NothingToLearn: no pair meets a blocking rule.
    """
    if candidates.patterns.is_empty():
        tried = "; ".join(rule.name for rule in candidates.rules)
        raise NothingToLearn(
            "no two records agree on anything that a link would agree on, so there is nothing to learn from and "
            f"nothing to link. Tried: {tried}"
        )
    model = tables.model
    u = chance_agreement(tables)
    levels = unpack(candidates.patterns["pattern"].to_numpy(), model.comparisons)
    dependence = name_dependence(tables, u)
    zero = np.zeros(len(levels))
    observed = Observed(
        levels=levels,
        counts=candidates.patterns["pairs"].to_numpy(),
        certain=np.zeros(len(levels), dtype=np.int64),
        rarer=(zero, zero),
        names=(place_of(model.comparisons, Role.FORENAME), place_of(model.comparisons, Role.SURNAME), None),
        ends=ends_of(model.comparisons),
        free=_free(candidates, model),
        free_names=_free_names(candidates, model),
        dependence=dependence.bits(levels, model) * math.log(2),
        nearby=dependence.near - dependence.far,
        every_pair=_every_pair(tables),
    )
    return TrainingInput(
        observed, start_of(training_links, model), u, household_members(tables, standing), model.settings
    )


def _every_pair(tables: Tables) -> float:
    left, right = float(tables.left.height), float(tables.people)
    return max(left * (left - 1) / 2, 1.0) if tables.model.one_table else left * right


def given_known_links(
    training_input: TrainingInput, candidates: Candidates, certain_links: CertainLinks
) -> TrainingInput:
    """Training input given certain links, whose records match no other record.

    A twin who stands in both tables no longer stands in the way of learning how often a person's own two records
    differ in what tells twins apart.
    """
    taken = pl.DataFrame({"l": certain_links.pairs["left_row"], "entity": certain_links.pairs["entity"]})
    found = candidates.pairs.counted_beside(taken)
    levels = training_input.observed.levels
    observed = dataclasses.replace(
        training_input.observed,
        counts=found["pairs"].to_numpy(),
        certain=found["certain"].to_numpy(),
        rarer=(
            np.full(len(levels), math.log(certain_links.strangers)),
            certain_links.household_members(levels) * math.log(2),
        ),
    )
    return dataclasses.replace(training_input, observed=observed)


def thin(certain: int, few: int) -> str | None:
    """What to tell a person where so few certain links taught a model that its weights rest on little."""
    if certain >= few:
        return None
    return (
        f"only {certain} certain links taught the model, fewer than {few}: its weights and probabilities rest on "
        "little; look through the links before you rely on them"
    )


def _free(candidates: Candidates, model: Model) -> NDArray[np.bool_]:
    """For each row of patterns and each comparison: whether a rule that the pairs meet leaves it free."""
    rules = candidates.patterns["rules"].to_numpy()
    columns = []
    for comparison in model.comparisons:
        columns.append((rules & leaving_free(candidates.rules, comparison.columns)) != 0)
    free = np.stack(columns, axis=1)
    # Where every rule looks at a comparison there is no choice.
    return np.where(free.any(axis=0), free, True)


def _free_names(candidates: Candidates, model: Model) -> NDArray[np.bool_]:
    """For each row of patterns whether both names are compared and a rule that the pairs meet looks at neither."""
    names = both_names(model.comparisons)
    if names is None:
        return np.zeros(candidates.patterns.height, dtype=bool)
    columns = [column for place in names for column in model.comparisons[place].columns]
    mask = leaving_free(candidates.rules, columns)
    found: NDArray[np.bool_] = (candidates.patterns["rules"].to_numpy() & mask) != 0
    return found
