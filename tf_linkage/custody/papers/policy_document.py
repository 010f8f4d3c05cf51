"""The appropriate policy document for special categories and offence data, drawn from the study's flows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tf_linkage.custody.papers.carried import Carried, bullets
from tf_linkage.custody.papers.impact_assessment import TO_FILL
from tf_linkage.pages.markdown import markdown_table


@dataclass(frozen=True)
class Procedure:
    """How one principle of UK GDPR Article 5 is kept.

    Attributes:
        principle: its name, with the place in the article.
        kept_by: what is done.
        proof: a check or test that fails if it is not.
    """

    principle: str
    kept_by: str
    proof: str


PROCEDURES = (
    Procedure(
        "lawfulness, fairness and transparency (a)",
        "each hand-over names its basis and condition; people see, correct, object, withdraw, erase by ticket",
        "test_the_record_has_a_section_for_every_flow_with_all_that_the_law_asks",
    ),
    Procedure(
        "purpose limitation (b)",
        "a department is sent what the notice allows and nothing else; no table goes back to a service",
        "only_what_the_notice_allows",
    ),
    Procedure(
        "data minimisation (c)",
        "a contract for each table refuses any other column; families with fewer than two problems stay out",
        "keeps_contract",
    ),
    Procedure(
        "accuracy (d)",
        "links are measured and bounded; an answer holds sure links alone; corrections keep the contract's rules",
        "test_an_answer_keeps_back_what_a_link_that_is_not_sure_brought",
    ),
    Procedure(
        "storage limitation (e)",
        "departments destroy within a calendar month, ONS by the study's last day, each with a certificate",
        "test_at_the_end_of_the_study_no_vault_opens",
    ),
    Procedure(
        "integrity and confidentiality (f)",
        "identifiers lie encrypted under each custodian's password; every run searches its files for people",
        "nobody_leaked",
    ),
)

BACKUPS = (
    "This software makes no backup. Destroying a vault says nothing of copies that a custodian's own backups hold.",
    "A dataset in a backup is as readable as its vault: by anyone with the lock file of that day and the password.",
    "So each custodian keeps its vault's folder out of backups, or destroys those backups by the same last day and "
    "says so below.",
    "What is lost before its last day is made again from what its sender holds; after that day it may not be.",
)


def policy_document(carried: Sequence[Carried]) -> str:
    """The document that Data Protection Act 2018, Schedule 1 Part 4 asks for, as a draft in Markdown.

    Args:
        carried: the study's hand-overs, in the order in which they happen.
    """
    parts = [
        "# Appropriate policy document: draft",
        "For special categories of personal data and criminal offence data (Data Protection Act 2018, Schedule 1 "
        "Part 4). It is kept until six months after the processing ends, reviewed meanwhile, and given to the "
        "Information Commissioner on request. Articles and schedules are a reading of the notice, for lawyers to "
        "settle.",
        "## 1. Conditions relied on",
        markdown_table(("What", "Recipient", "Condition"), (_condition(one) for one in carried)),
        "## 2. How each principle is kept",
        markdown_table(
            ("Principle", "Kept by", "Fails if not"),
            ([one.principle, one.kept_by, f"`{one.proof}`"] for one in PROCEDURES),
        ),
        "## 3. Retention and erasure",
        markdown_table(
            ("What", "Who holds it", "Until"),
            ([one.flow.asset, one.flow.recipient, one.destroy_by] for one in carried),
        ),
        "## 4. Backups",
        bullets(BACKUPS),
        markdown_table(
            ("Custodian", "Arrangement", "Name and date"), ([who, " ", " "] for who in _holders(carried))
        ),
        "## 5. Accreditation",
        "The study's project number, approvals and their dates are not known to this software, and nothing here "
        "checks that they were given. " + TO_FILL,
        "## 6. Review",
        markdown_table(("Reviewed on", "By", "Next review"), ([" ", " ", " "],)),
    ]
    return "\n\n".join(parts) + "\n"


def _condition(one: Carried) -> list[str]:
    return [one.flow.asset, one.flow.recipient, one.flow.condition]


def _holders(carried: Sequence[Carried]) -> list[str]:
    """Who holds anything, each once, in the order of the hand-overs."""
    return list(dict.fromkeys(one.flow.recipient for one in carried))
