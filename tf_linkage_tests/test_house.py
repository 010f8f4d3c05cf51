"""The laws of the house that no linter knows: sizes of rooms, who imports Dagster, words, and paths in the docs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import tf_linkage

PACKAGE = Path(tf_linkage.__file__).parent
ROOT = PACKAGE.parent
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")]
MOST_MODULES = 14
OUR_OWN_WORDS = re.compile(
    r"\b([Rr]eckon(ed|s|ing)?|[Nn]ought|[Ww]hoever|[Hh]ousemates?|fashions|in fashion|peel(ed|s)?)\b"
)
"""Words for which the field has its own; the glossary in docs/ has the pairs."""


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py"))


def too_full(package: Path) -> dict[str, int]:
    folders = {path.parent for path in package.rglob("*.py")}
    sizes = {folder: sum(path.name != "__init__.py" for path in folder.glob("*.py")) for folder in folders}
    return {str(folder.relative_to(package)): size for folder, size in sizes.items() if size > MOST_MODULES}


def lost_paths(page: str, known: set[str]) -> list[str]:
    named = re.findall(r"`((?:\w+/)+\w+\.(?:py|csv|sql))`", page)
    return [name for name in named if not any(path == name or path.endswith(f"/{name}") for path in known)]


def test_no_room_holds_more_than_fourteen_modules(tmp_path: Path) -> None:
    assert too_full(PACKAGE) == {}
    for number in range(MOST_MODULES + 1):
        (tmp_path / f"module_{number}.py").touch()
    assert too_full(tmp_path) == {".": MOST_MODULES + 1}


def test_every_module_of_defs_imports_dagster() -> None:
    strangers = [
        str(path.relative_to(PACKAGE))
        for path in modules()
        if path.is_relative_to(PACKAGE / "defs")
        and path.name != "__init__.py"
        and not re.search(r"^(import|from) dagster", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert strangers == [], "a module without Dagster belongs in another room"


@pytest.mark.parametrize("folder", ["tf_linkage", "docs", "examples"])
def test_the_fields_words_are_used(folder: str) -> None:
    pages = [
        path for path in (ROOT / folder).rglob("*") if path.suffix in {".py", ".md"} and path.name != "glossary.md"
    ]
    ours = {
        str(path.relative_to(ROOT)): sorted({found.group(0) for found in OUR_OWN_WORDS.finditer(text)})
        for path in pages
        if OUR_OWN_WORDS.search(text := path.read_text(encoding="utf-8"))
    }
    assert ours == {}


def test_paths_in_the_docs_exist() -> None:
    known = {path.relative_to(ROOT).as_posix() for path in [*ROOT.glob("*/**/*.py"), *ROOT.glob("*/**/*.csv")]}
    lost = {page.name: gone for page in PAGES if (gone := lost_paths(page.read_text(encoding="utf-8"), known))}
    assert lost == {}
    assert lost_paths("see `linkage/gone.py`", {"tf_linkage/linkage/there.py"}) == ["linkage/gone.py"]


def test_the_contributors_page_names_every_room_and_sub_room() -> None:
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    folders = {path.parent.relative_to(PACKAGE) for path in PACKAGE.rglob("__init__.py")} - {Path()}
    unnamed = sorted(str(folder) for folder in folders if f"`{folder.name}/`" not in page and len(folder.parts) < 3)
    assert unnamed == []
