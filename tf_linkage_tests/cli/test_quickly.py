"""What is refused is refused at once, under the name that was typed; what is not needed is not imported."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from tf_linkage.cli import main

ROOT = Path(__file__).parents[2]
HEAVY = (
    "dagster",
    "scipy.optimize",
    "statsmodels",
    "recordlinkage",
    "pandas",
    "dataframely",
    "sqlalchemy",
    "splink",
)
SECONDS = 2.0
"""Of a core; the wall's would measure what else the machine does."""

RUN = """
import sys
from tf_linkage.cli import main
try:
    code = main(sys.argv[1:])
except SystemExit as stopped:
    code = stopped.code or 0
print("\\nIMPORTED", *(name for name in sys.modules if name in {heavy!r}))
sys.exit(code)
"""


@dataclass(frozen=True)
class Ran:
    """A command in a process of its own."""

    code: int
    said: str
    printed: str
    imported: set[str]
    seconds: float


def ran(*words: str | Path, cwd: Path, **environment: str) -> Ran:
    """Runs a command; seconds are those of a core."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TF_LINKAGE_")}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-c", RUN.replace("{heavy!r}", repr(HEAVY)), *map(str, words)],
        capture_output=True, text=True, check=False, cwd=cwd, env=clean | environment,
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    printed, _, imported = done.stdout.rpartition("\nIMPORTED")
    return Ran(done.returncode, done.stderr, printed, set(imported.split()), seconds)


@pytest.mark.parametrize(
    ("words", "environment", "typed", "there"),
    [
        (["rnu"], {}, "rnu: there is no such command", "run, assess"),
        (["run", "--preset", "tniy"], {}, "--preset: 'tniy'", "tiny, demo, study. Did you mean tiny?"),
        (["run", "--engine", "splnk"], {}, "--engine: 'splnk'", "duckdb, recordlinkage, spark, splink"),
        (["run", "--noise", "loud"], {}, "--noise: 'loud'", "clean, realistic, hard"),
        (["run", "--job", "end_of_moth"], {}, "--job: 'end_of_moth'", "end_of_month, end_of_study"),
        (["run", "--sede", "7"], {}, "--sede: there is no such option", "Did you mean --seed?"),
        (["run", "--seed", "many"], {}, "--seed: ", "valid integer"),
        (["run", "--dwp-source", "tape"], {}, "--dwp-source: 'tape'", "simulation, register, return"),
        (["run"], {"TF_LINKAGE_PRESTE": "tiny"}, "TF_LINKAGE_PRESTE: there", "mean TF_LINKAGE_PRESET?"),
        (["run"], {"TF_LINKAGE_NOISE": "loud"}, "TF_LINKAGE_NOISE: 'loud'", "clean, realistic, hard"),
        (["assess"], {"TF_LINKAGE_SOURCE": "tape"}, "TF_LINKAGE_SOURCE: 'tape'", "simulation, files"),
        (["assess", "--source", "files"], {}, "'assess' is no job of this study", "rehearsal"),
        (["ui", "--preset", "huge"], {}, "--preset: 'huge'", "tiny, demo, study"),
        (["review", "export", "dew"], {}, "DEPARTMENT: 'dew'", "dwp, moj, dfe"),
        (["make-lock", "onss"], {}, "BODY: 'onss'", "council, ons, dwp, moj, dfe, research"),
        (["send", "dwp/requests", "f.zip"], {}, "HANDOVER: 'dwp/requests'", "dwp/link_request"),
        (["request", "withdaw", "f.csv"], {}, "'withdaw'", "withdraw, access, correct, erase"),
        (["export-extracts", "out", "--body", "dew"], {}, "--body: 'dew'", "council, dwp, moj, dfe"),
        (["link", "a.csv", "b.csv", "-o", "c.csv", "--engine", "magic"], {}, "--engine: 'magic'", "duckdb"),
        (["run", "--job", "withdraw"], {}, "--ticket: ", "need the tickets"),
    ],
)  # fmt: skip
def test_an_unknown_choice_is_refused_at_once_under_the_name_typed(
    words: list[str], environment: dict[str, str], typed: str, there: str, tmp_path: Path
) -> None:
    found = ran(*words, cwd=tmp_path, **environment)
    assert found.code == 2
    assert found.said.count("\n") == 1, found.said
    assert typed in found.said
    assert there in found.said
    assert not {"dagster", "scipy.optimize"} & found.imported
    assert found.seconds < SECONDS
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["run", "PRESET=tniy"], 2, "tf_linkage: PRESET: 'tniy' is not one of them; choose tiny, demo, study"),
        (["run", "JOB=nosuch"], 2, "tf_linkage: JOB: 'nosuch' is no job"),
        (["run", "PRESTE=tiny"], 2, "PRESTE: there is no such choice; known are PRESET SOURCE"),
        (["-n", "run", "TICKET=1 2", "JOB=withdraw"], 0, ""),
        (["-n", "run", "SEED=7", "DATE_EXTRACT=2020-03-30"], 0, ""),
    ],
)
def test_make_names_its_choices_as_they_were_typed(words: list[str], code: int, said: str, tmp_path: Path) -> None:
    # The environment is taken as it is: what make would install is not the question here.
    ready = ["-o", ".venv/.ready", "VENV=" + str(Path(sys.executable).parent.parent)]
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("TF_LINKAGE_", "MAKE"))}
    command = ["make", "-C", str(ROOT), *words]
    if code == 2 and "PRESTE=tiny" not in words:
        command = ["make", "-C", str(ROOT), *ready[:2], f"DATA={tmp_path}", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=clean)
    assert done.returncode == code, done.stderr
    assert said in done.stderr


def test_help_is_quick_and_names_everything_by_group(tmp_path: Path) -> None:
    found = ran("--help", cwd=tmp_path)
    assert found.code == 0
    assert found.imported == set()
    assert found.seconds < SECONDS
    for part in ("A study:", "People's requests:", "export-extracts", "Jobs (run --job):", "end_of_month", "  dwp ",
                 "--noise ", "clean|realistic|hard", "duckdb|recordlinkage|spark|splink"):  # fmt: skip
        assert part in found.printed, part


@pytest.mark.parametrize("module", ["tf_linkage", "tf_linkage.run"])
def test_as_modules_too(module: str, tmp_path: Path) -> None:
    words = [] if module.endswith("run") else ["run"]
    command = [sys.executable, "-m", module, *words, "--help"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path).stdout
    assert "Jobs (run --job):" in printed
    assert "--noise-multiplier" in printed


def test_linking_two_files_imports_only_what_it_needs(tmp_path: Path) -> None:
    rows = [
        f"{n},Ann{chr(97 + n % 26)}{n // 26 * 'a'},Ash{chr(97 + n % 26)},19{50 + n % 50}-05-1{n % 10}"
        for n in range(60)
    ]
    for name in ("left.csv", "right.csv"):
        (tmp_path / name).write_text("\n".join(["id,forename,surname,date_of_birth", *rows]) + "\n")
    found = ran("link", "left.csv", "right.csv", "-o", "links.csv", cwd=tmp_path)
    assert found.code == 0, found.said
    assert pl.read_csv(tmp_path / "links.csv").height == 60
    assert found.imported == set()
    assert ran("link", "--help", cwd=tmp_path).imported == set()
    assert ran("link", "left.csv", "none.csv", "-o", "links.csv", cwd=tmp_path).imported == set()


def test_no_command_at_all_is_told_which_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "which command?" in capsys.readouterr().err.strip().splitlines()[-1]
