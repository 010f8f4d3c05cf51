"""Candidate pairs found by the cluster: both tables sent there in pieces, joined on numbers, compared in DuckDB.

Each pair is made by the first rule that it meets, so that none is made twice and none is sorted to be found again.
What compares is the SQL of engine `duckdb`, run by DuckDB in the workers on the pairs as they come.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import polars as pl

from tf_linkage.linkage.compare.candidates import (
    Blocking,
    DeterministicPass,
    compared_columns,
    comparing_sql,
    key_columns,
    no_pass,
    pairs_of_pass,
)
from tf_linkage.linkage.compare.pairs import Candidates, candidates_of
from tf_linkage.linkage.engines.spark.frames import Frame, to_cluster, together
from tf_linkage.linkage.engines.spark.pairs import PairsOnCluster
from tf_linkage.linkage.engines.spark.session import Session
from tf_linkage.linkage.model.model import BlockingRule, KeyPair
from tf_linkage.linkage.tables.encoded import Tables

SENT = 200_000
"""Rows that are sent at one time: some tens of megabytes, of the 128 that a message may have."""

_BROADCAST = 2_000_000
"""Rows up to which the smaller table is handed to every worker, so that the larger one stays where it is."""

_COMPARED = 50_000
"""Pairs that a worker compares at one time."""


def block_and_compare_on(session: Session, sent: int = SENT) -> Blocking:
    """Blocking and comparing by a cluster; see `block_and_compare`. The candidates are the same.

    Args:
        session: with the cluster.
        sent: rows that are sent at one time; nothing depends on it.
    """

    def block_and_compare(
        tables: Tables, rules: Sequence[BlockingRule], deterministic_pass: DeterministicPass | None = None
    ) -> Candidates:
        before = deterministic_pass or no_pass()
        every = pairs_of_pass(tables, rules, before)
        left, right = (
            _whole(session, _pieces(tables, rules, before.links, side=side, sent=sent)) for side in (0, 1)
        )
        pairs = PairsOnCluster(session, tables, _pairs(tables, rules, left, right), before.links)
        return candidates_of(every, pairs.counted(), pairs)

    return block_and_compare


def _whole(session: Session, pieces: Iterator[pl.DataFrame]) -> Frame:
    """A table on the cluster, held there: first piece by piece, so that no piece is sent twice, then as one."""
    there = [to_cluster(session, piece).localCheckpoint() for piece in pieces]
    return there[0] if len(there) == 1 else together(there).localCheckpoint()


def _pieces(
    tables: Tables, rules: Sequence[BlockingRule], claimed: pl.DataFrame, *, side: int, sent: int
) -> Iterator[pl.DataFrame]:
    """The rows of one table that no link has claimed, some at a time; at least one piece.

    `l` (of the right table `r` and `entity`), the keys `l_key_*`, and the columns `l_*` that are compared.
    """
    name = "lr"[side]
    held = tables.compared[side]
    keys = ", ".join(f"{key} AS {name}_key_{key}" for key in key_columns(rules, side))
    free = "USING (entity)" if side else "ON l.row = left_row"
    entity = ", entity" if side else ""
    tables.connection.register("claimed", claimed.select("left_row", "entity").to_arrow())
    height = tables.right.height if side else tables.left.height
    for start in range(0, max(height, 1), sent):
        rows = tables.frame(
            f"SELECT row AS {name}{entity}, {keys} FROM {name} ANTI JOIN claimed {free} "
            f"WHERE row >= {start} AND row < {start + sent} ORDER BY row"
        )
        compared = [
            held[column].rows(rows[name]).alias(f"{name}_{column}") for column in compared_columns(tables.model)
        ]
        # Spark has no unsigned numbers. Of a value's number nothing is asked but whether it equals another.
        yield rows.with_columns(compared).select(
            pl.col(name, *(["entity"] if side else [])).cast(pl.Int64),
            pl.exclude(name, "entity").exclude(pl.UInt32),
            pl.col(pl.UInt32).exclude(name, "entity").reinterpret(signed=True),
        )
    tables.connection.unregister("claimed")


def _pairs(tables: Tables, rules: Sequence[BlockingRule], left: Frame, right: Frame) -> Frame:
    """Each candidate pair once: `l`, `r`, `entity`, `pattern`, `rules`. Made once, then held by the cluster."""
    functions: Any = importlib.import_module("pyspark.sql.functions")
    if tables.left.height <= min(tables.right.height, _BROADCAST):
        left = functions.broadcast(left)
    elif tables.right.height <= _BROADCAST:
        right = functions.broadcast(right)
    met = [f"({_meet(rule.keys)})" for rule in rules]
    bits = " + ".join(f"CASE WHEN {one} THEN {1 << bit}L ELSE 0L END" for bit, one in enumerate(met))
    wanted = ["l", "r", "entity", *(f"{side}_{name}" for name in compared_columns(tables.model) for side in "lr")]
    found = []
    for place, rule in enumerate(rules):
        on = [functions.expr(_equal(pair)) for pair in rule.keys]
        made = left.join(right, on, "inner")
        for earlier in met[:place]:
            made = made.where(f"NOT coalesce({earlier}, false)")
        found.append(made.select(*wanted, functions.expr(bits).alias("rules")))
    schema = "l bigint, r bigint, entity bigint, rules bigint, pattern bigint"
    compare = _comparer(comparing_sql(tables.model, "l, r, entity, rules", "given"), _COMPARED)
    return together(found).mapInArrow(compare, schema).localCheckpoint()


def _equal(pair: KeyPair) -> str:
    return f"l_key_{pair[0]} = r_key_{pair[1]}"


def _meet(keys: Sequence[KeyPair]) -> str:
    return " AND ".join(_equal(pair) for pair in keys)


def _comparer(query: str, at_once: int) -> Callable[[Iterator[Any]], Iterator[Any]]:
    """What a worker runs on pairs. Functions inside functions travel whole: no worker needs this package."""

    def compare(batches: Iterator[Any]) -> Iterator[Any]:
        import duckdb  # noqa: PLC0415
        import pyarrow as pa  # noqa: PLC0415

        connection = duckdb.connect(":memory:", config={"threads": 1, "temp_directory": ""})

        def compared(held: list[Any]) -> Iterator[Any]:
            connection.register("given", pa.Table.from_batches(held))
            yield from connection.sql(query).to_arrow_table().to_batches()
            connection.unregister("given")

        held: list[Any] = []
        for batch in batches:
            held.append(batch)
            if sum(one.num_rows for one in held) >= at_once:
                yield from compared(held)
                held = []
        if held:
            yield from compared(held)

    return compare
