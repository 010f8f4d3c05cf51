"""Conditions on a pair of records: a small tree that every engine reads in its own language.

A condition is three-valued, as in SQL: what is unknown neither holds nor fails, and a level whose condition is
unknown does not count. `sql` writes it for DuckDB and Splink, `expression` for polars, where the columns of a pair
are named `l_<column>` and `r_<column>` and each measure stands under its own name.
"""

from __future__ import annotations

import dataclasses
import functools
import operator
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import polars as pl

Side = Literal["l", "r"]


@dataclass(frozen=True)
class Measure:
    """Something measured on one column of both records, once for a pair however many levels ask for it.

    Attributes:
        kind: `similarity` (Jaro-Winkler, 0 to 1), `slips` (0 equal, 1 one character replaced or two neighbours
            swapped, 2 anything else; of values of one length), `edits` (Levenshtein distance), or `shared_bits`
            (Dice coefficient of two Bloom filters, 0 to 1).
        column: the standardised column.
    """

    kind: Literal["similarity", "slips", "edits", "shared_bits"]
    column: str

    @property
    def name(self) -> str:
        """Name of the column that holds it."""
        return f"{self.kind}_{self.column}"

    def sql(self, names: Names, least: float) -> str:
        """How DuckDB computes it. A similarity below `least`, which no level asks for, may count as zero."""
        one, other = names.value("l", self.column), names.value("r", self.column)
        if self.kind == "similarity":
            return f"case when {one} = {other} then 1.0 else jaro_winkler_similarity({one}, {other}, {least}) end"
        if self.kind == "slips":
            return (
                f"case when {one} = {other} then 0 when length({one}) <> length({other}) then 2 "
                f"when hamming({one}, {other}) = 1 then 1 "
                f"when hamming({one}, {other}) = 2 and damerau_levenshtein({one}, {other}) = 1 then 1 else 2 end"
            )
        if self.kind == "shared_bits":
            return f"2.0 * bit_count({one} & {other}) / (bit_count({one}) + bit_count({other}))"
        return f"levenshtein({one}, {other})"


class Names(Protocol):
    """How one place names a record's value and a pair's measure in SQL."""

    def value(self, side: Side, column: str) -> str:
        """A column of the left or the right record."""
        ...

    def measure(self, measure: Measure) -> str:
        """A measure of the pair: a name, or the SQL that computes it."""
        ...


Cuts = Mapping[str, float]
"""Settings by name, for conditions that name theirs."""


@dataclass(frozen=True)
class Condition:
    """One condition. Each kind below says how it is written and what it looks at."""

    def sql(self, names: Names, cuts: Cuts) -> str:
        """The condition in SQL, fit to stand inside any other."""
        raise NotImplementedError

    def expression(self, cuts: Cuts) -> pl.Expr:
        """The condition as a polars expression."""
        raise NotImplementedError

    def parts(self) -> Iterable[Condition]:
        """This condition and all inside it."""
        yield self

    def columns(self) -> frozenset[str]:
        """Standardised columns it looks at, on either side."""
        return frozenset(column for one, other in self.compared() for column in (one, other))

    def compared(self) -> tuple[tuple[str, str], ...]:
        """Columns of the left and the right record whose values are held against each other."""
        return ()

    def spelt(self) -> frozenset[str]:
        """Columns of which it asks more than whether they are equal or unknown."""
        return frozenset()

    def similar(self) -> tuple[tuple[Measure, float | str | None], ...]:
        """What it measures, and from which similarity on it asks for it, if it is one."""
        return ()


@dataclass(frozen=True)
class Equal(Condition):
    """A left column equals a right one, the same unless another is named."""

    left: str
    right: str | None = None

    def compared(self) -> tuple[tuple[str, str], ...]:
        """The two columns."""
        return ((self.left, self.right or self.left),)

    def sql(self, names: Names, cuts: Cuts) -> str:
        """Plain equality."""
        return f"{names.value('l', self.left)} = {names.value('r', self.right or self.left)}"

    def expression(self, cuts: Cuts) -> pl.Expr:
        """Plain equality."""
        return pl.col(f"l_{self.left}") == pl.col(f"r_{self.right or self.left}")


@dataclass(frozen=True)
class Known(Condition):
    """A column is known on both sides. Never unknown itself."""

    column: str

    def compared(self) -> tuple[tuple[str, str], ...]:
        """The column on either side."""
        return ((self.column, self.column),)

    def sql(self, names: Names, cuts: Cuts) -> str:
        """Neither is null."""
        return f"{names.value('l', self.column)} is not null and {names.value('r', self.column)} is not null"

    def expression(self, cuts: Cuts) -> pl.Expr:
        """Neither is null."""
        return pl.col(f"l_{self.column}").is_not_null() & pl.col(f"r_{self.column}").is_not_null()


