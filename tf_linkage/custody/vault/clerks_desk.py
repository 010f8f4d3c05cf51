"""The clerks' desk: the one place of a custodian where records may lie in the clear, side by side, for a while.

A clerk cannot judge what is encrypted, and spreadsheets open no vault. So sheets lie in the custodian's own folder,
readable by its account alone; what they say of whom (the references) stays in the vault. Pages lie there encrypted.
Sheets and pages go when the answers are read, and at the latest with the custodian's working files. Laying sheets
out, finding them, and clearing them away.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tf_linkage.custody.refusals import CustodyRefused
from tf_linkage.custody.vault.passwords import CUSTODIANS
from tf_linkage.custody.vault.vault import Vault

NAME = "review"
SHEETS = (".csv", ".html")
"""What a clerk is handed: a sheet for a spreadsheet, or an encrypted page."""


@dataclass(frozen=True)
class Desk:
    """The desk of the custodian whose vault this is."""

    vault: Vault

    @property
    def folder(self) -> Path:
        """Where the sheets lie."""
        return self.vault.folder / NAME

    def sheets(self) -> list[Path]:
        """The sheets that lie there, in order of their names."""
        lying = self.folder.iterdir() if self.folder.is_dir() else ()
        return sorted(path for path in lying if path.suffix in SHEETS and not path.name.startswith("."))

    def must_be_clear(self) -> None:
        """Sees to it that no sheet lies there.

        Raises:
            CustodyRefused: there is one, in which a clerk may have written.
        """
        if self.sheets():
            raise CustodyRefused(
                f"there are sheets in {self.folder} already, in which clerks may have written; import them first, "
                "or clear them away with --anew"
            )

    def lay_out(self, sheets: Mapping[str, bytes]) -> list[Path]:
        """Lays out sheets by file name, all or none, readable by this account alone.

        Raises:
            CustodyRefused: there are sheets already, in which a clerk may have written.
        """
        self.must_be_clear()
        new = self.folder.with_name(f".{NAME}.new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700, parents=True)
        for name, content in sheets.items():
            with os.fdopen(os.open(new / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(content)
        shutil.rmtree(self.folder, ignore_errors=True)
        new.rename(self.folder)
        return self.sheets()

    def clear(self) -> None:
        """Overwrites the sheets and removes them."""
        self.vault.destroy(NAME)


def desks(custody: Path) -> list[Path]:
    """Where desks may stand below the custodians' common folder."""
    return [custody / custodian / NAME for custodian in CUSTODIANS]
