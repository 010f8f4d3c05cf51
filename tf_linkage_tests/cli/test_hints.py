"""Every command that the sources and pages tell people to type is one that can be typed."""

from __future__ import annotations

import ast
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import tf_linkage
from tf_linkage.cli.commands import COMMANDS
from tf_linkage.cli.parsing import WordsRefused, command_parser, parse
from tf_linkage.hints import NAME, closest, command, program

PACKAGE = Path(tf_linkage.__file__).parent
ROOT = PACKAGE.parent
PAGES = [
    *ROOT.glob("*.md"),
    *(ROOT / "docs").glob("*.md"),
    *(ROOT / "data").glob("*.md"),
    *ROOT.glob("examples/*.md"),
]
SAMPLES = ("dwp", "withdraw", "dwp/link_request", "rehearsal", "1")
"""What may stand where a hint has a value of its own: a body, a kind of request, a hand-over, a job, a number."""

WRITTEN = re.compile(rf"(?<![\w/-]){NAME} ((?:[a-z][\w-]*)(?: [\w./{{}}|-]+)*)")
"""A command in prose: its words up to the first mark that is none of a word's."""
PROSE = re.compile(r" (?:does|and|then|is|or|there|prints|shows)\b.*")


def parses(words: list[str]) -> bool:
    """Whether some sample in place of each open value makes a command of the words."""
    for sample in SAMPLES:
        try:
            parse([word.replace("{}", sample) for word in words])
        except (WordsRefused, KeyError):
            continue
        return True
    return False


def text_of(node: ast.expr) -> str:
    """A string of the source, with {} for what it fills in."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(text_of(part) for part in node.values)
    return "{}"


def docstrings(tree: ast.AST) -> set[int]:
    """The strings that stand alone: docstrings, which tell developers and print nothing."""
    return {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}


def calls_of(tree: ast.AST) -> Iterator[list[str]]:
    """The words of each call of `command`, which stand in the call itself."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "command":
            assert not any(isinstance(argument, ast.Starred) for argument in node.args)
            yield [text_of(argument) for argument in node.args]


def written_in(tree: ast.AST) -> Iterator[str]:
    """Commands that strings spell out."""
    alone = docstrings(tree)
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant | ast.JoinedStr) and id(node) not in alone | inside:
            for found in WRITTEN.finditer(text_of(node)):
                yield PROSE.sub("", found.group(1))


def hints() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        name = path.relative_to(PACKAGE).as_posix()
        for words in [*calls_of(tree), *(shlex.split(text) for text in written_in(tree))]:
            found[f"{name}: {' '.join(words)}"] = words
    return found


def test_every_printed_command_parses() -> None:
    found = hints()
    assert {words[0] for words in found.values()} >= {
        "run",
        "ui",
        "clean",
        "review",
        "request",
        "receive",
        "make-lock",
    }
    assert [name for name, words in found.items() if not parses(words)] == []


def test_a_hint_that_does_not_parse_is_found() -> None:
    assert not parses(["reveiw", "import", "{}"])
    assert not parses(["request", "{}"])
    assert parses(["request", "{}", "FILE"])
    assert list(written_in(ast.parse("say(f'next: tf-linkage review imprt {name}')"))) == ["review imprt {}"]
    assert list(calls_of(ast.parse("command('send', name, data=x)"))) == [["send", "{}"]]


def test_no_other_way_of_calling_is_printed() -> None:
    other = re.compile(r"python -m tf_linkage(?! in)|\bmake (run|assess|ui|clean|baseline)\b")
    allowed = {"hints.py"}  # where the script is missing
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        alone = docstrings(tree)
        strings = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in alone]
        if path.name not in allowed | {"table_map.py", "reference.py"} and any(
            other.search(str(node.value)) for node in strings
        ):
            found.append(path.relative_to(PACKAGE).as_posix())
    assert found == []


def commands_of(page: str) -> Iterator[str]:
    """The lines of a page's code blocks that call the command, without remarks."""
    for block in re.findall(r"^```\w*\n(.*?)^```", page, re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            if found := re.match(rf"(?:\S*/)?{NAME} (.*)", line.split(" # ")[0].strip()):
                yield found.group(1)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_in_pages_parse(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert [line for line in commands_of(text) if not parses(shlex.split(line.replace("...", "{}")))] == []
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z][a-z-]*)", text)) <= targets


def test_a_hint_names_the_folder_unless_it_is_the_usual_one() -> None:
    assert command("ui", data=Path("data")) == f"{program()} ui"
    assert command("ui", data=Path("my data")) == f"{program()} ui --data 'my data'"


def test_the_program_is_named_so_that_the_shell_finds_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    scripts = Path(sys.executable).parent
    monkeypatch.setenv("PATH", f"{scripts}{os.pathsep}/usr/bin")
    assert program() == NAME
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.chdir(scripts.parent)
    assert program() == f"{scripts.name}/{NAME}"
    monkeypatch.chdir(tmp_path)
    named = subprocess.run([*shlex.split(program()), "--version"], capture_output=True, text=True, check=True)
    assert named.stdout.startswith("tf_linkage ")
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    assert program() == f"{tmp_path / 'python'} -m tf_linkage"


def test_every_command_has_help_and_something_to_do() -> None:
    for name in COMMANDS:
        parser = command_parser(name)
        assert len(parser.format_help().splitlines()) > 4
        assert parser.get_default("run") or parser._subparsers, name


def test_what_was_meant_is_named() -> None:
    assert closest("tniy", ["tiny", "demo"]) == ". Did you mean tiny?"
    assert closest("xyz", ["tiny", "demo"]) == ""
