"""What may leave of a table that was asked for: counts and shares under noise, means under the rules for money.

Counts and shares pass by themselves, since the noise protects them wherever they stand; that no sensitive count can
be worked out from this table and all earlier ones together is attacked by linear programming all the same. Means
wait for a person who checks them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import polars as pl

from tf_linkage.contracts.outputs.published import MINIMUM_COUNT
from tf_linkage.disclosure.requested.asking import Asked, TableRefused, as_words, values_of
from tf_linkage.disclosure.requested.beside_release import Told, together
from tf_linkage.disclosure.requested.cell_keys import KEYS, SPREAD, perturbed, possible, record_keys
from tf_linkage.disclosure.suppression.attack import exposed
from tf_linkage.disclosure.suppression.linked_counts import Key, Quantity, Relation, System, joined
from tf_linkage.disclosure.suppression.rules import RULES, open_count
from tf_linkage.disclosure.tables.money import mean_and_rule

ALL = "all"
FEW = "none or few"
"""What stands instead of a number below ten, none included."""

UNSAFE = (
    "this table cannot leave as it was asked for: what it would show, with all that was shown before, is not "
    "proved to keep every small number open. Ask for fewer columns, or confine it less. Nothing was put on record"
)


@dataclass(frozen=True)
class Perturbed(Quantity):
    """A count that is shown under noise.

    Attributes:
        told: as what it is shown.
    """

    told: int = 0

    @property
    def shown(self) -> float:
        """The number as it is shown."""
        return float(self.told)

    @property
    def bounds(self) -> tuple[float, float]:
        """Between what a reader knows it to lie: the counts that can be shown as this number."""
        least, most = possible(self.told)
        return float(least), float(most)


@dataclass(frozen=True)
class Answer:
    """What is proposed to leave, and what stands behind it.

    Attributes:
        asked: the question.
        table: a row for each cell, totals included, as it would leave: the columns of the question, and count,
        share
            or mean, families, rounded_to, note; numbers empty where nothing is shown.
        behind: for the checker alone: the same cells with their true numbers.
        system: the counts as an attacker would put them together with those of other tables.
        waits: whether a person must check it first.
    """

    asked: Asked
    table: pl.DataFrame
    behind: pl.DataFrame
    system: System = field(default_factory=lambda: System({}, []))
    waits: bool = False


Cell = tuple[str, ...]


def answer(asked: Asked, records: pl.DataFrame, costs: pl.DataFrame, secret: bytes) -> Answer:
    """Makes a table under its protection.

    Args:
        asked: the question, which makes sense.
        records: one row for each of those it is about: record, family, and the columns it can be asked by.
        costs: of families that were followed: family_id, theme, window, pence, people_with.
        secret: of the record keys.
    """
    told = records.with_columns(as_words(records, column) for column in asked.by)
    told = told.with_columns(
        record_keys(records["record"], secret).alias("_key"),
        record_keys(records["family"], secret).alias("_family_key"),
    )
    for column, value in asked.where:
        told = told.filter(as_words(records, column) == value)
    values = {column: [*values_of(asked.unit, records, column), ALL] for column in asked.by}
    cells = [_Cell.of(asked, cell, _within(told, asked.by, cell)) for cell in product(*values.values())]
    if asked.mean:
        return _of_means(asked, cells, costs)
    return _of_counts(asked, cells, values)


def must_keep_all_open(new: System, earlier: Iterable[System], told: Told | None = None) -> None:
    """Refuses a table from which, with all earlier ones and all releases, a small number could be worked out.

    The same people stand under the same name in every table, and are shown as the same number, so that all tables
    are one system; a number of a release that counts the same families is that number too (`beside_release`).

    Args:
        new: the table.
        earlier: those that left before.
        told: what was released, if anything.

    Raises:
        TableRefused: in words that tell nothing about any count.
    """
    before = joined(earlier)
    already = _exposed(before, told) if before.quantities or told else set()
    if _exposed(joined([before, new]), told) - already:
        raise TableRefused(UNSAFE)


def _exposed(tables: System, told: Told | None) -> set[Key]:
    """What could be worked out of tables, with what was released."""
    if told is None:
        return set(exposed(tables, _shown(tables)))
    return set(exposed(together(tables, told), _shown(tables) | told.shown))


def _shown(system: System) -> set[Key]:
    return {key for key, number in system.quantities.items() if isinstance(number, Perturbed)}


@dataclass(frozen=True)
class _Cell:
    """A cell as it is, and as its counts may be shown."""

    name: Cell
    rows: pl.DataFrame
    count: int
    families: int
    shown: int
    families_shown: int

    @classmethod
    def of(cls, asked: Asked, name: Cell, rows: pl.DataFrame) -> _Cell:
        homes = rows.unique("family", keep="first", maintain_order=True)
        count, shown = _noisy(rows["_key"])
        families, families_shown = _noisy(homes["_family_key"])
        if asked.unit == "families":
            families_shown = shown
        return cls(name, rows, count, families, shown, families_shown)

    @property
    def may_be_shown(self) -> bool:
        """Whether it looks as if enough people and families stood behind it."""
        return self.shown >= MINIMUM_COUNT and self.families_shown >= MINIMUM_COUNT


def _noisy(keys: pl.Series) -> tuple[int, int]:
    """A count, and as what it is shown."""
    return len(keys), perturbed([len(keys)], [int(keys.cast(pl.UInt64).sum() or 0) % KEYS])[0]


def _within(told: pl.DataFrame, by: list[str], cell: Cell) -> pl.DataFrame:
    for column, value in zip(by, cell, strict=True):
        if value != ALL:
            told = told.filter(pl.col(column) == value)
    return told


def _of_counts(asked: Asked, cells: list[_Cell], values: Mapping[str, list[str]]) -> Answer:
    rows, behind, quantities, relations = [], [], {}, _sums(asked, values)
    for cell in cells:
        row: dict[str, Any] = dict(zip(asked.by, cell.name, strict=True))
        true = row | {"count": cell.count, "families": cell.families}
        row |= {"count": cell.shown if cell.may_be_shown else None, "note": "" if cell.may_be_shown else FEW}
        key = _key(asked, cell.name)
        quantities[key] = _quantity(cell.count, cell.shown if cell.may_be_shown else None)
        if asked.share:
            more, parts, relation = _share(asked, cell, key)
            row |= more
            true |= {name: int(number.value) for name, number in zip(_PARTS, parts.values(), strict=True)}
            quantities |= parts
            relations.append(relation)
        rows.append(row)
        behind.append(true)
    return Answer(asked, _frame(rows), pl.DataFrame(behind), System(quantities, relations))


def _quantity(count: int, told: int | None) -> Quantity:
    """A count for the attacker; a small one is sensitive."""
    need = open_count(count) if count < MINIMUM_COUNT else None
    if told is None:
        # Shown as none or few: a reader does not learn whether by its people or by its families.
        return Quantity(count, need=need)
    return Perturbed(count, grid=1.0, need=need, told=told)


def _share(asked: Asked, cell: _Cell, key: Key) -> tuple[dict[str, Any], dict[Key, Quantity], Relation]:
    """The share of a cell's people who have something, of those of whom it is known."""
    assert asked.share is not None  # noqa: S101  (asked by the caller)
    had = cell.rows.filter(pl.col(asked.share))
    could = cell.rows.filter(pl.col(asked.share).is_not_null())
    some, of_all = (_Cell.of(asked, cell.name, part) for part in (had, could))
    without = could.height - had.height
    fine = cell.may_be_shown and some.may_be_shown and of_all.may_be_shown and some.shown <= of_all.shown
    parts = {
        (*key, f"{asked.share} known"): _quantity(of_all.count, of_all.shown if fine else None),
        (*key, asked.share): _quantity(some.count, some.shown if fine else None),
        (*key, f"no {asked.share}"): _quantity(without, None),
    }
    whole, with_it, without_it = parts
    shown: dict[str, Any] = {"could": None, "had": None, "share": None, "moved_by": None}
    if fine:
        share = some.shown / of_all.shown
        # Of noise alone, from the variances of the two counts.
        moved = (1 + share**2) ** 0.5 * SPREAD**0.5 / of_all.shown
        shown = {"could": of_all.shown, "had": some.shown, "share": round(share, 3), "moved_by": round(moved, 3)}
    return shown, parts, Relation((whole,), (with_it, without_it))


