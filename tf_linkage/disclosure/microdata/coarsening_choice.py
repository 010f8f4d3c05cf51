"""Which steps: the coarsening of least loss on which nobody stands out.

The search among the steps of `contracts.ladders`, and what each loses.

Loss is measured in bits of Shannon's information a row: what a column still tells on its step, against what it told
on the finest (the entropy measure of Gionis and Tassa, k-anonymization with minimal loss of information, 2009). A
withheld row loses all its columns, and those whose emptiness would give it away with them.

What the columns of a combination lose is the least that it can lose, since withholding only adds to it. So
combinations are looked at from the least loss up, and the search ends where no other can lose less than one that
passes. What costs most to find out, whom a council would find, is asked of a combination only when it would be
chosen otherwise; with the rows withheld that it needs against that, it waits its turn again.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import polars as pl

from tf_linkage.contracts.columns import ColumnClass, columns_of
from tf_linkage.contracts.ladders import NEEDED, STEPS, WORTH, Step
from tf_linkage.contracts.outputs.research import RESEARCH_TABLES
from tf_linkage.disclosure.microdata.classes_on_steps import Classes, FinestClasses, Numbers, entropy
from tf_linkage.disclosure.microdata.risk import ROWS, RULE, Rule, sample_classes
from tf_linkage.errors import TfLinkageError

MOST_WITHHELD = 0.05
"""Largest share of rows to withhold where any steps do without more: our choice. Withholding is for the few."""

DRAWN = "drawn"
WITHHELD_ROWS = "withheld rows"

Combination = tuple[int, ...]
"""For each column, in the ladders' order, the place of its step."""


class NobodyToHideAmong(TfLinkageError):
    """There are too few rows for any of them to be released."""


@dataclass(frozen=True)
class Choice:
    """The steps chosen for a table.

    Attributes:
        name: of the table.
        steps: chosen step by column.
        rows: rows of the table.
        withheld: rows whose columns are empty because no step hides them, with those drawn to stand among them.
        drawn: how many of these were drawn.
        bits: what the columns told on the finest steps, in bits a row.
        lost: what of it was lost, by column in bits a row; `withheld rows` is what else those lose.
        classes: every class on its steps: the columns, `cells_empty`, and `drawn`, its rows to withhold.
        passed_over: how many combinations of steps would lose less and do not pass.
        refused: how many of these would hide everybody from a lead worker, and nobody could be hidden from a
        council.
        hidden: whose rows are withheld since a council would find them, by reference.
        finer: by column that is not on its finest step, how many rows would be withheld one step finer.
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
    refused: int = 0
    hidden: frozenset[str] = frozenset()
    finer: Mapping[str, int] = field(default_factory=dict)

    @property
    def loss(self) -> float:
        """Bits lost a row, each column's by its worth."""
        return weighed(self.lost)


Protects = Callable[[Choice], frozenset[str] | None]


def choose_steps(  # noqa: PLR0917
    name: str,
    table: pl.LazyFrame,
    population: pl.DataFrame | None,
    rule: Rule = RULE,
    sensitive: pl.LazyFrame | None = None,
    protects: Protects | None = None,
) -> Choice:
    """The steps of least loss on which a table passes.

    Rows of a class that does not pass the rule are withheld. As they then form a class themselves, more rows are
    drawn to join them, from the largest class, if they are too few.

    Args:
        name: of the table.
        table: the table on the finest steps.
        population: `risk.population_classes`, or None where it is not known.
        rule: how many must look alike.
        sensitive: flags by the table's reference: a class of which all share one does not pass.
        protects: whose rows to withhold besides, by reference, for a choice to pass what else it has to; None if it
            cannot. Without it there is nothing else.

    Returns:
        The choice: showing what is needed (`ladders.NEEDED`), then least withheld beyond `MOST_WITHHELD`, then the
        least loss, then the earliest combination in the ladders' order.

    Raises:
        NobodyToHideAmong: no combination passes, as the table has too few rows.
    """
    search = _Search(name, table, population, rule, sensitive)
    refused = 0
    while (best := search.best()) is not None:
        choice = search.choice(best)
        if protects is None or best.protected:
            return search.explained(choice, best.chosen, refused)
        hidden = protects(choice)
        if hidden is not None and not hidden:
            return search.explained(choice, best.chosen, refused)
        refused += hidden is None
        if hidden:
            search.wait(replace(best, hidden=hidden, protected=True))
    rows = int(search.finest.rows.sum())
    raise NobodyToHideAmong(
        f"the table {name} has {rows} rows, too few to hide anybody among them: at least "
        f"{search.finest.fewest_withheld} have to look alike"
        + (", and a council must not find them by what it sent" if refused else "")
        + ". Take more families into the study"
    )


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
    if name == "people":
        return []
    contract = columns_of(RESEARCH_TABLES[name])
    return [column.name for column in contract if column.nullable and column.column_class is not ColumnClass.QUASI]


@dataclass(frozen=True)
class _Candidate:
    """A combination that passes the rule: how many rows of each class it withholds, and which rows besides."""

    chosen: Combination
    withheld: Numbers
    hidden: frozenset[str] = frozenset()
    protected: bool = False


