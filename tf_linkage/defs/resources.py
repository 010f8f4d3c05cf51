"""What a run is handed: its choices as the launchpad shows them, and the study's key.

One resource, `study`, holds every choice; each has the name, bounds and words of `study.py`. What belongs to the
data folder as a whole is no choice of a run.
"""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.metadata import version
from pathlib import Path
from types import UnionType
from typing import Any, get_args

import dagster as dg
from pydantic import ValidationError

from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.defs.failures import ChoicesRefused
from tf_linkage.errors import StudyRefused
from tf_linkage.linkage import ENGINES
from tf_linkage.study import BOUNDS, LAUNCHPAD, SIZES, LinkageOn, Source, Study, advanced, faults
from tf_linkage.workspace.environment import refuse_cluster, study_key
from tf_linkage.workspace.storing.holding import this_process

ADVANCED = "advanced"
PREFIX = "tf/"
DATA, PROCESS = f"{PREFIX}data", f"{PREFIX}process"
"""Tags of a run: its data folder, and the process that does its work."""


def study_resource(study: Study) -> dg.ResourceDefinition:
    """The run's choices, a `Study`: those of the data folder unless the launchpad says otherwise.

    Kinds and words are checked as one types; bounds and what does not go together when the run is launched, before
    there is a run.
    """

    @dg.resource(config_schema=dict, description="The choices of the run")
    def chosen(context: dg.InitResourceContext) -> Study:
        made = study_of(study, context.resource_config)
        if context.run is not None and context.instance is not None:
            context.instance.add_run_tags(context.run.run_id, run_tags(made) | {PROCESS: this_process()})
        return made

    def checked(config: Mapping[str, Any]) -> dict[str, Any]:
        try:
            study_of(study, config)
        except StudyRefused as refusal:
            raise ChoicesRefused(str(refusal), config) from None
        plain: dict[str, Any] = _plain(config)
        return plain

    shown = {name: _field(study, name) for name in LAUNCHPAD}
    shown[ADVANCED] = dg.Field(
        {name: _field(study, name, shown=name in _differing(study)) for name in advanced()},
        is_required=False,
        description="Every other choice, as the data folder has it unless given here",
    )
    described: dg.ResourceDefinition = dg.configured(chosen, config_schema=shown)(checked)
    return described


def study_of(study: Study, config: Mapping[str, Any]) -> Study:
    """A run's choices laid over those of its data folder.

    Raises:
        StudyRefused: all that they do not keep, in one sentence.
    """
    given = _plain(config)
    given |= given.pop(ADVANCED, {})
    if "linkage_on" in given:  # of the departments that are not named, as the folder has it
        given["linkage_on"] = {**study.linkage_on, **given["linkage_on"]}
    if "preset" in given and given["preset"] != study.preset:
        families, population = SIZES[given["preset"]]
        given = {"families": families, "population": population} | given
    try:
        made = Study(**study.model_dump() | given)
    except ValidationError as refusal:
        raise StudyRefused(faults(refusal)) from None
    refuse_cluster(made)
    return made


def described(study: Study) -> dict[str, str]:
    """What a run is, in the metadata of its figures, so that a plot over runs does not mix them unseen."""
    return {name: value for name, value in run_tags(study).items() if name != DATA}


def run_tags(study: Study) -> dict[str, str]:
    """What a run is, so that runs can be told apart: its tags."""
    made = {"preset": study.preset, "seed": study.seed, "noise": study.noise, "families": study.families}
    made |= {name: _in_words(getattr(study, name)) for name in sorted(_differing(study) - {*BOUNDS})}
    words = {"source": study.source} | (made if study.source is Source.SIMULATION else {})
    words |= {"engine": study.engine, "link_threshold": f"{study.link_threshold:g}"}
    words |= {"version": version("tf_linkage")} | ({"commit": _commit()} if _commit() else {})
    return {f"{PREFIX}{name}": str(value) for name, value in words.items()} | {DATA: str(study.data.resolve())}


@dataclass(frozen=True)
class StudyKey:
    """The secret from which every reference is derived. Never shown, never stored.

    Attributes:
        simulated: whether the bodies' registers are simulated.
        incoming: folder of extract files, when the study runs on files.
        data: the data folder, in which real records are remembered.
    """

    simulated: bool
    incoming: Path
    data: Path

    @classmethod
    def of(cls, study: Study) -> "StudyKey":
        """The key of a study."""
        return cls(study.source is Source.SIMULATION, study.incoming, study.data)

    def key(self) -> bytes:
        """The key: the environment's, or in a rehearsal the published constant.

        Raises:
            TfLinkageError: real extracts need a key of their own.
        """
        return study_key(self.simulated, self.incoming, self.data)


def key_resource(study: Study) -> dg.ResourceDefinition:
    """The study's key; nothing of it is configured."""
    return dg.ResourceDefinition.hardcoded_resource(StudyKey.of(study), "The secret behind every reference")


def _field(study: Study, name: str, *, shown: bool = True) -> dg.Field:
    """A choice as the launchpad has it, with the folder's value where that is shown."""
    field = Study.model_fields[name]
    default = _plain({name: getattr(study, name)})[name]
    filled = {"default_value": default} if shown and default is not None else {}
    return dg.Field(_kind(name, field.annotation), is_required=False, description=field.description, **filled)


def _kind(name: str, annotation: Any) -> Any:
    """A choice's kind as Dagster checks it; a list of words where there is one."""
    if name == "engine":
        return _one_of(sorted(ENGINES))
    if name == "linkage_on":
        return {one: dg.Field(_one_of([str(one) for one in LinkageOn]), is_required=False) for one in DEPARTMENTS}
    if isinstance(annotation, UnionType):
        return dg.Noneable(next(kind for kind in get_args(annotation) if kind is not type(None)))
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return _one_of([str(member) for member in annotation])
    return annotation if annotation in (int, float, bool, str) else [str]


def _one_of(words: list[str]) -> dg.Enum:
    # The name is what a refusal says: "not in enum type ... got ...".
    return dg.Enum(f"(one of {', '.join(words)})", [dg.EnumValue(word, word) for word in words])


def _differing(study: Study) -> set[str]:
    """The choices under `advanced` in which a folder differs from what its preset has."""
    usual = Study.of(study.preset)
    return {name for name in advanced() if getattr(study, name) != getattr(usual, name)}


def _in_words(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {one}" for name, one in value.items())
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _plain(value: Any) -> Any:
    """Choices as configuration holds them."""
    if isinstance(value, Mapping):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(part) for part in value]
    return str(value) if isinstance(value, StrEnum) else value


@cache
def _commit() -> str:
    """The commit of a working copy, where this is one."""
    here = Path(__file__).parents[2]
    if not (here / ".git").exists():
        return ""
    found = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],  # noqa: S607 - where git is, only the machine knows
        cwd=here, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return found.stdout.strip()
