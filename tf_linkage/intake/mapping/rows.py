"""Which rows a mapping makes of a file's: others looked up, one of several chosen, some left out, some repeated."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import polars as pl

from tf_linkage.intake.mapping.dates import form_of
from tf_linkage.intake.mapping.meanings import folded
from tf_linkage.intake.mapping.model import Choose, First, Keep, Lookup, Mapping
from tf_linkage.intake.mapping.source import Line
from tf_linkage.intake.reading.problems import Problems

ROW = "\0row"
"""Number of a row in the file, from 0; no header can be so called."""


@dataclass
class Rows:
    """Cells under the sender's headers, each row with its number in the file, and what was left out on the way."""

    cells: pl.DataFrame
    left_out: list[str] = field(default_factory=list)


def rows_of(
    cells: pl.DataFrame,
    mapping: Mapping,
    others: Callable[[Lookup], pl.DataFrame],
    listed: Callable[[str], Sequence[str]],
    *,
    problems: Problems,
    line_of: Line,
) -> Rows:
    """The rows that a mapping makes.

    Args:
        cells: of the file, text.
        mapping: what is to be done.
        others: the cells of a second file.
        listed: the lines of a file that lists what is left out.
        problems: where problems are noted.
        line_of: the line of a row.

    Raises:
        InputRefused: a choice does not tell two rows apart, or a second file has several rows for one.
    """
    made = Rows(cells.with_row_index(ROW))
    for one in mapping.leave_out:
        values = listed(one.listed) if one.listed else one.values or []
        out = _is_one_of(made.cells, one.column, values)
        if one.listed and (without := _in_no_row(made.cells, one.column, values)):
            made.left_out.append(f"{without:,} of {len(values):,} in {one.listed} stand in no row")
        count = int(out.sum())
        made.left_out.append(f"{count or 'no'} row{'s' if count > 1 else ''} left out: {one.why}")
        made.cells = made.cells.filter(~out)
    if mapping.choose:
        made.cells = _chosen(made.cells, mapping.choose, made, problems, line_of)
    for lookup in mapping.lookup:
        made.cells = _looked_up(made.cells, lookup, others(lookup), made, problems)
    if mapping.repeat:
        made.cells = _repeated(made.cells, mapping.repeat, made)
    return made


def only_first(
    cells: pl.DataFrame, choose: Choose, keep: Sequence[Keep], problems: Problems, line_of: Line
) -> pl.DataFrame:
    """The rows of a second file, one of several chosen among those that are kept."""
    made = Rows(cells.with_row_index(ROW))
    for one in keep:
        made.cells = made.cells.filter(_says(made.cells, one))
    return _chosen(made.cells, choose, made, problems, line_of).drop(ROW)


def _says(cells: pl.DataFrame, one: Keep) -> pl.Series:
    return _is_one_of(cells, one.column, one.values)


def _is_one_of(cells: pl.DataFrame, column: str, values: Sequence[str]) -> pl.Series:
    """Rows in which a column says one of some values; a blank one is said by an empty value."""
    wanted = {folded(value) for value in values}
    return pl.Series([folded(cell or "") in wanted for cell in cells.get_column(column)], dtype=pl.Boolean)


def _in_no_row(cells: pl.DataFrame, column: str, values: Sequence[str]) -> int:
    said = {folded(cell or "") for cell in cells.get_column(column)}
    return len({folded(value) for value in values} - said)


def _chosen(cells: pl.DataFrame, choose: Choose, made: Rows, problems: Problems, line_of: Line) -> pl.DataFrame:
    ranks = [_rank(cells, one, problems, line_of) for one in choose.first]
    problems.refuse_if_any()
    names = [f"\0rank{at}" for at in range(len(ranks))]
    ranked = cells.with_columns(rank.alias(name) for rank, name in zip(ranks, names, strict=True))
    ordered = ranked.sort(*names, ROW)
    best = ordered.unique([choose.per], keep="first", maintain_order=True)
    known = ranked.filter(pl.col(choose.per).is_not_null())
    alike = known.join(best.select(choose.per, *names), on=[choose.per, *names], how="semi", nulls_equal=True)
    twice = alike.filter(pl.col(choose.per).is_duplicated())
    if twice.height:
        problems.add_rows(
            "two rows of one person rank alike; say more in choose.first", twice[ROW].to_list(), line_of
        )
    blank = ranked.filter(pl.col(choose.per).is_null())
    kept = pl.concat([best.filter(pl.col(choose.per).is_not_null()), blank]).sort(ROW)
    if gone := cells.height - kept.height:
        made.left_out.append(
            f"{gone:,} row{'s' if gone > 1 else ''} left out: another of the same person comes first"
        )
    return kept.drop(names)


def _rank(cells: pl.DataFrame, one: First, problems: Problems, line_of: Line) -> pl.Series:
    """A column's say in which row comes first: the lower, the earlier."""
    column, values, blank, latest = one.column, one.values, one.blank, one.latest
    cell = cells.get_column(column)
    if values is not None:
        return (~_says(cells, Keep.model_validate({"column": column, "is": values}))).cast(pl.Int32)
    if latest is not None:
        form = form_of(latest)
        assert form is not None  # noqa: S101  (loading refuses a form that is none)
        days, _ = form.read(cell)
        unread = (cell.is_not_null() & days.is_null()).arg_true().to_list()
        problems.add_rows(f"not a date ({latest})", [cells[ROW][at] for at in unread], line_of)
        return -days.str.to_date("%Y-%m-%d").to_physical().cast(pl.Int32).fill_null(-1_000_000)
    return (cell.is_null() != bool(blank)).cast(pl.Int32)


def _looked_up(
    cells: pl.DataFrame, lookup: Lookup, other: pl.DataFrame, made: Rows, problems: Problems
) -> pl.DataFrame:
    for one in lookup.keep:
        other = other.filter(_says(other, one))
    named = other.select(
        pl.col(lookup.there).alias(lookup.here),
        *(pl.col(theirs).alias(name) for name, theirs in lookup.columns.items()),
    ).drop_nulls(lookup.here)
    several = named.filter(pl.col(lookup.here).is_duplicated()).get_column(lookup.here)
    if met := several.is_in(cells.get_column(lookup.here).implode()).sum():
        problems.add(
            f"{lookup.file} has several rows for one of these: say which with keep or choose ({met:,} rows)"
        )
    named = named.unique([lookup.here], keep="first", maintain_order=True)
    found = cells.join(named, on=lookup.here, how="left", maintain_order="left")
    without = cells.height - cells.join(named, on=lookup.here, how="semi").height
    if without:
        made.left_out.append(f"{without:,} row{'s have' if without > 1 else ' has'} no row in {lookup.file}")
    return found


def _repeated(cells: pl.DataFrame, slots: Sequence[dict[str, str]], made: Rows) -> pl.DataFrame:
    """One row for each slot of each row, unless all its cells are blank."""
    parts = []
    for at, slot in enumerate(slots):
        part = cells.with_columns(pl.col(column).alias(name) for name, column in slot.items())
        parts.append(
            part.filter(pl.any_horizontal(pl.col(name).is_not_null() for name in slot)).with_columns(
                pl.lit(at).alias("\0slot")
            )
        )
    found = pl.concat(parts).sort(ROW, "\0slot").drop("\0slot")
    if without := cells.height - found.get_column(ROW).n_unique():
        made.left_out.append(f"{without:,} row{'s have' if without > 1 else ' has'} nothing in any slot")
    return found
