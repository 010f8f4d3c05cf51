"""The documentation: pages made from code are as it is, every command can be typed, and all of it is one site."""

import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from browser import CHROMIUM, Browser, violations
from walking import DOCS, PAGES, ROOT, blocks

from tf_linkage.cli.commands import COMMANDS
from tf_linkage.cli.reference import reference
from tf_linkage.workspace.table_map import table_map

ONE_SCREEN = 60


def test_the_page_of_tables_is_that_of_the_contracts() -> None:
    made = "python -m tf_linkage.workspace.table_map > docs/tables.md"
    assert (DOCS / "tables.md").read_text(encoding="utf-8") == table_map(), f"make it again: {made}"


def test_the_page_of_commands_is_that_of_the_parsers() -> None:
    made = "python -m tf_linkage.cli.reference > docs/cli.md"
    page = (DOCS / "cli.md").read_text(encoding="utf-8")
    assert page == reference(), f"make it again: {made}"
    assert set(COMMANDS) == set(re.findall(r"^### tf-linkage (\S+)$", page, re.MULTILINE))
    assert "SUPPRESS" not in page


def test_readme_is_one_screen_and_leads_on() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(readme.splitlines()) <= ONE_SCREEN
    for page in re.findall(r"\]\(([^)#]+)\)", readme):
        assert (ROOT / page).exists(), page
    unlinked = {page.name for page in DOCS.glob("*.md")} - set(re.findall(r"docs/([\w-]+\.md)", readme))
    assert unlinked <= {"index.md", "calibration.md", "population.md", "graph.md", "tables.md"}


def makes_of(text: str) -> Iterator[list[str]]:
    """The words of each call of make in a page's blocks."""
    for block in blocks(text):
        for line in block.splitlines():
            for part in re.split(r"&&|;", line.split("#")[0]):
                words = (
                    shlex.split(part.replace("...", "x"), posix=True) if part.strip().startswith("make ") else []
                )
                if words:
                    yield words[1:]


def wrong_makes(text: str) -> list[str]:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    choices = set(
        re.findall(r"\b[A-Z][A-Z_]+\b", "\n".join(re.findall(r"^(?:CHOICES|OTHERS|DATES).*", makefile, re.M)))
    )
    choices |= set(re.findall(r"\$\(if \$\(([A-Z_]+)\)", makefile))
    return [
        " ".join(words)
        for words in makes_of(text)
        for word in words
        if (word.split("=")[0] not in choices if "=" in word else word not in targets)
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_make_in_a_block_can_be_typed(page: Path) -> None:
    """Calls of tf-linkage are parsed in `cli/test_hints.py`."""
    assert wrong_makes(page.read_text(encoding="utf-8")) == []


def test_a_make_that_cannot_be_typed_is_found() -> None:
    assert wrong_makes("```sh\nmake rnu\nmake run SEDE=1\nmake run SEED=1\n```") == ["rnu", "run SEDE=1"]


def test_the_citation_names_this_version() -> None:
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert cited["version"] == project["version"]
    released = re.search(
        rf"^## \[{re.escape(cited['version'])}\] - (\S+)$", (ROOT / "CHANGELOG.md").read_text(), re.M
    )
    assert released is not None
    assert released[1] == str(cited["date-released"])
    assert {"cff-version", "message", "title", "authors"} <= set(cited)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built strictly: a link to a page that is not there is an error."""
    to = tmp_path_factory.mktemp("site")
    mkdocs = Path(sys.executable).with_name("mkdocs")
    built = subprocess.run(
        [mkdocs, "build", "--quiet", "--site-dir", to], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stderr
    return to


def test_the_site_has_every_page_and_asks_no_network_for_anything(site: Path) -> None:
    named = set(re.findall(r"[\w-]+\.md", yaml.safe_dump(yaml.safe_load((ROOT / "mkdocs.yml").read_text())["nav"])))
    assert named - {"changelog.md"} == {page.name for page in DOCS.glob("*.md")}
    for page in named:
        assert (site / page).with_suffix(".html").exists()
    fetched = re.compile(r'<(?:script|link|img|iframe)[^>]*(?:src|href)="(?:https?:)?//')
    assert [page.name for page in site.rglob("*.html") if fetched.search(page.read_text(encoding="utf-8"))] == []
    imported = re.compile(r"url\(['\"]?(?:https?:)?//|@import ['\"]?(?:https?:)?//")
    assert [page.name for page in site.rglob("*.css") if imported.search(page.read_text(encoding="utf-8"))] == []
    assert "Unreleased" in (site / "changelog.html").read_text(encoding="utf-8")


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: the pages are not opened")
def test_the_site_fits_a_phone_and_is_for_everybody(site: Path, tmp_path: Path) -> None:
    browser = Browser(tmp_path / "profile")
    try:
        browser.ask("Emulation.setDeviceMetricsOverride", width=390, height=900, deviceScaleFactor=1, mobile=False)
        for page in sorted(site.glob("*.html")):
            browser.open(page)
            assert browser.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.name
            if page.stem in {"index", "tutorial", "quality", "cli", "tables"}:
                assert violations(browser) == [], page.name
        asked = [event["request"]["url"] for event in browser.of("Network.requestWillBeSent")]
        assert asked
        assert all(url.startswith(("file:", "data:")) for url in asked)
    finally:
        browser.process.terminate()
        browser.process.wait(timeout=20)
