"""`leak-scan` and `make-lock`: what a custodian does by hand.

Arguments and what is said.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from tf_linkage import intake
from tf_linkage.cli.data_folder import add_data, data_folder
from tf_linkage.cli.wording import FOUND, say
from tf_linkage.custody.vault.passwords import CUSTODIANS, Passwords
from tf_linkage.custody.vault.vault import LOCK, Vault
from tf_linkage.errors import InputRefused


def add_leak_scan(scan: argparse.ArgumentParser) -> None:
    """Adds the arguments of `leak-scan`."""
    scan.description = (
        "Opens every file by its format and searches it for names, addresses, postcodes and National\n"
        "Insurance numbers, encoded and hashed ones too. Exit code 1 if anybody is found or a file does not open."
    )
    scan.add_argument("folders", type=Path, nargs="+", metavar="DIR", help="folders to search")
    scan.add_argument(
        "--people", type=Path, required=True, metavar="FILE", help="whom to search for: a .csv or .parquet file"
    )
    scan.add_argument(
        "--leave-out", type=Path, nargs="+", default=[], metavar="DIR", help="folders within them not to search"
    )
    scan.set_defaults(run=_leak_scan)


def _leak_scan(chosen: argparse.Namespace) -> int:
    """Searches folders for the people of a file."""
    from tf_linkage.custody.audit.leak_controls import CONTROLS, PLANTED, proven_scan  # noqa: PLC0415
    from tf_linkage.custody.audit.leak_scan import IDENTIFIERS, sought  # noqa: PLC0415

    if missing := [folder for folder in chosen.folders if not folder.is_dir()]:
        raise InputRefused(f"{missing[0]}: there is no such folder")
    people = intake.read_table(chosen.people).collect()
    if not set(IDENTIFIERS) & set(people.columns):
        raise InputRefused(f"{chosen.people.name} has none of the columns {', '.join(IDENTIFIERS)}")
    scanned = proven_scan(chosen.folders, sought([people, PLANTED]), leave_out=chosen.leave_out)
    for finding in scanned.findings:
        print(f"{finding.root / finding.file}: {finding.what}")
    say(
        f"{scanned.files} files searched, {scanned.encrypted} of them encrypted; {len(CONTROLS)} planted controls "
        f"found; {len(scanned.findings)} findings"
    )
    return FOUND if scanned.findings else 0


def add_make_lock(lock: argparse.ArgumentParser) -> None:
    """Adds the arguments of `make-lock`."""
    lock.description = (
        "Makes the lock that a body's password opens (TF_LINKAGE_<BODY>_PASSWORD). With a copy of it\n"
        "another body can put something into the vault; nobody can take anything out without the password."
    )
    lock.add_argument("body", choices=CUSTODIANS, metavar="BODY", help=f"one of {', '.join(CUSTODIANS)}")
    add_data(lock)
    lock.set_defaults(run=_make_lock)


def _make_lock(chosen: argparse.Namespace) -> None:
    """Makes a vault's lock; one that is there stays."""
    vault = Vault(data_folder(chosen) / "custody" / chosen.body, chosen.body, Passwords(None))
    there = (vault.folder / LOCK).exists()
    vault.lock()
    say(f"{vault.folder / LOCK}: {'is there already' if there else 'made'}")
