"""Which tables each asset holds: the bridge from asset keys to contracts.

Read by the column tables of the UI, the contract checks and the privacy checks, so that a new table is
declared once.
"""

from collections.abc import Iterable, Mapping

import dataframely as dy

from tf_linkage.contracts import truth
from tf_linkage.contracts.bodies import council
from tf_linkage.contracts.handovers import exchange, ons, population_counts
from tf_linkage.contracts.link_requests import HashedRequest
from tf_linkage.contracts.linked_set import LINKED_SET
from tf_linkage.contracts.outputs import estimates, published, quality, release, research
from tf_linkage.contracts.outputs.without_names import WithoutNames
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.study import LinkageOn, Study

Tables = Mapping[str, type[dy.Schema]]
"""Contract by table name; an asset that is one table uses the empty name."""


def _departments() -> dict[str, Tables]:
    found: dict[str, Tables] = {}
    for name, department in DEPARTMENTS.items():
        people, contract = department.people
        histories, tables = department.histories
        found[f"{name}/{people}"] = {"": contract}
        found[f"{name}/{histories}"] = tables
        found[f"{name}/link_request"] = {"": department.request}
        found[f"linkage/{name}_links"] = {"": exchange.Links}
        found[f"{name}/return"] = exchange.return_tables(department.key, tables)
    return found


EFFECT_RECOVERY = "quality/effect_recovery"
RESEARCH_SET = "research/tables"
"""All tables that researchers work on: one hand-over, one set, gated together."""

TABLES: dict[str, Tables] = {
    "population/truth": {
        "people": truth.TruePeople,
        "records": truth.TrueRecords,
        "errors": truth.TrueErrors,
        "effects": truth.TrueEffects,
        "assignment": truth.TrueAssignment,
        "flag_errors": truth.TrueFlagErrors,
    },
    "population/population_counts": {"": population_counts.PopulationCounts},
    "council/cohort": {"": council.Cohort},
    **_departments(),
    "ons/identifiers": {"": ons.Identifiers},
    "ons/attributes": {"": ons.Attributes},
    "linkage/linked_people": {"": ons.LinkedPeople},
    "research/linked_set": LINKED_SET,
    RESEARCH_SET: research.RESEARCH_TABLES,
    "research/estimates": estimates.ESTIMATE_TABLES,
    "research/release": release.RELEASE_TABLES,
    "quality/linkage_quality": {"": quality.Metrics},
    "quality/gap_causes": {"": quality.GapCauses},
    EFFECT_RECOVERY: {"": quality.EffectRecovery},
    "quality/linkage_effects": {"": quality.LinkageEffects},
    "quality/typical_patterns": {"": quality.Patterns},
    "quality/engine_agreement": {"": quality.Metrics},
    "quality/identifiers_bought": {"": quality.Disclosures},
    "quality/linkage_without_names": {"": WithoutNames},
    "quality/sweep": {"": quality.Sweep},
    "published/findings": published.PUBLISHED_TABLES,
}


OR_ELSE: Mapping[str, Tables] = {f"{name}/link_request": {"": HashedRequest} for name in DEPARTMENTS}
"""By asset, the contract that it keeps instead where the study links without names."""


def tables_of(key: str, study: Study) -> Tables:
    """The contracts of an asset's tables under a study's choices; none where it has no tables."""
    hashed = key in OR_ELSE and study.linkage_on_of(key.split("/", maxsplit=1)[0]) is not LinkageOn.CLEAR
    return OR_ELSE[key] if hashed else TABLES.get(key, {})


def at_departments(names: Iterable[str]) -> set[str]:
    """What departments keep to themselves when they do their part elsewhere: their assets but the return."""
    return {
        key
        for name in names
        for key in (
            f"{name}/{DEPARTMENTS[name].people[0]}",
            f"{name}/{DEPARTMENTS[name].histories[0]}",
            f"{name}/link_request",
            f"linkage/{name}_links",
        )
    }


POPULATION_COUNTS = "population/population_counts"
SWEEP = "quality/sweep"
ASSESSED = (
    "quality/linkage_effects",
    "quality/typical_patterns",
    "quality/engine_agreement",
    "quality/identifiers_bought",
    "quality/linkage_without_names",
    SWEEP,
)
"""The longer studies: assets of job `assess`, which the main job leaves out."""

STUDIES_PAGE = "quality/long_studies"
"""The page of what they found."""

OF_THE_SIMULATION = ("population/", "quality/gap_causes", EFFECT_RECOVERY, *ASSESSED, STUDIES_PAGE)
"""How the keys of assets begin that real extracts do not have."""
