"""`clean`, `ui` and Dagster's home: what they touch, and what they leave."""

from __future__ import annotations

import os
import sys
from importlib.resources import files
from pathlib import Path

import pytest
import yaml

from tf_linkage.cli import main
from tf_linkage.cli.dagster_home import home_of, workspace_file
from tf_linkage.study import Study
from tf_linkage.workspace.choices import chosen_study
from tf_linkage.workspace.study_record import FILE, record


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder of a rehearsal, with something in each of its folders."""
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    folder = tmp_path / "data"
    record(Study.of("tiny", data=folder, incoming=folder / "incoming", seed=7))
    for place in ("world/passwords.json", "custody/ons/lock.json", "reports/report.html", "incoming/dwp_people.csv",
                  "README.md"):  # fmt: skip
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_text("{}")
    return folder


def test_a_rehearsals_folder_is_emptied_but_for_what_came_in(data: Path) -> None:
    assert main(["clean", "--data", str(data)]) == 0
    left = {path.relative_to(data).as_posix() for path in data.rglob("*") if path.is_file()}
    assert left == {"README.md", "incoming/dwp_people.csv", ".lock"}
    assert chosen_study({"data": str(data)}, {}).seed == Study().seed


@pytest.mark.parametrize("real", ["no password of its own making", "files"])
def test_a_folder_with_real_people_is_not_emptied(
    data: Path, real: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if real == "files":
        record(Study.of("tiny", data=data, incoming=data / "incoming", source="files"))
    else:
        (data / "world" / "passwords.json").unlink()
    before = sorted(data.rglob("*"))
    assert main(["clean", "--data", str(data)]) == 2
    said = capsys.readouterr().err
    assert "its vaults are not a rehearsal's" in said
    assert f"run --job end_of_study --data {data}" in said
    assert sorted(data.rglob("*")) == before


def test_there_is_nothing_to_clean_where_there_is_no_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["clean", "--data", str(tmp_path / "none")]) == 2
    assert "there is no such folder" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_the_ui_starts_on_the_folders_study(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    started: list[tuple[str, list[str], str, str]] = []

    def instead(program: str, words: list[str]) -> None:
        started.append((program, words, os.environ["DAGSTER_HOME"], os.environ["TF_LINKAGE_DATA"]))

    monkeypatch.setattr(os, "execv", instead)
    monkeypatch.setenv("TF_LINKAGE_DATA", "elsewhere")  # so that it is put back
    assert main(["ui", "--data", str(data), "--port", "3101"]) == 0
    ((program, words, home, folder),) = started
    assert (program, words[:3]) == (sys.executable, [sys.executable, "-m", "tf_linkage.defs.web.serving"])
    assert words[3:] == ["--workspace", str(workspace_file()), "--port", "3101"]
    assert (Path(home), folder) == (data.parent / ".dagster_home", str(data))
    assert f"as {data / FILE} says: preset tiny, seed 7" in capsys.readouterr().err


def test_a_home_without_settings_gets_ours_and_others_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    with home_of(tmp_path / "data") as home:
        assert home == tmp_path / ".dagster_home"
        assert os.environ["DAGSTER_HOME"] == str(home)
        assert yaml.safe_load((home / "dagster.yaml").read_text())["telemetry"] == {"enabled": False}
    assert "DAGSTER_HOME" not in os.environ
    own = tmp_path / "own"
    own.mkdir()
    (own / "dagster.yaml").write_text("nux: {enabled: false}\n")
    monkeypatch.setenv("DAGSTER_HOME", str(own))
    with home_of(tmp_path / "data") as home:
        assert home == own
    assert (own / "dagster.yaml").read_text() == "nux: {enabled: false}\n"
    assert os.environ["DAGSTER_HOME"] == str(own)


def test_the_checkout_has_the_packages_own_settings() -> None:
    root = Path(__file__).parents[2]
    for here, there in ((".dagster_home/dagster.yaml", "dagster.yaml"), ("workspace.yaml", "workspace.yaml")):
        assert (root / here).read_bytes() == files("tf_linkage.defs").joinpath(there).read_bytes()
