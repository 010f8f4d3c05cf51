"""The contracts as a Frictionless data package, so that a sender can check a file with tools of its own.

Frictionless Table Schema rather than the Open Data Contract Standard: what a council has to check is a table of
cells (types, codes, bounds, keys), which Table Schema says and ready tools check; ODCS is about services and
owners.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl

from tf_linkage.contracts.columns import columns_of
from tf_linkage.contracts.registry import DEPARTMENTS, extract_tables
from tf_linkage.fresh import fresh_beside
from tf_linkage.intake.sending import must_be_free

PACKAGE, NAME = "datapackage.json", "tf-linkage-extracts"


def contracts_as_package() -> dict[str, Any]:
    """Every extract's contract as a tabular data package (Frictionless, version 1)."""
    return {
        "profile": "tabular-data-package",
        "name": NAME,
        "resources": [_resource(stem) for stem in extract_tables()],
    }


def write_contracts(folder: Path) -> Path:
    """Writes the package into a folder, whole.

    Returns:
        The file.

    Raises:
        InputRefused: another data package lies there.
    """
    path = folder / PACKAGE
    must_be_free(path, (), _is_ours, "the package of our contracts")
    folder.mkdir(parents=True, exist_ok=True)
    fresh = fresh_beside(path)
    fresh.write_text(json.dumps(contracts_as_package(), indent=1) + "\n", encoding="utf-8")
    fresh.replace(path)
    return path


def _is_ours(path: Path) -> bool:
    try:
        package = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        return False
    return isinstance(package, dict) and package.get("name") == NAME


def _resource(stem: str) -> dict[str, Any]:
    return {
        "profile": "tabular-data-resource",
        "name": stem,
        "path": f"{stem}.csv",
        "format": "csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "header": True},
        "schema": _schema(stem),
    }


def _schema(stem: str) -> dict[str, Any]:
    table = extract_tables()[stem]
    declared = table.columns()
    fields = []
    for column in columns_of(table):
        kind, constraints = _kind(column.dtype), {"required": not column.nullable}
        bounds = declared[column.name]
        limits = {"minimum": getattr(bounds, "min", None), "maximum": getattr(bounds, "max", None)}
        said = {
            name: str(limit) if kind == "date" else limit for name, limit in limits.items() if limit is not None
        }
        if pattern := getattr(bounds, "regex", None):
            said["pattern"] = pattern
        if isinstance(column.dtype, pl.Enum):
            said["enum"] = column.dtype.categories.to_list()
        fields.append(
            {
                "name": column.name,
                "type": kind,
                "description": column.words,
                "constraints": constraints | said,
            }
        )
    schema: dict[str, Any] = {"fields": fields, "missingValues": [""]}
    if key := table.primary_key():
        schema["primaryKey"] = list(key)
    body, _, name = stem.partition("_")
    department = DEPARTMENTS.get(body)
    if department and name in department.histories[1]:
        people = {"resource": f"{body}_{department.people[0]}", "fields": [department.key]}
        schema["foreignKeys"] = [{"fields": [department.key], "reference": people}]
    return schema


def _kind(dtype: pl.DataType) -> str:
    if isinstance(dtype, pl.Date):
        return "date"
    if isinstance(dtype, pl.Boolean):
        return "boolean"
    if dtype.is_integer():
        return "integer"
    return "number" if dtype.is_float() else "string"
