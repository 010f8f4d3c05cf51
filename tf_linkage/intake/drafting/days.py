"""In which forms a column's days are written, and what a person must say of the cells that are in none."""

from __future__ import annotations

import json

import polars as pl

from tf_linkage.intake.drafting.proposal import Proposal
from tf_linkage.intake.mapping.dates import (
    EXCEL,
    TWO_DIGITS,
    Form,
    form_of,
    forms_within,
    read_in,
    said_turned,
    turned,
)

LEAST_SHARED = 10
"""Rows from which a word among days is written down as blank: a rarer one may be anything, a name even."""

FARTHEST = 3653
"""Days by which Excel's numbers may lie before or after the other days of their column and be taken for such."""


def dated(made: Proposal, cells: pl.Series) -> bool:
    """Settles in which forms a column's days are written; whether it holds days at all.

    Args:
        made: to which forms, words for blank and doubts are added.
        cells: of the column, text; null where blank or a placeholder.
    """
    known = cells.drop_nulls()
    forms, told = forms_within(cells)
    other = pl.Series([text is not None for text in cells], dtype=pl.Boolean) & ~told
    two = [at for at in other.arg_true() if TWO_DIGITS.fullmatch(cells[at])]
    if two:
        made.places.append(
            (
                f"{len(two)} of {len(known)} cells have years of two digits, which could be of either century: "
                "export the column again with years of four",
                two,
            )
        )
    words = cells.filter(other).str.contains(r"[0-9]").not_()
    if not forms:
        if words.any() and not two:
            return False
        if not two:
            made.doubts.append("no cell is a date in a known form; look at the column")
        return True
    if int(words.sum()) > len(known) / 2:
        return False
    made.forms = forms
    _blank(made, cells.filter(other))
    left = [at for at in other.arg_true() if at not in set(two) and cells[at] not in made.blank]
    _left(made, cells, left, len(known))
    _either_way(made, known)
    days, _ = read_in([form for name in forms if (form := form_of(name))], cells)
    if counts := turned(cells, days):
        made.doubts.append(said_turned(*counts))
    _as_excel_counts(made, known)
    return True


def _blank(made: Proposal, others: pl.Series) -> None:
    """Words that many rows have where others have a day: they say that there is none."""
    for word, count in others.value_counts(sort=True, name="_count").sort("_count", others.name).iter_rows():
        if count >= LEAST_SHARED and not any(letter.isdigit() for letter in word):
            made.blank.append(word)
            said = f"{count} cells say {json.dumps(word, ensure_ascii=False)} for a day, which is taken as blank"
            made.doubts.append(said)


def _left(made: Proposal, cells: pl.Series, left: list[int], known: int) -> None:
    """Cells that are days in none of the forms."""
    if not left:
        return
    said = " or ".join(made.forms)
    turned_round = {"dd/mm/yyyy": "mm/dd/yyyy", "mm/dd/yyyy": "dd/mm/yyyy"}
    for name in made.forms:
        other = form_of(turned_round.get(name, ""))
        if other and other.read(cells[left])[0].is_not_null().any():
            made.places.append(
                (f"days and months stand both ways round: some cells are no {name}; export the column again", left)
            )
            return
    put = "put what stands for blank under missing, and mend the others"
    made.places.append((f"{len(left)} of {known} cells are no {said}; {put}", left))


def _either_way(made: Proposal, known: pl.Series) -> None:
    """Whether every day that stands before a slash may be a month."""
    for name in made.forms:
        form = form_of(name)
        if form is not None and form.day == "dd/mm/yyyy":
            read, _ = form.read(known)
            other, _ = Form(name, "mm/dd/yyyy", form.time).read(known)
            made.either_way |= not (read.is_not_null() & other.is_null()).any()


def _as_excel_counts(made: Proposal, known: pl.Series) -> None:
    """Numbers of days are such where they lie among the other days of their column."""
    counted, others = form_of(EXCEL), [form for name in made.forms if name != EXCEL and (form := form_of(name))]
    if EXCEL not in made.forms or counted is None:
        return
    days = counted.read(known)[0].drop_nulls().str.to_date("%Y-%m-%d")
    said = f"{len(days)} cells were taken for days as Excel counts them. Are they?"
    if others:
        dates = read_in(others, known)[0].drop_nulls().str.to_date("%Y-%m-%d")
        about = pl.duration(days=FARTHEST)
        within = (pl.lit(days) >= pl.lit(dates).min() - about) & (pl.lit(days) <= pl.lit(dates).max() + about)
        if pl.select(within.all()).item():
            return
        said = (
            f"{len(days)} cells may be days as Excel counts them, but lie before or after all others of the column"
        )
    made.doubts.append(said)
