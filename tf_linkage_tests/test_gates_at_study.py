"""The gates of what researchers see and of what leaves, at size `study`, on true links.

Each is the gate that the job runs. What they found, and what protection cost, is printed.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
import pytest
from tables_of_counts import primary_alone
from true_links import TrulyLinked, truly_linked

from tf_linkage import disclosure, research
from tf_linkage.contracts.ladders import COUNTED_OFFENCES, NOT_SHOWN, steps_of
from tf_linkage.contracts.outputs.published import PUBLISHED_TABLES
from tf_linkage.contracts.outputs.release import DECISIONS
from tf_linkage.defs.assets.event_risk import (
    counted_offences,
    offences_verdict,
    pupils_verdict,
    released_offending,
    released_schooling,
)
from tf_linkage.defs.assets.microdata_risk import council_verdict, released, risk_verdict
from tf_linkage.study import REGIONS, Study

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def study() -> Study:
    return Study.of("study")


@pytest.fixture(scope="module")
def world(study: Study) -> TrulyLinked:
    return truly_linked(study)


def say(title: str, words: object) -> None:
    print(f"\n{title}\n{words}")


@pytest.fixture(autouse=True)
def whole_tables() -> Iterator[None]:
    with pl.Config(
        tbl_rows=-1, tbl_cols=-1, tbl_width_chars=140, fmt_str_lengths=90, tbl_hide_dataframe_shape=True
    ):
        yield


def test_nobody_stands_out(world: TrulyLinked) -> None:
    """People, families, what happened in them, and pupils; and no council finds anybody by what it sent."""
    made = {
        name: table.make(world.linked_people, world.attributes, world.returns[table.department]).collect().lazy()
        for name, table in (research.TABLES_OF_HISTORIES | {"schooling": research.SCHOOLING}).items()
    }
    finest = {
        "people": research.people(world.linked_people, world.attributes, REGIONS),
        "families": research.families(world.linked_people, world.attributes, REGIONS),
        "family_outcomes": research.outcomes_of_families(
            world.linked_people, world.attributes, world.returns, REGIONS
        ),
    }
    finest = {name: table.collect().lazy() for name, table in finest.items()}
    handed = research.StudyTables(world.linked_people, world.attributes, world.returns)
    sent = {name: table.collect().lazy() for name, table in research.as_sent(handed, REGIONS).items()}
    tables: dict[str, pl.LazyFrame] = dict(made)
    for name, table in finest.items():
        result = released(name, made | finest, world.linked_people, world.counts, sent)
        tables[name] = result.table
        population = disclosure.population_classes(name, world.counts, REGIONS)
        before, after = (disclosure.released_classes(name, one, population) for one in (table, result.table))
        say(name, result.metadata[f"{name}: why nobody stands out"].value)
        say("", disclosure.risk_compared(before, after))
        verdict = risk_verdict(name, tables, world.counts)
        assert verdict.passed, verdict.description
        assert not risk_verdict(name, tables | {name: table}, world.counts).passed, (
            "the control: as it was made, somebody stands out"
        )
    kept = {column for column, step in steps_of("people", tables["people"]).items() if step != NOT_SHOWN}
    assert {"problems", "study_group", "service_received", "start_year", "gender"} <= kept
    assert council_verdict(tables, sent).passed
    assert not council_verdict(tables | finest, sent).passed, "the control: as they were made, many are found"
    schooling = made["schooling"]
    hidden = released_schooling(schooling, tables["people"])
    say("schooling as made", disclosure.pupil_risk(schooling, tables["people"]))
    say("schooling as released", dict(hidden.metadata))
    assert not pupils_verdict(schooling, tables["people"]).passed, "the control"
    assert pupils_verdict(hidden.table, tables["people"]).passed
    offences = released_offending(made["offending"], tables["people"])
    counted = {
        name: counted_offences(name, made["offending"], finest["people"], world.linked_people)
        for name in COUNTED_OFFENCES
    }
    for name, one in counted.items():
        say(f"{name} as released", dict(one.metadata))
    tables |= {name: one.table for name, one in counted.items()}
    say("what intruders find", disclosure.intruder_figures(tables, sent))
    say("offending as made", disclosure.offence_risk(made["offending"], tables["people"]))
    say("offending as released", dict(offences.metadata))
    assert not offences_verdict(tables | {"offending": made["offending"]}).passed, "the control"
    assert offences_verdict(tables | {"offending": offences.table}).passed


def test_the_release_withstands_its_attackers(world: TrulyLinked, study: Study) -> None:
    """One release by itself, and together with one that its gate has to refuse."""
    covered = (study.dates.history_from, study.dates.extract)
    made = research.estimates(world.linked_people, world.attributes, world.returns, REGIONS, covered)
    estimates = {name: table.collect().lazy() for name, table in made.items()}
    release = disclosure.propose_release(estimates)
    proof = disclosure.prove(release, estimates)
    say("the attack", proof)
    decisions = release[DECISIONS].collect()
    say("figures, and why they are withheld", _withheld(decisions))
    outcomes = release["outcomes"].collect()
    say(
        "by how much rounding may have moved a share, in points: median, most",
        outcomes.select(
            (100 * pl.col("moved_by_rounding")).median().round(2).alias("median"),
            (100 * pl.col("moved_by_rounding")).max().round(2).alias("most"),
        ).row(0),
    )
    assert proof.holds, str(proof)
    assert set(decisions["table"].unique()) == set(PUBLISHED_TABLES)
    released = disclosure.released(release, estimates)
    small_withheld = disclosure.Released(released.system, frozenset(primary_alone(released.system)))
    assert disclosure.given_away([released, released]) == []
    assert disclosure.given_away([released, small_withheld]), "the control: small numbers alone are withheld"


def _withheld(decisions: pl.DataFrame) -> pl.DataFrame:
    reason = pl.when("shown").then(pl.lit("shown")).otherwise(pl.col("rule").cast(pl.String))
    return decisions.group_by("table", "figure", reason.alias("why")).len().sort("table", "figure", "why")
