"""A job that cannot succeed says so before it works, in one line; it leaves no red asset and makes nothing."""

import datetime as dt
import shutil
from pathlib import Path

import dagster as dg
import pytest
from rehearsing import Rehearsed

from tf_linkage import cli
from tf_linkage.definitions import build_defs
from tf_linkage.defs.build import refuse_job
from tf_linkage.defs.internals import InMemoryJob, execute_run
from tf_linkage.defs.jobs.beforehand import refusal_of
from tf_linkage.run import REFUSED, main
from tf_linkage.study import Study
from tf_linkage.workspace.beforehand import CannotSucceed
from tf_linkage.workspace.folder import store_of
from tf_linkage.workspace.jobs import ASSESS, COUNCIL, END_OF_STUDY, ONS, REHEARSAL, RESEARCH, jobs_of


@pytest.fixture
def study(rehearsed: Rehearsed, tmp_path: Path) -> Study:
    shutil.copytree(rehearsed.study.data, tmp_path / "data")
    return Study.of("tiny", data=tmp_path / "data")


def refused(study: Study, job: str) -> str:
    with pytest.raises(CannotSucceed) as refusal:
        refuse_job(build_defs(study), study, job)
    assert "\n" not in str(refusal.value)
    return str(refusal.value)


def test_no_job_is_refused_where_everything_is_there(study: Study) -> None:
    defs = build_defs(study)
    for job in jobs_of(study):
        refuse_job(defs, study, job)


def test_in_an_empty_folder_only_the_main_job_can_begin(tmp_path: Path) -> None:
    study = Study.of("tiny", data=tmp_path)
    refuse_job(build_defs(study), study, REHEARSAL)
    refuse_job(build_defs(study), study, END_OF_STUDY)
    assert refused(study, ONS).startswith("council/cohort has not been materialised")
    assert "dwp/link_request has not arrived" in refused(study, "dwp")
    assert "research/linked_set has not arrived" in refused(study, RESEARCH)
    assert ": each has not been materialised" in refused(study, ASSESS), "what is missing alike is said once"
    assert not list(tmp_path.iterdir())


def test_too_late_for_the_month_and_for_the_study(study: Study) -> None:
    store = store_of(study)
    store.clock().move_to(store.deadlines.month)
    assert "dfe may hold link_request for the study until 2020-05-06" in refused(study, REHEARSAL)
    refuse_job(build_defs(study), study, COUNCIL)
    store.clock().move_to(store.deadlines.end)
    store.destroy_due()
    assert "was destroyed on 2022-12-31" in refused(study, ASSESS)


def test_without_a_password_it_is_named(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    from tf_linkage.custody.vault.passwords import Passwords
    from tf_linkage.workspace.store import Store

    monkeypatch.setattr(Store, "passwords", lambda _: Passwords(None))
    monkeypatch.delenv("TF_LINKAGE_RESEARCH_PASSWORD", raising=False)
    assert "set TF_LINKAGE_RESEARCH_PASSWORD" in refused(study, RESEARCH)


def test_a_missing_extract_is_one_sentence(tmp_path: Path) -> None:
    assert cli.main(["export-extracts", str(tmp_path / "in"), "--preset", "tiny"]) == 0
    study = Study.of("tiny", source="files", incoming=tmp_path / "in", data=tmp_path / "data")
    refuse_job(build_defs(study), study, COUNCIL)
    (tmp_path / "in" / "council_cohort.csv").unlink()
    # As by a real sender: the folder is no rehearsal's any longer, so that the calendar counts.
    study = study.model_copy(update={"dates": study.dates.model_copy(update={"destroy_by": dt.date(2999, 12, 31)})})
    assert "council_cohort.csv (or council_cohort.parquet) is missing" in refused(study, COUNCIL)


def test_the_command_says_it_in_one_line_and_leaves_no_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TF_LINKAGE_PRESET", "tiny")
    monkeypatch.setenv("TF_LINKAGE_DATA", str(tmp_path / "data"))
    assert main(["--job", "dwp"]) == REFUSED
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "dwp/link_request has not arrived" in said
    with dg.DagsterInstance.get() as instance:
        assert instance.get_runs_count() == 0


def test_a_run_of_the_web_ui_is_cancelled_with_one_line(tmp_path: Path) -> None:
    job = build_defs(Study.of("tiny", data=tmp_path / "data")).resolve_job_def(ASSESS)
    (tmp_path / "home").mkdir()
    with dg.DagsterInstance.local_temp(str(tmp_path / "home")) as instance:
        run = instance.create_run_for_job(job)
        execute_run(InMemoryJob(job), run, instance)
        record = instance.get_run_by_id(run.run_id)
        assert record is not None
        assert record.status is dg.DagsterRunStatus.CANCELED
        told = [entry.user_message for entry in instance.all_logs(run.run_id)]
        assert any("has not been materialised" in message and "\n" not in message for message in told)


def test_tables_of_two_worlds_are_refused_before_the_run_works(study: Study) -> None:
    assets = [made for made in build_defs(study).assets or [] if isinstance(made, dg.AssetsDefinition)]
    refuse, hard = refusal_of(assets), Study.of("tiny", noise="hard", data=study.data)
    people, links = dg.AssetKey(["dwp", "people"]), dg.AssetKey(["linkage", "dwp_links"])
    store = store_of(study)
    refuse(store, hard, [people])
    refuse(store, study, [people, links])
    with pytest.raises(CannotSucceed) as refusal:
        refuse(store, hard, [people, links])
    assert "dwp/people: noise hard" in str(refusal.value)
    assert "dwp/link_request: noise realistic" in str(refusal.value)
    assert str(refusal.value).count("make both again under one choice") == 1
