"""The wheel in an environment of its own, outside the repository: `link`, the main job, and what Dagster keeps."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command of a fresh environment that has the wheel, and this one's libraries, but not the repository."""
    root = tmp_path_factory.mktemp("wheel")
    source = root / "source"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    shutil.copytree(ROOT / "tf_linkage", source / "tf_linkage", ignore=shutil.ignore_patterns("__pycache__"))
    quiet = ["--quiet", "--disable-pip-version-check", "--no-deps"]
    build = [sys.executable, "-m", "pip", "wheel", *quiet, "--no-build-isolation", "-w", str(root / "dist")]
    subprocess.run([*build, str(source)], check=True, capture_output=True)
    (wheel,) = (root / "dist").glob("*.whl")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(root / "venv")], check=True)
    python = root / "venv" / "bin" / "python"
    install = [sys.executable, "-m", "pip", "--python", str(python), "install", *quiet, "--no-index", str(wheel)]
    subprocess.run(install, check=True, capture_output=True)
    (packages,) = (root / "venv" / "lib").glob("python*/site-packages")
    # A path of a .pth file is searched, but its own .pth files are not read: the development install stays out.
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    shutil.rmtree(source)
    return root / "venv" / "bin" / "tf-linkage"


def run(command: Path, *words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs the command with next to nothing in the environment."""
    environment = {"PATH": os.defpath, "HOME": str(folder), "PYTHONHASHSEED": "0"}
    return subprocess.run(
        [str(command), *words], capture_output=True, text=True, check=False, cwd=folder, env=environment
    )


def test_the_wheel_links_two_files(installed: Path, tmp_path: Path) -> None:
    names = [(f"Ann{chr(97 + n % 26)}{n // 26 * 'a'}", f"Ash{chr(97 + n % 26)}") for n in range(60)]
    rows = [f"{n},{first},{last},19{50 + n % 50}-05-1{n % 10}" for n, (first, last) in enumerate(names)]
    for name in ("left.csv", "right.csv"):
        (tmp_path / name).write_text("\n".join(["id,forename,surname,date_of_birth", *rows]) + "\n")
    done = run(installed, "link", "left.csv", "right.csv", "-o", "links.csv", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    links = pl.read_csv(tmp_path / "links.csv")
    assert (links["left_id"] == links["right_id"]).sum() == 60
    assert not (tmp_path / ".dagster_home").exists()


def test_the_wheel_runs_the_main_job_without_telemetry(installed: Path, tmp_path: Path) -> None:
    done = run(installed, "run", "--preset", "tiny", "--seed", "2016", folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"\d+ checks: \d+ passed, \d+ warned, 0 failed\. ", done.stdout)
    assert f"UI: {installed} ui, then" in done.stdout
    assert (tmp_path / "data" / "reports" / "report.html").exists()
    assert json.loads((tmp_path / "data" / "study.json").read_text())["choices"]["seed"] == 2016
    home = tmp_path / ".dagster_home"
    with dg.DagsterInstance.from_config(str(home)) as instance:
        assert not instance.telemetry_enabled
        assert [made.job_name for made in instance.get_runs()] == ["rehearsal"]
    assert not (home / ".telemetry").exists()
    assert not (tmp_path / ".dagster").exists()
    assert not list((home / "logs").glob("event.log"))
    refused = run(installed, "run", "--job", "end_of_moth", folder=tmp_path)
    assert refused.returncode == 2
    assert refused.stderr.startswith("as data/study.json says: preset tiny, seed 2016\n")
    ended = run(installed, "run", "--job", "end_of_month", "--confirm", "end_of_month", folder=tmp_path)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "datasets destroyed" in ended.stdout
