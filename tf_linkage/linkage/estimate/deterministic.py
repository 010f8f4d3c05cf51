"""The matchkeys' links among the candidates: unique on both sides, uncontradicted; and what they say of m.

Where training starts, and which links are made before any blocking rule.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tf_linkage.linkage.compare.candidates import DeterministicPass, agreeing
from tf_linkage.linkage.compare.patterns import contradicted, unpack
from tf_linkage.linkage.estimate.em import Start, shares_of
from tf_linkage.linkage.model.comparisons import Comparison, Role
from tf_linkage.linkage.model.model import Matchkey, Model, taken_first
from tf_linkage.linkage.standardise.fields import field_of
from tf_linkage.linkage.tables.encoded import Tables

_PERSONAL = (Role.FORENAME, Role.SURNAME, Role.BORN, Role.NUMBER)


def deterministic_pass(tables: Tables) -> DeterministicPass:
    """The matchkeys' links, and which of them stand before any blocking rule is asked."""
    pairs = agreeing(tables)
    training_links = _links(pairs, tables.model)
    # A link claims its two records only where neither may have another.
    once = tables.model.left_once and tables.model.right_once
    keys = [place for place, key in enumerate(tables.model.matchkeys) if key.deterministic_pass and once]
    links = training_links.filter(pl.col("matchkey").is_in(keys))
    rivals = pairs.join(links, on=["left_row", "entity"], how="anti", maintain_order="left").filter(
        pl.col("left_row").is_in(links["left_row"].implode()) | pl.col("entity").is_in(links["entity"].implode())
    )
    return DeterministicPass(training_links, links, rivals)


def _links(pairs: pl.DataFrame, model: Model) -> pl.DataFrame:
    """Those of the pairs that are unique by a key and uncontradicted, with `matchkey`.

    A record that two keys give to two people is left out.
    """
    levels = unpack(pairs["pattern"].to_numpy(), model.comparisons)
    pairs = pairs.with_columns(pl.Series("against", contradicted(levels, model.comparisons)))
    found = []
    for turn, place in enumerate(taken_first(model.matchkeys)):
        named = pairs.filter(pl.col("keys") // (1 << place) % 2 == 1).filter(
            pl.col("entity").n_unique().over("left_row") == 1, pl.col("left_row").n_unique().over("entity") == 1
        )
        named = named.filter(~pl.col("against")).unique(subset=["left_row"], keep="first", maintain_order=True)
        found.append(named.with_columns(pl.lit(place, pl.Int32).alias("matchkey"), pl.lit(turn).alias("turn")))
    if not found:
        return pairs.drop("against").with_columns(pl.lit(0, pl.Int32).alias("matchkey")).head(0)
    every = pl.concat(found)
    one_person = (pl.col("entity").n_unique().over("left_row") == 1) & (
        pl.col("left_row").n_unique().over("entity") == 1
    )
    every = every.filter(one_person).sort("left_row", "turn")
    return every.unique(subset=["left_row"], keep="first", maintain_order=True).drop("against", "turn")


def start_of(training_links: pl.DataFrame, model: Model) -> Start:
    """M by the matchkeys' links: for each comparison, from those that agree on a key that leaves it free.

    A comparison that every key looks at starts from a guess.
    """
    settings = model.settings.training
    levels = unpack(training_links["pattern"].to_numpy(), model.comparisons)
    ones = np.ones(len(levels), dtype=np.int64)
    keys = training_links["keys"].to_numpy()
    shares: list[NDArray[np.float64]] = []
    learnt: list[bool] = []
    for place, comparison in enumerate(model.comparisons):
        leaving = sum(1 << at for at, key in enumerate(model.matchkeys) if not _looks_at(key, comparison))
        taken = (keys & leaving != 0) & (levels[:, place] >= 0)
        learnt.append(int(taken.sum()) >= settings.few)
        if learnt[-1]:
            seen = shares_of(levels[taken], ones[taken], model.comparisons, smoothing=settings.smoothing)
            shares.append(seen[place])
        else:
            others = len(comparison.levels) - 1
            guess = np.full(others + 1, (1 - settings.guess) / others)
            guess[comparison.full] = settings.guess
            shares.append(guess)
    personal = tuple(comparison.role in _PERSONAL for comparison in model.comparisons)
    return Start(tuple(shares), tuple(learnt), personal)


def _looks_at(key: Matchkey, comparison: Comparison) -> bool:
    fields = {field_of(column) for column in comparison.columns}
    return bool(fields & {field_of(column) for column in key.columns})
