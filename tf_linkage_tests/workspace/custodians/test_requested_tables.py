"""A researcher's own table, from the question to what everybody may read, on a whole rehearsal."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tf_linkage.cli import main
from tf_linkage.study import Study
from tf_linkage.workspace.folder import store_of
from tf_linkage_tests.rehearsing import Rehearsed

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def data(rehearsed: Rehearsed, tmp_path: Path) -> Path:
    shutil.copytree(rehearsed.study.data, tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture
def table(data: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs `table` on the rehearsal: exit code, standard output, standard error."""

    def run(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(["table", *words, "--data", str(data)])
        out, err = capsys.readouterr()
        return code, out, err

    return run


def test_a_table_leaves_on_record_and_is_the_same_when_asked_again(table: Command, data: Path) -> None:
    code, out, err = table("--of", "people", "--rows", "age_band", "--columns", "study_group")
    assert code == 0, err
    assert out.splitlines()[0] == "age_band,study_group,count,note"
    assert (data / "published" / "tables" / "001.csv").read_text(encoding="utf-8") == out
    entry = store_of(Study.of("tiny", data=data)).ledger().entries()[-1]
    assert (entry.event, entry.custodian, entry.about) == ("released", "research", "published/tables/001")
    assert entry.facts["asked"] == "people by age_band and study_group"
    assert "never to leave" in (data / "research" / "requested" / "001.html").read_text(encoding="utf-8")
    code, again, err = table("--of", "people", "--rows", "age_band", "--columns", "study_group")
    assert (code, again) == (0, out)
    assert "table 001, as before" in err
    assert [path.name for path in (data / "published" / "tables").iterdir()] == ["001.csv"]


def test_a_total_is_the_same_number_in_every_table(table: Command) -> None:
    _, by_council, _ = table("--rows", "council", "--share", "conviction_two_years_after")
    _, by_group, _ = table("--rows", "study_group")
    totals = [next(line for line in out.splitlines() if line.startswith("all,")) for out in (by_council, by_group)]
    assert totals[0].split(",")[1] == totals[1].split(",")[1]


def test_a_mean_leaves_only_when_somebody_approves_it_by_name(table: Command, data: Path) -> None:
    code, out, err = table("--rows", "study_group", "--mean", "benefits,24 months after")
    assert (code, out) == (0, "")
    assert "waits for a checker" in err
    assert not (data / "published" / "tables").exists()
    assert table("--approve", "001")[0] == 2
    assert table("--approve", "002", "--checker", "R. Okafor")[0] == 2
    code, _, err = table("--approve", "001", "--checker", "R. Okafor")
    assert code == 0, err
    entry = store_of(Study.of("tiny", data=data)).ledger().entries()[-1]
    assert entry.facts["checker"] == "R. Okafor"
    assert (data / "published" / "tables" / "001.csv").exists()
    assert table("--approve", "001", "--checker", "R. Okafor")[0] == 2, "it left already"


def test_without_the_research_custodians_password_nothing_is_asked(table: Command, data: Path) -> None:
    passwords = data / "world" / "passwords.json"
    words = json.loads(passwords.read_text(encoding="utf-8"))
    passwords.write_text(json.dumps(words | {"research": "another password altogether"}), encoding="utf-8")
    code, out, err = table("--rows", "study_group")
    assert (code, out) == (2, "")
    assert "research" in err
    assert not (data / "published" / "tables").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "--rows: by which column?"),
        (["--rows", "shoe_size"], "no such column of families"),
        (["--rows", "study_group", "--where", "region"], "write COLUMN=VALUE"),
        (["--rows", "study_group", "--where", "region=Atlantis"], "region has no value 'Atlantis'"),
        (["--rows", "study_group", "--mean", "benefits"], "write THEME,WINDOW"),
        (["--rows", "study_group", "--mean", "the programme,24 months after"], "not costed"),
    ],
)
def test_nonsense_is_refused_and_nothing_is_kept(table: Command, data: Path, words: list[str], said: str) -> None:
    code, out, err = table(*words)
    assert (code, out) == (2, "")
    assert said in err
    assert not (data / "research" / "requested").exists()


def test_a_table_that_was_taken_away_is_missed(table: Command, data: Path) -> None:
    """Nothing can be held against what is not there."""
    table("--rows", "study_group")
    table("--rows", "region")
    (data / "research" / "requested" / "001.json").unlink()
    code, _, err = table("--rows", "children")
    assert code == 2
    assert "not whole" in err


def test_columns_are_listed(table: Command) -> None:
    code, out, _ = table("--of", "people", "--list")
    assert code == 0
    assert {line.split()[0] for line in out.splitlines()} >= {"council", "age_band", "gender", "study_group"}
