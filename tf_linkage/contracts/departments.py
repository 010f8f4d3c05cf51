"""What a department declares of itself: everything that distinguishes it from the others, in one record.

The record, and the refusal of one that does not make sense. The departments themselves stand in `registry`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import dataframely as dy
import polars as pl

from tf_linkage.contracts.bodies.council import PROBLEMS
from tf_linkage.contracts.columns import ColumnClass, ColumnInfo, columns_of
from tf_linkage.errors import TfLinkageError

SHARING = "Digital Economy Act 2017, Part 5 Chapter 5 (research)"
TASK = "public task: UK GDPR Article 6(1)(e)"
SPECIAL = (
    "special categories: substantial public interest, UK GDPR Article 9(2)(g) with Data Protection Act 2018 "
    "Schedule 1 Part 2"
)
OFFENCES = "criminal offence data: UK GDPR Article 10 with Data Protection Act 2018 Schedule 1"

RESERVED = frozenset(
    {
        "council", "ons", "research", "population", "linkage", "quality", "published", "people", "records", "truth",
        "simulation", "world", "reports", "custody", "deliveries", "ledger", "incoming", "rehearsal", "assess",
        "access", "withdraw", "correct", "erase", "object", "rebuild",
    }
)  # fmt: skip
"""Names that mean something else in keys of assets, folders, tables or jobs."""

NAME = re.compile(r"[a-z][a-z0-9]*")
TABLE = re.compile(r"[a-z][a-z0-9_]*")


class DepartmentRefused(TfLinkageError):
    """A department is declared in a way that cannot be right. The message names it and what is wrong."""


@dataclass(frozen=True)
class RateFloor:
    """The least that a figure of a department's linkage must reach.

    Attributes:
        measure: a measure of `contracts.outputs.quality.MEASURES`, such as `recall`.
        least: between 0 and 1.
        reason: why it stands there, with its source.
    """

    measure: str
    least: float
    reason: str


@dataclass(frozen=True)
class TooYoung:
    """An event that nobody of an age can have had: a sign of a false link that needs no truth.

    Attributes:
        history: the history that records the event.
        day: its column with the event's date.
        age: years of age below which nobody can have had it.
        scenario: the sign in a few words, such as `benefit before 16`.
    """

    history: str
    day: str
    age: int
    scenario: str


@dataclass(frozen=True)
class Department:
    """A department, its register and what the study sends it.

    Attributes:
        name: lower-case letters and digits; prefixes its assets and files, and names its vault and its variables
            (`TF_LINKAGE_<NAME>_PASSWORD`).
        short: how people write that name.
        title: name in full.
        people: asset name and contract of the people in its register, with the columns of the request and the
            register's own key, `<name>_key`.
        histories: asset name under which the histories stand, and their contracts by table name, each with the key.
        request: contract of the request it is sent: the identifiers, and `request_ref`.
        youngest: age, at the register's extract, below which nobody can be in the register.
        oldest: age, at the register's extract, above which nobody can be in it.
        carries: what allows special categories and offence data in its return, in the words of the record of
            processing.
        basis: what allows the return.
        floors: the least that its linkage must reach, fixed before any run; without any, its figures are reported
            and held to no floor.
        too_young: events that give a false link away.
        key_known_as: what real files call the register's key, in lower case with `_` between words.
        known_by: problem columns of the councils' records, and the sub-codes in them that say that somebody is in
            the register: people with them are looked for there, and found or not, which tells recall without truth.
        headline: the outcome of `contracts.outputs.research.FAMILY_OUTCOMES` that is looked at when the study asks
            what an identifier buys; None if the register tells of none.
        false_link: what a false link to its register does to the person it is about, after “it”; empty where it is
            no worse than a missed person.
        notes: what its records leave out, or fill in by themselves: a sentence each, for the researchers who read
            them.
    """

    name: str
    short: str
    title: str
    people: tuple[str, type[dy.Schema]]
    histories: tuple[str, Mapping[str, type[dy.Schema]]]
    request: type[dy.Schema]
    youngest: int
    oldest: int
    carries: str
    basis: str = f"{SHARING}; {TASK}"
    floors: tuple[RateFloor, ...] = ()
    too_young: tuple[TooYoung, ...] = ()
    key_known_as: tuple[str, ...] = ()
    known_by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    headline: str | None = None
    false_link: str = ""
    notes: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The register's own key, shared by people and histories."""
        return f"{self.name}_key"

    @property
    def flagged(self) -> pl.Expr:
        """Of a council's record: whether a flag puts the person in the register, and the age allows it."""
        flags = (pl.col(problem).cast(pl.String).is_in(list(codes)) for problem, codes in self.known_by.items())
        of_age = pl.col("age").is_null() | pl.col("age").is_between(self.youngest, self.oldest)
        return (pl.any_horizontal(pl.lit(value=False), *flags).fill_null(value=False)) & of_age

    @property
    def packages(self) -> tuple[str, ...]:
        """The installed package that declares it, if not ours: its code is part of what makes the tables."""
        package = self.people[1].__module__.split(".", maxsplit=1)[0]
        return () if package == __name__.split(".", maxsplit=1)[0] else (package,)

    @property
    def request_columns(self) -> tuple[str, ...]:
        """The identifiers the department is sent."""
        return tuple(name for name in self.request.columns() if name != "request_ref")


