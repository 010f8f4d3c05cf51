"""The leak scan of a study's folders: as a check of what is published, and for the command line.

Which folders are searched and for whom. The searching is custody's.
"""

import os
from pathlib import Path

import dagster as dg
import polars as pl

from tf_linkage.custody.audit.leak_controls import CONTROLS, PLANTED, proven_scan
from tf_linkage.custody.audit.leak_scan import Scanned, sought
from tf_linkage.custody.vault.clerks_desk import desks
from tf_linkage.defs.failures import plainly
from tf_linkage.defs.metadata.description import ERROR, asset_key
from tf_linkage.workspace.code_words import code_words
from tf_linkage.workspace.store import Store

OPEN = ("world", "incoming")
"""Folders of a data folder outside the perimeter: nobody in the first is real, the second is not ours."""


def leak_scan(store: Store) -> Scanned:
    """Searches everything but the simulated world, the incoming files and the clerks' desks.

    Raises:
        TfLinkageError: the scan is blind, or the people to search for cannot be read.
    """
    cohort = store.read(["council", "cohort"])
    assert isinstance(cohort, pl.LazyFrame)  # noqa: S101 - the asset is one table by its contract
    target = sought([cohort.collect(), PLANTED], known=code_words())
    home = os.environ.get("DAGSTER_HOME", "")
    roots = [store.root, *([Path(home)] if home and Path(home).is_dir() else [])]
    return proven_scan(
        roots, target, leave_out=[*(store.root / name for name in OPEN), *desks(store.root / "custody")]
    )


def no_leak() -> dg.AssetChecksDefinition:
    """Nobody of the study stands anywhere outside the vaults."""

    @dg.asset_check(
        asset=asset_key("published/findings"),
        name="nobody_leaked",
        metadata=ERROR,
        description="No name, address, postcode or National Insurance number of the study in any file outside the "
        "vaults, encoded or hashed ones included. Planted controls are searched along with them, and found.",
        additional_deps=[asset_key(key) for key in ("research/linked_duckdb", "quality/report")],
        required_resource_keys={"io_manager"},
    )
    def check(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
        store: Store = context.resources.io_manager.store
        with plainly():
            return leak_verdict(leak_scan(store))

    return check


def leak_verdict(scanned: Scanned) -> dg.AssetCheckResult:
    """Red with the first files in which somebody was found."""
    first = "; ".join(f"{finding.file}: {finding.what}" for finding in scanned.findings[:5])
    return dg.AssetCheckResult(
        passed=not scanned.findings,
        description=first or f"nobody in {scanned.files} files, {scanned.encrypted} of them encrypted",
        metadata={
            "files": scanned.files,
            "encrypted": scanned.encrypted,
            "findings": len(scanned.findings),
            "planted controls found": len(CONTROLS),
        },
    )
