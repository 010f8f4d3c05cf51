"""The gates of people and families: red where somebody stands out, and part of every way to make the tables."""

import dagster as dg
import polars as pl
import pytest
from rehearsing import Rehearsed
from research_rows import research_table

from tf_linkage.contracts.ladders import STEPS, emptiness_tells
from tf_linkage.definitions import build_defs
from tf_linkage.defs.assets.microdata_risk import (
    no_pupil_stands_out,
    nobody_stands_out,
    pupils_verdict,
    risk_verdict,
)
from tf_linkage.study import Study
from tf_linkage.workspace.jobs import REHEARSAL, RESEARCH

ALIKE = {"region": "North", "start_year": "2016-17", "adults": "1", "children": "2", "youngest": "0-4"}


@pytest.mark.parametrize(("alike", "passed"), [(20, True), (19, False)])
def test_red_where_fewer_than_twenty_look_alike_and_nobody_has_counted_the_population(
    alike: int, *, passed: bool
) -> None:
    found = risk_verdict("families", research_table("families", [ALIKE] * alike), None)
    assert found.passed is passed
    assert found.metadata["smallest class in the sample"].value == alike


def test_red_where_one_family_has_a_make_up_of_its_own() -> None:
    found = risk_verdict("families", research_table("families", [ALIKE] * 50 + [ALIKE | {"children": "3+"}]), None)
    assert not found.passed
    assert found.description == "1 of 51 rows stand out"


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.parametrize("counted", [True, False])
def test_the_gates_block(name: str, *, counted: bool) -> None:
    assert all(spec.blocking for spec in nobody_stands_out(name, counted=counted).check_specs)


@pytest.mark.parametrize("job", [REHEARSAL, RESEARCH])
@pytest.mark.parametrize("source", ["simulation", "files"])
def test_the_gates_are_in_every_job_that_makes_the_tables(job: str, source: str) -> None:
    made = build_defs(Study.of("tiny", source=source)).resolve_job_def(job)
    steps = {str(name) for name in made.graph.node_dict}
    assert {f"research__tables_no_{one}_stands_out" for one in ("person", "family", "pupil")} <= steps


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
    told = [pl.col(column).is_null() for column in emptiness_tells(name)]
    least = stored.group_by(*STEPS[name], *told).len().collect()["len"].min()
    assert risk["smallest class in the sample"]["as released"] == least
