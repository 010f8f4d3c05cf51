"""Sets of links drawn from the posteriors, and results combined over them.

The draws and Rubin's rules.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import polars as pl

from tf_linkage.intervals import Z

LinkSet = Mapping[str, pl.DataFrame]
"""By department: person_id and register_key."""


def drawn_links(pairs: Mapping[str, pl.DataFrame], *, draws: int, seed: int) -> Iterator[LinkSet]:
    """Sets of links drawn from the posteriors: at most one to a person and one to a register record.

    Each person draws one of their pairs, or none, with the pairs' posterior probabilities (scaled down where they
    add up to more than one). Of two people who drew the same record, one picked at random keeps it.

    Args:
        pairs: by department: person_id, register_key and match_probability of every pair weighed.
        draws: how many sets.
        seed: of the draws.
    """
    ordered = {name: table.sort("person_id", "register_key") for name, table in sorted(pairs.items())}
    rng = np.random.default_rng(seed)
    for _ in range(draws):
        chosen: dict[str, pl.DataFrame] = {}
        for name, table in ordered.items():
            firsts = (
                table.select(first=pl.col("person_id") != pl.col("person_id").shift(1)).to_series().fill_null(True)
            )
            person = np.cumsum(firsts.to_numpy()) - 1
            luck = rng.random(int(person[-1]) + 1 if len(person) else 0)
            turn = rng.random(table.height)
            p = pl.col("match_probability")
            share = p / pl.max_horizontal(p.sum().over("person_id"), pl.lit(1.0))
            upper = share.cum_sum().over("person_id")
            chosen[name] = (
                table.with_columns(luck=pl.Series(luck[person] if len(person) else [], dtype=pl.Float64), turn=turn)
                .filter((upper - share <= pl.col("luck")) & (pl.col("luck") < upper))
                .sort("turn")
                .unique("register_key", keep="first", maintain_order=True)
                .select("person_id", "register_key")
            )
        yield chosen


def rubin(estimates: Sequence[float], variances: Sequence[float]) -> tuple[float, float, float]:
    """An estimate and its 95% interval from several draws: mean, and within plus (1 + 1/K) times between variance.

    The normal quantile is used: with draws that differ little the degrees of freedom are many.
    """
    k = len(estimates)
    mean = float(np.mean(estimates))
    total = float(np.mean(variances)) + (1 + 1 / k) * float(np.var(estimates, ddof=1))
    return mean, mean - Z * total**0.5, mean + Z * total**0.5
