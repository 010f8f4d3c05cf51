"""Many runs under different settings: ranges instead of one draw.

Belongs here: running the cases one after another, keeping each as it ends, and going on where an earlier sweep
stopped. Does not belong here: what a case is; the caller hands a function that makes its figures.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path

import polars as pl

from tf_linkage.contracts.columns import schema_of
from tf_linkage.contracts.quality import Sweep

MEASURES = ("match_rate", "precision", "recall", "f1")
"""The figures a sweep keeps."""

Progress = Callable[[str], None]


def sweep(
    cases: Mapping[str, Callable[[], pl.DataFrame]], folder: Path, *, progress: Progress = lambda _: None
) -> pl.LazyFrame:
    """The overall figures of every case.

    Each case's figures are kept in the folder as they are made, under a name that follows from the case's own
    words; a case whose figures are there is not run again. To run everything again, empty the folder; words that
    name all settings, and the version of the code, keep old figures from being taken for new ones.

    Args:
        cases: by the settings in words, what makes `contracts.quality.Metrics`.
        folder: where the figures are kept.
        progress: receives a line at each case.

    Returns:
        `contracts.quality.Sweep`, cases in their order.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tables = []
    for number, (case, run) in enumerate(cases.items(), start=1):
        kept = folder / f"{hashlib.sha256(case.encode()).hexdigest()[:16]}.parquet"
        if kept.exists():
            progress(f"{number} of {len(cases)}: {case} (kept)")
        else:
            progress(f"{number} of {len(cases)}: {case}")
            part = kept.with_suffix(".part")
            _figures(case, run()).write_parquet(part)
            part.replace(kept)
        tables.append(pl.read_parquet(kept))
    return pl.concat([pl.DataFrame(schema=schema_of(Sweep)), *tables]).lazy()


def ranges(swept: pl.DataFrame) -> pl.DataFrame:
    """Least, middle and most of each figure over the cases, by department and measure."""
    return (
        swept.with_columns(pl.col("department", "measure").cast(pl.String))
        .group_by("department", "measure")
        .agg(
            cases=pl.len(), least=pl.col("value").min(), median=pl.col("value").median(), most=pl.col("value").max()
        )
        .sort("department", "measure")
    )


def _figures(case: str, metrics: pl.DataFrame) -> pl.DataFrame:
    schema = schema_of(Sweep)
    return (
        metrics.filter(
            pl.col("breakdown").cast(pl.String) == "all",
            pl.col("measure").cast(pl.String).is_in(MEASURES),
            pl.col("value").is_not_null(),
        )
        .with_columns(case=pl.lit(case))
        .select(pl.col(name).cast(dtype) for name, dtype in schema.items())
    )
