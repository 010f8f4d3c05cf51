"""Blocking and comparison in SQL: each candidate pair once, with its pattern and rules; matchkeys before both.

The table `pairs` of a DuckDB connection and the statements that make it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from tf_linkage.errors import LinkageRefused
from tf_linkage.linkage.block.rule_counts import widest
from tf_linkage.linkage.compare.patterns import SideBySide, measures_sql, pattern_sql
from tf_linkage.linkage.limits import Limits
from tf_linkage.linkage.model.conditions import columns_in
from tf_linkage.linkage.model.model import BlockingRule, KeyPair, Model
from tf_linkage.linkage.tables.database import connected
from tf_linkage.linkage.tables.encoded import Tables, load
from tf_linkage.linkage.tables.records import Records

_ALLOWED = "allowed; allow more (most_pairs) if the machine can bear it"


@dataclass(frozen=True)
class Candidates:
    """What blocking and comparing left in the table `pairs`.

    Attributes:
        rules: the rules that were used, in order; bit i of `rules` in the table stands for the i-th.
        blocking: one row for each rule: `rule`, `pairs` that meet it, `new_pairs` that meet none before it.
        patterns: one row for each pattern and set of rules: `pattern`, `rules`, `pairs`.
    """

    rules: tuple[BlockingRule, ...]
    blocking: pl.DataFrame
    patterns: pl.DataFrame


@dataclass(frozen=True)
class DeterministicPass:
    """What the matchkeys say before any blocking rule is asked; all with the columns of `agreeing`.

    Attributes:
        training_links: links of all matchkeys, from which training starts; with `matchkey`, the strictest that
        holds. links: those of them that stand at once. rivals: other pairs of either of their records that agree on
        a matchkey too.
    """

    training_links: pl.DataFrame
    links: pl.DataFrame
    rivals: pl.DataFrame


def used_rules(records: Records, model: Model, bounds: Limits, bearing: str = _ALLOWED) -> list[BlockingRule]:
    """The rules to use, for who holds the records in no database. See `affordable`."""
    with connected(bounds) as connection:
        return affordable(load(connection, records, model), bounds.most_pairs, bearing)


def affordable(tables: Tables, most_pairs: int, bearing: str = _ALLOWED) -> list[BlockingRule]:
    """The rules to use. Their pairs are counted, or bounded by those of a laxer rule, before any pair is made.

    Args:
        tables: both tables.
        most_pairs: what one rule may make.
        bearing: who bears no more, and what to do, in words.

    Raises:
        LinkageRefused: a rule would make more than `most_pairs` pairs; counted, not tried.
    """
    rules = tables.model.blocking_rules
    wide = widest(tables)
    counted = {frozenset(rule.keys): counted_pairs(tables, rule.keys) for rule in rules if rule.wide}
    used: list[BlockingRule] = []
    for rule in rules:
        keys = frozenset(rule.keys)
        if rule.wide and counted[keys] > wide:
            continue
        # Who agrees on all of a rule's keys agrees on some of them.
        bounds = [number for fewer, number in counted.items() if fewer <= keys]
        pairs = min(bounds, default=most_pairs + 1)
        if pairs > most_pairs:
            pairs = counted[keys] = counted_pairs(tables, rule.keys)
        if pairs > most_pairs:
            raise LinkageRefused(
                f"blocking rule {rule.name!r} would make {pairs:,} pairs, more than the {most_pairs:,} "
                f"{bearing}, or use a stricter rule"
            )
        used.append(rule)
    return used


def agreeing(tables: Tables) -> pl.DataFrame:
    """Pairs that agree on a matchkey: `left_row`, `right_row`, `entity`, `pattern`, `keys` (bits), sorted."""
    model = tables.model
    found = " UNION ALL ".join(
        _met_by(tables, 1 << bit, [(column, column) for column in key.columns], ("l", "r"))
        for bit, key in enumerate(model.matchkeys)
    )
    if not found:
        return pl.DataFrame(schema=_AGREEING)
    pairs = tables.frame(
        f"SELECT l AS left_row, found.r AS right_row, entity, bits AS keys FROM ({_each_once(found)}) found "
        "JOIN r ON found.r = r.row ORDER BY left_row, right_row"
    )
    patterns = compare_rows(tables, pairs["left_row"].to_numpy(), pairs["right_row"].to_numpy())
    return pairs.with_columns(pl.Series("pattern", patterns, pl.Int64)).select(list(_AGREEING))


_AGREEING = {
    "left_row": pl.UInt32,
    "right_row": pl.UInt32,
    "entity": pl.UInt32,
    "pattern": pl.Int64,
    "keys": pl.Int64,
}


def block_and_compare(
    tables: Tables, rules: Sequence[BlockingRule], deterministic_pass: DeterministicPass | None = None
) -> Candidates:
    """Make the table `pairs` (l, r, pattern, rules): rows of either side, each candidate pair once.

    Args:
        tables: both tables.
        rules: the rules to use; see `affordable`.
        deterministic_pass: links that stand before any rule is asked. For their records they and their
            rivals alone are candidates. None unless given.
    """
    connection = tables.connection
    deterministic_pass = deterministic_pass or DeterministicPass(*[pl.DataFrame(schema=_AGREEING)] * 3)
    connection.register("deterministic", deterministic_pass.links.to_arrow())
    connection.register(
        "known", pl.concat([deterministic_pass.links, deterministic_pass.rivals], how="diagonal").to_arrow()
    )
    keys = [sorted({pair[side] for rule in rules for pair in rule.keys}) for side in (0, 1)]
    connection.execute(
        f"CREATE TABLE l_free AS SELECT row, {', '.join(keys[0])} FROM l "
        "ANTI JOIN deterministic ON l.row = left_row"
    )
    found = " UNION ALL ".join(
        _met_by(tables, 1 << bit, rule.keys, ("l_free", "r_free")) for bit, rule in enumerate(rules)
    )
    connection.execute("CREATE TABLE pairs (l UINTEGER, r UINTEGER, pattern BIGINT, rules BIGINT)")
    # The right table streams past the left one; within one table every row meets all others at once.
    step = tables.right.height if tables.model.one_table else _STREAMED
    for start in range(0, tables.right.height, step):
        connection.execute(
            f"CREATE TABLE r_free AS SELECT row, {', '.join(keys[1])} FROM r "
            f"ANTI JOIN deterministic USING (entity) WHERE row >= {start} AND row < {start + step}"
        )
        blocked = tables.frame(f"SELECT l, r, bits AS rules FROM ({_each_once(found)})")
        connection.execute("DROP TABLE r_free")
        compared = compare_rows(tables, blocked["l"].to_numpy(), blocked["r"].to_numpy())
        connection.register("compared", blocked.with_columns(pl.Series("pattern", compared, pl.Int64)).to_arrow())
        connection.execute("INSERT INTO pairs BY NAME SELECT * FROM compared")
        connection.unregister("compared")
    connection.execute("DROP TABLE l_free")
    met = " + ".join(
        f"CASE WHEN {_meet(rule.keys)} THEN {1 << bit}::BIGINT ELSE 0 END" for bit, rule in enumerate(rules)
    )
    connection.execute(
        f"INSERT INTO pairs SELECT l.row, r.row, pattern, {met} FROM known "
        "JOIN l ON left_row = l.row JOIN r ON right_row = r.row"
    )
    connection.unregister("deterministic")
    connection.unregister("known")
    patterns = tables.frame(
        "SELECT pattern, rules, count(*) AS pairs FROM pairs GROUP BY ALL ORDER BY pattern, rules"
    )
    return Candidates(tuple(rules), _blocking(rules, patterns), patterns)


def compare_rows(
    tables: Tables, left: NDArray[np.uint32], right: NDArray[np.uint32], left_table: str = "l"
) -> NDArray[np.int64]:
    """The patterns of given pairs of rows, in their order. `left_table` may be `r`, to compare within the right.

    So many at a time that the letters of both records of each take little memory, however many pairs there are.
    """
    found = np.empty(len(left), dtype=np.int64)
    model = tables.model
    measures = measures_sql(model.comparisons, model.cuts, SideBySide())
    pattern = pattern_sql(model.comparisons, model.cuts)
    columns = sorted(columns_in([condition for one in model.comparisons for condition in one.conditions]))
    sides = (("l", tables.compared["lr".index(left_table)], left), ("r", tables.compared[1], right))
    for start in range(0, len(left), _COMPARED):
        part = slice(start, start + _COMPARED)
        both = {
            f"{side}_{column}": held[column].rows(pl.Series(rows[part]))
            for side, held, rows in sides
            for column in columns
        }
        given = pl.DataFrame(both).with_row_index("number").to_arrow(compat_level=pl.CompatLevel.newest())
        # In several batches, so that several threads read it.
        tables.connection.register("given", pa.Table.from_batches(given.to_batches(_READ), given.schema))
        # Bytes are Bloom filters, whose bits are counted.
        filters = ", ".join(f"{name}::BIT AS {name}" for name, held in both.items() if held.dtype == pl.Binary)
        source = f"(SELECT * REPLACE ({filters}) FROM given)" if filters else "given"
        compared = tables.frame(f"SELECT number, {pattern} AS pattern FROM (SELECT *{measures} FROM {source})")
        tables.connection.unregister("given")
        found[start + compared["number"].to_numpy()] = compared["pattern"].to_numpy()
    return found


_STREAMED = 500_000
"""Rows of the right table whose pairs are looked for at one time."""

_COMPARED, _READ = 200_000, 20_000
"""Pairs that are compared at one time, and that a thread reads at one time."""


def pattern_counts(
    tables: Tables, pairs: pl.DataFrame, left_table: str = "l"
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The distinct patterns among pairs (`l`, `r`), sorted, and how many pairs have each."""
    patterns = compare_rows(tables, pairs["l"].to_numpy(), pairs["r"].to_numpy(), left_table)
    distinct, counts = np.unique(patterns, return_counts=True)
    return distinct, counts.astype(np.int64)


