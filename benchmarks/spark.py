"""Engine spark beside engine duckdb: the command `link` from files to files, the cluster Sail on this machine.

    python benchmarks/spark.py                       # 100,000 people asked about, 900,000 held
    python benchmarks/spark.py --size 200 8000       # a small population, to try it out

Command and server are processes of their own; processor seconds (user and system) and peak resident memory of each
are the system's count from its start to its exit. The files of links must be the same, byte for byte.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import files
import linkage

SERVER = {"SAIL_EXECUTION__CHECKPOINT__PATH": "memory:///checkpoints", "RUST_LOG": "error"}


def main() -> None:
    """Link both ways, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", nargs=2, type=int, metavar=("FAMILIES", "POPULATION"), help="of the population")
    parser.add_argument("--seed", type=int, default=2015, help="of the simulated population")
    chosen = parser.parse_args()
    folder = linkage._raw(*(chosen.size or linkage.SIZES["files"]), chosen.seed)
    print("| engine | process | CPU seconds | wall seconds | peak GB |\n|---|---|---|---|---|")
    _shown("duckdb", "command", *_linked(folder, "duckdb"))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "pysail", "spark", "server", "--ip", "127.0.0.1", "--port", str(port)],
        env=os.environ | SERVER | {"PYSPARK_PYTHON": sys.executable},
        stderr=subprocess.DEVNULL,
    )
    started = time.perf_counter()
    try:
        _await(port)
        words = ["--engine", "spark", "--spark", f"sc://127.0.0.1:{port}", "--invented"]
        _shown("spark", "command", *_linked(folder, "spark", *words))
    finally:
        server.send_signal(signal.SIGINT)
        _, _, used = os.wait4(server.pid, 0)
    _shown("spark", "server", time.perf_counter() - started, used.ru_utime + used.ru_stime, used.ru_maxrss)
    one, other = ((folder / f"{engine}.csv").read_bytes() for engine in ("duckdb", "spark"))
    links = one.count(b"\n") - 1
    print(f"{links:,} links and pairs for review, {'the same' if one == other else 'NOT the same'} byte for byte")
    if one != other:
        raise SystemExit(1)


def _linked(folder: Path, engine: str, *words: str) -> tuple[float, float, int]:
    """Wall and processor seconds and peak kilobytes of the command."""
    out = folder / f"{engine}.csv"
    out.unlink(missing_ok=True)
    ids = ["--left-id", files.LEFT, "--right-id", files.RIGHT]
    both = [str(folder / "left.parquet"), str(folder / "right.parquet")]
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "tf_linkage", "link", *both, "-o", str(out), *ids, *words],
        cwd=files.HOME,
        env=os.environ | {"PYTHONHASHSEED": "0"},
        stderr=subprocess.DEVNULL,
    )
    _, code, used = os.wait4(process.pid, 0)
    if code:
        raise SystemExit(f"engine {engine} failed")
    return time.perf_counter() - started, used.ru_utime + used.ru_stime, used.ru_maxrss


def _await(port: int) -> None:
    for _ in range(120):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.5)
    raise SystemExit("Sail did not start")


def _shown(engine: str, process: str, wall: float, processor: float, peak: int) -> None:
    print(f"| {engine} | {process} | {processor:.1f} | {wall:.1f} | {peak * 1024 / 1e9:.2f} |", flush=True)


if __name__ == "__main__":
    main()
