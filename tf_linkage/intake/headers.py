"""Which headers are known, by whatever name case systems give them; and how a message may show one that is not."""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Iterable, Mapping

NEAR = 0.85
"""Ratio of difflib from which a header counts as a known one misspelt. Measured on 118 headers of real systems: at
.85 it takes no wrong one."""

_ANYWHERE: dict[str, tuple[str, ...]] = {
    "forename": (
        "forename", "forenames", "first_name", "firstname", "given_name", "given_names", "fname", "pforename",
        "known_as",
    ),
    "surname": ("surname", "last_name", "lastname", "family_name", "lname", "psurname"),
    "date_of_birth": (
        "date_of_birth", "dob", "d_o_b", "birth_date", "birthdate", "birth_dttm", "birth_dt", "person_birth_date",
        "pdob", "dateofbirth",
    ),
    "gender": ("gender", "sex", "gender_main_code", "gender_current", "current_gender", "sex_at_birth"),
    "address": ("address", "address_1", "address_line_1", "last_addr", "last_address", "full_address",
                "home_address", "current_address", "household_address"),
    "postcode": ("postcode", "post_code", "postal_code", "pcode"),
    "nino": (
        "nino", "ni_no", "ni_number", "national_insurance_number", "national_insurance_no", "nat_ins_no",
        "ni",
    ),
    "person_ref": (
        "person_ref", "person_id", "personid", "person", "ref", "reference", "individual_id", "dim_person_id",
        "svc_usr_ref_no", "client_id",
    ),
    "family_ref": (
        "family_ref", "family_id", "family", "family_no", "family_group_id", "group_id", "groupid", "household_id",
        "household",
    ),
    "la_code": ("la_code", "lea", "local_authority", "la"),
    "identified_date": (
        "identified_date", "identified", "identified_on", "date_of_identification", "eligible", "eligible_dttm",
        "date_identified",
        "eligible_date", "date_nominated", "nominated", "nomination_date", "date_eligible",
    ),
    "service_start_date": (
        "service_start_date", "service_start", "start_dttm", "from", "programme_start", "support_start",
        "support_began", "date_attached", "attached_date", "attachment_date", "date_opened",
    ),
    "service_end_date": (
        "service_end_date", "service_end", "end_dttm", "to", "programme_end", "support_end", "support_ended",
        "date_closed", "closed_date", "closure_date",
    ),
    "start_date": ("start_date", "start", "startdate", "decom", "offence_start_date", "entry_date"),
    "end_date": ("end_date", "end", "enddate", "dec", "leaving_date"),
    "study_group": ("study_group", "group_type", "arm", "study_arm", "cohort"),
    "service_received": ("service_received", "on_programme", "receives_service"),
    "worklessness": ("worklessness", "adult_issue", "out_of_work", "employment", "employment_status"),
    "school_absence": (
        "school_absence", "absence_issue", "attendance", "school_attendance", "education_issue",
        "school_issue", "education",
    ),
    "child_need": (
        "child_need", "child_issue", "social_care", "social_care_status", "childrens_social_care",
        "children_s_social_care",
    ),
    "domestic_abuse": ("domestic_abuse", "dv", "da", "domestic_violence"),
    "crime": ("crime", "crime_issue", "offending", "asb"),
    "health": ("health", "health_issue", "health_need"),
    "uncertain_start_date": ("uncertain_start_date", "start_imputed", "fuzzy_start"),
    "uncertain_end_date": ("uncertain_end_date", "end_imputed", "fuzzy_end"),
    "name_number": ("name_number", "alias_no", "alias_number"),
    "school_id": ("school_id", "urn", "school_urn", "laestab", "la_estab", "estab"),
    "case_id": ("case_id", "caseid"),
    "offence_id": ("offence_id", "offenceid"),
    "benefit_type": ("benefit_type", "benefit"),
    "weekly_amount": ("weekly_amount", "amount"),
    "annual_pay": ("annual_pay", "pay", "salary"),
}  # fmt: skip
"""Contract's column: what real systems call it, as seen in published layouts and scripts."""

DANGER = (
    "former", "previous", "preferred", "expected", "estimated", "due", "mother", "mc", "father", "partner", "carer",
    "placement", "pl", "home", "school", "gp", "worker", "legacy", "old", "alias", "emergency", "contact", "known",
)  # fmt: skip
"""Words with which a header means somebody else, or another time: a mother's date of birth, a former surname."""

