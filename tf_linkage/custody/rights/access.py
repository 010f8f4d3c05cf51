"""Access: everything that is held about one person, and about nobody else.

Rows are found by the person's references, whichever table they stand in, so that a new table is covered without
being named here. A link may be to somebody else; what follows from one that is not sure is spoken of and not
handed over. A family's row is made of all its members and would tell one of another; it is spoken of and not
handed over. References are left out: anyone who has one could find the person's row among researchers'. Whose rows,
which columns, what is said next to them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from tf_linkage.contracts.flows import flows
from tf_linkage.contracts.handovers.exchange import CONFIDENCES
from tf_linkage.contracts.outputs.research import FROM_CONTRACTS, WRITTEN
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.custody.references.people import RECORD
from tf_linkage.custody.references.references import RECIPIENTS, recipient_key, reference
from tf_linkage.custody.rights.request_lists import records_of

OWN_NUMBER = "person_ref"
"""The one reference that is handed over: the council's, by which the person was asked for."""


@dataclass(frozen=True)
class Person:
    """Under which names one person stands in the study.

    Attributes:
        person_id: the trusted third party's reference.
        records: `la_code` and `person_ref` of each record of a council.
        asked_as: the reference by which each recipient knows the person.
    """

    person_id: str
    records: pl.DataFrame
    asked_as: Mapping[str, str]


def person_of(attributes: pl.DataFrame, record: tuple[str, str], study_key: bytes) -> Person:
    """The person whom a council's record names.

    Raises:
        NothingHeld: nobody of that number is held.
    """
    own = records_of(attributes, record)
    one = own["person_id"].head(1)
    asked_as = {
        name: reference(recipient_key(study_key, name), "person" if name == "research" else "request", [one]).item()
        for name in RECIPIENTS
    }
    return Person(one.item(), own.select(RECORD), asked_as)


def rows_of(person: Person, table: pl.DataFrame, department: str | None = None) -> pl.DataFrame | None:
    """The person's rows of a table, references left out; None of a table that speaks of no single person.

    Args:
        person: who asks.
        table: any table.
        department: whose references `request_ref` holds, where the table has such a column.
    """
    columns = table.columns
    if "person_id" in columns:
        rows = table.filter(person_id=person.person_id)
    elif "person_study_ref" in columns:
        rows = table.filter(person_study_ref=person.asked_as["research"])
    elif "request_ref" in columns and department:
        rows = table.filter(request_ref=person.asked_as[department])
    elif set(RECORD) <= set(columns):
        rows = table.join(person.records, on=RECORD, how="semi", maintain_order="left")
    else:
        return None
    return rows.drop(name for name in columns if name.endswith(("_ref", "_id")) and name != OWN_NUMBER)


SURE = CONFIDENCES[0]
"""The band of links that are sure: likely at .999 or more, or confirmed by clerks."""

OF_ALL_DEPARTMENTS = ("panel",)
"""Research tables whose every row is made of all departments' records."""


def unsure_of(person: Person, linked: pl.DataFrame) -> list[str]:
    """The departments whose link to a record is not sure, so that the record may be somebody else's.

    Args:
        person: who asks.
        linked: `ons.LinkedPeople`.
    """
    (row,) = linked.filter(person_id=person.person_id).rows(named=True)
    return [name for name in DEPARTMENTS if row[f"{name}_link"] not in (None, SURE)]


def sure_alone(
    files: Iterable[tuple[str, pl.DataFrame]], unsure: Collection[str]
) -> Iterator[tuple[str, pl.DataFrame]]:
    """The files of an answer without all that follows from links that are not sure.

    Args:
        files: by name, such as `return_moj_offences.csv` and `research_offending.csv`.
        unsure: departments.
    """
    of_department = {table: name for name, tables in WRITTEN.items() for table in tables}
    of_department |= {table: name for table, (name, _) in FROM_CONTRACTS.items()}
    kept_back = {f"{name}_link" for name in unsure} | {f"found_by_{name}" for name in unsure}
    for file, rows in files:
        kind, _, table = file.removesuffix(".csv").partition("_")
        department = {"return": table.split("_")[0], "research": of_department.get(table)}.get(kind)
        mixed = kind == "research" and table in OF_ALL_DEPARTMENTS and bool(unsure)
        if department not in unsure and not mixed:
            yield file, rows.drop(kept_back & set(rows.columns))


def about(unsure: Collection[str]) -> str:
    """What is said next to the tables.

    Args:
        unsure: departments whose records are kept back.
    """
    if not unsure:
        return ABOUT
    who = ", ".join(DEPARTMENTS[name].title for name in unsure)
    return f"""{ABOUT}
Kept back: {who}
What came from there was found under a name, birth date or address like yours, and it is not sure enough that it is
yours: it may be about somebody else. So it is not in here, nor what was made of it. Ask there for what they hold
about you, or ask that the link be checked by hand and ask again.
"""


def where_it_went(told: Sequence[tuple[str, str, str, str]]) -> pl.DataFrame:
    """Who was handed the person's data, what for, by what right, and until when.

    Args:
        told: of each hand-over: its asset's key, the day of it, the last day it may be held, and the day of its
            destruction or nothing.
    """
    lawful = flows()
    rows = [
        {
            "what": key,
            "from": lawful[key].sender,
            "to": lawful[key].recipient,
            "for": lawful[key].purpose,
            "by what right": lawful[key].legal_basis,
            "handed over on": day,
            "to be destroyed by": until,
            "destroyed on": destroyed,
        }
        for key, day, until, destroyed in told
    ]
    return pl.DataFrame(rows, schema=dict.fromkeys(_WENT, pl.String))


_WENT = ("what", "from", "to", "for", "by what right", "handed over on", "to be destroyed by", "destroyed on")

ABOUT = f"""What the study holds about you
==============================

Each file beside this one is a table; a spreadsheet opens it. The file's name says whose table it is from.

identifiers, attributes, linked_people   what the Office for National Statistics (ONS) holds: who you are, what the
                                         council said of you, and which departments found you
return_...                               what a department sent back about you
sent_to_...                              what a department was sent about you, to look you up by
research_...                             your rows in the tables on which researchers work; they do not know whose
                                         they are
corrections, requests                    what you asked to have put right, and which requests of yours are on record
where_it_went                            which body was handed what, what for, by what right and until when

Not in here:
- Your family has a row in the table families, and its members are counted in figures. They are made of
  what is held about all of you, and to hand them over would tell you about somebody else.
- The references under which you stand in these tables. With one of them your row among researchers' could be found.
- Each department ({", ".join(department.title for department in DEPARTMENTS.values())}) keeps, until the day in
  where_it_went, a working file that says which of its own records it took for yours. That file is the department's.
  So is all else that councils and departments hold about you: ask them for it.
- A department's records stand in here where it is as good as certain that they are yours (999 in 1,000 or better),
  or where somebody compared both by hand. No link is beyond all doubt: tell us of anything that is not about you.
- Apostrophes before =, +, - or @ were put there so that no spreadsheet takes your data for a formula.

Something is wrong, you object to this use, or you want to leave the study? Tell your family's lead worker or the
ministry.
"""
