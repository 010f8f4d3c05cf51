"""What the environment says of a study: its choices, whether anybody in it is real, and its key.

The one place that reads environment variables, the vaults' passwords apart.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from tf_linkage import custody, intake, linkage
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.errors import StudyRefused, TfLinkageError
from tf_linkage.study import Dates, DepartmentSource, Preset, Source, Study, faults

PREFIX = "TF_LINKAGE_"

CHOICES = (
    "name", "source", "families", "population", "seed", "noise", "noise_multiplier", "moves_together", "engine",
    "memory_gb", "threads", "most_pairs", "clerk_error", "data", "incoming",
)  # fmt: skip
"""Choices that an environment variable may make, such as TF_LINKAGE_SEED for `seed`. The study's days have
variables too, such as TF_LINKAGE_DATE_EXCHANGE, and so has each department's source: TF_LINKAGE_DWP_SOURCE."""


def study_from_environment(environment: Mapping[str, str] = os.environ) -> Study:
    """The study that the environment asks for; the default is the `demo` rehearsal.

    Raises:
        StudyRefused: a variable holds something the study cannot be.
    """
    chosen: dict[str, Any] = {
        name: environment[PREFIX + name.upper()] for name in CHOICES if environment.get(PREFIX + name.upper(), "")
    }
    sources = {name: environment.get(f"{PREFIX}{name.upper()}_SOURCE", "") for name in DEPARTMENTS}
    if elsewhere := {name: source for name, source in sources.items() if source}:
        chosen["sources"] = elsewhere
    days = {name: environment.get(f"{PREFIX}DATE_{name.upper()}", "") for name in Dates.model_fields}
    if given := {name: day for name, day in days.items() if day}:
        chosen["dates"] = given
    preset = environment.get(PREFIX + "PRESET") or Preset.DEMO
    try:
        return Study.of(Preset(preset), **chosen)
    except ValidationError as refusal:
        raise StudyRefused(faults(refusal, lambda choice: f"{PREFIX}{choice.upper()}")) from None
    except ValueError:
        raise StudyRefused(f"{PREFIX}PRESET: {preset!r} is not a preset; choose {', '.join(Preset)}") from None


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
