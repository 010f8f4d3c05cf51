"""What is kept of a release, as tables, so that later ones can be attacked together with it.

A release's numbers and relations as rows, and back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import polars as pl

from tf_linkage.disclosure.release.across_releases import Released
from tf_linkage.disclosure.suppression.linked_counts import Key, Need, Quantity, Relation, System

ARCHIVED = ("numbers", "relations")
NUMBERS, RELATIONS = ARCHIVED

_NUMBERS: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "name": pl.List(pl.String),
    "shown": pl.Boolean,
    "value": pl.Float64,
    "grid": pl.Float64,
    "least": pl.Float64,
    "whole": pl.Boolean,
    "people": pl.Int64,
    "families": pl.Int64,
    "width": pl.Float64,
    "reach": pl.Float64,
    "rule": pl.String,
}
_RELATIONS: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "relation": pl.Int64,
    "left": pl.Boolean,
    "name": pl.List(pl.String),
}


def as_tables(released: Released) -> dict[str, pl.DataFrame]:
    """What a release tells as tables: `numbers`, one row for each, and `relations`, one for each of its numbers.

    They hold no person and no reference, and no count that does not follow from those behind the figures
    (`releases.behind`).
    """
    numbers = [
        {
            "name": list(key),
            "shown": key in released.shown,
            "value": number.value,
            "grid": number.grid,
            "least": number.least,
            "whole": number.whole,
            "people": number.people,
            "families": number.families,
            "width": number.need.width if number.need else None,
            "reach": number.need.reach if number.need else None,
            "rule": number.need.rule if number.need else None,
        }
        for key, number in released.system.quantities.items()
    ]
    relations = [
        {"relation": at, "left": left, "name": list(key)}
        for at, relation in enumerate(released.system.relations)
        for left, side in ((True, relation.left), (False, relation.right))
        for key in side
    ]
    return {NUMBERS: pl.DataFrame(numbers, _NUMBERS), RELATIONS: pl.DataFrame(relations, _RELATIONS)}


def from_tables(tables: Mapping[str, pl.LazyFrame]) -> Released:
    """What `as_tables` was made of, but for costs and which relations link tables: an attack asks for neither."""
    quantities: dict[Key, Quantity] = {}
    shown: set[Key] = set()
    for row in tables[NUMBERS].collect().iter_rows(named=True):
        key = tuple(row["name"])
        need = None if row["rule"] is None else Need(row["width"], row["reach"], row["rule"])
        quantities[key] = Quantity(
            row["value"],
            row["grid"],
            need,
            row["least"],
            whole=row["whole"],
            people=row["people"],
            families=row["families"],
        )
        if row["shown"]:
            shown.add(key)
    sides: dict[int, dict[bool, list[Key]]] = defaultdict(lambda: {True: [], False: []})
    for row in tables[RELATIONS].collect().iter_rows(named=True):
        sides[row["relation"]][row["left"]].append(tuple(row["name"]))
    relations = [Relation(tuple(side[True]), tuple(side[False])) for _, side in sorted(sides.items())]
    return Released(System(quantities, relations), frozenset(shown))
