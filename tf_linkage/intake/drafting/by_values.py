"""Columns whose names say nothing, by what stands in them: always a doubt, since a shape is no name."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

import polars as pl

from tf_linkage.contracts.bodies.council import FAMILY
from tf_linkage.contracts.columns import ColumnInfo
from tf_linkage.intake.drafting.columns import SHAPES, meant, propose, shaped
from tf_linkage.intake.drafting.proposal import Proposal
from tf_linkage.intake.mapping.dates import fitting
from tf_linkage.intake.mapping.filling import written_once
from tf_linkage.intake.mapping.meanings import BLANK, codes_of, folded, of_label
from tf_linkage.intake.reading.cells import GENDER_SPELLINGS, is_key

ENOUGH = 3
"""Known cells from which a shape says something."""

NEARLY = 0.9
"""Share of the known cells that have the shape."""

ADULTS_BORN_BY = "2000-01-01"
"""Of a column of births some lie before it; of the programme's days none do."""

LARGEST_FAMILY, USUAL_FAMILY, LEAST_FAMILIES, LEAST_SHARED = 15, 8, 5, 0.5
"""Rows with one family's number at most and on average, families of a file, and share of the rows that share their
number with another."""

_NUMBER = re.compile(r"[A-Za-z]{0,4}[-/ ]?[0-9][0-9A-Za-z/-]{0,15}")
_LETTERS = re.compile(r"[A-Za-z]")


def by_values(
    columns: Sequence[ColumnInfo], cells: Mapping[str, pl.Series], *, births: bool
) -> dict[str, Proposal]:
    """What unnamed columns of a file may be.

    Args:
        columns: of the contract, those that nothing fills yet.
        cells: columns of the file that nothing uses yet, by header; null where blank or a placeholder.
        births: whether the contract asks for births: days before the programme are then taken for nothing else.

    Returns:
        A proposal with a doubt for each column of the contract for which a column of the file has the shape; where
        several have, the first, and the doubt names the others.
    """
    found: dict[str, Proposal] = {}
    taken: set[str] = set()
    for column in sorted(columns, key=_most_telling):
        fit = [
            theirs
            for theirs, known in cells.items()
            if theirs not in taken and _looks_like(column, known, births=births)
        ]
        if not fit:
            continue
        made = propose(column, fit[0], cells[fit[0]])
        if made is None:
            continue
        made.by = "values"
        if len(fit) > 1:
            others = ", ".join(json.dumps(one, ensure_ascii=False) for one in fit[1:4])
            made.doubts.insert(0, f"taken for it by what stands in it; {others} look like it too. Is it this one?")
        found[column.name] = made
        taken.add(fit[0])
    return found


def _most_telling(column: ColumnInfo) -> int:
    """Shapes that nothing else has come first; keys, which many columns look like, last."""
    if column.name in SHAPES:
        return 0
    if codes_of(column) or column.name == "la_code":
        return 1
    return 2 if isinstance(column.dtype, pl.Date) else 3


def _looks_like(column: ColumnInfo, cells: pl.Series, *, births: bool) -> bool:
    known = cells.drop_nulls()
    if len(known) < ENOUGH:
        return False
    if shape := SHAPES.get(column.name):
        return shaped(shape, known) >= NEARLY
    if column.name == "la_code":
        return known.str.contains(r"^E(?:0[6-9]|10)[0-9]{6}$").mean() == 1
    if isinstance(column.dtype, pl.Date):
        return _days_of(column, known, births=births)
    if codes := codes_of(column):
        return _codes_of(column, codes, known)
    return is_key(column) and numbers_of(column, cells)


def _days_of(column: ColumnInfo, known: pl.Series, *, births: bool) -> bool:
    """Days of birth reach back before the programme; no other day does of a table that asks for births."""
    forms = fitting(known)
    if not forms:
        return False
    if not births:
        return True
    earliest = min(_iso(cell, forms[0]) for cell in known)
    return (earliest < ADULTS_BORN_BY) == (column.name == "date_of_birth")


def _iso(cell: str, form: str) -> str:
    """A day as yyyy-mm-dd, well enough to be told before or after 2000."""
    year = re.search(r"[0-9]{4}", cell if not form.startswith("ddmm") else cell[4:])
    return year[0] + "-12-31" if year else cell


def _codes_of(column: ColumnInfo, codes: list[str], known: pl.Series) -> bool:
    """Codes or words of the contract and of no other column; a bare 1 or yes may be anybody's."""
    spellings = {str(one) for one in known.unique().sort()}
    if not any(_LETTERS.search(one) for one in spellings) or codes == ["true", "false"]:
        return False
    own = {folded(code) for code in codes} | (set(GENDER_SPELLINGS) if column.name == "gender" else set())
    said = [folded(one) in own or bool(_told(column, one)) for one in spellings]
    return all(told or _told(column, one) == BLANK for told, one in zip(said, spellings, strict=True)) and any(said)


def _told(column: ColumnInfo, spelling: str) -> str | None:
    label = spelling.partition(" - ")[2] or spelling
    told = of_label(column, label, exactly=True)
    return told if told is not None else meant(column, label) or None


def numbers_of(column: ColumnInfo, cells: pl.Series) -> bool:
    """Numbers of people are unlike in every row; those of families are shared by a few."""
    if not column.primary_key and written_once(cells):
        cells = cells.forward_fill()
    if cells.null_count() or not all(_NUMBER.fullmatch(cell) for cell in cells):
        return False
    if column.primary_key:
        return not cells.is_duplicated().any()
    if column.name not in FAMILY:
        return False
    sizes = cells.value_counts(name="_count").get_column("_count")
    families = max(LEAST_FAMILIES, len(cells) / USUAL_FAMILY)
    shared = int(cells.is_duplicated().sum()) >= LEAST_SHARED * len(cells)
    return shared and len(sizes) >= families and int(sizes.sort()[-1]) <= LARGEST_FAMILY
