"""Which errors drive each gap between groups, from the truth's record of what went wrong.

How a gap in recall falls into parts.

A group fares worse because errors are more frequent in it, or because something else keeps its members from
being found. The decomposition is Oaxaca's and Blinder's with pooled slopes: being missed is regressed on the errors
over everybody present (a linear probability model), each slope times the difference of the two frequencies is that
error's part, and what is left is `other`. Errors come in company; a slope is what an error costs where the others
are equal. It describes the run; it is no proof of a cause.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tf_linkage.contracts.columns import schema_of
from tf_linkage.contracts.outputs.quality import GapCauses
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.intervals import Z
from tf_linkage.quality.bounds.floors import UNBOUNDED, gaps
from tf_linkage.quality.measures.groups import groups_with_truth, people_with_errors
from tf_linkage.quality.measures.judging import judge, owners

Frames = Mapping[str, pl.LazyFrame]

OTHER = "other"
"""The part of a gap that no recorded error accounts for."""


def gap_causes(
    metrics: pl.DataFrame, attributes: pl.LazyFrame, requested: Frames, links: Frames, truth: Frames
) -> pl.LazyFrame:
    """The parts of each gap in recall.

    Args:
        metrics: `contracts.outputs.quality.Metrics` with truth: which gaps there are.
        attributes: `ons.Attributes`.
        requested: by department, person_id and request_ref.
        links: by department, `exchange.Links`.
        truth: `people`, `records` and `errors`.

    Returns:
        `contracts.outputs.quality.GapCauses`; the parts of a gap from the largest, `other` last.
    """
    attributes_ = attributes.collect()
    people, records, errors = (truth[name].collect() for name in ("people", "records", "errors"))
    records = records.with_columns(pl.col("body").cast(pl.String))
    owned = owners(attributes_, records)
    groups = groups_with_truth(attributes_, owned, people)
    found = gaps(metrics).with_columns(pl.col("department", "breakdown", "measure").cast(pl.String)).filter(
        pl.col("measure") == "recall", ~pl.col("breakdown").is_in(UNBOUNDED), pl.col("gap") > 0
    )  # fmt: skip
    schema = schema_of(GapCauses)
    tables = [pl.DataFrame(schema=schema)]
    for name in requested:
        told = DEPARTMENTS[name].request_columns
        both = {
            "records": records.filter(pl.col("body").is_in(["council", name])),
            "errors": errors.filter(pl.col("column").is_in(told)),
        }
        asked = requested[name].collect()
        judged = judge(asked, links[name].collect(), owned, records.filter(pl.col("body") == name))
        present = (
            judged.filter("present")
            .join(people_with_errors(owned, asked, both), on="person_id", how="left")
            .join(groups, on="person_id", how="left")
            .sort("person_id")
        )
        for gap in found.filter(pl.col("department") == name).iter_rows(named=True):
            parts = decomposed(present, present[gap["breakdown"]].cast(pl.String) == gap["worst"], told)
            keyed = parts.with_columns(pl.lit(gap[key]).alias(key) for key in ("department", "breakdown", "worst"))
            tables.append(keyed.select(pl.col(column).cast(dtype) for column, dtype in schema.items()))
    return pl.concat(tables).lazy()


def decomposed(present: pl.DataFrame, worst: pl.Series, told: Sequence[str]) -> pl.DataFrame:
    """The parts of one gap.

    Args:
        present: one row for each person the register holds: `found`, and `error`, a list of identifiers.
        worst: who is of the worst group; those whose group is not known are among the others.
        told: identifiers that can be wrong.

    Returns:
        error, share_worst, share_rest, cost, cost_low, cost_high, part; rounded, so that no linear algebra library
        shows. A cost's interval takes the spread of each person's own residual (MacKinnon and White 1985, HC3), and
        is empty for an error that nobody, or everybody, has.
    """
    inside = worst.fill_null(False).to_numpy()
    missed = (~present["found"]).to_numpy().astype(np.float64)
    wrong = np.column_stack([present["error"].list.contains(name).to_numpy().astype(np.float64) for name in told])
    design = np.column_stack([np.ones(len(missed)), wrong])
    fitted = np.linalg.lstsq(design, missed, rcond=None)[0]
    slopes, half = fitted[1:], Z * _errors(design, missed - design @ fitted)[1:]
    here, there = wrong[inside].mean(axis=0), wrong[~inside].mean(axis=0)
    parts = slopes * (here - there)
    left = missed[inside].mean() - missed[~inside].mean() - parts.sum()
    frame = pl.DataFrame(
        {"error": list(told), "share_worst": here, "share_rest": there, "cost": slopes,
         "cost_low": slopes - half, "cost_high": slopes + half, "part": parts}
    ).with_columns(pl.selectors.float().round(6).fill_nan(None))  # fmt: skip
    rest = pl.DataFrame({"error": [OTHER], "part": [round(float(left), 6)]})
    return pl.concat([frame.sort("part", "error", descending=[True, False]), rest], how="diagonal")


def _errors(design: NDArray[np.float64], residuals: NDArray[np.float64]) -> NDArray[np.float64]:
    """Standard errors of least squares that hold where people differ in their spread; NaN where nothing tells."""
    varies = np.ptp(design, axis=0) > 0
    varies[0] = True
    used = design[:, varies]
    inverse = np.linalg.pinv(used.T @ used)
    leverage = np.clip((used @ inverse * used).sum(axis=1), 0.0, 1 - 1e-6)
    pulled = used * (residuals / (1 - leverage))[:, None]
    found = np.full(design.shape[1], np.nan)
    found[varies] = np.sqrt(np.diag(inverse @ (pulled.T @ pulled) @ inverse).clip(0))
    return found
