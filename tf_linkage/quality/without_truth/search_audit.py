"""Recall from people, not from pairs: a clerk searches the register, by every means, for people without a link.

When it applies: somebody can search the register for a sample of the unlinked. It needs no flag and no posterior,
and sees those whom blocking lost.
How it fails: a clerk finds fewer than are there. Linked people of whom the record is known are hidden among those
to be searched for, and finds are divided by the share of them that was found; people who could not be linked are
harder to find than those, so that recall still runs a little high. Strangers taken for the person make it run low,
the more the fewer of the unlinked are there: a find counts where two clerks who search by themselves name the same
record. Somebody so like the person that both take him is counted as missed.

People without a link are sampled in strata of evidence: those with a candidate near the threshold first, of whom
many are there, and others for the rest. Within a stratum everybody is as likely to be drawn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from tf_linkage.linkage.model.settings import Review
from tf_linkage.quality.measures.figures import FIGURES
from tf_linkage.quality.without_truth.clerical import EASY

MEASURE = "search_recall"
DOUBTFUL, REST, SEED = "a candidate in doubt", "no candidate", "linked"
STRATA = (DOUBTFUL, REST)

SEARCHES = 400
"""Searches of an audit: some days of a clerk."""

SEEDS = 60
"""Linked people hidden among them, to learn which share of those who are there a clerk finds."""

PRIOR = 0.5
"""Jeffreys' prior of a share, in successes and failures."""

DRAWS = 4000


@dataclass(frozen=True)
class Stratum:
    """People without a link who have like evidence.

    Attributes:
        people: how many there are.
        searched: for how many a clerk searched.
        found: of how many a record was found, the same by both clerks.
    """

    people: int
    searched: int
    found: int


def usual_searches(people: pl.DataFrame) -> int:
    """Searches unless another number is asked for: twice `SEARCHES` where fewer than a third have a link.

    There hardly anybody without a link is in the register, and finds are few.

    Args:
        people: everybody sent, with `links`.
    """
    linked = (people["links"] > 0).sum()
    return SEARCHES if 3 * linked >= people.height else 2 * SEARCHES


