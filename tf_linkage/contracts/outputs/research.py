"""What researchers work on: de-identified tables, and what was done to each column to make them so.

Four rules hold in all of them. (1) A person stands under `person_study_ref`, a family under `family_study_ref`,
what happened in a family under `outcome_study_ref`, and no table holds two of them: people, families and their
outcomes cannot be joined, because the make-up of a family gives it away long before any of its members stands out.
(2) No date: times are whole months from the family's start, the start itself a financial year, schooling by
academic year. (3) Ages, money and counts are in bands, the council is a region. (4) How sure a link is comes along
as a band. A column's ladder gives the steps from fine to coarse; its description says on which it stands at the
finest. What a lead worker may know of people and families (the quasi-identifiers of the first three tables) is made
coarser yet, step by step, until nobody stands out (`ladders`); on which step a column stands then depends on the
data and is told in the data dictionary that comes with the tables. A person or a family for whom no step would do
is withheld: the row stays, those columns are empty. What this does not hold off, and says so: someone who already
knows dated events of a person. Row data therefore stays in an accredited setting.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import dataframely as dy

from tf_linkage.contracts.bands import (
    ABSENCE_BANDS,
    ADULTS,
    AGE_BANDS,
    AGE_LADDER,
    BEFORE_OR_AFTER,
    BROAD_DISPOSALS,
    BROAD_OFFENCES,
    CHILD_BANDS,
    CHILD_OR_ADULT,
    CHILDREN,
    COUNCIL_LADDER,
    COUNT_LADDER,
    DATE_LADDER,
    DISPOSAL_LADDER,
    ETHNIC_GROUPS,
    EXCLUSION_COUNTS,
    FOUND,
    GENDER_LADDER,
    GROUP_LADDER,
    HISTORIES,
    OFFENCE_LADDER,
    PERSONS_PROBLEM_COUNTS,
    PHASES,
    PROBLEM_COUNTS,
    PROBLEM_LADDER,
    SENTENCE_BANDS,
    START_LADDER,
    WEEKLY_BANDS,
    WEEKLY_LADDER,
    WIDE_ADULTS,
    WIDE_CHILDREN,
    WIDE_YOUNGEST,
    YEAR_AROUND_LADDER,
    YEARLY_BANDS,
    YEARLY_LADDER,
    YEARS_AROUND,
    YOUNGEST_LADDER,
)
from tf_linkage.contracts.bodies.council import STUDY_GROUPS
from tf_linkage.contracts.bodies.dfe import (
    ABUSE_CATEGORIES,
    EPISODE_TYPES,
    KEY_STAGE_RESULTS,
    KEY_STAGES,
    LANGUAGE_GROUPS,
    LEGAL_STATUSES,
    NEED_CODES,
    PLACEMENTS,
    SEN_PROVISION,
)
from tf_linkage.contracts.bodies.dwp import BENEFIT_TYPES
from tf_linkage.contracts.bodies.identity import GENDERS
from tf_linkage.contracts.bodies.moj import DISPOSALS, OFFENCE_GROUPS
from tf_linkage.contracts.columns import ColumnClass, Table, code, extended, flag, text, whole
from tf_linkage.contracts.departments import Department, DepartmentRefused
from tf_linkage.contracts.handovers.exchange import CONFIDENCES
from tf_linkage.contracts.outputs.history_tables import history_table
from tf_linkage.contracts.registry import DEPARTMENTS

FAMILY_OUTCOMES: Mapping[str, str] = {
    "out_of_work_benefit": "anyone claimed an out-of-work benefit",
    "employment": "anyone had a job",
    "conviction": "anyone was convicted (by the date of sentence)",
    "custody": "anyone was sentenced to custody",
    "child_in_need": "any child was in need",
    "child_protection": "any child was on a protection plan",
    "looked_after": "any child was looked after",
    "exclusion": "any pupil was excluded from school",
    "persistent_absence": "any pupil missed 10% or more of possible sessions",
}
"""What happened in a family, computed before release so that no history need carry a family's reference.

