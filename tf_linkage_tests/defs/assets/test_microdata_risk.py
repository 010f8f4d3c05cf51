"""The gates of people and families: red where somebody stands out, and part of every way to make the tables."""

import dagster as dg
import polars as pl
import pytest
from rehearsing import Rehearsed
from research_rows import research_table

from tf_linkage import research
from tf_linkage.contracts.intruders import LEAD_WORKER
from tf_linkage.contracts.ladders import STEPS, emptiness_tells
from tf_linkage.contracts.outputs.research import RESEARCH_TABLES
from tf_linkage.definitions import build_defs
from tf_linkage.defs.assets.event_risk import pupils_verdict
from tf_linkage.defs.assets.microdata_risk import (
    council_verdict,
    no_pupil_stands_out,
    nobody_stands_out,
    risk_verdict,
)
from tf_linkage.study import REGIONS, Study
from tf_linkage.workspace.jobs import REHEARSAL, RESEARCH

ALIKE = {"region": "North", "start_year": "2016-17", "adults": "1", "children": "2", "youngest": "0-4"}


@pytest.mark.parametrize(("alike", "passed"), [(20, True), (19, False)])
def test_red_where_fewer_than_twenty_look_alike_and_nobody_has_counted_the_population(
    alike: int, *, passed: bool
) -> None:
    found = risk_verdict("families", {"families": research_table("families", [ALIKE] * alike)}, None)
    assert found.passed is passed
    assert found.metadata["smallest class in the sample"].value == alike


def test_red_where_one_family_has_a_make_up_of_its_own() -> None:
    rows = [ALIKE] * 50 + [ALIKE | {"children": "3+"}]
    found = risk_verdict("families", {"families": research_table("families", rows)}, None)
    assert not found.passed
    assert found.description == "1 of 51 rows stand out"


def test_red_where_a_lead_worker_would_know_a_family_by_its_problems() -> None:
    rows = [ALIKE] * 50 + [ALIKE | {"health": True}]
    assert not risk_verdict("families", {"families": research_table("families", rows)}, None).passed


@pytest.mark.parametrize(("innocent", "passed"), [(1, True), (0, False)])
def test_red_where_all_that_look_alike_share_something_sensitive(innocent: int, *, passed: bool) -> None:
    """Thirty families of which nobody could tell one from another, and somebody was convicted in all but one."""
    rows = [{"conviction_year_before": True}] * (30 - innocent) + [{}] * innocent
    found = risk_verdict("family_outcomes", {"family_outcomes": research_table("family_outcomes", rows)}, None)
    assert found.passed is passed
    assert ("1 classes share something sensitive" in str(found.description)) is not passed


def test_red_where_the_councils_attack_did_not_try_everybody(rehearsed: Rehearsed) -> None:
    linked_set = rehearsed.store.read(["research", "linked_set"])
    assert isinstance(linked_set, dict)
    sent = research.as_sent(research.study_tables(linked_set), REGIONS)
    tables = {name: rehearsed.research(name) for name in RESEARCH_TABLES}
    assert council_verdict(tables, sent).passed
    nobody = sent | {"people": sent["people"].with_columns(truth=pl.lit("nobody"))}
    assert council_verdict(tables, nobody).description == "not everybody in people was tried"
    assert not council_verdict(tables, nobody).passed


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.parametrize("counted", [True, False])
def test_the_gates_block(name: str, *, counted: bool) -> None:
    assert all(spec.blocking for spec in nobody_stands_out(name, counted=counted).check_specs)


@pytest.mark.parametrize("job", [REHEARSAL, RESEARCH])
@pytest.mark.parametrize("source", ["simulation", "files"])
def test_the_gates_are_in_every_job_that_makes_the_tables(job: str, source: str) -> None:
    made = build_defs(Study.of("tiny", source=source)).resolve_job_def(job)
    steps = {str(name) for name in made.graph.node_dict}
    assert {
        f"research__tables_no_{one}_stands_out" for one in ("person", "family", "outcome", "pupil", "offence")
    } <= steps
    assert "research__tables_no_council_finds_anybody" in steps


@pytest.mark.parametrize(("alike", "passed"), [(20, True), (19, False)])
def test_red_where_fewer_than_twenty_pupils_look_alike(alike: int, *, passed: bool) -> None:
    """Somebody put what was emptied back into the table: the gate reads the table itself."""
    refs = [f"R{at:05d}" for at in range(60)]
    people = research_table("people", [{"region": "North", "person_study_ref": ref} for ref in refs])
    rows = [
        {"person_study_ref": ref, "years_from_start": 0, "ethnic_group": "black" if at < alike else "white"}
        for at, ref in enumerate(refs)
    ]
    found = pupils_verdict(research_table("schooling", rows), people)
    assert found.passed is passed
    assert found.metadata["smallest class"].value == alike
    assert all(spec.blocking for spec in no_pupil_stands_out().check_specs)


@pytest.mark.parametrize("name", STEPS)
def test_the_ui_shows_the_risk_the_steps_and_a_picture(rehearsed: Rehearsed, name: str) -> None:
    event = next(
        event
        for event in rehearsed.result.get_asset_materialization_events()
        if event.asset_key == dg.AssetKey(["research", "tables"])
    )
    shown = {figure.removeprefix(f"{name}: "): value for figure, value in event.materialization.metadata.items()}
    assert "at least 10 look alike" in str(shown["why nobody stands out"].value)
    assert "accredited setting" in str(shown["what remains"].value)
    assert str(shown["how many look alike"].value).startswith("![How many")
    columns = {str(row.data["column"]) for row in shown["steps chosen"].records}
    assert set(STEPS[name]) <= columns
    risk = {str(row.data["figure"]): row.data for row in shown["risk"].records}
    below = risk["rows in classes below the rule"]
    assert int(str(below["on the finest steps"])) > 0, "otherwise the gate had nothing to do"
    assert below["as released"] == 0
    stored = rehearsed.research(name)
    assert isinstance(stored, pl.LazyFrame)
    # Counted here over every column that somebody may know and that does not change, not by the gate's own means.
    told = [pl.col(column).is_null() for column in emptiness_tells(name)]
    least = stored.group_by(*LEAD_WORKER.columns_in(name), *told).len().collect()["len"].min()
    assert risk["smallest class in the sample"]["as released"] == least
