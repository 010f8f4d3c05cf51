"""How the groups are made alike: the chance of being on the programme, weights from it, and whether it worked.

The propensity model (statsmodels' logistic regression), weights, balance and overlap.

Families on the programme count 1, comparison families the odds of their propensity: together they then resemble the
families on the programme, whose effect is estimated (weights for the average effect on the treated; Hirano, Imbens
and Ridder 2003). It holds only as far as what decides about the programme is among the covariates: what the council
saw and did not write down is not balanced.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tf_linkage.contracts.columns import schema_of
from tf_linkage.contracts.outputs.estimates import Balance, Overlap
from tf_linkage.research.estimates.influence import Groups, scores_of

Floats = NDArray[np.float64]

MINIMUM_COUNT = 10
"""Families that must have a covariate, and lack it, in each group: below that a model learns the families."""

TENTHS = 10


@dataclass(frozen=True)
class Weighting:
    """Families and their weights.

    Attributes:
        families: family_id, programme (1.0 or 0.0), propensity, weight; in the order of family_id.
        balance: `contracts.outputs.estimates.Balance`.
        overlap: `contracts.outputs.estimates.Overlap`.
        groups: the same families with what the propensity model adds to the variance of an estimate.
    """

    families: pl.DataFrame
    balance: pl.DataFrame
    overlap: pl.DataFrame
    groups: Groups


def weigh(covariates: pl.DataFrame, members: pl.DataFrame) -> Weighting:
    """Weights that make the comparison resemble the programme.

    Args:
        covariates: what `covariates.covariates` gives.
        members: family_id of each person, for counting people.

    Returns:
        Weights, and how alike the groups are without and with them. Where either group has no family, every
        weight is 1.
    """
    programme = (covariates["study_group"] == "programme").cast(pl.Float64).to_numpy()
    names = [name for name in covariates.columns if name not in ("family_id", "study_group")]
    used = [name for name in names if _varies(covariates[name].to_numpy(), programme)]
    design = _design(covariates.select(used).to_numpy())
    propensity = _propensity(design, programme)
    weight = np.where(programme == 1, 1.0, propensity / (1 - propensity))
    families = covariates.select("family_id", "study_group").with_columns(
        programme=pl.Series(programme), propensity=pl.Series(propensity), weight=pl.Series(weight)
    )
    balance = [_balanced(name, covariates[name].to_numpy(), programme, weight) for name in used]
    schema = pl.Schema(schema_of(Balance))
    fitted = design.shape[1] > 1 and programme.min() != programme.max()
    groups = Groups(
        families.select("family_id", "programme", "weight"),
        design if fitted else None,
        scores_of(design, programme, propensity) if fitted else None,
        propensity if fitted else None,
    )
    return Weighting(
        families.drop("study_group"),
        pl.DataFrame(balance, schema=schema, orient="row").sort("covariate"),
        _overlap(families, members),
        groups,
    )


def grouped(covariates: pl.DataFrame) -> Groups:
    """The groups made alike on covariates, without balance and overlap; `covariates` as for `weigh`."""
    return weigh(covariates, pl.DataFrame(schema={"family_id": pl.String})).groups


def effective(weight: Floats) -> float:
    """As how many equally weighted families some weighted ones count (Kish 1965)."""
    return float(weight.sum() ** 2 / (weight**2).sum()) if len(weight) else 0.0


def _varies(values: Floats, programme: Floats) -> bool:
    return all(
        min(np.count_nonzero(values[of]), np.count_nonzero(values[of] != values[of].max(initial=0)))
        >= MINIMUM_COUNT
        for of in (programme == 1, programme == 0)
    )


def _design(x: Floats) -> Floats:
    """The covariates standardised, after a column of ones."""
    if not len(x):
        return np.ones((0, 1))
    return np.column_stack([np.ones(len(x)), (x - x.mean(axis=0)) / x.std(axis=0)])


def _propensity(design: Floats, programme: Floats) -> Floats:
    """Each family's chance of being on the programme, given its covariates."""
    share = float(programme.mean()) if len(programme) else 0.5
    if share in (0.0, 1.0) or design.shape[1] == 1:
        return np.full(len(programme), 0.5)
    # Imported here: it takes more than a second, which loading the definitions need not wait for.
    from statsmodels.genmod import families  # noqa: PLC0415
    from statsmodels.genmod.generalized_linear_model import GLM  # noqa: PLC0415

    fitted = GLM(programme, design, family=families.Binomial()).fit()
    return np.asarray(fitted.fittedvalues, dtype=np.float64)


def _balanced(name: str, values: Floats, programme: Floats, weight: Floats) -> tuple[object, ...]:
    on, off = values[programme == 1], values[programme == 0]
    weighted = float((off * weight[programme == 0]).sum() / weight[programme == 0].sum())
    spread = float(np.sqrt((on.var() + off.var()) / 2))
    has = int(np.count_nonzero(values))
    return (
        name,
        float(on.mean()),
        float(off.mean()),
        weighted,
        min(has, len(values) - has),
        spread,
        (float(on.mean()) - float(off.mean())) / spread,
        (float(on.mean()) - weighted) / spread,
    )


def _overlap(families: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    people = members.group_by("family_id").agg(people=pl.len())
    tenth = (pl.col("propensity") * TENTHS).floor().clip(0, TENTHS - 1).cast(pl.Int32)
    schema = pl.Schema(schema_of(Overlap))
    bands = schema["propensity"].categories.to_list()  # type: ignore[attr-defined]
    return (
        families.join(people, on="family_id", how="left")
        .with_columns(propensity=tenth.replace_strict(range(TENTHS), bands, return_dtype=schema["propensity"]))
        .sort("propensity", "study_group", "family_id")
        .group_by("propensity", "study_group", maintain_order=True)
        .agg(families=pl.len(), people=pl.col("people").sum(), weighted=pl.col("weight").sum().round(6))
        .cast(schema)
        .select(schema.names())
    )
