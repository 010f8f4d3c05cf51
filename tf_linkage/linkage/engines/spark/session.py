"""A session with a cluster: opened, looked at, and closed; and its errors in words that hold nobody's data."""

from __future__ import annotations

import importlib
import platform
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import duckdb

from tf_linkage.errors import LinkageRefused
from tf_linkage.linkage.cluster import Cluster

_PATIENCE = 20.0
"""Seconds in which a cluster must answer."""

_PROBES = 16
"""Tasks that look at the workers, so that several are asked where there are several."""

Session = Any
"""A `pyspark.sql.connect` session. Spark is optional, so its types are not known here."""


@contextmanager
def connected_to(cluster: Cluster) -> Iterator[Session]:
    """A session with a cluster that can do what is asked of it.

    Raises:
        LinkageRefused: nothing answers; the workers run another Python or DuckDB than this machine; the records may
            be real and the workers are elsewhere, or write to disk in the clear; later, the cluster gave up.
    """
    session = _opened(cluster)
    try:
        with plainly("could not begin"):
            _look_at_workers(session, cluster)
        with plainly("gave up"):
            yield session
    finally:
        _closed(session)


def _opened(cluster: Cluster) -> Session:
    unreachable = f"no Spark Connect server answers at {cluster.host}:{cluster.port}"
    try:
        with socket.create_connection((cluster.host, cluster.port), _PATIENCE):
            pass
    except OSError:
        raise LinkageRefused(f"{unreachable}; is it running, and may this machine reach it?") from None
    grpc: Any = importlib.import_module("grpc")
    errors: Any = importlib.import_module("pyspark.errors")
    core, spark = _client()
    builder = core.DefaultChannelBuilder(cluster.address)
    channel = builder.toChannel()
    try:
        # The client would try for ten minutes.
        grpc.channel_ready_future(channel).result(timeout=_PATIENCE)
    except grpc.FutureTimeoutError:
        raise LinkageRefused(f"{unreachable} as its address says (with TLS or without)") from None
    finally:
        channel.close()
    try:
        session = spark.SparkSession.builder.channelBuilder(builder).create()
        session.version  # noqa: B018 - asks the server
    except (grpc.RpcError, errors.PySparkException):
        raise LinkageRefused(f"{unreachable}: what is there refused the session, or is no such server") from None
    return session


def _client() -> tuple[Any, Any]:
    """Spark's client. In a program that is no file (`python -c`) it takes itself to be tested, and would exit."""
    main = sys.modules["__main__"]
    nameless = getattr(main, "__spec__", None) is None and not hasattr(main, "__file__")
    if nameless:
        main.__file__ = "program"
    try:
        core = importlib.import_module("pyspark.sql.connect.client.core")
        return core, importlib.import_module("pyspark.sql.connect.session")
    finally:
        if nameless:
            del main.__file__


def _closed(session: Session) -> None:
    """Let go of the session and all that it left on the cluster, though the cluster may be gone."""
    # What went wrong has been said already.
    with suppress(Exception):
        session.stop()


@contextmanager
def plainly(what: str) -> Iterator[None]:
    """The cluster's errors in one sentence. Its own words may quote values, so they are not repeated."""
    grpc: Any = importlib.import_module("grpc")
    errors: Any = importlib.import_module("pyspark.errors")
    try:
        yield
    except errors.PySparkException as error:
        condition = error.getCondition() or type(error).__name__
        raise LinkageRefused(f"the cluster {what} ({condition}); its own log says why") from None
    except grpc.RpcError as error:
        raise LinkageRefused(f"the cluster {what} ({error.code().name}); its own log says why") from None


def _look_at_workers(session: Session, cluster: Cluster) -> None:
    """Refuse workers that could compare otherwise than this machine, or that must not have the records."""
    rows = session.range(0, _PROBES, 1, _PROBES).mapInArrow(_looker(), "python string, duckdb string, boot string")
    found = _held(rows).toArrow().to_pylist()
    here = (_python(), duckdb.__version__)
    for row in found:
        there = row["python"], row["duckdb"]
        if there != here:
            has = f"DuckDB {there[1]}" if there[1] else "no DuckDB or no pyarrow"
            raise LinkageRefused(
                f"a worker of the cluster runs Python {there[0]} with {has}, and this machine Python {here[0]} "
                f"with DuckDB {here[1]}: install the same for the Python that the workers start (PYSPARK_PYTHON)"
            )
    if cluster.invented:
        return
    if any(row["boot"] != boot_of_machine() for row in found):
        raise LinkageRefused(
            f"the address {cluster.host} is of this machine, but its workers run elsewhere, and real records are "
            "not sent to another machine"
        )
    if not _encrypts_what_it_writes(session):
        raise LinkageRefused(
            "the cluster does not say that it encrypts what it writes to disk, and real records are not sent "
            "there; start Spark with spark.io.encryption.enabled=true"
        )


def _held(frame: Any) -> Any:
    """The frame, made and held by the cluster."""
    errors: Any = importlib.import_module("pyspark.errors")
    try:
        return frame.localCheckpoint()
    except errors.AnalysisException:
        raise LinkageRefused(
            "the cluster does not hold tables for later (checkpoints); start Sail with "
            "SAIL_EXECUTION__CHECKPOINT__PATH=memory:///checkpoints"
        ) from None


def _encrypts_what_it_writes(session: Session) -> bool:
    errors: Any = importlib.import_module("pyspark.errors")
    try:
        return str(session.conf.get("spark.io.encryption.enabled")).lower() == "true"
    except errors.PySparkException:  # a server that knows no such setting
        return False


def _python() -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def boot_of_machine() -> str:
    """What tells this machine from others until it is started again; its name where Linux does not say."""
    boot = Path("/proc/sys/kernel/random/boot_id")
    return boot.read_text().strip() if boot.exists() else platform.node()


def _looker() -> Callable[[Iterator[Any]], Iterator[Any]]:
    """What a worker runs to be looked at. Functions inside functions travel whole: no worker needs this package."""

    def look(batches: Iterator[Any]) -> Iterator[Any]:
        import platform  # noqa: PLC0415
        import sys  # noqa: PLC0415
        from importlib import util  # noqa: PLC0415
        from pathlib import Path  # noqa: PLC0415

        import pyarrow as pa  # noqa: PLC0415

        version = ""
        if util.find_spec("duckdb") is not None:
            import duckdb  # noqa: PLC0415

            version = duckdb.__version__
        boot = Path("/proc/sys/kernel/random/boot_id")
        where = boot.read_text().strip() if boot.exists() else platform.node()
        python = f"{sys.version_info.major}.{sys.version_info.minor}"
        for _ in batches:
            yield pa.RecordBatch.from_pydict({"python": [python], "duckdb": [version], "boot": [where]})

    return look