@dataclass(frozen=True)
class Absent(Condition):
    """A column is unknown on both sides. Never unknown itself."""

    column: str

    def compared(self) -> tuple[tuple[str, str], ...]:
        """The column on either side."""
        return ((self.column, self.column),)

    def sql(self, names: Names, cuts: Cuts) -> str:
        """Both are null."""
        return f"{names.value('l', self.column)} is null and {names.value('r', self.column)} is null"

    def expression(self, cuts: Cuts) -> pl.Expr:
        """Both are null."""
        return pl.col(f"l_{self.column}").is_null() & pl.col(f"r_{self.column}").is_null()


@dataclass(frozen=True)
class Spelling(Condition):
    """A condition on the letters of one column."""

    column: str

    def compared(self) -> tuple[tuple[str, str], ...]:
        """The column on either side."""
        return ((self.column, self.column),)

    def spelt(self) -> frozenset[str]:
        """The column."""
        return frozenset({self.column})

    def both(self) -> tuple[pl.Expr, pl.Expr]:
        """The column on either side."""
        return pl.col(f"l_{self.column}"), pl.col(f"r_{self.column}")


@dataclass(frozen=True)
class Similar(Spelling):
    """Jaro-Winkler similarity of at least a number, or of a setting named here."""

    at_least: float | str

    def similar(self) -> tuple[tuple[Measure, float | str | None], ...]:
        """The similarity."""
        return ((self._measure, self.at_least),)

    def sql(self, names: Names, cuts: Cuts) -> str:
        """The measure against its cut."""
        return f"{names.measure(self._measure)} >= {cut(self.at_least, cuts)}"

    def expression(self, cuts: Cuts) -> pl.Expr:
        """The measure against its cut."""
        return pl.col(self._measure.name) >= cut(self.at_least, cuts)

    @property
    def _measure(self) -> Measure:
        return Measure("similarity", self.column)


@dataclass(frozen=True)
class SharedBits(Spelling):
    """Bloom filters that share bits: a Dice coefficient of at least a number."""

    at_least: float

    def similar(self) -> tuple[tuple[Measure, float | str | None], ...]:
        """The coefficient."""
        return ((self._measure, self.at_least),)

    def sql(self, names: Names, cuts: Cuts) -> str:
        """The measure against its cut."""
        return f"{names.measure(self._measure)} >= {self.at_least}"

    def expression(self, cuts: Cuts) -> pl.Expr:
        """The measure against its cut."""
        return pl.col(self._measure.name) >= self.at_least

    @property
    def _measure(self) -> Measure:
        return Measure("shared_bits", self.column)


@dataclass(frozen=True)
class OneSlip(Spelling):
    """One character is replaced, or two neighbours are swapped; of values of one length."""

    def similar(self) -> tuple[tuple[Measure, float | str | None], ...]:
        """The slips."""
        return ((Measure("slips", self.column), None),)

    def sql(self, names: Names, cuts: Cuts) -> str:
        """Exactly one."""
        return f"{names.measure(Measure('slips', self.column))} = 1"

    def expression(self, cuts: Cuts) -> pl.Expr:
        """Exactly one."""
        one, other = (column.str.len_chars() for column in self.both())
        return (one == other) & (pl.col(Measure("slips", self.column).name) == 1)


@dataclass(frozen=True)
class OneEdit(Spelling):
    """One letter is replaced, left out or put in, of a left value of `shortest` to `longest` letters."""

    shortest: int
    longest: int

    def similar(self) -> tuple[tuple[Measure, float | str | None], ...]:
        """The edits."""
        return ((Measure("edits", self.column), None),)

    def sql(self, names: Names, cuts: Cuts) -> str:
        """Lengths first: the distance is the dearer question."""
        one, other = (f"length({names.value(side, self.column)})" for side in ("l", "r"))
        return (
            f"{one} between {self.shortest} and {self.longest} and abs({one} - {other}) <= 1 "
            f"and {other} >= {self.shortest} and {names.measure(Measure('edits', self.column))} = 1"
        )

    def expression(self, cuts: Cuts) -> pl.Expr:
        """Lengths and the distance."""
        one, other = (column.str.len_chars() for column in self.both())
        edits = pl.col(Measure("edits", self.column).name)
        return one.is_between(self.shortest, self.longest) & (other >= self.shortest) & (edits == 1)


@dataclass(frozen=True)
class OneLetter(Spelling):
    """The shorter of both values is a single letter."""

    def sql(self, names: Names, cuts: Cuts) -> str:
        """By length; `least` passes over what is unknown."""
        one, other = (f"length({names.value(side, self.column)})" for side in ("l", "r"))
        return f"least({one}, {other}) = 1"

    def expression(self, cuts: Cuts) -> pl.Expr:
        """By length."""
        one, other = (column.str.len_chars() for column in self.both())
        return pl.min_horizontal(one, other) == 1


