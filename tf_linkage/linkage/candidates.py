"""Blocking and comparison in SQL: each candidate pair once, with its pattern, rules and matchkeys.

Belongs here: the tables `l`, `r` and `pairs` of a DuckDB connection and the statements that make them. Does not
belong here: what the patterns are worth.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import polars as pl
from numpy.typing import NDArray

from tf_linkage.errors import LinkageRefused
from tf_linkage.linkage.comparison import Comparison
from tf_linkage.linkage.model import WIDE, BlockingRule, Model
from tf_linkage.linkage.patterns import pattern_sql, similarity_sql
from tf_linkage.linkage.records import Records


@dataclass(frozen=True)
class Candidates:
    """What blocking and comparing left in the table `pairs`.

    Attributes:
        rules: the rules that were used, in order; bit i of `rules` in the table stands for the i-th.
        blocking: one row for each rule: `rule`, `pairs`, `new_pairs`.
        patterns: one row for each pattern and set of rules: `pattern`, `rules`, `pairs`.
    """

    rules: tuple[BlockingRule, ...]
    blocking: pl.DataFrame
    patterns: pl.DataFrame


def block_and_compare(
    connection: duckdb.DuckDBPyConnection, records: Records, model: Model, most_pairs: int
) -> Candidates:
    """Make the table `pairs` (l, r, pattern, rules, keys): rows of either side, each candidate pair once.

    Raises:
        LinkageRefused: a rule would make more than `most_pairs` pairs; counted, not tried.
    """
    load(connection, records, model)
    rules, blocking = _affordable(connection, records, model, most_pairs)
    connection.execute("CREATE TABLE blocked (l UINTEGER, r UINTEGER, rules INTEGER, keys INTEGER)")
    for place in range(len(rules)):
        connection.execute(f"INSERT INTO blocked {_rule_sql(place, rules, model)}")
    joined = "blocked b JOIN l ON b.l = l.row JOIN r ON b.r = r.row"
    compared = _side_by_side(model, "b.l AS left_row, b.r AS right_row, b.rules, b.keys", joined)
    columns = f"left_row AS l, right_row AS r, {_pattern(model)}, rules, keys"
    connection.execute(f"CREATE TABLE pairs AS SELECT {columns} FROM ({compared})")
    connection.execute("DROP TABLE blocked")
    patterns = frame_of(
        connection, "SELECT pattern, rules, count(*) AS pairs FROM pairs GROUP BY ALL ORDER BY pattern, rules"
    )
    new_pairs = [
        # A pair is its lowest rule's: the bits below are nought.
        int(patterns.filter(pl.col("rules") % (2 << place) == 1 << place)["pairs"].sum())
        for place in range(len(rules))
    ]
    used = tuple(model.blocking_rules[place] for place in rules)
    return Candidates(used, blocking.with_columns(pl.Series("new_pairs", new_pairs, pl.Int64)), patterns)


def compare_rows(
    connection: duckdb.DuckDBPyConnection,
    model: Model,
    left: NDArray[np.uint32],
    right: NDArray[np.uint32],
    left_table: str = "l",
) -> NDArray[np.int64]:
    """The patterns of given pairs of rows, in their order. `left_table` may be `r`, to compare within the right."""
    if not len(left):
        return np.empty(0, dtype=np.int64)
    given = pl.DataFrame({"number": np.arange(len(left)), "l": left, "r": right})
    connection.register("given", given.to_arrow())
    joined = f"given g JOIN {left_table} l ON g.l = l.row JOIN r ON g.r = r.row"
    found = frame_of(
        connection,
        f"SELECT number, {_pattern(model)} FROM ({_side_by_side(model, 'g.number', joined)}) ORDER BY number",
    )
    connection.unregister("given")
    patterns: NDArray[np.int64] = found["pattern"].to_numpy()
    return patterns


def frame_of(connection: duckdb.DuckDBPyConnection, query: str) -> pl.DataFrame:
    """The answer of a query as a polars frame."""
    frame = pl.from_arrow(connection.sql(query).to_arrow_table())
    assert isinstance(frame, pl.DataFrame)  # noqa: S101  a table, never a column
    return frame


def load(connection: duckdb.DuckDBPyConnection, records: Records, model: Model) -> None:
    """The tables `l` and `r`: the columns compared, and one number for the keys of each blocking rule."""
    compared = sorted(
        {column for comparison in model.comparisons for column in _columns_in(comparison_sql(comparison))}
    )
    matched = sorted({column for key in model.matchkeys for column in key.columns})
    for side, frame in enumerate((records.left, records.right)):
        keys = [
            f"{_hash([pair[side] for pair in rule.keys])} AS key_{place}"
            for place, rule in enumerate(model.blocking_rules)
        ]
        keys += [f"{_hash(list(key.columns))} AS match_{place}" for place, key in enumerate(model.matchkeys)]
        others = ["row", *(["entity"] if side else []), *dict.fromkeys([*compared, *matched])]
        connection.register("given", frame.to_arrow())
        connection.execute(f"CREATE TABLE {'lr'[side]} AS SELECT {', '.join([*others, *keys])} FROM given")
        connection.unregister("given")


def _hash(columns: Sequence[str]) -> str:
    known = " AND ".join(f"{column} IS NOT NULL" for column in columns)
    return f"CASE WHEN {known} THEN hash({', '.join(columns)}) END"


def _affordable(
    connection: duckdb.DuckDBPyConnection, records: Records, model: Model, most_pairs: int
) -> tuple[list[int], pl.DataFrame]:
    """The places of the rules to use, and how many pairs each makes. Counted before any pair is made."""
    wide = WIDE + max(records.left.height, records.right.height)
    used: list[int] = []
    rows: list[tuple[str, int]] = []
    for place, rule in enumerate(model.blocking_rules):
        key = f"key_{place}"
        counted = connection.execute(
            f"SELECT coalesce(sum(ours.n), 0)::BIGINT FROM r JOIN "
            f"(SELECT {key}, count(*) AS n FROM l WHERE {key} IS NOT NULL GROUP BY {key}) ours USING ({key})"
        ).fetchone()
        pairs = int(counted[0]) if counted else 0
        if rule.wide and pairs > wide:
            continue
        if pairs > most_pairs:
            raise LinkageRefused(
                f"blocking rule {rule.name!r} would make {pairs:,} pairs, more than the {most_pairs:,} allowed; "
                "use a stricter rule, or raise the bound if the machine can bear it"
            )
        used.append(place)
        rows.append((rule.name, pairs))
    return used, pl.DataFrame(rows, schema={"rule": pl.String, "pairs": pl.Int64}, orient="row")


def _rule_sql(at: int, used: Sequence[int], model: Model) -> str:
    """Pairs of the rule at this place that no earlier rule made, with the later rules and keys they meet."""
    earlier = [f"(l.key_{place} = r.key_{place}) IS NOT TRUE" for place in used[:at]]
    where = f" WHERE {' AND '.join(earlier)}" if earlier else ""
    rules = [
        f"coalesce((l.key_{place} = r.key_{place})::INTEGER, 0) * {1 << bit}"
        for bit, place in enumerate(used)
        if bit > at
    ]
    matched = [
        f"coalesce((l.match_{place} = r.match_{place})::INTEGER, 0) * {1 << place}"
        for place in range(len(model.matchkeys))
    ]
    return (
        f"SELECT l.row, r.row, {' + '.join([str(1 << at), *rules])}, {' + '.join(['0', *matched])} "
        f"FROM l JOIN r ON l.key_{used[at]} = r.key_{used[at]}{where}"
    )


def _side_by_side(model: Model, also: str, joined: str) -> str:
    """Both records' columns as `l_column` and `r_column`, with each similarity computed once."""
    columns = sorted(
        {column for comparison in model.comparisons for column in _columns_in(comparison_sql(comparison))}
    )
    both = ", ".join(f"{side}.{column} AS {side}_{column}" for column in columns for side in ("l", "r"))
    return f"SELECT {also}, {both}{similarity_sql(model.comparisons)} FROM {joined}"


def _pattern(model: Model) -> str:
    side_by_side = re.sub(_QUALIFIED, r"\1_\2", pattern_sql(model.comparisons))
    return f"{side_by_side} AS pattern"


def comparison_sql(comparison: Comparison) -> str:
    """All of a comparison's SQL, to see which columns it needs."""
    return " ".join(
        [
            comparison.known,
            *[level.sql for level in comparison.levels],
            *[sql for _, sql in comparison.similarities],
        ]
    )


_QUALIFIED = r"\b([lr])\.(\w+)"


def _columns_in(sql: str) -> set[str]:
    return {column for _, column in re.findall(_QUALIFIED, sql)}
