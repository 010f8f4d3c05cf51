"""The risks to the families, what holds each off, where that is proved, and what a run measured of it.

The table of risks. `proof` names checks of the graph and tests of this project; a test reads this table and finds
each of them. A risk that nothing here holds off says so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tf_linkage.custody.papers.measured import Measured


@dataclass(frozen=True)
class Risk:
    """A way in which families could come to harm.

    Attributes:
        name: what could happen.
        held_off: what the system does about it.
        proof: names of the tests and asset checks that fail if it does not.
        left: what remains.
        measured: what this run says of it.
    """

    name: str
    held_off: str
    proof: tuple[str, ...]
    left: str
    measured: Callable[[Measured], str]


def _proved(_: Measured) -> str:
    return "a matter of proof, not of a figure"


RISKS: tuple[Risk, ...] = (
    Risk(
        "Somebody is given another person's history by a false link",
        "one link to a person; a threshold on the posterior probability; floors and bounds that stop a run",
        ("floors_kept", "test_a_broken_linker_turns_the_floors_red_and_the_exit_code_with_them"),
        "a false link harms the findings, not the person: nothing flows back to services",
        Measured.false_links,
    ),
    Risk(
        "Some communities are found less often, so that the findings speak less for them",
        "recall by community, age, gender and council in every run, with a bound on the worst gap",
        ("gaps_within_bounds",),
        "gaps within the bound remain; the report names them and what drives them",
        Measured.worst_groups,
    ),
    Risk(
        "People present in a register are missed, so that a service looks better or worse than it is",
        "floors on recall; family evidence; estimates that correct for missed links",
        ("floors_kept",),
        "the correction rests on a model",
        Measured.missed_links,
    ),
    Risk(
        "A department is told more than it needs to find somebody",
        "the request's contract: name, date of birth, gender, address; the National Insurance number to one "
        "department alone",
        ("only_what_the_notice_allows",),
        "being asked about tells that somebody is in the study; requests go within a month",
        Measured.without_nino,
    ),
    Risk(
        "A department keeps names, or a trace of who was in the study",
        "requests, links and working files under keys that are destroyed a calendar month after the exchange",
        ("test_the_schedule_ticks_and_destroys", "test_two_worlds_leave_the_same_trace_at_a_department"),
        "copies made outside the vault, backups and memory are beyond the system's reach",
        Measured.people_sent,
    ),
    Risk(
        "Identifiers leak into logs, metadata, temporary files or a researcher's table",
        "a search of every file outside the vaults for the people of the study, with planted controls",
        ("nobody_leaked", "holds_no_identifier", "test_one_person_in_the_report_turns_the_check_red"),
        "where people are many, a sample of them is sought",
        _proved,
    ),
    Risk(
        "A vault is opened by somebody who should not",
        "a vault and a password for each custodian; a random key for each dataset, bound to its name",
        ("test_a_department_cannot_open_what_ons_holds", "test_every_changed_byte_of_a_file_is_noticed"),
        "in a rehearsal one machine stands for five bodies",
        _proved,
    ),
    Risk(
        "Personal information is kept after the study's end",
        "keys and files destroyed on the study's day, with certificates; lateness is recorded as a breach",
        ("test_at_the_end_of_the_study_no_vault_opens", "test_a_changed_or_missing_certificate_is_noticed"),
        "backups and remnants on disks",
        _proved,
    ),
    Risk(
        "A researcher recognises a family in the de-identified tables",
        "tables only as coarse as at least ten have to look alike, in the sample and in the population where it is "
        "known; people and families do not join by reference or order of rows",
        (
            "no_person_stands_out",
            "no_family_stands_out",
            "test_whoever_knows_a_row_by_heart_finds_it_no_better_than_one_in_ten",
        ),
        "who knows one dated event of somebody may find the row, and so may a department with its register; what "
        "every declared intruder finds stands in the annex; row data stays in an accredited setting",
        _proved,
    ),
    Risk(
        "A family can be told from what is published",
        "minimum numbers of people and families, rounding, suppression that holds off an attack by linear "
        "programming, on each release and on all together, and a comparison with every earlier release",
        (
            "withstands_attack",
            "apart_from_earlier_releases",
            "withstands_attack_on_all_releases",
            "test_no_sensitive_number_of_a_release_can_be_worked_out",
        ),
        "relations between figures that nobody declared are not in the attack",
        _proved,
    ),
    Risk(
        "Somebody cannot see what is held, put it right, or leave",
        "jobs for each right by ticket, through the lead worker or the data protection officer",
        ("test_an_answer_is_complete", "test_who_left_might_never_have_been_there"),
        "what was published before, and anything after the end of the study",
        _proved,
    ),
    Risk(
        "The research is used to decide about somebody's benefits or services",
        "nothing flows from a research table to a department",
        ("test_law_6_no_departments_asset_is_downstream_of_research",),
        "use outside the system is a matter of agreements",
        _proved,
    ),
)
