"""The bodies and their tables, by name: the one list that the rest of the system walks.

Which tables a body's extract consists of and what a department may be sent. A new department is a new entry here
and a contract next to this file; or a package of its own, installed next to this one, with an entry point of the
group `tf_linkage.departments` that names its `Department`.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import entry_points

import dataframely as dy
import polars as pl

from tf_linkage.contracts import link_requests
from tf_linkage.contracts.bodies import council, dfe, dwp, moj
from tf_linkage.contracts.bodies.by_class import of_cells, of_spells
from tf_linkage.contracts.bodies.identity import IdentityWithNino
from tf_linkage.contracts.columns import ColumnClass, columns_of
from tf_linkage.contracts.departments import (
    OFFENCES,
    SHARING,
    SPECIAL,
    TASK,
    Department,
    DepartmentRefused,
    RateFloor,
    TooYoung,
    declared,
)
from tf_linkage.contracts.in_time import DrawnThen, in_time, lately
from tf_linkage.contracts.names import GROUP, department_names
from tf_linkage.contracts.relations import (
    ByExtract,
    Relation,
    Strength,
    of_history,
    relations_of,
)

OURS: tuple[Department, ...] = (
    Department(
        name="dwp",
        short="DWP",
        title="Department for Work and Pensions",
        people=("people", dwp.People),
        histories=("spells", {"benefits": dwp.Benefits, "employment": dwp.Employment}),
        request=link_requests.RequestWithNino,
        youngest=16,
        oldest=130,
        carries=f"{SPECIAL} (benefits for illness and disability)",
        floors=(
            RateFloor(
                "precision",
                0.98,
                "Between the published linkages of the census to DWP: 97.76% in 2011 and 99.87% in 2021 (ONS)",
            ),
            RateFloor(
                "recall",
                0.80,
                "79.5% of electors were matched to DWP on name and address alone (2014, England and Wales); this "
                "study adds date of birth and some National Insurance numbers",
            ),
        ),
        too_young=(TooYoung("benefits", "start_date", 16, "benefit before 16"),),
        key_known_as=("edukey", "key", "customer_key"),
        known_by={"worklessness": ("OOW",)},
        headline="out_of_work_benefit",
        notes=(
            "Days on which a job began or ended that are known only to the tax year read 6 April or 5 April and "
            "are flagged; such a job may overlap a claim, another job or custody without either being wrong.",
            "Nobody under 16 is in the register, so nothing is said of children's work or claims.",
            "Jobs are those of which employers tell: somebody who works for themselves looks as if without a job.",
        ),
    ),
    Department(
        name="moj",
        short="MoJ",
        title="Ministry of Justice",
        people=("people", moj.People),
        histories=("offences", {"offences": moj.Offences}),
        request=link_requests.Request,
        youngest=10,
        oldest=130,
        carries=OFFENCES,
        basis=f"{SHARING}, to be confirmed: published shares of this department rest on other powers; {TASK}",
        floors=(
            RateFloor(
                "precision",
                0.98,
                "A false link makes an offender of somebody; the outcomes measured are 0.5% to 4.6% of people "
                "(evaluation 2015 to 2020), and 2% of the links made is already of that order",
            ),
            RateFloor(
                "recall",
                0.70,
                "77% of offenders were linked between the Police National Computer and the National Pupil Database "
                "(ONS, DfE), coverage included; names filed at the first arrest are the oldest of the three "
                "registers",
            ),
        ),
        too_young=(TooYoung("offences", "offence_start_date", 10, "offence before 10"),),
        key_known_as=("pncid", "pnc_id", "mojuid"),
        known_by={"crime": ("OFF",)},
        headline="conviction",
        false_link="makes an offender of somebody",
        notes=(
            "Days of offences that are not known read 1900-01-01; such an offence is in no year before or after.",
            "Offences stand in it once police or courts have dealt with them: those of the last months are still "
            "to come, and what was never recorded never comes.",
            "Nobody under 10 can be in it, which is the age of criminal responsibility.",
            "Names are those of the first arrest: who changed theirs later is harder to find.",
        ),
    ),
    Department(
        name="dfe",
        short="DfE",
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
        request=link_requests.Request,
        youngest=0,
        oldest=26,
        carries=f"{SPECIAL} (ethnic group, special educational needs, social care)",
        floors=(
            RateFloor(
                "precision",
                0.98,
                "NHS episodes were linked with 0.2% false (HESID); we allow ten times that, since no NHS number "
                "helps",
            ),
            RateFloor(
                "recall",
                0.85,
                "88.5% of the Millennium Cohort were linked to the National Pupil Database, and 95% of pupils to "
                "the NHS (ECHILD); a little below the lower, since these families move more",
            ),
        ),
        key_known_as=("child", "pupil_matching_ref", "pupilmatchingrefanonymous", "la_child_id"),
        known_by={"school_absence": ("PA", "EXC"), "child_need": ("CIN", "CPP", "CLA")},
        headline="child_protection",
        notes=(
            "No absence was collected for 2019/20, and no tests were held in summer 2020.",
            "Schools outside the state sector and children taught at home are not in it, so that a child without "
            "enrolments is not a child out of school.",
            "Key stage results are those of the tests sat; a child without a result need not have failed.",
        ),
    ),
)
"""Ages: nobody under 16 claims or works as an adult (LEO); the police record people from 10; the National
Pupil Database holds pupils and children in need, so a person of up to 18 in 2012 is up to 26 in 2020. Published
figures in the floors' reasons are of other linkages; none was published for this study."""