The share of sessions that counts as persistent is 10% throughout (the rule since 2015/16), so that before and
after compare."""

OUTCOME_DEPARTMENT: Mapping[str, str] = {
    "out_of_work_benefit": "dwp",
    "employment": "dwp",
    "conviction": "moj",
    "custody": "moj",
    "child_in_need": "dfe",
    "child_protection": "dfe",
    "looked_after": "dfe",
    "exclusion": "dfe",
    "persistent_absence": "dfe",
}
"""Whose records tell of each outcome."""

WINDOWS: Mapping[str, tuple[int, int]] = {"year_before": (-12, 0), "two_years_after": (0, 24)}
"""Windows in months from the start; the first included, the last not. The evaluation's own horizon is 24 months
(Family Law Week on the 2019 outcome report)."""

HISTORY_MONTHS = (-36, 24)
"""The first and the last month from the start of which histories tell: the horizon of the evaluation, and the
three years before the start in which placebos look for effects that cannot be. Older months would tell people apart
and serve nobody."""

_PERSON = "What researchers see instead of a person"
EMPTY_FOR_OTHER_REASONS = ("persistent_absence",)
"""How the names of a family's columns begin that may also be empty because a register did not know its pupils."""

_REGION = "Region of the council; coarsened from the council"
_START_YEAR = "Financial year in which the council found the family eligible; coarsened from the day"
_FOUND = "whether {} found those of the family who could be in its register; empty if nobody could be"


def _person_ref(*, primary_key: bool = False) -> dy.String:
    return text(ColumnClass.REFERENCE, _PERSON, primary_key=primary_key)


def _months(description: str, *, nullable: bool = False) -> dy.Int32:
    return whole(
        ColumnClass.ATTRIBUTE,
        f"{description}; coarsened from the day to calendar months from the family's start",
        unit="months",
        nullable=nullable,
        least=-1200,
        ladder=DATE_LADDER,
    )


def _group() -> dy.Enum:
    return code(
        ColumnClass.QUASI,
        "On the programme, or on the waiting list for it, as recorded",
        STUDY_GROUPS,
        nullable=True,
        ladder=GROUP_LADDER,
    )


def _service() -> dy.Bool:
    return flag(
        ColumnClass.QUASI, "Whether the family receives a service, as recorded", nullable=True, ladder=GROUP_LADDER
    )


def _year() -> dy.String:
    return text(ColumnClass.QUASI, _START_YEAR, nullable=True, regex=r"^\d{4}-\d{2}$", ladder=START_LADDER)


def _place() -> dy.String:
    return text(ColumnClass.QUASI, _REGION, nullable=True, ladder=COUNCIL_LADDER)


def _age_band() -> dy.Enum:
    return code(
        ColumnClass.QUASI,
        "Age at the start; coarsened from years, the not yet born with the youngest",
        (*AGE_BANDS, *dict.fromkeys(CHILD_OR_ADULT.values())),
        nullable=True,
        ladder=AGE_LADDER,
    )


def _gender() -> dy.Enum:
    return code(ColumnClass.QUASI, "Gender, as recorded", GENDERS, nullable=True, ladder=GENDER_LADDER)


def _offence_group(words: str) -> dy.Enum:
    return code(
        ColumnClass.ATTRIBUTE,
        f"Kind of offence; coarsened, or empty, {words}",
        (*OFFENCE_GROUPS.values(), *dict.fromkeys(BROAD_OFFENCES.values())),
        nullable=True,
        ladder=OFFENCE_LADDER,
    )


def _disposal(words: str) -> dy.Enum:
    return code(
        ColumnClass.ATTRIBUTE,
        f"Sentence or other outcome; coarsened, or empty, {words}",
        (*DISPOSALS, *dict.fromkeys(BROAD_DISPOSALS.values())),
        nullable=True,
        ladder=DISPOSAL_LADDER,
    )


def _sentence() -> dy.Enum:
    return code(
        ColumnClass.ATTRIBUTE,
        "Length of a sentence that has one; coarsened from days to bands, and empty where the kind alone is told",
        tuple(SENTENCE_BANDS),
        nullable=True,
        ladder=("day", "band"),
    )


def _problem(words: str) -> dy.Bool:
    return flag(
        ColumnClass.QUASI,
        f"{words}; coarsened from the sub-codes. Empty where the number of problems alone is told",
        nullable=True,
        ladder=PROBLEM_LADDER,
    )