_SAME = {
    "amt": "amount", "addr": "address", "dt": "date", "dttm": "date", "ben": "benefit", "wkly": "weekly",
    "fam": "family", "household": "family", "grp": "group",
    "no": "number", "num": "number", "nbr": "number", "id": "number", "ref": "number", "reference": "number",
    "strt": "start", "began": "start", "begin": "start", "begins": "start", "started": "start", "from": "start",
    "ended": "end", "ends": "end", "finish": "end", "finished": "end", "to": "end",
    "eligible": "identified", "needs": "need", "mosaic": "person", "liquidlogic": "person", "eclipse": "person",
    "carefirst": "person", "client": "person", "customer": "person", "individual": "person",
    "absent": "absence", "absentee": "absence", "persistently": "persistent", "excluded": "exclusion",
    "receiving": "received", "receives": "received", "getting": "received", "gets": "received",
}  # fmt: skip
"""Words and abbreviations that mean the same in the header of a column."""

_EMPTY = frozenset(
    {
        "a", "an", "at", "claim", "code", "current", "date", "field", "flag", "has", "in", "is", "line", "of", "on",
        "intervention", "programme", "record", "service", "spell", "support", "the", "type", "was",
    }
)  # fmt: skip
"""Words that tell no two columns apart."""

_SHAPES = (
    ("blank", re.compile(r"\s*")),
    ("a number", re.compile(r"[+-]?[0-9.,]+")),
    ("a date", re.compile(r"[0-9]{1,4}[-/.][0-9A-Za-z]{1,3}[-/.][0-9]{1,4}.*")),
    ("letters and digits", re.compile(r"(?=.*[0-9])(?=.*[A-Za-z])[A-Za-z0-9 /-]+")),
    ("one word", re.compile(r"[^\s0-9]+")),
)
_DATA = re.compile(
    r"[+-]?[0-9][0-9.,]*"  # a number
    r"|[0-9]{1,4}[-/. ][0-9A-Za-z]{1,9}[-/. ][0-9]{1,4}.*"  # a date
    r"|[A-Za-z]{2} ?(?:[0-9]{2} ?){3}[A-Da-d]?"  # a National Insurance number
    r"|[A-Za-z]{1,2}[0-9][0-9A-Za-z]? ?[0-9][A-Za-z]{2}"  # a postcode
    r"|[0-9]+[A-Za-z]?,? +[A-Za-z].*"  # a house and its street
    r"|.+@.+"
)
"""What stands in rows of data and never names a column."""
_HINT = re.compile(
    r"\s*\((?:if (?:known|any|applicable|different)|y/?n|yes/no|m/?f(?:/?u)?|dd/mm/yy(?:yy)?|optional|required)\)$",
    re.IGNORECASE,
)
"""What a header says of how its column is filled in."""
_PREFIXES = ("pers_", "ssd_")
_WORDS = (
    frozenset(name for names in _ANYWHERE.values() for name in names)
    | {word for word in DANGER if len(word) > 3}
    | {
        "id",
        "record_id",
        "rec_id",
        "upn",
        "uprn",
        "title",
        "town",
        "county",
        "phone",
        "email",
        "notes",
        "ethnicity",
    }
)


@functools.cache
def known_names() -> Mapping[str, tuple[str, ...]]:
    """Contract's column: what real systems call it, departments' keys included."""
    # The registry brings every contract with it, for which a command on any two files need not wait.
    from tf_linkage.contracts.registry import DEPARTMENTS  # noqa: PLC0415

    keys = {each.key: (each.key, *each.key_known_as) for each in DEPARTMENTS.values()}
    return _ANYWHERE | keys


def plain(header: str) -> str:
    """A header in lower case with `_` between its words, however it was written: `D.O.B.`, `PostCode`, `NI No`."""
    split = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", _HINT.sub("", header.strip().replace("(s)", "s")))
    joined = re.sub(r"[^a-z0-9]+", "_", split.lower()).strip("_")
    for prefix in _PREFIXES:
        joined = joined.removeprefix(prefix)
    return joined


def words(header: str) -> frozenset[str]:
    """What the words of a header mean, in any order: `Date eligible` says what `identified_date` does.

    Empty where no word tells one column from another.
    """
    said = [word for word in plain(header).split("_") if word]
    return frozenset(_SAME.get(word, word) for word in said if _SAME.get(word, word) not in _EMPTY)


def is_data(header: str) -> bool:
    """Whether what stands where a name should is plainly a value: a number, a date, a postcode, an address."""
    return _DATA.fullmatch(header.strip()) is not None


def described(header: str, position: int, known: Iterable[str] = ()) -> str:
    """A header as a message may show it: its own words only where they are a known name.

    Args:
        header: as it stands in the file.
        position: of its column, from 1.
        known: names that are known here, beyond those that real systems use (`known_names`).
    """
    names = {*known, *_WORDS}
    if header in names or plain(header) in names:
        return header.strip()
    names |= {name for each in known_names().values() for name in each}
    if header in names or plain(header) in names:
        return header.strip()
    if near := difflib.get_close_matches(plain(header), sorted(names), n=1, cutoff=NEAR):
        return f"column {position} (close to {near[0]})"
    kind = next((kind for kind, shape in _SHAPES if shape.fullmatch(header)), "words")
    return f"column {position} ({kind})"
