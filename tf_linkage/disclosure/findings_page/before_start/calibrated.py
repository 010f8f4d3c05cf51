"""What is left of each ratio when it is held against outcomes that the programme cannot have changed.

Empirical calibration (Schuemie, Ryan, DuMouchel, Suchard and Madigan 2014, *Statistics in Medicine* 33): what the
method finds of negative controls, where nothing is to be found, is the distribution of what it errs by. Negative
controls are the outcomes of the second year before the start, each held out of the model. Every figure is computed
from released ones, so that nothing is told that they do not tell.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tf_linkage.contracts.outputs.estimates import ALL_TOGETHER, BETTER, MEASURES, METHODS, PLACEBOS
from tf_linkage.disclosure.findings_page.compared import as_a_ratio
from tf_linkage.disclosure.findings_page.words import outcome_word
from tf_linkage.intervals import Z
from tf_linkage.pages import html

Row = Mapping[str, object]
Floats = NDArray[np.float64]

RATIO, WEIGHTED = MEASURES[1], METHODS[1]
WINDOW = next(iter(PLACEBOS))
"""The second year before. In the last a crisis may stand that passes by itself."""

FEWEST = 4
"""Controls without which nothing is said of how far they spread."""

SAYS = (
    "A sensitivity analysis. What the comparison finds of {controls} outcomes of the second year before the start, "
    "which the programme cannot have changed, is taken for what it errs by: {mean:.2f} times on average, with "
    "a spread of {spread:.2f} in logarithms (too much rather than too little). "
    "Each ratio is divided by that, and its interval widened by how unsure it is and how far the outcomes spread. "
    "Where need that nobody saw stays as it is, the calibrated interval holds the effect as often as it says."
)
CANNOT = (
    "It cannot see what came up after that year: a crisis just before the start, need that grows, or a reason to "
    "be served that touches one outcome and not the others. After a crisis that passes by itself it takes out too "
    "much. It says nothing of missed links. It is no result: where it differs from the weighted ratio, that is the "
    "doubt."
)
TITLE, WRITTEN = "Calibrated by outcomes that the programme cannot have changed", "{:.2g} ({:.2g} to {:.2g})"
TOO_FEW = "Too few outcomes can be told of the second year before the start to calibrate ratios by them."


@dataclass(frozen=True)
class Null:
    """What the method finds where nothing is to be found, in logarithms, less being better.

    Attributes:
        mean: of the controls.
        error: standard error of the mean.
        spread: standard deviation of what the controls are off by, chance left out; never nothing.
        controls: how many.
    """

    mean: float
    error: float
    spread: float
    controls: int


def calibrated_part(differences: pl.DataFrame, placebos: pl.DataFrame) -> str:
    """The part's HTML.

    Args:
        differences: `contracts.outputs.published.Differences`, codes as text.
        placebos: `contracts.outputs.published.Placebos`, codes as text.
    """
    null = empirical_null(placebos)
    if null is None:
        return html.paragraph(TOO_FEW)
    ratios = differences.filter(
        pl.col("measure") == RATIO,
        pl.col("method") == WEIGHTED,
        pl.col("unit") == "family",
        pl.col("estimate").is_not_null(),
    )
    rows = [
        (outcome_word(str(row["outcome"])), as_a_ratio(row)[0], WRITTEN.format(*calibrated(row, null)))
        for row in ratios.iter_rows(named=True)
    ]
    if not rows:
        return ""
    said = SAYS.format(controls=null.controls, mean=math.exp(null.mean), spread=null.spread)
    head = ("", "Weighted (95%)", "Calibrated (95%)")
    table = html.table("Ratios of yearly rates of families, calibrated by the second year before", head, rows)
    return html.opened(TITLE, html.paragraph(f"{said} {CANNOT}") + table)


def empirical_null(placebos: pl.DataFrame) -> Null | None:
    """What the method finds of the controls; None where fewer than `FEWEST` are shown.

    Args:
        placebos: `contracts.outputs.published.Placebos`, codes as text.
    """
    told = placebos.filter(pl.col("window") == WINDOW, pl.col("estimate").is_not_null())
    single = [*told.filter(pl.col("outcome") != ALL_TOGETHER).iter_rows(named=True)]
    if len(single) < FEWEST:
        return None
    logs = np.array([_oriented(row) * math.log(float(row["estimate"])) for row in single])
    chance = np.array([_error(row) ** 2 for row in single])
    # Controls are of the same families: the mean of all, whose error allows for that, is no surer than it says.
    of_all = [_error(row) for row in told.filter(pl.col("outcome") == ALL_TOGETHER).iter_rows(named=True)]
    error = max([float(logs.std(ddof=1)) / math.sqrt(len(logs)), *of_all])
    spread = SPREADS[int(np.argmax([_fit(logs, chance, spread) for spread in SPREADS]))]
    return Null(float(logs.mean()), error, float(spread), len(logs))


SPREADS = np.geomspace(1e-3, 3.0, 800)


def _fit(logs: Floats, chance: Floats, spread: float) -> float:
    """Logarithm of the restricted likelihood of a spread, times its square.

    So it is never estimated as nothing, and intervals stay wide enough with few controls (Morris and Tang 2011,
    *Statistical Science* 26).
    """
    total = chance + spread**2
    certainty = float((1 / total).sum())
    off = logs - float((logs / total).sum()) / certainty
    likelihood = float(np.log(total).sum()) + math.log(certainty) + float((off**2 / total).sum())
    return 2 * math.log(spread) - likelihood / 2


def calibrated(row: Row, null: Null) -> tuple[float, float, float]:
    """A ratio and the ends of its interval, by what the controls are off by.

    Added to its own interval is that of a further draw from the controls' distribution, with one degree of freedom
    less than controls (Higgins, Thompson and Spiegelhalter 2009, *Journal of the Royal Statistical Society A* 172).
    """
    # Imported here: it takes half a second, which commands that make no page need not wait for.
    from scipy.stats import t  # noqa: PLC0415

    at, low, high = (math.log(float(str(row[name]))) for name in ("estimate", "low", "high"))
    middle = at - _oriented(row) * null.mean
    further = float(t.ppf(0.975, null.controls - 1)) * math.hypot(null.error, null.spread)
    half = math.hypot(max(high - at, at - low), further)
    return math.exp(middle), math.exp(middle - half), math.exp(middle + half)


def _oriented(row: Row) -> float:
    return -1.0 if row["outcome"] in BETTER else 1.0


def _error(row: Row) -> float:
    """Standard error of the logarithm, from the ends of the interval."""
    return math.log(float(str(row["high"])) / float(str(row["low"]))) / (2 * Z)