def _problems(words: str, labels: Sequence[str]) -> dict[str, dy.Column]:
    """How many problems there are, in bands, and the six of them by name, which a coarser step leaves empty."""
    number = code(ColumnClass.QUASI, f"{words}, in bands", labels, nullable=True, ladder=PROBLEM_LADDER)
    return {"problems": number} | {name: _problem(meaning) for name, meaning in _MEANT.items()}


_MEANT: Mapping[str, str] = {
    "worklessness": "Out of work, in problem debt, or NEET",
    "school_absence": "Misses school",
    "child_need": "In need, on a protection plan, or looked after",
    "crime": "Offends or is anti-social",
    "domestic_abuse": "Domestic abuse",
    "health": "A mental or physical health problem",
}
"""The six problems, in words: of a person, or of anybody in a family."""


def _link(title: str) -> dy.Enum:
    return code(
        ColumnClass.ATTRIBUTE,
        f"How sure {title}'s link is, as a band; empty if the person was not found",
        CONFIDENCES,
        nullable=True,
        ladder=("probability", "band"),
    )


def _outcome(name: str, window: str) -> dy.Bool:
    words = FAMILY_OUTCOMES[name]
    when = window.replace("_", " ").replace("year before", "the year before").replace("two years", "the two years")
    return flag(
        ColumnClass.ATTRIBUTE,
        f"In {when} the start, {words}; empty if nobody of the family could be in that register",
        nullable=True,
    )


def _in_half_year(words: str, *, of: str) -> dy.Bool:
    return flag(ColumnClass.ATTRIBUTE, f"In the half-year, {words}; empty unless of {of}", nullable=True)


class _Person(Table):
    """One row for each person: who they are in broad bands, their problems, which departments knew them."""

    person_study_ref = _person_ref(primary_key=True)
    region = _place()
    age_band = _age_band()
    gender = _gender()
    study_group = _group()
    service_received = _service()
    start_year = _year()


People = extended(
    _Person,
    "People",
    _problems("How many of the six problems were found for this person", PERSONS_PROBLEM_COUNTS)
    | {f"{name}_link": _link(department.short) for name, department in DEPARTMENTS.items()},
)


class _Family(Table):
    """One row for each family: its make-up in bands, its problems, and whom departments found of it.

    It cannot be joined to people, to their histories, or to what happened in the family (`family_outcomes`).
    """

    family_study_ref = text(ColumnClass.REFERENCE, "What researchers see instead of a family", primary_key=True)
    region = _place()
    study_group = _group()
    service_received = _service()
    start_year = _year()
    adults = code(
        ColumnClass.QUASI,
        "People of 18 and over at the start, in bands",
        (*ADULTS, *dict.fromkeys(WIDE_ADULTS.values())),
        nullable=True,
        ladder=COUNT_LADDER,
    )
    children = code(
        ColumnClass.QUASI,
        "People under 18 at the start, in bands",
        (*CHILDREN, *dict.fromkeys(WIDE_CHILDREN.values())),
        nullable=True,
        ladder=COUNT_LADDER,
    )
    youngest = code(
        ColumnClass.QUASI,
        "Age band of the youngest child at the start; empty if there is none",
        (*CHILD_BANDS, *dict.fromkeys(WIDE_YOUNGEST.values())),
        nullable=True,
        ladder=YOUNGEST_LADDER,
    )


_PROBLEMS_OF_A_FAMILY = _problems("How many of the six problems the family has", PROBLEM_COUNTS)

Families = extended(
    _Family,
    "Families",
    _PROBLEMS_OF_A_FAMILY
    | {
        f"{name}_found": code(
            ColumnClass.ATTRIBUTE, f"In a band, {_FOUND.format(department.short)}", FOUND, nullable=True
        )
        for name, department in DEPARTMENTS.items()
    },
)


class _FamilyOutcomes(Table):
    """One row for each family: what happened in it before and after the start, by group and problems.

    It carries a reference of its own and cannot be joined to the family's make-up in `families`, nor to people: who
    knows a family's make-up and finds ten like it would else read what happened in each. Someone a register does
    not know counts as somebody to whom nothing happened there.
    """

    outcome_study_ref = text(
        ColumnClass.REFERENCE, "What researchers see instead of a family, of what happened in it", primary_key=True
    )
    region = _place()
    study_group = _group()
    service_received = _service()
    start_year = _year()


