"""The study's one configuration: how large, which councils, which dates, how linked.

Every choice a user may make, with its bounds and its words. Rooms do not import this; they are handed plain values
from it.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import ConfigDict, Field, ValidationError, field_validator

from tf_linkage.together import Fault, Together

COUNCILS: dict[str, str] = {
    "E09000012": "Hackney",
    "E08000003": "Manchester",
    "E06000010": "Kingston upon Hull",
    "E08000032": "Bradford",
    "E10000016": "Kent",
}
"""The councils of the rehearsal, by GSS code. Hackney is the notice's own; the others stand for a northern city,
a port, a mill town with a large South Asian community, and a county: our choice."""

REGIONS: dict[str, str] = {
    "E09000012": "London",
    "E08000003": "North",
    "E06000010": "North",
    "E08000032": "North",
    "E10000016": "South",
}
"""Broad region of each council: coarser than the nine, because families are rare in fine geography."""


NAME = "troubled-families"
"""The study's name, unless another is given."""


BOUNDS = ("memory_gb", "threads", "most_pairs", "spark")
"""Choices of what a linkage may use, which change nothing that it makes."""

LINKING = ("engine", "link_threshold", "review_threshold", "linkage_on")
"""Choices on which links depend."""

HASHED_BY = "duckdb"
"""The engine that links what was hashed: the others read letters."""

RECORDING = ("noise", "noise_multiplier")
"""Choices on which a body's records depend, beyond the people they are about."""

LAUNCHPAD = ("preset", "seed", "noise", "engine", "link_threshold", "review_threshold", "memory_gb")
"""The choices that the launchpad shows first; the others stand under `advanced`."""

OF_THE_FOLDER = ("name", "source", "sources", "dates", "data", "incoming")
"""Choices of a data folder as a whole, which no single run can make otherwise."""


class Source(StrEnum):
    """Where the bodies' tables come from."""

    SIMULATION = "simulation"
    FILES = "files"


class DepartmentSource(StrEnum):
    """Where a department's part of the study is done, and on which register."""

    SIMULATION = "simulation"
    REGISTER = "register"
    RETURN = "return"


class LinkageOn(StrEnum):
    """What a department is sent of the people it is asked about, and links on."""

    CLEAR = "clear"
    HASHES = "hashes"
    BLOOM = "hashes+bloom"
    MATCHKEYS = "matchkeys"


class Noise(StrEnum):
    """How much goes wrong when a body records a person."""

    CLEAN = "clean"
    REALISTIC = "realistic"
    HARD = "hard"


class Confounding(StrEnum):
    """Why programme and waiting families of the rehearsal differ beyond what the registers hold."""

    NONE = "none"
    SEVERITY = "severity"
    CRISIS = "crisis"
    REPORTING = "reporting"
    UPTAKE = "uptake"
    JOINERS = "joiners"
    DRIFT = "drift"
    ALL = "all"


class Preset(StrEnum):
    """Named sizes of the rehearsal."""

    TINY = "tiny"
    DEMO = "demo"
    STUDY = "study"


SIZES: dict[Preset, tuple[int, int]] = {
    Preset.TINY: (200, 8_000),
    Preset.DEMO: (1_200, 100_000),
    Preset.STUDY: (40_000, 1_000_000),
}
"""Families in the study, and people in the population they live in."""


