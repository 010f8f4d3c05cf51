"""The steps on which a released quasi-identifier may stand, from fine to coarse.

For each column that somebody outside may know of a person or a family, the steps among which the gate of
`disclosure` chooses, and how a finer label becomes a coarser one. A column's whole ladder stands in its contract
(`research`); its finer steps (a day, a year of age, a council) are never released, whatever the risk.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from tf_linkage.contracts import bands
from tf_linkage.contracts.bodies.council import PROBLEMS
from tf_linkage.contracts.columns import ColumnClass, columns_of
from tf_linkage.contracts.outputs.history_tables import band_width
from tf_linkage.contracts.outputs.research import EMPTY_FOR_OTHER_REASONS, RESEARCH_TABLES

NOT_SHOWN = "none"
"""The last step of every ladder: the column is empty in every row."""


@dataclass(frozen=True)
class Step:
    """One step of a ladder.

    Attributes:
        name: as in the contract's ladder.
        merged: the label that each finer one becomes; those not named stay as they are.
    """

    name: str
    merged: Mapping[str, str] = field(default_factory=dict)

    @property
    def shows(self) -> bool:
        """Whether anything is shown on this step."""
        return self.name != NOT_SHOWN

    def label(self, finest: str | None) -> str | None:
        """A label of the finest step on this one."""
        return None if finest is None or not self.shows else self.merged.get(finest, finest)

    def of(self, column: pl.Expr) -> pl.Expr:
        """The column on this step, as text."""
        if not self.shows:
            return pl.lit(None, pl.String).alias(column.meta.output_name())
        text = column.cast(pl.String)
        return text.replace(list(self.merged), list(self.merged.values())) if self.merged else text


Ladder = tuple[Step, ...]
_NONE = Step(NOT_SHOWN)

REGION: Ladder = (Step("region"), _NONE)
START_YEAR: Ladder = (Step("financial year"), _NONE)
AS_RECORDED: Ladder = (Step("as recorded"), _NONE)

PROBLEM_LIST = "problems"
"""The column under which the six problems are counted: its finest step stands in six flags, the next in a
number."""

SIX_FLAGS, NUMBER = "six flags", "number"


def _problems(labels: Sequence[str]) -> Ladder:
    """From the six flags, as a text of six digits, to their number in bands."""
    first, last = int(labels[0]), int(labels[-1].rstrip("+"))
    lists = ("".join(digits) for digits in itertools.product("01", repeat=len(PROBLEMS)))
    numbers = {one: labels[min(max(one.count("1"), first), last) - first] for one in lists}
    return (Step(SIX_FLAGS), Step(NUMBER, numbers), _NONE)


STEPS: Mapping[str, Mapping[str, Ladder]] = {
    "people": {
        "region": REGION,
        "age_band": (
            Step("age band"),
            Step("child or adult", bands.CHILD_OR_ADULT),
            _NONE,
        ),
        "gender": AS_RECORDED,
        "study_group": AS_RECORDED,
        "service_received": AS_RECORDED,
        "start_year": START_YEAR,
        PROBLEM_LIST: _problems(bands.PERSONS_PROBLEM_COUNTS),
    },
    "families": {
        "region": REGION,
        "study_group": AS_RECORDED,
        "service_received": AS_RECORDED,
        "start_year": START_YEAR,
        "adults": (Step("band"), Step("wide band", bands.WIDE_ADULTS), _NONE),
        "children": (Step("band"), Step("wide band", bands.WIDE_CHILDREN), _NONE),
        "youngest": (Step("age band"), Step("under 5 or not", bands.WIDE_YOUNGEST), _NONE),
        PROBLEM_LIST: _problems(bands.PROBLEM_COUNTS),
    },
    "family_outcomes": {
        "region": REGION,
        "study_group": AS_RECORDED,
        "service_received": AS_RECORDED,
        "start_year": START_YEAR,
        PROBLEM_LIST: _problems(bands.PROBLEM_COUNTS),
    },
}
"""By table and column: the steps on which the column may be released. Everything that a lead worker knows."""


LENGTH_TOO = "with its length"
"""Step of a disposal on which the length of the sentence is shown beside it."""

EVENT_STEPS: dict[str, Mapping[str, Ladder]] = {
    "offending": {
        "offence_group": (Step("group"), Step("broad group", bands.BROAD_OFFENCES), _NONE),
        "disposal": (Step(LENGTH_TOO), Step("kind"), Step("broad kind", bands.BROAD_DISPOSALS), _NONE),
    }
}
"""By table of events and column: the steps on which what one event tells may be released. What kind of offence
somebody was sentenced for, and to what, may be known without any day."""

COUNTED_OFFENCES: Mapping[str, str] = {"offence_kinds": "offence_group", "offence_disposals": "disposal"}
"""Tables of counts of offences that join no other, and the column by which each counts them."""

EVENT_STEPS |= {
    table: {name: STEPS["people"][name] for name in ("study_group", "region", "start_year", "age_band", "gender")}
    | {
        "sentenced_in": (Step("year from the start"), Step("before or after", bands.BEFORE_OR_AFTER), _NONE),
        column: EVENT_STEPS["offending"][column],
    }
    for table, column in COUNTED_OFFENCES.items()
}

LENGTH = "sentence"
"""The column of a sentence's length."""


