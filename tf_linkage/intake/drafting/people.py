"""Forename and surname that stand in one column: which part is which, by what stands between them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

import polars as pl

from tf_linkage.contracts.columns import ColumnInfo
from tf_linkage.intake.drafting.names import WHOLE_NAMES, names_of
from tf_linkage.intake.drafting.proposal import Found
from tf_linkage.intake.headers import plain

_OF_WORDS = re.compile(r"[^\W\d_][\w'\u2019.-]*(?: [^\W\d_][\w'\u2019.-]*)+")

NEARLY_ALL = 0.95
"""Share of the names that stand as the others do."""


_WITH_COMMA = r"^\p{L}[\p{L}'’ -]*, ?[\p{L}'’. -]*$"

LEAST_DIFFERENT = 0.1
"""Share of different cells from which words with a comma are names of people, and not of places or problems."""


LEAST_NAMED = 10
"""Cells from which their shape says something."""


def _names_with_comma(cells: pl.Series) -> bool:
    """Whether a column holds names such as `SURNAME, Forename`, whatever it is called."""
    known = cells.drop_nulls()
    shape = known.str.contains(_WITH_COMMA).mean() if len(known) >= LEAST_NAMED else None
    return isinstance(shape, float) and shape >= NEARLY_ALL and known.n_unique() >= LEAST_DIFFERENT * len(known)


def find_names(found: Found, cells: pl.DataFrame, columns: Iterable[ColumnInfo]) -> None:
    """Splits a column of whole names, where the file has no columns of forename and surname.

    Args:
        found: to which the parts are added.
        cells: of the file.
        columns: of the contract.
    """
    wanted = {column.name: column for column in columns if column.name in {"forename", "surname"}}
    header = {plain(theirs) for theirs in cells.columns}
    whole = [theirs for theirs in cells.columns if plain(theirs) in WHOLE_NAMES]
    whole += [theirs for theirs in cells.columns if theirs not in whole and _names_with_comma(cells[theirs])]
    if len(wanted) < 2 or not whole or any(header & {*names_of(column)} for column in wanted.values()):
        return
    theirs = whole[0]
    known = cells[theirs].drop_nulls()
    if not len(known):
        return
    shown = json.dumps(theirs, ensure_ascii=False)
    with_comma = sum(cell.count(",") == 1 for cell in known) / len(known)
    if with_comma >= NEARLY_ALL:
        found.split = {"surname": (theirs, ",", 1), "forename": (theirs, ",", 2)}
        said = f"{shown} was split at the comma that stands in nearly every cell"
        if plain(theirs) in WHOLE_NAMES:
            found.notes["split"] = [said]
        else:
            found.doubts["split"] = [f"{said}, and taken for the names of people. Is it?"]
    elif sum(_OF_WORDS.fullmatch(cell) is not None for cell in known) / len(known) >= NEARLY_ALL:
        found.split = {"forename": (theirs, " ", 1), "surname": (theirs, " ", -1)}
        found.wholes = theirs