def counted_pairs(tables: Tables, keys: Sequence[tuple[str, str]]) -> int:
    """Pairs of a left and a right row that agree on every key (left column, right column), not made but counted."""
    ours = [pair[0] for pair in keys]
    known = " AND ".join(f"{column} IS NOT NULL" for column in ours)
    on = " AND ".join(f"ours.{one} = r.{pair[1]}" for one, pair in zip(ours, keys, strict=True))
    columns = ", ".join(dict.fromkeys(ours))
    return int(
        tables.total(
            f"SELECT sum(number)::BIGINT FROM r JOIN (SELECT {columns}, count(*) AS number FROM l WHERE {known} "
            f"GROUP BY ALL) ours ON {on}"
        )
    )


def _blocking(rules: Sequence[BlockingRule], patterns: pl.DataFrame) -> pl.DataFrame:
    """How many pairs each rule made, and how many that no rule before it had made."""
    met = [
        int(patterns.filter(pl.col("rules") // (1 << place) % 2 == 1)["pairs"].sum()) for place in range(len(rules))
    ]
    # A pair is its lowest rule's: the bits below are zero.
    new = [
        int(patterns.filter(pl.col("rules") % (2 << place) == 1 << place)["pairs"].sum())
        for place in range(len(rules))
    ]
    names = [rule.name for rule in rules]
    return pl.DataFrame(
        {"rule": names, "pairs": met, "new_pairs": new},
        schema={"rule": pl.String, "pairs": pl.Int64, "new_pairs": pl.Int64},
    )


def _meet(keys: Sequence[KeyPair]) -> str:
    return " AND ".join(f"l.{one} = r.{other}" for one, other in keys)


def _met_by(tables: Tables, bit: int, keys: Sequence[KeyPair], of: tuple[str, str]) -> str:
    """Pairs of rows of two tables that agree on keys: `pair`, both rows in one number, and `bit`."""
    return (
        f"SELECT (l.row::UBIGINT << 32) | r.row AS pair, {bit}::BIGINT AS bit FROM {of[0]} l JOIN {of[1]} r "
        f"ON {_meet(keys)}{' AND l.row < r.row' if tables.model.one_table else ''}"
    )


def _each_once(found: str) -> str:
    """Pairs of `_met_by` as `l`, `r` and `bits`. One key to group by is twice as fast as two."""
    return (
        "SELECT (pair >> 32)::UINTEGER AS l, (pair & 4294967295)::UINTEGER AS r, bit_or(bit)::BIGINT AS bits "
        f"FROM ({found}) GROUP BY pair"
    )
