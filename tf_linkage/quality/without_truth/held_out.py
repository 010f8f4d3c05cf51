"""Whether posteriors hold, from a number that was held back: pairs that agree on it, by posterior, and a refit.

When it applies: request and register hold a number that hardly two people share, and the linkage is made once more
without it. Of pairs in which both have the number, those that agree on it are of one person, but for the few whose
number was written down wrongly: how many these are, the surest links tell, and shares are divided by theirs. That
share by posterior is what the posteriors of this linkage are worth; a refit on their logits,

    chance that it is one person = 1 / (1 + exp(-(a + b logit posterior))),  b above 0,

says which posterior is an even chance (Platt 1999; with a known share of numbers wrong).

How it fails: pairs without a number on either side may be worth more or less at the same posterior. Where a wrong
number goes with a wrong name, doubtful pairs of one person agree on it more rarely than sure ones, and doubtful
posteriors seem to be worth less than they are. It is of the linkage without the number: with it few pairs are in
doubt, and those are others.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tf_linkage.intervals import Z, wilson_ends
from tf_linkage.quality.measures.figures import FIGURES

Floats = NDArray[np.float64]

SURE = 0.999
"""Posterior from which pairs tell how many numbers are written down wrongly."""

FEWEST = 30
"""Pairs below the surest that must hold the number on both sides, and of each kind at least `EACH`."""

EACH = 5

BANDS = ((0.1, 0.5), (0.5, 0.9), (0.9, 0.99), (0.99, 0.999))
"""Posteriors told together; with fewer than ten pairs a band is left out."""

LEAST_TOLD = 10
FLOOR = 1e-9


@dataclass(frozen=True)
class Refit:
    """What posteriors are worth by a number held back.

    Attributes:
        level: a, what the logit is moved by.
        slope: b, by what it is multiplied.
        covariance: of a and b.
        agreeing: share of the surest pairs that agree on the number.
        pairs: below the surest, that hold the number on both sides.
    """

    level: float
    slope: float
    covariance: Floats
    agreeing: float
    pairs: int

    def worth(self, posterior: float) -> tuple[float, float, float]:
        """Chance that a pair of this posterior is of one person, with its 95% interval."""
        logit = float(np.log(posterior / (1 - posterior)))
        at, along = self.level + self.slope * logit, np.array([1.0, logit])
        error = float(np.sqrt(along @ self.covariance @ along))
        value, low, high = (1 / (1 + np.exp(-(at + way * Z * error))) for way in (0, -1, 1))
        return float(value), float(low), float(high)

    @property
    def even(self) -> float:
        """The posterior that is worth an even chance."""
        return float(1 / (1 + np.exp(self.level / self.slope)))


def held_out_pairs(request: pl.DataFrame, register: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """Pairs in which both sides hold the number.

    Args:
        request: `ref` and `number`, which may be empty.
        register: `key` and `number`, likewise; a record may have several rows.
        pairs: `ref`, `key` and `match_probability` of the links and pairs for review made without the number.

    Returns:
        Columns ref, match_probability, agrees; sorted.
    """
    held = register.drop_nulls("number").group_by("key").agg(pl.col("number").unique().alias("held"))
    both = pairs.join(request.drop_nulls("number"), on="ref").join(held, on="key")
    return both.select("ref", "key", "match_probability", agrees=pl.col("number").is_in(pl.col("held"))).sort(
        "ref", "key"
    ).drop("key")  # fmt: skip


def refit(pairs: pl.DataFrame) -> Refit | None:
    """The refit on pairs in doubt.

    Args:
        pairs: what `held_out_pairs` gives.

    Returns:
        None where they are too few, hardly any of them agrees or hardly any does not, or where pairs of a higher
        posterior agree no oftener than others beyond chance: then posteriors tell nothing that could be refitted.
    """
    agreeing = _agreeing(pairs)
    doubtful = pairs.filter(pl.col("match_probability") < SURE)
    agree = doubtful["agrees"].to_numpy().astype(np.float64)
    if agreeing is None or len(agree) < FEWEST or not EACH <= agree.sum() <= len(agree) - EACH:
        return None
    posterior = np.clip(doubtful["match_probability"].to_numpy(), FLOOR, 1 - FLOOR)
    design = np.column_stack([np.ones(len(agree)), np.log(posterior / (1 - posterior))])

    def chances(found: Floats) -> tuple[Floats, Floats]:
        right = 1 / (1 + np.exp(-(design @ np.array([found[0], np.exp(found[1])]))))
        return right, np.clip(agreeing * right, FLOOR, 1 - FLOOR)

    def misfit(found: Floats) -> float:
        share = chances(found)[1]
        return -float((agree * np.log(share) + (1 - agree) * np.log(1 - share)).sum())

    from scipy import optimize  # noqa: PLC0415 - most commands import this room and never refit

    at = optimize.minimize(misfit, np.zeros(2), method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-9}).x
    level, slope = float(at[0]), float(np.exp(at[1]))
    right, share = chances(at)
    # Scores of a and b, pairs of one person as a cluster: the variance of a likelihood that may not quite hold.
    moved = (agree - share) / (share * (1 - share)) * agreeing * right * (1 - right)
    scores = design * moved[:, None]
    slopes = (agreeing * right * (1 - right)) ** 2 / (share * (1 - share))
    information = (design * slopes[:, None]).T @ design
    of_people = doubtful.select("ref").with_columns(pl.DataFrame(scores, schema=["a", "b"])).group_by(
        "ref", maintain_order=True
    ).agg(pl.col("a", "b").sum())  # fmt: skip
    summed = of_people.select("a", "b").to_numpy()
    inverse = np.linalg.inv(information)
    covariance = inverse @ (summed.T @ summed) @ inverse
    told = slope > Z * float(np.sqrt(covariance[1, 1]))
    return Refit(level, slope, covariance, agreeing, len(agree)) if told else None


def _agreeing(pairs: pl.DataFrame) -> float | None:
    sure = pairs.filter(pl.col("match_probability") >= SURE)["agrees"]
    return float(sure.mean()) if len(sure) >= FEWEST and sure.any() else None  # type: ignore[arg-type]


def by_posterior(pairs: pl.DataFrame) -> pl.DataFrame:
    """What posteriors say next to what the number says, band by band.

    Args:
        pairs: what `held_out_pairs` gives.

    Returns:
        Columns level, measure, numerator, denominator, value, low, high: `held_out_expected`, the mean posterior,
        and `held_out_share`, which agrees on the number, over the share of the surest that does (Wilson's interval
        over it as well). No row of fewer than ten pairs, nor where too few pairs are sure.
    """
    agreeing, rows = _agreeing(pairs), []
    for low, high in BANDS if agreeing is not None else ():
        of = pairs.filter(pl.col("match_probability").is_between(low, high, closed="left"))
        if of.height < LEAST_TOLD:
            continue
        some = int(of["agrees"].sum())
        ends = (some / of.height, *wilson_ends(some / of.height, of.height))
        value, least, most = (min(1.0, end / agreeing) for end in ends)  # type: ignore[operator]
        shared = {"level": f"{low:g} to {high:g}", "denominator": of.height}
        rows += [
            shared | {"measure": "held_out_expected", "value": of["match_probability"].mean()},
            shared | {"measure": "held_out_share", "numerator": some, "value": value, "low": least, "high": most},
        ]
    return pl.DataFrame(rows, schema=FIGURES)
