"""`leak-scan`, `make-lock`, `sign-off`, `accreditation` and `breach-drill`: what a custodian does by hand.

Arguments and what is said.
"""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path

from tf_linkage import intake
from tf_linkage.cli.data_folder import add_data, data_folder, study_of
from tf_linkage.cli.wording import FOUND, say
from tf_linkage.custody.papers.accreditation import FILE, accreditation_of, draft
from tf_linkage.custody.vault.passwords import CUSTODIANS, Passwords
from tf_linkage.custody.vault.vault import LOCK, Vault
from tf_linkage.errors import InputRefused
from tf_linkage.hints import command
from tf_linkage.workspace.store import REGISTERS


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
    from tf_linkage.workspace.code_words import code_words  # noqa: PLC0415

    if missing := [folder for folder in chosen.folders if not folder.is_dir()]:
        raise InputRefused(f"{missing[0]}: there is no such folder")
    people = intake.read_table(chosen.people).collect()
    if not set(IDENTIFIERS) & set(people.columns):
        raise InputRefused(f"{chosen.people.name} has none of the columns {', '.join(IDENTIFIERS)}")
    target = sought([people, PLANTED], known=code_words())
    scanned = proven_scan(chosen.folders, target, leave_out=chosen.leave_out, say=say)
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


def add_breach_drill(drill: argparse.ArgumentParser) -> None:
    """Adds the arguments of `breach-drill`."""
    drill.description = (
        "Stages incidents in copies of a rehearsal's data folder: names in a published file, a changed vault, a\n"
        "wrong password, names held too long, a rewritten ledger, a changed package. Says whether what should\n"
        "notice each does, and writes the record with what the law asks then. Exit code 1 if one goes unnoticed."
    )
    add_data(drill)
    drill.set_defaults(run=_breach_drill)


def _breach_drill(chosen: argparse.Namespace) -> int:
    """Holds the drill; the folder itself stays as it is but for the record."""
    from tf_linkage.workspace.custodians.breach_drill import drill, drill_page  # noqa: PLC0415
    from tf_linkage.workspace.folder import store_of  # noqa: PLC0415

    store = store_of(study_of(chosen))
    with store.hold("a command, breach-drill"):
        outcomes = drill(store, say)
        page = store.write_text(["reports", "breach_drill"], ".md", drill_page(outcomes, dt.date.today()))
    for one in outcomes:
        print(f"{'noticed' if one.noticed else 'NOT NOTICED':<12} {one.seconds:5.1f} s  {one.incident.name}")
    unnoticed = sum(not one.noticed for one in outcomes)
    say(f"{len(outcomes)} incidents, {unnoticed} of them not noticed as they should be; the record: {page}")
    return FOUND if unnoticed else 0


def add_sign_off(sign: argparse.ArgumentParser) -> None:
    """Adds the arguments of `sign-off`."""
    sign.description = (
        "Puts on record that the engine and thresholds of the data folder were signed off, under the number of\n"
        "the decision; without one, says whether they were. Researchers read it in their database's quality\n"
        "statement, which the next run renews. Thresholds that change later are not signed off by it. Exit code\n"
        "1 if they are not."
    )
    sign.add_argument("--reference", metavar="NUMBER", help="number of the decision; nobody's name")
    add_data(sign)
    sign.set_defaults(run=_sign_off)


def _sign_off(chosen: argparse.Namespace) -> int:
    """Signs off, or says whether anybody did."""
    from tf_linkage.workspace.custodians.signed_off import NOBODY, sign_off, signed_off  # noqa: PLC0415
    from tf_linkage.workspace.folder import store_of  # noqa: PLC0415

    study = study_of(chosen)
    store = store_of(study)
    if chosen.reference is not None:
        with store.hold("a command, sign-off"):
            sign_off(store, study, chosen.reference)
    told = signed_off(store, study)
    say(f"engine {study.engine}, links from {study.link_threshold}, review from {study.review_threshold}: {told}")
    return FOUND if told.startswith(NOBODY) else 0


def add_accreditation(accreditation: argparse.ArgumentParser) -> None:
    """Adds the arguments of `accreditation`."""
    accreditation.description = (
        "Says what the data folder's accreditation still lacks before real records may be taken in: project,\n"
        "setting, researchers, impact assessment, days, and each body's agreement. Exit code 1 if anything."
    )
    accreditation.add_argument(
        "--draft", action="store_true", help="write the file with everything to be filled in"
    )
    add_data(accreditation)
    accreditation.set_defaults(run=_accreditation)


def _accreditation(chosen: argparse.Namespace) -> int:
    """Drafts the file, or says what it lacks."""
    folder = data_folder(chosen)
    path = folder / FILE
    if chosen.draft:
        if path.exists():
            raise InputRefused(f"{path} is there already; it is never written over")
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(draft(REGISTERS), encoding="utf-8")
        say(f"{path}: fill it in, then: {command('accreditation', data=folder)}")
        return 0
    granted = accreditation_of(folder)
    if granted is None:
        raise InputRefused(f"there is no {path}; draft it with: {command('accreditation', '--draft', data=folder)}")
    lacks = granted.lacks(REGISTERS, dt.date.today())
    for one in lacks:
        print(one)
    say(f"{path}: {len(lacks)} things stand in the way of real records" if lacks else f"{path}: nothing is lacking")
    return FOUND if lacks else 0
