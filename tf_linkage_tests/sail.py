"""A cluster to test on: Sail, which speaks Spark Connect, started in this process on loopback."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tf_linkage.linkage import Cluster, Limits

HOLDING = {"SAIL_EXECUTION__CHECKPOINT__PATH": "memory:///checkpoints", "RUST_LOG": "error"}
"""What makes it hold tables for later, in memory alone."""


@contextmanager
def served(environment: dict[str, str] = HOLDING) -> Iterator[str]:
    """Its address while it runs."""
    pytest.importorskip("pyspark", reason="optional: pip install 'tf_linkage[spark]'")
    sail = pytest.importorskip("pysail.spark", reason="optional: pip install pysail")
    before = {name: os.environ.get(name) for name in HOLDING}
    for name in HOLDING:
        os.environ.pop(name, None)
    os.environ.update(environment)
    try:
        server = sail.SparkConnectServer("127.0.0.1", 0)
        server.start(background=True)
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
    try:
        host, port = server.listening_address
        yield f"sc://{host}:{port}"
    finally:
        server.stop()


def bounds_for(engine: str, request: pytest.FixtureRequest) -> Limits:
    """What an engine may use, with the cluster if it needs one; skips where its package is not installed."""
    if engine != "spark":
        pytest.importorskip(engine)
        return Limits()
    return Limits(cluster=Cluster(request.getfixturevalue("spark"), invented=True))
