"""Handing over and receiving: a manifest is made with each hand-over and checked on arrival, and the ledger told.

What a sender says and what a recipient checks, each refusal in words of its own.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from tf_linkage.custody.audit.ledger import Entry, Ledger
from tf_linkage.custody.handover.kinds import Handover
from tf_linkage.custody.handover.manifest import (
    Manifest,
    contract_version,
    key_sha256,
    manifest_sha256,
    read_manifest,
    told,
)
from tf_linkage.custody.handover.taken_in import facts_of, not_before_the_last, not_what_people_left
from tf_linkage.custody.refusals import (
    FileChanged,
    ManifestChanged,
    ManifestMissing,
    OtherContract,
    OtherRequest,
    OtherStudy,
    Overdue,
    RowsMissing,
    Superseded,
)
from tf_linkage.custody.vault.clock import Clock
from tf_linkage.custody.vault.retention import Deadlines
from tf_linkage.custody.vault.vault import KEY, SINGLE, Vault

LESS = "people taken out by the recipient, as they asked"


@dataclass(frozen=True)
class Delivery:
    """The hand-overs of one data folder.

    Attributes:
        study: the study's name, the same at every body.
        vault: each body's vault, or as much of it as is here.
        clock: what day it is.
        deadlines: until when who may hold what.
        ledger: what is told of each hand-over and arrival.
    """

    study: str
    vault: Callable[[str], Vault]
    clock: Clock
    deadlines: Deadlines
    ledger: Ledger

    def send(
        self,
        handover: Handover,
        tables: Mapping[str, pl.DataFrame],
        folder: Path,
        mappings: str | None = None,
    ) -> Manifest:
        """Puts the manifest next to a dataset that was just encrypted for its recipient, and tells the ledger.

        Args:
            handover: which one it is.
            tables: what was encrypted.
            folder: where that lies, with its sealed key.
            mappings: digest over the mappings by which they were made, if any.
        """
        sender = self.vault(handover.sender)
        key = sender.key_with(self.vault(handover.recipient), handover.name)
        _, last_day = self.deadlines.of(handover.recipient)
        manifest = Manifest(
            name=handover.name,
            study=self.study,
            sender=handover.sender,
            recipient=handover.recipient,
            sent=self.clock.today().isoformat(),
            number=len(handover.made(self.ledger.entries())) + 1,
            destroy_by=last_day.isoformat(),
            contract=contract_version(handover.kept_by(tables)),
            tables=told(tables, key),
            answers=self._answered(handover),
            key_sha256=key_sha256(folder),
            mappings=mappings,
        ).sealed(key)
        manifest.write(folder)
        return manifest

    def record(self, handover: Handover) -> Manifest:
        """Tells the ledger of a hand-over that now lies in its recipient's vault."""
        manifest = read_manifest(self._folder(handover))
        about = handover.about
        self.ledger.append(
            self.clock.today(),
            handover.event,
            handover.sender,
            about,
            size=self.ledger.size(about, manifest.rows),
            destroy_by=manifest.destroy_by,
            content=manifest.content,
            **({"mappings": manifest.mappings} if manifest.mappings else {}),
        )
        return manifest

    def take_out(self, handover: Handover, tables: Mapping[str, pl.DataFrame], folder: Path) -> None:
        """Says of what arrived that its recipient took people out of it, as they asked; it is no less arrived.

        The sender's seal and digests no longer fit; the ledger vouches in their place.

        Args:
            handover: which one it is.
            tables: what is left, encrypted for the recipient.
            folder: where that lies, to be swapped in.
        """
        before = read_manifest(self._folder(handover))
        left = {name: (table.height, LESS) for name, table in sorted(tables.items())}
        after = replace(before, tables=left, key_sha256=key_sha256(folder), seal=LESS)
        after.write(folder)
        self._taken_in("arrived", handover, after, folder, less=LESS)

    def receive(self, handover: Handover) -> None:
        """Puts on record that a hand-over was carried here, so that none before it comes back unnoticed."""
        folder = self._folder(handover)
        self._taken_in("received", handover, read_manifest(folder), folder)

    def arrive(self, handover: Handover) -> Manifest:
        """Checks what arrived in its recipient's vault; the first time, everything, and puts the arrival on record.

        Raises:
            ManifestMissing, ManifestChanged: it has no manifest, or not the sender's.
            FileChanged: what is there is not what the manifest speaks of.
            OtherStudy: it is of another study, or of another calendar.
            OtherContract: it keeps another version of the contract.
            Overdue: its last day has come.
            RowsMissing: a table has fewer or more rows than were sent.
            OtherRequest: it answers another request than the last one made.
            Superseded: a newer one was taken in before, or people were taken out of it since.
            VaultRefused: the vault does not open.
        """
        folder = self._folder(handover)
        manifest = read_manifest(folder)
        entries = self.ledger.entries()
        digest = manifest_sha256(folder)
        self._not_superseded(manifest, digest, handover, entries)
        known = any(entry.event == "arrived" and entry.facts.get("manifest") == digest for entry in entries)
        if known:
            self.look_at(manifest, handover, folder)
        else:
            self.check(manifest, handover, folder)
            self._taken_in("arrived", handover, manifest, folder)
        if handover.answers is not None:
            _answers_the_last(manifest, handover, entries)
        return manifest

    def check(self, manifest: Manifest, handover: Handover, folder: Path) -> None:
        """Checks all of a hand-over, where it lies: seal, recipient, calendar, contract, digests, rows.

        Raises:
            as `arrive`.
        """
        key = self._sealed_by_sender(manifest, handover)
        self.look_at(manifest, handover, folder)
        self._all_there(manifest, handover, key, folder)

    @staticmethod
    def _not_superseded(manifest: Manifest, digest: str, handover: Handover, entries: Sequence[Entry]) -> None:
        try:
            not_before_the_last(manifest, handover, entries)
            not_what_people_left(manifest, digest, handover, entries)
        except Superseded as refusal:
            raise Superseded(f"{handover.name}: {refusal}") from None

    def _taken_in(self, event: str, handover: Handover, manifest: Manifest, folder: Path, **facts: str) -> None:
        """Puts on record that a hand-over was taken in."""
        about = handover.about
        self.ledger.append(
            self.clock.today(),
            event,
            handover.recipient,
            about,
            sender=handover.sender,
            size=self.ledger.size(about, manifest.rows),
            **facts_of(manifest, manifest_sha256(folder)),
            **facts,
        )

    def look_at(self, manifest: Manifest, handover: Handover, folder: Path) -> None:
        """Checks what shows without a password; errors as in `arrive`."""
        name, here = handover.name, self.deadlines.of(handover.recipient)[1].isoformat()
        if (folder / KEY).exists() and manifest.key_sha256 != key_sha256(folder):
            raise FileChanged(
                f"{name}: the files are not those that {manifest.sender} sent with this manifest; they were "
                "changed or exchanged on the way. Have them sent again"
            )
        if (manifest.name, manifest.sender, manifest.recipient) != (name, handover.sender, handover.recipient):
            raise ManifestChanged(f"{name}: the manifest is that of {manifest.name}; have both sent again")
        if manifest.study != self.study:
            raise OtherStudy(
                f"{name} was made for the study {manifest.study!r}, and this is {self.study!r}. It was sent to the "
                "wrong folder, or TF_LINKAGE_NAME differs between the two bodies"
            )
        if self.clock.today().isoformat() >= manifest.destroy_by:
            raise Overdue(
                f"{name} was to be destroyed by {manifest.destroy_by}, and it is {self.clock.today()}: it may not "
                "be opened any more. Destroy every copy and ask its sender for a new one if the study allows it"
            )
        if manifest.destroy_by != here:
            raise OtherStudy(
                f"{name} says that it is to be destroyed by {manifest.destroy_by}, and by this folder's calendar "
                f"it would be kept until {here}: set TF_LINKAGE_DATE_EXCHANGE and TF_LINKAGE_DATE_DESTROY_BY as "
                "its sender has them"
            )
        if manifest.contract not in map(contract_version, handover.contracts):
            raise OtherContract(
                f"{name} was made under contract {manifest.contract}, and here {contract_version(handover.tables)} "
                "counts: sender and recipient do not run the same version of tf_linkage. Agree on one, then send "
                "again"
            )

    def _sealed_by_sender(self, manifest: Manifest, handover: Handover) -> bytes:
        """The key of sender and recipient, once the manifest's seal was made with it."""
        key = self.vault(handover.recipient).key_with(self.vault(handover.sender), handover.name)
        if not hmac.compare_digest(manifest.seal, manifest.seal_of(key)):
            raise ManifestChanged(
                f"{handover.name}: the manifest is not as {handover.sender} sealed it: it was changed, or somebody "
                f"else made it. Compare locks with {handover.sender}, then have it sent again"
            )
        return key

    def _all_there(self, manifest: Manifest, handover: Handover, key: bytes, folder: Path) -> None:
        """Whether every table opens and holds what was sent."""
        files = {path.stem for path in folder.glob("*.parquet")}
        if files != {name or SINGLE for name in manifest.tables}:
            raise FileChanged(f"{handover.name} holds other tables than its manifest says; have it sent again")
        read = self.vault(handover.recipient).read(handover.dataset, folder)
        tables = {name: part.collect() for name, part in (read if isinstance(read, dict) else {"": read}).items()}
        for name, (rows, digest) in manifest.tables.items():
            said = f"{handover.name}: table {name}" if name else handover.name
            if name not in tables or tables[name].height != rows:
                found = tables[name].height if name in tables else 0
                raise RowsMissing(f"{said} has {found} rows, and {rows} were sent; have it sent again")
            if told({name: tables[name]}, key)[name][1] != digest:
                raise FileChanged(f"{said} does not hold what its sender says was sent; have it sent again")

    def _answered(self, handover: Handover) -> str | None:
        """What a hand-over answers, as it lies in the sender's own vault."""
        if handover.answers is None:
            return None
        own = self.vault(handover.sender).folder / handover.answers.split("/")[-1]
        try:
            return read_manifest(own).content
        except ManifestMissing:
            return None

    def _folder(self, handover: Handover) -> Path:
        return self.vault(handover.recipient).folder / handover.dataset


def _answers_the_last(manifest: Manifest, handover: Handover, entries: Sequence[Entry]) -> None:
    """Whether a return answers the request that was made last."""
    asked = [entry for entry in entries if entry.event == "requested" and entry.about == handover.answers]
    if not asked or asked[-1].facts.get("content") != manifest.answers:
        raise OtherRequest(
            f"{handover.name} does not answer the last request to {handover.sender}: "
            + ("the request has changed since" if asked else "none is on record here")
            + f". Let {handover.sender} run its part again on the request as it is now"
        )
