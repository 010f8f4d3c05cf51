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

from tf_linkage.linkage.bounds import Bounds
from tf_linkage.linkage.compare.candidates import affordable, block_and_compare
from tf_linkage.linkage.compare.patterns import Levels, unpack
from tf_linkage.linkage.model.comparisons import Comparison
from tf_linkage.linkage.model.model import Model, general_model
from tf_linkage.linkage.tables.database import connected
from tf_linkage.linkage.tables.encoded import load
from tf_linkage.linkage.tables.records import Records

HIGH_BAR: Final = 0.99
"""Posterior from which a pair is taken for one person: to merge two people is worse than to miss a duplicate."""

TWICE: Final = 0.04
"""Records that have a second one of the same person (our assumption, as for the simulated councils)."""

HOUSEHOLD_MEMBERS: Final = 3.0
"""Others of the same home per record, in families (our assumption)."""

CROWD: Final = 100_000.0
"""Records among which strangers look alike: as many as a large study has, so that a small one errs less."""

Shares = tuple[float, float, float]
"""Of a level among records of one person, among people of one home, and among strangers."""

SHARES: Final[Mapping[str, Mapping[str, Shares]]] = {
    "forename": {
        "all forenames equal": (0.80, 0.004, 0.010),
        "first forename equal, others on one side only": (0.06, 0.003, 0.010),
        "spelt almost alike": (0.05, 0.005, 0.004),
        "first forename equal, second different": (0.002, 0.005, 0.005),
        "a form of the same name": (0.03, 0.003, 0.003),
        "second forename used as first, or initial only": (0.02, 0.010, 0.005),
        "swapped with the surname": (0.008, 0.00001, 0.00001),
        "one of the names in the other's place": (0.002, 0.0005, 0.0005),
        "resembling, or short and one letter off": (0.01, 0.020, 0.015),
        "different": (0.018, 0.950, 0.950),
    },
    "surname": {
        "equal": (0.88, 0.65, 0.010),
        "spelt almost alike": (0.05, 0.03, 0.002),
        "one part of a double name equal": (0.02, 0.03, 0.002),
        "resembling": (0.01, 0.01, 0.006),
        "different": (0.04, 0.28, 0.980),
    },
    "date of birth": {
        "equal": (0.95, 0.02, 0.00004),
        "day and month swapped": (0.005, 0.0002, 0.00002),
        "one digit differs, or two neighbours are swapped": (0.025, 0.004, 0.001),
        "same day and month, year off by at most ten": (0.005, 0.002, 0.0005),
        "same year": (0.007, 0.03, 0.014),
        "different": (0.008, 0.944, 0.984),
    },
    "gender": {"equal, where forenames differ": (0.97, 0.50, 0.50), "different": (0.03, 0.50, 0.50)},
    "address and postcode": {
        "same house and postcode": (0.60, 0.90, 0.0001),
        "same house and street, postcode differs or unknown": (0.10, 0.08, 0.0001),
        "same postcode": (0.05, 0.01, 0.0005),
        "same street, another house": (0.02, 0.0025, 0.0005),
        "same sector": (0.05, 0.0025, 0.003),
        "same district": (0.08, 0.0025, 0.02),
        "different": (0.10, 0.0025, 0.976),
    },
    "NINO": {
        "equal": (0.90, 0.01, 0.000001),
        "one character differs, or two neighbours are swapped": (0.04, 0.001, 0.000001),
        "different": (0.06, 0.989, 1.0),
    },
}
"""By comparison and the words of its level. Our assumptions: how often councils' two records of a person disagree;
how alike people of one home are, where twins (one pair in fifty is born on one day) and namesakes are set high; how
alike strangers with common names are. A level that is not named counts as the last."""


def likely_duplicates(records: pl.DataFrame, fields: Sequence[str], bounds: Bounds) -> pl.DataFrame:
    """Pairs of records above the high bar: `row`, `row_right` (the greater), `probability`; sorted.

    Args:
        records: standardised, with `row` and `record_id`.
        fields: what they were standardised from.
        bounds: what may be used.

    Raises:
        LinkageRefused: more pairs than the bounds allow.
    """
    weighed = [field for field in fields if field in _FIELDS]
    if _LEAST.difference(weighed):
        return pl.DataFrame(schema={"row": pl.UInt32, "row_right": pl.UInt32, "probability": pl.Float64})
    model = _model(weighed)
    both = Records(records, records.with_columns(pl.col("row").alias("entity")))
    with connected(bounds) as connection:
        tables = load(connection, both, model)
        block_and_compare(tables, affordable(tables, bounds.most_pairs))
        patterns = tables.frame("SELECT DISTINCT pattern FROM pairs WHERE l < r ORDER BY pattern")["pattern"]
        posterior = probability(unpack(patterns.to_numpy(), model.comparisons), model.comparisons)
        likely = pl.DataFrame({"pattern": patterns, "probability": posterior})
        connection.register("likely", likely.filter(pl.col("probability") >= HIGH_BAR).to_arrow())
        return tables.frame(
            'SELECT l AS "row", r AS row_right, probability FROM pairs JOIN likely USING (pattern) '
            "WHERE l < r ORDER BY l, r"
        )


def probability(levels: Levels, comparisons: Sequence[Comparison]) -> NDArray[np.float64]:
    """Posterior probability that a pair of each pattern is one person; unknown values are no evidence."""
    prior = np.array([TWICE / CROWD, HOUSEHOLD_MEMBERS / CROWD, 1.0])
    total = np.tile(np.log(prior), (len(levels), 1))
    for place, comparison in enumerate(comparisons):
        shares = SHARES[comparison.name]
        last = shares[comparison.levels[-1].words]
        logs = np.log([*[shares.get(level.words, last) for level in comparison.levels], (1.0, 1.0, 1.0)])
        total += logs[levels[:, place]]
    total -= total.max(axis=1, keepdims=True)
    found: NDArray[np.float64] = np.exp(total[:, 0]) / np.exp(total).sum(axis=1)
    return found


_FIELDS = ("forename", "surname", "date_of_birth", "gender", "address", "postcode", "nino")
_LEAST = frozenset({"forename", "surname", "date_of_birth"})
"""Without these nothing tells a person from those at home."""


def _model(fields: Sequence[str]) -> Model:
    """The comparisons of these fields, and the blocking rules that a large table can bear."""
    # An address without its postcode, or the reverse, is weighed by no share above.
    if len({"address", "postcode"} & set(fields)) == 1:
        fields = [field for field in fields if field not in {"address", "postcode"}]
    columns = ["record_id", *fields]
    model = general_model(columns, columns)
    rules = tuple(rule for rule in model.blocking_rules if not rule.wide)
    return dataclasses.replace(model, blocking_rules=rules, matchkeys=())
