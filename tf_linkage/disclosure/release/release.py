"""A release: what may be published of the estimates, and the decision on each figure.

Putting the tables together as one system, protecting it, and proving a release as it is stored.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, replace

import polars as pl

from tf_linkage.contracts.columns import schema_of
from tf_linkage.contracts.outputs.published import PUBLISHED_TABLES
from tf_linkage.contracts.outputs.release import DECISIONS, NEAR, Decisions
from tf_linkage.disclosure.release.across_releases import Released
from tf_linkage.disclosure.release.earlier_releases import ReleaseRefused
from tf_linkage.disclosure.release.renewal import Earlier, before_this, near_cells, protect_together
from tf_linkage.disclosure.suppression.attack import exposed
from tf_linkage.disclosure.suppression.linked_counts import Key, Quantity, System, joined
from tf_linkage.disclosure.suppression.secondary import Protected, protect
from tf_linkage.disclosure.tables.balance import balance
from tf_linkage.disclosure.tables.characteristics import characteristics_rows, characteristics_system
from tf_linkage.disclosure.tables.differences import differences
from tf_linkage.disclosure.tables.event_study import event_study, pretrends
from tf_linkage.disclosure.tables.money import money_rows, money_system
from tf_linkage.disclosure.tables.outcomes import outcome_rows, outcome_system
from tf_linkage.disclosure.tables.paths import path_rows, path_system
from tf_linkage.disclosure.tables.placebos import placebos
from tf_linkage.disclosure.tables.services import service_rows, service_system
from tf_linkage.disclosure.tables.within import subgroups

Tables = Mapping[str, pl.LazyFrame]
Frames = Mapping[str, pl.DataFrame]
Held = Mapping[str, frozenset[str]]
"""Cells that stand near an earlier release, by `table.figure`."""
Estimated = Mapping[str, tuple[pl.DataFrame, pl.DataFrame]]
"""Published tables of estimates by name, each with the decisions on its figures."""


@dataclass(frozen=True)
class Counted:
    """Published tables whose numbers are suppressed and attacked together with all others.

    Attributes:
        system: of the estimates, and of the numbers of the tables before it: the numbers and how they add up.
        rows: of the estimates and the names of the numbers that may be shown: the published tables, by name.
    """

    system: Callable[[Frames, Mapping[Key, Quantity]], System]
    rows: Callable[[Frames, Set[Key]], dict[str, pl.DataFrame]]


COUNTED: list[Counted] = [
    Counted(
        lambda estimates, _: outcome_system(estimates["outcome_counts"]),
        lambda estimates, shown: {"outcomes": outcome_rows(estimates["outcome_counts"], shown)},
    ),
    Counted(
        lambda estimates, others: service_system(estimates["service_use"], others),
        lambda estimates, shown: {"service_use": service_rows(estimates["service_use"], shown)},
    ),
    Counted(
        lambda estimates, others: path_system(estimates["benefit_paths"], others),
        lambda estimates, shown: {"benefit_paths": path_rows(estimates["benefit_paths"], shown)},
    ),
    Counted(
        lambda estimates, others: characteristics_system(
            estimates["characteristics"], estimates["overlap"], others
        ),
        lambda estimates, shown: characteristics_rows(estimates["characteristics"], estimates["overlap"], shown),
    ),
    Counted(
        lambda estimates, _: money_system(estimates["money"]),
        lambda estimates, shown: {"money": money_rows(estimates["money"], shown)},
    ),
]
"""In an order in which each may be bound to numbers of those before it."""


def propose_release(estimates: Tables, earlier: Sequence[Earlier] = ()) -> dict[str, pl.LazyFrame]:
    """Protects the estimates, by themselves and next to what was released before.

    Args:
        estimates: the tables of `contracts.outputs.estimates.ESTIMATE_TABLES`.
        earlier: the earlier releases of the same study, in their order.

    Returns:
        The tables of `contracts.outputs.release.RELEASE_TABLES`, by name.
    """
    frames = _collected(estimates)
    system = system_of(frames)
    before = before_this(system, earlier)
    kept_back = frozenset[Key]()
    if before:
        could_be = frozenset(key for key, number in system.quantities.items() if number.grid and not number.need)
        near = near_cells(_decisions(system, Protected(could_be, frozenset(), frozenset())), before)
        kept_back = frozenset(key for key in could_be if cell_words(key) in near.get(f"{key[0]}.{key[1]}", ()))
    protected = protect(system, kept_back)
    shown = protect_together(system, protected.shown, before)
    protected = replace(protected, shown=shown, secondary=protected.secondary | (protected.shown - shown))
    counts = _decisions(system, protected, kept_back)
    estimated = _estimated(frames, system, shown, {})
    if held := near_cells(_decided(counts, estimated), before):
        estimated = _estimated(frames, system, shown, held)
    decisions = _decided(counts, estimated)
    return {
        **{name: table.lazy() for name, table in _tables(frames, shown, estimated).items()},
        DECISIONS: decisions.sort("table", "figure", "cell").lazy(),
    }


def _decided(counts: pl.DataFrame, estimated: Estimated) -> pl.DataFrame:
    """The decision on each figure: counts and sums, and estimates that are neither."""
    return pl.concat([counts, *(_in_contract(decisions) for _, decisions in estimated.values())])


def _estimated(frames: Frames, system: System, shown: Set[Key], held: Held) -> Estimated:
    """Published tables of estimates, each with the decisions on its figures."""

    def near(figure: str) -> frozenset[str]:
        return held.get(figure, frozenset())

    return {
        "differences": differences(frames, shown, near("differences.estimate")),
        "placebos": placebos(frames, near("placebos.estimate")),
        "event_study": event_study(frames, near("event_study.estimate")),
        "pretrends": pretrends(frames, near("pretrends.estimate")),
        "subgroups": subgroups(frames, near("subgroups.estimate")),
        "balance": balance(frames, system, shown, near("balance.after")),
    }


def system_of(estimates: Mapping[str, pl.DataFrame]) -> System:
    """Everything that could be published of the estimates, as one system."""
    systems: list[System] = []
    quantities: dict[Key, Quantity] = {}
    for counted in COUNTED:
        systems.append(system := counted.system(estimates, quantities))
        quantities |= system.quantities
    return joined(systems)


@dataclass(frozen=True)
class Proof:
    """What an attack on a release found.

    Attributes:
        attacked: how many sensitive numbers were attacked, those that only follow from others among them.
        exposed: names of those that can be narrowed down too far.
        unlike: names of published tables that are not what the estimates and the decisions give.
    """

    attacked: int
    exposed: tuple[Key, ...]
    unlike: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing was found."""
        return not self.exposed and not self.unlike

    def __str__(self) -> str:
        if self.holds:
            return f"{self.attacked} sensitive numbers attacked, none can be narrowed down too far"
        narrow = f"{len(self.exposed)} sensitive numbers can be narrowed down too far"
        unlike = f"not as decided: {', '.join(self.unlike)}"
        return "; ".join([*([narrow] if self.exposed else []), *([unlike] if self.unlike else [])])


