"""A hand-over as one file that can be carried to another machine, and back out of it.

Everything in the file is encrypted for its recipient but the manifest and the sealed key, which name nobody; so it
may travel on any medium. What is inside shows only to its recipient. Packing and unpacking.
"""

from __future__ import annotations

import errno
import re
import shutil
import zipfile
from pathlib import Path

from tf_linkage.custody.handover.manifest import FILE, Manifest, read_manifest
from tf_linkage.custody.refusals import ArrivalRefused, FileChanged
from tf_linkage.custody.vault.vault import KEY

PARTIAL = ".partial"
TABLE = re.compile(r"[a-z_]{1,60}\.parquet")
OF_THIS_MACHINE = (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS, errno.EIO, errno.ENOENT)
"""Errors that say nothing of the package: no room, no right, no file."""

MOST_ENTRIES, LARGEST_WORDS = 40, 65_536
"""Files of a package, and bytes of its manifest or sealed key: several times what any has."""


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

    A package is what `pack` writes and nothing else: files of a dataset, each once, stored as they are. What is
    packed smaller than it is, is no package, so that none can fill a disk or a memory.

    Returns:
        Its manifest, as yet unchecked.

    Raises:
        FileChanged: it is no such file, or was damaged on the way.
        ManifestMissing: there is no manifest in it.
    """
    try:
        with zipfile.ZipFile(file) as packed:
            entries = packed.infolist()
            _looks_like_ours(file, entries)
            for entry in entries:
                with packed.open(entry) as source, (folder / entry.filename).open("wb") as out:
                    # The packer's own checksum is checked while reading.
                    shutil.copyfileobj(source, out)
        manifest = read_manifest(folder)
    except ArrivalRefused as refusal:
        raise type(refusal)(_naming(file, str(refusal))) from None
    except Exception as error:
        if isinstance(error, OSError) and error.errno in OF_THIS_MACHINE:
            raise
        # Hostile files raise what they like: broken directories, checksums, offsets, names.
        raise FileChanged(f"{file.name} is no hand-over, or was damaged on the way; have it sent again") from None
    return manifest


def _looks_like_ours(file: Path, entries: list[zipfile.ZipInfo]) -> None:
    names = [entry.filename for entry in entries]
    if len(entries) > MOST_ENTRIES or len(set(names)) < len(names):
        raise FileChanged(f"{file.name} holds more files than a hand-over, or one twice; have it sent again")
    for entry in entries:
        if entry.filename not in (FILE, KEY) and not TABLE.fullmatch(entry.filename):
            raise FileChanged(f"{file.name} holds what no hand-over holds; have it sent again")
        if (
            entry.compress_type != zipfile.ZIP_STORED
            or entry.compress_size != entry.file_size
            or entry.flag_bits & 1
        ):
            raise FileChanged(f"{file.name} is packed as no hand-over is; have it sent again")
        if entry.filename in (FILE, KEY) and entry.file_size > LARGEST_WORDS:
            raise FileChanged(f"{file.name} says more than a hand-over does; have it sent again")
    if sum(entry.file_size for entry in entries) > file.stat().st_size:
        raise FileChanged(f"{file.name} claims to be larger than it is; have it sent again")


def _naming(file: Path, said: str) -> str:
    return said if file.name in said else f"{file.name}: {said}"
