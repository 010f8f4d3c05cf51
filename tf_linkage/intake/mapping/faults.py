"""What is wrong with a sender's cells before any is mapped: refused where the mapping uses them, or noted."""

from __future__ import annotations

from tf_linkage.intake.mapping.loading import Loaded
from tf_linkage.intake.mapping.model import Lookup, Mapping
from tf_linkage.intake.mapping.source import Source
from tf_linkage.intake.reading.cells import is_key
from tf_linkage.intake.reading.problems import Problems

_AROUND = "blanks around a key; two files would not join by it. If they mean nothing, "
OF_OURS, OF_A_LOOKUP = f"{_AROUND}name it under trim", f"{_AROUND}say trim = true in the lookup"


def refuse_faults(source: Source, loaded: Loaded, kept: set[int], problems: Problems) -> list[str]:
    """Notes what is wrong with the cells that a mapping uses.

    Args:
        source: the file's cells.
        loaded: the mapping.
        kept: the rows of the file, from 0, that the mapping uses.
        problems: where what is refused is noted: error cells, formulas without a value, merged cells, keys with
            blanks around them.

    Returns:
        What is not refused, with counts: formulas whose last value was taken, blanks that were taken off.
    """
    mapping, notes = loaded.mapping, []
    ours = {theirs: name for name, theirs in mapping.rename.items()}
    used = mapping.named()
    _refuse_cells(source, used, mapping, kept, problems)
    for theirs in sorted(used & set(source.formulas)):
        if rows := _of(source.formulas[theirs], kept):
            name = ours.get(theirs, theirs)
            notes.append(f"{len(rows):,} cell{'s' if len(rows) > 1 else ''} of {name} by a formula, as last saved")
    for name, column in loaded.columns.items():
        if is_key(column) and (rows := _of(_around(source, name, mapping), kept)):
            if name in mapping.trim:
                notes.append(f"{len(rows):,} {name} had blanks around, taken off as the mapping says")
            else:
                problems.add_rows(OF_OURS, rows, source.line_of, name)
    for lookup in mapping.lookup:
        _refuse_blanks(source, lookup, lookup.here, problems)
    return notes


def refuse_faults_of_second(source: Source, lookup: Lookup, used: set[str], problems: Problems) -> None:
    """Notes what is wrong with the cells of a second file that a mapping looks up."""
    _refuse_cells(source, used, None, set(range(source.cells.height)), problems)
    _refuse_blanks(source, lookup, lookup.there, problems)


def _refuse_cells(
    source: Source,
    used: set[str],
    mapping: Mapping | None,
    kept: set[int],
    problems: Problems,
) -> None:
    ours = {theirs: name for name, theirs in mapping.rename.items()} if mapping else {}
    for rule, columns in source.faults.items():
        for theirs in sorted(used & set(columns)):
            name = ours.get(theirs, theirs)
            problems.add_rows(
                rule, _of(columns[theirs], kept), source.line_of, name, mapping.fed_by([theirs]) if mapping else ()
            )


def _refuse_blanks(source: Source, lookup: Lookup, theirs: str, problems: Problems) -> None:
    """Notes keys of a lookup with blanks around them, unless it says that they mean nothing."""
    if not lookup.trim:
        problems.add_rows(OF_A_LOOKUP, source.around.get(theirs, []), source.line_of, theirs)


def _of(rows: list[int], kept: set[int]) -> list[int]:
    return [row for row in rows if row in kept]


def _around(source: Source, name: str, mapping: Mapping) -> list[int]:
    """Rows in which what a key is made of had blanks around it."""
    theirs = [mapping.rename[name]] if name in mapping.rename else []
    theirs += mapping.join[name].columns if name in mapping.join else []
    slots = [slot.get(one, one) for one in theirs for slot in mapping.repeat or [{}]]
    return sorted({row for one in slots for row in source.around.get(one, [])})
