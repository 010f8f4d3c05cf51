"""Engine `splink`: a model trained here, written as Splink settings and scored by Splink 5.

The translation. Levels, m, u, prior, blocking rules and term frequencies become Splink's own, so that anybody can
look at the model with Splink's charts, or run it on DuckDB. Splink's other databases do not run it as it is: its
conditions are SQL of DuckDB, Spark has no `hamming`, and there Splink misses the exact match level that adjustments
for term frequency need. What Splink has no word for (household members, claims, names that go together, family
evidence) stays behind. Splink is optional and imported only where it runs.
"""

from __future__ import annotations

import dataclasses
import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import duckdb
import polars as pl

from tf_linkage.linkage.estimate.em import Shares, Trained
from tf_linkage.linkage.estimate.frequencies import strangers_share
from tf_linkage.linkage.estimate.preparation import preparation_of
from tf_linkage.linkage.estimate.saved_model import SavedModel
from tf_linkage.linkage.estimate.training_input import thin
from tf_linkage.linkage.limits import Limits
from tf_linkage.linkage.model.comparisons import Comparison
from tf_linkage.linkage.model.conditions import Cuts, Measure, Side, measured
from tf_linkage.linkage.model.model import BlockingRule, Model, bits_at
from tf_linkage.linkage.resolve.assignment import chosen_of, divided, indifferent, taken_by
from tf_linkage.linkage.resolve.outcome import training_table
from tf_linkage.linkage.result import LINK_SCHEMA, LinkageTask, LinkResult
from tf_linkage.linkage.tables.database import connected
from tf_linkage.linkage.tables.encoded import load
from tf_linkage.linkage.tables.records import Records, prepare, undated


def link_by_splink(task: LinkageTask) -> LinkResult:
    """Link by Splink with a model trained here. See `Engine`."""
    # Splink joins on equal keys alone.
    model = dataclasses.replace(task.model, resembling=None)
    progress, bounds = task.progress, task.bounds
    records = prepare(task.left, task.right, model, task.told)
    with connected(bounds) as connection:
        tables = load(connection, records, model)
        work = preparation_of(tables, bounds.most_pairs)
        candidates, trained = work.candidates, work.training_input().learnt()
    progress(f"trained in {trained.curve.height} rounds")
    if warning := thin(work.deterministic_pass.training_links.height, model.settings.training.few):
        progress(warning)
    review = bits_at(model.review_threshold)
    scored = splink_weights(records, model, trained, work.rules, bounds)
    scored = scored.filter(pl.col("match_weight") >= review)
    progress(f"Splink scored {scored.height:,} pairs above the review threshold")
    entity = records.right.select(pl.col("row").alias("right_row"), "entity")
    dates = records.left.select(pl.col("row").alias("left_row"), pl.Series("undated", undated(records.left)))
    scored = scored.join(entity, on="right_row").join(dates, on="left_row")
    scored = scored.with_columns((pl.col("match_weight") - indifferent(model)).alias("gain"))
    order = ["left_row", "entity", "gain", "right_row"]
    scored = scored.sort(order, descending=[False, False, True, False])
    scored = scored.unique(subset=["left_row", "entity"], keep="first", maintain_order=True)
    scored = scored.with_columns((1 / (1 + pl.lit(2.0).pow(-pl.col("match_weight")))).alias("match_probability"))
    chosen, equal = chosen_of(scored, model)
    rest = scored.join(chosen, on=["left_row", "entity"], how="anti").filter(~taken_by(chosen, model))
    rest = divided(rest, equal)
    links = pl.concat(
        [chosen.with_columns(pl.lit("link").alias("status")), rest.with_columns(pl.lit("review").alias("status"))]
    )
    return LinkResult(
        model=model,
        engine="splink",
        links=_named(links, records),
        training=training_table(trained, model),
        blocking=candidates.blocking,
        counts={
            "left records": records.left.height,
            "right records": records.right.height,
            "candidate pairs": int(candidates.patterns["pairs"].sum()),
        },
        training_curve=trained.curve,
        trained=trained,
    )


def splink_settings(
    model: Model, trained: Trained, rules: tuple[BlockingRule, ...] | None = None
) -> dict[str, Any]:
    """The trained model as Splink settings, ready to be written as JSON."""
    return {
        "link_type": "link_only",
        "unique_id_column_name": "row",
        "probability_two_random_records_match": trained.prior,
        "comparisons": [
            _comparison(comparison, (m, u), model.cuts, trained.floor)
            for comparison, m, u in zip(model.comparisons, trained.m, trained.u, strict=True)
        ],
        "blocking_rules_to_generate_predictions": [
            {
                "blocking_rule": " AND ".join(f"l.{ours} = r.{theirs}" for ours, theirs in rule.keys),
                "sql_dialect": "duckdb",
            }
            for rule in rules or model.blocking_rules
        ],
        "retain_matching_columns": False,
        "retain_intermediate_calculation_columns": False,
    }


