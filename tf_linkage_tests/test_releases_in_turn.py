"""Five releases of one study, families withdrawing between them: each passes every gate next to those before it.

On true links, at `demo` and at `study`. What each shows and withholds is printed; the control is the release as it
would be if those before it were not known.
"""

from __future__ import annotations

import random
import time
from collections.abc import Mapping, Sequence

import polars as pl
import pytest
from true_links import TrulyLinked, truly_linked

from tf_linkage import disclosure, research
from tf_linkage.contracts.outputs.release import DECISIONS, NEAR
from tf_linkage.study import REGIONS, Preset, Study

pytestmark = pytest.mark.slow

LEAVE = {Preset.DEMO: 15, Preset.STUDY: 60}
"""Families that withdraw between two releases: few enough that most of what changes does so by fewer than ten."""


@pytest.mark.parametrize("preset", LEAVE)
def test_five_releases_in_turn(preset: Preset) -> None:
    study = Study.of(preset)
    world = truly_linked(study)
    families = sorted(world.attributes.select("family_id").unique().collect()["family_id"])
    order = random.Random(5).sample(families, len(families))
    earlier: list[disclosure.Earlier] = []
    refused = 0
    for number in range(5):
        estimates = _without(world, study, order[: number * LEAVE[preset]])
        began = time.process_time()
        release = disclosure.propose_release(estimates, earlier)
        took = time.process_time() - began
        _pass_the_gates(release, estimates, earlier)
        alone = disclosure.propose_release(estimates)
        try:
            _pass_the_gates(alone, estimates, earlier)
        except disclosure.ReleaseRefused:
            refused += 1
        decisions = release[DECISIONS].collect()
        shown, could = (made.filter("shown").height for made in (decisions, alone[DECISIONS].collect()))
        near = decisions.filter(pl.col("rule") == NEAR)
        print(
            f"{preset}, release {number + 1}: {shown} figures shown of {could} that it could show by itself; "
            f"{near.height} near an earlier release, {could - shown - near.height} to protect another; "
            f"{took:.0f} CPU s"
        )
        assert shown, "where nothing could be shown, there would be no release"
        earlier.append(_kept(release, estimates))
    assert refused == 4, "the control: by itself, each but the first would have been refused"


def _without(world: TrulyLinked, study: Study, gone: Sequence[str]) -> dict[str, pl.LazyFrame]:
    """The estimates after these families withdrew."""
    stay = ~pl.col("family_id").is_in(list(gone))
    made = research.estimates(
        world.linked_people.filter(stay),
        world.attributes.filter(stay),
        world.returns,
        REGIONS,
        (study.dates.history_from, study.dates.extract),
    )
    return {name: table.collect().lazy() for name, table in made.items()}


def _kept(release: Mapping[str, pl.LazyFrame], estimates: Mapping[str, pl.LazyFrame]) -> disclosure.Earlier:
    told = disclosure.released(release, estimates)
    return disclosure.Earlier(told, disclosure.behind(release[DECISIONS].collect()))


def _pass_the_gates(
    release: Mapping[str, pl.LazyFrame],
    estimates: Mapping[str, pl.LazyFrame],
    earlier: Sequence[disclosure.Earlier],
) -> None:
    disclosure.must_hold(disclosure.prove(release, estimates))
    now = _kept(release, estimates)
    disclosure.must_be_apart(now.behind, [(str(at), each.behind) for at, each in enumerate(earlier)])
    disclosure.must_give_nothing_away([*(each.told for each in earlier), now.told])