class Dates(Together):
    """The study's calendar. Deadlines follow from it, never from the wall clock."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    history_from: dt.date = Field(default=dt.date(2012, 4, 1), description="First day of the histories")
    identified_from: dt.date = Field(
        default=dt.date(2015, 4, 1), description="First day on which a council could identify a family"
    )
    identified_to: dt.date = Field(
        default=dt.date(2018, 3, 31), description="Last day on which a council could identify a family"
    )
    extract: dt.date = Field(default=dt.date(2020, 3, 31), description="Day on which every body draws its extract")
    exchange: dt.date = Field(
        default=dt.date(2020, 4, 6), description="Day on which requests go to the departments"
    )
    destroy_by: dt.date = Field(
        default=dt.date(2022, 12, 31), description="Day by which ONS destroys all personal information"
    )

    @property
    def covered(self) -> tuple[dt.date, dt.date]:
        """First and last day that the histories cover."""
        return self.history_from, self.extract

    def between(self) -> Iterator[Fault]:
        """The days follow each other."""
        for (earlier, first), (later, second) in itertools.pairwise(self.model_dump().items()):
            if first > second:
                yield {earlier, later}, f"{earlier} ({first}) must not be after {later} ({second})"


class Study(Together):
    """Everything that distinguishes one run of the study from another."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(
        default=NAME, min_length=1, description="The study's name, by which bodies know what was sent for it"
    )
    source: Source = Field(
        default=Source.SIMULATION, description="simulation, or files: real extracts in the incoming folder"
    )
    sources: dict[str, DepartmentSource] = Field(
        default_factory=dict,
        description="By department, where it differs from the study's source: simulation; register: its register's "
        "files in the incoming folder; return: it does its part elsewhere and sends its return",
    )
    preset: Preset = Field(default=Preset.DEMO, description="Named size of the rehearsal")
    families: int = Field(default=1_200, ge=20, le=400_000, description="Families in the study")
    population: int = Field(
        default=100_000, ge=1_000, le=60_000_000, description="People in the population around them"
    )
    councils: tuple[str, ...] = Field(
        default=tuple(COUNCILS), description="Councils (GSS codes) that take part", min_length=1
    )
    seed: int = Field(default=2015, ge=0, description="Seed of every random draw")
    noise: Noise = Field(default=Noise.REALISTIC, description="How much goes wrong in the records")
    noise_multiplier: float = Field(default=1.0, ge=0, le=10, description="Multiplies every error rate")
    moves_together: float = Field(
        default=1.0,
        ge=0,
        le=1,
        description="Share of a household's moves that each further member makes with it; 1 keeps households whole",
    )
    confounding: Confounding = Field(
        default=Confounding.ALL,
        description="Why programme and waiting families differ beyond what registers hold: none, severity of "
        "need, a recent crisis, how councils record problems, uptake by council, who joins later, drift, or all "
        "but drift",
    )
    confounding_strength: float = Field(
        default=0.4, ge=-1, le=1, description="How strongly; 0 is none, negative serves the hopeful first"
    )
    dates: Dates = Field(default_factory=Dates, description="The study's calendar")
    engine: str = Field(default="duckdb", description="The linkage engine")
    linkage_on: dict[str, LinkageOn] = Field(
        default_factory=dict,
        description="By department, what it is sent and links on where that is not clear: hashes, hashes+bloom or "
        "matchkeys",
    )
    link_threshold: float = Field(
        default=0.5, gt=0, lt=1, description="Posterior probability from which a pair is a link"
    )
    review_threshold: float = Field(
        default=0.1,
        ge=0,
        lt=1,
        description="Posterior probability from which a pair is worth a clerk's look",
    )
    memory_gb: float = Field(
        default=4.0,
        ge=0.1,
        le=100_000,
        description="Gigabytes of memory that a linkage by DuckDB may use; one that needs more is refused, since "
        "nothing goes to disk in the clear",
    )
    threads: int | None = Field(
        default=None, ge=1, le=1_024, description="Threads of a linkage by DuckDB; all cores unless given"
    )
    most_pairs: int = Field(
        default=500_000_000,
        ge=1,
        description="Candidate pairs that a blocking rule may make; one that would make more is refused beforehand",
    )
    spark: str | None = Field(
        default=None,
        pattern="^sc://",
        description="Cluster of engine spark, sc://HOST:PORT; the links are those of engine duckdb",
    )
    clerk_error: float = Field(
        default=0.11,  # quality/without_truth/clerical.py says from which published agreement
        ge=0,
        le=0.5,
        description="Share of doubtful pairs on which a simulated clerk errs",
    )
    data: Path = Field(default=Path("data"), description="Folder in which everything is kept")
    incoming: Path = Field(default=Path("data/incoming"), description="Folder of real extract files")

    @field_validator("linkage_on")
    @classmethod
    def _in_one_form(cls, given: dict[str, LinkageOn]) -> dict[str, LinkageOn]:
        """One study, one form: what is linked in the clear goes without saying."""
        return {name: given[name] for name in sorted(given) if given[name] is not LinkageOn.CLEAR}

    @field_validator("councils")
    @classmethod
    def _known(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        unknown = sorted(set(given) - set(COUNCILS))
        if unknown:
            raise ValueError(f"unknown council {unknown[0]}; known are {', '.join(sorted(COUNCILS))}")
        return given

    def between(self) -> Iterator[Fault]:
        """What choices ask of each other."""
        if self.population < self.families * 20:
            yield (
                {"population", "families"},
                (
                    f"a population of {self.population:,} is too small for {self.families:,} families; "
                    f"allow at least 20 people for each family"
                ),
            )
        for name, source in self.sources.items():
            if source is DepartmentSource.SIMULATION and self.source is Source.FILES:
                yield (
                    {"sources", "source"},
                    (f"{name} cannot be simulated in a study on files; choose register or return"),
                )
        for name, what in self.linkage_on.items():
            if self.engine != HASHED_BY:
                yield (
                    {"linkage_on", "engine"},
                    (f"{name} is linked on {what}, which engine {HASHED_BY} alone does: choose it, or clear"),
                )
        if self.engine == "spark" and self.spark is None:
            yield {"engine", "spark"}, "engine spark needs a cluster: choose spark, such as sc://localhost:15002"
        if self.review_threshold > self.link_threshold:
            yield {"review_threshold", "link_threshold"}, "review_threshold must not exceed link_threshold"

    def source_of(self, department: str) -> DepartmentSource:
        """Where a department's part is done, and on which register."""
        usual = DepartmentSource.SIMULATION if self.source is Source.SIMULATION else DepartmentSource.REGISTER
        return self.sources.get(department, usual)

    def linkage_on_of(self, department: str) -> LinkageOn:
        """What a department is sent and links on."""
        return self.linkage_on.get(department, LinkageOn.CLEAR)

    def chosen(self, *names: str) -> dict[str, Any]:
        """The named choices as plain values; the study's days go by their own names."""
        values = self.model_dump(mode="json")
        values |= values.pop("dates")
        return {name: values[name] for name in names}

    @property
    def world(self) -> tuple[str, ...]:
        """Choices on which the simulated people depend: every one that no other part of the study takes."""
        elsewhere = {*BOUNDS, *LINKING, *RECORDING, *OF_THE_FOLDER, "preset", "clerk_error"}
        return (
            *(name for name in Study.model_fields if name not in elsewhere),
            "history_from", "identified_from", "identified_to", "extract",
        )  # fmt: skip

    @property
    def wholly_simulated(self) -> bool:
        """Whether every body is simulated, so that the truth is known of every record."""
        return self.source is Source.SIMULATION and all(
            source is DepartmentSource.SIMULATION for source in self.sources.values()
        )

    @classmethod
    def of(cls, preset: Preset | str = Preset.DEMO, **choices: Any) -> Study:
        """The study of a named size, with any other choices laid over it."""
        preset = Preset(preset)
        families, population = SIZES[preset]
        sizes: dict[str, Any] = {"preset": preset, "families": families, "population": population}
        return cls(**sizes | choices)


def advanced() -> tuple[str, ...]:
    """The choices that a run may make and the launchpad keeps under `advanced`."""
    return tuple(name for name in Study.model_fields if name not in {*LAUNCHPAD, *OF_THE_FOLDER})


def faults(refusal: ValidationError, named: Callable[[str], str] = str) -> str:
    """Everything that a study's choices do not keep, in one sentence.

    Args:
        refusal: what pydantic said.
        named: how a choice is called where it was made.
    """
    return "; ".join(
        f"{named('.'.join(str(part) for part in error['loc']) or 'settings')}: {error['msg']}"
        for error in refusal.errors()
    )
