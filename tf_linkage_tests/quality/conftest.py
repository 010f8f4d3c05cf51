"""A study small enough to compute by hand: eleven people whose links and truth stand in one table."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from types import SimpleNamespace

import polars as pl
import pytest

from tf_linkage.contracts import truth
from tf_linkage.contracts.columns import schema_of
from tf_linkage.contracts.handovers import exchange, ons
from tf_linkage.contracts.outputs.quality import Disclosures, LinkageEffects, Patterns, Sweep
from tf_linkage.contracts.outputs.without_names import WithoutNames
from tf_linkage.quality import Assessment

HACKNEY, KENT = "E09000012", "E10000016"


@dataclass(frozen=True)
class World:
    """The tables that quality is handed."""

    attributes: pl.LazyFrame
    requested: dict[str, pl.LazyFrame]
    links: dict[str, pl.LazyFrame]
    truth: dict[str, pl.LazyFrame]

    def with_links(self, **links: pl.LazyFrame) -> World:
        """The same study, linked otherwise."""
        return replace(self, links=links)


def attribute(
    person: str, ref: str, la: str = HACKNEY, group: str = "programme", age: int = 20
) -> dict[str, object]:
    return {
        "person_id": person,
        "family_id": f"f-{person}",
        "la_code": la,
        "person_ref": ref,
        "age": age,
        "gender": "female",
        "study_group": group,
        "service_received": True,
        "identified_date": dt.date(2016, 1, 1),
    }


def true_person(name: str, community: str = "white british", **held: bool) -> dict[str, object]:
    return {
        "true_person": name,
        "true_family": f"f{name}",
        "community": community,
        "gender": "female",
        "age_band": "18-24",
        "la_code": HACKNEY,
        "deprivation": 1,
        "family_type": "couple",
        "study_group": "programme",
        "hard_cases": None,
        "in_dwp": held.get("dwp", False),
        "in_moj": held.get("moj", False),
        "in_dfe": held.get("dfe", False),
    }


def link(person: str, key: str, probability: float = 0.99, stage: str = "scored", status: str = "link"):
    return {
        "request_ref": f"r-{person}",
        "register_key": key,
        "match_weight": 20 * probability - 8,
        "match_probability": probability,
        "stage": stage,
        "status": status,
    }


def table(rows: list[dict[str, object]], contract: type) -> pl.LazyFrame:
    return pl.DataFrame(rows, schema=schema_of(contract)).lazy()


def requests_of(people: list[str]) -> pl.LazyFrame:
    return pl.DataFrame({"person_id": people, "request_ref": [f"r-{name}" for name in people]}).lazy()


def world_of(
    n: int,
    links: list[dict[str, object]],
    held: set[int],
    communities: dict[int, str] | None = None,
) -> World:
    """People p00.. sent to DWP; those held have the key k00.. there."""
    communities = communities or {}
    people = [f"p{i:02}" for i in range(n)]
    return World(
        attributes=table(
            [attribute(name, f"c{i}", HACKNEY if i % 2 else KENT) for i, name in enumerate(people)], ons.Attributes
        ),
        requested={"dwp": requests_of(people)},
        links={"dwp": table(links, exchange.Links)},
        truth={
            "people": table(
                [true_person(f"t{i:02}", communities.get(i, "white british"), dwp=i in held) for i in range(n)],
                truth.TruePeople,
            ),
            "records": table(
                [
                    {
                        "body": "council",
                        "record_key": f"{HACKNEY if i % 2 else KENT}|c{i}",
                        "true_person": f"t{i:02}",
                    }
                    for i in range(n)
                ]
                + [{"body": "dwp", "record_key": f"k{i:02}", "true_person": f"t{i:02}"} for i in sorted(held)],
                truth.TrueRecords,
            ),
        },
    )


@pytest.fixture
def world() -> World:
    """Forty people: 30 in the register, 10 absent.

    24 of the 30 are rightly linked (p00-p23), 3 linked to somebody else's record (p24 to k25's owner and so on),
    3 not linked (p27-p29) of whom p27 waits for review; of the 10 absent, one (p30) is linked to k28.
    """
    links = [link(f"p{i:02}", f"k{i:02}", stage="exact" if i < 12 else "scored") for i in range(24)]
    links += [link("p24", "k25", 0.8), link("p25", "k26", 0.8), link("p26", "k24", 0.8)]
    links += [link("p27", "k27", 0.3, status="review"), link("p30", "k28", 0.6)]
    return world_of(40, links, set(range(30)), dict.fromkeys(range(20, 40), "charedi"))


@pytest.fixture(scope="session")
def make() -> SimpleNamespace:
    """The builders above, for tests that lay out a study of their own."""
    return SimpleNamespace(
        attribute=attribute, link=link, requests_of=requests_of, table=table, world_of=world_of,
        true_person=true_person, hackney=HACKNEY, kent=KENT,
    )  # fmt: skip


def effect(links: str, group: str, value: float | None) -> dict[str, object]:
    ends = {"low": None, "high": None} if value is None else {"low": value - 0.01, "high": value + 0.01}
    return {
        "outcome": "custody", "department": "moj", "links": links, "threshold": "as run", "study_group": group,
        "people": None if value is None else 500, "value": value, **ends, "phantom": 3, "lost": None,
    }  # fmt: skip


@pytest.fixture
def assessment() -> Assessment:
    """One table of each longer study."""
    swept = [
        {"case": f"seed {i}", "department": "moj", "measure": measure, "value": 0.9 + i / 100,
         "family_evidence": evidence, "moves_together": i / 2, "numerator": 90 + i, "denominator": 100}
        for i in range(3) for evidence in ("with", "without") for measure in ("precision", "recall")
    ]  # fmt: skip
    disclosures = [
        {"department": "moj", "disclosed": name, "tells": "forename", "recall": recall, "outcome": "custody",
         "bias": -0.004}
        for name, recall in (("as agreed", 0.9), ("year of birth only", 0.7))
    ]  # fmt: skip
    steps = (("prior", -10.0), ("surname", 6.0), ("date_of_birth", 8.5))
    patterns = [
        {"department": "moj", "pattern": 1, "step": step, "pairs": 40, "linked": 38, "part": part, "bits": bits}
        for step, (part, bits) in enumerate(steps)
    ]
    effects = [effect(links, "difference", -0.02) for links in ("true", "found")]
    unnamed = [
        {
            "department": "moj",
            "arrangement": arrangement,
            "breakdown": "all",
            "level": "all",
            "measure": "missed_match_rate",
            "numerator": missed,
            "denominator": 100,
            "value": missed / 100,
            "low": missed / 100 - 0.01,
            "high": missed / 100 + 0.01,
        }
        for arrangement, missed in (("clear", 3), ("hashes", 5))
    ]
    of = {
        "effects": (effects, LinkageEffects), "disclosures": (disclosures, Disclosures), "swept": (swept, Sweep),
        "patterns": (patterns, Patterns), "without_names": (unnamed, WithoutNames),
    }  # fmt: skip
    return Assessment(**{part: table(rows, contract).collect() for part, (rows, contract) in of.items()})
