"""The level of each comparison for each pair, read from what the toolkit's Compare measures.

The toolkit's features, and how levels follow from them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import recordlinkage
from numpy.typing import NDArray

from tf_linkage.linkage.compare.patterns import guarded
from tf_linkage.linkage.engines.recordlinkage.pairs import as_pandas
from tf_linkage.linkage.model.comparisons import ALIKE, CLOSE, MISSING, Comparison
from tf_linkage.linkage.model.model import Model
from tf_linkage.linkage.tables.records import Records

_RARE, _UNCOMMON = 1e-4, 1e-3
"""Bands of a value's share of the right table: agreement on a rare name says more than on a common one."""

Codes = NDArray[np.int64]

BAND = 100
"""Added to code 0 once for each step of rarity."""


def levels_of(records: Records, model: Model, pairs: pd.MultiIndex) -> pd.DataFrame:
    """The level of each comparison for each pair: its code, with the best level split by rarity."""
    compare = recordlinkage.Compare()
    for label, kind, left_on, right_on in _features(model):
        if kind == "similarity":
            compare.string(left_on, right_on, method="jarowinkler", missing_value=np.nan, label=label)
        elif kind == "distance":
            compare.string(left_on, right_on, method="damerau_levenshtein", missing_value=np.nan, label=label)
        else:
            compare.exact(left_on, right_on, missing_value=MISSING, label=label)
    measured = compare.compute(pairs, as_pandas(records.left), as_pandas(records.right).drop(columns="entity"))
    columns = {}
    for comparison in model.comparisons:
        codes = _CODERS.get(comparison.name, _code_text)(measured, comparison, records, pairs)
        columns[comparison.name] = codes
    return pd.DataFrame(columns, index=pairs)


_WANTED: dict[str, tuple[tuple[str, str, str], ...]] = {
    "forename": (
        ("same", "forename_first", "forename_second"),
        ("same", "forename_second", "forename_first"),
        ("same", "forename_initial", "forename_initial"),
        ("similarity", "forename_first", "forename_first"),
    ),
    "surname": (
        ("same", "surname_first", "surname_last"),
        ("same", "surname_last", "surname_first"),
        ("similarity", "surname", "surname"),
    ),
    "date of birth": (
        ("same", "dob_year", "dob_year"),
        ("same", "dob_day_month", "dob_day_month"),
        ("distance", "dob", "dob"),
    ),
    "NINO": (("distance", "nino", "nino"),),
}
"""Features beyond the plain equality of a comparison's columns: kind, left column, right column."""

_SWAPPED = (("same", "forename_first", "surname"), ("same", "surname", "forename_first"))


def _features(model: Model) -> list[tuple[str, str, str, str]]:
    """The toolkit's features that the levels are read from: label, kind, left column, right column."""
    wanted: list[tuple[str, str, str]] = []
    for comparison in model.comparisons:
        wanted += [("same", column, column) for column in comparison.columns]
        textual = comparison.name not in _CODERS
        column = comparison.columns[0]
        wanted += (("similarity", column, column),) if textual else _WANTED.get(comparison.name, ())
    if {"forename", "surname"} <= set(model.fields):
        wanted += _SWAPPED
    return [(f"{kind}:{ours}:{theirs}", kind, ours, theirs) for kind, ours, theirs in dict.fromkeys(wanted)]


def _same(measured: pd.DataFrame, left: str, right: str | None = None) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = measured[f"same:{left}:{right or left}"].to_numpy() == 1
    return found


def _known(measured: pd.DataFrame, column: str) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = measured[f"same:{column}:{column}"].to_numpy() != MISSING
    return found


def _swapped(measured: pd.DataFrame) -> NDArray[np.bool_]:
    if "same:forename_first:surname" not in measured:
        return np.zeros(len(measured), dtype=bool)
    return (
        _same(measured, "forename_first", "surname")
        & _same(measured, "surname", "forename_first")
        & ~_same(measured, "surname")
    )


def _traded(measured: pd.DataFrame) -> NDArray[np.bool_]:
    """One of the names stands in the other's place."""
    if "same:forename_first:surname" not in measured:
        return np.zeros(len(measured), dtype=bool)
    return _same(measured, "forename_first", "surname") | _same(measured, "surname", "forename_first")


def _gathered(records: Records, pairs: pd.MultiIndex, side: int, column: str) -> Any:
    frame = records.left if side == 0 else records.right
    return frame[column].to_numpy()[pairs.codes[side]]


def _code_forename(measured: pd.DataFrame, comparison: Comparison, records: Records, pairs: pd.MultiIndex) -> Codes:
    lengths = [
        records_side["forename"].str.len_chars().fill_null(0).to_numpy()[pairs.codes[side]]
        for side, records_side in enumerate((records.left, records.right))
    ]
    initial_only = (np.minimum(lengths[0], lengths[1]) == 1) & _same(measured, "forename_initial")
    second_unknown = ~_known(measured, "forename_second")
    both_single = np.ones(len(measured), dtype=bool)
    for side, frame in enumerate((records.left, records.right)):
        both_single &= frame["forename_second"].is_null().to_numpy()[pairs.codes[side]]
    similar = measured["similarity:forename_first:forename_first"].to_numpy()
    conditions = [
        _same(measured, "forename"),
        _same(measured, "forename_first") & second_unknown,
        (similar >= ALIKE) & both_single,
        _same(measured, "forename_first"),
        _same(measured, "forename_canon"),
        _same(measured, "forename_first", "forename_second")
        | _same(measured, "forename_second", "forename_first")
        | initial_only,
    ]
    if len(comparison.levels) == len(conditions) + 4:
        conditions += [_swapped(measured), _traded(measured)]
    conditions.append(similar >= CLOSE)
    codes = _coded(conditions, _known(measured, "forename"))
    return _by_rarity(codes, comparison, records, pairs)


