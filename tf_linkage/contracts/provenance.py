"""Where each column comes from, from body to body: made of the contracts, and read by the graph and the dictionary.

A column comes from those whose values stand in it, unchanged or as a code, a band or a number made of them. What
decides which rows there are, or whom a reference stands for, is not told here. Figures about groups are counted
from the inputs of their asset.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from tf_linkage.contracts.columns import ColumnClass, columns_of, schema_of
from tf_linkage.contracts.departments import Department
from tf_linkage.contracts.handovers import ons
from tf_linkage.contracts.handovers.exchange import Links, public_name, return_tables
from tf_linkage.contracts.linked_set import HISTORIES, LINKED_SET, LinkedSetPeople, LinkedSetRecords
from tf_linkage.contracts.outputs.research_sources import WITHIN, research_sources
from tf_linkage.contracts.registry import DEPARTMENTS

Source = tuple[str, str, str]
"""Asset, table (empty where the asset is one table) and column."""

Columns = dict[str, dict[str, tuple[Source, ...]]]
"""By table and column."""

COHORT, IDENTIFIERS, ATTRIBUTES = "council/cohort", "ons/identifiers", "ons/attributes"
LINKED_PEOPLE, LINKED = "linkage/linked_people", "research/linked_set"
RESEARCH = "research/tables"


@cache
def provenance() -> Mapping[str, Columns]:
    """By asset, table and column, in their order, where it comes from.

    What bodies recorded themselves, and figures about groups, are not among them.
    """
    found: dict[str, Columns] = {IDENTIFIERS: {"": _identifiers()}, ATTRIBUTES: {"": _attributes()}}
    for department in DEPARTMENTS.values():
        found |= _exchange(department)
    found[LINKED_PEOPLE] = {"": _linked_people()}
    found[LINKED] = _linked_set()
    found[RESEARCH] = {
        table: {
            column: tuple((RESEARCH if table in WITHIN else LINKED, *_parts(source)) for source in sources)
            for column, sources in columns.items()
        }
        for table, columns in research_sources().items()
    }
    return found


def begins_at(asset: str, table: str, column: str) -> frozenset[Source]:
    """The columns of the bodies' own records from which a column comes in the end."""
    columns = provenance().get(asset)
    if columns is None:
        return frozenset({(asset, table, column)})
    return frozenset().union(*(begins_at(*source) for source in columns[table][column]))


def in_words(sources: Iterable[Source]) -> str:
    """`council/cohort.la_code, person_ref; dwp/spells.benefits.start_date`: columns by their table, in order."""
    found: dict[str, list[str]] = {}
    for asset, table, column in sources:
        found.setdefault(f"{asset}.{table}" if table else asset, []).append(column)
    return "; ".join(f"{table}.{', '.join(columns)}" for table, columns in found.items())


@dataclass(frozen=True)
class Reach:
    """How far a direct identifier goes.

    Attributes:
        stands_in: tables in which it stands as it is.
        tells: columns that are worked out of it, such as an age or how sure a link is.
    """

    stands_in: tuple[str, ...]
    tells: tuple[Source, ...]


def reach_of(identifier: str) -> Reach:
    """How far an identifier that councils send goes beyond what they send."""
    stands, tells = [], []
    for asset, tables in provenance().items():
        for table, columns in tables.items():
            for column in columns:
                if (COHORT, "", identifier) in begins_at(asset, table, column):
                    if column == identifier:
                        stands.append(f"{asset}.{table}" if table else asset)
                    else:
                        tells.append((asset, table, column))
    return Reach(tuple(stands), tuple(tells))


def _parts(source: str) -> tuple[str, str]:
    table, _, column = source.partition(".")
    return table, column


def _identifiers() -> dict[str, tuple[Source, ...]]:
    return {name: _references(name, COHORT) or ((COHORT, "", name),) for name in schema_of(ons.Identifiers)}


def _references(name: str, asset: str) -> tuple[Source, ...]:
    """What the third party's references of a person and a family are made of: council and number."""
    number = {"person_id": "person_ref", "family_id": "family_ref"}.get(name)
    return ((asset, "", "la_code"), (asset, "", number)) if number else ()


def _attributes() -> dict[str, tuple[Source, ...]]:
    age = ((COHORT, "", "date_of_birth"), (COHORT, "", "identified_date"))
    return {
        name: _references(name, COHORT) or (age if name == "age" else ((COHORT, "", name),))
        for name in schema_of(ons.Attributes)
    }


def _exchange(department: Department) -> dict[str, Columns]:
    """Request, links and return of a department."""
    name = department.name
    request, links, register = f"{name}/link_request", f"linkage/{name}_links", f"{name}/{department.people[0]}"
    compared = tuple((asset, "", column) for asset in (request, register) for column in department.request_columns)
    asked: dict[str, tuple[Source, ...]] = {
        column: ((IDENTIFIERS, "", "person_id" if column == "request_ref" else column),)
        for column in schema_of(department.request)
    }
    own: dict[str, tuple[Source, ...]] = {
        "request_ref": ((request, "", "request_ref"),),
        "register_key": ((register, "", department.key),),
    }
    people: dict[str, tuple[Source, ...]] = {
        "request_ref": ((links, "", "request_ref"),),
        "link_confidence": ((links, "", "match_probability"),),
    }
    return {
        request: {"": asked},
        links: {"": {column: own.get(column, compared) for column in schema_of(Links)}},
        f"{name}/return": {"people": people}
        | {history: _returned(department, history) for history in department.histories[1]},
    }


def _returned(department: Department, history: str) -> dict[str, tuple[Source, ...]]:
    asset, tables = department.histories
    numbers = {
        public_name(column.name): column.name
        for column in columns_of(tables[history])
        if column.column_class is ColumnClass.REFERENCE and column.name != department.key
    }
    found: dict[str, tuple[Source, ...]] = {}
    for column in schema_of(return_tables(department.key, tables)[history]):
        source = (f"{department.name}/{asset}", history, numbers.get(column, column))
        found[column] = (
            ((f"linkage/{department.name}_links", "", column),) if column == "request_ref" else (source,)
        )
    return found


def _linked_people() -> dict[str, tuple[Source, ...]]:
    made: dict[str, tuple[Source, ...]] = {
        "person_study_ref": ((IDENTIFIERS, "", "person_id"),),
        **dict.fromkeys(("family_study_ref", "outcome_study_ref"), ((IDENTIFIERS, "", "family_id"),)),
    }
    for name in DEPARTMENTS:
        made[f"{name}_ref"] = ((f"{name}/return", "people", "request_ref"),)
        made[f"{name}_link"] = ((f"{name}/return", "people", "link_confidence"),)
    return {column: made.get(column, ((IDENTIFIERS, "", column),)) for column in schema_of(ons.LinkedPeople)}


def _linked_set() -> Columns:
    numbers = {"record_number": "person_ref", "family_study_ref": "family_id"}
    person: tuple[Source, ...] = ((LINKED_PEOPLE, "", "person_study_ref"),)
    found: Columns = {
        "people": {column: ((LINKED_PEOPLE, "", column),) for column in schema_of(LinkedSetPeople)},
        "records": {
            column: person if column == "person_study_ref" else ((ATTRIBUTES, "", numbers.get(column, column)),)
            for column in schema_of(LinkedSetRecords)
        },
    }
    for table, (name, history) in HISTORIES.items():
        found[table] = {
            column: person if column == "person_study_ref" else ((f"{name}/return", history, column),)
            for column in schema_of(LINKED_SET[table])
        }
    return found