def saved_settings(saved: SavedModel, people: int) -> dict[str, Any]:
    """A saved model as Splink settings, ready to be written as JSON.

    Wide blocking rules are left out: here they are used only where they make few pairs, which Splink does not ask.

    Args:
        saved: the model.
        people: in the right table that it will be applied to, which the prior depends on.

    Raises:
        LinkageRefused: it was trained by rules of somebody's own.
    """
    model = saved.model()
    rules = tuple(rule for rule in model.blocking_rules if not rule.wide)
    return splink_settings(model, saved.applied(model, people), rules)


def frequency_tables(records: Records, model: Model, trained: Trained) -> dict[str, pl.DataFrame]:
    """Term frequencies of the right table by column, as `register_term_frequency_lookup` takes them.

    Of strangers, as `strangers_share` counts them: a value that only the left table has is there too.
    """
    tables = {}
    for place, comparison in enumerate(model.comparisons):
        if comparison.frequency:
            column, full = comparison.frequency, comparison.full
            counted = records.right[column].drop_nulls().value_counts()
            ours = records.left.select(pl.col(column).drop_nulls().unique())
            alone = ours.join(counted, on=column, how="anti").with_columns(pl.lit(0, pl.UInt32).alias("count"))
            total = max(1, int(counted["count"].sum()))
            every = pl.concat([counted, alone.select(counted.columns).cast(counted.schema)])  # type: ignore[arg-type]
            own = trained.prior * records.right["entity"].n_unique() * float(trained.m[place][full])
            share = strangers_share(
                every["count"].to_numpy(), total, float(trained.u[place][full]), own, model.settings
            )
            tables[column] = every.select(column, pl.Series(f"tf_{column}", share)).sort(column)
    return tables


def splink_weights(
    records: Records,
    model: Model,
    trained: Trained,
    rules: tuple[BlockingRule, ...],
    bounds: Limits | None = None,
) -> pl.DataFrame:
    """Splink's match weight of every candidate pair: `left_row`, `right_row`, `match_weight`."""
    splink: Any = importlib.import_module("splink")
    with connected(bounds or Limits()) as connection:
        database = splink.DuckDBAPI(connection)
        left = database.register(records.left.to_arrow(), dataset_display_name="asked")
        right = database.register(records.right.drop("entity").to_arrow(), dataset_display_name="held")
        linker = splink.Linker([left, right], splink_settings(model, trained, rules))
        for column, table in frequency_tables(records, model, trained).items():
            linker.table_management.register_term_frequency_lookup(database.register(table.to_arrow()), column)
        scored = _predicted(linker)
        found = pl.from_arrow(
            connection.sql(
                f"SELECT row_l AS left_row, row_r AS right_row, match_weight FROM {scored} ORDER BY row_l, row_r"
            ).to_arrow_table()
        )
    assert isinstance(found, pl.DataFrame)  # noqa: S101  a table, never a column
    return found


def _predicted(linker: Any) -> str:
    """The table of Splink's scores. Memory that ran out is told as DuckDB tells it, not wrapped in Splink's SQL."""
    try:
        return str(linker.inference.predict(warning_mode="never").physical_name)
    except Exception as wrapped:
        if isinstance(wrapped.__context__, duckdb.OutOfMemoryException):
            raise wrapped.__context__ from None
        raise


@dataclass(frozen=True)
class OneRow:
    """Names as Splink gives them: `"forename_l"`; each measure is written out."""

    least: Mapping[Measure, float]

    def value(self, side: Side, column: str) -> str:
        """A column of one side."""
        return f'"{column}_{side}"'

    def measure(self, measure: Measure) -> str:
        """The SQL that computes it."""
        return f"({measure.sql(self, self.least[measure])})"


def _comparison(comparison: Comparison, shares: Shares, cuts: Cuts, floor: float) -> dict[str, Any]:
    names = OneRow(measured(comparison.conditions, cuts))
    levels: list[dict[str, Any]] = [
        {
            "sql_condition": f"not ({comparison.speaks.sql(names, cuts)})",
            "label_for_charts": "unknown on either side",
            "is_null_level": True,
        }
    ]
    for code, level in enumerate(comparison.levels):
        described: dict[str, Any] = {
            "sql_condition": "ELSE" if level.when is None else level.when.sql(names, cuts),
            "label_for_charts": level.words,
            "m_probability": max(float(shares[0][code]), floor),
            "u_probability": max(float(shares[1][code]), floor),
        }
        if level.full and comparison.frequency:
            described |= {"tf_adjustment_column": comparison.frequency, "tf_adjustment_weight": 1.0}
        levels.append(described)
    return {
        "output_column_name": comparison.id,
        "comparison_description": comparison.name,
        "comparison_levels": levels,
    }


def _named(links: pl.DataFrame, records: Records) -> pl.DataFrame:
    left = records.left.select(pl.col("row").alias("left_row"), pl.col("record_id").alias("left_id"))
    right = records.right.select(pl.col("row").alias("right_row"), pl.col("record_id").alias("right_id"))
    named = links.join(left, on="left_row").join(right, on="right_row")
    named = named.with_columns(pl.lit("splink").alias("stage"))
    return named.select(list(LINK_SCHEMA)).cast(LINK_SCHEMA).sort("left_id", "right_id")  # type: ignore[arg-type]
