"""What is systematically odd in a table that keeps its contract: noted, since a true file may hold it."""

from __future__ import annotations

import re

import dataframely as dy
import polars as pl

from tf_linkage.contracts.columns import ColumnClass, ColumnInfo, columns_of
from tf_linkage.contracts.relations import OneOf, relations_of
from tf_linkage.intake.reading.cells import is_key

ENOUGH = 20
"""Rows from which a column that is blank throughout, or of another kind, says something of the file."""

DATES, DAYS = 50, 6
"""Dates, and different days of the month among them, from which none after the twelfth is no accident: by chance
once in 2.5^50 files."""

MOSTLY_OTHER = 0.1
"""Share of cells of another form than their column's, from which the column may be another one. Our choice: single
slips are usual in registers."""

_CELLS = (
    (r"^#(?:REF!|N/A|VALUE!|NAME\?|DIV/0!|NUM!|NULL!)$", "an error of a spreadsheet"),
    (r"^=", "a formula"),
    ("\ufffd", "a mark that stands for a letter that was lost"),
    (r"\p{L}\?\p{L}", "a question mark within a word, as where a letter was lost"),
)
"""What may stand in a text cell after a fault on the way, and what it is."""

_SEEN = re.compile("[ÃÂ][\u0080-\u00bf\u0192\u201a\u2018-\u201d\u2020-\u2026\u0160\u2039\u0152\u017d]|â€|Ã¢")
"""What UTF-8 looks like to a reader who takes it for windows-1252, among other letters too."""

_ENCODINGS = ("windows-1252", "mac-roman", "cp850")

_A_VALUE = re.compile(r"^(?:[0-9][0-9.,/ :-]*|[0-9]{1,2}[-/. ][A-Za-z]{3,9}[-/. ][0-9]{2,4})$").pattern
_FORMS = {
    "nino": r"^\s*(?i:[A-Z]{2}\s*(?:[0-9]\s*){6}[A-D]?)\s*$",
    "postcode": r"^\s*(?i:[A-Z]{1,2}[0-9][A-Z0-9]?\s*[0-9][A-Z]{2})\s*$",
}


def oddities(rows: pl.DataFrame, table: type[dy.Schema]) -> list[str]:
    """What a person should look at, by column and count; never a value.

    Args:
        rows: of the table, as its contract has them.
        table: the contract.
    """
    found: list[str] = []
    for column in columns_of(table):
        cells = rows.get_column(column.name)
        if isinstance(column.dtype, pl.String):
            found += _of_text(cells.drop_nulls(), column)
        elif isinstance(column.dtype, pl.Date):
            found += _of_days(cells.drop_nulls(), column)
            found += _of_births(cells.drop_nulls(), column)
        if column.column_class is ColumnClass.DIRECT and len(cells) >= ENOUGH and cells.null_count() == len(cells):
            found.append(f"{column.name}: every cell is blank; nobody can be linked by it")
    return found + _of_pairs(rows, table) + _of_services(rows) + _of_families(rows, table)


def _of_text(known: pl.Series, column: ColumnInfo) -> list[str]:
    said = [(int(known.str.contains(shape).sum()), what) for shape, what in _CELLS]
    said.append((int(misread(known).sum()), "letters read in the wrong encoding"))
    if column.name in {"forename", "surname"}:
        said.append((int(known.str.strip_chars().str.contains(_A_VALUE).sum()), "a number or a date, and no name"))
    if is_key(column):
        said.append((int(known.str.contains(r"^[0-9]+\.0+$").sum()), "a key that ends in .0; other files may not"))
        inside = known.str.strip_chars().str.contains(r"\s")
        said.append((int(inside.sum()), "a blank within a key; other files may have it without"))
    if (form := _FORMS.get(column.name)) and len(known) >= ENOUGH:
        other = int((~known.str.contains(form)).sum())
        if other > MOSTLY_OTHER * len(known):
            said.append((other, f"not as a {column.name} is written; a placeholder, or another column"))
    return [f"{column.name}: {what} ({_rows(count)})" for count, what in said if count]


def misread(cells: pl.Series) -> pl.Series:
    """Which cells hold letters that were written in one encoding and read in another, once or more often.

    Args:
        cells: text without blanks.
    """
    strange = cells.filter(cells.str.contains(r"[^\x00-\x7F]")).unique(maintain_order=True)
    return cells.is_in([text for text in strange if _SEEN.search(text) or _was_utf8(text)])


