"""What can be asked: a table of counts of people or families, with a share or a mean, by a few of their columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from tf_linkage.contracts.bodies.council import PROBLEMS
from tf_linkage.contracts.ladders import PROBLEM_LIST, STEPS
from tf_linkage.errors import TfLinkageError
from tf_linkage.hints import closest

UNITS = ("people", "families")
ALWAYS_TOLD = frozenset(
    {
        "council",
        "region",
        "study_group",
        "service_received",
        "start_year",
        "adults",
        "children",
        PROBLEM_LIST,
        *PROBLEMS,
    }
)
"""Columns that are empty for nobody on the finest step: a family has a council, a day on which it was found,
members."""

NOT_TOLD = "not known"
"""Where a column is empty: not known, or of an outcome not possible."""

MOST_COLUMNS = 3
"""Columns that tell the cells of one table apart, conditions included. Each more lets cells be taken from each
other in more ways, and every such difference averages the noise: our choice, after the two or three of census
tables."""

MOST_CELLS = 400
"""Cells of one table, margins included."""


class TableRefused(TfLinkageError):
    """A table cannot be asked for, or cannot leave. What is said tells nothing about anybody's counts."""


@dataclass(frozen=True)
class Asked:
    """A question.

    Attributes:
        unit: who is counted.
        rows: the column down the side.
        columns: the column across, if one.
        where: columns and the values to which the table is confined.
        share: a yes-or-no column of which the share is wanted, if one.
        mean: a cost theme and a window of which the mean for each family followed is wanted, if any.
    """

    unit: str
    rows: str
    columns: str | None = None
    where: tuple[tuple[str, str], ...] = ()
    share: str | None = None
    mean: tuple[str, str] | None = None

    @property
    def by(self) -> list[str]:
        """The columns that tell its cells apart."""
        return [self.rows, *([self.columns] if self.columns else [])]

    @property
    def words(self) -> str:
        """The question in words."""
        what = f"{self.unit} by {' and '.join(self.by)}"
        if self.where:
            what += f" where {' and '.join(f'{column} is {value}' for column, value in self.where)}"
        if self.share:
            what += f", share with {self.share}"
        if self.mean:
            what += f", mean of {self.mean[0]} in the {self.mean[1]}"
        return what


def must_make_sense(asked: Asked, records: pl.DataFrame) -> None:
    """Refuses a question that cannot be asked, before anybody is counted.

    Args:
        asked: the question.
        records: one row for each of those it is about.

    Raises:
        TableRefused: says what is wrong and what can be asked instead; nothing of what is in the records, but for
            the values that the contract declares.
    """
    told = [*asked.by, *(column for column, _ in asked.where)]
    if twice := next((column for column in told if told.count(column) > 1), None):
        raise TableRefused(f"{twice} stands there twice")
    if len(told) > MOST_COLUMNS:
        raise TableRefused(f"{len(told)} columns tell the cells apart, conditions included; {MOST_COLUMNS} may")
    if asked.share and not isinstance(records.schema[asked.share], pl.Boolean):
        raise TableRefused(f"{asked.share} is no yes or no; ask for it as rows or columns")
    if asked.share in told:
        raise TableRefused(f"{asked.share} is asked for both as a share and by its values")
    if asked.share and asked.mean:
        raise TableRefused("a share and a mean are two tables; ask for one after the other")
    if asked.mean and asked.unit != "families":
        raise TableRefused("costs are those of families; ask for a mean of families")
    for column, value in asked.where:
        values = values_of(asked.unit, records, column)
        if value not in values:
            raise TableRefused(f"{column} has no value {value!r}; it has {', '.join(values)}")
    cells = 1
    for column in asked.by:
        cells *= len(values_of(asked.unit, records, column)) + 1
    if cells > MOST_CELLS:
        raise TableRefused(
            f"{cells} cells with their totals; {MOST_CELLS} may be asked for. Confine one with where"
        )


def columns_must_be_there(asked: Asked, can_be_asked: Mapping[str, Iterable[str]]) -> None:
    """Refuses a question about columns that nobody can be asked by.

    Args:
        asked: the question.
        can_be_asked: columns by unit.

    Raises:
        TableRefused: says which there are.
    """
    if asked.unit not in can_be_asked:
        raise TableRefused(f"of whom? {', '.join(can_be_asked)}")
    there = list(can_be_asked[asked.unit])
    for column in (*asked.by, *(column for column, _ in asked.where), *([asked.share] if asked.share else [])):
        if column not in there:
            raise TableRefused(
                f"{column}: no such column of {asked.unit}; there are {', '.join(there)}{closest(column, there)}"
            )


def must_be_known_costs(asked: Asked, themes: Mapping[str, Sequence[str]]) -> None:
    """Refuses a mean of what is not costed.

    Args:
        asked: the question.
        themes: windows by theme.

    Raises:
        TableRefused: says which there are.
    """
    if asked.mean and asked.mean[1] not in themes.get(asked.mean[0], ()):
        there = "; ".join(f"{theme}: {', '.join(windows)}" for theme, windows in themes.items())
        raise TableRefused(f"{', '.join(asked.mean)}: not costed. There are {there}")


def values_of(unit: str, records: pl.DataFrame, column: str) -> list[str]:
    """The values that a column is told by: those its contract declares on the finest step, and where it is empty.

    All of them, whether anybody has them or not: a value that is left out would say that nobody has.
    """
    kind, unknown = records.schema[column], [] if column in ALWAYS_TOLD else [NOT_TOLD]
    if isinstance(kind, pl.Boolean):
        return ["yes", "no", *unknown]
    if isinstance(kind, pl.Enum):
        ladder = STEPS[unit].get(column, ()) if column != PROBLEM_LIST else ()
        coarser = {label for step in ladder for label in step.merged.values()}
        return [*(label for label in kind.categories if label not in coarser), *unknown]
    # Of text: councils, regions and years, of which everybody knows which took part.
    return [*records.get_column(column).drop_nulls().unique().sort().to_list(), *unknown]


def as_words(records: pl.DataFrame, column: str) -> pl.Expr:
    """A column as the words it is told by."""
    value = pl.col(column)
    if isinstance(records.schema[column], pl.Boolean):
        value = pl.when(value).then(pl.lit("yes")).when(~value).then(pl.lit("no"))
    return value.cast(pl.String).fill_null(NOT_TOLD).alias(column)
