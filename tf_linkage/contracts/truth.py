"""What only a simulation knows: who everybody is, and what went wrong in each record.

Crosses from the simulated world to `quality/` alone. On real extracts none of this exists.
"""

from __future__ import annotations

from tf_linkage.contracts.bodies.council import STUDY_GROUPS
from tf_linkage.contracts.bodies.identity import GENDERS
from tf_linkage.contracts.columns import ColumnClass, Table, code, extended, flag, number, text, whole
from tf_linkage.contracts.registry import DEPARTMENTS

BODIES = ("council", *DEPARTMENTS)

COMMUNITIES = (
    "white british", "white other", "black african", "black caribbean", "south asian", "east asian",
    "turkish and kurdish", "charedi", "mixed and other",
)  # fmt: skip
"""Communities by which names, errors and therefore linkage differ."""

FAMILY_TYPES = ("lone parent", "couple", "step or blended", "multi-family", "no children", "in care")
EFFECT_KINDS = ("effect", "none", "harmful-looking", "negative control")
AGE_BANDS = ("0-4", "5-10", "11-15", "16-17", "18-24", "25-44", "45-64", "65+")


class _TruePerson(Table):
    """One row for each person of the population, with what subgroup figures need."""

    true_person = text(ColumnClass.REFERENCE, "The simulation's own number of the person", primary_key=True)
    true_family = text(ColumnClass.REFERENCE, "The simulation's own number of the person's family")
    community = code(ColumnClass.ATTRIBUTE, "Community", COMMUNITIES)
    gender = code(ColumnClass.QUASI, "True gender", GENDERS)
    age_band = code(ColumnClass.QUASI, "True age band at the extract", AGE_BANDS)
    la_code = text(ColumnClass.QUASI, "Local authority of residence at the extract")
    deprivation = whole(ColumnClass.ATTRIBUTE, "Fifth of deprivation, 1 most deprived", least=1, most=5)
    family_type = code(ColumnClass.ATTRIBUTE, "Family type", FAMILY_TYPES)
    study_group = code(ColumnClass.ATTRIBUTE, "Group, for families in the study", STUDY_GROUPS, nullable=True)
    hard_cases = text(ColumnClass.ATTRIBUTE, "Named hard cases of the person, joined by ' | '", nullable=True)


TruePeople = extended(
    _TruePerson,
    "TruePeople",
    {
        f"in_{name}": flag(
            ColumnClass.ATTRIBUTE,
            f"{department.short}'s register holds this person; empty if that register is not simulated",
            nullable=True,
        )
        for name, department in DEPARTMENTS.items()
    },
)


class TrueRecords(Table):
    """One row for each record of each body: whose it really is.

    A council's record is named `la_code|person_ref`; a register's by its key. An alias row of the police
    register is not a record of its own here.
    """

    body = code(ColumnClass.REFERENCE, "Who holds the record", BODIES, primary_key=True)
    record_key = text(ColumnClass.REFERENCE, "The body's own key of the record", primary_key=True)
    true_person = text(ColumnClass.REFERENCE, "The simulation's own number of the person", primary_key=True)


class TrueErrors(Table):
    """One row for each cell that differs from the truth of the day it should describe."""

    body = code(ColumnClass.REFERENCE, "Who holds the record", BODIES)
    record_key = text(ColumnClass.REFERENCE, "The body's own key of the record")
    column = text(ColumnClass.ATTRIBUTE, "The column that differs")
    kind = text(ColumnClass.ATTRIBUTE, "What happened to it")


class TrueEffects(Table):
    """One row for each outcome: what the programme really does to it."""

    outcome = text(ColumnClass.ATTRIBUTE, "Outcome", primary_key=True)
    effect = number(
        ColumnClass.ATTRIBUTE,
        "Change of the yearly rate, on average over what the families served at once would have met with 7 to 24 "
        "months after the start",
        unit="ratio",
    )
    at_full = number(ColumnClass.ATTRIBUTE, "Change of the yearly rate where and while it works", unit="ratio")
    kind = code(ColumnClass.ATTRIBUTE, "What kind of effect", EFFECT_KINDS)
    varies = text(ColumnClass.ATTRIBUTE, "How it differs between families or over time", nullable=True)


class TrueAssignment(Table):
    """One row for each family of the study: how it came to its group."""

    true_family = text(ColumnClass.REFERENCE, "The simulation's own number of the family", primary_key=True)
    la_code = text(ColumnClass.QUASI, "Council that found it")
    study_group = code(ColumnClass.ATTRIBUTE, "Group", STUDY_GROUPS)
    true_problems = whole(ColumnClass.ATTRIBUTE, "How many of the six problems it has", least=0, most=6)
    recorded_problems = whole(ColumnClass.ATTRIBUTE, "How many the council wrote down", least=0, most=6)
    need = number(ColumnClass.ATTRIBUTE, "Need that no register holds", unit="standard deviations")
    crisis = number(
        ColumnClass.ATTRIBUTE,
        "Events and police contacts in the half-year before it was found",
        unit="standard deviations",
    )
    programme_chance = number(ColumnClass.ATTRIBUTE, "Chance of the programme at once", unit="share")


class TrueFlagErrors(Table):
    """One row for each council and problem: recorded problems against true ones, people of chosen families."""

    la_code = text(ColumnClass.QUASI, "Council", primary_key=True)
    problem = text(ColumnClass.ATTRIBUTE, "Which of the six problems", primary_key=True)
    have = whole(ColumnClass.ATTRIBUTE, "People who have it", least=0)
    missed = whole(ColumnClass.ATTRIBUTE, "Of these, people for whom it is not recorded", least=0)
    missed_rate = number(ColumnClass.ATTRIBUTE, "Chance of that in this world", unit="share")
    have_not = whole(ColumnClass.ATTRIBUTE, "People who have it not", least=0)
    in_error = whole(ColumnClass.ATTRIBUTE, "Of these, people for whom it is recorded", least=0)
    in_error_rate = number(
        ColumnClass.ATTRIBUTE, "Chance of that in this world, of those old or young enough for it", unit="share"
    )
