"""From scored pairs to links: each person once on either side where the model says so.

The assignment. It is exact: inside every group of competing pairs the set of links with the greatest total evidence
is chosen, not the greedy one. Pairs between which only the spelling of an id would choose are chosen by nobody:
they are for review. What is likely enough next to the links is for review; whatever else comes near is a rival,
which becomes a link only if clerks reject the link that keeps it out.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tf_linkage.linkage.model.model import Model, bits_at
from tf_linkage.linkage.resolve.competition import best_of

RIVAL = "rival"
"""Status of a pair that is neither link nor for review, but likely enough to be either once another pair is not."""

_TIE = 1e-9
"""Weights are compared after rounding to this many bits, so that the last bits of a sum decide nothing."""


def settled(weighed: pl.DataFrame, model: Model) -> pl.DataFrame:
    """What becomes of weighed pairs: links, pairs for review, and their rivals.

    Args:
        weighed: `left_row`, `entity`, `match_weight`, `match_probability`, `certain` (agrees on a unique,
            uncontradicted matchkey), `undated` (the left record has no date of birth); at most one row for each
            left row and entity.
        model: says from when a pair is a link or for review, and how often a person may be linked.

    Returns:
        The rows of links, then of reviews, then of rivals, with `status`; any others are left out.
    """
    gain = pl.col("match_weight") - indifferent(model) + 1e-9
    # A unique, uncontradicted matchkey is a link whatever the weights say, but not against a stronger claim.
    gain = pl.when("certain").then(pl.max_horizontal(gain, pl.lit(1e-9))).otherwise(gain)
    weighed = weighed.with_columns(gain.alias("gain"))
    chosen, equal = chosen_of(weighed, model)
    rest = weighed.join(chosen, on=["left_row", "entity"], how="anti", maintain_order="left")
    rest = divided(rest, equal)
    taken = taken_by(chosen, model)
    likely = pl.col("match_probability") >= model.review_threshold
    status = pl.when(likely & ~taken).then(pl.lit("review")).otherwise(pl.lit(RIVAL))
    rest = rest.filter(likely | (pl.col("match_weight") >= nearest(model))).with_columns(status.alias("status"))
    links = chosen.with_columns(pl.lit("link").alias("status"))
    reviews, rivals = (rest.filter(pl.col("status") == word) for word in ("review", RIVAL))
    return pl.concat([links, reviews, rivals]).drop("gain")


def nearest(model: Model) -> float:
    """Bits below which a pair is neither link nor for review nor a rival, unless it agrees on a matchkey."""
    return bits_at(model.review_threshold) - model.settings.resolution.near


def chosen_of(pairs: pl.DataFrame, model: Model) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The links among pairs (`left_row`, `entity`, `gain`), and the pairs between which nothing chooses.

    Returns:
        The rows of the links; and `left_row`, `entity`, `equals` of pairs that would be links but for equal ones:
        how many there are of each, itself included. Where further records of one person are linked, those between
        which nothing chooses are linked together instead.
    """
    ways: dict[str, Callable[[pl.DataFrame], pl.DataFrame]] = {
        "one-to-one": one_to_one,
        "many-to-one": best_per_left,
        "one-to-many": best_per_right,
        "many-to-many": every_gain,
    }
    chosen = ways[model.kind](pairs)
    equal = equally_good(pairs.filter(pl.col("gain") > 0), chosen, model)
    return chosen.join(equal, on=["left_row", "entity"], how="anti", maintain_order="left"), equal


