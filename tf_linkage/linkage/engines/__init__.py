"""The engines by name. A new one is a module here that keeps the `Engine` promise, and one line."""

from __future__ import annotations

from tf_linkage.linkage.engines.duckdb import link_by_duckdb
from tf_linkage.linkage.engines.recordlinkage import link_by_recordlinkage
from tf_linkage.linkage.engines.splink import link_by_splink
from tf_linkage.linkage.result import Engine

ENGINES: dict[str, Engine] = {
    "duckdb": link_by_duckdb,
    "recordlinkage": link_by_recordlinkage,
    "splink": link_by_splink,
}