def installed_departments() -> Iterator[Department]:
    """The departments that installed packages declare, by the name of their entry point.

    Raises:
        DepartmentRefused: an entry point cannot be loaded, or names something else.
    """
    for point in sorted(entry_points(group=GROUP), key=lambda point: (point.name, point.value)):
        try:
            found = point.load()
        except (ImportError, AttributeError) as missing:
            raise DepartmentRefused(
                f"department {point.name}: its entry point {point.value!r} cannot be loaded: {missing}"
            ) from missing
        if not isinstance(found, Department) or found.name != point.name:
            raise DepartmentRefused(
                f"department {point.name}: its entry point {point.value!r} names no Department of that name"
            )
        yield found


DEPARTMENTS: dict[str, Department] = declared([*OURS, *installed_departments()])
"""Every department of the study, by name: ours, then those of installed packages."""

if tuple(DEPARTMENTS) != department_names():
    raise DepartmentRefused(f"contracts/names.py has to name these departments: {', '.join(DEPARTMENTS)}")

ACADEMIC_YEAR = "academic_year"
"""Year in which an academic year begins: in September."""

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


def extract_relations() -> dict[str, tuple[Relation, ...]]:
    """What must hold of every extract beyond its own rows, by file stem; each history's rules are the same."""
    found = {}
    for stem, table in extract_tables().items():
        body, _, name = stem.partition("_")
        dated = tuple(
            column.name
            for column in columns_of(table)
            if isinstance(column.dtype, pl.Date) or column.name == ACADEMIC_YEAR
        )
        of_all: tuple[Relation, ...] = (
            ByExtract(
                strength=Strength.REFUSE,
                reason="an extract cannot hold what had not happened; write an open end as an empty cell",
                columns=dated,
            ),
            DrawnThen(
                strength=Strength.NOTE,
                reason="it lacks what happened since; or the mapping is that of an extract before this one",
            ),
            *of_cells(table),
        )
        department = DEPARTMENTS.get(body)
        if department and name in department.histories[1]:
            people = f"{body}_{department.people[0]}"
            of_all += tuple(of_history(department.key, people)) + _in_time(table) + of_spells(table)
        found[stem] = of_all + relations_of(table)
    return found


def _in_time(table: type[dy.Schema]) -> tuple[Relation, ...]:
    """What holds of a history against the years that the study asks about; nothing of one without a day."""
    names = [column.name for column in columns_of(table) if isinstance(column.dtype, pl.Date)]
    began = ACADEMIC_YEAR if ACADEMIC_YEAR in table.column_names() else next(iter(names), None)
    ended = next((name for name in names if name.startswith("end")), None)
    if began is None:
        return ()
    if began == ACADEMIC_YEAR:
        return in_time(began, None)
    return (*in_time(began, ended), lately((began,)))


def direct_identifiers() -> frozenset[str]:
    """Names of the columns that no return, research, quality or published table may hold."""
    tables: list[type[dy.Schema]] = [IdentityWithNino]
    tables += [department.people[1] for department in DEPARTMENTS.values()]
    return frozenset(
        column.name for table in tables for column in columns_of(table) if column.column_class is ColumnClass.DIRECT
    ) | {"uprn"}
