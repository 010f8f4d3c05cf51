"""Differences in share and in costs that allow for missed and false links, next to the weighted ones.

Three kinds. To whom it happened, and what they cost, in a register in which nobody's absence can be told from a
missed link: what is found is counted for what is missed. Whether it happened to anybody of a family: the same, with
what a family counts chosen for that (`anybody`). Absence and attainment, known of pupils found and of nobody else:
those found stand for those like them who are missed, without what strangers add.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tf_linkage.contracts.outputs.estimates import ALL_WINDOWS
from tf_linkage.research.estimates.influence import Groups, levels
from tf_linkage.research.estimates.linkage_error.anybody import anybody, anybody_of_found
from tf_linkage.research.estimates.linkage_error.levels_allowed import Allowed, Part, figures_of, rows_of
from tf_linkage.research.estimates.linkage_error.recall import COMPARISON, PROGRAMME, Recall
from tf_linkage.research.estimates.money import THEMES
from tf_linkage.research.tables.outcomes import EVENTS
from tf_linkage.research.tables.school_outcomes import ENOUGH, SCHOOLS

Floats = NDArray[np.float64]
Rows = Iterable[Mapping[str, Any]]

YOUNG = "child"

_KEY = ["family_id", "adult"]


def register_of(outcome: str) -> str:
    """The department whose register tells an outcome."""
    return SCHOOLS if outcome in ENOUGH else EVENTS[outcome][0]


@dataclass(frozen=True)
class ByAge:
    """What the corrections of shares are made of.

    Attributes:
        shares: what `by_family.shares_by_age` gives.
        linked: what `by_family.linked_by_age` gives.
    """

    shares: pl.DataFrame
    linked: pl.DataFrame


def linked_people(recalls: Mapping[str, Recall], everybody: pl.DataFrame) -> pl.DataFrame:
    """Who is linked to each register: person_id, and a column for each department whose recall is known.

    Args:
        recalls: by department.
        everybody: person_id of every member.
    """
    told = everybody.select("person_id").sort("person_id")
    for name, recall in recalls.items():
        mine = recall.people.select("person_id", pl.col("linked").alias(name))
        told = told.join(mine, on="person_id", how="left", maintain_order="left")
    return told


def corrected_shares(
    of: ByAge, groups: Groups, recalls: Mapping[str, Recall], weighted: Rows
) -> Iterator[dict[str, Any]]:
    """The weighted differences in share corrected for linkage, and the bounds on them.

    Args:
        of: counts by age.
        groups: the families and how much each counts.
        recalls: by department.
        weighted: the rows of the weighted differences, as `differences.share_differences` gives them.

    Yields:
        Rows of `contracts.outputs.estimates.Differences`: two for each weighted row of whose department recall is
        known. They have no estimate where the weighted row has none.
    """
    counted = {name: _counted(of, groups, name, recall) for name, recall in recalls.items()}
    for row in weighted:
        outcome, unit, window = row["outcome"], row["unit"], row["window"]
        name = register_of(outcome)
        if name not in counted:
            continue
        rows = counted[name].get((outcome, window)) if row.get("estimate") is not None else None
        figures: dict[str, dict[str, float]] = {}
        if rows is not None:
            figures = figures_of(_share(rows, unit, groups, recalls[name], measured=outcome in ENOUGH))
        yield from rows_of(dict(row), figures)


def _counted(of: ByAge, groups: Groups, name: str, recall: Recall) -> dict[tuple[str, str], pl.DataFrame]:
    """The rows of each outcome that a register tells, by outcome and window, with their cells and strangers."""
    mine = [outcome for outcome in of.shares["outcome"].unique().sort() if register_of(str(outcome)) == name]
    rows = (
        of.shares.filter(pl.col("outcome").is_in(mine))
        .join(of.linked.select("family_id", "outcome", "unit", linked=name), on=["family_id", "outcome", "unit"])
        .with_columns(adult=pl.col("unit") != YOUNG)
        .join(_cells(recall), on=_KEY)
        .join(groups.placed, on="family_id")
        .sort("outcome", "window", "family_id", "unit")
    )
    measured = pl.col("outcome").is_in(list(ENOUGH))
    linked = pl.when(measured).then(pl.col("people")).otherwise(pl.min_horizontal("linked", "people"))
    like = ["outcome", "window", "adult"]
    rows = rows.with_columns(linked=linked.cast(pl.Float64)).with_columns(
        strangers=pl.col("linked")
        * pl.col("people_with").sum().over(like)
        / pl.col("linked").sum().over(like).clip(lower_bound=1)
    )
    return {
        (str(outcome), str(window)): part
        for (outcome, window), part in rows.group_by("outcome", "window", maintain_order=True)
    }


def _cells(recall: Recall) -> pl.DataFrame:
    """The cell of each family's adults, and of its children; where one age has nobody, nothing is asked of it."""
    return (
        recall.people.sort("family_id", "adult", "person_id")
        .group_by(_KEY, maintain_order=True)
        .agg(pl.col("cell").first(), pl.col("linked").sum().alias("in_register"))
    )


