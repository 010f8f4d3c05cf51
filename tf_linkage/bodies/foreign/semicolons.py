"""Departments' files with semicolons, in windows-1252: codes with labels, days with points, decimal commas."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from tf_linkage.bodies.foreign.writing import Files, days, text_file, toml
from tf_linkage.contracts.bodies.moj import OFFENCE_GROUPS
from tf_linkage.contracts.columns import columns_of
from tf_linkage.contracts.registry import extract_tables

_FORM = "dd.mm.yyyy"
_LABELS = {"male": "1 - Male", "female": "2 - Female", None: "0 - Not known"}


def semicolons(tables: Mapping[str, pl.DataFrame]) -> tuple[Files, set[str]]:
    """The tables of DWP and MoJ as their systems might export them; the tables that are thereby written."""
    files: Files = {}
    written = {stem for stem in tables if stem.partition("_")[0] in ("dwp", "moj")}
    for stem in sorted(written):
        body, _, name = stem.partition("_")
        files[f"{body}/{name}.csv"] = text_file(
            tables[stem].select(_written(stem)), delimiter=";", encoding="windows-1252", end="\r\n"
        )
        files[f"mappings/{body}/{name}.toml"] = _mapping(stem)
    return files, written


def _theirs(name: str) -> str:
    """What the export calls a column."""
    return name.upper().replace("_", " ")


def _written(stem: str) -> list[pl.Expr]:
    made = []
    for column in columns_of(extract_tables()[stem]):
        cell = pl.col(column.name)
        if isinstance(column.dtype, pl.Date):
            cell = days(column.name, "%d.%m.%Y")
        elif isinstance(column.dtype, pl.Boolean):
            cell = pl.when(cell).then(pl.lit("J")).otherwise(pl.lit("N"))
        elif column.name == "gender":
            cell = cell.cast(pl.String).replace_strict(_LABELS, default=None)
        elif column.name == "offence_group":
            cell = cell.cast(pl.String).replace_strict(
                {code: f"{code}: {label}" for code, label in OFFENCE_GROUPS.items()}
            )
        elif column.dtype.is_float():
            cell = cell.map_elements(lambda number: repr(number).replace(".", ","), return_dtype=pl.String)
        else:
            cell = cell.cast(pl.String)
        made.append(cell.alias(_theirs(column.name)))
    return made


def _mapping(stem: str) -> bytes:
    columns = list(columns_of(extract_tables()[stem]))
    tables: dict[str, Mapping[str, object]] = {
        "file": {"encoding": "windows-1252", "delimiter": ";"},
        "rename": {column.name: _theirs(column.name) for column in columns},
        "dates": {"every": _FORM},
    }
    labelled = {column.name: "leading" for column in columns if column.name in ("gender", "offence_group")}
    numbers = {column.name: {"decimal": ","} for column in columns if column.dtype.is_float()}
    tables |= {"label": labelled} if labelled else {}
    tables |= {"numbers": numbers} if numbers else {}
    for column in columns:
        if isinstance(column.dtype, pl.Boolean):
            tables[f"codes.{column.name}"] = {"J": "true", "N": "false"}
    return toml(tables, {"table": stem, "sender": stem.partition("_")[0].upper(), "year": 2020})
