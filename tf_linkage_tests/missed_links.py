"""Worlds of families in which links miss one group's events more than the other's, and what estimates make of it.

Only what the estimators read is drawn: families with a trait that councils see and one that they do not, events,
who is in the register, who is found there and how surely, and whom a council's flag puts there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from telling import told

from tf_linkage.contracts.outputs.estimates import LINKAGE_METHODS, METHODS
from tf_linkage.research.estimates.differences import rate_ratios
from tf_linkage.research.estimates.linkage_error import corrected_ratios
from tf_linkage.research.estimates.linkage_error.recall import recall_of
from tf_linkage.research.estimates.weighting import grouped
from tf_linkage.research.tables.outcomes import EVENTS

OUTCOME = "conviction"
WEIGHTED = METHODS[1]
SIZE = 3
"""People of a family: two adults and a child."""

YEARS = 1.5
STRANGERS = 0.5
"""Events a year of somebody whom the register holds, of those alike in age."""


@dataclass(frozen=True)
class Choices:
    """What a world is like.

    Attributes:
        families: of both groups together.
        ratio: true ratio of yearly rates.
        recall: of those in the register, whom links find, in comparison and programme.
        false: of those not in the register, who is taken for somebody else.
        flagged: of those in the register, whom a council's flag puts there.
        flag_error: of those flagged, who is not in the register.
        together: how much alike, as the deviation of a logit, people of one family are in being found.
    """

    families: int
    ratio: float = 0.85
    recall: tuple[float, float] = (0.974, 0.951)
    false: float = 0.001
    flagged: float = 0.06
    flag_error: float = 0.01
    together: float = 1.0


@dataclass(frozen=True)
class World:
    """Families as drawn.

    Attributes:
        people: everybody, with what was found of them.
        family: the families' references.
        on: which of them are on the programme.
        seen: the trait that councils see.
        need: the trait that nobody sees.
    """

    people: pl.DataFrame
    family: np.ndarray
    on: np.ndarray
    seen: np.ndarray
    need: np.ndarray


def rows_of(choices: Choices, seed: int) -> dict[str, dict[str, Any]]:
    """The weighted, corrected and bounding rows of one world, by method."""
    world = drawn_families(choices, seed)
    return _estimated(world.people, world.family, world.on, world.seen, seed)


def drawn_families(choices: Choices, seed: int) -> World:
    """A world."""
    rng = np.random.default_rng(seed)
    n = choices.families
    seen, need = rng.normal(size=n), rng.normal(size=n)
    on = rng.random(n) < 1 / (1 + np.exp(-0.5 * seen))
    of = np.repeat(np.arange(n), SIZE)
    adult = np.tile([True, True, False], n)
    rate = 0.06 * np.exp(0.5 * need + 0.3 * seen)[of] * np.where(adult, 1.2, 0.6)
    events = rng.poisson(rate * YEARS * np.where(on, choices.ratio, 1.0)[of])
    registered = (events > 0) | (rng.random(n * SIZE) < 0.1)
    linked, found = linked_and_found(choices, rng, on, of, registered=registered)
    found_events = np.where(found, events, np.where(linked, rng.poisson(STRANGERS * YEARS, n * SIZE), 0))
    # Two in a hundred of the right links are no better than moderate, and most of the false ones.
    doubtful = rng.random(n * SIZE) < np.where(found, 0.02, 0.6)
    flagged = np.where(
        registered,
        rng.random(n * SIZE) < choices.flagged,
        rng.random(n * SIZE) < choices.flagged * choices.flag_error * registered.mean() / (1 - registered.mean()),
    )
    family = np.char.zfill(np.arange(n).astype(str), 6)
    people = pl.DataFrame(
        {
            "person_id": np.char.zfill(np.arange(n * SIZE).astype(str), 7), "family_id": family[of],
            "programme": on[of], "adult": adult, "la_code": (of % 5).astype(str), "present": flagged,
            "linked": linked, "months": int(YEARS * 12), "events": found_events,
            "confidence": np.where(doubtful, "moderate", "very high"),
        }
    )  # fmt: skip
    people = people.with_columns(
        pl.when("linked").then("confidence"), outcome=pl.lit(OUTCOME), unit=pl.lit("family")
    )
    return World(people, family, on, seen, need)


def linked_and_found(
    choices: Choices, rng: np.random.Generator, on: np.ndarray, of: np.ndarray, *, registered: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Who is linked, and who of them to their own record."""
    alike = choices.together * rng.normal(size=len(on))
    middle = np.where(on, *(_logit(choices.recall[group], choices.together) for group in (1, 0)))
    chance = 1 / (1 + np.exp(-(middle + alike)[of]))
    found = registered & (rng.random(len(of)) < chance)
    return found | (~registered & (rng.random(len(of)) < choices.false)), found


def _logit(mean: float, spread: float) -> float:
    """The middle of a normal logit whose chances have that mean."""
    at, weights = np.polynomial.hermite_e.hermegauss(40)
    low, high = -10.0, 20.0
    for _ in range(60):
        middle = (low + high) / 2
        share = float((weights / (1 + np.exp(-(middle + spread * at)))).sum() / weights.sum())
        low, high = (middle, high) if share < mean else (low, middle)
    return (low + high) / 2


def _estimated(
    people: pl.DataFrame, family: np.ndarray, on: np.ndarray, seen: np.ndarray, seed: int
) -> dict[str, dict[str, Any]]:
    groups = grouped(
        pl.DataFrame({"family_id": family, "study_group": np.where(on, "programme", "comparison"), "seen": seen})
    )
    key = ["family_id", "outcome", "unit"]
    of_families = (
        people.group_by(key, maintain_order=True)
        .agg(pl.col("months", "events").sum(), people=pl.len(), people_with=(pl.col("events") > 0).sum())
        .sort(key)
    )
    weighted = list(rate_ratios(of_families, groups, WEIGHTED))
    recall = {EVENTS[OUTCOME][0]: recall_of(people, np.random.default_rng(seed))}
    events = people.select(*key, "person_id", "months", "events")
    rows = [*weighted, *corrected_ratios(events, groups, recall, weighted)]
    return {row["method"]: row for row in rows}


def holding(choices: Choices, seeds: Iterable[int]) -> pl.DataFrame:
    """Over worlds, by method: how often the interval holds the true ratio, its mean width, and the bias."""
    rows = [
        {"method": method, "holds": row["low"] <= choices.ratio <= row["high"],
         "width": np.log(row["high"] / row["low"]), "off": np.log(row["estimate"] / choices.ratio)}
        for seed in told(seeds, "worlds made")
        for method, row in rows_of(choices, seed).items()
        if method in (WEIGHTED, *LINKAGE_METHODS)
    ]  # fmt: skip
    return (
        pl.DataFrame(rows)
        .group_by("method", maintain_order=True)
        .agg(pl.len().alias("worlds"), pl.col("holds", "width", "off").mean())
    )