def _share(rows: pl.DataFrame, unit: str, groups: Groups, recall: Recall, *, measured: bool) -> Allowed:
    mine = rows if unit == "family" else rows.filter(pl.col("unit") == unit)
    part = _part(mine, recall, "people_with")
    if unit == "family":
        return anybody_of_found(part, groups) if measured else anybody(part, groups)
    if measured:
        return _of_those_found(part, groups)
    there, people = _by_place(part.place, part.people, groups)
    return _summed([part], there, people, groups)


def _part(rows: pl.DataFrame, recall: Recall, found: str) -> Part:
    def of(name: str) -> Floats:
        return rows[name].to_numpy().astype(np.float64)

    place, cell = (rows[name].to_numpy().astype(np.int64) for name in ("place", "cell"))
    return Part(recall, place, of("weight"), cell, of(found), of("strangers"), of("people"), of("linked"))


def _by_place(place: NDArray[np.int64], values: Floats, groups: Groups) -> tuple[NDArray[np.int64], Floats]:
    summed = np.bincount(place, weights=values, minlength=groups.families.height).astype(np.float64)
    there = np.unique(place)
    return there, summed[there]


def _summed(
    parts: Sequence[Part], there: NDArray[np.int64], bottom: Floats, groups: Groups, certain: Floats | None = None
) -> Allowed:
    """Levels of sums over registers, over people or families.

    Args:
        parts: one for each register or kind of cost.
        there: families by their place.
        bottom: of each of them, what the sums are taken over.
        groups: the families and how much each counts.
        certain: of each of them, what is known without any register.
    """
    families = groups.families.height
    top = np.zeros(families)
    top[there] += 0.0 if certain is None else certain
    raw = top.copy()
    for part in parts:
        top += np.bincount(part.place, weights=part.each, minlength=families)
        raw += np.bincount(part.place, weights=part.found, minlength=families)
    weight = groups.families["weight"].to_numpy()[there]
    on = groups.families["programme"].to_numpy()[there] > 0
    drawn = np.add.reduce([part.drawn() for part in parts])
    recalled = [1.0, 1.0]
    for which, mine in ((COMPARISON, ~on), (PROGRAMME, on)):
        over = float((weight * bottom)[mine].sum())
        known = 0.0 if certain is None else float((weight * certain)[mine].sum())
        drawn[:, which] = (drawn[:, which] + known) / over
        corrected, seen = (float((weight * sums[there])[mine].sum()) for sums in (top, raw))
        recalled[which] = seen / corrected if corrected > 0 else 1.0
    found = levels(groups, there, top[there], bottom)
    return Allowed(found, drawn, (recalled[0], recalled[1]), min(part.recall.known for part in parts))


