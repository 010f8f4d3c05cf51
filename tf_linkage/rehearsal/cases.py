"""One simulated study from its settings to its figures, in memory and without Dagster: a case of many.

The spine as plain calls, for what needs it over and over: the accepted baseline and the sweeps. Tests hold it to
the figures that the job stores.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from tf_linkage import bodies, custody, linkage, population, quality
from tf_linkage.bodies import body_of, council
from tf_linkage.contracts.columns import schema_of
from tf_linkage.contracts.handovers import exchange
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.custody.references.people import PAIR, RECORD
from tf_linkage.linkage import LinkResult
from tf_linkage.population.settings import Settings
from tf_linkage.rehearsal.world import settings_of
from tf_linkage.study import Study

Frames = Mapping[str, pl.LazyFrame]


@dataclass(frozen=True)
class Case:
    """The settings of one case.

    Attributes:
        world: the simulated world.
        engine: the linkage engine.
        nino_kept: share of the National Insurance numbers councils know that they hand over, 0 to 1.
        family_evidence: whether a family's links speak for its other members.
    """

    world: Settings
    engine: str
    nino_kept: float = 1.0
    family_evidence: bool = True

    @classmethod
    def of(cls, study: Study, *, nino_kept: float = 1.0, family_evidence: bool = True) -> "Case":
        """The study as a case."""
        return cls(settings_of(study), study.engine, nino_kept, family_evidence)


@dataclass(frozen=True)
class Sent:
    """A case before its departments link.

    Attributes:
        attributes: `ons.Attributes`.
        asked: by department, person_id and request_ref.
        requests: by department, the request with its identifiers.
        registers: by department, its table of people with identifiers.
        truth: the tables of `population/truth`.
    """

    attributes: pl.LazyFrame
    asked: Frames
    requests: Frames
    registers: Frames
    truth: Frames


@dataclass(frozen=True)
class Linked:
    """A case when its departments have linked.

    Attributes:
        attributes: `ons.Attributes`.
        asked: by department, person_id and request_ref.
        results: by department, what the linkage handed back.
        truth: the tables of `population/truth`.
        requests: by department, what it was sent.
        registers: by department, its people.
    """

    attributes: pl.LazyFrame
    asked: Frames
    results: Mapping[str, LinkResult]
    truth: Frames
    requests: Frames
    registers: Frames

    def figures(self) -> pl.DataFrame:
        """`contracts.outputs.quality.Metrics` of the case."""
        links = {name: links_of(result).lazy() for name, result in self.results.items()}
        return quality.evaluate(self.attributes, self.asked, links, self.truth).collect()


def sent_case(case: Case) -> Sent:
    """Simulate a case up to what each department is sent and holds."""
    people = population.simulate(case.world)
    cohort = with_ninos(council.cohort(people, case.world), case.nino_kept, case.world.seed)
    duplicates = linkage.find_duplicates(cohort, RECORD).rename(PAIR)
    key = custody.REHEARSAL_KEY
    identifiers, attributes = custody.split(cohort, duplicates, key)
    asked, requests, registers = {}, {}, {}
    for name, department in DEPARTMENTS.items():
        recipient = custody.recipient_key(key, name)
        request = custody.link_request(identifiers, department, recipient, case.world.extract).collect().lazy()
        requests[name], registers[name] = request, body_of(name).people(people, case.world)
        asked[name] = custody.people_asked(request, attributes, recipient)
    return Sent(attributes, asked, requests, registers, bodies.truth(people, case.world))


def link_case(case: Case) -> Linked:
    """Simulate a case and link it."""
    sent, results = sent_case(case), {}
    for name, department in DEPARTMENTS.items():
        model = linkage.department_model(name, department.request_columns)
        model = dataclasses.replace(model, family_evidence=case.family_evidence)
        results[name] = linkage.link(sent.requests[name], sent.registers[name], model, engine=case.engine)
    return Linked(sent.attributes, sent.asked, results, sent.truth, sent.requests, sent.registers)


def links_of(result: LinkResult) -> pl.DataFrame:
    """The links of a result as `exchange.Links`."""
    named = result.links.rename({"left_id": "request_ref", "right_id": "register_key"})
    return named.cast(pl.Schema(schema_of(exchange.Links)))


def with_ninos(cohort: pl.LazyFrame, kept: float, seed: int) -> pl.LazyFrame:
    """The cohort with a share of its NINOs; with the same seed, a smaller share keeps some of the same."""
    if kept >= 1:
        return cohort
    rows = cohort.collect().sort(RECORD)
    luck = np.random.default_rng(seed).random(rows.height)
    return rows.with_columns(nino=pl.when(pl.Series(luck < kept)).then("nino")).lazy()
