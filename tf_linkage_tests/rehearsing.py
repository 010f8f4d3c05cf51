"""Runs of the main job, as several tests need them."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import dagster as dg

from tf_linkage.definitions import build_defs
from tf_linkage.defs.jobs import REHEARSAL
from tf_linkage.defs.store import Store
from tf_linkage.study import Study


@dataclass(frozen=True)
class Rehearsed:
    """A finished run."""

    study: Study
    store: Store
    result: dg.ExecuteInProcessResult


def rehearse(study: Study, instance: dg.DagsterInstance | None = None) -> Rehearsed:
    """Run the main job of a study in process."""
    job = build_defs(study).resolve_job_def(REHEARSAL)
    with instance or dg.DagsterInstance.ephemeral() as used:
        result = job.execute_in_process(instance=used, raise_on_error=False)
    return Rehearsed(study, Store(study.data, study.source == "simulation"), result)


def digests(folder: Path) -> dict[str, str]:
    """Digest of every Parquet file below a folder, by relative path."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*.parquet"))
    }
