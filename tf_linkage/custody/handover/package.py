"""A hand-over as one file that can be carried to another machine, and back out of it.

Everything in the file is encrypted for its recipient but the manifest and the sealed key, which name nobody; so it
may travel on any medium. What is inside shows only to its recipient. Packing and unpacking.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from tf_linkage.custody.handover.manifest import FILE, Manifest, read_manifest
from tf_linkage.custody.refusals import FileChanged
from tf_linkage.custody.vault.vault import KEY

PARTIAL = ".partial"
TABLE = re.compile(r"[a-z_]+\.parquet")


def pack(dataset: Path, file: Path) -> None:
    """Packs a dataset with its manifest into one file, whole or not at all.

    Args:
        dataset: the dataset's folder in its recipient's vault.
        file: where the packed file is to lie; replaced as a whole.
    """
    fresh = file.with_name(f".{file.name}{PARTIAL}")
    try:
        # What is encrypted does not get smaller.
        with zipfile.ZipFile(fresh, "w", zipfile.ZIP_STORED) as packed:
            for path in sorted(dataset.iterdir()):
                packed.write(path, path.name)
        fresh.replace(file)
    finally:
        fresh.unlink(missing_ok=True)


def unpack(file: Path, folder: Path) -> Manifest:
    """Unpacks a carried file into an empty folder.

    Returns:
        Its manifest, as yet unchecked.

    Raises:
        FileChanged: it is no such file, or was damaged on the way.
        ManifestMissing: there is no manifest in it.
    """
    try:
        with zipfile.ZipFile(file) as packed:
            for entry in packed.infolist():
                if entry.filename not in (FILE, KEY) and not TABLE.fullmatch(entry.filename):
                    raise FileChanged(f"{file.name} holds what no hand-over holds; have it sent again")
                # The packer's own checksum is checked while reading.
                (folder / entry.filename).write_bytes(packed.read(entry))
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError):
        raise FileChanged(f"{file.name} is no hand-over, or was damaged on the way; have it sent again") from None
    return read_manifest(folder)
