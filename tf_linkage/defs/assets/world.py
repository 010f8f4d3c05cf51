"""The left wing: a simulated population, its truth, and each body's register of it.

Assets that exist only in a rehearsal. On real extracts `extracts.py` takes their place under the same keys, and
this module is not imported.
"""

from collections.abc import Iterable

import dagster as dg
import polars as pl

from tf_linkage import bodies, population
from tf_linkage.bodies import body_of, council
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.defs.metadata.description import study_asset
from tf_linkage.rehearsal.world import settings_of
from tf_linkage.study import RECORDING, Study

TableSet = dict[str, pl.LazyFrame]
POPULATION = {"people": "population/people"}


def world_assets(study: Study, departments: Iterable[str] = DEPARTMENTS) -> list[dg.AssetsDefinition]:
    """Population, truth, the councils' and the departments' registers, for the given settings."""
    registers = [made for name in departments for made in _register_assets(name, study)]
    return [_people(study), _truth(study), _counts(study), _cohort(study), *registers]


def _recorded(study: Study) -> dict[str, object]:
    """The choices on which a body's records depend."""
    return study.chosen(*study.world, *RECORDING)


def _people(study: Study) -> dg.AssetsDefinition:
    @study_asset(
        "population/people",
        "Families and people of a simulated England: who they are, where they live and what happens to them. "
        "Nobody here is real.",
        rooms=["population"],
        choices=study.chosen(*study.world),
    )
    def people(study: dg.ResourceParam[Study]) -> TableSet:
        return population.simulate(settings_of(study))

    return people


def _truth(study: Study) -> dg.AssetsDefinition:
    @study_asset(
        "population/truth",
        "Who every record really belongs to and what went wrong in it. Only the quality figures may read it.",
        rooms=["population", "bodies"],
        ins=POPULATION,
        choices=_recorded(study),
    )
    def truth(people: TableSet, study: dg.ResourceParam[Study]) -> TableSet:
        return bodies.truth(people, settings_of(study))

    return truth


def _counts(study: Study) -> dg.AssetsDefinition:
    @study_asset(
        "population/population_counts",
        "How many families of the population share a make-up. No reference to anybody: the one thing that crosses "
        "to disclosure control.",
        rooms=["population"],
        ins=POPULATION,
        choices=study.chosen(*study.world),
    )
    def population_counts(people: TableSet, study: dg.ResourceParam[Study]) -> pl.LazyFrame:
        return population.population_counts(people, settings_of(study))

    return population_counts


def _cohort(study: Study) -> dg.AssetsDefinition:
    @study_asset(
        "council/cohort",
        "What the councils give the trusted third party: people in families with two or more of six problems.",
        rooms=["population", "bodies"],
        ins=POPULATION,
        choices=_recorded(study),
    )
    def cohort(people: TableSet, study: dg.ResourceParam[Study]) -> pl.LazyFrame:
        return council.cohort(people, settings_of(study))

    return cohort


def _register_assets(name: str, study: Study) -> list[dg.AssetsDefinition]:
    """A department's people and histories."""
    department, body = DEPARTMENTS[name], body_of(name)

    @study_asset(
        f"{name}/{department.people[0]}",
        f"{department.title}: everyone in its register, as it recorded them.",
        rooms=["population", "bodies", *department.packages],
        ins=POPULATION,
        choices=_recorded(study),
    )
    def register(people: TableSet, study: dg.ResourceParam[Study]) -> pl.LazyFrame:
        return body.people(people, settings_of(study))

    @study_asset(
        f"{name}/{department.histories[0]}",
        f"{department.title}: what its register holds about them ({', '.join(department.histories[1])}).",
        rooms=["population", "bodies", *department.packages],
        ins=POPULATION,
        choices=_recorded(study),
    )
    def histories(people: TableSet, study: dg.ResourceParam[Study]) -> TableSet:
        return body.histories(people, settings_of(study))

    return [register, histories]
