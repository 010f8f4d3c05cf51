"""What the trusted third party hands researchers' keepers: the linked set, from which the research tables are made.

People, the councils' records of them, and the departments' histories, all under researchers' references: no
identifier, no reference of the third party's, of a council's or of a department's. Finer than any research table
(exact days, councils), so it lies in a vault and is destroyed with the study.
"""

from __future__ import annotations

from collections.abc import Iterable

import dataframely as dy

from tf_linkage.contracts.columns import ColumnClass, Table, extended, text, whole
from tf_linkage.contracts.handovers.exchange import return_tables
from tf_linkage.contracts.handovers.ons import Attributes, link_columns
from tf_linkage.contracts.registry import DEPARTMENTS

PERSON = "person_study_ref"
WHO = "What researchers see instead of a person"


class _LinkedSetPerson(Table):
    """One row for each person: the family, and who found them how surely."""

    person_study_ref = text(ColumnClass.REFERENCE, WHO, primary_key=True)
    family_study_ref = text(ColumnClass.REFERENCE, "What researchers see instead of a family")
    outcome_study_ref = text(
        ColumnClass.REFERENCE, "What researchers see instead of a family, of what happened in it"
    )


LinkedSetPeople = extended(_LinkedSetPerson, "LinkedSetPeople", link_columns())


class _OneRecord(Table):
    """What names a record of a person."""

    person_study_ref = text(ColumnClass.REFERENCE, WHO, primary_key=True)
    record_number = whole(
        ColumnClass.ATTRIBUTE, "1, 2, 3 within the person, in place of the council's number", primary_key=True
    )
    family_study_ref = text(ColumnClass.REFERENCE, "What researchers see instead of the family of that record")
    la_code = text(ColumnClass.QUASI, "Local authority (GSS code)")


def _with(
    base: type[dy.Schema], name: str, table: type[dy.Schema], besides: Iterable[str], words: str | None = None
) -> type[dy.Schema]:
    """A contract with the columns of another, but for some of them, and with its words unless others are given."""
    left_out = set(besides)
    columns = {column: kind for column, kind in table.columns().items() if column not in left_out}
    return type(name, (base,), {**columns, "__doc__": words or table.__doc__})


class _UnderPerson(Table):
    person_study_ref = text(ColumnClass.REFERENCE, WHO)


LinkedSetRecords = _with(
    _OneRecord,
    "LinkedSetRecords",
    Attributes,
    ("person_id", "family_id", "person_ref", "la_code"),
    "One row for each time a council named a person.",
)

HISTORIES: dict[str, tuple[str, str]] = {
    f"{name}_{history}": (name, history)
    for name, department in DEPARTMENTS.items()
    for history in department.histories[1]
}
"""By table of the linked set: the department and its history."""

LINKED_SET: dict[str, type[dy.Schema]] = {
    "people": LinkedSetPeople,
    "records": LinkedSetRecords,
    **{
        table: _with(
            _UnderPerson,
            f"LinkedSet{history.title().replace('_', '')}",
            return_tables(DEPARTMENTS[name].key, DEPARTMENTS[name].histories[1])[history],
            ("request_ref",),
        )
        for table, (name, history) in HISTORIES.items()
    },
}
"""The tables of the linked set, by name."""
