"""Blocking and comparison in SQL: each candidate pair once, with its pattern and rules; matchkeys before both.

The table `pairs` of a DuckDB connection and the statements that make it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from tf_linkage.errors import LinkageRefused
from tf_linkage.linkage.block.resembling import resembling_pairs, resembling_rule
from tf_linkage.linkage.block.rule_counts import widest
from tf_linkage.linkage.compare.pairs import Candidates, PairsInDuckDB, candidates_of
from tf_linkage.linkage.compare.patterns import SideBySide, measures_sql, pattern_sql
from tf_linkage.linkage.limits import Limits
from tf_linkage.linkage.model.conditions import columns_in
from tf_linkage.linkage.model.model import BlockingRule, KeyPair, Model, ResemblingRule, Rule
from tf_linkage.linkage.tables.database import connected
from tf_linkage.linkage.tables.encoded import Tables, load
from tf_linkage.linkage.tables.records import Records

_ALLOWED = "allowed; allow more (most_pairs) if the machine can bear it"


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
    counted = {frozenset(rule.keys): counted_pairs(tables, rule.keys) for rule in rules if rule.wide}
    used: list[BlockingRule] = []
    for rule in rules:
        keys = frozenset(rule.keys)
        if rule.wide and counted[keys] > widest(tables, rule):
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
    deterministic_pass = deterministic_pass or no_pass()
    every = pairs_of_pass(tables, rules, deterministic_pass)
    connection.register("deterministic", deterministic_pass.links.to_arrow())
    keys = [key_columns(rules, side) for side in (0, 1)]
    connection.execute(
        f"CREATE TABLE l_free AS SELECT row, {', '.join(keys[0])} FROM l "
        "ANTI JOIN deterministic ON l.row = left_row"
    )
    found = " UNION ALL ".join(
        _met_by(tables, 1 << bit, rule.keys, ("l_free", "r_free")) for bit, rule in enumerate(rules)
    )
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
        _keep(connection, "compared")
        connection.unregister("compared")
    connection.execute("DROP TABLE l_free")
    connection.unregister("deterministic")
    pairs = PairsInDuckDB(tables)
    return candidates_of(every, pairs.counted(), pairs)


Blocking = Callable[[Tables, Sequence[BlockingRule], DeterministicPass | None], Candidates]
"""Finds and compares the candidate pairs, as `block_and_compare` does; it leaves the pass's pairs in `pairs`."""


def no_pass() -> DeterministicPass:
    """Where nothing stands before blocking."""
    return DeterministicPass(*[pl.DataFrame(schema=_AGREEING)] * 3)


def key_columns(rules: Sequence[BlockingRule], side: int) -> list[str]:
    """The columns of one side (0 left, 1 right) that the rules look at."""
    return sorted({pair[side] for rule in rules for pair in rule.keys})


def pairs_of_pass(
    tables: Tables, rules: Sequence[BlockingRule], deterministic_pass: DeterministicPass
) -> tuple[Rule, ...]:
    """Make `pairs` (l, r, pattern, rules) of links and rivals that stand before blocking, and of what resembles.

    Gives the rules, with that of what resembles where it is used. A view: a pair is kept as its rows and one number
    for pattern and rules. There may be hundreds of millions.
    """
    connection = tables.connection
    known = pl.concat([deterministic_pass.links, deterministic_pass.rivals], how="diagonal")
    connection.register("known", known.to_arrow())
    connection.execute("CREATE TABLE kinds (kind UINTEGER, pattern BIGINT, rules BIGINT)")
    connection.execute("CREATE TABLE kept (l UINTEGER, r UINTEGER, kind UINTEGER)")
    connection.execute("CREATE VIEW pairs AS SELECT l, r, pattern, rules FROM kept JOIN kinds USING (kind)")
    met = " + ".join(
        f"CASE WHEN {_meet(rule.keys)} THEN {1 << bit}::BIGINT ELSE 0 END" for bit, rule in enumerate(rules)
    )
    found = f"SELECT l.row AS l, r.row AS r, pattern, {met} AS rules FROM known"
    _keep(connection, f"({found} JOIN l ON left_row = l.row JOIN r ON right_row = r.row)")
    connection.unregister("known")
    resembling = resembling_rule(tables)
    if resembling:
        resembling = _keep_resembling(tables, resembling[0], deterministic_pass.links, (met, 1 << len(rules)))
    return (*rules, *resembling)


