"""One department on its files, the rest simulated: what is wrong with one input stops every branch."""

from pathlib import Path

import dagster as dg
import pytest

from tf_linkage.cli import main
from tf_linkage.contracts.names import department_names
from tf_linkage.defs import internals
from tf_linkage.defs.build import build_defs
from tf_linkage.defs.checks import checks
from tf_linkage.study import Study
from tf_linkage.workspace.jobs import REHEARSAL


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exported") / "in"
    assert main(["export-extracts", str(folder), "--preset", "tiny", "--body", "moj"]) == 0
    return folder


@pytest.fixture
def study(exported: Path, tmp_path: Path) -> Study:
    incoming = tmp_path / "incoming"
    incoming.mkdir()
    for path in exported.iterdir():
        (incoming / path.name).write_bytes(path.read_bytes())
    sources = {"moj": "register"}
    return Study.of(
        "tiny", families=60, population=2_400, sources=sources, incoming=incoming, data=tmp_path / "data"
    )


def run(study: Study) -> dg.ExecuteInProcessResult:
    job = build_defs(study).resolve_job_def(REHEARSAL)
    with dg.DagsterInstance.ephemeral() as instance:
        return job.execute_in_process(instance=instance, raise_on_error=False)


def made(study: Study) -> set[str]:
    """Folders of the data folder in which anything lies, of the world's all but the simulation itself."""
    files = [path.relative_to(study.data) for path in study.data.rglob("*") if path.is_file()]
    return {path.parts[0] for path in files if len(path.parts) > 1}


def test_a_refused_file_of_one_department_stops_everybody(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    for custodian in ("council", "ons", *department_names(), "research"):
        monkeypatch.setenv(f"TF_LINKAGE_{custodian.upper()}_PASSWORD", f"seven {custodian} lamps on a wall")
    monkeypatch.setenv("TF_LINKAGE_STUDY_KEY", "0f" * 24)
    path = study.incoming / "moj_offences.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[2] = "stranger," + lines[2].partition(",")[2]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    try:
        assert not run(study).success
    except internals.DagsterExecutionInterruptedError as refused:
        assert "moj_offences.csv" in str(refused)
    assert made(study) <= {"world"}


def test_after_a_failed_blocking_check_of_one_department_nothing_is_written_on_any_branch(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = checks.broken_rules
    monkeypatch.setattr(
        checks,
        "broken_rules",
        lambda tables, contracts: (
            ["spoilt"]
            if any(contract.__module__.endswith("bodies.moj") for contract in contracts.values())
            else rules(tables, contracts)
        ),
    )
    result = run(study)
    assert not result.success
    done = {event.step_key for event in result.get_step_success_events()}
    assert {"moj__offences", "moj__people"} <= done
    assert not [key for key in done if key.startswith(("linkage__", "ons__", "research__", "published__"))]
    assert not [path for path in study.data.rglob("*links*") if path.is_file()]
    *refused, last = [event.event_specific_data.error.message for event in result.get_step_failure_events()]
    assert len(refused) == 2
    assert "not written, nor anything after it" in last
    assert "moj/offences (keeps_contract), moj/people (keeps_contract)" in last
    assert not (study.data / "research").exists()
    assert not [path for path in (study.data / "published").glob("**/*") if path.name != "ledger_head.json"]
