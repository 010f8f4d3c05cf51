"""The left wing: a simulated population, its truth, and each body's register of it.

Assets that exist only in a rehearsal. On real extracts `extracts.py` takes their place under the same keys, and
this module is not imported.
"""

import datetime as dt
from collections.abc import Iterable

import dagster as dg
import polars as pl

from tf_linkage import bodies, population
from tf_linkage.bodies import body_of, council
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.defs.metadata.description import study_asset
from tf_linkage.defs.resources import Simulation
from tf_linkage.population.settings import Settings
from tf_linkage.workspace.code_version import code_version

TableSet = dict[str, pl.LazyFrame]
POPULATION = {"people": "population/people"}


def settings_of(simulation: Simulation) -> Settings:
    """The population's settings, from what the launchpad holds."""
    return Settings(
        seed=simulation.seed,
        families=simulation.families,
        population=simulation.population,
        councils=tuple(simulation.councils),
        noise=simulation.noise.value,
        noise_multiplier=simulation.noise_multiplier,
        moves_together=simulation.moves_together,
        confounding=simulation.confounding.value,
        confounding_strength=simulation.confounding_strength,
        history_from=dt.date.fromisoformat(simulation.history_from),
        identified_from=dt.date.fromisoformat(simulation.identified_from),
        identified_to=dt.date.fromisoformat(simulation.identified_to),
        extract=dt.date.fromisoformat(simulation.extract),
    )


def world_assets(simulation: Simulation, departments: Iterable[str] = DEPARTMENTS) -> list[dg.AssetsDefinition]:
    """Population, truth, the councils' and the departments' registers, for the given settings."""
    registers = [made for name in departments for made in _register_assets(name)]
    return [_people(simulation), _truth(), _counts(), _cohort(), *registers]


def _people(simulation: Simulation) -> dg.AssetsDefinition:
    @study_asset(
        "population/people",
        "Families and people of a simulated England: who they are, where they live and what happens to them. "
        "Nobody here is real.",
        rooms=["population"],
        choices=simulation.model_dump(mode="json"),
    )
    def people(simulation: Simulation) -> dg.MaterializeResult[TableSet]:
        return dg.MaterializeResult(
            value=population.simulate(settings_of(simulation)),
            # The launchpad may have changed the settings: then everything downstream is out of date.
            data_version=dg.DataVersion(code_version(("population",), simulation.model_dump(mode="json"))),
        )

    return people


def _truth() -> dg.AssetsDefinition:
    @study_asset(
        "population/truth",
        "Who every record really belongs to and what went wrong in it. Only the quality figures may read it.",
        rooms=["population", "bodies"],
        ins=POPULATION,
    )
    def truth(people: TableSet, simulation: Simulation) -> TableSet:
        return bodies.truth(people, settings_of(simulation))

    return truth


def _counts() -> dg.AssetsDefinition:
    @study_asset(
        "population/population_counts",
        "How many families of the population share a make-up. No reference to anybody: the one thing that crosses "
        "to disclosure control.",
        rooms=["population"],
        ins=POPULATION,
    )
    def population_counts(people: TableSet, simulation: Simulation) -> pl.LazyFrame:
        return population.population_counts(people, settings_of(simulation))

    return population_counts


def _cohort() -> dg.AssetsDefinition:
    @study_asset(
        "council/cohort",
        "What the councils give the trusted third party: people in families with two or more of six problems.",
        rooms=["population", "bodies"],
        ins=POPULATION,
    )
    def cohort(people: TableSet, simulation: Simulation) -> pl.LazyFrame:
        return council.cohort(people, settings_of(simulation))

    return cohort


def _register_assets(name: str) -> list[dg.AssetsDefinition]:
    """A department's people and histories."""
    department, body = DEPARTMENTS[name], body_of(name)

    @study_asset(
        f"{name}/{department.people[0]}",
        f"{department.title}: everyone in its register, as it recorded them.",
        rooms=["population", "bodies", *department.packages],
        ins=POPULATION,
    )
    def register(people: TableSet, simulation: Simulation) -> pl.LazyFrame:
        return body.people(people, settings_of(simulation))

    @study_asset(
        f"{name}/{department.histories[0]}",
        f"{department.title}: what its register holds about them ({', '.join(department.histories[1])}).",
        rooms=["population", "bodies", *department.packages],
        ins=POPULATION,
    )
    def histories(people: TableSet, simulation: Simulation) -> TableSet:
        return body.histories(people, settings_of(simulation))

    return [register, histories]