def _keep_resembling(
    tables: Tables, rule: ResemblingRule, links: pl.DataFrame, met_and_bit: tuple[str, int]
) -> tuple[ResemblingRule, ...]:
    """Add the pairs that resemble and meet no other rule; none of records that the deterministic pass linked.

    Gives the rule with the columns that it used; nothing where it was not used.
    """
    connection, (met, bit) = tables.connection, met_and_bit
    ours = pl.Series(range(tables.left.height), dtype=pl.UInt32)
    theirs = pl.Series(range(tables.right.height), dtype=pl.UInt32)
    ours = ours.filter(~ours.is_in(links["left_row"].implode()))
    theirs = theirs.filter(~tables.right.entity.is_in(links["entity"].implode()))
    found, used = resembling_pairs(tables, rule, (ours, theirs))
    if used is None:
        return ()
    connection.register("resembling", found.to_arrow())
    new = tables.frame(
        "SELECT l.row AS l, r.row AS r FROM resembling JOIN l ON resembling.l = l.row "
        f"JOIN r ON resembling.r = r.row WHERE {met} = 0 ORDER BY 1, 2"
    )
    patterns = pl.Series("pattern", compare_rows(tables, new["l"].to_numpy(), new["r"].to_numpy()), pl.Int64)
    connection.register("compared", new.with_columns(patterns, pl.lit(bit, pl.Int64).alias("rules")).to_arrow())
    _keep(connection, "compared")
    for name in ("compared", "resembling"):
        connection.unregister(name)
    return (used,)


def _keep(connection: duckdb.DuckDBPyConnection, found: str) -> None:
    """Add compared pairs (`l`, `r`, `pattern`, `rules`), each kind of them under a number of its own."""
    ((before,),) = connection.execute("SELECT count(*) FROM kinds").fetchall()
    connection.execute(
        f"INSERT INTO kinds SELECT {before} + row_number() OVER (ORDER BY pattern, rules), * "
        f"FROM (SELECT DISTINCT pattern, rules FROM {found} ANTI JOIN kinds USING (pattern, rules))"
    )
    connection.execute(f"INSERT INTO kept SELECT l, r, kind FROM {found} JOIN kinds USING (pattern, rules)")


def compare_rows(
    tables: Tables, left: NDArray[np.uint32], right: NDArray[np.uint32], left_table: str = "l"
) -> NDArray[np.int64]:
    """The patterns of given pairs of rows, in their order. `left_table` may be `r`, to compare within the right.

    So many at a time that the letters of both records of each take little memory, however many pairs there are.
    """
    found = np.empty(len(left), dtype=np.int64)
    model = tables.model
    columns = compared_columns(model)
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
        compared = tables.frame(comparing_sql(model, "number", source))
        tables.connection.unregister("given")
        found[start + compared["number"].to_numpy()] = compared["pattern"].to_numpy()
    return found


def compared_columns(model: Model) -> list[str]:
    """The columns that comparisons look at."""
    return sorted(columns_in([condition for one in model.comparisons for condition in one.conditions]))


def comparing_sql(model: Model, beside: str, source: str) -> str:
    """The query of the patterns of pairs that stand side by side in a table: `beside` of its columns, `pattern`."""
    measures = measures_sql(model.comparisons, model.cuts, SideBySide())
    pattern = pattern_sql(model.comparisons, model.cuts)
    return f"SELECT {beside}, {pattern} AS pattern FROM (SELECT *{measures} FROM {source})"


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
