"""How an asset of this house is described: one call gives it all that the graph shows.

Group, owner, kinds, tags, columns and code version of every asset, derived from its key and its contract so that
two assets of a kind cannot differ by accident.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any

import dagster as dg

from tf_linkage.contracts.columns import ColumnClass, columns_of
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.defs.internals import CODE_VERSION_TAG
from tf_linkage.defs.io import CHOICES, column_schema
from tf_linkage.study import Study
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
    choices: Mapping[str, Any] | None = None,
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
        choices: what the data folder chose of what changes what is made, by name (`Study.chosen`); part of the code
            version, as the run has it. The function then takes the run's choices as `study`.
        deps: paths of assets that are made before it where both are, but not handed to it.
        group: the group in which the graph shows it, where that is not the first part of its key.
    """
    described = asset_description(key, description, rooms=rooms, custodian=custodian, kinds=kinds, choices=choices)
    described |= {"group_name": group} if group else {}
    inputs = {name: dg.AssetIn(asset_key(upstream)) for name, upstream in (ins or {}).items()}
    decorate: Callable[[Callable[..., Any]], dg.AssetsDefinition] = dg.asset(
        **described, ins=inputs, deps=[dg.AssetKey(list(path)) for path in deps]
    )

    def versioned(function: Callable[..., Any]) -> dg.AssetsDefinition:
        return decorate(_with_version(function, tuple(rooms), tuple(choices)) if choices else function)

    return versioned


def _with_version(
    function: Callable[..., Any], rooms: tuple[str, ...], choices: tuple[str, ...]
) -> Callable[..., Any]:
    """The function, its result under the code version of the choices that the run really used.

    Dagster writes the definition's version, which has the folder's choices; a result's own tag is laid over it.
    """

    @wraps(function)
    def made(*given: Any, study: Study, **named: Any) -> dg.MaterializeResult[Any]:
        result = function(*given, study=study, **named)
        result = result if isinstance(result, dg.MaterializeResult) else dg.MaterializeResult(value=result)
        version = code_version(rooms, study.chosen(*choices))
        return result._replace(tags={**(result.tags or {}), CODE_VERSION_TAG: version})

    return made


def asset_description(
    key: str,
    description: str,
    *,
    rooms: Sequence[str],
    custodian: str | None = None,
    kinds: Sequence[str] = ("polars", "parquet"),
    choices: Mapping[str, Any] | None = None,
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
        "metadata": ({"dagster/column_schema": column_schema(tables)} if tables else {})
        | ({CHOICES: ", ".join(choices)} if choices else {}),
    }


def contains(tables: Tables) -> str:
    """The most revealing class of column that the tables hold, as a tag."""
    classes = {column.column_class for table in tables.values() for column in columns_of(table)}
    for kind in ColumnClass:
        if kind in classes:
            return f"{kind.value}s".replace(" ", "-")
    return "aggregates"
