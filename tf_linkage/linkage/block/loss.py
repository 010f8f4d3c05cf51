"""How many true pairs no blocking rule compares, as the links themselves tell: an estimate, never a recall.

Of each field it is known how often a person's two records agree on its keys, from links that another field's keys
brought together. Were errors in one field to say nothing of errors in another, these shares multiplied out over all
rules would be the share of true pairs that no rule compares: capture and recapture, with rules as lists. Records
that err in one field err in others oftener, so that more are missed than that.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tf_linkage.linkage.block.resembling import resembles_sql
from tf_linkage.linkage.model.model import BlockingRule, KeyPair, ResemblingRule, Rule
from tf_linkage.linkage.standardise.fields import field_of
from tf_linkage.linkage.tables.encoded import Tables

Bits = NDArray[np.bool_]


@dataclass(frozen=True)
class _Agreement:
    """Where the two records of each link agree.

    Attributes:
        equal: for each key of the rules.
        near: for each column of what resembles.
    """

    equal: dict[KeyPair, Bits]
    near: dict[str, Bits]


def never_compared(tables: Tables, rules: Sequence[Rule], links: pl.DataFrame) -> float | None:
    """Share of true pairs that meet none of the rules; None where the links do not tell.

    Args:
        tables: both tables.
        rules: those that were used.
        links: `left_row`, `right_row`, `match_probability` of links.
    """
    few, most = tables.model.settings.training.few, tables.model.settings.blocking.links_looked_at
    links = links.gather_every(max(1, links.height // most))
    if links.height < few:
        return None
    seen = _agreement(tables, rules, links)
    weight = links["match_probability"].to_numpy()
    least = tables.model.settings.blocking.resembling_in
    fields: dict[str, tuple[list[KeyPair], list[str]]] = defaultdict(lambda: ([], []))
    for pair in seen.equal:
        fields[_field(pair)][0].append(pair)
    for column in seen.near:
        fields[field_of(column)][1].append(column)
    # Rules that still hold, as bits, and columns that resemble: how likely, field by field.
    states: dict[tuple[int, int], float] = {((1 << len(rules)) - 1, 0): 1.0}
    for field, (keys, columns) in sorted(fields.items()):
        taken = _met_without(field, rules, seen, least)
        if weight[taken].sum() < few:
            # Every link was found by this field.
            taken = np.ones(len(weight), dtype=bool)
        outcomes = _outcomes(
            rules, keys, [seen.near[column] for column in columns], seen, np.where(taken, weight, 0.0)
        )
        states = _through(states, outcomes, least)
    keyed = sum(1 << at for at, rule in enumerate(rules) if isinstance(rule, BlockingRule))
    return sum(chance for (held, number), chance in states.items() if not held & keyed and number < least)


def _field(pair: KeyPair) -> str:
    ours, theirs = map(field_of, pair)
    return ours if ours == theirs else f"{ours} as {theirs}"


def _agreement(tables: Tables, rules: Sequence[Rule], links: pl.DataFrame) -> _Agreement:
    keys = list(dict.fromkeys(pair for rule in rules if isinstance(rule, BlockingRule) for pair in rule.keys))
    columns = [column for rule in rules if isinstance(rule, ResemblingRule) for column in rule.columns]
    tables.connection.register("linked", links.select("left_row", "right_row").with_row_index("place").to_arrow())
    asked = ", ".join(f"coalesce(l.{one} = r.{other}, false) AS k{at}" for at, (one, other) in enumerate(keys))
    found = tables.frame(
        f"SELECT {asked} FROM linked JOIN l ON left_row = l.row JOIN r ON right_row = r.row ORDER BY place"
    )
    tables.connection.unregister("linked")
    equal = {pair: found[f"k{at}"].to_numpy() for at, pair in enumerate(keys)}
    near = {}
    for column in columns:
        ours, theirs = tables.compared
        both = {"a": ours[column].rows(links["left_row"]), "b": theirs[column].rows(links["right_row"])}
        tables.connection.register("both_values", pl.DataFrame(both).with_row_index("place").to_arrow())
        resembling = f"SELECT coalesce({resembles_sql(tables)}, false) AS near FROM both_values ORDER BY place"
        near[column] = tables.frame(resembling)["near"].to_numpy()
        tables.connection.unregister("both_values")
    return _Agreement(equal, near)


def _met_without(field: str, rules: Sequence[Rule], seen: _Agreement, least: int) -> Bits:
    """Links that meet a rule which does not look at a field."""
    found = np.zeros(len(next(iter((seen.equal or seen.near).values()))), dtype=bool)
    fields = set(field.split(" as "))
    for rule in rules:
        if isinstance(rule, ResemblingRule):
            others = [seen.near[column] for column in rule.columns if field_of(column) not in fields]
            found |= np.sum(others, axis=0) >= least if others else False
        elif fields.isdisjoint(map(field_of, rule.columns)):
            found |= np.all([seen.equal[pair] for pair in rule.keys], axis=0)
    return found


def _outcomes(
    rules: Sequence[Rule],
    keys: Sequence[KeyPair],
    near: Sequence[Bits],
    seen: _Agreement,
    weight: NDArray[np.float64],
) -> dict[tuple[int, int], float]:
    """How likely each outcome of one field is: the rules that it lets hold, as bits, and columns that resemble."""
    lets = np.full(len(weight), (1 << len(rules)) - 1, dtype=object)
    for at, rule in enumerate(rules):
        if isinstance(rule, BlockingRule) and (asked := [seen.equal[pair] for pair in rule.keys if pair in keys]):
            lets[~np.all(asked, axis=0)] &= ~(1 << at)
    number = np.sum(near, axis=0, dtype=int) if near else np.zeros(len(weight), dtype=int)
    found: dict[tuple[int, int], float] = defaultdict(float)
    for rule_bits, resembling, one in zip(lets, number.tolist(), weight.tolist(), strict=True):
        found[rule_bits, resembling] += one
    total = sum(found.values())
    return {outcome: chance / total for outcome, chance in found.items() if chance > 0}


def _through(
    states: dict[tuple[int, int], float], outcomes: dict[tuple[int, int], float], least: int
) -> dict[tuple[int, int], float]:
    """What is likely after one field more."""
    found: dict[tuple[int, int], float] = defaultdict(float)
    for (held, number), chance in states.items():
        for (lets, more), share in outcomes.items():
            found[held & lets, min(number + more, least)] += chance * share
    return found
