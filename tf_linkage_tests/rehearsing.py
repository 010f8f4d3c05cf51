"""Runs of the main job, as several tests need them."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import polars as pl

from tf_linkage.custody.vault.passwords import CUSTODIANS
from tf_linkage.custody.vault.vault import content_digest
from tf_linkage.definitions import build_defs
from tf_linkage.study import Study
from tf_linkage.workspace.jobs import REHEARSAL
from tf_linkage.workspace.store import Store


@dataclass(frozen=True)
class Rehearsed:
    """A finished run."""

    study: Study
    store: Store
    result: dg.ExecuteInProcessResult

    def research(self, name: str) -> pl.LazyFrame:
        """A table that researchers work on."""
        tables = self.store.read(["research", "tables"])
        assert isinstance(tables, dict)
        return tables[name]


def home(study: Study) -> Path:
    """The Dagster home of a rehearsal, next to its data folder."""
    place = study.data.parent / "home"
    place.mkdir(parents=True, exist_ok=True)
    return place


def rehearse(study: Study, instance: dg.DagsterInstance | None = None) -> Rehearsed:
    """Run the main job of a study in process; Dagster keeps what happened in an instance, or only until the end."""
    job = build_defs(study).resolve_job_def(REHEARSAL)
    with instance or dg.DagsterInstance.ephemeral() as used:
        result = job.execute_in_process(instance=used, raise_on_error=False)
    return Rehearsed(study, Store(study.data, study.source == "simulation", rehearsal=True), result)


def contents(folder: Path) -> dict[str, str]:
    """Digest of what each open Parquet file below a folder holds, whatever stamp of its making it carries."""
    return {
        str(path.relative_to(folder)): content_digest({"": pl.read_parquet(path)})
        for path in sorted(folder.rglob("*.parquet"))
    }


def digests(folder: Path, *, simulated: bool = True) -> dict[str, str]:
    """Digest of every Parquet file below a data folder: of its bytes, or of an encrypted dataset's content."""
    found = {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*.parquet"))
        if "custody" not in path.parts
    }
    store = Store(folder, simulated, rehearsal=True)
    for custodian in CUSTODIANS:
        vault = store.vault(custodian)
        for dataset in vault.holds():
            kept = vault.read(dataset)
            tables = kept if isinstance(kept, dict) else {"": kept}
            frames = {name: table.collect() for name, table in tables.items()}
            found[f"custody/{custodian}/{dataset}"] = content_digest(frames)
    return found
