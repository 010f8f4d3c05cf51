"""The jobs by name: what each is for, in a line, and in which studies there is one.

Known without building any definitions, so that an unknown job is refused at once. What a job does, and its
description in the web UI, stand in `defs/jobs`; a test holds the two to each other.
"""

from __future__ import annotations

from dataclasses import dataclass

from tf_linkage.contracts.names import department_names
from tf_linkage.study import DepartmentSource, Study

REHEARSAL, ASSESS = "rehearsal", "assess"
LONG_STUDIES = "long_studies"
"""The group of the assets that `assess` makes."""

COUNCIL, ONS, RESEARCH = "council", "ons", "research"
PREVIEW, HAND_OVER = "ons_preview", "ons_hand_over"
"""What ONS does before it asks the departments, and after they have answered."""
REBUILD, REBUILD_RESEARCH = "rebuild", "rebuild_research"
WITHDRAW, ACCESS, CORRECT, ERASE, OBJECT = "withdraw", "access", "correct", "erase", "object"
RIGHTS = (ACCESS, WITHDRAW, CORRECT, ERASE, OBJECT)
"""Jobs that meet people's requests, and are told tickets."""
DESTROY_DUE, END_OF_MONTH, END_OF_STUDY = "destroy_due", "end_of_month", "end_of_study"

IRREVERSIBLE = (WITHDRAW, ERASE, OBJECT, DESTROY_DUE, END_OF_MONTH, END_OF_STUDY)
"""Jobs that nobody can undo: they run only when confirmed by their name."""

STUDY, CUSTODIANS, PEOPLE, ENDS = (
    "The study as a whole",
    "One body alone, with its own vault's password",
    "People's requests (each is told --ticket)",
    "What ends",
)
"""Groups of jobs, as they are listed."""


@dataclass(frozen=True)
class Job:
    """A job.

    Attributes:
        name: as it is run.
        about: what it is for, in a line.
        group: of which it is.
        makes: whether it makes data from registers or from what was handed over, so that the data folder keeps
            the choices that it was run with.
    """

    name: str
    about: str
    group: str
    makes: bool = False


def jobs() -> dict[str, Job]:
    """Every job that a study may have, by name, in the order in which they are listed."""
    departments = [
        Job(name, f"{name.upper()}: finds the people it is asked about and returns their records", CUSTODIANS, True)
        for name in department_names()
    ]
    every = [
        Job(REHEARSAL, "registers to findings, with every check: the main job", STUDY, True),
        Job(ASSESS, "what linkage error does to findings, for the linkage that the main job made; minutes", STUDY),
        Job(REBUILD, "requests to research tables again; jobs of people's requests run it by themselves", STUDY),
        Job(REBUILD_RESEARCH, "the research tables again; jobs of people's requests run it by themselves", STUDY),
        Job(COUNCIL, "the councils: put what they send into ONS's vault", CUSTODIANS, True),
        Job(PREVIEW, "ONS: shows what each department would be sent; sends nothing", CUSTODIANS, True),
        Job(ONS, "ONS: puts a request into each department's vault", CUSTODIANS, True),
        *departments,
        Job(HAND_OVER, "ONS: brings the returns together and hands the linked set over", CUSTODIANS, True),
        Job(RESEARCH, "research: from the linked set to the findings", CUSTODIANS, True),
        Job(WITHDRAW, "a person or family leaves the study", PEOPLE),
        Job(ACCESS, "a person sees what is held about them", PEOPLE),
        Job(CORRECT, "what is held about a person is put right", PEOPLE),
        Job(OBJECT, "a person objects to the study working with their data (Article 21): it stops", PEOPLE),
        Job(ERASE, "as withdraw; then what ONS's vault still tells of them goes too", PEOPLE),
        Job(DESTROY_DUE, "destroys what has reached its last day", ENDS),
        Job(END_OF_MONTH, "departments destroy requests, links and working files", ENDS),
        Job(END_OF_STUDY, "ONS destroys all personal information", ENDS),
    ]
    return {job.name: job for job in every}


def jobs_of(study: Study) -> dict[str, Job]:
    """The jobs of one study: none of a department that works elsewhere, and no `assess` where records are real."""
    elsewhere = {name for name in department_names() if study.source_of(name) is DepartmentSource.RETURN}
    without = elsewhere | (set() if study.wholly_simulated else {ASSESS})
    return {name: job for name, job in jobs().items() if name not in without}
