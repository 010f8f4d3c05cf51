"""The leak scan's own proof: somebody planted in every format, all of whom it has to find.

Nobody is called this and the National Insurance number can never be allocated. The planted people and the ways in
which they hide. They are searched together with the folders.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import pickle
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb
import polars as pl

from tf_linkage.custody.audit.leak_scan import Scanned, Sought, scan
from tf_linkage.custody.refusals import CustodyRefused
from tf_linkage.progress import Say

PLANTED = pl.DataFrame(
    {
        "forename": ["Zyxxanthe", "Quillorn", "Bravindra", "Øthmund"],
        "surname": ["Quorbledew", "Farthinghoe", "Plimsollay", "Vexborough"],
        "date_of_birth": ["1931-02-28", "1932-03-27", "1933-04-26", "1934-05-25"],
        "address": ["917 Nonesuch Parade", "918 Nonesuch Parade", "Flat 9 Whither Court", "3 Nowhere Rise"],
        "postcode": ["ZZ99 9ZZ", "ZZ98 8ZZ", "ZZ97 7ZZ", "ZZ96 6ZZ"],
        "nino": ["QQ918273A", "QQ918274B", "QQ918275C", "QQ918276D"],
    }
)

INNOCENT = "innocent.txt"
_ROW = PLANTED.row(0, named=True)
_NAME = f"{_ROW['forename']} {_ROW['surname']}"


def proven_scan(
    roots: Sequence[Path], target: Sought, leave_out: Sequence[Path] = (), *, say: Say = lambda _: None
) -> Scanned:
    """Searches folders together with people planted in every format, each of whom it has to find.

    Args:
        roots: the folders, as in `leak_scan.scan`.
        target: what to search for; must include the planted people.
        leave_out: folders that are not searched.
        say: receives a line every few seconds on how many files are opened.

    Returns:
        What the scan came to, without the controls.

    Raises:
        CustodyRefused: a control was not found, or somebody was found in the file that holds nobody.
    """
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for name, plant in CONTROLS.items():
            plant(folder / name)
        (folder / INNOCENT).write_text("nobody stands here", encoding="utf-8")
        scanned = scan([*roots, folder], target, leave_out, say=say)
    mine = {finding.file for finding in scanned.findings if finding.root == folder}
    if missed := sorted(set(CONTROLS) - mine):
        raise CustodyRefused(f"the leak scan is blind: it did not find the control planted in {', '.join(missed)}")
    if INNOCENT in mine:
        raise CustodyRefused("the leak scan sees people where there are none")
    return Scanned(
        scanned.files - len(CONTROLS) - 1,
        scanned.encrypted,
        [finding for finding in scanned.findings if finding.root != folder],
    )


def _sqlite(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("create table logs (line text)")
    connection.execute("insert into logs values (?)", [f"cannot read {_NAME}"])
    connection.commit()
    connection.close()


def _duckdb(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("create table people (address varchar)")
        connection.execute("insert into people values (?)", [_ROW["address"]])


def _duckdb_after_delete(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        # Remnants in compressed blocks are out of reach, which is why no identifier ever enters such a file.
        connection.execute("pragma force_compression = 'uncompressed'")
        connection.execute("create table people (n integer, line varchar)")
        connection.execute(
            "insert into people select n, case when n % 10 = 0 then ? else 'x' end || n from range(20000) t(n)",
            [_ROW["address"]],
        )
        connection.execute("checkpoint")
        connection.execute("delete from people where n % 10 = 0")


def _zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner.json", json.dumps(_ROW))


def _text(content: str) -> Callable[[Path], object]:
    return lambda path: path.write_text(content, encoding="utf-8")


CONTROLS: dict[str, Callable[[Path], object]] = {
    "zstd.parquet": lambda path: PLANTED.select("forename", "surname").write_parquet(path, compression="zstd"),
    "gzip.parquet": lambda path: PLANTED.select("postcode").write_parquet(path, compression="gzip"),
    "surnames.parquet": lambda path: PLANTED.select("surname").write_parquet(path),
    "births.parquet": lambda path: PLANTED.select(pl.col("date_of_birth").str.to_date()).write_parquet(path),
    "zstd.arrow": lambda path: PLANTED.select("nino").write_ipc(path, compression="zstd"),
    "stream.arrow": lambda path: PLANTED.select("nino").write_ipc_stream(path),
    "forenames.csv": lambda path: PLANTED.select("forename").write_csv(path),
    "people.csv": PLANTED.write_csv,
    "people.csv.gz": lambda path: path.write_bytes(gzip.compress(PLANTED.write_csv().encode())),
    "people.zip": _zip,
    "log.sqlite": _sqlite,
    "table.duckdb": _duckdb,
    "deleted.duckdb": _duckdb_after_delete,
    "object.pickle": lambda path: path.write_bytes(pickle.dumps({"who": _NAME})),
    "note.json": _text(json.dumps({"surname": _ROW["surname"], "a": 1, "who": _NAME})),
    "page.html": _text(f"<p>{_ROW['address']}</p>"),
    "upper.log": _text(f"ERROR {_NAME.upper()} NOT FOUND"),
    "reversed.log": _text(f"{_ROW['surname']}, {_ROW['forename']}"),
    "utf16.txt": lambda path: path.write_bytes(_NAME.encode("utf-16")),
    "utf16-without-mark.txt": lambda path: path.write_bytes(_NAME.encode("utf-16-le")),
    "postcode-without-blank.txt": _text("at " + _ROW["postcode"].replace(" ", "")),
    "base64.txt": _text(base64.b64encode(_NAME.encode()).decode()),
    "hexadecimal.txt": _text(_NAME.encode().hex()),
    "md5.txt": _text(hashlib.md5(_ROW["nino"].encode(), usedforsecurity=False).hexdigest()),
    "sha1.txt": _text(hashlib.sha1(_ROW["nino"].encode(), usedforsecurity=False).hexdigest().upper()),
    "sha256.txt": _text(hashlib.sha256(_ROW["nino"].encode()).hexdigest()),
    "sha256-base64.txt": _text(base64.b64encode(hashlib.sha256(_NAME.lower().encode()).digest()).decode()),
    "unknown.bin": lambda path: path.write_bytes(bytes(range(256)) * 4),
}
"""How each planted file is written. The last is of no format at all, and must be reported as such."""
