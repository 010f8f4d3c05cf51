"""The clerks' desk: in the custodian's folder alone, readable by nobody else, gone when due."""

import datetime as dt
import json
from pathlib import Path

import polars as pl
import pytest

from tf_linkage.custody.audit.ledger import Ledger
from tf_linkage.custody.refusals import CustodyRefused
from tf_linkage.custody.vault.clerks_desk import Desk, desks
from tf_linkage.custody.vault.destruction import destroy_due
from tf_linkage.custody.vault.passwords import Passwords
from tf_linkage.custody.vault.retention import Deadlines
from tf_linkage.custody.vault.vault import Vault

SHEET = b"pair,decision,forename\n1,,Zyxxanthe\n"


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    made = Vault(tmp_path / "custody" / "dwp", "dwp", Passwords(tmp_path / "passwords.json", {}))
    (folder := made.folder / "links").mkdir(parents=True)
    made.write("links", {"": pl.DataFrame({"a": [1]})}, folder, batch="any", destroy_by=None)
    return made


def test_sheets_lie_in_the_custodians_folder_for_its_account_alone(vault: Vault, tmp_path: Path) -> None:
    (path,) = Desk(vault).lay_out({"sheet_1.csv": SHEET})
    assert path.read_bytes() == SHEET
    assert path.parent in desks(tmp_path / "custody")
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0
    assert vault.holds().keys() == {"links"}


def test_sheets_in_which_a_clerk_may_have_written_are_not_overwritten(vault: Vault) -> None:
    desk = Desk(vault)
    (path,) = desk.lay_out({"sheet_1.csv": SHEET})
    with pytest.raises(CustodyRefused, match="import them first"):
        desk.lay_out({"sheet_1.csv": b"other"})
    assert path.read_bytes() == SHEET


def test_a_cleared_desk_is_overwritten_first_and_the_vault_stays(vault: Vault, tmp_path: Path) -> None:
    desk = Desk(vault)
    (path,) = desk.lay_out({"sheet_1.csv": SHEET})
    # A second name for the same bytes on disk shows what was written over them.
    (remains := tmp_path / "remains").hardlink_to(path)
    desk.clear()
    assert not desk.folder.exists()
    assert len(remains.read_bytes()) == len(SHEET)
    assert b"Zyxxanthe" not in remains.read_bytes()
    assert vault.read("links").collect().height == 1  # type: ignore[union-attr]


def test_sheets_forgotten_on_the_desk_go_with_the_working_files(vault: Vault, tmp_path: Path) -> None:
    Desk(vault).lay_out({"sheet_1.csv": SHEET})
    deadlines = Deadlines(dt.date(2020, 4, 6), dt.date(2022, 12, 31))
    ledger = Ledger(tmp_path / "ledger.jsonl", tmp_path / "head.json")
    certificates = tmp_path / "certificates"
    (certificate,) = destroy_due([vault], deadlines, dt.date(2020, 5, 6), ledger, certificates)
    assert certificate.datasets == ["links", "review"]
    assert certificate.files_left == 0
    assert not vault.folder.exists()
    # No digest of what anybody could have read.
    said = json.loads(next(certificates.iterdir()).read_text())
    assert not any(name.startswith("review") for name in said["files_sha256"] | said["keys_sha256"])
