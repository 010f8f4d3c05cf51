"""How an asset of this house is described: one call gives it all that the graph shows.

Group, owner, kinds, tags, columns and code version of every asset, derived from its key and its contract so that
two assets of a kind cannot differ by accident.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import wraps
from inspect import isgeneratorfunction
from typing import Any, Final

import dagster as dg

from tf_linkage.contracts.columns import ColumnClass, columns_of
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.defs.internals import CODE_VERSION_TAG
from tf_linkage.defs.io import CHOICES, column_schema
from tf_linkage.defs.metadata.lineage import column_lineage, origins
from tf_linkage.study import Study
from tf_linkage.workspace.catalogue import ASSESSED, STUDIES_PAGE, TABLES, Tables
from tf_linkage.workspace.jobs import LONG_STUDIES
from tf_linkage.workspace.storing.code_version import code_version

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


GROUPS = ("population", "ons", *DEPARTMENTS, "linkage", "research", "quality", LONG_STUDIES)
"""The groups of the graph in the order of the story; the long studies stand apart from the main job."""


def group_of(key: str) -> str:
    """The group in which the graph shows an asset, chosen so that no group comes back to an earlier one.

    Who does the work: ONS asks, a department links, ONS joins. The truth stands with the figures, which alone read
    it.
    """
    body, kind = key.split("/")
    if key in {*ASSESSED, STUDIES_PAGE}:
        return LONG_STUDIES
    if kind == "link_request":
        return "ons"
    if kind.endswith("_links"):
        return kind.removesuffix("_links")
    moved = {"population/truth": "quality", "council/cohort": "population", "research/linked_set": "linkage"}
    return moved.get(key, {"published": "research"}.get(body, body))


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
    output_required: bool = True,
    tables: Tables | None = None,
) -> Callable[[Callable[..., Any]], dg.AssetsDefinition]:
    """Make an asset of this house out of a function; otherwise as `dg.asset`.

    Args:
        key: the asset's key, such as `ons/identifiers`.
        description: what the asset is, for someone who sees it for the first time.
        rooms: the packages whose code makes it, from which its code version follows.
        ins: key of the asset that each argument of the function receives.
        custodian: who answers for it, where that is not the group's custodian.
        kinds: at most three badges for the graph.
        choices: what the data folder chose of what changes what is made, by name (`Study.chosen`); part of the code
            version, as the run has it. The function then takes the run's choices as `study`.
        deps: paths of assets that are made before it where both are, but not handed to it.
        output_required: whether a run of it always makes it.
        tables: contracts of its tables, where these hang on the study's choices.
    """
    described = asset_description(
        key, description, rooms=rooms, custodian=custodian, kinds=kinds, choices=choices, tables=tables
    )
    inputs = {name: dg.AssetIn(asset_key(upstream)) for name, upstream in (ins or {}).items()}
    decorate: Callable[[Callable[..., Any]], dg.AssetsDefinition] = dg.asset(
        **described, output_required=output_required, ins=inputs, deps=[dg.AssetKey(list(path)) for path in deps]
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

    def tagged(result: Any, study: Study) -> dg.MaterializeResult[Any]:
        full = result if isinstance(result, dg.MaterializeResult) else dg.MaterializeResult(value=result)
        version = code_version(rooms, study.chosen(*choices))
        again: dg.MaterializeResult[Any] = full._replace(tags={**(full.tags or {}), CODE_VERSION_TAG: version})
        return again

    @wraps(function)
    def made(*given: Any, study: Study, **named: Any) -> dg.MaterializeResult[Any]:
        return tagged(function(*given, study=study, **named), study)

    @wraps(function)
    def yielded(*given: Any, study: Study, **named: Any) -> Iterator[dg.MaterializeResult[Any]]:
        for result in function(*given, study=study, **named):
            yield tagged(result, study)

    return yielded if isgeneratorfunction(function) else made


def asset_description(
    key: str,
    description: str,
    *,
    rooms: Sequence[str],
    custodian: str | None = None,
    kinds: Sequence[str] = ("polars", "parquet"),
    choices: Mapping[str, Any] | None = None,
    tables: Tables | None = None,
) -> dict[str, Any]:
    """What an asset or a spec of this house says of itself; arguments as in `study_asset`."""
    owner = custodian or CUSTODIANS[key.split("/", maxsplit=1)[0]]
    tables = TABLES.get(key, {}) if tables is None else tables
    return {
        "key": asset_key(key),
        "group_name": group_of(key),
        "description": description,
        "owners": [f"team:{owner}"],
        "kinds": set(kinds),
        "tags": {"custodian": owner, "contains": contains(tables)},
        "code_version": code_version(tuple(rooms), choices),
        "metadata": ({"dagster/column_schema": column_schema(tables, origins(key))} if tables else {})
        | column_lineage(key)
        | ({CHOICES: ", ".join(choices)} if choices else {}),
    }


def contains(tables: Tables) -> str:
    """The most revealing class of column that the tables hold, as a tag."""
    classes = {column.column_class for table in tables.values() for column in columns_of(table)}
    for kind in ColumnClass:
        if kind in classes:
            return f"{kind.value}s".replace(" ", "-")
    return "aggregates"
