"""Files as a sender writes them: over nothing of anybody's, and such as the study accepts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from tf_linkage.contracts.registry import extract_tables
from tf_linkage.errors import InputRefused
from tf_linkage.fresh import fresh_beside
from tf_linkage.intake.mapping.apply import Mapped
from tf_linkage.intake.mapping.loading import Loaded
from tf_linkage.intake.reading.extracts import read_file
from tf_linkage.intake.receipts import is_ours, receipt_of, written_receipt


def place_of(folder: Path, loaded: Loaded) -> Path:
    """Where a mapped file is to lie: `<table>.<sender>.csv`, as the incoming folder takes it."""
    letters = ("".join(c if c.isalnum() and c.isascii() else " " for c in loaded.mapping.sender.lower())).split()
    return folder / f"{loaded.mapping.table}.{'-'.join(letters) or 'sender'}.csv"


def must_be_free(path: Path, inputs: Sequence[Path], ours: Callable[[Path], bool], what: str) -> None:
    """Sees to it, before any work, that a file can be written over nothing that a person sent or filled in.

    Args:
        path: of the file to be written.
        inputs: what the command reads.
        ours: whether a file that is there already was written by this command, as it is.
        what: the command would write there, in words.

    Raises:
        InputRefused: the file is one of the inputs, or is there already and is somebody's.
    """
    for given in inputs:
        if path.resolve() == given.resolve() or (path.exists() and given.exists() and path.samefile(given)):
            raise InputRefused(f"{path}: {what} would overwrite what it is made of; name another place")
    if path.is_dir():
        raise InputRefused(f"{path}: is a folder; name a file")
    if path.exists() and not ours(path):
        raise InputRefused(
            f"{path}: is there already, and is not {what} as it was last written; nothing was written. Name "
            "another place, or take it away"
        )


def place_for(path: Path, inputs: Sequence[Path]) -> None:
    """Sees to it that a mapped file and its receipt can be written; errors as in `must_be_free`."""
    must_be_free(path, inputs, is_ours, "the mapped file")
    receipt = receipt_of(path)
    must_be_free(receipt, inputs, lambda _: path.exists() and is_ours(path), "the receipt of the mapped file")


def write_mapped(made: Mapped, loaded: Loaded, path: Path) -> None:
    """Writes a mapped file and its receipt, for their owner alone, once the study's own reader takes the file.

    Args:
        made: the rows.
        loaded: their mapping.
        path: as `place_of` says; replaced as a whole.

    Raises:
        InputRefused: the file as written would be refused; nothing is left of it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh, receipt = fresh_beside(path, ".csv"), receipt_of(path)
    fresh_receipt = fresh_beside(receipt)
    try:
        fresh.touch(mode=0o600)
        made.rows.write_csv(fresh)
        _is_accepted(fresh, made, loaded.mapping.table, path.name)
        fresh_receipt.touch(mode=0o600)
        fresh_receipt.write_bytes(
            written_receipt(made.mapping, fresh.read_bytes(), made.rows.height, made.notes, made.part.drawn)
        )
        fresh.replace(path)
        fresh_receipt.replace(receipt)
    finally:
        fresh.unlink(missing_ok=True)
        fresh_receipt.unlink(missing_ok=True)


def _is_accepted(fresh: Path, made: Mapped, table: str, name: str) -> None:
    try:
        rows, _ = read_file(fresh, extract_tables()[table])
    except InputRefused as refusal:
        said = str(refusal).replace(fresh.name, name)
        raise InputRefused(f"{said}; the study would refuse the mapped file, so nothing was written") from None
    if not rows.equals(made.rows):
        raise InputRefused(f"{name}: would not be read as it was mapped, so nothing was written")
