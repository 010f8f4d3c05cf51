"""What the command that runs a job says for itself."""

import shutil
from pathlib import Path

import pytest
from rehearsing import Rehearsed

from tf_linkage.defs.in_process import run
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
