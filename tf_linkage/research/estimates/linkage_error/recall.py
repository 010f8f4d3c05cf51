"""Recall by group without truth: of people whom a council's flags put in a register, the share whom links find.

These people are known to be present, so that nobody's absence is taken for a missed link. They are those in recent
contact with the service, as are people with an outcome: it is their recall that a correction of outcomes needs.

What the flags do not bear: of people flagged, a share q is not in the register after all (one to two in a hundred
where flags were held against the truth). The share found is then recall times 1 - q, too low in both groups alike:
a ratio of corrected rates does not feel it, corrected levels and differences come out too large by 1 / (1 - q). The
bounds let q lie anywhere up to `FLAG_ERROR`, in each group for itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tf_linkage.contracts.handovers.exchange import CONFIDENCES
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.intervals import design_effect

Floats = NDArray[np.float64]

ADULT = 18
DRAWS = 2_000
SEED = 20_150
"""Of the draws: the same figures from the same links."""

MINIMUM_COUNT = 10
"""Families with somebody known to be present that each group must have before anything is said of its recall."""

FLAG_ERROR = 0.02
"""Most of those flagged that are not in the register after all. Measured in rehearsals: .01 to .02."""

WRONG_AT_MOST: Mapping[str, float] = dict(zip(CONFIDENCES, (0.001, 0.01, 0.1), strict=True))
"""Of the links in each band, the share that may be false: what the band's posterior leaves. Half of it is expected.
A band's links are wrong together or not at all, so that one figure is drawn for all of them."""

COMPARISON, PROGRAMME = 0, 1


@dataclass(frozen=True)
class Recall:
    """What is known of the links to one register.

    A cell is a group of people: programme or comparison, child or adult at the start, council.

    Attributes:
        people: everybody: person_id, family_id, cell, adult, linked, present (known to be).
        arm: of each cell, 1 on the programme, else 0.
        found: of each cell, the share that links find.
        found_drawn: draws of it from its distribution, draws by cells.
        wrong: of the links of comparison and programme, the share that is false.
        wrong_drawn: draws of it, draws by two.
        known: people by whom recall is known, in the group with fewer of them.
        together: how much alike people of one family are in being found: their correlation, 0 if not at all.
    """

    people: pl.DataFrame
    arm: NDArray[np.int64]
    found: Floats
    found_drawn: Floats
    wrong: Floats
    wrong_drawn: Floats
    known: int
    together: float = 0.0


def recalls(members: pl.DataFrame, linked_people: pl.DataFrame, attributes: pl.DataFrame) -> dict[str, Recall]:
    """Recall by department, for each that declares by which flags its people are known.

    Args:
        members: `half_years.Laid.members`.
        linked_people: `ons.LinkedPeople`.
        attributes: `ons.Attributes`.

    Returns:
        By the department's name. A department is left out if a group has fewer than ten families with anybody
        known to be present.
    """
    people = _placed(members, attributes)
    found = {}
    for place, name in enumerate(DEPARTMENTS):
        links = linked_people.select(
            "person_id",
            linked=pl.col(f"{name}_ref").is_not_null(),
            confidence=pl.col(f"{name}_link").cast(pl.String),
        )
        of = people.join(links, on="person_id", how="left").sort("person_id").with_columns(
            pl.col("linked").fill_null(value=False),
            present=pl.col(f"{name}_known"),
        )  # fmt: skip
        families = of.filter("present").group_by("programme").agg(pl.col("family_id").n_unique())
        if families.height == 2 and families["family_id"].min() >= MINIMUM_COUNT:  # type: ignore[operator]
            found[name] = recall_of(of, np.random.default_rng((SEED, place)))
    return found


