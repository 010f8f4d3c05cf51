"""One code of several: where a column flags each, or one cell lists them."""

from __future__ import annotations

from collections.abc import Callable, Collection

import polars as pl

from tf_linkage.contracts.columns import ColumnInfo
from tf_linkage.intake.mapping.meanings import codes_of, folded
from tf_linkage.intake.mapping.model import Flags, Listed
from tf_linkage.intake.reading.problems import Problems

Line = Callable[[int], int]


def flagged(
    flags: Flags, name: str, known: Callable[[str, str], pl.Series], problems: Problems, line_of: Line
) -> pl.Series:
    """The code whose column says yes; the first of the order where several do.

    Args:
        flags: what the mapping says.
        name: column of the contract.
        known: a column of theirs, as a column of ours sees it: null where blank or a mark.
        problems: where problems are noted.
        line_of: the line of a row.
    """
    yes, no = ({folded(mark) for mark in marks} for marks in (flags.yes, flags.no))
    found: list[list[str]] = []
    for code in flags.order or list(flags.columns):
        theirs = flags.columns[code]
        cells, wrong = known(theirs, name), []
        found = found or [[] for _ in cells]
        for at, text in enumerate(cells):
            if text is not None and folded(text) in yes:
                found[at].append(code)
            elif text is not None and folded(text) not in no:
                wrong.append(at)
        problems.add_rows("neither yes, no nor blank", wrong, line_of, theirs, [name])
    several = [at for at, set_here in enumerate(found) if len(set_here) > 1]
    if several and not flags.order:
        said = f"two flags of {name} are set and the mapping gives no order"
        problems.add_rows(said, several, line_of, spoils=[name])
    return pl.Series([set_here[0] if set_here else None for set_here in found], dtype=pl.String)


def listed(
    one: Listed, column: ColumnInfo, cells: pl.Series, problems: Problems, line_of: Line, *, blank: Collection[str]
) -> pl.Series:
    """The code of one column of ours among the words of a cell; the first of the order where a cell has several.

    Args:
        one: what the mapping says of the list.
        column: of the contract.
        cells: of theirs, null where blank or a mark.
        problems: where problems are noted.
        line_of: the line of a row.
        blank: words that stand for nothing in any column.
    """
    known, ours = {folded(word): code for word, code in one.codes.items()}, codes_of(column) or []
    made: list[str | None] = []
    unknown, several = [], []
    for at, text in enumerate(cells):
        words = [word for part in (text or "").split(one.by) if (word := folded(part)) and word not in blank]
        found = list(dict.fromkeys(code for word in words if (code := known.get(word)) in ours and code))
        made.append(min(found, key=one.order.index) if one.order and found else next(iter(found), None))
        unknown += [at] if set(words) - {*known} else []
        several += [at] if len(found) > 1 and not one.order else []
    if column.name == one.fills[0]:
        said = "a word in a list that the mapping does not have"
        problems.add_rows(said, unknown, line_of, one.column, one.fills)
    said = f"two codes of {column.name} in one list and the mapping gives no order"
    problems.add_rows(said, several, line_of, one.column, [column.name])
    return pl.Series(made, dtype=pl.String)
