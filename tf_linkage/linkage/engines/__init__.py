"""The engines by name. A new one is a module here that keeps the `Engine` promise, and one line."""

from __future__ import annotations

import importlib
from dataclasses import dataclass

import polars as pl

from tf_linkage.linkage.estimate.saved_model import SavedModel
from tf_linkage.linkage.limits import Limits
from tf_linkage.linkage.model.model import Model
from tf_linkage.linkage.result import Engine, LinkResult, Progress
from tf_linkage.linkage.tables.records import Told


@dataclass(frozen=True)
class _Late:
    """An engine whose module, with all that it needs, is imported when it first links."""

    module: str
    function: str

    def __call__(
        self,
        left: pl.LazyFrame,
        right: pl.LazyFrame,
        model: Model,
        progress: Progress,
        bounds: Limits,
        *,
        told: Told | None = None,
        learnt: SavedModel | None = None,
    ) -> LinkResult:
        engine: Engine = getattr(importlib.import_module(f"{__name__}.{self.module}"), self.function)
        return engine(left, right, model, progress, bounds, told=told, learnt=learnt)


ENGINES: dict[str, Engine] = {
    "duckdb": _Late("duckdb", "link_by_duckdb"),
    "recordlinkage": _Late("recordlinkage", "link_by_recordlinkage"),
    "splink": _Late("splink", "link_by_splink"),
}
