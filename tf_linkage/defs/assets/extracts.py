"""The same keys from real files: each body's extract, read into its contract or refused.

The assets that replace the simulated world when the study runs on extracts.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl

from tf_linkage import intake
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.contracts.relations import Asked
from tf_linkage.defs.failures import plainly
from tf_linkage.defs.io import ParquetStore
from tf_linkage.defs.metadata.description import study_asset
from tf_linkage.errors import InputRefused
from tf_linkage.study import DepartmentSource, Source, Study
from tf_linkage.workspace.choices import asked_by
from tf_linkage.workspace.store import Store

PASSED_OVER = "passed over"
"""Metadata of an extract: files of the incoming folder that nothing was made of."""


@dataclass(frozen=True)
class Incoming:
    """Where the extracts lie, on which day they were drawn, and whose they are.

    Attributes:
        folder: where.
        day: when.
        asked: the years that the study asks about.
        registers: by body, the asset that is read from its first file.
    """

    folder: Path
    day: dt.date
    asked: Asked
    registers: Mapping[str, str]

    @classmethod
    def of(cls, study: Study) -> "Incoming":
        """Those of a study."""
        registers = {"council": "council/cohort"} if study.source is Source.FILES else {}
        registers |= {
            name: f"{name}/{department.people[0]}"
            for name, department in DEPARTMENTS.items()
            if study.source_of(name) is DepartmentSource.REGISTER
        }
        return cls(study.incoming, study.dates.extract, asked_by(study), registers)


def extract_keys(study: Study) -> list[str]:
    """Keys of the assets that are read from files."""
    of = Incoming.of(study).registers
    histories = [f"{body}/{DEPARTMENTS[body].histories[0]}" for body in of if body in DEPARTMENTS]
    return [*of.values(), *histories]


def extract_assets(incoming: Incoming, departments: Iterable[str] = DEPARTMENTS) -> list[dg.AssetsDefinition]:
    """One asset for each extract that the simulated world would otherwise have made.

    Args:
        incoming: the files.
        departments: those whose registers are among them.
    """
    council = _table(
        incoming, "council/cohort", "council_cohort", "What the councils give the trusted third party."
    )
    return [council, *register_assets(incoming, departments)]


def register_assets(incoming: Incoming, departments: Iterable[str]) -> list[dg.AssetsDefinition]:
    """The registers of some departments, from their files."""
    found: list[dg.AssetsDefinition] = []
    for name in departments:
        department = DEPARTMENTS[name]
        people, histories = department.people[0], department.histories[0]
        found.append(
            _table(incoming, f"{name}/{people}", f"{name}_{people}", f"{department.title}: its register's people.")
        )
        found.append(
            _set(
                incoming,
                f"{name}/{histories}",
                {table: f"{name}_{table}" for table in department.histories[1]},
                f"{department.title}: what its register holds about them.",
            )
        )
    return found


def _table(incoming: Incoming, key: str, stem: str, description: str) -> dg.AssetsDefinition:
    @study_asset(key, description, rooms=["intake"], kinds=["polars", "csv"])
    def extract(
        context: dg.AssetExecutionContext, io_manager: dg.ResourceParam[ParquetStore]
    ) -> dg.MaterializeResult[pl.LazyFrame]:
        taken, metadata = _taken(incoming, {"": stem}, context, io_manager.store)
        return dg.MaterializeResult(value=taken[""], metadata=metadata)

    return extract


def _set(incoming: Incoming, key: str, stems: Mapping[str, str], description: str) -> dg.AssetsDefinition:
    @study_asset(key, description, rooms=["intake"], kinds=["polars", "csv"])
    def extract(
        context: dg.AssetExecutionContext, io_manager: dg.ResourceParam[ParquetStore]
    ) -> dg.MaterializeResult[dict[str, pl.LazyFrame]]:
        taken, metadata = _taken(incoming, stems, context, io_manager.store)
        return dg.MaterializeResult(value=taken, metadata=metadata)

    return extract


def _taken(
    incoming: Incoming, stems: Mapping[str, str], context: dg.AssetExecutionContext, store: Store
) -> tuple[dict[str, pl.LazyFrame], dict[str, Any]]:
    """Tables of one body, once every file of this run has passed; what was noted."""
    with plainly():
        bodies = _bodies_in(incoming, context)
        taken = {
            table: intake.take_in(incoming.folder, stem, bodies, incoming.day, incoming.asked)
            for table, stem in stems.items()
        }
        store.admit(rehearsal=all(delivery.rehearsal for _, delivery in taken.values()))
    digests = {file: digest for extract, _ in taken.values() for file, digest in extract.digests.items()}
    notes = [note for _, delivery in taken.values() for note in delivery.notes if note.table in stems.values()]
    left_out = [note for extract, _ in taken.values() for note in extract.left_out]
    mappings = {file: digest for extract, _ in taken.values() for file, digest in extract.mappings.items()}
    metadata = {
        "files": ", ".join(digests),
        "notes": "\n".join(f"- {note}" for note in dict.fromkeys([*left_out, *map(str, notes)])) or "none",
    }
    passed_over = [name for _, delivery in taken.values() for name in delivery.passed_over]
    if passed_over:
        metadata[PASSED_OVER] = ", ".join(dict.fromkeys(passed_over))
    if mappings:
        metadata["mappings"] = ", ".join(f"{file}: {digest[:16]}" for file, digest in mappings.items())
        metadata[intake.MAPPINGS_DIGEST] = intake.digest_over(mappings)
    return {table: extract.rows.lazy() for table, (extract, _) in taken.items()}, metadata


def must_be_taken_in(study: Study, context: dg.AssetExecutionContext) -> None:
    """Sees to it that nothing is made of anybody's records in a run in which a file of any body is refused.

    Raises:
        InputRefused: a file of a body whose register this run reads is refused; says whose.
    """
    incoming = Incoming.of(study)
    for body in _bodies_in(incoming, context):
        try:
            intake.check_delivery(incoming.folder, body, incoming.day, incoming.asked)
        except InputRefused as refusal:
            file = str(refusal).partition(":")[0]
            raise InputRefused(f"not begun, because {body}'s files are refused ({file}); see there") from None


def _bodies_in(incoming: Incoming, context: dg.AssetExecutionContext) -> list[str]:
    """The bodies whose files this run takes in."""
    made = {key.to_user_string() for key in context.job_def.asset_layer.selected_asset_keys}
    return [body for body, key in incoming.registers.items() if key in made]
