"""Rows of research tables, made by hand."""

from collections.abc import Sequence

import polars as pl

from tf_linkage.contracts.bodies.council import PROBLEMS
from tf_linkage.contracts.columns import schema_of
from tf_linkage.contracts.ladders import STEPS
from tf_linkage.contracts.outputs.research import RESEARCH_TABLES


def nothing_shown(name: str) -> dict[str, None]:
    """The cells of a row that was withheld."""
    return dict.fromkeys([*STEPS[name], *PROBLEMS])


def research_table(name: str, rows: Sequence[dict[str, object]]) -> pl.LazyFrame:
    """A research table with these cells; the others say that nothing happened and that anything could have."""
    schema = schema_of(RESEARCH_TABLES[name])
    plain: dict[str, object] = {column: False if dtype == pl.Boolean else None for column, dtype in schema.items()}
    plain |= {column: "none" for column in schema if column.endswith("_found")}
    plain |= {"study_group": "programme"} | (
        {"problems": "0" if name == "people" else "2"} if "problems" in schema else {}
    )
    reference = next(iter(schema))
    named = reference.endswith("_ref")
    refs = ({reference: f"R{at:05d}"} if named else {} for at in range(len(rows)))
    return pl.LazyFrame([plain | ref | row for ref, row in zip(refs, rows, strict=True)], schema=schema)
