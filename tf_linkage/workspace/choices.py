"""The choices of a study by the names people type, where each came from, and the study they make.

What is given to a command goes before the environment, the environment before what the data folder was made with
(`study_record`), and that before the defaults. Imports little, so that a wrong choice is refused at once.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from tf_linkage.contracts.names import department_names
from tf_linkage.errors import StudyRefused
from tf_linkage.hints import closest
from tf_linkage.study import Dates, DepartmentSource, LinkageOn, Preset, Study
from tf_linkage.workspace.study_record import FILE, recorded

if TYPE_CHECKING:
    from tf_linkage.contracts.in_time import Asked

PREFIX = "TF_LINKAGE_"
BY_MAKE = "MAKE_CHOICES"
"""Variable in which the Makefile names the choices that were given to make, so that they are named as typed."""

_NAMES = (
    "preset", "source", "incoming", "data", "families", "population", "seed", "noise", "noise_multiplier",
    "moves_together", "councils", "confounding", "confounding_strength", "engine", "link_threshold",
    "review_threshold", "memory_gb", "threads", "most_pairs", "spark", "clerk_error", "name",
)  # fmt: skip
_BY_DEPARTMENT = {"sources": "_source", "linkage_on": "_linkage_on"}
"""Choices made for each department by itself, and how their flat names end: `dwp_source`."""

_SIZES = frozenset({"families", "population"})
_PLACES = frozenset({"data", "incoming"})


@dataclass(frozen=True)
class Choice:
    """One choice.

    Attributes:
        name: as a flat name, such as `noise_multiplier`, `date_exchange` or `dwp_source`.
        about: what it is, for `--help`.
        values: the values there are, where these are few.
        range: the least and the greatest value, in words, where it is a number.
        default: what it is unless chosen, in words.
    """

    name: str
    about: str
    values: tuple[str, ...] = ()
    range: str = ""
    default: str = ""

    @property
    def option(self) -> str:
        """As an option of a command: `--noise-multiplier`."""
        return f"--{self.name.replace('_', '-')}"

    @property
    def variable(self) -> str:
        """As an environment variable: `TF_LINKAGE_NOISE_MULTIPLIER`."""
        return PREFIX + self.name.upper()


def choices() -> dict[str, Choice]:
    """Every choice that commands, make and the environment may make, from the study's own definition."""
    found = {name: _of_field(name) for name in _NAMES}
    for name in department_names():
        where = f"Where the part of {name} is done, on which register"
        found[f"{name}_source"] = Choice(f"{name}_source", where, tuple(map(str, DepartmentSource)))
        sent = f"What {name} is sent of the people it is asked about, and links on"
        found[f"{name}_linkage_on"] = Choice(
            f"{name}_linkage_on", sent, tuple(map(str, LinkageOn)), default=LinkageOn.CLEAR
        )
    for name, field in Dates.model_fields.items():
        found[f"date_{name}"] = Choice(
            f"date_{name}", field.description or "", range="yyyy-mm-dd", default=str(field.default)
        )
    return found


def asked_by(study: Study) -> Asked:
    """The days that a study asks about, as extracts are held against them."""
    from tf_linkage.contracts.in_time import Asked  # noqa: PLC0415 - help needs no contracts

    dates = study.dates
    return Asked(dates.history_from, (dates.identified_from, dates.identified_to))


def values_of(choice: Choice) -> tuple[str, ...]:
    """The values of a choice, where these are few; the engines are known to a room that takes a moment."""
    if choice.name != "engine":
        return choice.values
    from tf_linkage.linkage.engines import ENGINES  # noqa: PLC0415

    return tuple(ENGINES)


def chosen_study(
    given: Mapping[str, str] | None = None,
    environment: Mapping[str, str] = os.environ,
    *,
    remembered: bool = True,
) -> Study:
    """The study that is asked for: what is given, then the environment, then the data folder, then the defaults.

    Args:
        given: values given to a command, by flat name such as `seed` or `dwp_source`; empty ones are not given.
        environment: variables such as TF_LINKAGE_SEED.
        remembered: whether what the data folder was made with counts.

    Raises:
        StudyRefused: a choice is unknown or cannot be; it is called by the name under which it was typed.
    """
    refuse_unknown_variables(environment)
    known, explicit = choices(), explicit_choices(given, environment)
    typed = {name: as_typed(name, bool(given and given.get(name)), environment) for name in explicit}
    for name, value in explicit.items():
        if values := values_of(known[name]):
            refuse_unknown(value, values, typed[name])
    data = Path(explicit.get("data", Study.model_fields["data"].default))
    base = recorded(data) if remembered else {}
    return _made(base, explicit, data, typed)


def explicit_choices(
    given: Mapping[str, str] | None = None, environment: Mapping[str, str] = os.environ
) -> dict[str, str]:
    """What was chosen by options and variables, by flat name; an option goes before a variable."""
    variables = {name: environment.get(choice.variable, "") for name, choice in choices().items()}
    options = {name: value for name, value in (given or {}).items() if value}
    return {name: value for name, value in (variables | options).items() if value}


