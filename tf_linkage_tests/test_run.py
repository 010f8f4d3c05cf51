"""What the command that runs a job says for itself."""

import shutil
from pathlib import Path

import dagster as dg
import pytest
from rehearsing import Rehearsed

from tf_linkage.defs.in_process import not_passed, run, tally
from tf_linkage.run import REFUSED, main
from tf_linkage.workspace.jobs import END_OF_MONTH


def test_an_unknown_job_is_refused_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TF_LINKAGE_DATA", str(tmp_path))
    assert main(["--job", "nosuch"]) == REFUSED
    said = capsys.readouterr().err
    assert "--job: 'nosuch' is no job of this study" in said
    assert "rehearsal" in said
    assert said.count("\n") == 1


def test_a_job_that_destroys_says_what_it_destroyed(
    rehearsed: Rehearsed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    shutil.copytree(rehearsed.study.data, tmp_path / "data")
    assert run(END_OF_MONTH, rehearsed.study.model_copy(update={"data": tmp_path / "data"})) == 0
    said = capsys.readouterr().out
    assert "datasets destroyed, 3 certificates in ledger/certificates" in said
    assert "0 checks" not in said


def test_checks_are_told_in_the_words_of_the_web_ui() -> None:
    def evaluation(passed: bool, severity: dg.AssetCheckSeverity) -> dg.AssetCheckEvaluation:
        return dg.AssetCheckEvaluation(
            asset_key=dg.AssetKey("a"), check_name="c", passed=passed, metadata={}, severity=severity
        )

    warn, error = dg.AssetCheckSeverity.WARN, dg.AssetCheckSeverity.ERROR
    judged = [evaluation(True, error)] * 4 + [evaluation(True, warn)] + [evaluation(False, warn)] * 2
    assert tally(judged) == "7 checks: 5 passed, 2 warned, 0 failed"
    judged.append(evaluation(False, error))
    assert tally(judged) == "8 checks: 5 passed, 2 warned, 1 failed"
    failed, warned = not_passed(judged)
    assert (len(failed), len(warned)) == (1, 2)
