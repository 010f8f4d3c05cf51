"""Whether anybody is real is judged from the files each time, in a process of any age."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import polars as pl
import pytest
from granted import grant

from tf_linkage import cli
from tf_linkage.custody.papers.accreditation import FILE
from tf_linkage.custody.refusals import KeyRefused
from tf_linkage.custody.vault.passwords import CUSTODIANS
from tf_linkage.defs.build import build_defs
from tf_linkage.errors import TfLinkageError
from tf_linkage.intake import mark_rehearsal
from tf_linkage.study import Dates, Study
from tf_linkage.workspace.environment import is_rehearsal, study_key
from tf_linkage.workspace.folder import store_of


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exported") / "in"
    assert cli.main(["export-extracts", str(folder), "--preset", "tiny", "--body", "council"]) == 0
    return folder


@pytest.fixture
def study(exported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Study:
    for custodian in CUSTODIANS:
        monkeypatch.delenv(f"TF_LINKAGE_{custodian.upper()}_PASSWORD", raising=False)
    monkeypatch.delenv("TF_LINKAGE_STUDY_KEY", raising=False)
    incoming = tmp_path / "incoming"
    incoming.mkdir()
    for path in exported.iterdir():
        (incoming / path.name).write_bytes(path.read_bytes())
    # Days of a study that still runs: real records past their day would be refused before anything else.
    days = Dates(exchange="2998-01-01", destroy_by="2999-12-31")
    grant(tmp_path / "data")
    return Study.of("tiny", source="files", incoming=incoming, data=tmp_path / "data", dates=days)


def somebody_real(study: Study) -> None:
    """A real extract takes the place of the rehearsal's: one cell differs."""
    path = study.incoming / "council_cohort.csv"
    rows = pl.read_csv(path, infer_schema=False)
    first = pl.int_range(pl.len()) == 0
    rows.with_columns(forename=pl.when(first).then(pl.lit("Someone")).otherwise("forename")).write_csv(path)


def council_job(definitions: dg.Definitions) -> dg.ExecuteInProcessResult:
    with dg.DagsterInstance.ephemeral() as instance:
        return definitions.resolve_job_def("council").execute_in_process(instance=instance, raise_on_error=False)


def test_a_process_that_was_loaded_for_a_rehearsal_keeps_no_real_record_under_its_own_password(
    study: Study,
) -> None:
    """Definitions stay loaded, as in a web UI left running, while a real extract is laid into the folder."""
    definitions = build_defs(study)
    somebody_real(study)
    result = council_job(definitions)
    assert not result.success
    assert not list(study.data.rglob("*.parquet"))
    assert not (study.data / "world" / "passwords.json").exists()


def test_the_same_process_does_a_rehearsal_and_then_refuses_real_records_in_its_folder(study: Study) -> None:
    definitions = build_defs(study)
    assert council_job(definitions).success
    locked = (study.data / "custody" / "ons" / "cohort" / "key.json").read_bytes()
    somebody_real(study)
    result = council_job(definitions)
    failed = [event.step_failure_data.user_failure_data for event in result.get_step_failure_events()]
    assert any(said and "holds a rehearsal" in (said.description or "") for said in failed)
    assert (study.data / "custody" / "ons" / "cohort" / "key.json").read_bytes() == locked


def test_real_records_are_not_taken_in_before_everything_is_granted(study: Study) -> None:
    (study.data / FILE).unlink()
    definitions = build_defs(study)
    somebody_real(study)
    result = council_job(definitions)
    assert not result.success
    assert f"{FILE}, and real records need an accredited project" in str(result.all_events)
    grant(study.data, bodies=["dwp"])
    result = council_job(definitions)
    assert not result.success
    assert "the agreement of council lacks a reference and a day" in str(result.all_events)
    assert not list(study.data.rglob("*.parquet"))
    mark_rehearsal(study.incoming)
    (study.data / FILE).unlink()
    assert council_job(definitions).success  # a rehearsal needs none


def test_a_folder_that_took_real_records_in_never_counts_as_a_rehearsal_again(study: Study) -> None:
    store = store_of(study)
    assert is_rehearsal(study)
    assert store.is_rehearsal()
    store.admit(rehearsal=False)
    assert not is_rehearsal(study)
    assert not store.is_rehearsal()
    assert not store_of(study).is_rehearsal()
    with pytest.raises(TfLinkageError, match="TF_LINKAGE_STUDY_KEY"):
        study_key(simulated=False, incoming=study.incoming, data=study.data)


def test_each_question_is_answered_from_the_files_as_they_are(study: Study) -> None:
    store = store_of(study)
    assert store.is_rehearsal()
    somebody_real(study)
    assert not store.is_rehearsal()
    assert store.passwords().rehearsal_file is None
    with pytest.raises(TfLinkageError, match="TF_LINKAGE_STUDY_KEY"):
        study_key(simulated=False, incoming=study.incoming)
    mark_rehearsal(study.incoming)
    assert store.is_rehearsal()


def test_a_file_more_makes_the_folder_real(study: Study) -> None:
    (study.incoming / "council_cohort.hackney.csv").write_text("a file of somebody")
    assert not is_rehearsal(study)


def test_the_published_key_is_no_key_for_real_records(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    somebody_real(study)
    monkeypatch.setenv("TF_LINKAGE_STUDY_KEY", " Published TEST constant: protects nothing, never for real people ")
    with pytest.raises(KeyRefused):
        study_key(simulated=False, incoming=study.incoming)
