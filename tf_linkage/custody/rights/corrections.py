"""What a corrected value must keep: the contract's rules of its column, and what only a wrong value breaks.

What councils send may be wrong, so the contract lets much of it in; what somebody says is right need not be.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping

import polars as pl

from tf_linkage.contracts.bodies import council
from tf_linkage.contracts.bodies.identity import NINO_SHAPE, POSTCODE_SHAPE
from tf_linkage.contracts.columns import schema_of
from tf_linkage.custody.refusals import CorrectionRefused
from tf_linkage.custody.rights.request_lists import typed_corrections

SHAPES = {
    "nino": (re.compile(NINO_SHAPE), "two letters, six digits and a last letter A to D or none"),
    "postcode": (re.compile(POSTCODE_SHAPE), "a whole postcode, with its space"),
}
NAMES = ("forename", "surname")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""With these a spreadsheet takes a cell for a formula."""

LONGEST = 200
"""Characters of a text: no name or address of one person is longer."""


def must_keep_rules(corrections: pl.DataFrame, latest: dt.date) -> None:
    """Refuses corrections that cannot be right.

    Args:
        corrections: `request_lists.CORRECTIONS`.
        latest: the day on which the councils drew their extracts; they say nothing of any later day.

    Raises:
        CorrectionRefused: names the column and the rule, never the value.
    """
    for name, rows in typed_corrections(corrections).items():
        for why in _faults(name, rows["value"], latest):
            raise CorrectionRefused(f"the corrected {name} {why}")


def _faults(name: str, values: pl.Series, latest: dt.date) -> list[str]:
    column = council.Cohort.columns()[name]
    found = []
    rules: Mapping[str, pl.Expr] = column.validation_rules(pl.col(name))
    kept = values.cast(schema_of(council.Cohort)[name]).to_frame(name).select(**rules)
    broken = [rule for rule in rules if not kept[rule].fill_null(value=True).all()]
    if "nullability" in broken:
        found.append("may not be blank")
    elif "min" in broken:
        found.append("is a day before any that there can be")
    elif broken:
        found.append("does not keep its contract")
    known = values.drop_nulls()
    if values.dtype == pl.Date and (known > latest).any():
        found.append(f"is after {latest}, the day of the councils' extracts")
    if values.dtype == pl.String:
        found += [why for value in known for why in _faults_of_text(name, value)]
    return found


def _faults_of_text(name: str, value: str) -> list[str]:
    if value.startswith(FORMULA):
        return ["begins like a formula"]
    if len(value) > LONGEST:
        return [f"is longer than {LONGEST} characters"]
    if any(unicodedata.category(one) in {"Cc", "Cf", "Co", "Cs"} for one in value):
        return ["holds a character that cannot be seen"]
    if name in NAMES and not any(one.isalpha() for one in value):
        return ["has no letter"]
    shape, words = SHAPES.get(name, (None, ""))
    return [f"is not {words}"] if shape and not shape.match(value) else []
