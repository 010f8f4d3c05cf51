"""The engines by name. A new one is a module here that keeps the `Engine` promise, and one line."""

from __future__ import annotations

import importlib
import importlib.util
from dataclasses import dataclass

from tf_linkage.errors import LinkageRefused
from tf_linkage.linkage.result import Engine, LinkageTask, LinkResult


@dataclass(frozen=True)
class _Late:
    """An engine whose module, with all that it needs, is imported when it first links."""

    module: str
    function: str

    def __call__(self, task: LinkageTask) -> LinkResult:
        engine: Engine = getattr(importlib.import_module(f"{__name__}.{self.module}"), self.function)
        return engine(task)


ENGINES: dict[str, Engine] = {
    "duckdb": _Late("duckdb", "link_by_duckdb"),
    "recordlinkage": _Late("recordlinkage", "link_by_recordlinkage"),
    "spark": _Late("spark", "link_by_spark"),
    "splink": _Late("splink", "link_by_splink"),
}

APPLYING_SAVED_MODELS = ("duckdb", "spark")
"""The engines that save what they learnt and apply it to another delivery; they make the same links."""


_OPTIONAL = {"spark": ("pyspark", "tf_linkage[spark]"), "splink": ("splink", "splink==5.*")}
"""By engine, the package that it needs beyond what is always installed, and what installs it."""


def refuse_missing(engine: str) -> None:
    """Refuses an engine whose package is not installed.

    Raises:
        LinkageRefused: says what installs it.
    """
    package, installed_by = _OPTIONAL.get(engine, ("polars", ""))
    if importlib.util.find_spec(package) is None:
        raise LinkageRefused(
            f"engine {engine!r} needs the package {package}; install it with: pip install {installed_by!r}"
        )


def refuse_saved_model(engine: str) -> None:
    """Refuses to save or apply a model by an engine that trains one of its own each time.

    Raises:
        LinkageRefused: names the engines that do.
    """
    if engine not in APPLYING_SAVED_MODELS:
        able = " and ".join(f"'{name}'" for name in APPLYING_SAVED_MODELS)
        raise LinkageRefused(
            f"engine {engine!r} trains its own model each time; engines {able} save one and apply it"
        )


def challenger(engine: str) -> str:
    """Another engine that comes to its links another way, so that agreement with it says something."""
    alike = APPLYING_SAVED_MODELS if engine in APPLYING_SAVED_MODELS else (engine,)
    return next(name for name in sorted(ENGINES) if name not in alike)
