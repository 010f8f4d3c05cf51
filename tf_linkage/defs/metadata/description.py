"""How an asset of this house is described: one call gives it all that the graph shows.

Group, owner, kinds, tags, columns and code version of every asset, derived from its key and its contract so that
two assets of a kind cannot differ by accident.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import dagster as dg

from tf_linkage.contracts.columns import ColumnClass, columns_of
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.defs.io import column_schema
from tf_linkage.workspace.catalogue import TABLES, Tables
from tf_linkage.workspace.code_version import code_version

CUSTODIANS = {
    "population": "simulation",
    "council": "council",
    "ons": "ons",
    "linkage": "ons",
    "research": "research",
    "quality": "ons",
    "published": "research",
} | {name: name for name in DEPARTMENTS}
"""Who answers for the assets of a group. Departments make their own links (see `departments.py`)."""

# How severe the failure of a check is: said on each check, where the graph shows it and tests hold it to it.
ERROR: Final = {"severity": "error"}
"""A failure is an error, always. What blocks is of this kind."""

DOUBT: Final = {"severity": "error; a warning where in doubt"}
"""An error where a bound is missed beyond sampling doubt, else a warning."""

WARNING: Final = {"severity": "warning"}
"""A failure asks for a look and is never an error."""

CHOSEN: Final = {"severity": "error; a warning where the choices are not England's"}
"""An error, but a warning where the noise was chosen not to be England's."""


def asset_key(key: str) -> list[str]:
    """`ons/identifiers` as Dagster's path."""
    return key.split("/")


def study_asset(
    key: str,
    description: str,
    *,
    rooms: Sequence[str],
    ins: Mapping[str, str] | None = None,
    custodian: str | None = None,
    kinds: Sequence[str] = ("polars", "parquet"),
    choices: object = None,
    deps: Sequence[Sequence[str]] = (),
    group: str | None = None,
) -> Callable[[Callable[..., Any]], dg.AssetsDefinition]:
    """Make an asset of this house out of a function; otherwise as `dg.asset`.

    Args:
        key: the asset's key, such as `ons/identifiers`; its first part is the group.
        description: what the asset is, for someone who sees it for the first time.
        rooms: the packages whose code makes it, from which its code version follows.
        ins: key of the asset that each argument of the function receives.
        custodian: who answers for it, where that is not the group's custodian.
        kinds: at most three badges for the graph.
        choices: configuration that changes what the code makes, part of the code version.
        deps: paths of assets that are made before it where both are, but not handed to it.
        group: the group in which the graph shows it, where that is not the first part of its key.
    """
    described = asset_description(key, description, rooms=rooms, custodian=custodian, kinds=kinds, choices=choices)
    described |= {"group_name": group} if group else {}
    inputs = {name: dg.AssetIn(asset_key(upstream)) for name, upstream in (ins or {}).items()}
    decorate: Callable[[Callable[..., Any]], dg.AssetsDefinition] = dg.asset(
        **described, ins=inputs, deps=[dg.AssetKey(list(path)) for path in deps]
    )
    return decorate


def asset_description(
    key: str,
    description: str,
    *,
    rooms: Sequence[str],
    custodian: str | None = None,
    kinds: Sequence[str] = ("polars", "parquet"),
    choices: object = None,
) -> dict[str, Any]:
    """What an asset or a spec of this house says of itself; arguments as in `study_asset`."""
    group = key.split("/", maxsplit=1)[0]
    owner = custodian or CUSTODIANS[group]
    tables = TABLES.get(key, {})
    return {
        "key": asset_key(key),
        "group_name": group,
        "description": description,
        "owners": [f"team:{owner}"],
        "kinds": set(kinds),
        "tags": {"custodian": owner, "contains": contains(tables)},
        "code_version": code_version(tuple(rooms), choices),
        "metadata": {"dagster/column_schema": column_schema(tables)} if tables else {},
    }


def contains(tables: Tables) -> str:
    """The most revealing class of column that the tables hold, as a tag."""
    classes = {column.column_class for table in tables.values() for column in columns_of(table)}
    for kind in ColumnClass:
        if kind in classes:
            return f"{kind.value}s".replace(" ", "-")
    return "aggregates"
