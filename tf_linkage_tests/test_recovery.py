"""The study finds what the simulated programme does, when every department finds its people and no others.

Worlds are made without linking: the truth says whose each record is.
"""

from __future__ import annotations

import datetime as dt
from math import comb

import polars as pl
import pytest
from telling import told
from true_links import truly_linked

from tf_linkage.bodies import effects
from tf_linkage.contracts.outputs.quality import EffectRecovery
from tf_linkage.population.rates import EFFECTS
from tf_linkage.quality.studies.effect_recovery import against_truth
from tf_linkage.research.estimates import compared
from tf_linkage.study import REGIONS, Study

COVERED = (dt.date(2012, 4, 1), dt.date(2020, 3, 31))
WEIGHTED = pl.col("method").cast(pl.String) == "weighted"


def recovered(study: Study) -> pl.DataFrame:
    """The estimates of a simulated study next to the truth, on true links."""
    world = truly_linked(study)
    differences = compared(world.linked_people, world.attributes, world.returns, REGIONS, COVERED)
    found = against_truth({"true": differences}, world.truth["effects"].collect()).collect()
    EffectRecovery.validate(found)
    return found


def test_strong_effects_are_found_in_a_small_world(monkeypatch: pytest.MonkeyPatch):
    """Effects so strong that a small study must see them: each is within its interval, and none is not."""
    strong = {"looked after": 0.35, "offences, juveniles": 0.4, "offences, adults": 0.25,
              "JSA and Universal Credit searching": 0.4, "protection plans": 0.35}  # fmt: skip
    for effect, ratio in strong.items():
        monkeypatch.setitem(EFFECTS, effect, (ratio, "for this test"))
    monkeypatch.setattr(effects, "SHAPES", {})
    found = recovered(Study.of("tiny", families=2_400, population=48_000, confounding="none")).filter(WEIGHTED)
    rows = {row["effect"]: row for row in found.rows(named=True)}
    for effect, ratio in strong.items():
        row = rows[effect]
        assert row["true_value"] == pytest.approx(ratio)
        assert row["holds_of_all"], f"{effect}: {row['low_of_all']} to {row['high_of_all']}"
        assert row["high"] < 1, f"{effect} is not seen"
    assert rows["persistent absence"]["holds_of_all"]


@pytest.mark.slow
def test_at_study_the_estimates_hold_the_true_effects():
    """All together (Bonferroni) hold; and every one can be told at this size."""
    found = recovered(Study.of("study", confounding="none"))
    print(found.drop("links"))
    weighted = found.filter(WEIGHTED)
    assert weighted["estimate"].null_count() == 0
    assert weighted["holds_of_all"].all()
    narrow = weighted.filter(pl.col("effect") == "looked after").row(0, named=True)
    assert narrow["high"] < 1, "an effect as large as that on children looked after is seen at this size"


@pytest.mark.slow
def test_over_many_worlds_the_intervals_hold_as_often_as_they_say():
    """Twelve worlds of 4,000 families: no more 95% intervals miss than chance allows once in a thousand times."""
    plain = {"families": 4_000, "population": 80_000, "confounding": "none"}
    worlds = [
        recovered(Study.of("tiny", **plain, seed=seed)).filter(WEIGHTED) for seed in told(range(12), "worlds made")
    ]
    holds = pl.concat(worlds)["holds"].drop_nulls()
    n, missed = len(holds), int((~holds).sum())
    print(f"{missed} of {n} intervals miss")
    assert n >= 60
    as_many_or_more = sum(comb(n, k) * 0.05**k * 0.95 ** (n - k) for k in range(missed, n + 1))
    assert as_many_or_more > 0.001
