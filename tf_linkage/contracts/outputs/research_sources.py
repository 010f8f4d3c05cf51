"""Where each column of the research tables comes from: the columns of the linked set whose values stand in it.

Which columns decide what rows there are, or how far a table must be coarsened, is not told here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tf_linkage.contracts.bodies.council import PROBLEMS
from tf_linkage.contracts.columns import columns_of
from tf_linkage.contracts.outputs.history_tables import columns_given
from tf_linkage.contracts.outputs.research import FAMILY_OUTCOMES, FROM_CONTRACTS, RESEARCH_TABLES, WINDOWS
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.errors import ContractBroken

Sources = tuple[str, ...]
"""Columns as `table.column`: of the linked set, or of another research table for the panel."""

START = "records.identified_date"
PERSON, FAMILY = "people.person_study_ref", "people.family_study_ref"
OF_THE_FAMILY: Mapping[str, Sources] = {
    "region": ("records.la_code",),
    "study_group": ("records.study_group",),
    "service_received": ("records.service_received",),
    "start_year": (START,),
}
SPELL_OF: Mapping[str, Sources] = {
    "out_of_work_benefit": ("dwp_benefits.benefit_type", "dwp_benefits.start_date", "dwp_benefits.end_date"),
    "employment": ("dwp_employment.start_date", "dwp_employment.end_date"),
    "conviction": ("moj_offences.adjudication_code", "moj_offences.disposal_date"),
    "custody": ("moj_offences.adjudication_code", "moj_offences.disposal", "moj_offences.disposal_date"),
    **dict.fromkeys(
        ("child_in_need", "child_protection", "looked_after"),
        ("dfe_social_care.episode_type", "dfe_social_care.start_date", "dfe_social_care.end_date"),
    ),
    "exclusion": ("dfe_exclusions.start_date",),
    "persistent_absence": tuple(
        f"dfe_absence.{name}"
        for name in ("academic_year", "term", "authorised_absence", "unauthorised_absence", "sessions_possible")
    ),
}
"""By outcome of a family, the columns that tell of it."""


def _history(table: str, names: Mapping[str, str]) -> dict[str, Sources]:
    return {name: (f"{table}.{source}",) for name, source in names.items()}


def _months(*days: str) -> Sources:
    return (START, *days)


_ENROLLED = {
    "phase": "nc_year_actual",
    "more_than_one_school": "school_id",
    "fsm_eligible": "fsm_eligible",
    "sen_provision": "sen_provision",
    "ethnic_group": "ethnic_group_minor",
    "language_group": "language_group",
}
_MISSED = tuple(
    f"dfe_absence.{name}" for name in ("authorised_absence", "unauthorised_absence", "sessions_possible")
)
_RESULT = ("dfe_key_stages.measure", "dfe_key_stages.result", "dfe_key_stages.key_stage")
_YEARS = (
    "dfe_enrolments.academic_year",
    "dfe_absence.academic_year",
    "dfe_exclusions.start_date",
    "dfe_key_stages.academic_year",
)
_AT_WORK, _AT_SCHOOL = "benefits_and_work", ("schooling.years_from_start",)
_OFFENCES = ("offending.guilty", "offending.sentenced")
_PROBLEMS: Mapping[str, Sources] = {
    "problems": tuple(f"records.{problem}" for problem in PROBLEMS),
    **{problem: (f"records.{problem}",) for problem in PROBLEMS},
}
_CARE = ("social_care.episode_type", "social_care.starts", "social_care.ends", "people.age_band")

_OF_OFFENCES: Mapping[str, Sources] = {
    **{name: OF_THE_FAMILY[name] for name in ("study_group", "region", "start_year")},
    "age_band": ("records.age",),
    "gender": ("records.gender",),
    "sentenced_in": _months("moj_offences.disposal_date"),
    **dict.fromkeys(("people", "families", "offences"), ()),
}

BY_HAND: dict[str, Mapping[str, Sources]] = {
    "people": {
        "person_study_ref": (PERSON,),
        **OF_THE_FAMILY,
        "age_band": ("records.age",),
        "gender": ("records.gender",),
        **_PROBLEMS,
        **{f"{name}_link": (f"people.{name}_link",) for name in DEPARTMENTS},
    },
    "families": {
        "family_study_ref": (FAMILY,),
        **OF_THE_FAMILY,
        **dict.fromkeys(("adults", "children", "youngest"), ("records.age",)),
        **_PROBLEMS,
        **{f"{name}_found": ("records.age", f"people.{name}_link") for name in DEPARTMENTS},
    },
    "family_outcomes": {
        "outcome_study_ref": ("people.outcome_study_ref",),
        **OF_THE_FAMILY,
        **_PROBLEMS,
        **{
            f"{outcome}_{window}": ("records.age", START, *SPELL_OF[outcome])
            for outcome in FAMILY_OUTCOMES
            for window in WINDOWS
        },
    },
    "benefits_and_work": {
        "person_study_ref": (PERSON,),
        "spell": (),
        "benefit_type": ("dwp_benefits.benefit_type",),
        "out_of_work": ("dwp_benefits.benefit_type",),
        "starts": _months(
            "dwp_benefits.start_date", "dwp_employment.start_date", "dwp_employment.uncertain_start_date"
        ),
        "ends": _months("dwp_benefits.end_date", "dwp_employment.end_date", "dwp_employment.uncertain_end_date"),
        "dates_imputed": ("dwp_employment.uncertain_start_date", "dwp_employment.uncertain_end_date"),
        "weekly_amount": ("dwp_benefits.weekly_amount",),
        "annual_pay": ("dwp_employment.annual_pay",),
    },
    "offending": {
        "person_study_ref": (PERSON,),
        "case_number": ("moj_offences.case_number",),
        "offence": _months("moj_offences.offence_start_date"),
        "sentenced": _months("moj_offences.disposal_date"),
        "guilty": ("moj_offences.adjudication_code",),
        "sentence": ("moj_offences.sentence_days",),
        **_history(
            "moj_offences",
            {name: name for name in ("offence_group", "is_primary_offence", "disposal_rank", "disposal")},
        ),
    },
    "offence_kinds": {**_OF_OFFENCES, **_history("moj_offences", {"offence_group": "offence_group"})},
    "offence_disposals": {
        **_OF_OFFENCES,
        "sentence": ("moj_offences.sentence_days",),
        **_history("moj_offences", {"disposal": "disposal"}),
    },
    "schooling": {
        "person_study_ref": (PERSON,),
        "academic_year": _YEARS,
        "years_from_start": (START, *_YEARS),
        **_history("dfe_enrolments", _ENROLLED),
        "absence": _MISSED,
        "persistent_absence": ("dfe_absence.academic_year", *_MISSED),
        "fixed_exclusions": ("dfe_exclusions.category",),
        "permanently_excluded": ("dfe_exclusions.category",),
        "key_stage": ("dfe_key_stages.key_stage",),
        **dict.fromkeys(("reading", "writing", "maths", "level2_em"), _RESULT),
    },
    "social_care": {
        "person_study_ref": (PERSON,),
        "starts": _months("dfe_social_care.start_date"),
        "ends": _months("dfe_social_care.end_date"),
        **_history(
            "dfe_social_care",
            {
                name: name
                for name in ("episode_type", "primary_need_code", "category_of_abuse", "legal_status", "placement")
            },
        ),
    },
    "panel": {
        "person_study_ref": ("people.person_study_ref",),
        "half_year": (),
        "child": ("people.age_band",),
        **{f"found_by_{name}": (f"people.{name}_link",) for name in DEPARTMENTS},
        "out_of_work_benefit": (
            *(f"{_AT_WORK}.{name}" for name in ("out_of_work", "starts", "ends")),
            "people.age_band",
        ),
        "employment": (*(f"{_AT_WORK}.{name}" for name in ("spell", "starts", "ends")), "people.age_band"),
        "conviction": _OFFENCES,
        "custody": ("offending.disposal", *_OFFENCES),
        **dict.fromkeys(("child_in_need", "child_protection", "looked_after"), _CARE),
        "persistent_absence": ("schooling.absence", *_AT_SCHOOL),
        "attainment": (
            *(f"schooling.{name}" for name in ("key_stage", "reading", "writing", "maths", "level2_em")),
            *_AT_SCHOOL,
        ),
    },
}
"""By table and column; none where a column is the table's own, such as the half-years of the panel."""

WITHIN = ("panel",)
"""Tables that are made from other research tables and from nothing else."""


def research_sources() -> dict[str, dict[str, Sources]]:
    """By research table and column, in the contracts' order, the columns that it comes from.

    Raises:
        ContractBroken: a declared column has no sources named.
    """
    return {name: dict(_of(name)) for name in RESEARCH_TABLES}


def _of(name: str) -> Iterator[tuple[str, Sources]]:
    if name in FROM_CONTRACTS:
        department, history = FROM_CONTRACTS[name]
        table = f"{department}_{history}"
        given = {one.name: one for one in columns_given(DEPARTMENTS[department], history)}
        for column in columns_of(RESEARCH_TABLES[name]):
            one = given.get(column.name)
            source = (f"{table}.{one.source}",) if one else (PERSON,)
            yield column.name, (START, *source) if one and one.how is one.how.MONTHS else source
        return
    for column in columns_of(RESEARCH_TABLES[name]):
        if column.name not in BY_HAND[name]:
            raise ContractBroken(
                f"nothing says where column {column.name} of {name} comes from: name its sources in "
                "contracts/outputs/research_sources.py"
            )
        yield column.name, BY_HAND[name][column.name]
