"""Many runs under different settings: ranges instead of one draw.

Running the cases one after another, keeping each as it ends, going on where an earlier sweep stopped, and what the
cases come to together.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from tf_linkage.contracts.columns import schema_of
from tf_linkage.contracts.outputs.quality import EVIDENCE, Sweep
from tf_linkage.intervals import wilson_of
from tf_linkage.progress import standing

MEASURES = ("match_rate", "precision", "recall", "f1")
"""The figures a sweep keeps."""

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Setting:
    """What distinguishes a case from the others.

    Attributes:
        case: every setting but family evidence, in words.
        moves_together: share of a household's moves that its members make together.
        family_evidence: whether a family's links speak for its other members.
    """

    case: str
    moves_together: float = 1.0
    family_evidence: bool = True

    @property
    def evidence(self) -> str:
        """One of `contracts.outputs.quality.EVIDENCE`."""
        return "with" if self.family_evidence else "without"

    def __str__(self) -> str:
        return f"{self.case}, {self.evidence} family evidence"


def sweep(
    cases: Mapping[Setting, Callable[[], pl.DataFrame]], folder: Path, *, progress: Progress = lambda _: None
) -> pl.LazyFrame:
    """The overall figures of every case.

    Each case's figures are kept in the folder as they are made, under a name that follows from the case's own
    words; a case whose figures are there is not run again. To run everything again, empty the folder; words that
    name all settings, and the version of the code, keep old figures from being taken for new ones.

    Args:
        cases: by their settings, what makes `contracts.outputs.quality.Metrics`.
        folder: where the figures are kept.
        progress: receives a line at each case.

    Returns:
        `contracts.outputs.quality.Sweep`, cases in their order.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tables = []
    began, made = time.monotonic(), 0
    places = {case: folder / f"{hashlib.sha256(str(case).encode()).hexdigest()[:16]}.parquet" for case in cases}
    to_make = sum(not place.exists() for place in places.values())
    for number, (case, run) in enumerate(cases.items(), start=1):
        kept = places[case]
        if kept.exists():
            progress(f"{number} of {len(cases)}: {case} (kept)")
        else:
            progress(f"{number} of {len(cases)}: {case}; {standing(made / to_make, time.monotonic() - began)}")
            part = kept.with_suffix(".part")
            _figures(case, run()).write_parquet(part)
            part.replace(kept)
            made += 1
        tables.append(pl.read_parquet(kept))
    return pl.concat([pl.DataFrame(schema=schema_of(Sweep)), *tables]).lazy()


def ranges(swept: pl.DataFrame) -> pl.DataFrame:
    """Least, middle and most of each figure over the cases with family evidence, by department and measure."""
    return (
        _plain(swept)
        .filter(pl.col("family_evidence") == "with")
        .group_by("department", "measure")
        .agg(
            cases=pl.len(), least=pl.col("value").min(), median=pl.col("value").median(), most=pl.col("value").max()
        )
        .sort("department", "measure")
    )


def family_curve(swept: pl.DataFrame) -> pl.DataFrame:
    """Precision and recall with and without family evidence, by how often families move together.

    Args:
        swept: `contracts.outputs.quality.Sweep`; only worlds linked both ways count, and seeds are taken together.

    Returns:
        moves_together, department, measure, family_evidence, numerator, denominator, value, low, high; sorted.
    """
    plain = _plain(swept).filter(pl.col("measure").is_in(["precision", "recall"]))
    both = pl.col("family_evidence").n_unique().over("case", "department", "measure") == len(EVIDENCE)
    keys = ["moves_together", "department", "measure", "family_evidence"]
    summed = plain.filter(both).group_by(keys).agg(pl.col("numerator", "denominator").sum()).sort(keys)
    low, high = wilson_of(pl.col("numerator"), pl.col("denominator"))
    return summed.with_columns(value=pl.col("numerator") / pl.col("denominator"), low=low, high=high)


def _plain(swept: pl.DataFrame) -> pl.DataFrame:
    return swept.with_columns(pl.col("department", "measure", "family_evidence").cast(pl.String))


def _figures(setting: Setting, metrics: pl.DataFrame) -> pl.DataFrame:
    schema = schema_of(Sweep)
    return (
        metrics.filter(
            pl.col("breakdown").cast(pl.String) == "all",
            pl.col("measure").cast(pl.String).is_in(MEASURES),
            pl.col("value").is_not_null(),
        )
        .with_columns(
            case=pl.lit(setting.case),
            moves_together=pl.lit(setting.moves_together),
            family_evidence=pl.lit(setting.evidence),
        )
        .select(pl.col(name).cast(dtype) for name, dtype in schema.items())
    )
