"""What crosses from one body to another, and what makes that lawful.

One entry for each kind of hand-over: from whom, to whom, what for, on what legal basis, until when. The metadata of
the assets, the record of processing and the draft impact assessment read from it.

The bases are those that the study's privacy notice names. Articles and Schedules are our reading of its words; a
study's own lawyers settle them before any real record moves, and change them here.
"""

from __future__ import annotations

from dataclasses import dataclass

from tf_linkage.contracts.departments import OFFENCES, SHARING, SPECIAL, TASK
from tf_linkage.contracts.registry import DEPARTMENTS

MHCLG = "Ministry of Housing, Communities and Local Government"
ONS = "Office for National Statistics"
COUNCILS = "the councils that take part"
RESEARCHERS = f"accredited researchers of {MHCLG}"

NO_SPECIAL = "none carried: identifiers alone; but being asked about tells of problems, so special care is due"
NOT_PERSONAL = "none: aggregates of ten or more people and families"

MONTH, END, PUBLIC = "a calendar month", "the end of the study", "is published"
"""How long a recipient may hold a flow: see `custody.retention` for the two days. What is published cannot be
called back."""


@dataclass(frozen=True)
class Flow:
    """One kind of hand-over between bodies.

    Attributes:
        asset: key of the asset that is handed over.
        sender: who hands it over.
        recipient: who receives it.
        controller: who answers for it in law, once received.
        purpose: what the recipient does with it.
        legal_basis: what allows the sharing and the processing.
        condition: what allows special categories and offence data in it, if it has any.
        kept: how long the recipient may hold it.
    """

    asset: str
    sender: str
    recipient: str
    controller: str
    purpose: str
    legal_basis: str
    condition: str
    kept: str


def flows() -> dict[str, Flow]:
    """Every hand-over between bodies, by the key of the asset."""
    found = [_extract(), *(flow for name in DEPARTMENTS for flow in _exchange(name))]
    return {flow.asset: flow for flow in [*found, _to_researchers()]}


def published(asset: str) -> Flow:
    """The hand-over of a published asset to everybody."""
    return Flow(
        asset=asset,
        sender=RESEARCHERS,
        recipient="the public",
        controller=MHCLG,
        purpose="say how well services work, how they are used and what they cost, after disclosure control",
        legal_basis=TASK,
        condition=NOT_PERSONAL,
        kept=PUBLIC,
    )


def _extract() -> Flow:
    return Flow(
        asset="council/cohort",
        sender=COUNCILS,
        recipient=ONS,
        controller=MHCLG,
        purpose="find the families of the study in the departments' registers, under references",
        legal_basis=f"{SHARING}; {TASK}",
        condition=f"{SPECIAL}; {OFFENCES}",
        kept=END,
    )


def _exchange(name: str) -> list[Flow]:
    department = DEPARTMENTS[name]
    return [
        Flow(
            asset=f"{name}/link_request",
            sender=ONS,
            recipient=department.title,
            controller=department.title,
            purpose="find these people in its own register; nothing else, and no decision about anyone",
            legal_basis=f"{SHARING}; {TASK}",
            condition=NO_SPECIAL,
            kept=MONTH,
        ),
        Flow(
            asset=f"linkage/{name}_links",
            sender=department.title,
            recipient=ONS,
            controller=department.title,
            purpose="measure how good the linkage is; only aggregates are kept from it",
            legal_basis=f"{SHARING}; {TASK}",
            condition=NO_SPECIAL,
            kept=MONTH,
        ),
        Flow(
            asset=f"{name}/return",
            sender=department.title,
            recipient=ONS,
            controller=MHCLG,
            purpose="join what the bodies know of the families, without identifiers",
            legal_basis=department.basis,
            condition=department.carries,
            kept=END,
        ),
    ]


def _to_researchers() -> Flow:
    return Flow(
        asset="research/linked_set",
        sender=ONS,
        recipient=RESEARCHERS,
        controller=MHCLG,
        purpose="make the de-identified tables on which researchers work in the accredited setting",
        legal_basis=f"{SHARING}; {TASK}",
        condition=f"{SPECIAL}; {OFFENCES}",
        kept=END,
    )
