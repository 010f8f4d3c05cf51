"""What a run is handed: the simulated world's settings, the linkage's choices, the study's key.

Resources with their bounds and words as the launchpad shows them, and the one place that reads environment
variables.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg
from pydantic import Field, ValidationError

from tf_linkage import custody, intake, linkage
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.errors import StudyRefused, TfLinkageError
from tf_linkage.study import Confounding, Dates, DepartmentSource, Noise, Preset, Source, Study

PREFIX = "TF_LINKAGE_"

CHOICES = (
    "name", "source", "families", "population", "seed", "noise", "noise_multiplier", "moves_together",
    "confounding", "confounding_strength", "engine", "memory_gb", "threads", "most_pairs",
    "clerk_error", "data", "incoming",
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
        said = "; ".join(
            f"{PREFIX}{'.'.join(str(part) for part in error['loc']).upper() or 'settings'}: {error['msg']}"
            for error in refusal.errors()
        )
        raise StudyRefused(said) from None
    except ValueError:
        raise StudyRefused(f"{PREFIX}PRESET: {preset!r} is not a preset; choose {', '.join(Preset)}") from None


def is_rehearsal(study: Study) -> bool:
    """Whether nobody in the study is real: the world is simulated, or its extracts were."""
    registers = [name for name in DEPARTMENTS if study.source_of(name) is DepartmentSource.REGISTER]
    from_files = study.source is Source.FILES or bool(registers)
    return not from_files or intake.is_rehearsal(study.incoming)


class Simulation(dg.ConfigurableResource):  # type: ignore[misc, type-arg]
    """The simulated world: how many families, in what population, recorded how badly."""

    families: int = Field(ge=20, le=400_000, description="Families in the study")
    population: int = Field(ge=1_000, le=60_000_000, description="People in the population around them")
    seed: int = Field(ge=0, description="Seed of every random draw; the same seed gives the same tables")
    noise: Noise = Field(description="How much goes wrong in the records: clean, realistic or hard")
    noise_multiplier: float = Field(ge=0, le=10, description="Multiplies every error rate")
    moves_together: float = Field(
        ge=0,
        le=1,
        description="Share of a household's moves that each further member makes with it; the others then live at "
        "an address of their own until the next. 1 keeps households whole",
    )
    confounding: Confounding = Field(
        description="Why programme and waiting families differ beyond what registers hold: none, severity, crisis, "
        "reporting, uptake, joiners, drift, or all (but drift)"
    )
    confounding_strength: float = Field(
        ge=-1, le=1, description="How strongly; 0 is none, negative serves the hopeful first"
    )
    councils: list[str] = Field(description="Councils (GSS codes) that take part")
    history_from: str = Field(description="First day of the histories (yyyy-mm-dd)")
    identified_from: str = Field(description="First day on which a council could identify a family")
    identified_to: str = Field(description="Last day on which a council could identify a family")
    extract: str = Field(description="Day on which every body draws its extract")

    @classmethod
    def of(cls, study: Study) -> "Simulation":
        """The simulation a study asks for."""
        return cls(
            families=study.families,
            population=study.population,
            seed=study.seed,
            noise=study.noise,
            noise_multiplier=study.noise_multiplier,
            moves_together=study.moves_together,
            confounding=study.confounding,
            confounding_strength=study.confounding_strength,
            councils=list(study.councils),
            history_from=study.dates.history_from.isoformat(),
            identified_from=study.dates.identified_from.isoformat(),
            identified_to=study.dates.identified_to.isoformat(),
            extract=study.dates.extract.isoformat(),
        )


class Linking(dg.ConfigurableResource):  # type: ignore[misc, type-arg]
    """How records are linked, and what that may use."""

    engine: str = Field(description="The linkage engine")
    link_threshold: float = Field(gt=0, lt=1, description="Posterior probability from which a pair is a link")
    review_threshold: float = Field(
        ge=0, lt=1, description="Posterior probability from which a pair is left for review"
    )
    memory_gb: float = Field(
        ge=0.1, le=100_000, description="Gigabytes of memory that DuckDB may use before the linkage is refused"
    )
    threads: int | None = Field(
        default=None, ge=1, le=1_024, description="Threads of DuckDB; all cores unless given"
    )
    most_pairs: int = Field(
        ge=1, description="Candidate pairs that a blocking rule may make before the linkage is refused"
    )

    @classmethod
    def of(cls, study: Study) -> "Linking":
        """How a study links."""
        return cls(
            engine=study.engine,
            link_threshold=study.link_threshold,
            review_threshold=study.review_threshold,
            memory_gb=study.memory_gb,
            threads=study.threads,
            most_pairs=study.most_pairs,
        )

    def bounds(self) -> linkage.Bounds:
        """What a linkage may use."""
        return linkage.Bounds(memory_gb=self.memory_gb, threads=self.threads, most_pairs=self.most_pairs)


class StudyKey(dg.ConfigurableResource):  # type: ignore[misc, type-arg]
    """The secret from which every reference is derived. Never shown, never stored."""

    simulated: bool = Field(description="Whether the bodies' registers are simulated")
    incoming: str = Field(description="Folder of extract files, when the study runs on files")

    def key(self) -> bytes:
        """The key: the environment's, or in a rehearsal the published constant.

        Raises:
            TfLinkageError: real extracts need a key of their own.
        """
        given = os.environ.get(PREFIX + "STUDY_KEY")
        if given:
            return custody.real_key(given)
        if self.simulated or intake.is_rehearsal(Path(self.incoming)):
            return custody.REHEARSAL_KEY
        why = (
            f" The files in {self.incoming} differ from those that export-extracts wrote, so they count as real; "
            "write them again to rehearse."
            if intake.was_rehearsal(Path(self.incoming))
            else ""
        )
        raise TfLinkageError(
            f"real extracts need a study key of their own: set {PREFIX}STUDY_KEY to a long random secret.{why}"
        )
