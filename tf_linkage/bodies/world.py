"""The whole simulated world written to files, in pieces, so that memory does not grow with the population.

Belongs here: simulating some localities at a time, recording them in every register, and laying the pieces of each
register together in key order. Does not belong here: what any table holds.

A register's rows come in the order of its keys over the whole world, never in the order of the pieces: which
piece a row came from would say where the person lives.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tf_linkage.bodies import council, dfe, dwp, moj
from tf_linkage.bodies.lived import Columns, with_effects
from tf_linkage.bodies.true_tables import true_people, true_records_and_errors
from tf_linkage.population.draws import Draws
from tf_linkage.population.localities import Localities, localities
from tf_linkage.population.settings import Settings
from tf_linkage.population.simulation import simulate_columns

CHUNK: Final = 8
"""Localities in a piece: about 100,000 people."""

WORKERS: Final = 2
_ROWS_IN_A_FILE: Final = 4_000_000


def write_world(settings: Settings, folder: Path, *, chunk: int = CHUNK) -> dict[str, int]:
    """Write every extract and the truth of a world as folders of Parquet files.

    Args:
        settings: the world.
        folder: an empty or missing folder; receives one folder for each of `registry.extract_tables()` and
            `truth_people`, `truth_records`, `truth_errors`, each holding files whose names sort in row order.
        chunk: localities simulated at a time; changes memory and speed, never a row.

    Returns:
        Rows written by table.
    """
    every = localities(settings)
    pieces = folder / ".pieces"
    parts = [every.part(start, start + chunk) for start in range(0, len(every), chunk)]

    def one(job: tuple[int, Localities]) -> None:
        number, part = job
        for name, table in record_part(settings, part).items():
            path = pieces / name / f"{number:06}.arrow"
            path.parent.mkdir(parents=True, exist_ok=True)
            table.write_ipc(path)

    with ThreadPoolExecutor(WORKERS) as pool:
        for _ in pool.map(one, enumerate(parts)):
            pass
    names = sorted(path.name for path in pieces.iterdir())
    written = {name: sum(_lay_together(pieces / name, folder / name)) for name in names}
    shutil.rmtree(pieces)
    return written


def record_part(settings: Settings, part: Localities) -> dict[str, pl.DataFrame]:
    """Every table of some localities alone: the extracts by file stem, and the truth."""
    draws = Draws(settings.seed)
    population = simulate_columns(settings, part)
    people = population["people"]
    found = council.find(settings, draws, people, population["families"], population)
    served = found.served
    everyone = with_effects(settings, draws, people, served, "people", people)
    lives: dict[str, Columns] = {
        name: with_effects(settings, draws, people, served, name, population[name])
        for name in ("work", "offences", "school_years", "exclusions", "results", "care")
    }
    accounts = dwp.register(settings, draws, everyone)
    police = moj.register(settings, draws, everyone, lives["offences"])
    pupils = dfe.register(settings, draws, everyone, lives)
    cohort, named, keys = council.extract(settings, draws, everyone, found)
    customers, dwp_recorded = dwp.people_of(settings, draws, everyone, accounts)
    offenders, moj_recorded = moj.people_of(settings, draws, everyone, police, lives["offences"])
    pupil_rows, dfe_recorded = dfe.people_of(settings, draws, everyone, pupils, lives["school_years"])
    registers = {"dwp": (accounts, dwp_recorded), "moj": (police, moj_recorded), "dfe": (pupils, dfe_recorded)}
    records, errors = true_records_and_errors(everyone, registers, keys, named)
    tables = {"council_cohort": cohort, "dwp_people": customers, "moj_people": offenders, "dfe_pupils": pupil_rows}
    spells = dwp.histories_of(settings, draws, everyone, accounts, lives["work"])
    offences = moj.histories_of(settings, draws, everyone, police, lives["offences"])
    schooling = dfe.histories_of(settings, draws, everyone, pupils, lives)
    for body, histories in (("dwp", spells), ("moj", offences), ("dfe", schooling)):
        tables |= {f"{body}_{name}": table for name, table in histories.items()}
    truth = {"truth_people": true_people(settings, everyone, found, registers, named, lives["school_years"])}
    return tables | truth | {"truth_records": records, "truth_errors": errors}


_ORDER: Final = {
    "council_cohort": "person_ref", "truth_people": "true_person", "truth_records": "record_key",
    "truth_errors": "record_key",
}  # fmt: skip


def _lay_together(pieces: Path, folder: Path) -> Iterator[int]:
    """Merge sorted pieces into files in key order, a range of keys at a time; yields rows written."""
    key = _ORDER.get(pieces.name, f"{pieces.name.split('_')[0]}_key")
    tables = [pl.scan_ipc(path) for path in sorted(pieces.iterdir())]
    folder.mkdir(parents=True, exist_ok=True)
    cuts = _cuts(tables, key)
    for number in range(cuts.shape[1] - 1):
        merged = pl.concat(
            [
                table.slice(int(cut[number]), int(cut[number + 1] - cut[number])).collect()
                for table, cut in zip(tables, cuts, strict=True)
            ]
        )
        # Rows of one key come from one piece and are in order there.
        merged = merged.sort(
            pl.col(key) if pieces.name in _ORDER else pl.col(key).cast(pl.Int64), maintain_order=True
        )
        merged.write_parquet(folder / f"{number:04}.parquet", compression="zstd", compression_level=1)
        yield len(merged)


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
