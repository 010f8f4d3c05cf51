"""Which kinds of offence there were, and what came of them: two tables of counts that join no other.

Beside a person's row neither kind nor disposal can stand: too few offenders are alike in what the table of people
shows (`offences`). So each is counted by itself, with what can be shown of who committed it and when. No row is of
a person or an offence, there is no reference, and no order but that of what the rows show. A row is shown where

- ten people of ten families share it, the rule of release for counts (`suppression.rules`): who knows everything in
  it of somebody, as a lead worker or a reader of newspapers may, finds a number and nobody;
- no family committed most of its offences;
- of those who are alike in all but the offence there are several kinds, or several disposals: who knows somebody
  who offended does not read there of what, or what came of it.

All others are counted in one row that shows nothing, ten people of ten families too: where they are fewer, the
smallest of the other rows joins them. Kind and disposal do not stand in one table: of both together
too few are alike, and from two tables nobody works out what the same people had in both.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from tf_linkage.contracts.bands import YEARS_AROUND
from tf_linkage.contracts.columns import as_declared
from tf_linkage.contracts.ladders import COUNTED_OFFENCES, EVENT_STEPS, LENGTH, LENGTH_TOO, NEEDED, REFERENCES, Step
from tf_linkage.contracts.outputs.published import MINIMUM_COUNT
from tf_linkage.contracts.outputs.research import RESEARCH_TABLES
from tf_linkage.disclosure.events.offences import OnSteps
from tf_linkage.disclosure.microdata.classes_on_steps import Numbers, entropy
from tf_linkage.disclosure.microdata.coarsening_choice import weighed
from tf_linkage.disclosure.suppression.rules import ONE_SHARE

MOST_WITHHELD = 0.10
"""Largest share of offences of which nothing is shown where anything is of others: our choice, as for pupils."""

PERSON, FAMILY = REFERENCES["people"], REFERENCES["families"]
KIND, DISPOSAL = COUNTED_OFFENCES.values()
LADDERS = {name: EVENT_STEPS[name] for name in COUNTED_OFFENCES}
WHO = tuple(column for column in LADDERS["offence_kinds"] if column != KIND)
"""What is shown of who committed an offence, and when."""

Chosen = tuple[Step, ...]
Which = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]


@dataclass(frozen=True)
class Counted(OnSteps):
    """Offences counted, as the contract of the table's name in `contracts.outputs.research`.

    Attributes:
        offences: how many offences there are.
        withheld: of how many of them nothing is shown.
    """

    offences: int
    withheld: int


def count_offences(
    name: str,
    offending: pl.LazyFrame,
    people: pl.LazyFrame,
    linked_people: pl.LazyFrame,
    least: int = MINIMUM_COUNT,
) -> Counted:
    """Counts offences on the steps of least loss on which nobody is found by one.

    Of all combinations of steps that withhold no more than `MOST_WITHHELD` of the offences, those that show most of
    what is needed (`ladders.NEEDED`); of these the one that loses the fewest bits, each column's by its worth
    (`ladders.WORTH`).

    Args:
        name: of the table.
        offending: `contracts.outputs.research.Offending` as it is made.
        people: `contracts.outputs.research.People` as it is made, on the finest steps.
        linked_people: who is of which family.
        least: how many people, and how many families, must share a row.
    """
    search = _Search(name, _events(name, offending, people, linked_people), least)
    best = search.best()
    columns = shown_columns(name)
    if search.too_few(np.ones(len(best.gone), dtype=bool)):
        search.events, best = search.events.clear(), replace(best, gone=best.gone[:0])
    kept = pl.Series(~best.gone)
    made = search.shown(best.chosen).with_columns(pl.when(kept).then(pl.col(column)) for column in columns)
    counted = (
        made.group_by(columns, maintain_order=True)
        .agg(
            people=pl.col(PERSON).n_unique().cast(pl.Int32),
            families=pl.col(FAMILY).n_unique().cast(pl.Int32),
            offences=pl.len().cast(pl.Int32),
        )
        .sort(columns, nulls_last=True)
    )
    table = as_declared(counted.lazy(), RESEARCH_TABLES[name])
    steps = {column: step.name for column, step in zip(LADDERS[name], best.chosen, strict=True)}
    return Counted(table, steps, search.told, best.lost, len(search.people), int(best.gone.sum()))


def shown_columns(name: str) -> list[str]:
    """Everything but the counts."""
    return [*LADDERS[name], *([LENGTH] if COUNTED_OFFENCES[name] == DISPOSAL else [])]


def counted_risk(name: str, table: pl.LazyFrame, least: int = MINIMUM_COUNT) -> dict[str, int]:
    """The gate's own view of a released table.

    Args:
        name: of the table.
        table: as released.
        least: how many people, and how many families, must share a row.

    Returns:
        Offences, rows that show anything, rows of too few people or families, the fewest people and families of
        any, how many classes of people alike have one kind or disposal, and offences of which nothing is shown.
    """
    columns, told = shown_columns(name), COUNTED_OFFENCES[name]
    rows = table.with_columns(pl.col(columns).cast(pl.String)).collect()
    blank = pl.all_horizontal(pl.col(columns).is_null())
    shown = rows.filter(~blank)
    kinds = shown.filter(pl.col(told).is_not_null()).group_by(WHO, maintain_order=True).agg(pl.col(told).n_unique())
    return {
        "offences": int(rows["offences"].sum()),
        "classes": shown.height,
        "classes of too few": rows.filter(pl.min_horizontal("people", "families") < least).height,
        "smallest class": min(rows.select(pl.min_horizontal("people", "families")).to_series(), default=0),
        "classes of which the offence follows": kinds.filter(pl.col(told) == 1).height,
        "offences of which nothing is shown": int(rows.filter(blank)["offences"].sum()),
    }


def _events(name: str, offending: pl.LazyFrame, people: pl.LazyFrame, linked_people: pl.LazyFrame) -> pl.DataFrame:
    """One row for each offence, on the finest steps, as text: who committed it, when, and what is counted."""
    years = pl.lit(None, pl.String)
    for label, first in YEARS_AROUND.items():
        years = pl.when(pl.col("sentenced") >= first).then(pl.lit(label)).otherwise(years)
    known = people.select(PERSON, *(column for column in WHO if column != "sentenced_in"))
    families = linked_people.select(PERSON, FAMILY)
    columns = shown_columns(name)
    return (
        offending.with_columns(sentenced_in=years)
        .join(known, on=PERSON, how="left")
        .join(families, on=PERSON, how="left")
        .select(PERSON, FAMILY, pl.col(columns).cast(pl.String))
        .sort(PERSON, *columns)
        .collect()
    )


@dataclass(frozen=True)
class _Candidate:
    """A combination of steps: which offences it withholds, and what it loses."""

    chosen: Chosen
    gone: Which
    lost: dict[str, float]


class _Search:
    """The combinations of steps, from the least that each can lose up."""

    def __init__(self, name: str, events: pl.DataFrame, least: int) -> None:
        self.name, self.ladders, self.told_of = name, LADDERS[name], COUNTED_OFFENCES[name]
        self.events, self.least = events, least
        self.people, self.families = _numbered(events[PERSON]), _numbered(events[FAMILY])
        self.labels = {
            (column, step.name): _numbered(self._of(column, step))
            for column, ladder in self.ladders.items()
            for step in ladder
        }
        self.told = {column: _bits(self.labels[column, ladder[0].name]) for column, ladder in self.ladders.items()}

    def _of(self, column: str, step: Step) -> pl.Series:
        """A column on a step, the length of a sentence with it where that is shown."""
        label = self.events.with_columns(step.of(pl.col(column)))[column]
        return label + "|" + self.events[LENGTH].fill_null("") if step.name == LENGTH_TOO else label

    def best(self) -> _Candidate:
        """The combination that withholds few and loses least; the earliest of those alike."""
        found: tuple[tuple[float, ...], _Candidate] | None = None
        for least, chosen in sorted(self._bounds(), key=lambda one: one[0]):
            if found is not None and found[0] <= least:
                break
            one = self._candidate(chosen)
            judged = (self._beyond(one), least[1], round(weighed(one.lost), 9))
            if found is None or judged < found[0]:
                found = judged, one
        assert found is not None  # noqa: S101 - showing nothing is a combination
        return found[1]

    @staticmethod
    def _beyond(one: _Candidate) -> float:
        return max(0.0, float(one.gone.sum()) - MOST_WITHHELD * len(one.gone))

    def _bounds(self) -> list[tuple[tuple[float, ...], Chosen]]:
        """What each combination loses with nothing withheld, which withholding only adds to."""
        found: list[tuple[tuple[float, ...], Chosen]] = []
        for chosen in itertools.product(*self.ladders.values()):
            steps = dict(zip(self.ladders, chosen, strict=True))
            missing = sum(not steps[column].shows for column in NEEDED[self.name])
            lost = {column: self.told[column] - _bits(self.labels[column, steps[column].name]) for column in steps}
            found.append(((0.0, float(missing), round(weighed(lost), 9)), chosen))
        return found

    def _candidate(self, chosen: Chosen) -> _Candidate:
        """A combination with the offences that it withholds: more and more, until no others stand out."""
        steps = dict(zip(self.ladders, chosen, strict=True))
        labels = {column: self.labels[column, step.name] for column, step in steps.items()}
        what = labels[self.told_of]
        # What a sentence was is told no less where its length is told with it.
        bare = self.labels[DISPOSAL, "kind"] if steps[self.told_of].name == LENGTH_TOO else what
        who = _joined([labels[column] for column in WHO])
        rows = _joined([who, what])
        gone = np.zeros(len(rows), dtype=bool)
        while not gone.all():
            out = self._stand_out(rows, ~gone)
            if steps[self.told_of].shows:
                out |= _distinct(who, bare, ~gone)[who] == 1
            if not (out & ~gone).any():
                if not self.too_few(gone):
                    break
                out = rows == rows[~gone][np.bincount(rows[~gone])[rows[~gone]].argmin()]
            gone |= out
        share = 1 - float(gone.mean()) if len(gone) else 1.0
        lost = {column: max(0.0, self.told[column] - share * _bits(labels[column][~gone])) for column in labels}
        return _Candidate(chosen, gone, lost)

    def too_few(self, which: Which) -> bool:
        """Whether there are offences among these, of too few people or families to be counted together."""
        there = min(len(np.unique(self.people[which])), len(np.unique(self.families[which])))
        return 0 < there < self.least

    def _stand_out(self, rows: Numbers, kept: Which) -> Which:
        """Offences that too few had, or of which one family had most."""
        all_of = np.bincount(rows[kept], minlength=rows.max(initial=0) + 1)
        few = _distinct(rows, self.people, kept) < self.least
        few |= _distinct(rows, self.families, kept) < self.least
        return (few | (_most_of_one(rows, self.families, kept) > ONE_SHARE * all_of))[rows]

    def shown(self, chosen: Chosen) -> pl.DataFrame:
        """Every offence on a combination of steps."""
        steps = dict(zip(self.ladders, chosen, strict=True))
        on_steps = [step.of(pl.col(column)) for column, step in steps.items()]
        if self.told_of == DISPOSAL and steps[DISPOSAL].name != LENGTH_TOO:
            on_steps.append(pl.lit(None, pl.String).alias(LENGTH))
        return self.events.with_columns(on_steps)


def _numbered(labels: pl.Series) -> Numbers:
    """A number for each label, an empty cell being one."""
    return labels.rank("dense").fill_null(0).cast(pl.Int64).to_numpy()


def _joined(columns: Sequence[Numbers]) -> Numbers:
    """A number for each combination of numbers."""
    keys = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        _, keys = np.unique(keys * (column.max(initial=0) + 1) + column, return_inverse=True)
    return keys


def _pairs(of: Numbers, which: Numbers, kept: Which) -> tuple[Numbers, Numbers]:
    """The class of each thing that it holds, once for each, and how often it holds it."""
    width = which.max(initial=0) + 1
    pairs, times = np.unique(of[kept] * width + which[kept], return_counts=True)
    return pairs // width, times


def _distinct(of: Numbers, which: Numbers, kept: Which) -> Numbers:
    """How many different ones each class holds."""
    return np.bincount(_pairs(of, which, kept)[0], minlength=of.max(initial=0) + 1)


def _most_of_one(of: Numbers, which: Numbers, kept: Which) -> Numbers:
    """How often each class holds the one that it holds most often."""
    most = np.zeros(of.max(initial=0) + 1, dtype=np.int64)
    classes, times = _pairs(of, which, kept)
    np.maximum.at(most, classes, times)
    return most


def _bits(labels: Numbers) -> float:
    return float(entropy(np.bincount(labels).tolist()))
