"""A breach drill notices every incident, says so where it does not, and is never held on real people's records."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
from pathlib import Path

import pytest

from tf_linkage.cli import main
from tf_linkage.errors import StudyRefused
from tf_linkage.workspace.custodians import breach_drill
from tf_linkage.workspace.custodians.breach_drill import INCIDENTS, drill, drill_page
from tf_linkage_tests.rehearsing import Rehearsed

SCANNED = [one for one in INCIDENTS if one.watched_by == breach_drill._SCAN]
QUICK = [one for one in INCIDENTS if one not in SCANNED]


def digest(folder: Path) -> str:
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            total.update(str(path).encode() + path.read_bytes())
    return total.hexdigest()


def test_every_incident_is_noticed_and_the_folder_stays_as_it_was(rehearsed: Rehearsed) -> None:
    before = digest(rehearsed.study.data)
    outcomes = drill(rehearsed.store)
    assert [one.incident.name for one in outcomes if not one.noticed] == []
    assert len(outcomes) == len(INCIDENTS)
    assert digest(rehearsed.study.data) == before
    page = drill_page(outcomes, dt.date(2020, 4, 6))
    assert f"{len(INCIDENTS)} of {len(INCIDENTS)} incidents" in page
    assert "72 hours" in page


def test_what_goes_unnoticed_and_what_always_rings_is_told(
    rehearsed: Rehearsed, monkeypatch: pytest.MonkeyPatch
) -> None:
    blind = dataclasses.replace(QUICK[0], watch=lambda _: "")
    ringing = dataclasses.replace(QUICK[1], watch=lambda _: "something is wrong")
    monkeypatch.setattr(breach_drill, "INCIDENTS", (blind, ringing, QUICK[2]))
    outcomes = drill(rehearsed.store)
    assert [one.noticed for one in outcomes] == [False, False, True]
    page = drill_page(outcomes, dt.date(2020, 4, 6))
    assert "1 of 3 incidents" in page
    assert "| NO |" in page
    assert "| FALSE ALARM |" in page


def test_it_is_never_held_where_records_are_real(rehearsed: Rehearsed, tmp_path: Path) -> None:
    with pytest.raises(StudyRefused, match="on a rehearsal alone"):
        drill(dataclasses.replace(rehearsed.store, rehearsal=False))
    assert main(["breach-drill", "--data", str(tmp_path / "empty")]) == 2
