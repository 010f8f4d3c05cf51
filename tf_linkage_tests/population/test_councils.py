"""Councils differ as declared: in what happens there, and in how well each writes it down."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from tf_linkage.bodies.lived import columns
from tf_linkage.bodies.recording.error_rates import NOISE_BY_COUNCIL
from tf_linkage.bodies.recording.record_quality import Quality
from tf_linkage.population import Settings, simulate
from tf_linkage.population.councils import BY_TYPE, TYPES, WITHIN, cut, log_rate
from tf_linkage.population.draws import Draws, normal_share
from tf_linkage.population.places.places import AUTHORITIES

COUNCILS = tuple(TYPES)
SLOT = {place.code: slot for slot, place in enumerate(AUTHORITIES)}
SETTINGS = Settings(seed=8, families=1_000, population=60_000, councils=COUNCILS, confounding="none")


@pytest.fixture(scope="module")
def world() -> dict[str, pl.LazyFrame]:
    return simulate(SETTINGS)


def test_rates_by_hand() -> None:
    """Hackney is of inner London (440 in need of 10,000) and .4 of a deviation (.25) below its type."""
    own = {
        code: BY_TYPE["in need"][kind] * np.exp(WITHIN["in need"] * place)
        for (code, kind), place in zip(TYPES.items(), (-0.4, 0.9, 1.0, -0.8, -0.2), strict=True)
    }
    mean = np.mean(list(own.values()))
    for code, value in own.items():
        assert log_rate("in need")[SLOT[code]] == pytest.approx(np.log(value / mean))
    elsewhere = [slot for code, slot in SLOT.items() if code not in TYPES]
    assert not log_rate("in need")[elsewhere].any()
    scores = cut("in need", 0.04, np.array([SLOT[code] for code in COUNCILS]))
    assert 1 - normal_share(scores) == pytest.approx([0.04 * own[code] / mean for code in COUNCILS], rel=1e-3)


def test_children_are_in_need_where_more_are_declared(world: dict[str, pl.LazyFrame]) -> None:
    """Rate against the mean of the five, as found and as declared, council by council."""
    children = (
        world["people"]
        .filter(pl.col("birth") > pl.col("birth").max() - 18 * 366)
        .select("person", "slot", "weight")
    )
    needed = world["care"].select("person", "episode").filter(pl.col("episode") == 0).unique("person")
    found = (
        children.join(needed, on="person", how="left")
        .group_by("slot")
        .agg(
            rate=(pl.col("weight") * pl.col("episode").is_not_null()).sum() / pl.col("weight").sum(),
            cases=pl.col("episode").is_not_null().sum(),
        )
        .collect()
    )
    by_slot = dict(found.select("slot", "rate").iter_rows())
    rates = np.array([by_slot[SLOT[code]] for code in COUNCILS])
    declared = np.array([log_rate("in need")[SLOT[code]] for code in COUNCILS])
    assert found["cases"].min() > 50
    # A log rate of n cases is off by 1/sqrt(n) or so, and people move between councils.
    assert np.log(rates / rates.mean()) == pytest.approx(declared, abs=0.3)
    assert np.corrcoef(np.log(rates), declared)[0, 1] > 0.8


@pytest.mark.parametrize("kind", ["surname misspelt", "date of birth missing", "postcode missing"])
def test_odds_of_an_error_in_a_councils_records_are_the_declared_ones(
    world: dict[str, pl.LazyFrame], kind: str
) -> None:
    """The same people recorded by each council in turn, so that nothing but the council differs."""
    people = columns(world["people"])
    draws = Draws(SETTINGS.seed)

    def recorded(body: str, slot: int) -> tuple[float, float]:
        moved = people | {"slot": np.full(len(people["slot"]), slot)}
        quality = Quality(SETTINGS, draws, body, moved, people["person"])
        wanted = quality.expected(kind)
        return float((wanted / (1 - wanted)).mean()), float(quality.hits(kind).mean())

    mean, _ = recorded("council", next(slot for code, slot in SLOT.items() if code not in TYPES))
    hit = {}
    for code, odds in NOISE_BY_COUNCIL.items():
        expected, hit[code] = recorded("council", SLOT[code])
        assert expected / mean == pytest.approx(odds, rel=1e-6)
    by_odds = sorted(NOISE_BY_COUNCIL, key=lambda code: NOISE_BY_COUNCIL[code])
    assert sorted(hit, key=lambda code: hit[code]) == by_odds
    assert len({recorded("dwp", SLOT[code]) for code in COUNCILS}) == 1, "a department records all councils alike"
