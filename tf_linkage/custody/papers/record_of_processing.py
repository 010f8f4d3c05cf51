"""The record of processing: who holds what of whom, why, by what right, and until when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tf_linkage.contracts.columns import ColumnClass
from tf_linkage.custody.papers.accreditation import Accreditation
from tf_linkage.custody.papers.carried import Carried, bullets
from tf_linkage.pages.markdown import markdown_table

SECURITY = (
    "Each custodian's identifiers lie encrypted (AES-256-GCM) in a vault of its own, under its own password.",
    "What passes from body to body carries references made for the recipient alone.",
    "No identifier stands outside the vaults: every run searches its own files for the people of the study.",
    "Every hand-over, opening of a vault and destruction stands in a ledger that shows any change.",
)


MADE_BY = (
    "These were made of files in senders' own forms. The same digest stands in the hand-over's manifest and in the "
    "ledger."
)

NOT_ACCREDITED = (
    "None is on file, so that nobody in this study may be real: a run on real records is refused until one is."
)


def record_of_processing(
    carried: Sequence[Carried],
    mappings: Mapping[str, str] | None = None,
    accreditation: Accreditation | None = None,
) -> str:
    """The record of processing activities that UK GDPR Article 30 asks for, in Markdown.

    Args:
        carried: the study's hand-overs, in the order in which they happen.
        mappings: by table, the digest over the mappings by which it was made of senders' own files.
        accreditation: what was granted; without it the record says that nobody in it may be real.
    """
    made = [[table, f"`{digest}`"] for table, digest in sorted((mappings or {}).items())]
    parts = [
        "# Record of processing activities",
        "Drawn from the flows of the study (UK GDPR Article 30). One section for each hand-over between bodies. "
        "The legal bases are those the privacy notice names; articles and schedules are a reading of it, for "
        "lawyers to settle.",
        "## In one table",
        markdown_table(
            ("From", "To", "What", "Until"),
            ([one.flow.sender, one.flow.recipient, one.flow.asset, one.destroy_by] for one in carried),
        ),
        *(_section(one) for one in carried),
        *(
            ["## Made by mappings", MADE_BY, markdown_table(("Table", "SHA-256 over its mappings"), made)]
            if made
            else []
        ),
        "## Accreditation",
        _granted(accreditation),
        "## Security",
        bullets(SECURITY),
        "## Transfers abroad",
        "None.",
    ]
    return "\n\n".join(parts) + "\n"


def _granted(accreditation: Accreditation | None) -> str:
    if accreditation is None:
        return NOT_ACCREDITED
    rows = [
        *((name.replace("_", " ").capitalize(), text or "–") for name, text in accreditation.texts.items()),
        *((name.capitalize(), str(day or "–")) for name, day in accreditation.days.items()),
        *(
            (f"Agreement of {body}", f"{reference or '–'}, {day or '–'}")
            for body, (reference, day) in sorted(accreditation.approvals.items())
        ),
    ]
    return markdown_table(("What", "Granted"), rows)


def _section(one: Carried) -> str:
    return f"## {one.flow.asset}\n\n" + markdown_table(("", ""), _facts(one))


def _facts(one: Carried) -> Iterator[tuple[str, str]]:
    yield "Sender", one.flow.sender
    yield "Recipient", one.flow.recipient
    yield "Controller", one.flow.controller
    yield "Purpose", one.flow.purpose
    yield "Legal basis", one.flow.legal_basis
    yield "Special categories and offences", one.flow.condition
    yield "Whose data", "people in families with two or more of six problems"
    for kind in ColumnClass:
        if names := one.of_class(kind):
            yield f"{kind.value.capitalize()}s", ", ".join(names)
    yield "Destroyed by", one.destroy_by
