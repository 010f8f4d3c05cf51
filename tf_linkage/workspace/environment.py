"""What a study is besides its choices: whether anybody in it is real, its key, and what its linkages may use.

Its choices are read by `choices`, the vaults' passwords by custody.
"""

import os
from pathlib import Path

from tf_linkage import custody, intake, linkage
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.errors import TfLinkageError
from tf_linkage.study import DepartmentSource, Source, Study
from tf_linkage.workspace.choices import PREFIX, study_from_environment

__all__ = ["bounds_of", "is_rehearsal", "study_from_environment", "study_key"]


def is_rehearsal(study: Study) -> bool:
    """Whether nobody in the study is real: the world is simulated, or its extracts were."""
    registers = [name for name in DEPARTMENTS if study.source_of(name) is DepartmentSource.REGISTER]
    from_files = study.source is Source.FILES or bool(registers)
    return not from_files or intake.is_rehearsal(study.incoming)


def bounds_of(study: Study) -> linkage.Bounds:
    """What a linkage of the study may use."""
    return linkage.Bounds(memory_gb=study.memory_gb, threads=study.threads, most_pairs=study.most_pairs)


def study_key(simulated: bool, incoming: Path) -> bytes:
    """The secret behind every reference: the environment's, or in a rehearsal the published constant.

    Args:
        simulated: whether the bodies' registers are simulated.
        incoming: folder of extract files, when the study runs on files.

    Raises:
        TfLinkageError: real extracts need a key of their own.
    """
    given = os.environ.get(PREFIX + "STUDY_KEY")
    if given:
        return custody.real_key(given)
    if simulated or intake.is_rehearsal(incoming):
        return custody.REHEARSAL_KEY
    why = (
        f" The files in {incoming} differ from those that export-extracts wrote, so they count as real; "
        "write them again to rehearse."
        if intake.was_rehearsal(incoming)
        else ""
    )
    raise TfLinkageError(
        f"real extracts need a study key of their own: set {PREFIX}STUDY_KEY to a long random secret.{why}"
    )
