"""Measures of the people: names, households, the families of the study.

One function for each calibration target about who there is.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from tf_linkage.bodies.calibration.measures import Found, World, share
from tf_linkage.population.people.households import ROLES
from tf_linkage.population.settings import day

# names


def _white_british(world: World) -> pl.Series:
    people = world.people.filter((pl.col("origin") == 0) & (pl.col("role") == 0) & (pl.col("surname_b_0") < 0))
    return people["surname_a_0"].value_counts(sort=True)["count"]


def _top(world: World, most: int) -> Found:
    counts = _white_british(world)
    total = int(counts.sum())
    value = int(counts.head(most).sum()) / max(total, 1)
    return Found(value, float(np.sqrt(value * (1 - value) / max(total, 1))), total)


def commonest_surname(world: World) -> Found:
    """Share of the commonest surname among heads of white British households."""
    return _top(world, 1)


def hundred_surnames(world: World) -> Found:
    """Share of the hundred commonest surnames; sampling inflates it slightly in small worlds."""
    found = _top(world, 100)
    return Found(found.value, found.error + 1.0 / np.sqrt(max(found.observations, 1)), found.observations)


def surname_skew(world: World) -> Found:
    """Effective number of surnames in thousands: one over the chance that two people share one."""
    counts = _white_british(world).to_numpy().astype(float)
    total = counts.sum()
    collision = (counts * (counts - 1)).sum() / (total * (total - 1))
    return Found(
        float(1e-3 / collision), float(1e-3 / collision * 2 / np.sqrt(max(collision * total**2 / 2, 1))), int(total)
    )


def ten_girls_names(world: World) -> Found:
    """Share of the ten commonest names of white British girls born 2006-10."""
    low, high = 13_149, 14_975
    girls = world.people.filter(
        (pl.col("origin") == 0)
        & (pl.col("gender") == 1)
        & pl.col("birth").is_between(low, high)
        & ~pl.col("named_after_parent")
    )
    counts = girls["forename"].value_counts(sort=True)["count"]
    total = max(int(counts.sum()), 1)
    value = float(counts.head(10).sum() / total)
    # The ten commonest of a small sample stand out more than the ten commonest of all.
    return Found(value, float(np.sqrt(value * (1 - value) / total)) * 1.5, int(counts.sum()))


def named_after_father(world: World) -> Found:
    """Share of eldest sons of known fathers who bear the father's forename."""
    fathers = world.people.filter((pl.col("place") <= 1) & (pl.col("gender") == 0)).select(
        "family", father="forename"
    )
    sons = world.people.filter(
        (pl.col("place") == 2) & (pl.col("gender") == 0) & (pl.col("role") == ROLES.index("child"))
    )
    pairs = sons.join(fathers, on="family")
    return share(pairs["forename"] == pairs["father"])


# households


def lone_parents(world: World) -> Found:
    """Share of lone parents among families with children."""
    families = world.families.filter(pl.col("kind").is_in([3, 4]))
    return share(families["kind"] == 4, families["weight"])


def stepfamilies(world: World) -> Found:
    """Share of couples with children who have stepchildren."""
    couples = world.families.filter(pl.col("kind") == 3)
    step = world.people.filter(pl.col("role") == ROLES.index("stepchild"))["family"].unique()
    return share(couples["family"].is_in(step.implode()), couples["weight"])


def multiple_maternities(world: World) -> Found:
    """Share of maternities that were multiple."""
    children = world.people.filter(pl.col("role").is_in([ROLES.index("child"), ROLES.index("stepchild")]))
    twins = children.filter("twin").group_by("family", "birth").len()
    maternities = len(children) - int((twins["len"] - 1).sum())
    value = len(twins) / max(maternities, 1)
    return Found(value, float(np.sqrt(value / max(maternities, 1))), maternities)


def movers(world: World) -> Found:
    """Share of residents who moved in the last year."""
    people = world.people.filter("resident")
    return share(people["moved_at_extract"] > day(world.settings.extract) - 365, people["weight"])


# cohort


def family_size(world: World) -> Found:
    """People named per study family."""
    sizes = world.members.group_by("family").len()["len"]
    counts = sizes.to_numpy()
    return Found(float(counts.mean()), float(counts.std() / np.sqrt(len(counts))), len(counts))


def young_members(world: World) -> Found:
    """Share of named people aged 18 or under on the day their family was found."""
    return share(world.members["true_age"] < 19)


def study_lone_parents(world: World) -> Found:
    """Share of lone parents among study families."""
    return share(world.members.unique("family", maintain_order=True)["kind"] == 4)