FamilyOutcomes = extended(
    _FamilyOutcomes,
    "FamilyOutcomes",
    _PROBLEMS_OF_A_FAMILY
    | {f"{outcome}_{window}": _outcome(outcome, window) for outcome in FAMILY_OUTCOMES for window in WINDOWS},
)


class BenefitsAndWork(Table):
    """One row for each benefit claim and each job of the 36 months before the start and the 24 after it."""

    person_study_ref = _person_ref()
    spell = code(ColumnClass.ATTRIBUTE, "A benefit claim, or a job", HISTORIES)
    benefit_type = code(
        ColumnClass.ATTRIBUTE, "Benefit, or Universal Credit regime; empty for a job", BENEFIT_TYPES, nullable=True
    )
    out_of_work = flag(
        ColumnClass.ATTRIBUTE, "Whether the benefit is for people out of work; empty for a job", nullable=True
    )
    starts = _months("Start of the spell, -36 if it began earlier, empty where it is not known", nullable=True)
    ends = _months("End of the spell, empty if it lasts longer than 24 months from the start", nullable=True)
    dates_imputed = flag(
        ColumnClass.ATTRIBUTE,
        "The register filled in the start (6 April) or the end (5 April); as that would give away the month of the "
        "family's start, such a date is coarsened to whole years before or after it",
    )
    weekly_amount = code(
        ColumnClass.ATTRIBUTE,
        "Benefit a week; coarsened from pounds to bands of £25, £300 and over together",
        WEEKLY_BANDS,
        nullable=True,
        ladder=WEEKLY_LADDER,
    )
    annual_pay = code(
        ColumnClass.ATTRIBUTE,
        "Pay at a yearly rate; coarsened from pounds to bands of £2,500, £50,000 and over together",
        YEARLY_BANDS,
        nullable=True,
        ladder=YEARLY_LADDER,
    )


class Offending(Table):
    """One row for each offence and its disposal, of the 36 months before the start and the 24 after it."""

    person_study_ref = _person_ref()
    case_number = whole(ColumnClass.ATTRIBUTE, "Cases of the person in order: 1, 2, 3", least=1)
    offence = _months("The offence, -36 if it was earlier; empty where its day is not known", nullable=True)
    sentenced = _months("The sentence or caution")
    offence_group = _offence_group("where few are known by it")
    is_primary_offence = flag(ColumnClass.ATTRIBUTE, "The principal offence of its case")
    disposal_rank = whole(ColumnClass.ATTRIBUTE, "1 for the principal disposal", nullable=True, least=1)
    guilty = flag(ColumnClass.ATTRIBUTE, "Found guilty by a court; a caution is not a conviction")
    disposal = _disposal("where few are known by it")
    sentence = _sentence()


class _CountedOffences(Table):
    """Offences counted: those alike who had them, and when."""

    study_group = _group()
    region = _place()
    start_year = _year()
    age_band = _age_band()
    gender = _gender()
    sentenced_in = code(
        ColumnClass.ATTRIBUTE,
        "Year about the start in which the sentence or caution was; coarsened from the day",
        (*YEARS_AROUND, *dict.fromkeys(BEFORE_OR_AFTER.values())),
        nullable=True,
        ladder=YEAR_AROUND_LADDER,
    )


def _counted(words: str, name: str, columns: Mapping[str, dy.Column]) -> type[dy.Schema]:
    counts = {
        "people": whole(ColumnClass.ATTRIBUTE, "How many people had such an offence", least=1),
        "families": whole(ColumnClass.ATTRIBUTE, "Of how many families they are", least=1),
        "offences": whole(ColumnClass.ATTRIBUTE, "How many such offences there were", least=1),
    }
    words = (
        f"One row for each {words} and those alike who had one: how many people, families and offences. It joins "
        "no other table. Ten people of ten families at least share whatever stands in a row; all others are "
        "counted in one row that shows nothing."
    )
    return extended(_CountedOffences, name, {**columns, **counts}, words)


_RARE = "where fewer than ten had one like it"
OffenceKinds = _counted("kind of offence", "OffenceKinds", {"offence_group": _offence_group(_RARE)})
OffenceDisposals = _counted(
    "outcome of an offence", "OffenceDisposals", {"disposal": _disposal(_RARE), "sentence": _sentence()}
)


