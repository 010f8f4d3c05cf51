"""Precision from people who cannot be found: their records are taken out of the register, and who is linked now?

When it applies: the linkage can be made once more on a register of which some records are left out. It needs no
truth, no clerk and no number. Linked people fall into folds at random. Without the records that one fold is linked
to, those of it who are linked are linked to strangers: so often people are linked who are not in the register, by
stratum. People without a link are mostly not in it, and this is how many of them were linked to strangers before.

How it fails: somebody whom the register holds twice is linked to the other record, which is no stranger: precision
comes out too low, and a clerk who looks at the few pairs tells. Of strangers who took the place of a record that is
there it says nothing: too high. People who are absent may be unlike those who were linked in more than the strata
tell. With a fold taken out there are fewer strangers to be linked to: a little too high.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl

from tf_linkage.quality.measures.figures import FIGURES

MEASURE = "sentinel_precision"

FOLDS = 4
"""Folds of linked people. Fewer would take more of the register out at once."""

ENOUGH = 500
"""People tried, from which no further fold is taken out: a linkage is dear, and their number alone decides."""

FEWEST = 50
"""People tried, below which a stratum is told together with the other such strata."""

Relinked = Callable[[pl.LazyFrame], pl.DataFrame]
"""The linkage once more, with another register: `ref` and `key` of the links it makes."""


def sentinel_figures(
    people: pl.DataFrame,
    links: pl.DataFrame,
    register: pl.LazyFrame,
    key: str,
    relinked: Relinked,
    *,
    seed: int = 2015,
) -> pl.DataFrame:
    """Precision as people say whose records were taken out.

    Args:
        people: everybody sent: `ref` and `stratum`.
        links: `ref` and `key` of the links made.
        register: its table of people, under its own `key`.
        key: name of that column.
        relinked: the linkage, once more.
        seed: of the folds.

    Returns:
        One row of columns level, measure, numerator, denominator, value, low, high: of `denominator` links so many
        are expected to be right. No row without people on either side.
    """
    linked = people.join(links.select("ref").unique(), on="ref", how="semi").sort("ref")
    order = np.random.default_rng(seed).permutation(linked.height)
    tried, false = linked.clear(), linked.clear()
    for fold in range(FOLDS):
        if tried.height >= ENOUGH:
            break
        mine = linked[np.sort(order[fold::FOLDS])]
        held_back = links.join(mine, on="ref", how="semi").select(pl.col("key").alias(key)).unique()
        typed = held_back.lazy().cast({key: register.collect_schema()[key]})
        made = relinked(register.join(typed, on=key, how="anti"))
        tried = tried.vstack(mine)
        false = false.vstack(mine.join(made.select("ref").unique(), on="ref", how="semi"))
    return strata_figures(tried, false, people.join(links, on="ref", how="anti"), links.height)


def strata_figures(tried: pl.DataFrame, false: pl.DataFrame, unlinked: pl.DataFrame, links: int) -> pl.DataFrame:
    """The same from those tried, those of them who were linked, and those without a link: `stratum` of each."""
    counts = _counts(tried, false, unlinked)
    if not links or counts.is_empty() or not counts["tried"].sum():
        return pl.DataFrame(schema=FIGURES)
    some, of, absent = (counts[name].to_numpy().astype(np.float64) for name in ("false", "tried", "unlinked"))
    # Of the absent a share is linked already, so that those without a link are the others.
    weights = absent / np.maximum(of - some, 1)
    expected, low, high = weighted_counts(some, weights)
    value, least, most = (float(np.clip(1 - number / links, 0, 1)) for number in (expected, high, low))
    row = {"level": "all", "measure": MEASURE, "numerator": round(value * links), "denominator": links,
           "value": value, "low": least, "high": most}  # fmt: skip
    return pl.DataFrame([row], schema=FIGURES)


def weighted_counts(counts: np.ndarray, weights: np.ndarray) -> tuple[float, float, float]:
    """A weighted sum of counts that come by chance (Poisson), and between which numbers what it expects lies.

    What is expected lies about as a gamma variable of the sum's mean and variance, for the upper end with one count
    more of the greatest weight (Fay and Feuer 1997, *Statistics in Medicine* 16); what came is Poisson about that.

    Args:
        counts: of each stratum.
        weights: by which they count.

    Returns:
        The sum, and the ends of the 95% interval of a number that came with the same chances.

    >>> weighted_counts(np.array([3.0]), np.array([1.0]))
    (3.0, 0.0, 11.0)
    """
    total, variance = float(weights @ counts), float(weights**2 @ counts)
    most = float(weights.max(initial=0.0))
    more, wider = total + most, variance + most**2
    low = _of_gamma(0.025, total, variance) if total else 0.0
    return total, low, _of_gamma(0.975, more, wider) if more else 0.0


def _of_gamma(quantile: float, mean: float, variance: float) -> float:
    """Quantile of a Poisson count whose mean is a gamma variable: a negative binomial."""
    from scipy import stats  # noqa: PLC0415 - half a second that most commands do not need

    return float(stats.nbinom.ppf(quantile, mean**2 / variance, 1 / (1 + variance / mean)))


def strata_of(request: pl.DataFrame, numbers: tuple[str, ...]) -> pl.DataFrame:
    """By what strangers are taken for people: the decade of birth, and which numbers they have.

    Args:
        request: `request_ref`, `date_of_birth` and the numbers.
        numbers: columns that may be empty.

    Returns:
        Columns ref and stratum.
    """
    decade = (pl.col("date_of_birth").dt.year() // 10 * 10).cast(pl.String).fill_null("no date")
    having = [pl.when(pl.col(name).is_null()).then(pl.lit("")).otherwise(pl.lit(f", {name}")) for name in numbers]
    return request.select(
        pl.col("request_ref").cast(pl.String).alias("ref"), stratum=pl.concat_str(decade, *having)
    )


def _counts(tried: pl.DataFrame, false: pl.DataFrame, unlinked: pl.DataFrame) -> pl.DataFrame:
    """By stratum, how many were tried, falsely linked, and are without a link; few tried are told together."""
    kinds = {"tried": tried, "false": false, "unlinked": unlinked}
    counted = [
        of.group_by("stratum").len(name).with_columns(pl.col(name).cast(pl.Int64)) for name, of in kinds.items()
    ]
    of_all = counted[0].join(counted[1], on="stratum", how="full", coalesce=True).join(
        counted[2], on="stratum", how="full", coalesce=True
    ).fill_null(0)  # fmt: skip
    told = pl.when(pl.col("tried") >= FEWEST).then("stratum").otherwise(pl.lit("others"))
    sums = of_all.group_by(told.alias("stratum")).agg(pl.col("tried", "false", "unlinked").sum()).sort("stratum")
    if "others" in sums["stratum"] and sums.filter(pl.col("stratum") == "others")["tried"][0] < FEWEST:
        sums = sums.with_columns(stratum=pl.lit("others")).group_by("stratum").agg(pl.all().sum())
    return sums
