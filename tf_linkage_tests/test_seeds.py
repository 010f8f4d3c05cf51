"""The harness of `make test-seeds`: its verdict, its reading of a run, and whether it makes every choice."""

from __future__ import annotations

import dataclasses
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from seeds import CHOICES, DEMO, STUDY, Outcome, Run, carried_out, counted, main, row, verdict, what_is_wrong

from tf_linkage.study import Confounding, Noise, Preset

ROOT = Path(__file__).parents[1]
GREEN = Outcome(
    Run({"PRESET": "tiny"}), 0, 31.4, 0.6, 120, 0, {("dwp", "precision"): 0.998, ("dwp", "recall"): 0.99}
)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"code": 1}, "exit code 1"),
        ({"code": -9, "checks": None, "failed": None}, "exit code -9"),
        ({"failed": 2}, "2 checks failed"),
        ({"checks": 0}, "no check was evaluated"),
        ({"checks": None, "failed": None}, "no check was evaluated"),
    ],
)
def test_one_run_that_is_not_green_makes_all_of_them_fail(change: dict[str, object], reason: str) -> None:
    red = dataclasses.replace(GREEN, **change)
    assert reason in what_is_wrong(red)
    assert verdict([GREEN, red, GREEN]) == 1


def test_all_runs_green_is_green_and_no_run_is_not() -> None:
    assert what_is_wrong(GREEN) == []
    assert verdict([GREEN, GREEN]) == 0
    assert verdict([]) == 1


def test_checks_are_read_from_what_the_command_prints() -> None:
    assert counted("Report: data/reports\n134 checks: 131 passed, 1 warned, 2 failed. 41 s. Tables: data/.\n") == (
        134,
        2,
    )
    assert counted("CHECK FAILED  council/cohort: keeps_contract") == (None, None)


def test_a_line_of_the_table() -> None:
    assert row(GREEN) == "| PRESET=tiny | 31 | 0.6 | 120 | 0 | 0.9980 | 0.9900 | - | - | - | - |"


def test_a_run_that_is_refused_is_read_as_such_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A choice of the caller's own environment does not reach the run."""
    monkeypatch.setenv("TF_LINKAGE_SEED", "3")
    refused = carried_out(Run({"PRESET": "tiny", "FAMILIES": "1"}), tmp_path)
    assert refused.code == 2
    assert "TF_LINKAGE_FAMILIES" in refused.said
    assert "SEED" not in refused.said
    assert verdict([refused]) == 1
    assert not (tmp_path / "data").exists()


def test_an_unknown_group_is_refused() -> None:
    with pytest.raises(SystemExit):
        main(["--only", "nosuch"])


def test_ten_seeds_at_demo_and_two_at_study() -> None:
    assert len({str(run) for run in DEMO}) == 10
    assert len({str(run) for run in STUDY}) == 2


def test_every_choice_that_is_offered_is_made() -> None:
    """The choices of docs/running.md and the Makefile, with every value that the page lists; sizes by name."""
    made = {(name, value) for run in (*CHOICES, *DEMO, *STUDY) for name, value in run.choices.items()}
    offered = re.search(r"^CHOICES := (.+)$", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    assert offered
    # Every run sets the folders: a temporary one each.
    assert set(offered[1].split()) - {"DATA", "INCOMING"} == {name for name, _ in made}
    page = (ROOT / "docs" / "running.md").read_text()
    listed = re.findall(r"\b([A-Z_]+)=([a-z]+(?:\|[a-z]+)+)", page)
    assert listed
    values = {(name, value) for name, several in listed for value in several.split("|")}
    values |= {("PRESET", preset.value) for preset in Preset} | {("NOISE", noise.value) for noise in Noise}
    values |= {("CONFOUNDING", confounding.value) for confounding in Confounding}
    assert values <= made


def test_make_takes_every_choice_that_its_targets_use() -> None:
    """A word that a target reads, and that make refuses as unknown, could never be given."""
    used = sorted(set(re.findall(r"\$\(if \$\(([A-Z_]+)\)", (ROOT / "Makefile").read_text())))
    assert {"ONLY", "SEED", "JOB"} <= set(used)
    make = shutil.which("make")
    assert make
    given = [f"{name}=x" for name in used]
    said = subprocess.run([make, "-n", "help", *given], cwd=ROOT, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
