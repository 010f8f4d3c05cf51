"""A saved model as JSON that a person can read: versioned, under a digest of its own, every number in full."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from tf_linkage.errors import LinkageRefused
from tf_linkage.linkage.estimate.em import Counted, Dependence, HouseholdMembers, Shares, Trained, ends_of
from tf_linkage.linkage.estimate.saved_model import BORNE_BY, SavedModel, digest_of
from tf_linkage.linkage.model.comparisons import Comparison, Role, place_of
from tf_linkage.linkage.model.settings import Settings
from tf_linkage.linkage.model.standard_comparisons import comparisons_for

FORMAT, VERSION = "tf_linkage trained model", 1

_NUMBER = pl.Float64
_CURVE = {"round": pl.Int64, "log_likelihood": _NUMBER, "expected_links": _NUMBER, "greatest_change": _NUMBER}


def model_json(saved: SavedModel) -> str:
    """The text of a saved model, which `model_of_json` reads; numbers keep every digit."""
    content = _content(saved)
    return json.dumps(content | {"digest": digest_of(content)}, indent=1, ensure_ascii=False) + "\n"


def _content(saved: SavedModel) -> dict[str, Any]:
    trained, comparisons = saved.trained, saved.comparisons
    return {
        "format": FORMAT,
        "version": VERSION,
        "fields": list(saved.fields),
        "further columns": [{"column": column, "holds": kind} for column, kind in saved.kinds],
        "compared": saved.compared,
        "links of a left record": saved.links,
        "household members of a link": trained.household_members,
        "both names oftener in one district, bits": trained.nearby,
        "near the matchkeys": trained.held,
        "floor": trained.floor,
        "comparisons": [
            {
                "id": comparison.id,
                "compared": comparison.name,
                "levels": [
                    {
                        "id": level.id,
                        "means": level.words,
                        "m": float(m),
                        "u": float(u),
                        "household members": float(h),
                    }
                    for level, m, u, h in zip(
                        comparison.levels, trained.m[at], trained.u[at], trained.members.h[at], strict=True
                    )
                ],
                "household members differ in it": trained.members.apart[at],
            }
            for at, comparison in enumerate(comparisons)
        ],
        "errors in names and birthday that go together": _told(trained.dependence, comparisons),
        "names and birthdays of household members": _told(trained.members.dependence, comparisons),
        f"values that {BORNE_BY} people or more bear": {
            column: {"known": counted.known, "bearers": dict(counted.bearers)}
            for column, counted in trained.counted.items()
        },
        "settings": {
            group.name: dataclasses.asdict(getattr(saved.settings, group.name))
            for group in dataclasses.fields(Settings)
        },
    }


def _told(dependence: Dependence, comparisons: Sequence[Comparison]) -> dict[str, Any]:
    between = [None if place is None else comparisons[place].id for place in dependence.places]
    return {"between": between, "natural logs": dependence.logs.tolist()}


def model_of_json(text: str, name: str) -> SavedModel:
    """A saved model as it was.

    Args:
        text: what `model_json` wrote.
        name: what to call the file.

    Raises:
        LinkageRefused: no such text, another version, a field that it does not have, or changed by hand.
    """
    try:
        content = json.loads(text)
    except ValueError:
        content = None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise LinkageRefused(f"{name}: not a model that was saved with --save-model")
    if content.get("version") != VERSION:
        raise LinkageRefused(
            f"{name}: a model of another version than {VERSION}, which is read here; train and save it anew"
        )
    if content.pop("digest", None) != digest_of(content):
        raise LinkageRefused(
            f"{name}: it was changed after it was saved, so that its digest no longer fits; save it again"
        )
    try:
        saved = _read(content)
        known = _content(saved)
    except (KeyError, TypeError, ValueError, AttributeError, LinkageRefused):
        known = None
    if known is None or _fields(known) != _fields(content):
        raise LinkageRefused(
            f"{name}: it holds a field that version {VERSION} does not have, or lacks one; save it again"
        )
    return saved


def _fields(value: Any) -> Any:
    """The names of all fields, at every depth; of values that people bear, whether there are any."""
    if isinstance(value, dict):
        return {key: None if key == "bearers" else _fields(inside) for key, inside in value.items()}
    return [_fields(each) for each in value] if isinstance(value, list) else None


def _read(content: Mapping[str, Any]) -> SavedModel:
    fields, kinds = (
        tuple(content["fields"]),
        tuple((one["column"], one["holds"]) for one in content["further columns"]),
    )
    comparisons = comparisons_for(fields, [column for column, _ in kinds], dict(kinds))
    levels = [one["levels"] for one in content["comparisons"]]

    def shares(name: str) -> Shares:
        return tuple(np.array([float(level[name]) for level in each]) for each in levels)

    home = place_of(comparisons, Role.HOME)
    members = HouseholdMembers(
        shares("household members"),
        tuple(bool(one["household members differ in it"]) for one in content["comparisons"]),
        _dependence(content["names and birthdays of household members"], comparisons),
        0.0,
        None if home is None else (home, comparisons[home].full),
    )
    counted = {
        column: Counted({str(value): int(number) for value, number in one["bearers"].items()}, int(one["known"]))
        for column, one in content[f"values that {BORNE_BY} people or more bear"].items()
    }
    links = float(content["links of a left record"])
    trained = Trained(
        shares("m"),
        shares("u"),
        members,
        prior=links,
        household_members=float(content["household members of a link"]),
        curve=pl.DataFrame(schema=_CURVE),
        nearby=float(content["both names oftener in one district, bits"]),
        held=bool(content["near the matchkeys"]),
        floor=float(content["floor"]),
        dependence=_dependence(content["errors in names and birthday that go together"], comparisons),
        counted=counted,
    )
    given = content["settings"]
    usual = Settings()
    groups = {name: type(getattr(usual, name))(**given[name]) for name in given}
    saved = SavedModel(fields, kinds, Settings(**groups), str(content["compared"]), links, trained)
    _sound(saved)
    return saved


def _dependence(given: Mapping[str, Any], comparisons: Sequence[Comparison]) -> Dependence:
    ids = [comparison.id for comparison in comparisons]
    forename, surname, born = (None if one is None else ids.index(one) for one in given["between"])
    places = (forename, surname, born)
    compared = any(place is not None for place in places)
    return Dependence(
        places, ends_of(comparisons) if compared else (), np.array(given["natural logs"], dtype=float)
    )


def _sound(saved: SavedModel) -> None:
    """Refuses numbers that no training gives."""
    trained = saved.trained
    every = (*trained.m, *trained.u, *trained.members.h)
    if not all(share.min() >= 0 and math.isclose(float(share.sum()), 1.0, abs_tol=1e-6) for share in every):
        raise ValueError("shares")
    numbers = (saved.links, trained.household_members, trained.nearby, trained.floor)
    logs = np.concatenate([one.logs.ravel() for one in (trained.dependence, trained.members.dependence)])
    if not (np.isfinite([*numbers, *logs]).all() and saved.links > 0 and trained.household_members > 0):
        raise ValueError("numbers")