def equally_good(pairs: pl.DataFrame, chosen: pl.DataFrame, model: Model) -> pl.DataFrame:
    """Pairs of which others could be chosen at no loss: `left_row`, `entity`, `equals`."""
    gain = (pl.col("gain") / _TIE).round().cast(pl.Int64)
    every = pairs.select("left_row", "entity", gain.alias("gain"))
    made = chosen.select("left_row", "entity", gain.alias("gain"))
    rest = every.join(made, on=["left_row", "entity"], how="anti", maintain_order="left")
    found = [made.select("left_row", "entity").head(0)]
    for once, one, other in ((model.left_once, "left_row", "entity"), (model.right_once, "entity", "left_row")):
        if not once or (model.second_records and one == "left_row"):
            continue
        # Another partner who is as good and free.
        both = rest.join(made, on=[one, "gain"], suffix="_made", maintain_order="left")
        if model.left_once and model.right_once:
            both = both.join(made.select(other), on=other, how="anti", maintain_order="left")
        found += [both.select("left_row", "entity")]
        found += [both.select(pl.col(one), pl.col(f"{other}_made").alias(other)).select("left_row", "entity")]
    if model.left_once and model.right_once:
        # Two links whose partners could be exchanged.
        turned = rest.join(made.select("left_row", ours="entity", one="gain"), on="left_row")
        turned = turned.join(made.select("entity", theirs="left_row", two="gain"), on="entity")
        back = rest.select(theirs="left_row", ours="entity", gain_back="gain")
        turned = turned.join(back, on=["theirs", "ours"])
        turned = turned.filter((pl.col("gain") + pl.col("gain_back") - pl.col("one") - pl.col("two")).abs() <= 4)
        found += [turned.select("left_row", "entity"), turned.select("left_row", entity="ours")]
    every = pl.concat(found).unique().sort("left_row", "entity")
    return every.with_columns(equals=pl.max_horizontal(pl.len().over("left_row"), pl.len().over("entity")))


def divided(pairs: pl.DataFrame, equal: pl.DataFrame) -> pl.DataFrame:
    """The pairs with the posterior of those that are equally good divided among them."""
    share, odds = pl.col("match_probability"), pl.col("equals").fill_null(1) - 1
    joined = pairs.join(equal, on=["left_row", "entity"], how="left", maintain_order="left")
    return joined.with_columns((share / (1 + odds * share)).alias("match_probability")).drop("equals")


def taken_by(chosen: pl.DataFrame, model: Model) -> pl.Expr:
    """Whether a link keeps a pair from being one too."""
    taken = pl.lit(value=False)
    if model.left_once:
        taken |= pl.col("left_row").is_in(chosen["left_row"].implode())
    if model.right_once:
        taken |= pl.col("entity").is_in(chosen["entity"].implode())
    return taken


def indifferent(model: Model) -> pl.Expr:
    """Bits from which a pair (`undated`) is rather a link than none."""
    usual = bits_at(model.link_threshold)
    return pl.when("undated").then(max(usual, bits_at(model.undated))).otherwise(usual)


def one_to_one(pairs: pl.DataFrame) -> pl.DataFrame:
    """The best set of pairs in which nobody appears twice.

    Args:
        pairs: `left_row`, `entity`, `gain` (bits above the point of indifference; at most one row for each
            left row and entity).

    Returns:
        The rows chosen, sorted by left row. A pair whose gain is not positive is never chosen.
    """
    pairs = pairs.filter(pl.col("gain") > 0).sort("left_row", "entity")
    if pairs.is_empty():
        return pairs
    left = _codes(pairs["left_row"])
    right = _codes(pairs["entity"])
    alone = (np.bincount(left)[left] == 1) & (np.bincount(right)[right] == 1)
    chosen = alone.copy()
    rest = np.flatnonzero(~alone)
    if len(rest):
        gain = np.round(pairs["gain"].to_numpy()[rest] / _TIE) * _TIE
        chosen[rest[best_of(left[rest], right[rest], gain)]] = True
    return pairs.filter(pl.Series(chosen))


def best_per_left(pairs: pl.DataFrame) -> pl.DataFrame:
    """The best pair of each left row, with no limit on how often a right-hand person is chosen."""
    pairs = pairs.filter(pl.col("gain") > 0).sort(["left_row", "gain", "entity"], descending=[False, True, False])
    return pairs.unique(subset=["left_row"], keep="first", maintain_order=True).sort("left_row")


def every_gain(pairs: pl.DataFrame) -> pl.DataFrame:
    """Every pair that is rather a link than none."""
    return pairs.filter(pl.col("gain") > 0)


def best_per_right(pairs: pl.DataFrame) -> pl.DataFrame:
    """The best pair of each right-hand person, with no limit on how often a left record is chosen."""
    turned = pairs.rename({"left_row": "entity", "entity": "left_row"})
    return (
        best_per_left(turned)
        .select(pairs.rename({"left_row": "entity", "entity": "left_row"}).columns)
        .rename({"left_row": "entity", "entity": "left_row"})
        .sort("left_row", "entity")
    )


def _codes(column: pl.Series) -> NDArray[np.int64]:
    codes: NDArray[np.int64] = np.unique(column.to_numpy(), return_inverse=True)[1].astype(np.int64)
    return codes
