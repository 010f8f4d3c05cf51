"""What the trusted third party holds: identifiers in one table, everything else in another.

The two share only `person_id`, a reference that nobody outside ever sees.
"""

from __future__ import annotations

import dataframely as dy

from tf_linkage.contracts.bodies.council import PROBLEMS, STUDY_GROUPS
from tf_linkage.contracts.bodies.identity import GENDERS, IdentityWithNino
from tf_linkage.contracts.columns import ColumnClass, Table, code, date, extended, flag, text, whole
from tf_linkage.contracts.handovers.exchange import CONFIDENCES
from tf_linkage.contracts.registry import DEPARTMENTS


class Identifiers(IdentityWithNino):
    """One row for each person, after a person whom two councils (or one, twice) named became one."""

    person_id = text(ColumnClass.REFERENCE, "Study reference of the person", primary_key=True)
    family_id = text(ColumnClass.REFERENCE, "Study reference of the family the person was named in")


class Attributes(Table):
    """One row for each time a council named a person: everything that is not an identifier."""

    person_id = text(ColumnClass.REFERENCE, "Study reference of the person")
    family_id = text(ColumnClass.REFERENCE, "Study reference of the family")
    la_code = text(ColumnClass.QUASI, "Local authority (GSS code)", primary_key=True)
    person_ref = text(ColumnClass.REFERENCE, "The council's own number for the person", primary_key=True)
    age = whole(
        ColumnClass.QUASI,
        "Age on the day the family was identified",
        unit="years",
        nullable=True,
        least=-1,
        ladder=("year", "age band", "child or adult"),
    )
    gender = code(ColumnClass.QUASI, "Gender", GENDERS, nullable=True)
    worklessness = code(ColumnClass.ATTRIBUTE, "See cohort", PROBLEMS["worklessness"], nullable=True)
    school_absence = code(ColumnClass.ATTRIBUTE, "See cohort", PROBLEMS["school_absence"], nullable=True)
    child_need = code(ColumnClass.ATTRIBUTE, "See cohort", PROBLEMS["child_need"], nullable=True)
    crime = code(ColumnClass.ATTRIBUTE, "See cohort", PROBLEMS["crime"], nullable=True)
    domestic_abuse = code(ColumnClass.ATTRIBUTE, "See cohort", PROBLEMS["domestic_abuse"], nullable=True)
    health = code(ColumnClass.ATTRIBUTE, "See cohort", PROBLEMS["health"], nullable=True)
    study_group = code(ColumnClass.ATTRIBUTE, "Programme or comparison", STUDY_GROUPS)
    service_received = flag(ColumnClass.ATTRIBUTE, "Whether the family receives a service")
    identified_date = date(ColumnClass.ATTRIBUTE, "Day the family was found eligible")
    service_start_date = date(ColumnClass.ATTRIBUTE, "Start of the service", nullable=True)
    service_end_date = date(ColumnClass.ATTRIBUTE, "End of the service", nullable=True)


class _LinkedPerson(Table):
    """One row for each person: which department found them, and under which references."""

    person_id = text(ColumnClass.REFERENCE, "Study reference of the person", primary_key=True)
    family_id = text(ColumnClass.REFERENCE, "Study reference of the family")
    person_study_ref = text(ColumnClass.REFERENCE, "What researchers see instead of a person")
    family_study_ref = text(ColumnClass.REFERENCE, "What researchers see instead of a family")
    outcome_study_ref = text(
        ColumnClass.REFERENCE, "What researchers see instead of a family, of what happened in it"
    )


def link_columns() -> dict[str, dy.Column]:
    """By department, how sure its link is."""
    return {
        f"{name}_link": code(
            ColumnClass.ATTRIBUTE, f"How sure {department.short}'s link is", CONFIDENCES, nullable=True
        )
        for name, department in DEPARTMENTS.items()
    }


LinkedPeople = extended(
    _LinkedPerson,
    "LinkedPeople",
    {
        f"{name}_ref": text(ColumnClass.REFERENCE, f"Reference in the request to {department.short}", nullable=True)
        for name, department in DEPARTMENTS.items()
    }
    | link_columns(),
)
