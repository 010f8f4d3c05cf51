"""The level of each comparison for each pair: the model's conditions, on what the toolkit's Compare measures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import recordlinkage
from numpy.typing import NDArray

from tf_linkage.linkage.compare.patterns import guarded
from tf_linkage.linkage.engines.recordlinkage.pairs import as_pandas
from tf_linkage.linkage.model.comparisons import MISSING, Comparison
from tf_linkage.linkage.model.conditions import Cuts, Measure, columns_in, measured
from tf_linkage.linkage.model.model import Model
from tf_linkage.linkage.model.settings import Toolkit
from tf_linkage.linkage.tables.records import Records

Codes = NDArray[np.int64]

BAND = 100
"""Added to the code of full agreement once for each step of rarity; more than any comparison has levels."""

_METHODS = {"similarity": "jarowinkler", "slips": "damerau_levenshtein", "edits": "levenshtein"}


def levels_of(records: Records, model: Model, pairs: pd.MultiIndex) -> pd.DataFrame:
    """The code of each comparison for each pair, under its id, with full agreement split by rarity."""
    asked = list(measured([each for one in model.comparisons for each in one.conditions], model.cuts))
    measures = _measured(records, asked, pairs)
    columns = {}
    for comparison in model.comparisons:
        codes = _coded(comparison, _side_by_side(records, comparison, pairs).with_columns(measures), model.cuts)
        if comparison.frequency:
            bands = _bands(records.right[comparison.frequency], model.settings.toolkit)[pairs.codes[1]]
            codes = np.where(codes == comparison.full, codes + bands * BAND, codes)
        columns[comparison.id] = codes
    return pd.DataFrame(columns, index=pairs)


def doubtful_pairs(levels: pd.DataFrame, model: Model) -> NDArray[np.bool_]:
    """Pairs with different forenames or dates of birth, and no NINO that says they are one person."""
    codes = np.stack([levels[comparison.id].to_numpy() % BAND for comparison in model.comparisons], axis=1)
    return guarded(np.where(levels.to_numpy() == MISSING, MISSING, codes), model.comparisons)


def _measured(records: Records, measures: Sequence[Measure], pairs: pd.MultiIndex) -> list[pl.Series]:
    """Each measure of each pair by the toolkit; null where either value is unknown."""
    if not measures:
        return []
    compare = recordlinkage.Compare()
    for measure in measures:
        method = _METHODS[measure.kind]
        compare.string(measure.column, measure.column, method=method, missing_value=np.nan, label=measure.name)
    columns = sorted({measure.column for measure in measures})
    found = compare.compute(pairs, as_pandas(records.left, columns), as_pandas(records.right, columns))
    return [_series(measure, found[measure.name].to_numpy(), records, pairs) for measure in measures]


def _series(measure: Measure, similar: NDArray[np.float64], records: Records, pairs: pd.MultiIndex) -> pl.Series:
    if measure.kind != "similarity":
        # The toolkit's similarity is one less the distance over the greater length.
        lengths = [
            frame[measure.column].str.len_chars().fill_null(0).to_numpy()[pairs.codes[side]]
            for side, frame in enumerate((records.left, records.right))
        ]
        similar = np.round((1 - similar) * np.maximum(*lengths))
    return pl.Series(measure.name, np.asarray(similar, dtype=np.float64), nan_to_null=True)


def _side_by_side(records: Records, comparison: Comparison, pairs: pd.MultiIndex) -> pl.DataFrame:
    columns = sorted(columns_in(comparison.conditions))
    sides = [
        frame.select(pl.col(columns).name.prefix(f"{'lr'[side]}_"))[pairs.codes[side]]
        for side, frame in enumerate((records.left, records.right))
    ]
    both: pl.DataFrame = pl.concat(sides, how="horizontal")
    return both


def _coded(comparison: Comparison, frame: pl.DataFrame, cuts: Cuts) -> Codes:
    """The code of the first level that holds.

    The toolkit's classifier takes "unknown" for a level, so that to say it of all pairs whose forenames agree would
    count that twice: what is `implied` goes by its levels here.
    """
    chain: Any = pl.when(~comparison.known.expression(cuts)).then(MISSING)
    for code, level in enumerate(comparison.levels):
        if level.when is not None:
            chain = chain.when(level.when.expression(cuts)).then(code)
    codes = frame.select(chain.otherwise(comparison.different).cast(pl.Int64).alias("code"))["code"]
    found: Codes = codes.to_numpy()
    return found


def _bands(values: pl.Series, settings: Toolkit) -> Codes:
    """For each right row 0, 1 or 2: common, uncommon or rare in the right table."""
    number = pl.DataFrame({"value": values}).select(pl.len().over("value"))["len"].to_numpy()
    share = number / max(1, values.len() - values.null_count())
    return np.where(share < settings.rare, 2, np.where(share < settings.uncommon, 1, 0)).astype(np.int64)
