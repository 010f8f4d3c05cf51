"""The plan of the analysis: what is looked for first, and by which estimator, said before outcomes are read.

At most five primary outcomes and one headline estimator; whatever else is computed is exploratory. What is planned
stands in one file of the data folder; the rehearsal's own plan is `DRAFT`. When a plan was sealed, the ledger says
(`workspace.custodians.planned`).
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from tf_linkage.contracts.outputs.estimates import MEASURES, METHODS, OUTCOMES, ROLES, UNITS
from tf_linkage.errors import TfLinkageError
from tf_linkage.research.estimates.differences import COMPARED, RATE_WINDOW, in_contract

FILE = "plan.toml"
MOST = 5
"""Primary outcomes at most: more, and a correction for looking often leaves little to be seen."""

SHARE, RATIO, _ = MEASURES
WEIGHTED, DIFFERENCED, RANGE, CORRECTED = METHODS[1], METHODS[3], METHODS[4], METHODS[5]
HEADLINES: Mapping[str, tuple[str, ...]] = {
    WEIGHTED: (SHARE, RATIO),
    DIFFERENCED: (RATIO,),
    RANGE: (RATIO,),
    CORRECTED: (RATIO,),
}
"""Estimators that a plan may choose, and what each compares."""

WINDOWS: Mapping[str, tuple[str, ...]] = {
    RATIO: (RATE_WINDOW,),
    SHARE: tuple(window for window in COMPARED if window.endswith("after")),
}
PRIMARY, LATE, EXPLORATORY = ROLES
KEY = ("outcome", "unit", "window", "measure")

DRAFT = f"""\
# What the study looks for first, written before outcomes are read. A run seals it in the ledger; a plan that was
# changed after outcomes were read is used, and every primary result says so.

# The one estimator of the headline: {"; ".join(HEADLINES)}.
headline = "{RANGE}"

# At most five. Everything else that is computed is exploratory. Outcomes:
# {", ".join(list(OUTCOMES)[:6])},
# {", ".join(list(OUTCOMES)[6:])}.
# Units: {", ".join(UNITS)}. Measure and window may be left out: {RATIO},
# {RATE_WINDOW}.

[[primary]]
outcome = "looked_after"
unit = "family"

[[primary]]
outcome = "child_protection"
unit = "family"

[[primary]]
outcome = "conviction"
unit = "family"

[[primary]]
outcome = "custody"
unit = "family"

[[primary]]
outcome = "out_of_work_benefit"
unit = "family"
"""
"""The rehearsal's plan, and what a study begins its own from. The outcomes are those on which the evaluation of
2015-20 reported first."""


class PlanRefused(TfLinkageError):
    """A plan cannot be read, or plans what cannot be. The message says all of it."""


@dataclass(frozen=True)
class Plan:
    """What is looked for first.

    Attributes:
        headline: the one estimator.
        primary: outcome, unit, window and measure of each primary result.
    """

    headline: str
    primary: tuple[tuple[str, str, str, str], ...]

    @property
    def digest(self) -> str:
        """The same for every way of writing the same plan: neither comments nor the order count."""
        return hashlib.sha256(json.dumps([self.headline, sorted(self.primary)]).encode()).hexdigest()


def plan_in(folder: Path) -> Plan | None:
    """The plan of a data folder; None where there is no file.

    Raises:
        PlanRefused: names the file and all that is wrong with it.
    """
    path = folder / FILE
    if not path.is_file():
        return None
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise PlanRefused(f"{path}: it is no text in UTF-8") from None
    try:
        return plan_of(text)
    except PlanRefused as refusal:
        raise PlanRefused(f"{path}: {refusal}") from None


def plan_of(text: str) -> Plan:
    """The plan that a text in TOML is.

    Raises:
        PlanRefused: all that is wrong with it.
    """
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PlanRefused(f"it is no TOML that can be read: {error}") from None
    headline, rows = told.pop("headline", None), told.pop("primary", [])
    faults = [f"{name} is no part of a plan" for name in sorted(told)]
    if headline not in HEADLINES:
        faults.append(f"headline is none of {', '.join(HEADLINES)}")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows) or not rows:
        raise PlanRefused("; ".join([*faults, "there is no [[primary]]"]))
    if len(rows) > MOST:
        faults.append(f"{len(rows)} results are primary, and at most {MOST} may be")
    planned = [
        {"measure": RATIO, **row} | ({} if "window" in row or row.get("measure", RATIO) != RATIO
                                     else {"window": RATE_WINDOW})
        for row in rows
    ]  # fmt: skip
    for number, row in enumerate(planned, start=1):
        faults += [f"primary {number}: {fault}" for fault in _faults(row, headline)]
    primary = tuple(tuple(str(row.get(name)) for name in KEY) for row in planned)
    if len(set(primary)) < len(primary):
        faults.append("a result is primary twice")
    if faults:
        raise PlanRefused("; ".join(faults))
    return Plan(str(headline), primary)  # type: ignore[arg-type]


def _faults(row: Mapping[str, Any], headline: object) -> Iterator[str]:
    yield from (f"{name} is none of its fields" for name in sorted(set(row) - set(KEY)))
    for name, known in (("outcome", tuple(OUTCOMES)), ("unit", UNITS), ("measure", tuple(WINDOWS))):
        if row.get(name) not in known:
            yield f"{name} is none of {', '.join(known)}"
    measure = str(row.get("measure"))
    if measure in WINDOWS and row.get("window") not in WINDOWS[measure]:
        yield f"the window of a {measure} is none of {', '.join(WINDOWS[measure])}"
    if headline in HEADLINES and measure in WINDOWS and measure not in HEADLINES[str(headline)]:
        yield f"there is no {measure} by the headline, {headline}"


def with_roles(rows: list[dict[str, Any]], plan: Plan | None, *, in_time: bool) -> pl.DataFrame:
    """Rows of differences as a table in which each says whether it was planned.

    A primary result that could not be computed at all stands as an empty row: it was looked for too, and counts
    when results are corrected for looking often.

    Args:
        rows: of `contracts.outputs.estimates.Differences`.
        plan: what was planned; without one everything is exploratory.
        in_time: whether it was sealed before outcomes were read.

    Returns:
        `contracts.outputs.estimates.Differences`.
    """
    planned = {(*key, plan.headline) for key in plan.primary} if plan else set()
    role = PRIMARY if in_time else LATE
    of = [(tuple(row[name] for name in (*KEY, "method")), row) for row in rows]
    told = [row | {"role": role if key in planned else EXPLORATORY} for key, row in of]
    missing = sorted(planned - {key for key, _ in of})
    empty = [{**dict(zip((*KEY, "method"), key, strict=True)), **_NOBODY, "role": role} for key in missing]
    return in_contract([*told, *empty])


_NOBODY: Mapping[str, float] = {
    "effective_families": 0.0,
    **{
        f"{side}_{what}": 0
        for side in ("programme", "comparison")
        for what in ("families", "people", "families_with")
    },
}