def declared(departments: Iterable[Department]) -> dict[str, Department]:
    """Departments by name, in their order.

    Raises:
        DepartmentRefused: one is declared in a way that cannot be right, or twice.
    """
    found: dict[str, Department] = {}
    for department in departments:
        _check(department)
        if department.name in found:
            raise DepartmentRefused(f"department {department.name} is declared twice; choose another name")
        found[department.name] = department
    return found


def _check(department: Department) -> None:
    name = department.name
    if not NAME.fullmatch(name) or name in RESERVED:
        raise DepartmentRefused(
            f"department {name!r}: a name has lower-case letters and digits, and is none of "
            f"{', '.join(sorted(RESERVED))}"
        )
    wrong = [*_wrong_people(department), *_wrong_histories(department), *_wrong_bounds(department)]
    if wrong:
        raise DepartmentRefused(f"department {name}: {'; '.join(wrong)}")


def _wrong_people(department: Department) -> Iterable[str]:
    table, contract = department.people
    columns = _columns(contract)
    if "request_ref" not in department.request.columns():
        yield "its request has no request_ref"
    without = [name for name in (*department.request_columns, department.key) if name not in columns]
    if without:
        yield f"table {table} has no column {', '.join(without)}"
    elif columns[department.key].column_class is not ColumnClass.REFERENCE:
        yield f"column {department.key} of table {table} must be a reference"
    if department.youngest > department.oldest:
        yield "the youngest age lies above the oldest"


def _wrong_histories(department: Department) -> Iterable[str]:
    asset, histories = department.histories
    if not histories:
        yield "it has no history: what would it return?"
    if asset == department.people[0]:
        yield f"people and histories are both named {asset}"
    for table, contract in histories.items():
        columns = _columns(contract)
        if not TABLE.fullmatch(table) or table in ("people", department.people[0]):
            yield f"{table!r} cannot be the name of a history"
        if department.key not in columns or columns[department.key].column_class is not ColumnClass.REFERENCE:
            yield f"history {table} has no reference {department.key}"
        if taken := sorted({"start", "request_ref", "person_study_ref", "family_id"} & set(columns)):
            yield f"history {table} has a column {taken[0]}, which the study uses; choose another name"
        direct = [name for name, column in columns.items() if column.column_class is ColumnClass.DIRECT]
        if direct:
            yield f"history {table} holds a direct identifier ({', '.join(direct)}), which may not come back"


def _wrong_bounds(department: Department) -> Iterable[str]:
    for bound in department.floors:
        if not 0 <= bound.least <= 1 or not bound.reason:
            yield f"the floor of {bound.measure} needs a least between 0 and 1, and a reason"
    measures = [bound.measure for bound in department.floors]
    if len(set(measures)) < len(measures):
        yield "it declares two floors of one measure"
    for problem, codes in department.known_by.items():
        if unknown := sorted(set(codes) - set(PROBLEMS.get(problem, ()))):
            yield f"no council writes down {problem} {unknown[0]}, by which its people are to be known"
    for sign in department.too_young:
        contract = department.histories[1].get(sign.history)
        column = _columns(contract).get(sign.day) if contract else None
        if column is None or column.dtype != pl.Date():
            yield f"{sign.scenario}: history {sign.history} has no date {sign.day}"


def _columns(contract: type[dy.Schema]) -> dict[str, ColumnInfo]:
    return {column.name: column for column in columns_of(contract)}
