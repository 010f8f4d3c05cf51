"""The leak scan as a command and as a check, on the finished rehearsal."""

import shutil
from pathlib import Path

import polars as pl
import pytest
from rehearsing import Rehearsed

from tf_linkage.cli import main
from tf_linkage.custody.audit.leak_controls import PLANTED
from tf_linkage.defs.checks.leaks import leak_scan, leak_verdict
from tf_linkage.workspace.store import Store


def test_the_rehearsal_leaks_nobody(rehearsed: Rehearsed) -> None:
    (evaluation,) = [e for e in rehearsed.result.get_asset_check_evaluations() if e.check_name == "nobody_leaked"]
    assert evaluation.passed
    scanned = leak_scan(rehearsed.store)
    assert scanned.findings == []
    assert scanned.encrypted >= 18
    assert scanned.files > scanned.encrypted


def test_one_person_in_the_report_turns_the_check_red(rehearsed: Rehearsed, tmp_path: Path) -> None:
    shutil.copytree(rehearsed.study.data, tmp_path / "data")
    store = Store(tmp_path / "data")
    cohort = store.read(["council", "cohort"])
    assert isinstance(cohort, pl.LazyFrame)
    person = (
        cohort.filter(pl.all_horizontal(pl.col("forename", "surname").is_not_null())).collect().row(0, named=True)
    )
    page = store.root / "reports" / "report.html"
    page.write_text(page.read_text().replace("</body>", f"{person['forename']} {person['surname']}</body>"))
    verdict = leak_verdict(leak_scan(store))
    assert not verdict.passed
    assert verdict.description is not None
    assert verdict.description.startswith("reports/report.html: a name")
    assert person["surname"] not in verdict.description


def test_the_command_finds_and_says_where(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    people = tmp_path / "people.csv"
    PLANTED.write_csv(people)
    (tmp_path / "searched").mkdir()
    assert main(["leak-scan", str(tmp_path / "searched"), "--people", str(people)]) == 0
    (tmp_path / "searched" / "log.txt").write_text("cannot read QQ 918273 A, QQ918273A")
    assert main(["leak-scan", str(tmp_path / "searched"), "--people", str(people)]) == 1
    said = capsys.readouterr()
    assert "log.txt: a name, address, postcode" in said.out
    assert "planted controls found; 1 findings" in said.err
    assert main(["leak-scan", str(tmp_path / "nowhere"), "--people", str(people)]) == 2
