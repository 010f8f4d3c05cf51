"""The foreign forms by name, and the tables of the contract that each writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl

from tf_linkage.bodies.foreign.case_system import case_system
from tf_linkage.bodies.foreign.dfe_returns import dfe_returns
from tf_linkage.bodies.foreign.semicolons import semicolons
from tf_linkage.bodies.foreign.workbook import workbook
from tf_linkage.bodies.foreign.writing import Files

Form = Callable[[Mapping[str, pl.DataFrame]], tuple[Files, set[str]]]

FORMS: dict[str, Form] = {
    "case-system": case_system,
    "workbook": workbook,
    "semicolons": semicolons,
    "dfe-returns": dfe_returns,
}
"""By name: what makes files (by path) of tables, and says which tables these are. Others keep the contract."""