@dataclass(frozen=True)
class HalvesSwapped(Spelling):
    """Of four characters, the last two of one record are the first two of the other, and the reverse."""

    def sql(self, names: Names, cuts: Cuts) -> str:
        """The left value against the right one turned."""
        one, other = (names.value(side, self.column) for side in ("l", "r"))
        return f"{one} = substr({other}, 3, 2) || substr({other}, 1, 2)"

    def expression(self, cuts: Cuts) -> pl.Expr:
        """The left value against the right one turned."""
        one, other = self.both()
        return one == other.str.slice(2, 2) + other.str.slice(0, 2)


@dataclass(frozen=True)
class NumbersWithin(Spelling):
    """Values that are whole numbers differ by at most so much."""

    most: int

    def sql(self, names: Names, cuts: Cuts) -> str:
        """The difference, whichever is greater."""
        one, other = (f"cast({names.value(side, self.column)} as integer)" for side in ("l", "r"))
        return f"abs({one} - {other}) <= {self.most}"

    def expression(self, cuts: Cuts) -> pl.Expr:
        """The difference, whichever is greater."""
        one, other = (column.cast(pl.Int64) for column in self.both())
        return (one - other).abs() <= self.most


@dataclass(frozen=True, init=False)
class Several(Condition):
    """Conditions taken together."""

    conditions: tuple[Condition, ...]

    def __init__(self, *conditions: Condition) -> None:
        object.__setattr__(self, "conditions", conditions)

    def parts(self) -> Iterable[Condition]:
        """All of them, and what is inside."""
        yield self
        for condition in self.conditions:
            yield from condition.parts()


@dataclass(frozen=True, init=False)
class AllOf(Several):
    """Each of them holds."""

    def sql(self, names: Names, cuts: Cuts) -> str:
        """Joined by `and`."""
        return " and ".join(f"({condition.sql(names, cuts)})" for condition in self.conditions)

    def expression(self, cuts: Cuts) -> pl.Expr:
        """Joined by `&`."""
        return functools.reduce(operator.and_, (condition.expression(cuts) for condition in self.conditions))


@dataclass(frozen=True, init=False)
class AnyOf(Several):
    """At least one of them holds."""

    def sql(self, names: Names, cuts: Cuts) -> str:
        """Joined by `or`."""
        return " or ".join(f"({condition.sql(names, cuts)})" for condition in self.conditions)

    def expression(self, cuts: Cuts) -> pl.Expr:
        """Joined by `|`."""
        return functools.reduce(operator.or_, (condition.expression(cuts) for condition in self.conditions))


@dataclass(frozen=True)
class Not(Condition):
    """The condition fails; unknown where it is unknown."""

    condition: Condition

    def parts(self) -> Iterable[Condition]:
        """This and what is inside."""
        yield self
        yield from self.condition.parts()

    def sql(self, names: Names, cuts: Cuts) -> str:
        """Turned."""
        return f"not ({self.condition.sql(names, cuts)})"

    def expression(self, cuts: Cuts) -> pl.Expr:
        """Turned."""
        return ~self.condition.expression(cuts)


@dataclass(frozen=True)
class Surely(Not):
    """The condition holds and is known to: what is unknown fails."""

    def sql(self, names: Names, cuts: Cuts) -> str:
        """Null counts as false."""
        return f"coalesce({self.condition.sql(names, cuts)}, false)"

    def expression(self, cuts: Cuts) -> pl.Expr:
        """Null counts as false."""
        return self.condition.expression(cuts).fill_null(value=False)


def cut(at_least: float | str, cuts: Cuts) -> float:
    """A number, or the setting that bears the name."""
    return cuts[at_least] if isinstance(at_least, str) else at_least


def measured(conditions: Sequence[Condition], cuts: Cuts) -> dict[Measure, float]:
    """Everything that the conditions measure, each with the least similarity that any of them asks for."""
    found: dict[Measure, float] = {}
    for condition in conditions:
        for part in condition.parts():
            for measure, asked in part.similar():
                least = 0.0 if asked is None else cut(asked, cuts)
                found[measure] = min(found.get(measure, least), least)
    return found


def columns_in(conditions: Sequence[Condition]) -> frozenset[str]:
    """The standardised columns that any of the conditions looks at."""
    return frozenset(column for each in conditions for part in each.parts() for column in part.columns())


def spelt_in(conditions: Sequence[Condition]) -> frozenset[str]:
    """Columns whose letters are needed: those read letter by letter, and those held against one of them."""
    parts = [part for condition in conditions for part in condition.parts()]
    found = {column for part in parts for column in part.spelt()}
    pairs = [pair for part in parts for pair in part.compared()]
    while more := {column for pair in pairs if found & set(pair) for column in pair} - found:
        found |= more
    return frozenset(found)


def plain(value: object) -> object:
    """Any value of a model as plain lists and texts, each part under the name of its kind."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        inside = {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return {"kind": type(value).__name__, **inside}
    if isinstance(value, (tuple, list)):
        return [plain(each) for each in value]
    return value
