"""The jobs that end things, on a copy of the finished rehearsal."""

import json
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import dagster as dg
import polars as pl
import pytest
from rehearsing import Rehearsed

from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.custody.refusals import KeyDestroyed, TooLate
from tf_linkage.custody.vault.destruction import verify_certificates
from tf_linkage.custody.vault.passwords import Passwords
from tf_linkage.definitions import build_defs
from tf_linkage.defs.jobs.rights import told
from tf_linkage.study import Study
from tf_linkage.workspace.jobs import DESTROY_DUE, END_OF_MONTH, END_OF_STUDY, IRREVERSIBLE
from tf_linkage.workspace.store import Store


@pytest.fixture
def study(rehearsed: Rehearsed, tmp_path: Path) -> Study:
    shutil.copytree(rehearsed.study.data, tmp_path / "data")
    return Study.of("tiny", data=tmp_path / "data")


def run(study: Study, job: str, instance: dg.DagsterInstance | None = None) -> dg.ExecuteInProcessResult:
    with instance or dg.DagsterInstance.ephemeral() as used:
        return build_defs(study).resolve_job_def(job).execute_in_process(instance=used, run_config=told(job))


def test_a_night_before_the_deadline_destroys_nothing(study: Study) -> None:
    assert run(study, DESTROY_DUE).success
    assert Store(study.data).vault("dwp").datasets() == ["link_request", "links"]


def test_after_a_month_departments_hold_nothing_and_researchers_keep_working(study: Study) -> None:
    store = Store(study.data)
    assert run(study, END_OF_MONTH).success
    assert str(store.clock().today()) == "2020-05-06"
    for name in ("dwp", "moj", "dfe"):
        assert not (study.data / "custody" / name).exists()
        with pytest.raises(KeyDestroyed, match=f"{name}/links was destroyed on 2020-05-06"):
            store.read(["linkage", f"{name}_links"])
        with pytest.raises(TooLate, match="may hold link_request for the study until 2020-05-06"):
            store.write([name, "link_request"], pl.DataFrame({"a": [1]}))
    assert {path.name for path in (study.data / "custody").iterdir()} == {"ons", "research"}
    identifiers = store.read(["ons", "identifiers"])
    assert isinstance(identifiers, pl.LazyFrame)
    assert identifiers.collect().height
    assert verify_certificates(store.ledger(), store.certificates()) == 3


def test_at_the_end_of_the_study_no_vault_opens(study: Study) -> None:
    store = Store(study.data)
    assert run(study, END_OF_STUDY).success
    assert not any((study.data / "custody").rglob("*"))
    with pytest.raises(KeyDestroyed, match="ons/identifiers was destroyed on 2022-12-31"):
        store.read(["ons", "identifiers"])
    late = [entry.custodian for entry in store.ledger().entries() if entry.event == "breach"]
    assert late == ["dwp", "moj", "dfe"], "who skipped the month is on record as late"
    research = store.read(["research", "tables"])
    assert isinstance(research, dict)
    assert research["people"].collect().height


def test_the_schedule_ticks_and_destroys(study: Study) -> None:
    repository = build_defs(study).get_repository_def()
    (schedule,) = repository.schedule_defs
    assert schedule.job_name == DESTROY_DUE
    tick = schedule.evaluate_tick(dg.build_schedule_context())
    assert tick.run_requests
    assert len(tick.run_requests) == 1
    store = Store(study.data)
    store.clock().move_to(store.deadlines.of("dwp")[1])
    assert run(study, schedule.job_name).success
    assert not (study.data / "custody" / "dwp").exists()


def test_the_schedule_runs_by_itself_only_where_people_are_real(tmp_path: Path) -> None:
    for source, status in (("simulation", "STOPPED"), ("files", "RUNNING")):
        defs = build_defs(Study.of("tiny", source=source, data=tmp_path, incoming=tmp_path / "none"))
        (schedule,) = defs.get_repository_def().schedule_defs
        assert schedule.default_status.value == status


def test_the_ui_shows_what_was_destroyed_and_when(study: Study) -> None:
    result = run(study, END_OF_MONTH)
    observed = {
        event.event_specific_data.asset_observation.asset_key.to_user_string(): event
        for event in result.all_events
        if event.event_type is dg.DagsterEventType.ASSET_OBSERVATION
    }
    assert set(observed) == {f"{n}/link_request" for n in ("dwp", "moj", "dfe")} | {
        f"linkage/{n}_links" for n in ("dwp", "moj", "dfe")
    }
    told = observed["dwp/link_request"].event_specific_data.asset_observation
    assert told.description == "destroyed on 2020-05-06"
    assert told.metadata["in time"].value is True


def test_the_run_says_who_holds_what_until_when(rehearsed: Rehearsed) -> None:
    made = {
        event.asset_key.to_user_string(): event.materialization.metadata
        for event in rehearsed.result.get_asset_materialization_events()
    }
    assert made["dwp/link_request"]["held by"].value == "dwp"
    assert made["dwp/link_request"]["destroy by"].value == "2020-05-06"
    assert made["ons/identifiers"]["destroy by"].value == "2022-12-31"
    assert "held by" not in made["research/tables"]


