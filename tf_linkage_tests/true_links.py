"""A simulated study without linking: the truth says whose each record is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from tf_linkage import bodies, custody, linkage, population
from tf_linkage.bodies import council, dfe, dwp, moj
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.defs.assets.ons import PAIR, RECORD
from tf_linkage.quality.studies.effect_recovery import on_true_links
from tf_linkage.rehearsal.world import settings_of
from tf_linkage.study import Study


@dataclass(frozen=True)
class TrulyLinked:
    """What research begins from, as if every department had found its people and no others.

    Attributes:
        linked_people: `ons.LinkedPeople`; every link is as sure as can be.
        attributes: `ons.Attributes`.
        returns: histories by department and table.
        truth: the truth's tables.
        counts: `contracts.handovers.population_counts.PopulationCounts`.
    """

    linked_people: pl.LazyFrame
    attributes: pl.LazyFrame
    returns: Mapping[str, Mapping[str, pl.LazyFrame]]
    truth: Mapping[str, pl.LazyFrame]
    counts: pl.LazyFrame


def truly_linked(study: Study) -> TrulyLinked:
    """A study's world on true links."""
    settings = settings_of(study)
    people = population.simulate(settings)
    cohort = council.cohort(people, settings)
    duplicates = linkage.find_duplicates(cohort, RECORD).rename(PAIR)
    identifiers, attributes = custody.split(cohort, duplicates, custody.REHEARSAL_KEY)
    unlinked = custody.linked_people(identifiers, attributes, {}, custody.REHEARSAL_KEY)
    histories = {
        name: body.histories(people, settings) for name, body in (("dwp", dwp), ("moj", moj), ("dfe", dfe))
    }
    truth = bodies.truth(people, settings)
    linked, returns = on_true_links(unlinked, attributes, histories, truth["records"])
    sure = linked.with_columns(
        pl.when(pl.col(f"{name}_ref").is_not_null()).then(pl.lit("very high")).alias(f"{name}_link")
        for name in DEPARTMENTS
    )
    return TrulyLinked(sure, attributes, returns, truth, population.population_counts(people, settings))
