"""Hand-overs out of a data folder as files to be carried, and carried files into it.

Where they lie, and that they get there whole.
"""

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tf_linkage.custody.audit.ledger import Entry
from tf_linkage.custody.handover import package
from tf_linkage.custody.handover.kinds import Handover, handover_named
from tf_linkage.custody.handover.manifest import Manifest, manifest_sha256, read_manifest
from tf_linkage.custody.handover.taken_in import (
    not_another_of_its_number,
    not_before_the_last,
    not_what_people_left,
)
from tf_linkage.custody.refusals import (
    ArrivalRefused,
    KeyDestroyed,
    LockMissing,
    ManifestMissing,
    Superseded,
    VaultRefused,
)
from tf_linkage.custody.vault.destruction import destroyed_on
from tf_linkage.custody.vault.vault import LOCK, OWNERS_FILE
from tf_linkage.errors import TfLinkageError
from tf_linkage.workspace.store import NEW, Store, swap_folder


def send(store: Store, handover: Handover, file: Path) -> Manifest:
    """Pack a hand-over into one file for its recipient.

    Raises:
        KeyDestroyed: it was destroyed, as promised.
        TfLinkageError: it was never made here.
        ArrivalRefused: it may not be held any longer.
        LedgerBroken: the ledger is not as it was written; nothing leaves before that is cleared up.
    """
    entries = store.ledger().entries()
    place = store.place(handover.name.split("/"))
    if not place.is_dir():
        if day := destroyed_on(entries, handover.recipient, handover.dataset):
            raise KeyDestroyed(
                f"{handover.name} was destroyed on {day}, as the privacy notice promises; nothing is left"
            )
        if made := handover.made(entries):
            raise TfLinkageError(
                f"{handover.name} was made here on {made[-1].day}, and its copy was removed since: run "
                f"{handover.sender}'s own job again to make it anew"
            )
        raise TfLinkageError(
            f"{handover.name} has not been made in {store.root}: run {handover.sender}'s own job first, with "
            f"{handover.sender}'s password"
        )
    manifest = read_manifest(place)
    store.delivery().look_at(manifest, handover, place)
    package.pack(place, file)
    return manifest


def _is_the_latest(manifest: Manifest, handover: Handover, entries: Sequence[Entry], place: Path) -> None:
    """An old package carried again, by mistake or on purpose, would bring back who has left since."""
    try:
        not_before_the_last(manifest, handover, entries)
        not_another_of_its_number(manifest, handover, entries)
        _not_before_what_lies_here(manifest, place)
    except Superseded as refusal:
        raise Superseded(f"{refusal}; or, to go back on purpose, add --go-back, which the ledger tells") from None


def _not_before_what_lies_here(manifest: Manifest, place: Path) -> None:
    """What was made in this folder itself was never taken in."""
    try:
        here = read_manifest(place)
    except ManifestMissing:
        return
    if manifest.order < here.order:
        raise Superseded(
            f"{manifest.sender} made it on {manifest.sent} (number {manifest.number}), and a newer one of "
            f"{here.sent} (number {here.number}) lies here; nothing was replaced. Have the latest sent again"
        )


def receive(store: Store, file: Path, *, go_back: bool = False) -> Manifest:
    """Put a carried file into its recipient's vault, once all of it was checked: nothing is replaced before.

    Args:
        store: the recipient's data folder, whose ledger remembers what was taken in.
        file: the package.
        go_back: whether one that is older than the last may take its place. Never one that people have left since.

    Raises:
        ArrivalRefused: it is no hand-over of this study, was damaged, may not be held any longer, or is older than
            what was taken in last.
        LedgerBroken: the ledger is not as it was written.
        VaultRefused: the recipient's vault does not open, or the sender's lock is not here.
    """
    entries = store.ledger().entries()
    folder = Path(tempfile.mkdtemp(dir=store.root, prefix=".received", suffix=NEW))
    try:
        manifest = package.unpack(file, folder)
        try:
            handover = handover_named(manifest.name)
            if not (store.vault(handover.recipient).folder / LOCK).exists():
                raise LockMissing(
                    f"it is for {handover.recipient}, and no lock of {handover.recipient} is kept in {store.root}: "
                    "take it in where that is"
                )
            store.delivery().check(manifest, handover, folder)
            not_what_people_left(manifest, manifest_sha256(folder), handover, entries)
            if not go_back:
                _is_the_latest(manifest, handover, entries, store.place(handover.name.split("/")))
        except (ArrivalRefused, VaultRefused) as refusal:
            raise type(refusal)(f"{file.name}: {refusal}") from None
        for path in folder.iterdir():
            path.chmod(OWNERS_FILE)
        place = store.place(handover.name.split("/"))
        place.parent.mkdir(parents=True, exist_ok=True)
        swap_folder(folder, place)
        store.delivery().receive(handover)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return manifest
