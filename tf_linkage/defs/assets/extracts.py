"""The same keys from real files: each body's extract, read into its contract or refused.

The assets that replace the simulated world when the study runs on extracts.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

import dagster as dg
import polars as pl

from tf_linkage import intake
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.defs.failures import plainly
from tf_linkage.defs.metadata.description import study_asset


def extract_assets(incoming: Path, departments: Iterable[str] = DEPARTMENTS) -> list[dg.AssetsDefinition]:
    """One asset for each extract that the simulated world would otherwise have made.

    Args:
        incoming: folder of the files.
        departments: those whose registers are among them.
    """
    council = _table(
        incoming, "council/cohort", "council_cohort", "What the councils give the trusted third party."
    )
    return [council, *register_assets(incoming, departments)]


def register_assets(incoming: Path, departments: Iterable[str]) -> list[dg.AssetsDefinition]:
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


def _table(incoming: Path, key: str, stem: str, description: str) -> dg.AssetsDefinition:
    @study_asset(key, description, rooms=["intake"], kinds=["polars", "csv"])
    def extract() -> dg.MaterializeResult[pl.LazyFrame]:
        with plainly():
            value = intake.read_extract(incoming, stem)
        return dg.MaterializeResult(value=value)

    return extract


def _set(incoming: Path, key: str, stems: Mapping[str, str], description: str) -> dg.AssetsDefinition:
    @study_asset(key, description, rooms=["intake"], kinds=["polars", "csv"])
    def extract() -> dg.MaterializeResult[dict[str, pl.LazyFrame]]:
        with plainly():
            value = {table: intake.read_extract(incoming, stem) for table, stem in stems.items()}
        return dg.MaterializeResult(value=value)

    return extract