_PARTS = ("could", "had", "had not")


def _sums(asked: Asked, values: Mapping[str, list[str]]) -> list[Relation]:
    """How cells add up: over each column's values to its total."""
    found = []
    names = list(product(*values.values()))
    for at in range(len(asked.by)):
        for name in names:
            if name[at] == ALL:
                parts = [(*name[:at], value, *name[at + 1 :]) for value in values[asked.by[at]] if value != ALL]
                found.append(Relation((_key(asked, name),), tuple(_key(asked, part) for part in parts)))
    return found


def _key(asked: Asked, cell: Cell) -> Key:
    """The name of those who are counted, the same in whichever table they stand."""
    said = [*asked.where, *((column, value) for column, value in zip(asked.by, cell, strict=True) if value != ALL)]
    return (asked.unit, *(f"{column}={value}" for column, value in sorted(said)))


def _of_means(asked: Asked, cells: list[_Cell], costs: pl.DataFrame) -> Answer:
    assert asked.mean is not None  # noqa: S101  (asked by the caller)
    theme, window = asked.mean
    of_theme = costs.filter((pl.col("theme") == theme) & (pl.col("window") == window))
    rows, behind = [], []
    for cell in cells:
        spent = of_theme.filter(pl.col("family_id").is_in(cell.rows["family"].implode()))
        mean, rule, true = mean_and_rule(spent)
        name: dict[str, Any] = dict(zip(asked.by, cell.name, strict=True))
        fine = rule is None and cell.may_be_shown
        note = "" if fine else "withheld"
        rows.append(name | (mean if fine else dict.fromkeys(mean)) | {"note": note})
        behind.append(name | true | {"rule": "" if rule is None else RULES[rule]})
    return Answer(asked, _frame(rows), pl.DataFrame(behind), waits=True)


def _frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    kinds: dict[str, type[pl.DataType]] = {"count": pl.Int64, "could": pl.Int64, "had": pl.Int64}
    kinds |= dict.fromkeys(("share", "moved_by", "mean", "low", "high", "rounded_to"), pl.Float64)
    return pl.DataFrame(rows, schema={name: kinds.get(name, pl.String) for name in rows[0]})
