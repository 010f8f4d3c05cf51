"""What a study is besides its choices: whether anybody in it is real, its key, and what its linkages may use.

Its choices are read by `choices`, the vaults' passwords by custody.
"""

import os
from pathlib import Path

from tf_linkage import custody, intake, linkage
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.errors import LinkageRefused, StudyRefused, TfLinkageError
from tf_linkage.linkage.engines import refuse_missing
from tf_linkage.study import DepartmentSource, Source, Study
from tf_linkage.workspace.choices import PREFIX, study_from_environment
from tf_linkage.workspace.store import REAL

__all__ = ["bounds_of", "from_files", "is_rehearsal", "refuse_cluster", "study_from_environment", "study_key"]


def is_rehearsal(study: Study) -> bool:
    """Whether nobody in the study is real: the world is simulated, or its extracts were."""
    if not from_files(study):
        return True
    return not (study.data / "ledger" / REAL).exists() and intake.is_rehearsal(study.incoming)


def from_files(study: Study) -> bool:
    """Whether any body's register is a file."""
    registers = [name for name in DEPARTMENTS if study.source_of(name) is DepartmentSource.REGISTER]
    return study.source is Source.FILES or bool(registers)


def bounds_of(study: Study) -> linkage.Limits:
    """What a linkage of the study may use.

    Raises:
        LinkageRefused: records of the study may not be sent to the cluster that is named.
    """
    cluster = None
    if study.engine == "spark" and study.spark is not None:
        cluster = linkage.Cluster(study.spark, invented=is_rehearsal(study))
    return linkage.Limits(study.memory_gb, study.threads, study.most_pairs, cluster)


def refuse_cluster(study: Study) -> None:
    """Refuses a cluster before a run begins, instead of in its midst.

    Raises:
        StudyRefused: the engine's package is not installed, or the study's records may not go there.
    """
    if study.engine != "spark":
        return
    try:
        refuse_missing(study.engine)
        bounds_of(study)
    except LinkageRefused as refusal:
        raise StudyRefused(f"spark: {refusal}") from None


def study_key(simulated: bool, incoming: Path, data: Path | None = None) -> bytes:
    """The secret behind every reference: the environment's, or in a rehearsal the published constant.

    Args:
        simulated: whether the bodies' registers are simulated.
        incoming: folder of extract files, when the study runs on files.
        data: the data folder; once real records came into it, the published constant is for none of it.

    Raises:
        TfLinkageError: real extracts need a key of their own.
    """
    given = os.environ.get(PREFIX + "STUDY_KEY")
    if given:
        return custody.real_key(given)
    real = data is not None and (data / "ledger" / REAL).exists()
    if not real and (simulated or intake.is_rehearsal(incoming)):
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
