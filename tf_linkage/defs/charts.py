"""What the UI shows beside an asset: figures that plot over runs, small tables, pictures.

Belongs here: the translation of results into Dagster metadata. Never a person's value, never a pair's score.
"""

from typing import Any

import dagster as dg
import polars as pl

from tf_linkage import quality
from tf_linkage.linkage import LinkResult
from tf_linkage.study import COUNCILS

PLOTTED = ("sent", "present", "linked", "match_rate", "precision", "recall", "f1", "pair_precision", "pair_recall")
"""Figures of each department that the UI plots from run to run."""


def linkage_metadata(result: LinkResult) -> dict[str, Any]:
    """How a linkage went: counts, blocking, and what each comparison level is worth."""
    return {
        "engine": result.engine,
        **{name: int(count) for name, count in result.counts.items()},
        "blocking": records_of(result.blocking),
        "weights": records_of(result.training.with_columns(pl.col("m", "u").round(6), pl.col("weight").round(2))),
    }


def quality_metadata(figures: pl.DataFrame) -> dict[str, Any]:
    """The headline figures of each department, as numbers that plot over runs, and as a picture."""
    numbers: dict[str, Any] = {
        f"{department} {measure}": round(value, 4)
        for department, measures in quality.headline(figures).items()
        for measure, value in measures.items()
        if measure in PLOTTED
    }
    drawn = {
        picture.title: dg.MetadataValue.md(picture.as_markdown())
        for picture in quality.pictures(figures, COUNCILS).values()
    }
    return numbers | drawn


def records_of(frame: pl.DataFrame) -> dg.TableMetadataValue | dg.TextMetadataValue:
    """A small frame as a table of the UI."""
    if frame.is_empty():
        return dg.MetadataValue.text("none")
    plain = frame.with_columns(
        pl.selectors.float().round(4),
        pl.selectors.categorical().cast(pl.String),
        pl.selectors.enum().cast(pl.String),
    )
    return dg.MetadataValue.table([dg.TableRecord(row) for row in plain.iter_rows(named=True)])
