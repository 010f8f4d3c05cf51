"""Columns of which a cell lists several codes, such as `Debt; Offending`: by the words that stand in them."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence

import polars as pl

from tf_linkage.contracts.bodies.council import FIRST_OF_SEVERAL, PROBLEM_WORDS
from tf_linkage.contracts.columns import ColumnInfo
from tf_linkage.intake.drafting.columns import LEAST_ROWS, MOST_SPELLINGS, meant
from tf_linkage.intake.drafting.names import LONGEST_SHORT
from tf_linkage.intake.drafting.proposal import Found, FoundList
from tf_linkage.intake.headers import plain
from tf_linkage.intake.mapping.meanings import codes_of, folded
from tf_linkage.intake.mapping.source import Source
from tf_linkage.intake.reading.problems import lines_said

BETWEEN = (";", "|", ",", "/", "+", "&", "\n")
"""What stands between the words of a list."""

OF_PROBLEMS = {"problem", "problems", "issue", "issues", "need", "needs", "criteria", "headline", "concerns"}
"""Words of a header by which a column lists problems, whatever its codes are called."""

LONGEST_CODE, MOST_NAMED = 6, 8
"""Letters of a system's own code, if a digit is among them (a name has none); and words that a doubt names."""

_DIGIT = re.compile(r"[0-9]")

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
        if theirs in found.used() or len(left) < 2:
            continue
        made = _listed(theirs, source, left, marks)
        if made is not None:
            found.lists.append(made)
            return


def _listed(theirs: str, source: Source, left: Sequence[ColumnInfo], marks: set[str]) -> FoundList | None:
    cells = source.cells[theirs].drop_nulls()
    by_mark = {mark: Counter(word for cell in cells for word in _words(cell, mark, marks)) for mark in BETWEEN}
    shares = {mark: _share(counts, left) for mark, counts in by_mark.items()}
    mark = max(by_mark, key=lambda one: (shares[one], by_mark[one].total()))
    counts = by_mark[mark]
    told = {word: _told(word, left) for word in sorted(counts)}
    problems = {one[0] for one in told.values() if one}
    by_words = shares[mark] >= LEAST_KNOWN and len(problems) > 1
    if len(counts) > MOST_SPELLINGS or not (by_words or _of_codes(theirs, counts, cells)):
        return None
    codes = {word: one[1] if one else "" for word, one in told.items() if one or counts[word] >= LEAST_ROWS}
    made = FoundList(theirs, mark, [one.name for one in left], codes)
    _unknown(made, [word for word in told if word not in codes], source, marks)
    return made


def _share(counts: Counter[str], left: Sequence[ColumnInfo]) -> float:
    """Share of a column's words that are known."""
    return sum(count for word, count in counts.items() if _told(word, left)) / max(1, counts.total())


def _of_codes(theirs: str, counts: Counter[str], cells: pl.Series) -> bool:
    """Whether a column is called after problems and lists short codes, several of them in one cell."""
    several = counts.total() > len(cells)
    short = all(len(word) <= (LONGEST_CODE if _DIGIT.search(word) else LONGEST_SHORT) for word in counts)
    return several and short and bool(set(plain(theirs).split("_")) & OF_PROBLEMS)


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


def _unknown(made: FoundList, rare: Sequence[str], source: Source, marks: set[str]) -> None:
    """What must be said of words that are none of the contract's."""
    if without := [word for word, code in made.codes.items() if not code]:
        said = ", ".join(json.dumps(word, ensure_ascii=False) for word in without[:MOST_NAMED])
        more = " and others" if len(without) > MOST_NAMED else ""
        meanings = ", ".join(f"{code} {PROBLEM_WORDS[code]}" for code in made.order())
        made.doubts.append(
            f"{said}{more}: nobody here knows the word{'s' if len(without) > 1 else ''}. Write the contract's code "
            f'behind each ({meanings}), or leave "" where it is none of them'
        )
    if rare:
        rows = [
            at
            for at, cell in enumerate(source.cells[made.theirs])
            if cell is not None and {*rare} & {*_words(cell, made.by, marks)}
        ]
        where = lines_said([source.line_of(row) for row in rows], source.word)
        many = f"{len(rare)} word{'s' if len(rare) > 1 else ''} in {len(rows)} row{'s' if len(rows) > 1 else ''}"
        made.doubts.append(f"{many}: too rare to be listed here; add what stands there to the codes ({where})")
