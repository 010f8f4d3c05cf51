"""What has to be granted before real records are taken in."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path

import pytest
from granted import grant

from tf_linkage.cli import main
from tf_linkage.custody.papers import record_of_processing
from tf_linkage.custody.papers.accreditation import FILE, accreditation_of, draft
from tf_linkage.workspace.store import REGISTERS

TODAY = dt.date(2026, 3, 4)


def lacks(folder: Path, *bodies: str, today: dt.date = TODAY) -> list[str]:
    found = accreditation_of(folder)
    assert found is not None
    return found.lacks(bodies, today)


def test_a_draft_has_every_field_and_grants_nothing(tmp_path: Path) -> None:
    assert accreditation_of(tmp_path) is None
    (tmp_path / FILE).write_text(draft(REGISTERS), encoding="utf-8")
    tomllib.loads(draft(REGISTERS))
    found = lacks(tmp_path, *REGISTERS)
    assert len(found) == 4 + 2 + len(REGISTERS)
    assert "project is empty" in found
    assert "ends is no day (yyyy-mm-dd)" in found
    assert f"the agreement of {REGISTERS[0]} lacks a reference and a day" in found


def test_what_is_granted_lets_a_run_begin_for_the_bodies_that_agreed(tmp_path: Path) -> None:
    grant(tmp_path, bodies=["council", REGISTERS[1]])
    assert lacks(tmp_path, "council", REGISTERS[1]) == []
    assert lacks(tmp_path, "council", REGISTERS[2]) == [
        f"the agreement of {REGISTERS[2]} lacks a reference and a day"
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('project = " "', "project is empty"),
        ("project = 7", "project is empty"),
        ('starts = "soon"', "starts is no day (yyyy-mm-dd)"),
        ('starts = "2026-03-05"', "it starts on 2026-03-05, and it is 2026-03-04"),
        ("ends = 2026-03-03", "it ended on 2026-03-03, and it is 2026-03-04"),
        ('approved = "Somebody Real"', "1 keys are not of this file"),
        ("project = ", "it is no TOML file that can be read"),
    ],
)
def test_whatever_is_wrong_is_said_without_what_it_holds(tmp_path: Path, line: str, said: str) -> None:
    grant(tmp_path, bodies=["council"])
    kept = [
        one
        for one in (tmp_path / FILE).read_text().splitlines()
        if one.split(" =")[0] != line.split(" =", maxsplit=1)[0]
    ]
    (tmp_path / FILE).write_text("\n".join([line, *kept]))
    found = lacks(tmp_path, "council")
    assert said in found
    assert not any("Somebody" in one for one in found)


def test_the_first_and_the_last_day_count(tmp_path: Path) -> None:
    grant(tmp_path, bodies=[], starts=TODAY, ends=TODAY)
    assert lacks(tmp_path) == []
    assert lacks(tmp_path, today=TODAY - dt.timedelta(1))
    assert lacks(tmp_path, today=TODAY + dt.timedelta(1))


def test_an_agreement_of_tomorrow_is_none_today(tmp_path: Path) -> None:
    grant(tmp_path, bodies=["council"], on=TODAY + dt.timedelta(1))
    assert lacks(tmp_path, "council") == ["the agreement of council is dated 2026-03-05, and it is 2026-03-04"]


def test_the_command_drafts_once_and_says_what_lacks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    at = ("--data", str(tmp_path / "data"))
    assert main(["accreditation", *at]) == 2
    assert "accreditation --draft" in capsys.readouterr().err
    assert main(["accreditation", "--draft", *at]) == 0
    assert main(["accreditation", "--draft", *at]) == 2
    assert "never written over" in capsys.readouterr().err
    assert main(["accreditation", *at]) == 1
    assert "project is empty" in capsys.readouterr().out
    grant(tmp_path / "data")
    assert main(["accreditation", *at]) == 0
    assert "nothing is lacking" in capsys.readouterr().err


def test_the_record_of_processing_says_what_was_granted_or_that_nobody_may_be_real(tmp_path: Path) -> None:
    assert "nobody in this study may be real" in record_of_processing([])
    grant(tmp_path, bodies=["council"])
    record = record_of_processing([], accreditation=accreditation_of(tmp_path))
    assert "| Project | a number |" in record
    assert "Agreement of council" in record
    assert "may be real" not in record
