"""Pairs that agree on no blocking key but resemble in two columns: errors in every field, in smaller tables.

Values resemble that are one or two edits apart. They are found without holding each against each: two values are so
near where the same letters are left when up to two are taken out of either (symmetric deletion).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import polars as pl

from tf_linkage.linkage.model.model import ResemblingRule
from tf_linkage.linkage.tables.encoded import Tables


def resembling_rule(tables: Tables) -> tuple[ResemblingRule, ...]:
    """The rule of tables that are small enough in at least two columns; of others, none."""
    rule, settings = tables.model.resembling, tables.model.settings.blocking
    if rule is None or max(tables.left.height, tables.right.height) > settings.small:
        return ()
    there = tuple(
        column
        for column in rule.columns
        if _spelt(tables, column) and _variants(tables, column, settings.longest) <= settings.variants
    )
    return (ResemblingRule(there),) if len(there) >= settings.resembling_in else ()


def resembling_pairs(
    tables: Tables, rule: ResemblingRule, free: tuple[pl.Series, pl.Series]
) -> tuple[pl.DataFrame, ResemblingRule | None]:
    """Pairs of rows that resemble in at least two columns of a rule: `l`, `r`, sorted; in one table each once.

    Gives the rule with the columns that it used, if they were enough.

    Columns in which few pairs resemble come first; those with which there would be too many are passed over.

    Args:
        tables: both tables.
        rule: of `resembling_rule`.
        free: of either side, the rows that are asked about.
    """
    connection = tables.connection
    counted = sorted(
        (_near(tables, column, f"near_{place}", free), place) for place, column in enumerate(rule.columns)
    )
    least, allowed = tables.model.settings.blocking.resembling_in, tables.model.settings.blocking.resembling
    found, used = [], []
    for pairs_there, place in counted:
        allowed -= pairs_there
        if allowed >= 0:
            used.append(rule.columns[place])
            found.append(
                f"SELECT (ours.row::UBIGINT << 32) | theirs.row AS pair FROM near_{place} near JOIN near_{place}_l "
                f"ours ON near.a = ours.value JOIN near_{place}_r theirs ON near.b = theirs.value"
                + (" WHERE ours.row < theirs.row" if tables.model.one_table else "")
            )
    pairs = pl.DataFrame(schema={"l": pl.UInt32, "r": pl.UInt32})
    if len(found) >= least:
        pairs = tables.frame(
            "SELECT (pair >> 32)::UINTEGER AS l, (pair & 4294967295)::UINTEGER AS r "
            f"FROM ({' UNION ALL '.join(found)}) GROUP BY pair HAVING count(*) >= {least} ORDER BY pair"
        )
    for place in range(len(rule.columns)):
        for name in (f"near_{place}", f"near_{place}_l", f"near_{place}_r"):
            connection.execute(f"DROP TABLE IF EXISTS {name}")
    kept = tuple(column for column in rule.columns if column in used)
    return pairs, ResemblingRule(kept) if len(kept) >= least else None


def resembles_sql(tables: Tables) -> str:
    """Whether two values `a` and `b` resemble."""
    long = tables.model.settings.blocking.long
    return f"damerau_levenshtein(a, b) <= CASE WHEN least(length(a), length(b)) >= {long} THEN 2 ELSE 1 END"


def _spelt(tables: Tables, column: str) -> bool:
    """Whether both sides hold the letters of a column."""
    return all(column in side and side[column].values.dtype == pl.String for side in tables.compared)


def _variants(tables: Tables, column: str, longest: int) -> int:
    """How many variants the values of a column have at most."""
    letters = [side[column].values.str.len_chars().fill_null(0).clip(0, longest) for side in tables.compared]
    return sum(int((number * (number + 1) // 2 + 1).cast(pl.Int64).sum()) for number in letters)


def _near(tables: Tables, column: str, name: str, free: tuple[pl.Series, pl.Series]) -> int:
    """Makes tables of the values that resemble and of who bears them; how many pairs of rows do."""
    connection, settings = tables.connection, tables.model.settings.blocking
    for side, held in enumerate(tables.compared):
        bearers = pl.DataFrame({"row": free[side], "value": held[column].rows(free[side])}).drop_nulls()
        bearers = bearers.filter(pl.col("value").str.len_chars() <= settings.longest)
        _table(tables, f"{name}_{'lr'[side]}", bearers)
        values = bearers["value"].unique().sort()
        both = [(value, left) for value in values for left in dict.fromkeys(_left_of(value, settings.long))]
        _table(tables, "lr"[side] + "_variants", pl.DataFrame(both, schema=["value", "left"], orient="row"))
    connection.execute(
        f"CREATE TABLE {name} AS SELECT a, b FROM (SELECT DISTINCT l.value AS a, r.value AS b "
        f'FROM l_variants l JOIN r_variants r USING ("left")) WHERE {resembles_sql(tables)}'
    )
    connection.execute("DROP TABLE l_variants; DROP TABLE r_variants")
    pairs = tables.total(
        f"SELECT sum(ours.number * theirs.number)::BIGINT FROM {name} near "
        f"JOIN (SELECT value, count(*) AS number FROM {name}_l GROUP BY value) ours ON near.a = ours.value "
        f"JOIN (SELECT value, count(*) AS number FROM {name}_r GROUP BY value) theirs ON near.b = theirs.value"
    )
    return int(pairs)


def _left_of(value: str, long: int) -> Iterator[str]:
    """What is left of a value when up to two letters are taken out of it; one of a short one."""
    yield value
    for number in range(1, 3 if len(value) >= long else 2):
        for out in itertools.combinations(range(len(value)), number):
            yield "".join(letter for place, letter in enumerate(value) if place not in out)


def _table(tables: Tables, name: str, frame: pl.DataFrame) -> None:
    tables.connection.register("given_values", frame.to_arrow(compat_level=pl.CompatLevel.newest()))
    tables.connection.execute(f"CREATE TABLE {name} AS SELECT * FROM given_values")
    tables.connection.unregister("given_values")
