"""Hand-overs out of a data folder as files to be carried, and carried files into it.

Where they lie, and that they get there whole.
"""

import shutil
import tempfile
from pathlib import Path

from tf_linkage.custody.handover import package
from tf_linkage.custody.handover.kinds import Handover, handover_named
from tf_linkage.custody.handover.manifest import Manifest, read_manifest
from tf_linkage.workspace.store import NEW, Store, swap_folder


def send(store: Store, handover: Handover, file: Path) -> Manifest:
    """Pack a hand-over into one file for its recipient.

    Raises:
        ArrivalRefused: it was not made here, or may not be held any longer.
    """
    place = store.place(handover.name.split("/"))
    manifest = read_manifest(place)
    store.delivery().look_at(manifest, handover, place)
    package.pack(place, file)
    return manifest


def receive(store: Store, file: Path) -> Manifest:
    """Put a carried file into its recipient's vault, once all is well that shows without a password.

    Raises:
        ArrivalRefused: it is no hand-over of this study, was damaged, or may not be held any longer.
    """
    folder = Path(tempfile.mkdtemp(dir=store.root, prefix=".received", suffix=NEW))
    try:
        manifest = package.unpack(file, folder)
        handover = handover_named(manifest.name)
        store.delivery().look_at(manifest, handover, folder)
        place = store.place(handover.name.split("/"))
        place.parent.mkdir(parents=True, exist_ok=True)
        swap_folder(folder, place)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return manifest