def _code_surname(measured: pd.DataFrame, comparison: Comparison, records: Records, pairs: pd.MultiIndex) -> Codes:
    similar = measured["similarity:surname:surname"].to_numpy()
    part = np.zeros(len(measured), dtype=bool)
    for first in ("surname_first", "surname_last"):
        for second in ("surname_first", "surname_last"):
            part |= _same(measured, first, second)
    conditions = [_same(measured, "surname"), similar >= ALIKE, part, similar >= CLOSE]
    out_of_place = _traded(measured) & ~_same(measured, "forename_first") & ~_same(measured, "surname")
    codes = _coded(conditions, _known(measured, "surname") & ~out_of_place)
    return _by_rarity(codes, comparison, records, pairs)


def _code_date(measured: pd.DataFrame, comparison: Comparison, records: Records, pairs: pd.MultiIndex) -> Codes:
    # The toolkit's similarity is one less the distance over the length, which is eight digits.
    distance = np.round((1 - measured["distance:dob:dob"].to_numpy()) * 8)
    ours = records.left["dob_day_month"]
    turned = records.right["dob"].str.slice(6, 2) + records.right["dob"].str.slice(4, 2)
    swapped = (ours.to_numpy()[pairs.codes[0]] == turned.to_numpy()[pairs.codes[1]]) & _same(measured, "dob_year")
    years = [
        frame["dob_year"].cast(pl.Int64).fill_null(0).to_numpy()[pairs.codes[side]]
        for side, frame in enumerate((records.left, records.right))
    ]
    near = np.abs(years[0] - years[1]) <= 10
    conditions = [
        _same(measured, "dob"),
        swapped,
        distance == 1,
        _same(measured, "dob_day_month") & near,
        _same(measured, "dob_year"),
    ]
    return _coded(conditions, _known(measured, "dob"))


def _code_place(measured: pd.DataFrame, comparison: Comparison, records: Records, pairs: pd.MultiIndex) -> Codes:
    same_house = _same(measured, "house")
    conditions = [
        _same(measured, "postcode") & same_house,
        same_house & _same(measured, "street"),
        _same(measured, "postcode"),
        _same(measured, "street"),
        _same(measured, "sector"),
        _same(measured, "district"),
    ]
    return _coded(conditions, _known(measured, "postcode") | _known(measured, "address"))


def _code_equal(measured: pd.DataFrame, comparison: Comparison, records: Records, pairs: pd.MultiIndex) -> Codes:
    conditions = [_same(measured, column) for level in comparison.levels[:-1] for column in level.equal_on]
    return _coded(conditions, _known(measured, comparison.columns[0]))


def _code_nino(measured: pd.DataFrame, comparison: Comparison, records: Records, pairs: pd.MultiIndex) -> Codes:
    distance = np.round((1 - measured["distance:nino:nino"].to_numpy()) * 8)
    return _coded([_same(measured, "nino"), distance == 1], _known(measured, "nino"))


def _code_text(measured: pd.DataFrame, comparison: Comparison, records: Records, pairs: pd.MultiIndex) -> Codes:
    column = comparison.columns[0]
    similar = measured[f"similarity:{column}:{column}"].to_numpy()
    codes = _coded([_same(measured, column), similar >= ALIKE, similar >= CLOSE], _known(measured, column))
    return _by_rarity(codes, comparison, records, pairs)


_CODERS = {
    "forename": _code_forename,
    "surname": _code_surname,
    "date of birth": _code_date,
    "gender": _code_equal,
    "postcode": _code_equal,
    "address and postcode": _code_place,
    "NINO": _code_nino,
}


def _coded(conditions: list[NDArray[np.bool_]], known: NDArray[np.bool_]) -> Codes:
    codes = np.select(conditions, list(range(len(conditions))), default=len(conditions))
    return np.where(known, codes, MISSING).astype(np.int64)


def _by_rarity(codes: Codes, comparison: Comparison, records: Records, pairs: pd.MultiIndex) -> Codes:
    """Split the best level by how rare the value is in the right table."""
    column = str(comparison.frequency)
    values = records.right[column]
    share = (
        records.right.select(pl.len().over(column).alias("n"))["n"].to_numpy()
        / max(1, values.len() - values.null_count())
    )[pairs.codes[1]]
    band = np.where(share < _RARE, 2, np.where(share < _UNCOMMON, 1, 0))
    return np.where(codes == 0, band * BAND, codes)


def doubtful_pairs(levels: pd.DataFrame, model: Model) -> NDArray[np.bool_]:
    """Pairs with different forenames or dates of birth, and no NINO that says they are one person."""
    codes = np.stack([levels[comparison.name].to_numpy() % BAND for comparison in model.comparisons], axis=1)
    return guarded(np.where(levels.to_numpy() == MISSING, MISSING, codes), model.comparisons)
