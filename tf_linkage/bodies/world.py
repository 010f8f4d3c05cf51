"""The whole simulated world written to files, in pieces, so that memory does not grow with the population.

Simulating some localities at a time, recording them in every register, and laying the pieces of each register
together in key order.

A register's rows come in the order of its keys over the whole world, never in the order of the pieces: which
piece a row came from would say where the person lives.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from threading import Lock
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tf_linkage.bodies import council
from tf_linkage.bodies.effects import Lives, with_effects
from tf_linkage.bodies.recording.recorded import Recorded
from tf_linkage.bodies.register import Register
from tf_linkage.bodies.registers import simulated
from tf_linkage.bodies.true_tables import true_people, true_records_and_errors
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.population.draws import Draws
from tf_linkage.population.people.localities import Localities, localities
from tf_linkage.population.settings import Settings
from tf_linkage.population.simulation import simulate_columns

CHUNK: Final = 8
"""Localities in a piece: about 100,000 people."""

_ROWS_IN_A_FILE: Final = 4_000_000


def write_world(
    settings: Settings, folder: Path, *, chunk: int = CHUNK, only: Collection[str] | None = None
) -> dict[str, int]:
    """Write every extract and the truth of a world as folders of Parquet files.

    A world of several pieces is made by this process and a second one, which starts as Python's `spawn` does: a
    script that calls this needs the usual `if __name__ == "__main__"`.

    Args:
        settings: the world.
        folder: an empty or missing folder; receives one folder for each of `registry.extract_tables()` and
            `truth_people`, `truth_records`, `truth_errors`, each holding files whose names sort in row order.
        chunk: localities simulated at a time; changes memory and speed, never a row.
        only: names of the tables to write; all unless given.

    Returns:
        Rows written by table.

    Raises:
        KeyError: a table of `only` that the world has not; nothing is laid together then.
    """
    count = len(localities(settings))
    parts = [(settings, folder, start, chunk, only) for start in range(0, count, chunk)]
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        other = pool if len(parts) > 1 else None
        _divide(_write_part, parts, other)
        sizes = _sizes(folder / _PIECES)
        # The largest tables first, so that neither process is left with one at the end.
        tables = sorted(sizes, key=lambda name: -sizes[name])
        rows = _divide(_lay_together, [(folder, name) for name in tables], other)
    shutil.rmtree(folder / _PIECES)
    written = dict(zip(tables, rows, strict=True))
    return {name: written[name] for name in sorted(written)}


_PIECES: Final = ".pieces"


def _divide(work: Callable[..., int], jobs: Sequence[tuple[Any, ...]], other: Executor | None) -> list[int]:
    """Do every job, here or in the other process if there is one; results in the order of the jobs."""
    done = [0] * len(jobs)
    waiting = iter(enumerate(jobs))
    turn = Lock()

    def take(run: Callable[..., int]) -> None:
        while True:
            with turn:
                number, job = next(waiting, (-1, ()))
            if number < 0:
                return
            done[number] = run(*job)

    with ThreadPoolExecutor(1) as hand:
        elsewhere = other and hand.submit(take, lambda *job: other.submit(work, *job).result())
        take(work)
        if elsewhere:
            elsewhere.result()
    return done


def _write_part(settings: Settings, folder: Path, start: int, chunk: int, only: Collection[str] | None) -> int:
    """Simulate and record some localities, each register's rows in key order; returns their rows."""
    tables = record_part(settings, localities(settings).part(start, start + chunk))
    if only is not None:
        tables = {name: tables[name] for name in only}
    for name, table in tables.items():
        path = folder / _PIECES / name / f"{start // chunk:06}.arrow"
        path.parent.mkdir(parents=True, exist_ok=True)
        table.write_ipc(path)
    return sum(map(len, tables.values()))


def _sizes(pieces: Path) -> dict[str, int]:
    """Bytes of each table's pieces."""
    return {table.name: sum(piece.stat().st_size for piece in table.iterdir()) for table in pieces.iterdir()}


def record_part(settings: Settings, part: Localities) -> dict[str, pl.DataFrame]:
    """Every table of some localities alone: the extracts by file stem, and the truth."""
    draws = Draws(settings.seed)
    population = simulate_columns(settings, part)
    people = population["people"]
    found = council.find(settings, draws, people, population["families"], population)
    served = found.served
    everyone = with_effects(settings, draws, people, served, "people", people)
    lives = Lives(settings, draws, people, served, population)
    cohort, named, keys = council.extract(settings, draws, everyone, found)
    tables = {"council_cohort": cohort}
    registers: dict[str, tuple[Register, Recorded]] = {}
    for name, body in simulated().items():
        register, held, recorded = body.recording(settings, draws, everyone, lives)
        registers[name] = register, recorded
        tables[f"{name}_{DEPARTMENTS[name].people[0]}"] = held
        histories = body.histories_recorded(settings, draws, everyone, register, lives)
        tables |= {f"{name}_{history}": table for history, table in histories.items()}
    records, errors = true_records_and_errors(everyone, registers, keys, named)
    truth = {"truth_people": true_people(settings, everyone, found, registers, named, lives["school_years"])}
    return tables | truth | {"truth_records": records, "truth_errors": errors}


_ORDER: Final = {
    "council_cohort": "person_ref", "truth_people": "true_person", "truth_records": "record_key",
    "truth_errors": "record_key",
}  # fmt: skip


def _lay_together(folder: Path, name: str) -> int:
    """Merge a table's sorted pieces into files in key order, a range of keys at a time; returns rows written."""
    key = _ORDER.get(name, f"{name.split('_', maxsplit=1)[0]}_key")
    tables = [pl.scan_ipc(path) for path in sorted((folder / _PIECES / name).iterdir())]
    (folder / name).mkdir(parents=True, exist_ok=True)
    cuts = _cuts(tables, key)
    rows = 0
    for number in range(cuts.shape[1] - 1):
        merged = pl.concat(
            [
                table.slice(int(cut[number]), int(cut[number + 1] - cut[number])).collect()
                for table, cut in zip(tables, cuts, strict=True)
            ]
        )
        # Rows of one key come from one piece and are in order there.
        merged = merged.sort(pl.col(key) if name in _ORDER else pl.col(key).cast(pl.Int64), maintain_order=True)
        # No statistics: rows in the order of random keys have the same least and most everywhere.
        merged.write_parquet(
            folder / name / f"{number:04}.parquet", compression="zstd", compression_level=1, statistics=False
        )
        rows += len(merged)
    return rows


def _cuts(tables: list[pl.LazyFrame], key: str) -> NDArray[np.int64]:
    """For each piece, the rows at which the ranges of keys begin and end."""
    sizes = [int(table.select(pl.len()).collect().item()) for table in tables]
    files = max(1, -(-sum(sizes) // _ROWS_IN_A_FILE))
    if files == 1:
        return np.array([[0, size] for size in sizes])
    sample = pl.concat([table.select(pl.col(key).gather_every(251)).collect() for table in tables])[key].sort()
    edges = sample.gather([len(sample) * number // files for number in range(1, files)])
    inner = [table.select(pl.col(key).search_sorted(edges)).collect().to_series().to_list() for table in tables]
    return np.array([[0, *cut, size] for cut, size in zip(inner, sizes, strict=True)])
