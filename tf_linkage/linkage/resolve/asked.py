"""One pair that somebody asks about: weighed as any other, though no blocking rule may have compared it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from tf_linkage.linkage.block.resembling import resembles_sql
from tf_linkage.linkage.compare.candidates import compare_rows
from tf_linkage.linkage.estimate.certain_links import CertainLinks
from tf_linkage.linkage.model.model import ResemblingRule, Rule
from tf_linkage.linkage.resolve.decision import DecisionRule
from tf_linkage.linkage.result import PairAsked
from tf_linkage.linkage.standardise.fields import field_of
from tf_linkage.linkage.tables.encoded import Tables


def asked_about(
    asked: tuple[str, str], decision: DecisionRule, certain_links: CertainLinks, used: Sequence[Rule]
) -> PairAsked | None:
    """The pair with every part of its weight but its family's; None where either record is not there.

    Args:
        asked: ids of the left and of the right record. Of a right-hand person with several rows the first is taken.
        decision: what is known once the model is trained.
        certain_links: what the certain links claim.
        used: the blocking rules that were used.
    """
    tables = decision.tables
    left = (tables.left["record_id"] == asked[0]).arg_true()
    right = (tables.right.ids == asked[1]).arg_true()
    if not (left.len() and right.len()):
        return None
    rows = pl.DataFrame({"left_row": left.head(1), "right_row": right.head(1)}).cast(pl.UInt32)
    patterns = compare_rows(tables, rows["left_row"].to_numpy(), rows["right_row"].to_numpy())
    pair = rows.with_columns(
        pl.Series("pattern", patterns, pl.Int64),
        tables.right.entity.gather(rows["right_row"]).cast(pl.UInt32).alias("entity"),
        pl.lit(0.0).alias("family"),
    )
    explained = decision.explained(pair, certain_links)
    named = explained.select(pl.lit(asked[0]).alias("left_id"), pl.lit(asked[1]).alias("right_id"), pl.all())
    return PairAsked(*asked, named, _rules(tables, rows, used))


def _rules(tables: Tables, rows: pl.DataFrame, used: Sequence[Rule]) -> pl.DataFrame:
    """Of each rule whether it was used, whether it holds, and which fields keep it from holding."""
    model = tables.model
    names = {rule.name for rule in used}
    keys = list(dict.fromkeys(pair for rule in model.blocking_rules for pair in rule.keys))
    tables.connection.register("asked", rows.to_arrow())
    selected = ", ".join(f"l.{one} = r.{other} AS k{at}" for at, (one, other) in enumerate(keys))
    found = tables.frame(f"SELECT {selected} FROM asked JOIN l ON left_row = l.row JOIN r ON right_row = r.row")
    tables.connection.unregister("asked")
    equal = {pair: found[f"k{at}"][0] for at, pair in enumerate(keys)}
    told = []
    for rule in model.blocking_rules:
        fields = {word: sorted({_named(tables, pair[0]) for pair in rule.keys if equal[pair] is value})
                  for word, value in (("differ", False), ("unknown", None))}  # fmt: skip
        told.append({"rule": rule.name, "used": rule.name in names, "holds": not any(fields.values()), **fields})
    if model.resembling is not None:
        told.append(_resembling(tables, model.resembling, rows, model.resembling.name in names))
    schema: dict[str, Any] = {"rule": pl.String, "used": pl.Boolean, "holds": pl.Boolean,
              "differ": pl.List(pl.String), "unknown": pl.List(pl.String)}  # fmt: skip
    return pl.DataFrame(told, schema=schema)


def _resembling(tables: Tables, rule: ResemblingRule, rows: pl.DataFrame, used: bool) -> dict[str, object]:
    differ, unknown, alike = [], [], 0
    for column in rule.columns:
        sides = [held[column].rows(rows[name]) if column in held else None
                 for held, name in zip(tables.compared, ("left_row", "right_row"), strict=True)]  # fmt: skip
        if any(side is None or side.dtype != pl.String or side.null_count() for side in sides):
            unknown.append(_named(tables, column))
            continue
        one, other = (side[0] for side in sides if side is not None)
        (near,) = tables.connection.execute(
            f"SELECT {resembles_sql(tables)} FROM (SELECT ? AS a, ? AS b)", [one, other]
        ).fetchall()[0]
        alike += bool(near)
        if not near:
            differ.append(_named(tables, column))
    holds = alike >= tables.model.settings.blocking.resembling_in
    return {"rule": rule.name, "used": used, "holds": holds, "differ": differ, "unknown": unknown}


def _named(tables: Tables, column: str) -> str:
    """A column's comparison in words, or its field."""
    for one in tables.model.comparisons:
        if column in one.columns:
            return one.name
    return field_of(column).replace("_", " ")
