"""Second tables of a draft: other sheets of the workbook, other files, with families, addresses, numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from tf_linkage.contracts.columns import ColumnInfo
from tf_linkage.errors import InputRefused
from tf_linkage.intake.drafting.columns import SHAPES, shaped
from tf_linkage.intake.drafting.layout import Laid, layout_of, other_sheets
from tf_linkage.intake.drafting.proposal import MOSTLY, Found, LookedUp, Proposal
from tf_linkage.intake.headers import known_names, plain
from tf_linkage.intake.mapping.dates import fitting
from tf_linkage.intake.mapping.meanings import folded
from tf_linkage.intake.mapping.source import Source, source_of
from tf_linkage.intake.reading.problems import Problems

LEAST_MET = 0.5
"""Share of the first table's keys that stand in a column of the second, from which both are of the same people."""

FIRST_OF_KIND = ("main", "current", "home", "primary", "permanent")
"""Words by which a system says which of several addresses counts, the first of these first."""

Find = Callable[[list[ColumnInfo], Source], Found]


@dataclass
class Second:
    """A second table.

    Attributes:
        file: in which it stands.
        laid: how it is written.
        source: its cells.
    """

    file: str
    laid: Laid
    source: Source
    doubts: list[str] = field(default_factory=list)


def seconds_of(
    path: Path, laid: Laid, also: Sequence[Path], names: frozenset[str], header: Sequence[str]
) -> list[Second]:
    """The other sheets of a workbook that have a header, and other files.

    Args:
        path: of the first table.
        laid: its layout, which says its sheet.
        also: other files of the same folder.
        names: plain headers that mean something.
        header: of the first table: its key stands in the others too.

    Raises:
        InputRefused: another file is none that can be read, or lies elsewhere.
    """
    found = []
    data = path.read_bytes()
    names |= {plain(theirs) for theirs in header}
    for sheet in other_sheets(path, laid, names) if path.name.lower().endswith(".xlsx") else []:
        found.append(Second(path.name, sheet, source_of(data, path.name, sheet.file, (), Problems(path.name))))
    for other in also:
        if other.resolve().parent != path.resolve().parent:
            raise InputRefused(f"{other}: put it next to {path.name}; a mapping looks things up in its own folder")
        there = layout_of(other, names, least=1)
        read = source_of(other.read_bytes(), other.name, there.file, (), Problems(other.name))
        found.append(Second(other.name, there, read))
    return found


def look_up(found: Found, columns: list[ColumnInfo], source: Source, seconds: list[Second], find: Find) -> None:
    """Adds to a draft what the second tables have of the contract's columns that nothing fills yet.

    Args:
        found: the draft so far; lookups are added to it.
        columns: of the contract.
        source: the first table's cells.
        seconds: the second tables.
        find: what is found of some columns in some cells.
    """
    for second in seconds:
        left = [column for column in columns if column.name not in found.filled()]
        joined = _joined(found, columns, source.cells, second.source.cells)
        if joined is None or not left:
            continue
        here, there = joined
        taken = [one for one in found.lookups if one.file == second.file and one.layout == second.laid.file]
        cells = second.source.cells.drop(there)
        if (listed := _listed(left, cells)) is not None:
            ours, kind, value, words = listed
            name = _unlike(ours, {*source.cells.columns, *found.used()})
            rest = [one for one in cells.columns if one not in {kind, value}]
            lookup = LookedUp(second.file, here, there, {name: value}, rest, second.laid.file, keep=(kind, words))
            found.lookups.append(lookup)
            found.rename[ours] = Proposal(name)
            continue
        theirs = find(left, Source(cells, second.source.line_of, second.source.days))
        for name in [name for name, made in theirs.rename.items() if made.misfits]:
            del theirs.rename[name]
        used = [one for one in cells.columns if one in theirs.used()]
        if not used:
            continue
        if taken and not taken[0].keep and (taken[0].here, taken[0].there) == (here, there):
            _more_of(taken[0], used, found, theirs)
            continue
        names = {one: _unlike(one, {*source.cells.columns, *found.used()}) for one in used}
        rest = [one for one in cells.columns if one not in used]
        lookup = LookedUp(second.file, here, there, {names[one]: one for one in used}, rest, second.laid.file)
        _one_of_several(lookup, second.source.cells)
        lookup.ignore = [one for one in rest if one not in lookup.ranked]
        found.lookups.append(lookup)
        found.join_on(theirs, names)


def _more_of(lookup: LookedUp, used: list[str], found: Found, theirs: Found) -> None:
    """Further columns of a table in which something is looked up already."""
    names = {column: name for name, column in lookup.columns.items()}
    for one in used:
        names.setdefault(one, _unlike(one, found.used()))
        lookup.columns[names[one]] = one
    lookup.ignore = [one for one in lookup.ignore if one not in used]
    found.join_on(theirs, names)