def test_the_ledger_tells_hand_overs_and_reads_and_names_no_one(rehearsed: Rehearsed) -> None:
    entries = rehearsed.store.ledger().entries()
    handed = {(entry.custodian, entry.about) for entry in entries if entry.event == "handed over"}
    assert handed == {(n, f"ons/returns/{n}") for n in DEPARTMENTS} | {("ons", "research/linked_set")}
    asked = {(entry.custodian, entry.about) for entry in entries if entry.event == "requested"}
    assert asked == {("ons", f"{n}/link_request") for n in DEPARTMENTS}
    assert any(entry.event == "read" and entry.about == "identifiers" for entry in entries)
    written = rehearsed.store.ledger().path.read_text()
    identifiers = rehearsed.store.read(["ons", "identifiers"])
    assert isinstance(identifiers, pl.LazyFrame)
    people = identifiers.collect()
    for column in ("person_id", "surname", "postcode"):
        assert not [value for value in people[column].drop_nulls() if f'"{value}"' in written], column


def test_nothing_is_destroyed_unconfirmed(study: Study) -> None:
    job = build_defs(study).resolve_job_def(END_OF_MONTH)
    with dg.DagsterInstance.ephemeral() as instance:
        with pytest.raises(dg.DagsterInvalidConfigError, match="confirm"):
            job.execute_in_process(instance=instance)
        wrong = {"ops": {"end_of_month_step": {"config": {"confirm": "yes"}}}}
        result = job.execute_in_process(instance=instance, run_config=wrong, raise_on_error=False)
    assert not result.success
    assert Store(study.data).vault("dwp").datasets() == ["link_request", "links"]


def test_every_job_that_cannot_be_undone_says_so_and_stands_apart(rehearsed: Rehearsed) -> None:
    jobs = {job.name: job for job in build_defs(rehearsed.study).get_repository_def().get_all_jobs()}
    marked = {name for name, job in jobs.items() if job.tags.get("tf/irreversible") == "true"}
    assert marked == set(IRREVERSIBLE)
    for name in marked:
        assert (jobs[name].description or "").startswith("Cannot be undone.")
        with pytest.raises(dg.DagsterInvalidConfigError, match="confirm"):
            dg.validate_run_config(jobs[name], {})


def test_after_destruction_a_departments_dagster_home_says_nothing_of_the_cohort(
    rehearsed: Rehearsed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two worlds that differ in the cohort alone leave the same behind, run ids and times aside."""
    left, before = [], []
    for world, without in (("one", ""), ("other", "E09000012")):
        data = tmp_path / world / "data"
        shutil.copytree(rehearsed.study.data, data)
        store = Store(data, rehearsal=True)
        cohort = store.read(["council", "cohort"])
        assert isinstance(cohort, pl.LazyFrame)
        kept = cohort.filter(pl.col("la_code") != without).collect()
        store.write(["council", "cohort"], kept, store.made_with(["council", "cohort"]))
        study = Study.of("tiny", data=data)
        with dg.DagsterInstance.ephemeral() as elsewhere:
            assert build_defs(study).resolve_job_def("ons").execute_in_process(instance=elsewhere).success
        passwords = json.loads((data / "world" / "passwords.json").read_text())
        with monkeypatch.context() as department:
            department.setattr(Store, "passwords", lambda _: Passwords(None))
            department.setenv("TF_LINKAGE_DWP_PASSWORD", passwords["dwp"])
            home = tmp_path / world / "home"
            home.mkdir()
            with dg.DagsterInstance.local_temp(str(home)) as instance:
                defs = build_defs(study)
                assert defs.resolve_job_def("dwp").execute_in_process(instance=instance).success
                before.append(kept_in(home))
                # ONS is not here to destroy its part; only the department's vault is due.
                job = defs.resolve_job_def(END_OF_MONTH)
                assert job.execute_in_process(instance=instance, run_config=told(END_OF_MONTH)).success
            left.append(kept_in(home))
    assert before[0] != before[1], "the two worlds do differ"
    assert left[0] == left[1]


VARYING = re.compile(
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d\d-\d\d[T ][\d:.]+|\b\d{10}\.\d+|\b\d{13}\b"
    r"|/[^\"' ]*/(one|other)/|\b(pid|process)\D{0,12}\d+|:\d+:\d+|\b\d+(\.\d+)?(ms|s)\b"
    r'|"log_key": "\w+"|"duration_ms": [\d.]+'
)
"""Run ids, times, processes and the folder of the world."""


def kept_in(home: Path) -> list[str]:
    """Every row of every database below a Dagster home, without what differs from run to run."""
    rows = []
    for path in sorted(home.rglob("*.db")):
        with closing(sqlite3.connect(path)) as database:
            tables = [name for (name,) in database.execute("select name from sqlite_master where type = 'table'")]
            for table in sorted(tables):
                for row in database.execute(f'select * from "{table}"'):
                    rows.append(f"{table} {VARYING.sub('*', str(row[1:]))}")
    return sorted(rows)
