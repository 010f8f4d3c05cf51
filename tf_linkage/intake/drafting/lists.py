"""Columns of which a cell lists several codes, such as `Debt; Offending`: by the words that stand in them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence

from tf_linkage.contracts.bodies.council import FIRST_OF_SEVERAL
from tf_linkage.contracts.columns import ColumnInfo
from tf_linkage.intake.drafting.columns import LEAST_ROWS, MOST_SPELLINGS, meant
from tf_linkage.intake.drafting.proposal import Found, FoundList
from tf_linkage.intake.mapping.meanings import codes_of, folded
from tf_linkage.intake.mapping.source import Source
from tf_linkage.intake.reading.problems import lines_said

BETWEEN = (";", "|", ",", "/", "+", "&", "\n")
"""What stands between the words of a list."""

LEAST_KNOWN = 0.5
"""Share of a column's words that are known, from which it is a list of codes."""


def find_lists(found: Found, columns: Iterable[ColumnInfo], source: Source, marks: set[str]) -> None:
    """Adds the columns that list codes of several of the contract's columns.

    Args:
        found: to which they are added.
        columns: of the contract.
        source: the file's cells.
        marks: what stands for blank in any column.
    """
    left = [one for one in columns if one.name in FIRST_OF_SEVERAL and one.name not in found.filled()]
    for theirs in source.cells.columns:
        if theirs in found.used() or not left:
            continue
        made = _listed(theirs, source, left, marks)
        if made is not None:
            found.lists.append(made)
            left = [column for column in left if column.name not in made.codes]


def _listed(theirs: str, source: Source, left: Sequence[ColumnInfo], marks: set[str]) -> FoundList | None:
    cells = source.cells[theirs]
    best: tuple[float, str, Counter[str]] | None = None
    for mark in BETWEEN:
        counts = Counter(word for cell in cells.drop_nulls() for word in _words(cell, mark, marks))
        known = sum(count for word, count in counts.items() if _told(word, left)) / max(1, counts.total())
        if best is None or known > best[0]:
            best = known, mark, counts
    if best is None or best[0] < LEAST_KNOWN or len(best[2]) > MOST_SPELLINGS:
        return None
    _, mark, counts = best
    codes: dict[str, dict[str, str]] = {}
    for word in sorted(counts):
        if told := _told(word, left):
            codes.setdefault(told[0], {})[word] = told[1]
    if len(codes) < 2:
        return None
    made = FoundList(theirs, mark, {one.name: codes[one.name] for one in left if one.name in codes})
    _unknown(made, {word: count for word, count in counts.items() if not _told(word, left)}, source, marks)
    return made


def _words(cell: str, mark: str, marks: set[str]) -> list[str]:
    """The words of a cell, each in the case in which it stands there."""
    return [" ".join(part.split()) for part in cell.split(mark) if folded(part) and folded(part) not in marks]


def _told(word: str, left: Sequence[ColumnInfo]) -> tuple[str, str] | None:
    """The column and code that a word means."""
    for column in left:
        exact = {folded(code): code for code in codes_of(column) or []}
        if code := exact.get(folded(word)) or meant(column, word.partition(" - ")[2] or word):
            return column.name, code
    return None


def _unknown(made: FoundList, unknown: dict[str, int], source: Source, marks: set[str]) -> None:
    """Words that are none of the contract's: nothing, if a person says so."""
    made.nothing = sorted(word for word, count in unknown.items() if count >= LEAST_ROWS)
    if made.nothing:
        said = ", ".join(json.dumps(word, ensure_ascii=False) for word in made.nothing)
        made.doubts.append(f"{said}: none of the contract's problems by name, and taken for nothing. Is it so?")
    rare = set(unknown) - {*made.nothing}
    if rare:
        rows = [
            at
            for at, cell in enumerate(source.cells[made.theirs])
            if cell is not None and rare & {*_words(cell, made.by, marks)}
        ]
        where = lines_said([source.line_of(row) for row in rows], source.word)
        many = f"{len(rare)} word{'s' if len(rare) > 1 else ''}"
        made.doubts.append(f"{many} in {len(rows)} rows are too rare to be listed here; add them ({where})")