def recall_of(people: pl.DataFrame, rng: np.random.Generator) -> Recall:
    """Recall of one register.

    Args:
        people: person_id, family_id, programme, adult, la_code, present (known to be), confidence, linked.
        rng: for the draws.
    """
    cells = people.select("programme", "adult", "la_code").unique().sort("programme", "adult", "la_code")
    numbered = people.join(cells.with_row_index("cell"), on=["programme", "adult", "la_code"], nulls_equal=True)
    arm = cells["programme"].cast(pl.Int64).to_numpy()
    of = numbered.filter("present").sort("person_id")
    worth = 1 / design_effect(of["family_id"], of["linked"], within=of["programme"])
    cell, linked = of["cell"].to_numpy(), of["linked"].to_numpy().astype(float)
    known = np.bincount(cell, minlength=len(arm)) * worth
    seen = np.bincount(cell, weights=linked, minlength=len(arm)) * worth
    mean, drawn = np.zeros(len(arm)), np.zeros((DRAWS, len(arm)))
    for which in (COMPARISON, PROGRAMME):
        mine = arm == which
        mean[mine], drawn[:, mine] = shrunk(seen[mine], known[mine], rng)
    wrong, wrong_drawn = _false_links(numbered, rng)
    kept = numbered.select("person_id", "family_id", "cell", "adult", "linked", "present").sort("person_id")
    fewer = min(int((of["programme"] == side).sum()) for side in (True, False))
    return Recall(kept, arm, mean, drawn, wrong, wrong_drawn, fewer, _together(of["family_id"], 1 / worth))


MOST_ALIKE = 0.9


def _together(family: pl.Series, effect: float) -> float:
    """The correlation within families that makes a design effect of families of such sizes (Kish 1965)."""
    sizes = family.value_counts()["count"].to_numpy().astype(np.float64)
    others = float((sizes**2).sum() / sizes.sum()) - 1
    return float(np.clip((effect - 1) / others, 0.0, MOST_ALIKE)) if others > 0 else 0.0


def shrunk(found: Floats, known: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Shares of several cells, each drawn towards the share of all as far as chance explains how they differ.

    A beta distribution lies behind the cells; how far they spread is found by moments (Kleinman 1973), so that
    cells no further apart than chance would put them share one figure.

    Args:
        found: of each cell, how many were found.
        known: of how many.
        rng: for the draws.

    Returns:
        Mean of each cell, and draws by cells. The share of all is drawn first, then each cell given it.
    """
    share = (found.sum() + 0.5) / (known.sum() + 1)
    weight = _prior_worth(found, known, share)
    mean = (weight * share + found) / (weight + known)
    common = rng.beta(found.sum() + 0.5, known.sum() - found.sum() + 0.5, size=(DRAWS, 1))
    drawn = rng.beta(weight * common + found, weight * (1 - common) + known - found + _POSITIVE)
    return mean, np.clip(drawn, _POSITIVE, 1.0)


_POSITIVE = 1e-9
_ALIKE = 1e7
"""As many people as the share of all is worth where cells differ by no more than chance."""


def _prior_worth(found: Floats, known: Floats, share: float) -> float:
    """As how many people the share of all counts in each cell."""
    told = known[known > 0]
    if len(told) < 2:
        return _ALIKE
    spread = float((told * (found[known > 0] / told - share) ** 2).sum() / (share * (1 - share)))
    room = float(told.sum() - (told**2).sum() / told.sum()) - (len(told) - 1)
    alike = (spread - (len(told) - 1)) / room if room > 0 else 0.0
    return float(np.clip(1 / max(alike, 1 / _ALIKE) - 1, 1.0, _ALIKE))


def _false_links(people: pl.DataFrame, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Of the links of comparison and programme, the share that is false: expected, and drawn."""
    most = np.array(list(WRONG_AT_MOST.values()))
    parts = np.zeros((2, len(most)))
    for which in (COMPARISON, PROGRAMME):
        links = people.filter(pl.col("linked"), pl.col("programme") == bool(which))
        counts = [links.filter(pl.col("confidence") == band).height for band in WRONG_AT_MOST]
        parts[which] = np.array(counts) / max(1, links.height)
    return parts @ (most / 2), rng.uniform(0, most, size=(DRAWS, len(most))) @ parts.T


def _placed(members: pl.DataFrame, attributes: pl.DataFrame) -> pl.DataFrame:
    """Everybody's group, age and council, with the flags that any council wrote down for them."""
    of_records = attributes.sort("la_code", "person_ref").group_by("person_id", maintain_order=True)
    councils = of_records.agg(
        pl.col("la_code").first(),
        *(department.flagged.any().alias(f"{name}_known") for name, department in DEPARTMENTS.items()),
    )
    return (
        members.select(
            "person_id",
            "family_id",
            programme=pl.col("study_group") == "programme",
            adult=(pl.col("age") >= ADULT).fill_null(value=True),
        )
        .join(councils, on="person_id", how="left")
        .with_columns(pl.col(f"{name}_known").fill_null(value=False) for name in DEPARTMENTS)
    )