def must_hold(proof: Proof) -> None:
    """Refuses a release on which an attack succeeds.

    Raises:
        ReleaseRefused: says how much was found.
    """
    if not proof.holds:
        raise ReleaseRefused(f"not released: {proof}. Make research/release anew; what was released before stays")


def prove(stored: Tables, estimates: Tables) -> Proof:
    """Attacks a release as it is stored.

    What is shown is read from the published tables themselves, and not from the decisions about them.

    Args:
        stored: the tables of `contracts.outputs.release.RELEASE_TABLES`.
        estimates: what they were made from.
    """
    frames, published = _collected(estimates), _collected(stored)
    system = system_of(frames)
    shown = _shown_in(published, system)
    sensitive = system.sensitive()
    found = dict.fromkeys([*exposed(system, shown), *(key for key in sensitive if key in shown)])
    again = _tables(frames, shown, _estimated(frames, system, shown, _held_in(published[DECISIONS])))
    unlike = tuple(name for name, table in again.items() if not table.equals(published[name]))
    return Proof(len(sensitive), tuple(found), unlike)


def released(stored: Tables, estimates: Tables) -> Released:
    """What a release tells, as it is stored.

    Args:
        stored: the tables of `contracts.outputs.release.RELEASE_TABLES`.
        estimates: what they were made from.
    """
    system = system_of(_collected(estimates))
    return Released(system, frozenset(_shown_in(_collected(stored), system)))


def _tables(frames: Frames, shown: Set[Key], estimated: Estimated) -> dict[str, pl.DataFrame]:
    counted = {name: rows for tables in COUNTED for name, rows in tables.rows(frames, shown).items()}
    return counted | {name: table for name, (table, _) in estimated.items()}


def _held_in(decisions: pl.DataFrame) -> Held:
    """The cells that a release withholds because they stand near an earlier one."""
    rows = decisions.filter(pl.col("rule").cast(pl.String) == NEAR).select("table", "figure", "cell")
    held: dict[str, frozenset[str]] = {}
    for table, figure, cell in rows.iter_rows():
        held[f"{table}.{figure}"] = held.get(f"{table}.{figure}", frozenset()) | {cell}
    return held


def _shown_in(published: Mapping[str, pl.DataFrame], system: System) -> set[Key]:
    """The numbers of the system that stand in the published tables."""
    figures = {key[:2] for key, quantity in system.quantities.items() if quantity.grid is not None}
    shown: set[Key] = set()
    for table, figure in sorted(figures):
        key = PUBLISHED_TABLES[table].primary_key()
        there = published[table].filter(pl.col(figure).is_not_null()).select(pl.col(key).cast(pl.String))
        shown |= {(table, figure, *row) for row in there.iter_rows()}
    return shown


def _decisions(system: System, protected: Protected, kept_back: Set[Key] = frozenset()) -> pl.DataFrame:
    rows = []
    for key, quantity in system.quantities.items():
        if quantity.grid is None:
            continue
        rule = quantity.need.rule if quantity.need else NEAR if key in kept_back else "protects another"
        rows.append(
            {
                "table": key[0],
                "figure": key[1],
                "cell": cell_words(key),
                "value": quantity.value,
                "people": quantity.people,
                "families": quantity.families,
                "shown": key in protected.shown,
                "rule": None if key in protected.shown else rule,
            }
        )
    return _in_contract(pl.DataFrame(rows, infer_schema_length=None))


def _in_contract(decisions: pl.DataFrame) -> pl.DataFrame:
    schema = pl.Schema(schema_of(Decisions))
    return decisions.cast(schema) if decisions.height else pl.DataFrame(schema=schema)


def cell_words(key: Key) -> str:
    """A number's row in words, such as `family, conviction, programme, year before, all`."""
    return ", ".join(key[2:])


def _collected(tables: Tables) -> dict[str, pl.DataFrame]:
    return {name: table.collect() for name, table in tables.items()}
