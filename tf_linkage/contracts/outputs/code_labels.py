"""What the codes of the research tables mean, in words: those that are not words already.

From the code sets of the returns themselves (census, children in need, SSDA903, LEO benefit codes), in our words.
"""

from __future__ import annotations

from collections.abc import Mapping

BENEFIT_LABELS = {
    "AA": "Attendance Allowance", "BB": "Bereavement Benefit", "DLA": "Disability Living Allowance",
    "ESA": "Employment and Support Allowance", "IB": "Incapacity Benefit",
    "ICA": "Invalid Care Allowance (carers)", "IS": "Income Support", "JSA": "Jobseeker's Allowance",
    "JTA": "Jobseeker's Training Allowance", "PC": "Pension Credit", "PIB": "Passported Incapacity Benefit",
    "PIP": "Personal Independence Payment", "RP": "Retirement Pension", "SDA": "Severe Disablement Allowance",
    "UAA": "Universal Credit: searching for work", "UAB": "Universal Credit: working, with requirements",
    "UBC": "Universal Credit: no work requirements", "UBD": "Universal Credit: working, no requirements",
    "UCE": "Universal Credit: preparing for work", "UDF": "Universal Credit: planning for work",
    "UNA": "Universal Credit: regime not known", "WB": "Widow's Benefit",
}  # fmt: skip

DISPOSAL_LABELS = {
    "CUSTODY": "immediate custody", "SUSPENDED": "suspended sentence", "COMMUNITY": "community sentence",
    "REFERRAL": "referral order", "FINE": "fine", "DISCHARGE": "absolute or conditional discharge",
    "CAUTION": "caution, which is no conviction", "NONE": "no sentence or other outcome",
    "OTHER SENTENCE": "a sentence other than immediate custody", "NO SENTENCE": "a caution, or no sentence",
}  # fmt: skip

RESULT_LABELS = {
    "BLW": "below the standard of the pre-key stage", "PKF": "pre-key stage: foundations for the expected standard",
    "PK1": "pre-key stage standard 1", "PK2": "pre-key stage standard 2", "PK3": "pre-key stage standard 3",
    "PK4": "pre-key stage standard 4", "WTS": "working towards the expected standard",
    "EXS": "working at the expected standard", "GDS": "working at greater depth", "A": "absent", "D": "disapplied",
    "Q": "maladministration", "L1": "level 1 (before 2016)", "L2": "level 2 (before 2016)",
    "L3": "level 3 (before 2016)", "L4": "level 4 (before 2016)", "L5": "level 5 (before 2016)",
    "YES": "threshold reached", "NO": "threshold not reached",
}  # fmt: skip

LABELS: Mapping[str, Mapping[str, str]] = {
    "benefit_type": BENEFIT_LABELS,
    "disposal": DISPOSAL_LABELS,
    "sen_provision": {
        "N": "no special educational need", "K": "support", "E": "education, health and care plan, or statement",
    },
    "key_stage": {"KS1": "key stage 1 (age 7)", "KS2": "key stage 2 (age 11)", "KS4": "key stage 4 (age 16)"},
    **dict.fromkeys(("reading", "writing", "maths", "level2_em"), RESULT_LABELS),
    "episode_type": {
        "CIN": "child in need", "CPP": "on a child protection plan", "CLA": "looked after by the local authority",
    },
    "primary_need_code": {
        "N0": "not stated", "N1": "abuse or neglect", "N2": "child's disability or illness",
        "N3": "parent's disability or illness", "N4": "family in acute stress", "N5": "family dysfunction",
        "N6": "socially unacceptable behaviour", "N7": "low income", "N8": "absent parenting",
        "N9": "case other than a child in need",
    },
    "category_of_abuse": {
        "NEG": "neglect", "PHY": "physical abuse", "SAB": "sexual abuse", "EMO": "emotional abuse",
        "MUL": "more than one category",
    },
    "legal_status": {
        "C1": "interim care order", "C2": "full care order", "D1": "freeing order", "E1": "placement order",
        "V2": "accommodated by agreement (section 20)",
        "V3": "agreed series of short breaks, each recorded", "V4": "agreed series of short breaks, recorded once",
        "L1": "under police protection", "L2": "emergency protection order", "L3": "child assessment order",
        "J1": "remanded to local authority or youth detention accommodation",
        "J2": "accommodated under the Police and Criminal Evidence Act",
        "J3": "youth rehabilitation order with a residence requirement",
    },
}  # fmt: skip
"""By column, each code's label. A column of which the values are words has none."""


def label_of(column: str, code: str) -> str:
    """A code in words; the code itself where it is a word already, as in tables of other packages."""
    return LABELS.get(column, {}).get(code, code)