def event_steps_of(name: str, table: pl.LazyFrame) -> dict[str, str]:
    """On which step each column of `EVENT_STEPS` stands, read from the released table itself.

    Args:
        name: of the table.
        table: as it was released.
    """
    ladders = EVENT_STEPS[name]
    with_length = LENGTH in table.collect_schema()
    seen = table.select(
        pl.col(column).cast(pl.String).unique().implode()
        for column in (*ladders, *([LENGTH] if with_length else []))
    ).collect()
    found = {}
    for column, ladder in ladders.items():
        present = set(seen[column][0].drop_nulls())
        coarser = {label for step in ladder for label in step.merged.values()}
        found[column] = next(step.name for step in ladder if _could_leave(present, step, coarser))
    if with_length and found["disposal"] == LENGTH_TOO and not seen[LENGTH][0].drop_nulls().len():
        found["disposal"] = "kind"
    return found


def shown_labels(name: str) -> dict[str, pl.Expr]:
    """By column of `STEPS`, the label of each row of a table as text, on whatever step the table stands."""
    labels = {column: pl.col(column).cast(pl.String) for column in STEPS[name]}
    flags = pl.concat_str(pl.col(problem).cast(pl.Int8).cast(pl.String) for problem in PROBLEMS)
    labels[PROBLEM_LIST] = pl.coalesce(flags, labels[PROBLEM_LIST]).alias(PROBLEM_LIST)
    return labels


def columns_shown(name: str, column: str, step: Step) -> dict[str, bool]:
    """The columns of a table that stand for one of `STEPS`, and whether each is shown on a step of it."""
    if column != PROBLEM_LIST:
        return {column: step.shows}
    return {PROBLEM_LIST: step.shows} | dict.fromkeys(PROBLEMS, step.name == SIX_FLAGS)


STANDING = frozenset(
    {
        "months from the start",
        "£25 band",
        "£2,500 band",
        "band",
        "key stage",
        "academic year",
        "broad group",
        "two groups",
    }
)
"""Steps on which the other columns with a ladder stand, whatever the data."""

SHOWN_OR_NOT: Mapping[str, tuple[str, ...]] = {
    "schooling": ("academic_year", "ethnic_group", "language_group"),
}
"""Columns of other tables that add to what somebody outside may know of a person: on the one step that is released,
or empty in every row, whichever the data allows."""

WORTH: Mapping[str, int] = {
    "region": 1,
    "academic_year": 1,
    "service_received": 1,
    "problems": 1,
    "study_group": 8,
    "offence_group": 4,
    "sentenced_in": 3,
    "disposal": 4,
}
"""How much a bit of a column counts when steps are weighed; 2 where nothing is said. Without the group nothing can
be compared, so it goes last. Who people are and when it began come before where: outcomes differ far more by age,
gender and make-up than by region, and only the year tells whom the same policies met. Whether a service is received
says much the same as the group. Which problems somebody has takes many bits of which their number keeps the most
useful. Kind, disposal and whether before the start are what tables of offences are for. Our choice."""

NEEDED: Mapping[str, tuple[str, ...]] = {
    "people": ("study_group", "age_band"),
    "families": ("study_group",),
    "family_outcomes": ("study_group",),
    **{table: (column,) for table, column in COUNTED_OFFENCES.items()},
}
"""Columns that are shown wherever any steps allow it, however many rows that withholds: without the group nothing
is compared, of people not known to be children or adults no outcome can be read, a table of kinds tells kinds."""

REFERENCES: Mapping[str, str] = {
    "people": "person_study_ref",
    "families": "family_study_ref",
    "family_outcomes": "outcome_study_ref",
}

COUNTED: Mapping[str, frozenset[str]] = {
    "age_band": frozenset({*bands.CHILD_BANDS, bands.CHILD_OR_ADULT["0-4"]}),
    "children": frozenset({*bands.CHILDREN, *bands.WIDE_CHILDREN.values()} - {"0"}),
    "gender": frozenset({"male", "female"}),
}
"""Labels that `population_counts` counts: it knows families with children, and of people the children alone."""


def emptiness_tells(table: str) -> tuple[str, ...]:
    """Columns that are empty exactly where a family's make-up leaves no room for them.

    A family without a child under 18 cannot have one looked after: an empty cell gives that away as surely as a
    column that counts children. So they count with the make-up wherever risk is computed.
    """
    if table == "people":
        return ()
    return tuple(
        column.name
        for column in columns_of(RESEARCH_TABLES[table])
        if column.nullable
        and column.column_class is not ColumnClass.QUASI
        and not column.name.startswith(EMPTY_FOR_OTHER_REASONS)
    )


def standing_step(ladder: tuple[str, ...]) -> str:
    """The step of a ladder on which its columns stand where nothing is chosen."""
    return next(step for step in ladder if step in STANDING or band_width(step))


def steps_of(name: str, table: pl.LazyFrame) -> dict[str, str]:
    """On which step each column of a released table stands, read from the table itself.

    Args:
        name: `people` or `families`.
        table: the table, as it was released.

    Returns:
        Step by column: the finest that could have left the labels that are there.
    """
    ladders = STEPS[name]
    labels = table.select(label.unique().implode() for label in shown_labels(name).values()).collect()
    found = {}
    for column, ladder in ladders.items():
        present = set(labels[column][0].drop_nulls())
        coarser = {label for step in ladder for label in step.merged.values()}
        found[column] = next(step.name for step in ladder if _could_leave(present, step, coarser))
    return found


def _could_leave(present: set[str], step: Step, coarser: set[str]) -> bool:
    """Whether these labels, and no others, could stand there on the step."""
    if not present or not step.shows:
        return not present and not step.shows
    return present.isdisjoint(step.merged) and present.isdisjoint(coarser - set(step.merged.values()))
