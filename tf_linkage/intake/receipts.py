"""The receipt that `map-extract` writes next to a file: by which mapping it was made, of how many rows.

A receipt is held against its file. It is not a signature: who can write both can write both anew; what it proves is
that neither was changed by itself on the way.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tf_linkage.errors import InputRefused
from tf_linkage.intake.reading.names import RECEIPT

LARGEST = 100_000
"""Bytes; a receipt holds five short facts."""

_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Receipt:
    """What a receipt says, once it fits its file.

    Attributes:
        mapping: SHA-256 of the mapping.
        rows: of the file.
        left_out: what the mapping left out or took off, with counts.
        drawn: the day on which the extract was drawn, where the mapping says so.
    """

    mapping: str
    rows: int
    left_out: tuple[str, ...]
    drawn: dt.date | None = None


def receipt_of(path: Path) -> Path:
    """Where a file's receipt lies."""
    return path.with_name(path.name + RECEIPT)


def written_receipt(
    mapping: tuple[str, str], data: bytes, rows: int, left_out: Sequence[str], drawn: dt.date | None
) -> bytes:
    """The receipt of a file.

    Args:
        mapping: its name and SHA-256.
        data: the file.
        rows: of it.
        left_out: what the mapping left out or took off.
        drawn: the day on which the extract was drawn, as the mapping says.
    """
    facts = {
        "mapping": mapping[0],
        "mapping_sha256": mapping[1],
        "file_sha256": hashlib.sha256(data).hexdigest(),
        "rows": rows,
        "left out": list(left_out),
        "drawn": drawn.isoformat() if drawn else None,
    }
    return (json.dumps(facts | {"receipt_sha256": _over(facts)}, indent=1) + "\n").encode()


def receipt_for(path: Path, digest: str, rows: int) -> Receipt | None:
    """A file's receipt, held against the file; None where it has none.

    Args:
        path: the file.
        digest: its SHA-256.
        rows: that it has.

    Raises:
        InputRefused: the receipt is none of `map-extract`, was changed, or speaks of another file.
    """
    receipt = receipt_of(path)
    if not receipt.is_file():
        return None
    facts = _facts(receipt)
    if facts is None or not _DIGEST.fullmatch(str(facts.get("mapping_sha256"))):
        raise InputRefused(f"{receipt.name}: not a receipt as map-extract writes them; map the file again")
    if facts.get("receipt_sha256") != _over(facts):
        raise InputRefused(f"{receipt.name}: was changed after map-extract wrote it; map the file again")
    if facts["file_sha256"] != digest:
        raise InputRefused(
            f"{path.name}: its receipt speaks of another file, or the file was changed after map-extract wrote it; "
            "correct it at the source and map it again"
        )
    if facts["rows"] != rows:
        raise InputRefused(f"{receipt.name}: counts other rows than the file has; map the file again")
    drawn = dt.date.fromisoformat(facts["drawn"]) if facts.get("drawn") else None
    return Receipt(facts["mapping_sha256"], rows, tuple(map(str, facts["left out"])), drawn)


def is_ours(path: Path) -> bool:
    """Whether a file is, byte for byte, one that `map-extract` wrote: its receipt says so."""
    facts = _facts(receipt_of(path))
    return (
        facts is not None and facts.get("receipt_sha256") == _over(facts) and facts["file_sha256"] == _sha256(path)
    )


def digests_of_receipts(files: Iterable[Path]) -> dict[str, str]:
    """SHA-256 of the receipts of some files, by name, where they have any."""
    receipts = [receipt_of(path) for path in files]
    return {receipt.name: _sha256(receipt) for receipt in receipts if receipt.is_file()}


def orphans(folder: Path) -> list[str]:
    """Receipts whose file is not there."""
    receipts = sorted(folder.glob(f"*{RECEIPT}"))
    return [one.name for one in receipts if not one.with_name(one.name.removesuffix(RECEIPT)).is_file()]


def _facts(receipt: Path) -> dict[str, Any] | None:
    try:
        facts = json.loads(receipt.read_bytes()) if receipt.stat().st_size < LARGEST else None
    except (OSError, ValueError, RecursionError):
        return None
    needed = {"mapping", "mapping_sha256", "file_sha256", "rows", "left out", "receipt_sha256"}
    if not isinstance(facts, dict) or set(facts) - {"drawn"} != needed or not isinstance(facts["left out"], list):
        return None
    return facts if _is_day(facts.get("drawn")) else None


def _is_day(written: object) -> bool:
    """Whether a receipt's day is one, or none: receipts of before had none."""
    if not isinstance(written, str):
        return written is None
    try:
        return dt.date.fromisoformat(written).isoformat() == written
    except ValueError:
        return False


def _over(told: dict[str, Any]) -> str:
    words = json.dumps({name: fact for name, fact in told.items() if name != "receipt_sha256"}, sort_keys=True)
    return hashlib.sha256(words.encode()).hexdigest()


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
