"""Versions of a vault's datasets: equal for equal content, and worth nothing once the batch is destroyed."""

import datetime as dt
from pathlib import Path

import polars as pl

from tf_linkage.custody.vault.passwords import Passwords
from tf_linkage.custody.vault.vault import SALT, Vault
from tf_linkage.custody.vault.versions import keyed_version


def vault(root: Path, name: str) -> Vault:
    return Vault(root / name, name, Passwords(root / "passwords.json"))


def filled(root: Path, name: str) -> Vault:
    found = vault(root, name)
    (found.folder / "table").mkdir(parents=True)
    found.write(
        "table", {"": pl.DataFrame({"a": [1]})}, found.folder / "table", batch="b", destroy_by=dt.date(2999, 1, 1)
    )
    return found


def test_equal_content_has_an_equal_version_and_other_content_another(tmp_path: Path) -> None:
    ons, dwp = filled(tmp_path, "ons"), filled(tmp_path, "dwp")
    assert keyed_version(ons, dwp, "x") == keyed_version(ons, dwp, "x")
    assert keyed_version(ons, dwp, "x") != keyed_version(ons, dwp, "y")


def test_a_version_is_of_its_batch_and_its_writer(tmp_path: Path) -> None:
    ons, dwp, moj = (filled(tmp_path, name) for name in ("ons", "dwp", "moj"))
    versions = {keyed_version(ons, dwp, "x"), keyed_version(ons, moj, "x"), keyed_version(moj, dwp, "x")}
    assert len(versions) == 3


def test_destruction_takes_the_key_along(tmp_path: Path) -> None:
    dwp = filled(tmp_path, "dwp")
    before = keyed_version(dwp, dwp, "x")
    assert (dwp.folder / SALT).exists()
    dwp.destroy("table")
    assert not dwp.folder.exists()
    assert keyed_version(filled(tmp_path, "dwp"), dwp, "x") != before
