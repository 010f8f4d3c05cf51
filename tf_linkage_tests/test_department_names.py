"""Law 5: outside `contracts/`, `bodies/` and `population/`, code names no department."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import tf_linkage
from tf_linkage.contracts.registry import OURS

PACKAGE = Path(tf_linkage.__file__).parent
MAY_NAME = ("contracts", "bodies", "population")
"""Rooms that hold what each department is, records and lives."""

BY_HAND = {
    "written": "which table was written by hand for whose histories",
    "benefits_and_work": "a table of one department's histories, written by hand",
    "offending": "likewise",
    "schooling": "likewise",
    "social_care": "likewise",
    "outcomes": "in whose history each outcome is read",
    "half_years": "likewise, for outcomes by half-year",
    "money": "in whose history each cost is read",
    "school_outcomes": "how the school's histories tell of an outcome",
}
"""Modules of `research/` that may, each with its reason."""


def names_in(source: str, wanted: frozenset[str]) -> Iterator[tuple[int, str]]:
    """Line and text of every identifier, import and string, docstrings apart, in which a wanted word stands."""
    tree = ast.parse(source)
    told = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        for text in _texts(node):
            words = {word.lower() for word in re.findall("[A-Za-z]+", text)}
            if id(node) not in told and words & wanted:
                yield getattr(node, "lineno", 0), text


def _texts(node: ast.AST) -> Iterator[str]:
    for field in ("id", "attr", "arg", "name", "asname", "module", "value"):
        text = getattr(node, field, None)
        if isinstance(text, str):
            yield text


def modules() -> Iterator[tuple[str, Path]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        room = path.relative_to(PACKAGE).parts[0]
        if room not in MAY_NAME:
            yield room, path


DEPARTMENTS = frozenset(department.name for department in OURS)


def test_no_department_is_named_in_code() -> None:
    found = {
        f"{path.relative_to(PACKAGE)}:{line}: {text[:60]}"
        for room, path in modules()
        if not (room == "research" and path.stem in BY_HAND)
        for line, text in names_in(path.read_text(encoding="utf-8"), DEPARTMENTS)
    }
    assert not found, "\n".join(sorted(found))


def test_every_exception_is_needed() -> None:
    needed = {
        path.stem
        for room, path in modules()
        if room == "research" and any(names_in(path.read_text(encoding="utf-8"), DEPARTMENTS))
    }
    assert needed == set(BY_HAND)


@pytest.mark.parametrize(
    "line",
    [
        "import tf_linkage.bodies.dwp",
        "from tf_linkage.contracts.bodies.moj import OFFENCES",
        "from tf_linkage.contracts import dfe",
        "x = returns['dfe']",
        "dwp_return = 1",
        "x = y.moj_key",
        "f(dwp=1)",
        "def of_dwp(): ...",
        "x = f'DWP finds {people}'",
    ],
)
def test_a_name_is_found_wherever_it_stands(line: str) -> None:
    assert list(names_in(line, DEPARTMENTS))


def test_docstrings_comments_and_other_words_may() -> None:
    assert not list(names_in('"""As DWP does."""\nx = "adwpt"  # dwp\n"""MoJ too."""', DEPARTMENTS))