def study_from_environment(environment: Mapping[str, str] = os.environ) -> Study:
    """The study that the environment alone asks for; the default is the `demo` rehearsal.

    Raises:
        StudyRefused: a variable holds something the study cannot be.
    """
    return chosen_study(environment=environment, remembered=False)


def as_typed(name: str, given: bool, environment: Mapping[str, str] = os.environ) -> str:
    """The name under which a person typed a choice: an option, a variable, or a choice of make.

    Args:
        name: its flat name.
        given: whether it was given to the command itself.
        environment: the variables, among them those of the Makefile.
    """
    if name.upper() in environment.get(PREFIX + BY_MAKE, "").split():
        return name.upper()
    return f"--{name.replace('_', '-')}" if given else PREFIX + name.upper()


def refuse_unknown(value: str, known: Iterable[str], typed: str, what: str = "not one of them") -> None:
    """Refuses a value that is none of those there are.

    Raises:
        StudyRefused: names the value, what there is, and the closest of it.
    """
    there = [str(one) for one in known]
    if value not in there:
        raise StudyRefused(f"{typed}: {value!r} is {what}; choose {', '.join(there)}{closest(value, there)}")


def refuse_unknown_variables(environment: Mapping[str, str]) -> None:
    """Refuses a variable of ours that nothing reads, such as a misspelt one.

    Raises:
        StudyRefused: names it, and those there are.
    """
    known = [choice.variable for choice in choices().values()]
    custodians = ("council", "ons", *department_names(), "research")
    secrets = [
        PREFIX + "STUDY_KEY",
        PREFIX + "HASHING_KEY",
        *(f"{PREFIX}{name.upper()}_PASSWORD" for name in custodians),
    ]
    all_known = [*known, *secrets, PREFIX + BY_MAKE]
    for name in sorted(environment):
        if name.startswith(PREFIX) and name not in all_known:
            there = ", ".join([*known, *secrets])
            near = closest(name, all_known)
            raise StudyRefused(f"{name}: there is no such variable; known are {there}{near}")


def _made(base: Mapping[str, Any], explicit: Mapping[str, str], data: Path, typed: Mapping[str, str]) -> Study:
    """The study of recorded choices with explicit ones laid over them."""
    chosen: dict[str, Any] = dict(base)
    if "preset" in explicit:  # another size: the recorded one's numbers do not count
        chosen = {name: value for name, value in chosen.items() if name not in _SIZES}
    days = dict(chosen.pop("dates", {}))
    by_department = {choice: dict(chosen.pop(choice, {})) for choice in _BY_DEPARTMENT}
    for name, value in explicit.items():
        if name.startswith("date_"):
            days[name.removeprefix("date_")] = value
        elif name not in _NAMES:
            choice = next(one for one, end in _BY_DEPARTMENT.items() if name.endswith(end))
            by_department[choice][name.removesuffix(_BY_DEPARTMENT[choice])] = value
        else:
            chosen[name] = [part.strip() for part in value.split(",")] if name == "councils" else value
    chosen |= {"dates": days} if days else {}
    chosen |= {choice: made for choice, made in by_department.items() if made}
    chosen["data"] = data
    chosen.setdefault("incoming", data / "incoming")
    preset = chosen.pop("preset", Preset.DEMO)
    try:
        return Study.of(preset, **chosen)
    except ValidationError as refusal:
        said = "; ".join(
            f"{_named(error['loc'], typed, data / FILE)}: {error['msg'].removeprefix('Value error, ')}"
            for error in refusal.errors()
        )
        raise StudyRefused(said) from None


def _named(place: tuple[str | int, ...], typed: Mapping[str, str], record: Path) -> str:
    """The name of what an error is about, as typed; of what goes wrong together, all that was typed."""
    parts = [str(part) for part in place]
    by_department = {choice: "{1}" + end for choice, end in _BY_DEPARTMENT.items() if len(parts) > 1}
    flat = ({"dates": "date_{1}"} | by_department).get(parts[0] if parts else "", "{0}")
    if len(parts) == 1 and parts[0] == "dates":
        days = [name for flat_name, name in typed.items() if flat_name.startswith("date_")]
        return ", ".join(days) or str(record)
    if parts:
        name = flat.format(*parts)
        return typed.get(name, f"{record}: {name}")
    return ", ".join(typed[name] for name in typed if name not in _PLACES) or str(record)


def _of_field(name: str) -> Choice:
    field = Study.model_fields[name]
    values = tuple(field.annotation) if isinstance(field.annotation, type(StrEnum)) else ()
    bounds = " ".join(
        f"{word} {_number(getattr(bound, side))}"
        for side, word in (("ge", "from"), ("le", "to"))
        for bound in field.metadata
        if hasattr(bound, side)
    )
    of_preset = name in _SIZES
    default = "the preset's" if of_preset else "" if field.default is None else _number(field.default)
    return Choice(name, field.description or "", tuple(map(str, values)), bounds, default)


def _number(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) and value >= 10_000 else str(value)
