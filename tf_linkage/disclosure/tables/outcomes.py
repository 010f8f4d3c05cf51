"""How often what happened: the counts as numbers that add up, and the rows that may be shown of them.

What follows from what in the counts of outcomes: regions make up the whole, those with and those without make up
all, a half-year lies within its span, custody within conviction, and the families to whom something could happen
are much the same from outcome to outcome and grow fewer by those who joined.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set

import polars as pl

from tf_linkage.contracts.columns import of_rows
from tf_linkage.contracts.outputs.estimates import ALL_REGIONS, ALL_WINDOWS, HALF_YEARS, SPANS
from tf_linkage.contracts.outputs.published import (
    LEAST,
    NUMBER_ROUNDING,
    REGIONAL_WINDOWS,
    ROUNDING,
    WITHHELD,
    Outcomes,
)
from tf_linkage.disclosure.suppression.linked_counts import Key, Quantity, Relation, System
from tf_linkage.disclosure.suppression.rules import few, open_count, open_difference
from tf_linkage.disclosure.tables.intervals import moved_by_rounding, wilson
from tf_linkage.disclosure.tables.rows import Row, whole

TABLE = "outcomes"

POPULATIONS: Mapping[str, str] = {
    "out_of_work_benefit": "workers",
    "job_seeking": "workers",
    "employment": "workers",
    "conviction": "responsible",
    "custody": "responsible",
    "child_in_need": "children",
    "child_protection": "children",
    "looked_after": "children",
    "exclusion": "pupils",
}
"""Outcomes that could happen to the same people. Those of school alone depend on who was assessed."""

WIDER: tuple[tuple[str, str], ...] = (("workers", "responsible"), ("pupils", "children"))
"""Populations of which the first lies within the second."""

WITHIN: tuple[tuple[str, str], ...] = (("custody", "conviction"), ("job_seeking", "out_of_work_benefit"))
"""Outcomes of which the first happens only to those to whom the second does."""

Cell = tuple[str, str, str, str, str]
"""Unit, outcome, study group, window, region."""


def released_windows() -> Mapping[str, tuple[int, int]]:
    """Windows that are published: half-years for all regions together, and two longer ones by region too."""
    return {name: ends for name, ends in ALL_WINDOWS.items() if name in HALF_YEARS or name in REGIONAL_WINDOWS}


def released(counts: pl.DataFrame) -> dict[Cell, Row]:
    """The rows of `estimates.OutcomeCounts` that could be published, by cell."""
    plain = counts.with_columns(pl.selectors.enum().cast(pl.String)).sort(CELL)
    wanted = pl.col("window").is_in(list(REGIONAL_WINDOWS)) | (
        pl.col("window").is_in(list(HALF_YEARS)) & (pl.col("region") == ALL_REGIONS)
    )
    return {_cell(row): row for row in plain.filter(wanted).iter_rows(named=True)}


CELL = ["unit", "outcome", "study_group", "window", "region"]


def outcome_system(counts: pl.DataFrame) -> System:
    """The counts of outcomes as numbers that add up.

    Args:
        counts: `contracts.outputs.estimates.OutcomeCounts`.
    """
    rows = released(counts)
    quantities: dict[Key, Quantity] = {}
    relations: list[Relation] = []
    for cell, row in rows.items():
        quantities |= _numbers(cell, row)
        relations.append(Relation((number(cell),), (having(cell), _without(cell))))
    for cell in rows:
        relations += _regions(cell, rows)
        for part in (_half_years(cell, rows), _nested_outcomes(cell, rows), _populations(cell, rows)):
            for more, relation in part:
                quantities |= more
                relations.append(relation)
    return System(quantities, relations)


def outcome_rows(counts: pl.DataFrame, shown: Set[Key]) -> pl.DataFrame:
    """What is published of the counts.

    Args:
        counts: `contracts.outputs.estimates.OutcomeCounts`.
        shown: names of the numbers that may be shown.

    Returns:
        `contracts.outputs.published.Outcomes`.
    """
    rows = []
    for cell, row in released(counts).items():
        numbers = _numbers(cell, row)
        all_of, some = (int(numbers[key].shown) if key in shown else None for key in (number(cell), having(cell)))
        rows.append(
            dict(zip(CELL, cell, strict=True)) | figures(all_of, some, _design_effect(row["design_effect"]))
        )
    return of_rows(Outcomes, rows).sort(CELL)


def figures(all_of: int | None, some: int | None, design_effect: float) -> dict[str, object]:
    """The published figures of a row, from rounded numbers alone."""
    released: dict[str, object] = {
        "number": all_of,
        "number_with": some,
        "note": WITHHELD if some is None else None,
    }
    if all_of is None or some is None:
        return released | {"note": WITHHELD}
    effect = max(1.0, round(design_effect, 1))
    low, high = wilson(some / all_of, all_of / effect)
    return released | {
        "share": some / all_of,
        "low": low,
        "high": high,
        "moved_by_rounding": moved_by_rounding(some, all_of),
    }


def number(cell: Cell) -> Key:
    """Name of the number of those to whom it could happen."""
    return (TABLE, "number", *cell)


def having(cell: Cell) -> Key:
    """Name of the number of those to whom it happened."""
    return (TABLE, "number_with", *cell)


def _without(cell: Cell) -> Key:
    return (TABLE, "number_without", *cell)


def _cell(row: Row) -> Cell:
    unit, outcome, group, window, region = (str(row[name]) for name in CELL)
    return unit, outcome, group, window, region


def _design_effect(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 1.0


def _numbers(cell: Cell, row: Row) -> dict[Key, Quantity]:
    """The three numbers of a row: all, those with, those without; the last is never shown and follows."""
    people, families = whole(row["people"]), whole(row["families"])
    people_with, families_with = whole(row["people_with"]), whole(row["families_with"])
    of_families = cell[0] == "family"
    all_of, some = (families, families_with) if of_families else (people, people_with)
    # Of families without it among people, the least there can be is known: those without anybody.
    few_without = few(all_of - some, families - families_with)
    need = None
    if few(people_with, families_with):
        need = open_count(some)
    elif few_without:
        need = open_count(some, "nearly all")
    weight = 4.0 if cell[4] == ALL_REGIONS else 1.0
    return {
        number(cell): Quantity(
            all_of,
            NUMBER_ROUNDING,
            open_count(all_of) if few(people, families) else None,
            LEAST,
            3 * weight,
            people=people,
            families=families,
        ),
        having(cell): Quantity(
            some,
            ROUNDING,
            need,
            LEAST,
            weight * (2.0 if cell[3] in SPANS else 1.0),
            people=people_with,
            families=families_with,
        ),
        _without(cell): Quantity(
            all_of - some,
            need=open_count(all_of - some) if few_without else None,
            families=max(0, families - families_with),
        ),
    }


def _regions(cell: Cell, rows: Mapping[Cell, Row]) -> list[Relation]:
    if cell[4] != ALL_REGIONS or cell[3] not in REGIONAL_WINDOWS:
        return []
    parts = [other for other in rows if other[:4] == cell[:4] and other[4] != ALL_REGIONS]
    return [Relation((name(cell),), tuple(name(part) for part in parts)) for name in (number, having) if parts]


Found = Iterator[tuple[dict[Key, Quantity], Relation]]
"""A relation, and the numbers that stand in it alone. One that the counts do not keep is left out."""


def _half_years(cell: Cell, rows: Mapping[Cell, Row]) -> Found:
    """Where a half-year lies in a span and counts the same people: some had it outside it; none is lost."""
    unit, outcome, group, window, region = cell
    if window not in SPANS or region != ALL_REGIONS or outcome not in POPULATIONS:
        return
    first, last = SPANS[window]
    parts = [
        (unit, outcome, group, name, region) for name, (a, b) in HALF_YEARS.items() if first <= a and b <= last
    ]
    same = [part for part in parts if part in rows and _all_of(rows[part], unit) == _all_of(rows[cell], unit)]
    for part in same:
        yield from _difference((TABLE, "outside", *part), cell, part, rows, links=False)
    if len(same) == len(parts):
        again = (TABLE, "again", *cell)
        twice = sum(_some(rows[part], unit) for part in same) - _some(rows[cell], unit)
        if twice >= 0:
            yield {again: Quantity(twice)}, Relation(tuple(having(part) for part in same), (having(cell), again))


def _nested_outcomes(cell: Cell, rows: Mapping[Cell, Row]) -> Found:
    for inner, outer in WITHIN:
        wide = (cell[0], outer, *cell[2:])
        if cell[1] == inner and wide in rows:
            yield from _difference((TABLE, "beyond", *cell), wide, cell, rows, links=True)


def _populations(cell: Cell, rows: Mapping[Cell, Row]) -> Found:
    """The same people under several outcomes, those of a wider population, and those who left by a later window."""
    unit, outcome, group, window, region = cell
    named = POPULATIONS.get(outcome)
    if named is None:
        return
    first = next(name for name, population in POPULATIONS.items() if population == named)
    same = (unit, first, group, window, region)
    if outcome != first and same in rows and _all_of(rows[same], unit) == _all_of(rows[cell], unit):
        yield {}, Relation((number(cell),), (number(same),), links=True)
    if outcome != first:
        return
    for inner, outer in WIDER:
        if named == inner:
            other = next(name for name, population in POPULATIONS.items() if population == outer)
            wide = (unit, other, group, window, region)
            if wide in rows:
                yield from _beyond(cell, wide, rows, "wider")
    later = [name for name in released_windows() if ALL_WINDOWS[name][1] > ALL_WINDOWS[window][1]]
    nearest = min(later, key=lambda name: ALL_WINDOWS[name][1], default=None)
    if nearest is not None and (then := (unit, outcome, group, nearest, region)) in rows:
        yield from _beyond(then, cell, rows, "left")
    ending = [name for name in released_windows() if ALL_WINDOWS[name][1] == ALL_WINDOWS[window][1]]
    twin = (unit, outcome, group, ending[0], region)
    if twin != cell and twin in rows and _all_of(rows[twin], unit) == _all_of(rows[cell], unit):
        yield {}, Relation((number(cell),), (number(twin),), links=True)


def _beyond(narrow: Cell, wide: Cell, rows: Mapping[Cell, Row], why: str) -> Found:
    """Those in the wider population and not in the narrower, as a number; that there is none tells of nobody."""
    by = _all_of(rows[wide], wide[0]) - _all_of(rows[narrow], narrow[0])
    families = whole(rows[wide]["families"]) - whole(rows[narrow]["families"])
    if by >= 0:
        name = (TABLE, why, *narrow)
        need = open_difference() if by > 0 and few(by, families) else None
        yield (
            {name: Quantity(by, need=need, families=max(0, families))},
            Relation((number(wide),), (number(narrow), name), links=True),
        )


def _difference(name: Key, wide: Cell, narrow: Cell, rows: Mapping[Cell, Row], *, links: bool) -> Found:
    """Those who have the wider and not the narrower, as a number of its own; none of them is class disclosure."""
    by = _some(rows[wide], wide[0]) - _some(rows[narrow], narrow[0])
    families = whole(rows[wide]["families_with"]) - whole(rows[narrow]["families_with"])
    if by >= 0:
        need = open_difference() if few(by, families) else None
        yield (
            {name: Quantity(by, need=need, families=max(0, families))},
            Relation((having(wide),), (having(narrow), name), links),
        )


def _all_of(row: Row, unit: str) -> int:
    return whole(row["families" if unit == "family" else "people"])


def _some(row: Row, unit: str) -> int:
    return whole(row["families_with" if unit == "family" else "people_with"])