class Schooling(Table):
    """One row for each pupil and academic year."""

    person_study_ref = _person_ref(primary_key=True)
    academic_year = whole(
        ColumnClass.QUASI,
        "Year in which the academic year begins; coarsened from the day. Empty where it would tell when the family "
        "started",
        nullable=True,
        least=2000,
        ladder=("day", "academic year", "none"),
    )
    years_from_start = whole(
        ColumnClass.ATTRIBUTE,
        "Academic years from the one in which the family's start lies; coarsened from the day",
        unit="years",
        least=-50,
        primary_key=True,
        ladder=("day", "term", "academic year"),
    )
    phase = code(
        ColumnClass.ATTRIBUTE,
        "Stage of schooling; coarsened from the national curriculum year",
        PHASES,
        nullable=True,
        ladder=("year", "key stage"),
    )
    more_than_one_school = flag(
        ColumnClass.ATTRIBUTE, "Enrolled at more than one school; the schools are not named", nullable=True
    )
    fsm_eligible = flag(ColumnClass.ATTRIBUTE, "Eligible for free school meals", nullable=True)
    sen_provision = code(ColumnClass.ATTRIBUTE, "Special educational needs", SEN_PROVISION, nullable=True)
    ethnic_group = code(
        ColumnClass.QUASI,
        "Ethnic group; coarsened from the school census's twenty codes to the census's broad groups",
        ETHNIC_GROUPS,
        nullable=True,
        ladder=("minor group", "broad group", "none"),
    )
    language_group = code(
        ColumnClass.QUASI,
        "First language, as recorded: English or another",
        LANGUAGE_GROUPS,
        nullable=True,
        ladder=("two groups", "none"),
    )
    absence = code(
        ColumnClass.ATTRIBUTE,
        "Share of possible sessions missed, in bands; empty where none was collected",
        tuple(ABSENCE_BANDS),
        nullable=True,
        ladder=("sessions", "band"),
    )
    persistent_absence = flag(
        ColumnClass.ATTRIBUTE, "Persistently absent by the rule of that year; empty where unknown", nullable=True
    )
    fixed_exclusions = code(ColumnClass.ATTRIBUTE, "Fixed-term and lunchtime exclusions", EXCLUSION_COUNTS)
    permanently_excluded = flag(ColumnClass.ATTRIBUTE, "Permanently excluded")
    key_stage = code(ColumnClass.ATTRIBUTE, "Key stage assessed this year, if any", KEY_STAGES, nullable=True)
    reading = code(ColumnClass.ATTRIBUTE, "Result in reading", KEY_STAGE_RESULTS, nullable=True)
    writing = code(ColumnClass.ATTRIBUTE, "Result in writing", KEY_STAGE_RESULTS, nullable=True)
    maths = code(ColumnClass.ATTRIBUTE, "Result in mathematics", KEY_STAGE_RESULTS, nullable=True)
    level2_em = code(
        ColumnClass.ATTRIBUTE,
        "Key stage 4 threshold with English and mathematics",
        KEY_STAGE_RESULTS,
        nullable=True,
    )


class SocialCare(Table):
    """One row for each episode with children's social care, of 36 months before the start and 24 after it."""

    person_study_ref = _person_ref()
    episode_type = code(ColumnClass.ATTRIBUTE, "In need, on a protection plan, or looked after", EPISODE_TYPES)
    starts = _months("Start of the episode, -36 if it began earlier")
    ends = _months("End of the episode, empty if it lasts longer than 24 months from the start", nullable=True)
    primary_need_code = code(ColumnClass.ATTRIBUTE, "Main need", NEED_CODES, nullable=True)
    category_of_abuse = code(ColumnClass.ATTRIBUTE, "For a plan: why", ABUSE_CATEGORIES, nullable=True)
    legal_status = code(
        ColumnClass.ATTRIBUTE, "For a looked-after child: under what power", LEGAL_STATUSES, nullable=True
    )
    placement = code(ColumnClass.ATTRIBUTE, "For a looked-after child: where", PLACEMENTS, nullable=True)


