"""Figures in words, as captions, tables and the page write them.

How a share, an interval, a department or a measure is written.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from tf_linkage.contracts.outputs.quality import MEASURES
from tf_linkage.contracts.registry import DEPARTMENTS

TITLES = {"council": "Cohort"} | {name: department.short for name, department in DEPARTMENTS.items()}
DEPARTMENT_ORDER = tuple(DEPARTMENTS)


def plain_figures(metrics: pl.DataFrame) -> pl.DataFrame:
    """The figures with codes as strings, so that they compare and sort as words do."""
    return metrics.with_columns(pl.col("department", "breakdown", "measure").cast(pl.String))


def knows_truth(plain: pl.DataFrame) -> bool:
    """Whether the figures were made with the truth."""
    return not plain.filter(pl.col("measure") == "recall").is_empty()


def departments_in(plain: pl.DataFrame) -> list[str]:
    """Departments with figures, in their usual order."""
    found = set(plain.get_column("department"))
    return [name for name in DEPARTMENT_ORDER if name in found]


def word(measure: str) -> str:
    """A measure in words."""
    if measure not in MEASURES:
        raise KeyError(measure)
    return measure.replace("_", " ").capitalize()


def identifier_word(column: str) -> str:
    """An identifier in words, as within a sentence."""
    return "National Insurance number" if column == "nino" else column.replace("_", " ")


DEPRIVATION = {"1": "1 (most deprived)", "5": "5 (least deprived)"}


def level_word(breakdown: str, level: str, names: Mapping[str, str]) -> str:
    """A group in words: a code's name, a fifth with its end, an identifier without underscores."""
    if breakdown == "deprivation":
        return DEPRIVATION.get(level, level)
    return names.get(level, level.replace("_", " "))
