"""Whole runs on each foreign form give the research tables of the contract's own files, digest for digest."""

import re
from pathlib import Path

import pytest
from rehearsing import contents

from tf_linkage.bodies.foreign import FORMS
from tf_linkage.cli import main

pytestmark = pytest.mark.slow


def researched(place: Path, *form: str) -> dict[str, str]:
    """Digests of the research and published tables of a run on the simulated bodies' files, in some form."""
    assert main(["export-extracts", str(place / "in"), "--preset", "tiny", *form]) == 0
    data = place / "data"
    words = ["--preset", "tiny", "--source", "files", "--incoming", str(place / "in"), "--data", str(data)]
    assert main(["run", *words]) == 0
    found = contents(data / "research")
    assert len(found) > 5
    return found | {f"published/{name}": digest for name, digest in contents(data / "published").items()}


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return researched(tmp_path_factory.mktemp("own"))


@pytest.mark.parametrize("form", FORMS)
def test_a_whole_run_on_a_foreign_form(form: str, expected: dict[str, str], tmp_path: Path) -> None:
    assert researched(tmp_path, "--as", form) == expected
    record = (tmp_path / "data" / "reports" / "record_of_processing.md").read_text(encoding="utf-8")
    told = set(re.findall(r"`([0-9a-f]{64})`", record))
    ledger = (tmp_path / "data" / "ledger" / "ledger.jsonl").read_text(encoding="utf-8")
    assert told
    assert all(digest in ledger for digest in told)
    page = (tmp_path / "data" / "reports" / "report.html").read_text(encoding="utf-8")
    assert all(digest[:16] in page for digest in told)
