"""The walk in docs/departments.md, run from the page: six bodies in six folders, a password each."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from granted import grant

from tf_linkage.cli import main
from tf_linkage.custody.papers.accreditation import FILE

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "departments.md"
BODIES = ("council", "ons", "dwp", "moj", "dfe", "research")
WITH_FILES = ("council", "dwp", "moj", "dfe")
COMMAND = ".venv/bin/tf-linkage"
ENVIRONMENT = "__environment__"


@dataclass
class Body:
    """A body: its folder, and the environment of the shell that it keeps open."""

    name: str
    folder: Path
    environment: dict[str, str]

    def shell(self, script: str) -> str:
        """Runs lines as typed, the body's password where one is asked for; what they set stays set."""
        (self.folder / ".password").write_text(f"seven {self.name} lamps on a harbour wall\n", encoding="utf-8")
        run = subprocess.run(
            ["bash", "-e", "-c", f"{script}\necho {ENVIRONMENT}\nenv -0"],
            cwd=self.folder,
            env=self.environment,
            stdin=(self.folder / ".password").open(encoding="utf-8"),
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0, f"{self.name}, in\n{script}\nsaid\n{run.stdout}\n{run.stderr}"
        said, kept = run.stdout.rsplit(f"{ENVIRONMENT}\n", maxsplit=1)
        self.environment = dict(word.split("=", maxsplit=1) for word in kept.split("\0") if "=" in word)
        return said


def blocks() -> list[tuple[str, str]]:
    """Whose each block of commands on the page is, and its lines."""
    text = PAGE.read_text(encoding="utf-8")
    found = re.findall(r"^```sh\n# (\S+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert len(found) == text.count("```sh"), "a block does not begin with whose it is"
    return [(whose.lower(), lines) for whose, lines in found]


@pytest.fixture
def bodies(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Body]:
    """Six folders, each with the files of its body alone, which nobody real is in."""
    (tmp_path / "post").mkdir()
    ours = ("TF_LINKAGE", "MAKE", "DAGSTER")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    # Somebody fills the accreditation in.
    grant(tmp_path / "granted")
    (tmp_path / "editor").write_text(f'#!/bin/sh\ncat {tmp_path / "granted" / FILE} > "$1"\n', encoding="utf-8")
    (tmp_path / "editor").chmod(0o755)
    clean |= {"EDITOR": str(tmp_path / "editor")}
    found = {}
    for name in BODIES:
        folder = tmp_path / name
        (folder / ".venv").mkdir(parents=True)
        for shared in ("Makefile", "pyproject.toml", "requirements.lock"):
            (folder / shared).symlink_to(ROOT / shared)
        (folder / ".venv" / "bin").symlink_to(Path(sys.executable).parent)
        (folder / ".venv" / ".ready").touch()
        found[name] = Body(name, folder, clean | {"POST": str(tmp_path / "post")})
        if name in WITH_FILES:
            to = folder / "data" / "incoming"
            assert main(["export-extracts", str(to), "--preset", "tiny", "--body", name]) == 0
    return found


def in_process(body: Body, lines: str) -> None:
    """A block's commands, those of ours in this process (a start takes a second), all others by the shell."""
    for line in lines.splitlines():
        with pytest.MonkeyPatch.context() as patched:
            patched.chdir(body.folder)
            for name in [name for name in os.environ if name.startswith("TF_LINKAGE")]:
                patched.delenv(name)
            for name, value in body.environment.items():
                patched.setenv(name, value)
            words = shlex.split(os.path.expandvars(line))
            if words[0] == COMMAND:
                assert main(words[1:]) == 0, (body.name, line)
            elif words[:2] == ["make", "run"]:
                assert main(["run", "--job", words[2].removeprefix("JOB=")]) == 0, (body.name, line)
            else:
                patched.undo()
                body.shell(line)


def by_shell(body: Body, lines: str) -> None:
    """A block's commands as they stand."""
    body.shell(lines)


@pytest.fixture
def anybody_may_look() -> Iterator[None]:
    """An account whose files everybody can read and change unless a program sees to it."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("anybody_may_look")
@pytest.mark.parametrize("run", [in_process, pytest.param(by_shell, marks=pytest.mark.slow)])
def test_the_walk_of_the_page(run: Callable[[Body, str], None], bodies: dict[str, Body]) -> None:
    assert {whose for whose, _ in blocks()} == {"everybody", *BODIES}
    for whose, lines in blocks():
        for name in BODIES if whose == "everybody" else (whose,):
            run(bodies[name], lines)
    made = bodies["research"].folder / "data"
    assert (made / "research" / "linked.duckdb").exists()
    assert (made / "published" / "findings.html").exists()
    passwords = {name: body.environment[f"TF_LINKAGE_{name.upper()}_PASSWORD"] for name, body in bodies.items()}
    assert len(set(passwords.values())) == len(BODIES)
    for name, body in bodies.items():
        known = [other for other in BODIES if f"TF_LINKAGE_{other.upper()}_PASSWORD" in body.environment]
        assert known == [name]
        # Nobody keeps a copy of what was carried, and only ONS ever held what the councils and departments sent.
        custody = body.folder / "data" / "custody"
        left = {path.relative_to(custody).parts[0] for path in custody.rglob("*.parquet")}
        assert left <= {name}, (name, left)
        assert not (body.folder / "data" / "world" / "passwords.json").exists()
        for path in [custody, *custody.rglob("*")]:
            assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path


@pytest.mark.parametrize(
    "name",
    [
        "dwp.lock",
        "cohort.zip",
        "carried/dwp_return.zip",
        "person.csv",
        "mine.csv",
        "sub/person-2.csv",
        "answer.json",
    ],
)
def test_what_is_carried_is_no_file_of_the_repository(name: str) -> None:
    asked = subprocess.run(["git", "check-ignore", "-q", name], cwd=ROOT, check=False)
    assert asked.returncode == 0


@pytest.mark.parametrize("words", [["send", "dwp/return", "dwp_return"], ["export-lock", "dwp", "mine.txt"]])
def test_a_carried_file_has_a_name_that_git_ignores(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*words[:-1], str(tmp_path / words[-1]), "--data", str(tmp_path / "data")]) == 2
    assert "such files stay out of git" in capsys.readouterr().err
    assert not (tmp_path / words[-1]).exists()
