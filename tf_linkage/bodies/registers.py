"""The simulated registers by department: the module that records each, found by name.

The interface of a department's module, and where it is found: `bodies/<name>.py`, or the entry point of that name
in the group `tf_linkage.bodies` of an installed package.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points
from importlib.util import find_spec
from typing import Protocol, cast

import polars as pl

from tf_linkage.bodies.lived import Columns, Population
from tf_linkage.bodies.recording.recorded import Recorded
from tf_linkage.bodies.register import Register
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.errors import TfLinkageError
from tf_linkage.population.draws import Draws
from tf_linkage.population.settings import Settings

BODIES_GROUP = "tf_linkage.bodies"
"""Entry points of installed packages that simulate a department's register."""

FUNCTIONS = ("people", "histories", "recording", "histories_recorded")


class Body(Protocol):
    """What the module of a simulated register offers. Equal calls give equal tables."""

    def people(self, population: Population, settings: Settings) -> pl.LazyFrame:
        """The register's people by its contract, in key order."""

    def histories(self, population: Population, settings: Settings) -> dict[str, pl.LazyFrame]:
        """The register's histories by name and contract, in key order."""

    def recording(
        self, settings: Settings, draws: Draws, everyone: Columns, lives: Mapping[str, Columns]
    ) -> tuple[Register, pl.DataFrame, Recorded]:
        """The same people from arrays: the register, its table of people, and the recording behind it."""

    def histories_recorded(
        self, settings: Settings, draws: Draws, everyone: Columns, register: Register, lives: Mapping[str, Columns]
    ) -> dict[str, pl.DataFrame]:
        """The same histories from arrays."""


@cache
def simulated() -> dict[str, Body]:
    """The module of each department whose register can be simulated, in the registry's order.

    Raises:
        TfLinkageError: a module lacks a function of `Body`.
    """
    installed = {point.name: point for point in entry_points(group=BODIES_GROUP)}
    found: dict[str, Body] = {}
    for name in DEPARTMENTS:
        own = f"{__package__}.{name}"
        if find_spec(own) is not None:
            module: object = importlib.import_module(own)
        elif name in installed:
            module = installed[name].load()
        else:
            continue
        if without := [function for function in FUNCTIONS if not callable(getattr(module, function, None))]:
            raise TfLinkageError(f"the module that simulates {name} has no function {', '.join(without)}")
        found[name] = cast("Body", module)
    return found


def body_of(name: str) -> Body:
    """The module of one department's simulated register.

    Raises:
        TfLinkageError: nobody simulates it.
    """
    if name not in simulated():
        raise TfLinkageError(
            f"the register of {name} is not simulated (there is no bodies/{name}.py, and no entry point of that "
            f"name in the group {BODIES_GROUP}); give its files: TF_LINKAGE_{name.upper()}_SOURCE=register"
        )
    return simulated()[name]
