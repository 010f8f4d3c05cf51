"""What a run is handed: the simulated world's settings, the linkage's choices, the study's key.

Resources with their bounds and words as the launchpad shows them.
"""

from pathlib import Path

import dagster as dg
from pydantic import Field

from tf_linkage import linkage
from tf_linkage.study import Confounding, Noise, Study
from tf_linkage.workspace.environment import study_key


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
    data: str = Field(default="", description="The data folder, in which real records are remembered")

    def key(self) -> bytes:
        """The key: the environment's, or in a rehearsal the published constant.

        Raises:
            TfLinkageError: real extracts need a key of their own.
        """
        return study_key(self.simulated, Path(self.incoming), Path(self.data) if self.data else None)
