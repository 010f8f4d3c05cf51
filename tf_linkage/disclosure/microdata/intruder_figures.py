"""What every declared intruder finds in the released tables: one table of it, and how much of that may be told.

Exact figures stay with the tables. What stands in reports is told in classes: two reports, before and after a
family left, must not differ by the family.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

import polars as pl

from tf_linkage.contracts.intruders import (
    COUNCIL,
    DEPARTMENT,
    INTRUDERS,
    LEAD_WORKER,
    LIKELY,
    NEIGHBOUR,
    READER,
    Held,
    Intruder,
)
from tf_linkage.contracts.ladders import COUNTED_OFFENCES, STEPS
from tf_linkage.contracts.outputs.published import MINIMUM_COUNT
from tf_linkage.disclosure.microdata.council_attack import council_finds
from tf_linkage.disclosure.microdata.register_attack import known_by_history
from tf_linkage.disclosure.microdata.residual_risk import families_that_fit, join_figures, known_event
from tf_linkage.disclosure.microdata.risk import empty_cells

SCHEMA = {
    "intruder": pl.String,
    "held against": pl.String,
    "rows": pl.Int64,
    "certain": pl.Float64,
    "likely": pl.Float64,
    "few alike": pl.Float64,
}

BOUNDS = (0.0, 0.01, 0.05, 0.2, 0.5, 1.0)
"""Bounds of the classes in which shares are told."""


def intruder_figures(tables: Mapping[str, pl.LazyFrame], sent: Mapping[str, pl.LazyFrame]) -> pl.DataFrame:
    """What each intruder finds, table by table.

    Args:
        tables: the research tables by name, as released.
        sent: what the councils know, as `research.as_sent` gives it.

    Returns:
        One row for each intruder and table or join of tables: `intruder`, `held against`, `rows` (people or
        families tried), and as shares of them `certain` (found for certain), `likely` (found with a probability
        over one in five) and `few alike` (fewer than ten might be it); null where the attack does not tell.
    """
    rows = [
        *(_alike(intruder, name, tables[name]) for intruder in (NEIGHBOUR, LEAD_WORKER) for name in STEPS),
        *_of_the_council(tables, sent),
        *_of_a_reader(tables),
        *(_of_an_offence(who, name, tables[name]) for who in (LEAD_WORKER, READER) for name in COUNTED_OFFENCES),
        *_of_a_department(tables),
        _joined(tables),
    ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def alike_rows(intruder: Intruder, name: str, table: pl.LazyFrame) -> pl.Series:
    """For each row of a table, how many rows this intruder cannot tell from it, itself among them."""
    known = [pl.col(column).cast(pl.String).fill_null("-") for column in intruder.columns_in(name)]
    return table.select(alike=pl.len().over(pl.concat_str([*known, empty_cells(name)], separator="|"))).collect()[
        "alike"
    ]


def _alike(intruder: Intruder, name: str, table: pl.LazyFrame) -> tuple[object, ...]:
    alike = alike_rows(intruder, name, table)
    return (
        intruder.name,
        name,
        alike.len(),
        _share(alike == 1),
        _share(alike * LIKELY < 1),
        _share(alike < (intruder.alike or 0)),
    )


def _of_the_council(
    tables: Mapping[str, pl.LazyFrame], sent: Mapping[str, pl.LazyFrame]
) -> Iterator[tuple[object, ...]]:
    for name, known in sent.items():
        found = council_finds(name, known, tables)
        tried = max(1, found.tried)
        yield (
            COUNCIL.name,
            f"{name}, with their histories",
            found.tried,
            found.certain / tried,
            found.likely / tried,
            None,
        )


def _of_a_reader(tables: Mapping[str, pl.LazyFrame]) -> Iterator[tuple[object, ...]]:
    for row in known_event(tables).iter_rows(named=True):
        yield READER.name, row["known"], row["people"], row["share of people"], None, None


def _of_an_offence(intruder: Intruder, name: str, counted: pl.LazyFrame) -> tuple[object, ...]:
    """Who knows everything in a row of a table that counts offences, of somebody who is counted there."""
    people = counted.select(pl.col("people").repeat_by("people").explode()).collect()["people"].drop_nulls()
    return (
        intruder.name,
        name,
        people.len(),
        _share(people == 1),
        _share(people * LIKELY < 1),
        _share(people < MINIMUM_COUNT),
    )


def _of_a_department(tables: Mapping[str, pl.LazyFrame]) -> Iterator[tuple[object, ...]]:
    for row in known_by_history(tables).iter_rows(named=True):
        people = max(1, row["people"])
        yield (
            DEPARTMENT.name,
            f"{row['table']}, whole",
            row["people"],
            row["alone"] / people,
            row["few"] / people,
            None,
        )


def _joined(tables: Mapping[str, pl.LazyFrame]) -> tuple[object, ...]:
    """Somebody who tries to join people to families by all that both tables say."""
    figures = join_figures(families_that_fit(tables))
    return (
        LEAD_WORKER.name,
        "people joined to families",
        int(figures["people held against every family"]),
        figures["share whom one family alone fits"],
        None,
        figures["share whom fewer than ten fit"],
    )


def in_classes(figures: pl.DataFrame) -> list[tuple[str, ...]]:
    """The figures as rows of text, shares in classes: intruder, held against, certain, likely, few alike, held."""
    return [
        (
            row["intruder"],
            row["held against"],
            *(share_class(row[name]) for name in ("certain", "likely", "few alike")),
            _held(row["intruder"], row["held against"]),
        )
        for row in figures.iter_rows(named=True)
    ]


def share_class(share: float | None) -> str:
    """The class of a share; nobody, and everybody, are told as such.

    >>> share_class(0.0), share_class(0.004), share_class(0.31), share_class(1.0), share_class(None)
    ('nobody', 'up to 1%', 'over 20% to 50%', 'all', '')
    """
    if share is None:
        return ""
    if share <= 0:
        return "nobody"
    if share >= 1:
        return "all"
    low, high = next((low, high) for low, high in pairwise(BOUNDS) if low < share <= high)
    if high == 1:
        return f"over {low:.0%}"
    return f"over {low:.0%} to {high:.0%}" if low else f"up to {high:.0%}"


def _held(name: str, against: str) -> str:
    held = Held.ALIKE if against in COUNTED_OFFENCES else INTRUDERS[name].held
    return Held.TOLD.value if "joined" in against else held.value


def _share(which: pl.Series) -> float | None:
    mean = which.mean()
    return float(mean) if isinstance(mean, int | float) else None
