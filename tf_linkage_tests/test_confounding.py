"""A bad analysis gives a wrong answer in this world, and by about how much under each kind of confounding.

Every world here is without effects, so each estimate is its own error. `make test-confounding` prints the table of
docs/population.md.
"""

from __future__ import annotations

import hashlib
import json
import os
from functools import cache
from pathlib import Path

import confounded
import numpy as np
import polars as pl
import pytest
from confounded import estimates, families
from telling import told

import tf_linkage
from tf_linkage.population.settings import CONFOUNDED_BY

BY_CHANCE = 0.175
"""A test at 5% rejects in 0 to 6 of 40 worlds, but for once in a thousand times; one more for clustering."""

PLACEBO, DIP = "placebo held out", "difference in differences, year before"
SAME_COVARIATES = ("weighted", "doubly robust", "nearest neighbour", "weighted for joining")
RANGE = "range over two assumptions"


def over_seeds(kind: str, seeds: range, size: int = 4_000) -> pl.DataFrame:
    """Each estimate over worlds: mean error in per cent, share of 95% intervals that leave out the truth."""
    worlds = [world_of(kind, seed, size) for seed in told(seeds, f"worlds of {kind}")]
    rows = []
    for name in dict.fromkeys(name for world in worlds for name in world):
        values, rejects = zip(*(world[name] for world in worlds if name in world), strict=True)
        rows.append((
            kind, name, len(values), 100 * float(np.expm1(np.mean(values))),
            100 * float(np.std(values) / np.sqrt(len(values))), float(np.mean(rejects)),
        ))  # fmt: skip
    columns = ["confounding", "estimate", "worlds", "off by %", "s.e.", "intervals without the truth"]
    return pl.DataFrame(rows, schema=columns, orient="row")


def world_of(kind: str, seed: int, size: int) -> dict[str, tuple[float, bool]]:
    """Value and rejection by estimate; worlds that a broken-off run has made are taken from the folder KEPT."""
    place = KEPT / f"{_digest()}-{kind}-{seed}-{size}.json" if KEPT else None
    if place and place.exists():
        return {name: (value, rejects) for name, (value, rejects) in json.loads(place.read_text()).items()}
    found = estimates(families(kind, seed, size))
    world = {name: (float(one.value), bool(one.rejects)) for name, one in found.items()}
    if place:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(json.dumps(world))
    return world


KEPT = Path(os.environ["CONFOUNDING_KEPT"]) if "CONFOUNDING_KEPT" in os.environ else None
"""Where worlds are kept, so that a long table can be made in pieces; by the code that made them."""


@cache
def _digest() -> str:
    sources = [*sorted(Path(tf_linkage.__file__).parent.rglob("*.py")), Path(confounded.__file__)]
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:12]


def _of(table: pl.DataFrame, estimate: str) -> dict[str, float]:
    return table.filter(pl.col("estimate") == estimate).row(0, named=True)


@pytest.fixture(scope="module")
def tables() -> dict[str, pl.DataFrame]:
    return {kind: over_seeds(kind, range(8)) for kind in ("none", "severity", "crisis", "all")}


def test_without_confounding_weighting_is_right_and_comparing_is_not(tables) -> None:
    found = tables["none"]
    assert _of(found, "unadjusted")["off by %"] > 4
    assert abs(_of(found, "weighted")["off by %"]) < 3
    assert abs(_of(found, PLACEBO)["off by %"]) < 3


@pytest.mark.parametrize("kind", ["severity", "all"])
def test_unseen_need_misleads_the_weighted_estimate(kind, tables) -> None:
    found = tables[kind]
    assert _of(found, "weighted")["off by %"] > 2
    assert _of(found, "unadjusted")["off by %"] > _of(tables["none"], "unadjusted")["off by %"] + 8


@pytest.mark.parametrize("kind", ["crisis", "all"])
def test_a_crisis_makes_a_dip(kind, tables) -> None:
    """Families served after a bad half-year get better by themselves: the year before is a false base."""
    found = tables[kind]
    assert _of(found, DIP)["off by %"] < -10
    assert _of(found, PLACEBO)["off by %"] > 15
    assert _of(found, PLACEBO)["intervals without the truth"] == 1


@pytest.mark.slow
def test_the_table_of_errors_by_kind_of_confounding() -> None:
    """Forty worlds of 4,000 families each: printed, and held to what each kind is for."""
    tables = {}
    with pl.Config(tbl_rows=-1, fmt_str_lengths=60, float_precision=2):
        for kind in CONFOUNDED_BY:
            tables[kind] = over_seeds(kind, range(40))
            print(tables[kind])

    def rejects(kind: str, estimate: str) -> float:
        return _of(tables[kind], estimate)["intervals without the truth"]

    for estimate in ("weighted", PLACEBO):
        assert rejects("none", estimate) <= BY_CHANCE
    assert _of(tables["severity"], "weighted")["off by %"] > 4
    assert rejects("severity", "weighted") > BY_CHANCE
    # Who is found has recorded problems, needy or not, so that the year before tells little of unseen need.
    placebo = _of(tables["severity"], PLACEBO)
    assert 3 * placebo["s.e."] < placebo["off by %"] < _of(tables["severity"], "weighted")["off by %"]
    assert _of(tables["reporting"], PLACEBO)["off by %"] > 2
    assert _of(tables["joiners"], "weighted, until joining")["off by %"] > 2
    assert abs(_of(tables["joiners"], "weighted")["off by %"]) < 3
    for estimate in ("weighted", "weighted, until joining", DIP, "difference in differences, second year before"):
        assert abs(_of(tables["drift"], estimate)["off by %"]) > 3, f"drift defeats {estimate}"
    for estimate in ("unadjusted", "weighted", DIP, PLACEBO):
        assert rejects("all", estimate) > BY_CHANCE
    # What nobody saw misleads every estimator that rests on what was seen, and by as much.
    for estimate in SAME_COVARIATES:
        assert rejects("none", estimate) <= BY_CHANCE
        assert (
            abs(_of(tables["severity"], estimate)["off by %"] - _of(tables["severity"], "weighted")["off by %"]) < 3
        )
    for kind in ("none", "severity", "crisis", "reporting", "uptake", "joiners"):
        assert rejects(kind, RANGE) <= BY_CHANCE, kind
    followed = (
        _of(tables["joiners"], of)["off by %"] for of in ("weighted for joining", "weighted, until joining")
    )
    assert next(followed) < next(followed)