def search_sample(
    people: pl.DataFrame, *, most: int | None = None, seeds: int = SEEDS, seed: int = 2015
) -> pl.DataFrame:
    """Whom to search for: at random within strata, linked people among them, in an order that tells nothing.

    Half of the searches at most go to people with a candidate in doubt; what these leave goes to the others.

    Args:
        people: everybody sent: a reference `ref`, `links` (how many) and `in_review`.
        most: searches for people without a link; `usual_searches` unless given.
        seeds: linked people besides.
        seed: of the sample.

    Returns:
        Columns ref and stratum.
    """
    rng = np.random.default_rng(seed)
    most = usual_searches(people) if most is None else most
    stratum = pl.when(pl.col("links") > 0).then(pl.lit(SEED)).when("in_review").then(pl.lit(DOUBTFUL)).otherwise(
        pl.lit(REST)
    )  # fmt: skip
    told = people.select("ref", stratum=stratum).sort("ref")
    sizes = {name: told.filter(pl.col("stratum") == name).height for name in (*STRATA, SEED)}
    doubtful = min(sizes[DOUBTFUL], max(most // 2, most - sizes[REST]))
    wanted = {DOUBTFUL: doubtful, REST: min(sizes[REST], most - doubtful), SEED: min(sizes[SEED], seeds)}
    drawn = [_some(told.filter(pl.col("stratum") == name), many, rng) for name, many in wanted.items()]
    chosen = pl.concat(drawn)
    return chosen[rng.permutation(chosen.height)]


def strata_of(people: pl.DataFrame, sample: pl.DataFrame, found: pl.Series) -> dict[str, Stratum]:
    """What an audit came to, by stratum; the linked people hidden in it stand under `SEED`.

    Args:
        people: as `search_sample`.
        sample: what it gave.
        found: for each row of the sample, whether both clerks found the same record.
    """
    searched = sample.with_columns(found=found)
    unlinked = people.filter(pl.col("links") == 0)
    doubtful = int(unlinked["in_review"].sum())
    sizes = {DOUBTFUL: doubtful, REST: unlinked.height - doubtful, SEED: people.height - unlinked.height}
    made = {}
    for name, many in sizes.items():
        of = searched.filter(pl.col("stratum") == name)
        made[name] = Stratum(many, of.height, int(of["found"].sum()))
    return made


def search_figures(strata: Mapping[str, Stratum], precision: float, *, seed: int = 2015) -> pl.DataFrame:
    """Recall as the audit gives it: right links over right links and people missed.

    What is not known is drawn: which share of those who are there a clerk finds, from the hidden links; how many
    of each stratum's sample were there and not found; how many of those not searched for are there (Jeffreys'
    priors). False links may hide people who are in the register under another record: the upper end takes every
    link for right, the lower end counts all false ones as missed.

    Args:
        strata: what `strata_of` gives.
        precision: share of links that are right, as expected or as a clerk's sample has it.
        seed: of the draws.

    Returns:
        One row of columns level, measure, numerator, denominator, value, low, high; the numerator are people found
        by searching, the denominator those searched for. No row where nobody was linked, or nobody without a link
        was searched for although there are some.
    """
    seeds, unlinked = strata[SEED], [strata[name] for name in STRATA]
    if not seeds.found or any(one.people and not one.searched for one in unlinked):
        return pl.DataFrame(schema=FIGURES)
    rng = np.random.default_rng(seed)
    right = seeds.people * precision
    missed = sum(one.people * one.found / one.searched for one in unlinked if one.searched)
    value = right / (right + missed / (seeds.found / seeds.searched))
    sensitivity = rng.beta(seeds.found + PRIOR, seeds.searched - seeds.found + PRIOR, DRAWS)
    drawn = np.zeros(DRAWS)
    for one in unlinked:
        # Among those searched for, people who are there and were not found: as many as come before so many finds.
        there = one.found + rng.negative_binomial(one.found + PRIOR, sensitivity)
        there = np.minimum(there, one.searched)
        rate = rng.beta(there + PRIOR, one.searched - there + PRIOR)
        drawn += there + rng.binomial(one.people - one.searched, rate)
    low = float(np.quantile(right / (right + drawn + seeds.people - right), 0.025))
    high = float(np.quantile(seeds.people / (seeds.people + drawn), 0.975))
    row = {"level": "all", "measure": MEASURE, "numerator": sum(one.found for one in unlinked),
           "denominator": sum(one.searched for one in unlinked), "value": value, "low": min(low, value),
           "high": max(high, value)}  # fmt: skip
    return pl.DataFrame([row], schema=FIGURES)


def simulated_audit(
    judged: pl.DataFrame,
    precision: float,
    *,
    wrong: float = Review.wrong,
    alike: float = 0.0,
    most: int | None = None,
    seed: int = 2015,
) -> pl.DataFrame:
    """The audit of a rehearsal: two clerks who know the truth and err as clerks do.

    Each of both misses a record that is there as often as he errs on a doubtful pair, and takes the person's
    likest stranger for him `EASY` times as often, each by himself but for those whom both see alike.

    Args:
        judged: as `judging.judge` makes them, with the truth.
        precision: as in `search_figures`.
        wrong: how often a clerk errs on a doubtful pair.
        alike: share of the people searched for on whom the second clerk errs where, and only where, the first does.
        most: searches; `usual_searches` unless given.
        seed: of the sample and of the clerks' errors.
    """
    people = judged.select("links", "in_review", "present", ref="person_id")
    sample = search_sample(people, most=most, seed=seed)
    there = sample.join(people.select("ref", "present"), on="ref", how="left", maintain_order="left")["present"]
    rng = np.random.default_rng(seed + 1)
    luck = rng.random((2, sample.height))
    luck[1] = np.where(rng.random(sample.height) < alike, luck[0], luck[1])
    hits = (luck >= wrong).all(axis=0)
    strangers = (luck < wrong * EASY).all(axis=0)
    found = pl.Series(np.where(there.to_numpy(), hits, strangers))
    return search_figures(strata_of(people, sample, found), precision, seed=seed + 2)


def _some(people: pl.DataFrame, many: int, rng: np.random.Generator) -> pl.DataFrame:
    return people[np.sort(rng.permutation(people.height)[:many])]