class _HalfYear(Table):
    """One row for each person and half-year: what happened, from two years before the start to two years after.

    It is made from the other research tables and says nothing that they do not. Months are counted from the month
    of the family's start; half-years -4 to -1 lie before it, 1 to 4 after, and there is no 0. What is told by
    school year stands in two half-years: the last whole year before the start in -2 and -1, the first whole one
    after in 1 and 2; the year in which the start lies is left out. Somebody whom a register does not know counts as
    somebody to whom nothing happened there.
    """

    person_study_ref = _person_ref(primary_key=True)
    half_year = whole(
        ColumnClass.ATTRIBUTE,
        "Half-year before (-4 to -1) or after (1 to 4) the start; coarsened from the day",
        least=-4,
        most=4,
        primary_key=True,
        ladder=DATE_LADDER,
    )
    child = flag(
        ColumnClass.ATTRIBUTE, "Under 18 at the start; empty if the age is not known or withheld", nullable=True
    )


_HAPPENED: dict[str, dy.Column] = {
    "out_of_work_benefit": _in_half_year("claimed an out-of-work benefit", of="adults"),
    "employment": _in_half_year("had a job", of="adults"),
    "conviction": flag(ColumnClass.ATTRIBUTE, "Was convicted, by the month of the sentence"),
    "custody": flag(
        ColumnClass.ATTRIBUTE,
        "Was sentenced to custody, by the month of the sentence; empty where offending does not tell to what",
        nullable=True,
    ),
    "child_in_need": _in_half_year("was in need", of="children"),
    "child_protection": _in_half_year("was on a protection plan", of="children"),
    "looked_after": _in_half_year("was looked after", of="children"),
    "persistent_absence": flag(
        ColumnClass.ATTRIBUTE,
        "Missed 10% or more of the sessions of the school year; empty where none is known",
        nullable=True,
    ),
    "attainment": flag(
        ColumnClass.ATTRIBUTE,
        "Reached the expected standard in every subject assessed that school year; empty without assessment",
        nullable=True,
    ),
}

Panel = extended(
    _HalfYear,
    "Panel",
    {
        f"found_by_{name}": flag(ColumnClass.ATTRIBUTE, f"{department.short} found the person")
        for name, department in DEPARTMENTS.items()
    }
    | _HAPPENED,
)


BY_HAND: dict[str, type[dy.Schema]] = {
    "people": People,
    "families": Families,
    "family_outcomes": FamilyOutcomes,
    "benefits_and_work": BenefitsAndWork,
    "offending": Offending,
    "offence_kinds": OffenceKinds,
    "offence_disposals": OffenceDisposals,
    "schooling": Schooling,
    "social_care": SocialCare,
    "panel": Panel,
}
"""Research tables that were written by hand."""

WRITTEN: Mapping[str, tuple[str, ...]] = {
    "dwp": ("benefits_and_work",),
    "moj": ("offending", "offence_kinds", "offence_disposals"),
    "dfe": ("schooling", "social_care"),
}
"""By department, the tables written by hand for its histories. A department without any is given one table for each
history (`history_tables`)."""

FROM_CONTRACTS: dict[str, tuple[str, str]] = {
    f"{name}_{history}": (name, history)
    for name, department in DEPARTMENTS.items()
    if name not in WRITTEN
    for history in department.histories[1]
}
"""By research table that is made from a contract: the department and its history."""


def must_fit(departments: Iterable[Department]) -> None:
    """Departments whose tables and outcomes fit among those that are there.

    Raises:
        DepartmentRefused: a history would take a table's name, or the headline is no outcome of that department.
    """
    for department in departments:
        taken = sorted({f"{department.name}_{history}" for history in department.histories[1]} & set(BY_HAND))
        if taken:
            raise DepartmentRefused(f"department {department.name}: the name {taken[0]} is a research table's")
        if department.headline is not None and OUTCOME_DEPARTMENT.get(department.headline) != department.name:
            raise DepartmentRefused(
                f"department {department.name}: {department.headline!r} is no outcome of which its records tell"
            )


must_fit(DEPARTMENTS.values())

RESEARCH_TABLES: dict[str, type[dy.Schema]] = BY_HAND | {
    table: history_table(DEPARTMENTS[name], history) for table, (name, history) in FROM_CONTRACTS.items()
}
"""Every table of the research folder, by name."""
