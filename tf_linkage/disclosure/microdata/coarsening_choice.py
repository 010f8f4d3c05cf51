"""Which steps: the coarsening of least loss on which nobody stands out.

The search among the steps of `contracts.ladders`, every combination tried, and what each loses.

Loss is measured in bits of Shannon's information a row: what a column still tells on its step, against what it told
on the finest (the entropy measure of Gionis and Tassa, k-anonymization with minimal loss of information, 2009). A
withheld row loses all its columns, and those whose emptiness would give it away with them.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import polars as pl

from tf_linkage.contracts.columns import ColumnClass, columns_of
from tf_linkage.contracts.ladders import COUNTED, STEPS, WORTH, Step
from tf_linkage.contracts.outputs.research import RESEARCH_TABLES
from tf_linkage.disclosure.microdata.risk import PATTERN, POPULATION, ROWS, RULE, Rule, sample_classes
from tf_linkage.errors import TfLinkageError

MOST_WITHHELD = 0.05
"""Largest share of rows to withhold where any steps do without more: our choice. Withholding is for the few."""

DRAWN = "drawn"
WITHHELD_ROWS = "withheld rows"

Label = str | None
Labels = tuple[Label, ...]
"""Labels of the columns, in the ladders' order; of a sample's class, its empty cells last."""


class NobodyToHideAmong(TfLinkageError):
    """There are too few rows for any of them to be released."""


@dataclass(frozen=True)
class Choice:
    """The steps chosen for a table.

    Attributes:
        name: `people` or `families`.
        steps: chosen step by column.
        rows: rows of the table.
        withheld: rows whose columns are empty because no step hides them, with those drawn to stand among them.
        drawn: how many of these were drawn.
        bits: what the columns told on the finest steps, in bits a row.
        lost: what of it was lost, by column in bits a row; `withheld rows` is what else those lose.
        classes: every class on its steps: the columns, `cells_empty`, and `drawn`, its rows to withhold.
        passed_over: how many combinations of steps would lose less and do not pass.
    """

    name: str
    steps: Mapping[str, str]
    rows: int
    withheld: int
    drawn: int
    bits: float
    lost: Mapping[str, float]
    classes: pl.DataFrame
    passed_over: int = 0

    @property
    def loss(self) -> float:
        """Bits lost a row, each column's by its worth."""
        return weighed(self.lost)


def choose_steps(name: str, table: pl.LazyFrame, population: pl.DataFrame | None, rule: Rule = RULE) -> Choice:
    """The steps of least loss on which a table passes the rule, every combination tried.

    Rows of a class that does not pass are withheld. As they then form a class themselves, more rows are drawn to
    join them, from the largest class, if they are too few.

    Args:
        name: `people` or `families`.
        table: the table on the finest steps.
        population: `risk.population_classes`, or None where it is not known.
        rule: how many must look alike.

    Returns:
        The choice: least withheld beyond `MOST_WITHHELD`, then the least loss, then the earliest combination in
        the ladders' order.

    Raises:
        NobodyToHideAmong: no combination passes, as the table has too few rows.
    """
    columns = [*STEPS[name], PATTERN]
    sample = {tuple(row[:-1]): int(row[-1]) for row in sample_classes(name, table).select(*columns, ROWS).rows()}
    counted = _People(population, rule)
    rest = _bits_of_the_rest(name, table)
    combinations = [
        dict(zip(STEPS[name], steps, strict=True)) for steps in itertools.product(*STEPS[name].values())
    ]
    passing: list[Choice] = []
    for steps in combinations:
        classes = _on_steps(sample, tuple(steps.values()))
        withheld = counted.to_withhold(steps, classes)
        if withheld is not None:
            passing.append(_choice(name, steps, sample, classes, withheld, rest))
    if not passing:
        raise NobodyToHideAmong(
            f"the table {name} has {sum(sample.values())} rows, too few to hide anybody among them: at least "
            f"{counted.least} have to look alike. Take more families into the study"
        )
    most = MOST_WITHHELD * passing[0].rows
    best = min(passing, key=lambda found: (max(0.0, found.withheld - most), round(found.loss, 9)))
    alone = (_lost(sample, _on_steps(sample, tuple(steps.values())), steps) for steps in combinations)
    return replace(best, passed_over=sum(weighed(lost) < best.loss - 1e-9 for lost in alone))


def weighed(lost: Mapping[str, float]) -> float:
    """Bits lost, each column's by its worth (`ladders.WORTH`)."""
    return sum(bits * WORTH.get(column, 2) for column, bits in lost.items())


def steps_named(name: str, named: Mapping[str, str]) -> dict[str, Step]:
    """The steps of these names, by column."""
    return {
        column: next(step for step in ladder if step.name == named[column])
        for column, ladder in STEPS[name].items()
    }


def lost_when_withheld(name: str) -> list[str]:
    """Columns that a withheld row loses besides: those that may be empty because of a family's make-up."""
    if name != "families":
        return []
    contract = columns_of(RESEARCH_TABLES[name])
    return [column.name for column in contract if column.nullable and column.column_class is not ColumnClass.QUASI]


