"""Classes of a table on any combination of steps, counted fast: which rows to withhold, and what that loses.

The search looks at hundreds of combinations. So labels become numbers once, a step becomes a list that says which
number each becomes, and the classes of a combination are counted from the classes on the finest steps.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from tf_linkage.contracts.ladders import COUNTED, STEPS, Step
from tf_linkage.disclosure.microdata.risk import PATTERN, POPULATION, ROWS, Rule, counted_by_cells

Numbers = np.ndarray[tuple[int, ...], np.dtype[np.int64]]
Label = str | None


@dataclass(frozen=True)
class Classes:
    """The classes of a table on one combination of steps.

    Attributes:
        labels: the number of each column's label, one row for each class, empty cells last.
        rows: rows of each class.
        least: fewest rows with which it passes; infinite where no number does.
        of: for each class on the finest steps, the class that it is part of.
    """

    labels: Numbers
    rows: Numbers
    least: np.ndarray[tuple[int, ...], np.dtype[np.float64]]
    of: Numbers

    def to_withhold(self, fewest: int) -> Numbers | None:
        """How many rows of each class to withhold; None if there are not enough to stand among.

        Rows of a class that does not pass, and if these are few more from the largest class.

        Args:
            fewest: fewest rows that may be withheld, if any are.
        """
        short = self.rows < self.least
        withheld = np.where(short, self.rows, 0)
        wanted = fewest - int(withheld.sum())
        if not short.any() or wanted <= 0:
            return withheld
        spare = np.where(short, 0, self.rows - np.where(np.isinf(self.least), self.rows, self.least)).astype(
            np.int64
        )
        for at in np.argsort(-spare, kind="stable"):
            drawn = min(wanted, int(spare[at]))
            withheld[at] += drawn
            wanted -= drawn
            if not wanted:
                return withheld
        return None


class FinestClasses:
    """The classes of a table on the finest steps, ready to be counted on coarser ones."""

    def __init__(self, name: str, sample: pl.DataFrame, population: pl.DataFrame | None, rule: Rule) -> None:
        """Numbers for labels.

        Args:
            name: of the table.
            sample: `risk.sample_classes`; columns beside those that it always has count rows that share something
                sensitive.
            population: `risk.population_classes`, or None where it is not known.
            rule: how many must look alike.
        """
        self.name, self.rule, self.known = name, rule, population is not None
        self.columns = list(STEPS[name])
        self.counted = [
            column for column in self.columns if population is not None and column in population.columns
        ]
        self.books = [self._book(column, sample, population) for column in self.columns]
        self.patterns: list[str] = sorted(set(sample[PATTERN].to_list()))
        self.labels = np.column_stack(
            [
                *(
                    _numbers(sample[column].to_list(), book)
                    for column, book in zip(self.columns, self.books, strict=True)
                ),
                _numbers(sample[PATTERN].to_list(), self.patterns),
            ]
        )
        self.rows: Numbers = sample[ROWS].to_numpy().astype(np.int64)
        sensitive = [column for column in sample.columns if column not in {*self.columns, PATTERN, ROWS}]
        self.sensitive = sample.select(sensitive).to_numpy().astype(np.int64) if sensitive else None
        self.steps = [
            [_numbers([step.label(label) for label in book], book) for step in STEPS[name][column]]
            for column, book in zip(self.columns, self.books, strict=True)
        ]
        if population is not None:
            self.others = [
                _numbers(population[column].to_list(), self.books[self._at(column)]) for column in self.counted
            ]
            self.families: Numbers = population[POPULATION].to_numpy().astype(np.int64)
        self.families_with_children = np.array([counted_by_cells(name, cells) for cells in self.patterns])
        self.knows = {
            column: np.array([label in COUNTED[column] for label in self.books[self._at(column)]])
            for column in self.counted
            if column in COUNTED
        }

    @property
    def fewest_withheld(self) -> int:
        """Fewest rows that may be withheld, if any are."""
        return self.rule.known if self.known else self.rule.alone

    def on(self, chosen: Sequence[int]) -> Classes:
        """The classes on a combination of steps.

        Args:
            chosen: for each column the place of its step in the ladder.
        """
        coarse = self.labels.copy()
        for at, step in enumerate(chosen):
            coarse[:, at] = self.steps[at][step][coarse[:, at]]
        keys = self._keys(coarse, range(coarse.shape[1]))
        _, first, of = np.unique(keys, return_index=True, return_inverse=True)
        rows = np.bincount(of, weights=self.rows, minlength=len(first)).astype(np.int64)
        labels = coarse[first]
        least = self._least(labels, chosen)
        if self.sensitive is not None:
            share = np.column_stack(
                [np.bincount(of, weights=column, minlength=len(first)) for column in self.sensitive.T]
            )
            least = np.where((share >= rows[:, None]).any(axis=1), math.inf, least)
        return Classes(labels, rows, least, of)

    @staticmethod
    def bits(labels: Numbers, rows: Numbers) -> float:
        """Entropy of a column, from the label and the rows of each class."""
        return entropy(np.bincount(labels, weights=rows).tolist())

    def frame(self, classes: Classes, withheld: Numbers, drawn: str) -> pl.DataFrame:
        """Every class as text: the columns, its empty cells, and how many of its rows to withhold."""
        texts = [[book[number] for number in classes.labels[:, at]] for at, book in enumerate(self.books)]
        texts.append([self.patterns[number] for number in classes.labels[:, -1]])
        schema = dict.fromkeys([*self.columns, PATTERN], pl.String)
        columns = dict(zip(schema, texts, strict=True))
        return pl.DataFrame(columns, schema=schema).with_columns(pl.Series(drawn, withheld.tolist(), pl.Int64))

    def _at(self, column: str) -> int:
        return self.columns.index(column)

    def _book(self, column: str, sample: pl.DataFrame, population: pl.DataFrame | None) -> list[Label]:
        """Every label that the column has on any step, in order, the empty one last."""
        finest = set(sample[column].to_list())
        if column in self.counted and population is not None:
            finest |= set(population[column].to_list())
        there = {step.label(label) for step in STEPS[self.name][column] for label in finest} | {None}
        return sorted(there, key=lambda label: (label is None, label or ""))

    def _keys(self, labels: Numbers, places: Iterable[int]) -> Numbers:
        """One number for each row of labels: the columns at these places, as digits."""
        keys = np.zeros(len(labels), dtype=np.int64)
        for at in places:
            width = len(self.patterns) if at == len(self.books) else len(self.books[at])
            keys = keys * width + labels[:, at]
        return keys

    def _least(self, labels: Numbers, chosen: Sequence[int]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        """Fewest rows with which each class passes: as many as the population's class allows."""
        alone = np.full(len(labels), float(self.rule.alone))
        if not self.known:
            return alone
        places = [self._at(column) for column in self.counted]
        known = self.families_with_children[labels[:, -1]]
        for column, at in zip(self.counted, places, strict=True):
            step: Step = STEPS[self.name][column][chosen[at]]
            if column in COUNTED and step.shows:
                known = known & self.knows[column][labels[:, at]]
        on_steps = np.zeros((len(self.families), len(self.books)), dtype=np.int64)
        for at, numbers in zip(places, self.others, strict=True):
            on_steps[:, at] = self.steps[at][chosen[at]][numbers]
        theirs, of = np.unique(self._keys(on_steps, places), return_inverse=True)
        counts = np.bincount(of, weights=self.families, minlength=len(theirs))
        ours = self._keys(labels, places)
        at_theirs = np.minimum(np.searchsorted(theirs, ours), max(0, len(theirs) - 1))
        alike = np.where(theirs[at_theirs] == ours, counts[at_theirs], 0) if len(theirs) else np.zeros(len(ours))
        return np.where(known, np.where(alike >= self.rule.known, float(self.rule.known), math.inf), alone)


def entropy(counts: Iterable[float]) -> float:
    """Shannon's information of a column, in bits a row, from how often each label stands in it."""
    there = sorted(count for count in counts if count)
    total = sum(there)
    return -sum(count / total * math.log2(count / total) for count in there) if total else 0.0


def _numbers(labels: Sequence[Label], book: Sequence[Label]) -> Numbers:
    places = {label: at for at, label in enumerate(book)}
    return np.array([places[label] for label in labels], dtype=np.int64)