def _listed(left: list[ColumnInfo], cells: pl.DataFrame) -> tuple[str, str, str, list[str]] | None:
    """A list of numbers of many kinds: whose it is, the columns of kind and number, and what the kind is called."""
    for column in left:
        shape, called = SHAPES.get(column.name), {folded(name) for name in known_names().get(column.name, ())}
        if shape is None:
            continue
        called |= {name.replace("_", " ") for name in called}
        for kind in cells.columns:
            said = {cell for cell in cells.get_column(kind).drop_nulls().unique().sort() if folded(cell) in called}
            of_kind = cells.filter(pl.col(kind).is_in(sorted(said)))
            for value in cells.columns if said else []:
                known = of_kind.get_column(value).drop_nulls()
                if shaped(shape, known) >= MOSTLY:
                    return column.name, kind, value, sorted(said)
    return None


def _joined(
    found: Found, columns: list[ColumnInfo], first: pl.DataFrame, second: pl.DataFrame
) -> tuple[str, str] | None:
    """The columns of both tables that hold the same keys: the first's is one of the contract's keys."""
    keys = [column.name for column in columns if column.primary_key or column.name.endswith("_ref")]
    heres = [found.rename[name].theirs for name in keys if name in found.rename]
    heres = [theirs for theirs in heres if theirs in first.columns]
    best: tuple[float, int, str, str] | None = None
    for order, here in enumerate(heres):
        mine = first.get_column(here).drop_nulls().unique()
        for there in second.columns:
            met = mine.is_in(second.get_column(there).implode()).mean() if len(mine) else None
            alike = plain(here) == plain(there)
            if isinstance(met, float) and met >= LEAST_MET and (alike or met > 1 - LEAST_MET / 5):
                best = max(best or (0, 0, "", ""), (met + alike, -order, here, there))
    return best[2:] if best else None


def _unlike(header: str, taken: set[str]) -> str:
    """A name under which a column of a second table can be used."""
    return header if header not in taken else f"{header} looked up"


def _one_of_several(lookup: LookedUp, cells: pl.DataFrame) -> None:
    """Which row counts where a person has several: the main one, the one without an end, the one begun last."""
    if not cells.get_column(lookup.there).is_duplicated().any():
        return
    starts, ends = (set(known_names()[name]) for name in ("start_date", "end_date"))
    starts, ends = starts | {"from", "start"}, ends | {"to", "end"}
    for theirs in lookup.ignore:
        said = {folded(cell): cell for cell in cells.get_column(theirs).drop_nulls().unique().sort()}
        mains = [said[word] for word in FIRST_OF_KIND if word in said]
        if mains and len(said) < MOST_KINDS:
            lookup.rank(theirs, f"is = {_texts(mains)}")
    for theirs in lookup.ignore:
        if plain(theirs) in ends and theirs not in lookup.ranked:
            lookup.rank(theirs, "blank = true")
    for theirs in lookup.ignore:
        forms = fitting(cells.get_column(theirs)) if plain(theirs) in starts else []
        if forms and theirs not in lookup.ranked:
            british = [form for form in forms if form.startswith("dd/mm")]
            lookup.rank(theirs, f'latest = "{(british or forms)[0]}"')
    if lookup.ranked:
        if _one_is_main(lookup, cells):
            lookup.notes.append("some have several rows here; of each, one alone is the first by these lines")
        else:
            lookup.doubts.append("some have several rows here; these lines choose the first. Is it the right one?")
    else:
        lookup.doubts.append("some have several rows here; say with keep or choose which one counts")


def _one_is_main(lookup: LookedUp, cells: pl.DataFrame) -> bool:
    """Whether each person with several rows has one, and no other, that is main or current, or has no end."""
    said = {words for words in lookup.ranked.values() if not words.startswith("latest")}
    for theirs, first in lookup.ranked.items():
        if first not in said:
            continue
        is_first = (
            cells[theirs].is_null()
            if first == "blank = true"
            else pl.Series([folded(cell or "") in FIRST_OF_KIND for cell in cells[theirs]], dtype=pl.Boolean)
        )
        rows = pl.DataFrame({"person": cells[lookup.there], "first": is_first}).drop_nulls("person")
        each = rows.group_by("person", maintain_order=True).agg(pl.col("first").sum(), pl.len().alias("rows"))
        return bool((each.filter(pl.col("rows") > 1)["first"] == 1).all())
    return False


MOST_KINDS = 30
"""Kinds of a column that says which of several rows counts."""


def _texts(values: list[str]) -> str:
    return "[" + ", ".join(f'"{value}"' for value in values) + "]"