def _was_utf8(text: str) -> bool:
    """Whether the bytes of a text, as some old encoding has them, are UTF-8: of true words they never are."""
    return any(_bytes_of(text, encoding) for encoding in _ENCODINGS)


def _bytes_of(text: str, encoding: str) -> bool:
    try:
        octets = b"".join(
            one.encode("latin-1") if "\x80" <= one <= "\x9f" else one.encode(encoding) for one in text
        )
        octets.decode("utf-8")
    except UnicodeError:
        return False
    return True


def _of_days(known: pl.Series, column: ColumnInfo) -> list[str]:
    days = known.dt.day()
    if len(days) < DATES or days.n_unique() < DAYS or (days > 12).any():
        return []
    return [f"{column.name}: no day above the twelfth in {len(days):,} dates; day and month may be turned round"]


def _of_births(known: pl.Series, column: ColumnInfo) -> list[str]:
    """Births on one day of the year: of many people some share it, never most."""
    if column.column_class is not ColumnClass.DIRECT or len(known) < DATES:
        return []
    most = int(known.dt.ordinal_day().value_counts(name="_count").get_column("_count").sort()[-1])
    if most <= MOSTLY_OTHER * len(known):
        return []
    return [f"{column.name}: one day of the year ({_rows(most)}); it may stand for a year alone"]


def _of_pairs(rows: pl.DataFrame, table: type[dy.Schema]) -> list[str]:
    """Identifiers that say the same as another one: one of the two columns was taken twice."""
    direct = [
        one.name
        for one in columns_of(table)
        if one.column_class is ColumnClass.DIRECT and isinstance(one.dtype, pl.String)
    ]
    found = []
    for at, one in enumerate(direct):
        for other in direct[at + 1 :]:
            known = rows.select(one, other).drop_nulls()
            alike = int((known[one].str.to_lowercase() == known[other].str.to_lowercase()).sum())
            if len(known) >= ENOUGH and alike > MOSTLY_OTHER * len(known):
                found.append(f"{one} and {other}: the same ({_rows(alike)}); one column may have been taken twice")
    return found


def _of_services(rows: pl.DataFrame) -> list[str]:
    if not {"service_received", "service_start_date"} <= set(rows.columns) or rows.height < ENOUGH:
        return []
    if rows["service_received"].all() and rows["service_start_date"].null_count() == rows.height:
        return ["service_start_date: a service received by everybody, and no day on which any began"]
    return []


def _of_families(rows: pl.DataFrame, table: type[dy.Schema]) -> list[str]:
    """What is the family's and stands in some of its rows alone; groups and names that may have been swapped."""
    found = []
    for relation in relations_of(table):
        if isinstance(relation, OneOf):
            each = rows.group_by(relation.group, maintain_order=True).agg(
                pl.col(relation.column).is_null().any() & pl.col(relation.column).is_not_null().any()
            )
            if some := int(each[relation.column].sum()):
                many = f"{some:,} famil{'ies have' if some > 1 else 'y has'}"
                found.append(
                    f"{relation.column}: {many} it in some rows and not in others; if it is written once for all, "
                    "name its column under fill_down"
                )
    if not {"study_group", "service_received", "family_ref"} <= set(rows.columns) or rows.height < ENOUGH:
        return found
    served = dict(
        rows.group_by("study_group", maintain_order=True).agg(pl.col("service_received").mean()).iter_rows()
    )
    programme, comparison = served.get("programme"), served.get("comparison")
    if programme is not None and comparison is not None and programme < comparison:
        found.append(
            f"study_group: of the comparison {comparison:.0%} received the service, of the programme "
            f"{programme:.0%}; the two may be swapped"
        )
    without = rows.filter(pl.col("service_received") & pl.col("service_start_date").is_null()).height
    begun = rows["service_start_date"].null_count() < rows.height
    if begun and without > MOSTLY_OTHER * rows.height:
        found.append(f"service_received: yes, and no day on which it began ({_rows(without)})")
    several = rows.filter(pl.len().over("family_ref") > 1).group_by("family_ref", maintain_order=True)
    alike = several.agg(pl.col("forename", "surname").n_unique() == 1)
    forenames, surnames = int(alike["forename"].sum()), int(alike["surname"].sum())
    if alike.height >= ENOUGH and forenames > surnames + MOSTLY_OTHER * alike.height:
        found.append(
            f"forename: in {forenames:,} families all have the same, and the same surname in {surnames:,}; the two "
            "may be swapped"
        )
    return found


def _rows(count: int) -> str:
    return f"{count:,} row{'s' if count != 1 else ''}"