def _on_steps(finest: Mapping[Labels, int], steps: tuple[Step, ...]) -> Counter[Labels]:
    """Classes on the steps; labels beyond them (the empty cells) stay."""
    found: Counter[Labels] = Counter()
    for labels, rows in finest.items():
        on_step = tuple(step.label(label) for step, label in zip(steps, labels, strict=False))
        found[(*on_step, *labels[len(steps) :])] += rows
    return found


class _People:
    """Who else there is: decides which rows of which classes have to be withheld."""

    def __init__(self, population: pl.DataFrame | None, rule: Rule) -> None:
        self.known, self.rule = population is not None, rule
        self.columns = [] if population is None else [name for name in population.columns if name != POPULATION]
        rows = [] if population is None else population.select(*self.columns, POPULATION).rows()
        self.finest: dict[Labels, int] = {tuple(row[:-1]): int(row[-1]) for row in rows}

    @property
    def least(self) -> int:
        """Fewest rows that may be withheld, if any are."""
        return self.rule.known if self.known else self.rule.alone

    def to_withhold(self, steps: Mapping[str, Step], classes: Mapping[Labels, int]) -> dict[Labels, int] | None:
        """How many rows of each class to withhold; None if there are not enough to stand among."""
        population = _on_steps(self.finest, tuple(steps[name] for name in self.columns))
        least = {labels: self._least(steps, labels, population) for labels in classes}
        withheld = {labels: rows for labels, rows in classes.items() if rows < least[labels]}
        wanted = self.least - sum(withheld.values())
        if not withheld or wanted <= 0:
            return withheld
        spare = {labels: rows - least[labels] for labels, rows in classes.items() if labels not in withheld}
        for labels in sorted(spare, key=lambda labels: (-spare[labels], [str(label) for label in labels])):
            drawn = min(wanted, int(spare[labels]))
            if drawn:
                withheld[labels], wanted = drawn, wanted - drawn
        return withheld if wanted <= 0 else None

    def _least(self, steps: Mapping[str, Step], labels: Labels, population: Mapping[Labels, int]) -> float:
        """Fewest rows with which a class passes: as many as the population's class allows."""
        named = dict(zip(steps, labels, strict=False))
        if not self.known or not all(
            named[name] in COUNTED[name] for name in self.columns if name in COUNTED and steps[name].shows
        ):
            return self.rule.alone
        alike = population.get(tuple(named[name] for name in self.columns), 0)
        return self.rule.known if alike >= self.rule.known else math.inf


def _choice(  # noqa: PLR0917
    name: str,
    steps: Mapping[str, Step],
    sample: Mapping[Labels, int],
    classes: Mapping[Labels, int],
    withheld: Mapping[Labels, int],
    rest: float,
) -> Choice:
    total, hidden = sum(classes.values()), sum(withheld.values())
    kept = {labels: rows - withheld.get(labels, 0) for labels, rows in classes.items()}
    lost = _lost(sample, kept, steps)
    if hidden:
        lost[WITHHELD_ROWS] = rest * hidden / total
    rows = [(*labels, withheld.get(labels, 0)) for labels in sorted(classes, key=str)]
    return Choice(
        name=name,
        steps={column: step.name for column, step in steps.items()},
        rows=total,
        withheld=hidden,
        drawn=sum(withheld[labels] for labels in withheld if kept[labels]),
        bits=sum(_bits(sample, place) for place in range(len(steps))),
        lost=lost,
        classes=pl.DataFrame(
            rows, schema=dict.fromkeys([*steps, PATTERN], pl.String) | {DRAWN: pl.Int64}, orient="row"
        ),
    )


def _lost(finest: Mapping[Labels, int], kept: Mapping[Labels, int], steps: Iterable[str]) -> dict[str, float]:
    """Bits a row that each column loses, where `kept` is what stays, on its steps."""
    share = sum(kept.values()) / sum(finest.values())
    return {
        column: max(0.0, _bits(finest, place) - share * _bits(kept, place)) for place, column in enumerate(steps)
    }


def _bits(classes: Mapping[Labels, int], place: int) -> float:
    """Entropy of one column over the rows of these classes."""
    counts: Counter[Label] = Counter()
    for labels, rows in classes.items():
        counts[labels[place]] += rows
    return entropy(counts.values())


def entropy(counts: Iterable[int]) -> float:
    """Shannon's information of a column, in bits a row, from how often each label stands in it."""
    there = sorted(count for count in counts if count)
    total = sum(there)
    return -sum(count / total * math.log2(count / total) for count in there) if total else 0.0


def _bits_of_the_rest(name: str, table: pl.LazyFrame) -> float:
    rest = lost_when_withheld(name)
    frame = table.select(rest).collect() if rest else pl.DataFrame()
    return sum(entropy(frame[column].value_counts()["count"].to_list()) for column in rest)