def _of_those_found(part: Part, groups: Groups) -> Allowed:
    """Shares of those found, each standing for those like them who are missed, without what strangers add."""
    recall = part.recall
    stands = part.people / recall.found[part.cell]
    there, bottom = _by_place(part.place, stands, groups)
    top = _by_place(part.place, part.each, groups)[1]
    on = groups.families["programme"].to_numpy()[part.place] > 0
    both = []
    for mine in (~on, on):
        people, those = ((part.weight * of)[mine].sum() for of in (part.people, stands))
        both.append(float(people / those) if those > 0 else 1.0)
    found = levels(groups, there, top, bottom)
    return Allowed(found, part.drawn() / part.drawn_behind(), (both[0], both[1]), recall.known, of_found=True)


def corrected_costs(
    spent: pl.DataFrame, families: pl.DataFrame, groups: Groups, recalls: Mapping[str, Recall], weighted: Rows
) -> Iterator[dict[str, Any]]:
    """The weighted differences in costs corrected for linkage, and the bounds on them.

    Args:
        spent: what `money.costs_by_age` gives.
        families: what `money.family_costs` gives.
        groups: the families and how much each counts.
        recalls: by department.
        weighted: the rows of the weighted differences, as `money.cost_differences` gives them.

    Yields:
        Rows of `contracts.outputs.estimates.Differences`; of all costs together where recall of every register is
        known.
    """
    told = {
        (str(theme), str(window)): of
        for (theme, window), of in spent.group_by("theme", "window", maintain_order=True)
    }
    followed = families.join(groups.placed, on="family_id").sort("theme", "window", "family_id")
    by_theme = {
        (str(theme), str(window)): of
        for (theme, window), of in followed.group_by("theme", "window", maintain_order=True)
    }
    for row in weighted:
        theme, window = row["outcome"], row["window"]
        themes = [theme] if theme in THEMES else list(THEMES) if theme not in _known(by_theme) else []
        if not themes or any(THEMES[each] not in recalls for each in themes):
            continue
        figures: dict[str, dict[str, float]] = {}
        if row.get("estimate") is not None:
            years = (ALL_WINDOWS[window][1] - ALL_WINDOWS[window][0]) / 12
            there = by_theme[themes[0], window]["place"].to_numpy().astype(np.int64)
            parts = [
                _of_theme(told.get((each, window)), by_theme[each, window], recalls[THEMES[each]], years)
                for each in themes
            ]
            certain = None if theme in THEMES else _certain(by_theme, window, years)
            figures = figures_of(_summed(parts, there, np.ones(len(there)), groups, certain))
        yield from rows_of(dict(row), figures)


def _known(by_theme: Mapping[tuple[str, str], pl.DataFrame]) -> set[str]:
    return {theme for theme, _ in by_theme if theme not in THEMES}


def _certain(by_theme: Mapping[tuple[str, str], pl.DataFrame], window: str, years: float) -> Floats:
    """Pounds a year of each family that no register tells."""
    of = [by_theme[theme, window]["pence"].to_numpy() for theme in sorted(_known(by_theme))]
    return np.asarray(np.add.reduce(of) / 100 / years, dtype=np.float64)


def _of_theme(spent: pl.DataFrame | None, families: pl.DataFrame, recall: Recall, years: float) -> Part:
    """Pounds a year by family and age, with what strangers of that age would have cost."""
    rows = families.select("family_id", "place", "weight").join(_cells(recall), on="family_id")
    pence = pl.lit(0).alias("pence")
    if spent is not None:
        rows = rows.join(spent.select(*_KEY, "pence"), on=_KEY, how="left")
        pence = pl.col("pence").fill_null(0)
    rows = rows.with_columns((pence / 100 / years).alias("pounds")).sort("place", "adult")
    rows = rows.with_columns(
        people=pl.lit(1.0),
        linked=pl.col("in_register"),
        strangers=pl.col("in_register")
        * pl.col("pounds").sum().over("adult")
        / pl.col("in_register").sum().over("adult").clip(lower_bound=1),
    )
    return _part(rows, recall, "pounds")
