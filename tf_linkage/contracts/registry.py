"""The bodies and their tables, by name: the one list that the rest of the system walks.

Which tables a body's extract consists of and what a department may be sent. A new department is a new entry here
and a contract next to this file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import dataframely as dy

from tf_linkage.contracts.bodies import council, dfe, dwp, moj
from tf_linkage.contracts.bodies.identity import IdentityWithNino
from tf_linkage.contracts.columns import ColumnClass, columns_of
from tf_linkage.contracts.handovers import exchange


@dataclass(frozen=True)
class Department:
    """A department, its register and what the study sends it.

    Attributes:
        name: short name, which prefixes its assets and files.
        title: name in full.
        people: asset name and contract of the people in its register.
        histories: asset name under which the histories stand, and their contracts by table name.
        key: the register's own key, shared by people and histories.
        request: contract of the request it is sent.
        youngest: age, at the register's extract, below which nobody can be in the register.
        oldest: age, at the register's extract, above which nobody can be in it.
    """

    name: str
    title: str
    people: tuple[str, type[dy.Schema]]
    histories: tuple[str, Mapping[str, type[dy.Schema]]]
    key: str
    request: type[dy.Schema]
    youngest: int
    oldest: int

    @property
    def request_columns(self) -> tuple[str, ...]:
        """The identifiers the department is sent."""
        return tuple(name for name in self.request.columns() if name != "request_ref")


DEPARTMENTS: dict[str, Department] = {
    "dwp": Department(
        name="dwp",
        title="Department for Work and Pensions",
        people=("people", dwp.People),
        histories=("spells", {"benefits": dwp.Benefits, "employment": dwp.Employment}),
        key="dwp_key",
        request=exchange.RequestWithNino,
        youngest=16,
        oldest=130,
    ),
    "moj": Department(
        name="moj",
        title="Ministry of Justice",
        people=("people", moj.People),
        histories=("offences", {"offences": moj.Offences}),
        key="moj_key",
        request=exchange.Request,
        youngest=10,
        oldest=130,
    ),
    "dfe": Department(
        name="dfe",
        title="Department for Education",
        people=("pupils", dfe.Pupils),
        histories=(
            "school_and_care",
            {
                "enrolments": dfe.Enrolments,
                "absence": dfe.Absence,
                "exclusions": dfe.Exclusions,
                "key_stages": dfe.KeyStages,
                "social_care": dfe.SocialCare,
            },
        ),
        key="dfe_key",
        request=exchange.Request,
        youngest=0,
        oldest=26,
    ),
}
"""Ages: nobody under 16 claims or works as an adult (LEO); the police record people from 10; the National
Pupil Database holds pupils and children in need, so a person of up to 18 in 2012 is up to 26 in 2020."""

COUNCIL_TABLES: dict[str, type[dy.Schema]] = {"cohort": council.Cohort}


def extract_tables() -> dict[str, type[dy.Schema]]:
    """Every extract the study takes in, by file stem such as `dwp_people`."""
    tables = {f"council_{name}": table for name, table in COUNCIL_TABLES.items()}
    for department in DEPARTMENTS.values():
        name, people = department.people
        tables[f"{department.name}_{name}"] = people
        for history, table in department.histories[1].items():
            tables[f"{department.name}_{history}"] = table
    return tables


def direct_identifiers() -> frozenset[str]:
    """Names of the columns that no return, research, quality or published table may hold."""
    return frozenset(
        column.name for column in columns_of(IdentityWithNino) if column.column_class is ColumnClass.DIRECT
    ) | {"uprn"}