class _Search:
    """The combinations of a table's steps, from the least loss up, looked at as late as may be."""

    def __init__(
        self,
        name: str,
        table: pl.LazyFrame,
        population: pl.DataFrame | None,
        rule: Rule,
        sensitive: pl.LazyFrame | None,
    ) -> None:
        self.name = name
        self.ladders = list(STEPS[name].values())
        self.finest = FinestClasses(name, sample_classes(name, table, sensitive), population, rule)
        self.rest = _bits_of_the_rest(name, table)
        self.told = [
            self.finest.bits(self.finest.labels[:, at], self.finest.rows) for at in range(len(self.ladders))
        ]
        self.bounds = self._bounds()
        self.order = {chosen: at for at, chosen in enumerate(self.bounds)}
        self.ahead = sorted(self.bounds, key=lambda one: (*self._least(one), self.order[one]), reverse=True)
        self.waiting: list[tuple[tuple[float, ...], int, _Candidate]] = []
        self.met = 0

    def _bounds(self) -> dict[Combination, float]:
        """The least that each combination loses, weighed: what its columns lose with nobody withheld."""
        finest = self.finest
        alone = [
            [
                weighed({column: self.told[at] - finest.bits(step[finest.labels[:, at]], finest.rows)})
                for step in finest.steps[at]
            ]
            for at, column in enumerate(STEPS[self.name])
        ]
        return {
            chosen: sum(alone[at][step] for at, step in enumerate(chosen))
            for chosen in itertools.product(*(range(len(ladder)) for ladder in self.ladders))
        }

    def _least(self, chosen: Combination) -> tuple[float, ...]:
        """The least that a combination can come to, in the order in which candidates are judged."""
        missing = sum(
            not ladder[step].shows
            for (column, ladder), step in zip(STEPS[self.name].items(), chosen, strict=True)
            if column in NEEDED.get(self.name, ())
        )
        return float(missing), 0.0, round(self.bounds[chosen], 9)

    def best(self) -> _Candidate | None:
        """The best candidate there is, taken out; None if there is none left."""
        while self.ahead and not (self.waiting and self.waiting[0][0] <= self._least(self.ahead[-1])):
            chosen = self.ahead.pop()
            withheld = self.finest.on(chosen).to_withhold(self.finest.fewest_withheld)
            if withheld is not None:
                self.wait(_Candidate(chosen, withheld))
        return heapq.heappop(self.waiting)[-1] if self.waiting else None

    def wait(self, one: _Candidate) -> None:
        """Lays a candidate among those that wait, by what it comes to."""
        rows, classes = float(self.finest.rows.sum()), self.finest.on(one.chosen)
        over = max(0.0, float(one.withheld.sum()) + len(one.hidden) - MOST_WITHHELD * rows)
        loss = round(weighed(self._lost(classes, one.withheld, len(one.hidden))), 9)
        self.met += 1
        judged = (self._least(one.chosen)[0], over, loss, float(self.order[one.chosen]))
        heapq.heappush(self.waiting, (judged, self.met, one))

    def choice(self, one: _Candidate) -> Choice:
        """A candidate as a choice."""
        classes, withheld = self.finest.on(one.chosen), one.withheld
        kept = classes.rows - withheld
        return Choice(
            name=self.name,
            steps=self._named(one.chosen),
            rows=int(classes.rows.sum()),
            withheld=int(withheld.sum()) + len(one.hidden),
            drawn=int(withheld[kept > 0].sum()),
            bits=sum(self.told),
            lost=self._lost(classes, withheld, len(one.hidden)),
            classes=self.finest.frame(classes, withheld, DRAWN),
            hidden=one.hidden,
        )

    def explained(self, choice: Choice, chosen: Combination, refused: int) -> Choice:
        """The choice with what was passed over for it, and what each column would have cost one step finer."""
        finer = {}
        for at, (column, step) in enumerate(zip(STEPS[self.name], chosen, strict=True)):
            if step:
                classes = self.finest.on((*chosen[:at], step - 1, *chosen[at + 1 :]))
                finer[column] = int(classes.rows[classes.rows < classes.least].sum())
        passed_over = sum(bound < choice.loss - 1e-9 for bound in self.bounds.values())
        return replace(choice, passed_over=passed_over, refused=refused, finer=finer)

    def _named(self, chosen: Combination) -> dict[str, str]:
        return {
            column: ladder[step].name
            for (column, ladder), step in zip(STEPS[self.name].items(), chosen, strict=True)
        }

    def _lost(self, classes: Classes, withheld: Numbers, hidden: int) -> dict[str, float]:
        """Bits a row that each column loses, and that withheld rows lose besides.

        Rows that are hidden from a council count as if they were drawn from all that are kept alike.
        """
        kept, total = classes.rows - withheld, float(classes.rows.sum())
        share = (float(kept.sum()) - hidden) / total if total else 0.0
        lost = {
            column: max(0.0, self.told[at] - share * self.finest.bits(classes.labels[:, at], kept))
            for at, column in enumerate(STEPS[self.name])
        }
        if share < 1:
            lost[WITHHELD_ROWS] = self.rest * (1 - share)
        return lost


def finest_bits(name: str, table: pl.LazyFrame) -> dict[str, float]:
    """What each column of `STEPS` tells on the finest steps, in bits a row."""
    classes = sample_classes(name, table)
    counts = {
        column: classes.group_by(column, maintain_order=True).agg(pl.col(ROWS).sum())[ROWS]
        for column in STEPS[name]
    }
    return {column: entropy(rows.to_list()) for column, rows in counts.items()}


def _bits_of_the_rest(name: str, table: pl.LazyFrame) -> float:
    rest = lost_when_withheld(name)
    frame = table.select(rest).collect() if rest else pl.DataFrame()
    return sum(entropy(frame[column].value_counts()["count"].to_list()) for column in rest)
