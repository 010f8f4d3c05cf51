"""Out of memory, nobody's data lands in a plain temporary file: polars gives up, and so does DuckDB."""

import os
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import duckdb
import pytest

from tf_linkage.errors import LinkageRefused
from tf_linkage.linkage.tables.database import Limits, connected

CANARY = "Zyxxanthe"
TOO_LITTLE = {"POLARS_OOC_MEMORY_BUDGET_MB": "5", "POLARS_OOC_SPILL_MIN_BYTES": "1"}
"""Memory in which the sort below does not fit, so that polars spills where it may."""

SORT = f"""
    import polars as pl
    from pathlib import Path
    import sys
    where = Path(sys.argv[1])
    names = pl.LazyFrame({{"forename": [f"{CANARY}{{n % 977}}" for n in range(600_000)], "n": range(600_000)}})
    names.sort("forename", "n", descending=[True, False]).sink_parquet(where / "sorted.parquet")
"""


def spilled_by(words: str, folder: Path) -> tuple[int, str, set[str]]:
    """Run a script with too little memory; its exit code, what it said, and the spill files it made."""
    spill = folder / "spill"
    spill.mkdir()
    clean = {name: value for name, value in os.environ.items() if not name.startswith("POLARS_OOC")}
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(words), str(folder)],
        env=clean | TOO_LITTLE | {"POLARS_OOC_SPILL_DIR": str(spill)},
        stderr=subprocess.PIPE,
        text=True,
    )
    seen: set[str] = set()
    while process.poll() is None:
        seen |= {path.name for path in spill.rglob("*") if path.is_file()}
        time.sleep(0.002)
    return process.returncode, process.communicate()[1], seen


def test_polars_alone_spills_in_the_clear(tmp_path: Path) -> None:
    """Positive control: this is what would happen."""
    code, said, files = spilled_by(SORT, tmp_path)
    assert code == 0, said
    assert files


def test_polars_never_spills_in_this_house(tmp_path: Path) -> None:
    """Even when polars was imported first: it gives up, and nothing was written."""
    code, said, files = spilled_by("import polars\nimport tf_linkage\n" + textwrap.dedent(SORT), tmp_path)
    assert code != 0
    assert "out-of-core disk budget" in said
    assert CANARY not in said
    assert not files


class Watched:
    """Every byte that a folder's files ever held, as far as one can look."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.held, self._done = folder, dict[str, bytes](), threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> "Watched":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def look(self) -> None:
        """Keep what stands there now."""
        for path in self.folder.rglob("*"):
            try:
                if path.is_file():
                    self.held[path.name] = self.held.get(path.name, b"")[-200_000_000:] + path.read_bytes()
            except OSError:
                continue

    def _watch(self) -> None:
        while not self._done.wait(0.05):
            self.look()


def sort_in(connection: duckdb.DuckDBPyConnection) -> None:
    """A sort that does not fit into the memory of the tests below."""
    connection.execute(
        f"create temp table names as select '{CANARY}' || (n * 7919 % 1000003) as forename, n "
        "from range(1500000) rows(n) order by hash(n)"
    )


def test_duckdb_alone_spills_in_the_clear(tmp_path: Path) -> None:
    """Positive control: the same sort with DuckDB's own settings leaves names on the disk."""
    with duckdb.connect(":memory:") as connection, Watched(tmp_path) as watched:
        connection.execute(f"set temp_directory = '{tmp_path}'")
        connection.execute("set memory_limit = '30MB'")
        connection.execute("set threads = 1")
        sort_in(connection)
        watched.look()
    assert any(CANARY.encode() in data for data in watched.held.values())


def test_the_linkage_writes_nothing_to_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It gives up in words of its own instead."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with Watched(tmp_path) as watched, pytest.raises(LinkageRefused, match=r"needs more than 0\.03 GB of memory"):
        with connected(Limits(memory_gb=0.03, threads=1)) as connection:
            sort_in(connection)
        watched.look()
    assert not watched.held


def test_the_same_fits_into_more_memory() -> None:
    with connected(Limits(memory_gb=1, threads=1)) as connection:
        sort_in(connection)
        assert connection.execute("select count(*) from names").fetchone() == (1_500_000,)
