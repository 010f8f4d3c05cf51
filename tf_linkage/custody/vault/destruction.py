"""Destruction: what is past its last day goes, by key and by file, and a certificate says so.

Killed half-way, it is finished the next time; late, it is done all the same and the lateness is put on record.
Destroying what is due, its certificates, and what was destroyed when.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tf_linkage.custody.audit.ledger import Entry, Ledger
from tf_linkage.custody.refusals import LedgerBroken
from tf_linkage.custody.vault.retention import Deadlines
from tf_linkage.custody.vault.vault import KEY, Vault, in_clear

METHOD = "the key's file, and clerks' sheets, overwritten and removed; then the encrypted files removed"
LIMITS = "says nothing of backups, of copies made outside the vault, or of remnants on a disk"


@dataclass(frozen=True)
class Certificate:
    """What was destroyed, when, how, and whether in time; no one's name, no digest of anything readable."""

    number: int
    custodian: str
    datasets: list[str]
    due: str
    destroyed: str
    in_time: bool
    method: str
    limits: str
    keys_sha256: dict[str, str]
    files_sha256: dict[str, str]
    files_left: int


def destroy_due(
    vaults: Sequence[Vault], deadlines: Deadlines, today: dt.date, ledger: Ledger, certificates: Path
) -> list[Certificate]:
    """Destroys every dataset whose last day has come, and finishes what was interrupted.

    Args:
        vaults: the vaults to look into.
        deadlines: until when who may hold what. What is on its last day today is destroyed today.
        today: the study's day.
        ledger: where each step is recorded.
        certificates: the folder for certificates.

    Returns:
        A certificate for each vault of which something was destroyed.
    """
    made = []
    entries = ledger.entries()
    begun = {vault.custodian: interrupted(entries, vault.custodian) for vault in vaults}
    # What was begun is finished first: then its certificate takes the number that a killed run may have used.
    for vault in sorted(vaults, key=lambda vault: not begun[vault.custodian]):
        _, last_day = deadlines.of(vault.custodian)
        due = sorted(set(vault.datasets()) | begun[vault.custodian])
        if last_day <= today and due:
            made.append(_destroy(vault, due, last_day, today, ledger, certificates))
    return made


def destroyed_on(entries: Sequence[Entry], custodian: str, dataset: str) -> str | None:
    """The day on which a dataset was destroyed, or its destruction begun; None if it was not."""
    for entry in reversed(entries):
        if (entry.event, entry.custodian) == ("destroying", custodian) and dataset in entry.facts["datasets"]:
            return entry.day
    return None


def interrupted(entries: Sequence[Entry], custodian: str) -> set[str]:
    """Datasets whose destruction was begun and not finished."""
    left: set[str] = set()
    for entry in entries:
        if entry.custodian == custodian and entry.event == "destroying":
            left |= set(entry.facts["datasets"])
        if entry.custodian == custodian and entry.event == "destroyed":
            left = set()
    return left


def verify_certificates(ledger: Ledger, certificates: Path) -> int:
    """Checks every certificate against the ledger, both ways.

    Returns:
        How many there are.

    Raises:
        LedgerBroken: one is missing, was changed, or is in no entry.
    """
    told = {e.facts["certificate"]: e.facts["sha256"] for e in ledger.entries() if e.event == "destroyed"}
    there = {path.name: _sha256(path) for path in sorted(certificates.glob("*.json"))}
    if told != there:
        wrong = sorted(name for name in told.keys() | there.keys() if told.get(name) != there.get(name))
        raise LedgerBroken(f"certificate {wrong[0]} is missing, was changed, or is not in the ledger")
    return len(there)


def _destroy(  # noqa: PLR0917 - what, why and where, each once
    vault: Vault, datasets: list[str], due: dt.date, today: dt.date, ledger: Ledger, certificates: Path
) -> Certificate:
    """One vault's datasets, with the ledger told before and after."""
    files = {
        f"{dataset}/{path.name}": _sha256(path)
        for dataset in datasets
        for path in sorted((vault.folder / dataset).glob("*"))
        if path.is_file() and not in_clear(path)
    }
    ledger.append(today, "destroying", vault.custodian, "all that is due", datasets=datasets, due=due.isoformat())
    for dataset in datasets:
        vault.destroy(dataset)
    if today > due:
        ledger.append(
            today, "breach", vault.custodian, "held too long", due=due.isoformat(), days=(today - due).days
        )
    left = [path for dataset in datasets for path in (vault.folder / dataset).rglob("*")]
    certificate = Certificate(
        number=sum(entry.event == "destroyed" for entry in ledger.entries()) + 1,
        custodian=vault.custodian,
        datasets=datasets,
        due=due.isoformat(),
        destroyed=today.isoformat(),
        in_time=today <= due,
        method=METHOD,
        limits=LIMITS,
        keys_sha256={name: digest for name, digest in files.items() if name.endswith(KEY)},
        files_sha256={name: digest for name, digest in files.items() if not name.endswith(KEY)},
        files_left=len(left),
    )
    path = certificates / f"{certificate.number:04}-{vault.custodian}.json"
    certificates.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.new")
    new.write_text(json.dumps(asdict(certificate), indent=1), encoding="utf-8")
    new.replace(path)
    ledger.append(
        today, "destroyed", vault.custodian, "all that was due", certificate=path.name, sha256=_sha256(path)
    )
    return certificate


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
