"""Everything of Dagster that we use and that its authors may change without notice, in one place.

Each has a test in `test_internals.py` that fails when it changes. Other modules import these names from here.
"""

import asyncio
import sqlite3
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import dagster as dg
from dagster._core.definitions.data_version import DATA_VERSION_TAG, CachingStaleStatusResolver
from dagster._core.definitions.freshness_evaluator import FRESHNESS_EVALUATORS_BY_POLICY_TYPE
from dagster._core.definitions.job_base import InMemoryJob
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition
from dagster._core.errors import (
    DagsterExecutionInterruptedError,
    DagsterHomeNotSetError,
    DagsterUserCodeProcessError,
)
from dagster._core.execution.api import execute_run
from dagster._core.loader import LoadingContextForTest
from dagster._core.remote_origin import ManagedGrpcPythonEnvCodeLocationOrigin, RemoteRepositoryOrigin
from dagster._core.storage.event_log.schema import (
    AssetCheckExecutionsTable,
    AssetEventTagsTable,
    AssetKeyTable,
    SqlEventLogStorageTable,
)
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster_shared.error import SerializableErrorInfo

CODE_VERSION_TAG = "dagster/code_version"
"""Under which tag a materialisation keeps the code version that made it; a result's own tag is laid over it."""

LOCATION, REPOSITORY = "tf_linkage", "__repository__"
"""Names of the code location, as workspace.yaml has it, and of the one repository in it."""

__all__ = [
    "CODE_VERSION_TAG",
    "DATA_VERSION_TAG",
    "DagsterExecutionInterruptedError",
    "DagsterHomeNotSetError",
    "DagsterUserCodeProcessError",
    "SerializableErrorInfo",
    "UnresolvedAssetJobDefinition",
    "definition_metadata",
    "executed",
    "failed_gates",
    "forget",
    "freshness_of",
    "gates_failed_in",
    "output_keys",
    "set_version",
    "stale_status",
]  # fmt: skip


def set_version(context: dg.OutputContext, version: str) -> None:
    """Say what version of its data an output is; read by Dagster after the I/O manager is done."""
    context.step_context.set_data_version(context.asset_key, dg.DataVersion(version))


def output_keys(context: dg.InputContext) -> list[dg.AssetKey]:
    """The assets that the step makes for which an input is loaded; none for a check."""
    return sorted(context.step_context.get_output_asset_keys())


def definition_metadata(context: dg.InputContext, key: dg.AssetKey) -> Mapping[str, Any]:
    """The metadata of an asset's definition, in the step for which an input is loaded."""
    found: Mapping[str, Any] = context.step_context.job_def.asset_layer.get(key).metadata
    return found


def failed_gates(context: dg.OutputContext) -> list[tuple[str, str]]:
    """Checks that block and failed so far in the run that makes an output: asset and check, in their order."""
    found = gates_failed_in(context.step_context.instance, context.run_id)
    return [(one.asset_key.to_user_string(), one.check_name) for one in found]


def gates_failed_in(instance: dg.DagsterInstance, run_id: str) -> list[dg.AssetCheckEvaluation]:
    """Checks that block and failed so far in a run, in their order."""
    asked = instance.get_records_for_run(run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION)
    events = [record.event_log_entry.dagster_event for record in asked.records]
    found = [event.event_specific_data for event in events if event]
    return [
        one
        for one in found
        if isinstance(one, dg.AssetCheckEvaluation)
        and one.blocking
        and not one.passed
        and one.severity is dg.AssetCheckSeverity.ERROR
    ]


def stale_status(defs: dg.Definitions, instance: dg.DagsterInstance) -> Callable[[str], str]:
    """Asks of an asset whether it is FRESH, STALE or MISSING, as the web UI does."""
    resolver = CachingStaleStatusResolver(instance, defs.resolve_asset_graph(), LoadingContextForTest(instance))
    return lambda key: str(resolver.get_status(dg.AssetKey(key.split("/"))).value)


def freshness_of(defs: dg.Definitions, instance: dg.DagsterInstance, key: dg.AssetKey) -> str:
    """PASS, WARN, FAIL or UNKNOWN: what the daemon says of an asset that has a policy for its freshness."""
    context, node = LoadingContextForTest(instance), defs.resolve_asset_graph().get(key)
    evaluator = FRESHNESS_EVALUATORS_BY_POLICY_TYPE[type(node.freshness_policy)]()  # type: ignore[index]
    state = asyncio.run(evaluator.evaluate_freshness(context, node))  # type: ignore[arg-type]
    return str(state.value)


def executed(
    job: dg.JobDefinition,
    instance: dg.DagsterInstance,
    *,
    run_config: Mapping[str, Any] | None = None,
    tags: Mapping[str, str] | None = None,
    module: str = "tf_linkage.definitions",
    folder: Path | None = None,
) -> Any:
    """Run a job in this process, as a run that the web UI's timeline and the job's history show.

    Args:
        job: the job.
        instance: where the run is recorded.
        run_config: its configuration.
        tags: laid over the job's own.
        module: where the web UI finds the job.
        folder: the working folder from which it does.

    Returns:
        What `execute_in_process` gives: a `dg.JobExecutionResult`.
    """
    where = LoadableTargetOrigin(
        executable_path=sys.executable, module_name=module, working_directory=str(folder or Path.cwd())
    )
    location = ManagedGrpcPythonEnvCodeLocationOrigin(loadable_target_origin=where, location_name=LOCATION)
    origin = RemoteRepositoryOrigin(location, REPOSITORY)
    run = instance.create_run_for_job(
        job,
        run_config=dict(run_config or {}),
        tags={**job.run_tags, **(tags or {})},
        remote_job_origin=origin.get_job_origin(job.name),
    )
    return execute_run(InMemoryJob(job), run, instance, raise_on_error=False)


def forget(instance: dg.DagsterInstance, assets: Iterable[dg.AssetKey], *steps: Iterable[str]) -> None:
    """Remove every event of some assets and of the steps that made or checked them, and what was kept of them.

    Dagster's own wipe hides events and leaves them in its database. SQLite's files and PostgreSQL's tables are
    written anew, so that nothing is read from freed pages either.
    """
    keys, names = [key.to_string() for key in assets], sorted({step for some in steps for step in some})
    storage: Any = instance.event_log_storage
    events = SqlEventLogStorageTable
    gone = events.c.asset_key.in_(keys) | events.c.step_key.in_(names)
    files = set()
    for place in [*(storage.run_connection(run.run_id) for run in instance.get_runs()), storage.index_connection()]:
        with place as connection:
            connection.execute(events.delete().where(gone))
            if connection.dialect.name == "sqlite":
                files.add(connection.engine.url.database)
    with storage.index_connection() as connection:
        for table in (AssetKeyTable, AssetEventTagsTable, AssetCheckExecutionsTable):
            connection.execute(table.delete().where(table.c.asset_key.in_(keys)))
        engine, tables = connection.engine, [events, AssetKeyTable, AssetEventTagsTable, AssetCheckExecutionsTable]
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as alone:
            for table in tables:
                alone.exec_driver_sql(f"VACUUM FULL {table.name}")
    for file in sorted(name for name in files if name and Path(name).exists()):
        with closing(sqlite3.connect(file, isolation_level=None, timeout=60)) as database:
            database.execute("VACUUM")
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
