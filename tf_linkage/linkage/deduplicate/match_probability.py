"""How likely two records of one table are one person, by those two records alone.

A study reference must not change because somebody else takes part or withdraws, so nothing here is learnt from the
table: the shares are fixed, one table below, and the two rivals of "one person twice" stand in it by name: people
of one home, and strangers. Candidates within one table, and their posterior.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tf_linkage.errors import LinkageRefused
from tf_linkage.linkage.compare.candidates import affordable, block_and_compare
from tf_linkage.linkage.compare.patterns import Levels, unpack
from tf_linkage.linkage.limits import Limits
from tf_linkage.linkage.model.comparisons import Comparison, Level
from tf_linkage.linkage.model.model import Model, general_model
from tf_linkage.linkage.model.settings import OneTable, Settings
from tf_linkage.linkage.tables.database import connected
from tf_linkage.linkage.tables.encoded import load
from tf_linkage.linkage.tables.records import Records

Shares = tuple[float, float, float]
"""Of a level among records of one person, among people of one home, and among strangers."""

SHARES: Final[Mapping[str, Mapping[str, Shares]]] = {
    "forename": {
        "equal": (0.80, 0.004, 0.010),
        "first_equal": (0.06, 0.003, 0.010),
        "alike": (0.05, 0.005, 0.004),
        "second_differs": (0.002, 0.005, 0.005),
        "form": (0.03, 0.003, 0.003),
        "second_used": (0.02, 0.010, 0.005),
        "swapped": (0.008, 0.00001, 0.00001),
        "traded": (0.002, 0.0005, 0.0005),
        "close": (0.01, 0.020, 0.015),
        "different": (0.018, 0.950, 0.950),
    },
    "surname": {
        "equal": (0.88, 0.65, 0.010),
        "alike": (0.05, 0.03, 0.002),
        "part": (0.02, 0.03, 0.002),
        "close": (0.01, 0.01, 0.006),
        "different": (0.04, 0.28, 0.980),
    },
    "date_of_birth": {
        "equal": (0.95, 0.02, 0.00004),
        "turned": (0.005, 0.0002, 0.00002),
        "slip": (0.025, 0.004, 0.001),
        "year_near": (0.005, 0.002, 0.0005),
        "year_alone": (0.0049, 0.00015, 0.00007),
        "year": (0.007, 0.03, 0.014),
        "different": (0.008, 0.944, 0.984),
    },
    "gender": {"equal": (0.97, 0.50, 0.50), "different": (0.03, 0.50, 0.50)},
    "home": {
        "house_postcode": (0.60, 0.90, 0.0001),
        "house_street": (0.10, 0.08, 0.0001),
        "postcode": (0.05, 0.01, 0.0005),
        "street": (0.02, 0.0025, 0.0005),
        "sector": (0.05, 0.0025, 0.003),
        "district": (0.08, 0.0025, 0.02),
        "different": (0.10, 0.0025, 0.976),
    },
    "nino": {
        "equal": (0.90, 0.01, 0.000001),
        "slip": (0.04, 0.001, 0.000001),
        "different": (0.06, 0.989, 1.0),
    },
}
"""By the ids of comparison and level. Our assumptions: how often councils' two records of a person disagree;
how alike people of one home are, where twins (one pair in fifty is born on one day) and namesakes are set high; how
alike strangers with common names are."""


def likely_duplicates(
    records: pl.DataFrame, fields: Sequence[str], bounds: Limits, settings: Settings
) -> pl.DataFrame:
    """Pairs of records that are certain enough: `row`, `row_right` (the greater), `probability`; sorted.

    Args:
        records: standardised, with `row` and `record_id`.
        fields: what they were standardised from.
        bounds: what may be used.
        settings: of the linkage; those of one table say how certain a pair must be.

    Raises:
        LinkageRefused: more pairs than the bounds allow.
    """
    weighed = [field for field in fields if field in _FIELDS]
    if _NEEDED.difference(weighed):
        return pl.DataFrame(schema={"row": pl.UInt32, "row_right": pl.UInt32, "probability": pl.Float64})
    model = one_table_model(weighed, settings)
    both = Records.of_frames(records, records.with_columns(pl.col("row").alias("entity")))
    with connected(bounds) as connection:
        tables = load(connection, both, model)
        block_and_compare(tables, affordable(tables, bounds.most_pairs))
        patterns = tables.frame("SELECT DISTINCT pattern FROM pairs WHERE l < r ORDER BY pattern")["pattern"]
        posterior = probability(
            unpack(patterns.to_numpy(), model.comparisons), model.comparisons, settings.one_table
        )
        likely = pl.DataFrame({"pattern": patterns, "probability": posterior})
        connection.register(
            "likely", likely.filter(pl.col("probability") >= settings.one_table.posterior).to_arrow()
        )
        return tables.frame(
            'SELECT l AS "row", r AS row_right, probability FROM pairs JOIN likely USING (pattern) '
            "WHERE l < r ORDER BY l, r"
        )


def probability(levels: Levels, comparisons: Sequence[Comparison], settings: OneTable) -> NDArray[np.float64]:
    """Posterior probability that a pair of each pattern is one person; unknown values are no evidence.

    Raises:
        LinkageRefused: a comparison or level without shares.
    """
    prior = np.array([settings.twice / settings.crowd, settings.household_members / settings.crowd, 1.0])
    total = np.tile(np.log(prior), (len(levels), 1))
    for place, comparison in enumerate(comparisons):
        logs = np.log([*[shares_of(comparison, level) for level in comparison.levels], (1.0, 1.0, 1.0)])
        total += logs[levels[:, place]]
    total -= total.max(axis=1, keepdims=True)
    found: NDArray[np.float64] = np.exp(total[:, 0]) / np.exp(total).sum(axis=1)
    return found


def shares_of(comparison: Comparison, level: Level) -> Shares:
    """The shares of a level.

    Raises:
        LinkageRefused: there are none. A level that is passed over in silence would decide who is merged.
    """
    try:
        return SHARES[comparison.id][level.id]
    except KeyError:
        raise LinkageRefused(
            f"level {level.id!r} of comparison {comparison.id!r} has no shares within one table; add it to `SHARES`"
        ) from None


_FIELDS = ("forename", "surname", "date_of_birth", "gender", "address", "postcode", "nino")
_NEEDED = frozenset({"forename", "surname", "date_of_birth"})
"""Without these nothing tells a person from those at home."""


def one_table_model(fields: Sequence[str], settings: Settings) -> Model:
    """The comparisons of these fields, and the blocking rules that a large table can bear."""
    # An address without its postcode, or the reverse, is weighed by no share above.
    if len({"address", "postcode"} & set(fields)) == 1:
        fields = [field for field in fields if field not in {"address", "postcode"}]
    columns = ["record_id", *fields]
    model = general_model(columns, columns, settings=settings)
    rules = tuple(rule for rule in model.blocking_rules if not rule.wide)
    return dataclasses.replace(model, blocking_rules=rules, matchkeys=(), resembling=None)
