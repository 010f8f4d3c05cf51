"""The Ministry of Justice: people on the Police National Computer, their offences and sentences.

Shape after the PNC extract of the MoJ-DfE data share: many offences to a case, many cases to a person, the
principal disposal ranked first, and 1900 as the placeholder for an unknown offence date.
"""

from __future__ import annotations

from tf_linkage.contracts.bodies.identity import IdentityWithNino
from tf_linkage.contracts.columns import ColumnClass, Table, code, date, flag, text, whole

OFFENCE_GROUPS = {
    "01": "violence against the person",
    "02": "sexual offences",
    "03": "robbery",
    "04": "theft",
    "05": "criminal damage and arson",
    "06": "drug offences",
    "07": "possession of weapons",
    "08": "public order",
    "09": "miscellaneous crimes against society",
    "10": "fraud",
    "11": "summary, not motoring",
    "12": "summary, motoring",
}
"""Two-digit offence groups. The grouping of codes is as seen in published cleaning code; the names of the
twelve groups are the usual statistical ones."""

ADJUDICATIONS = ("G", "J", "N", "C")
"""G and J are treated as guilty (published cleaning code); N not guilty; C cautioned or warned."""

DISPOSALS = (
    "CUSTODY", "SUSPENDED", "COMMUNITY", "REFERRAL", "FINE", "DISCHARGE", "CAUTION", "NONE",
)  # fmt: skip


class People(IdentityWithNino):
    """One row for each name a person is recorded under: the filed name, then any aliases.

    The filed name is the one given at the first event and lasts for the life of the record.
    """

    moj_key = text(ColumnClass.REFERENCE, "MoJ's own key of the person", primary_key=True)
    name_number = whole(ColumnClass.ATTRIBUTE, "0 for the filed name, 1 and up for aliases", primary_key=True)


class Offences(Table):
    """One row for each offence of each case, with its disposal."""

    moj_key = text(ColumnClass.REFERENCE, "MoJ's own key of the person")
    case_id = text(ColumnClass.REFERENCE, "MoJ's own key of the case")
    offence_id = text(ColumnClass.REFERENCE, "MoJ's own key of the offence", primary_key=True)
    offence_start_date = date(
        ColumnClass.ATTRIBUTE,
        "Day of the offence; 1900-01-01 where unknown",
        ladder=("day", "month", "quarter", "year"),
    )
    offence_group = code(ColumnClass.ATTRIBUTE, "Kind of offence", tuple(OFFENCE_GROUPS))
    is_primary_offence = flag(ColumnClass.ATTRIBUTE, "The principal offence of its case")
    disposal_rank = whole(ColumnClass.ATTRIBUTE, "1 for the principal disposal", least=1)
    adjudication_code = code(ColumnClass.ATTRIBUTE, "Finding of the court", ADJUDICATIONS)
    disposal_date = date(
        ColumnClass.ATTRIBUTE,
        "Day of the sentence or caution",
        ladder=("day", "month", "quarter", "year"),
    )
    disposal = code(ColumnClass.ATTRIBUTE, "Sentence or other outcome", DISPOSALS)
    sentence_days = whole(
        ColumnClass.ATTRIBUTE,
        "Length of a sentence that has one",
        unit="days",
        nullable=True,
        ladder=("day", "month", "6 months"),
    )
