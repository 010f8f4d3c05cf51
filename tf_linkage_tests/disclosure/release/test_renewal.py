"""Releases one after another: what each withholds next to those before it, and that all together stay safe."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

import polars as pl
import pytest
from tables_of_counts import counts, estimates, random_counts

from tf_linkage.contracts.outputs.release import DECISIONS, NEAR
from tf_linkage.disclosure import (
    Earlier,
    ReleaseRefused,
    behind,
    content_digest,
    given_away,
    must_be_apart,
    must_give_nothing_away,
    propose_release,
    prove,
    released,
)
from tf_linkage.disclosure.release.across_releases import Released
from tf_linkage.disclosure.release.earlier_releases import too_near
from tf_linkage.disclosure.release.renewal import near_cells, protect_together
from tf_linkage.disclosure.suppression.linked_counts import Quantity, Relation, System
from tf_linkage.disclosure.suppression.rules import few, open_count

Tables = Mapping[str, pl.LazyFrame]
Cells = dict[tuple[str, ...], tuple[int, int]]


def kept(release: Tables, of: Tables) -> Earlier:
    """What is kept of a release."""
    return Earlier(released(release, of), behind(release[DECISIONS].collect()))


def gates(release: Tables, of: Tables, earlier: Sequence[Earlier]) -> None:
    """Every gate that a release has to pass."""
    assert prove(release, of).holds
    days = [str(day) for day in range(len(earlier))]
    must_be_apart(behind(release[DECISIONS].collect()), zip(days, (each.behind for each in earlier), strict=True))
    must_give_nothing_away([*(each.told for each in earlier), released(release, of)])


def after_departures(cells: Cells, seed: int) -> Cells:
    """The same counts after some families withdrew: none, few or many of each group and region, twelve of one."""
    rng = random.Random(seed)
    places = sorted({(cell[2], cell[4]) for cell in cells})
    gone = {place: rng.choice([0, 0, 1, 3, 6, 15]) for place in places} | {rng.choice(places): 12}
    had = {place: rng.uniform(0, 1) for place in places}
    left: Cells = {}
    for cell, (all_of, having) in cells.items():
        place = (cell[2], cell[4])
        convicted = cells["family", "conviction", *cell[2:]][1]
        without = min(gone[place], all_of - 1)
        fewer = min(having, round(without * had[place] * having / max(1, convicted)))
        left[cell] = (all_of - without, min(having - fewer, all_of - without))
    return left


def test_five_releases_pass_one_after_another() -> None:
    """Each shows most of what it could by itself; as it would be by itself, one of them at least is refused."""
    cells = random_counts(8, 600)
    earlier: list[Earlier] = []
    refused = 0
    for number in range(5):
        of = estimates(counts(cells))
        release = propose_release(of, earlier)
        gates(release, of, earlier)
        alone = propose_release(of)
        try:
            gates(alone, of, earlier)
        except ReleaseRefused:
            refused += 1
        shown, could = (made[DECISIONS].collect()["shown"].sum() for made in (release, alone))
        assert shown > 0.5 * could, f"release {number} shows {shown} of {could}"
        assert set(release[DECISIONS].filter(pl.col("rule") == NEAR).collect()["shown"]) <= {False}
        earlier.append(kept(release, of))
        cells = after_departures(cells, 80 + number)
    assert refused, "the control: without knowing of those before it, no release would have been refused"


def test_a_release_made_again_is_the_same() -> None:
    """Also where others were made since: what was released may be released again, as it was."""
    cells = random_counts(3, 600)
    earlier: list[Earlier] = []
    made: list[tuple[Tables, str]] = []
    for number in range(3):
        of = estimates(counts(cells))
        release = propose_release(of, earlier)
        made.append((of, content_digest(release)))
        earlier.append(kept(release, of))
        cells = after_departures(cells, number)
    for of, digest in made:
        assert content_digest(propose_release(of, earlier)) == digest


def test_few_departures_are_not_found_in_what_is_withheld() -> None:
    """Where anything changed would tell what a family that left had: such a release is refused as a whole."""
    cells = random_counts(3, 600)
    place = ("programme", "North")
    of = estimates(counts(cells))
    first = kept(propose_release(of), of)

    def without(families: int) -> Tables:
        less = {
            cell: (n - families, having - families if having >= 10 + families else having)
            for cell, (n, having) in cells.items()
            if (cell[2], cell[4]) == place
        }
        return estimates(counts(cells | less))

    for families in (1, 9):
        one = without(families)
        release = propose_release(one, [first])
        held = release[DECISIONS].filter(pl.col("rule") == NEAR).collect()
        assert held["cell"].str.contains("North").any(), "the control: where it is withheld tells where they were"
        with pytest.raises(ReleaseRefused, match="fewer than ten people or families came, left or were corrected"):
            gates(release, one, [first])
    gates(propose_release(without(10), [first]), without(10), [first])


A, B, C, ALL = ("t", "n", "a"), ("t", "n", "b"), ("t", "n", "c"), ("t", "n", "all")


def regions(a: int, b: int, c: int, grid: float = 1) -> System:
    """Three counts and their sum."""
    values = {A: a, B: b, C: c, ALL: a + b + c}
    numbers = {
        key: Quantity(
            value, grid, open_count(value) if few(value, value) else None, least=10, cost=1 + (key == ALL)
        )
        for key, value in values.items()
    }
    return System(numbers, [Relation((ALL,), (A, B, C))])


def test_the_number_that_would_give_another_away_is_withheld_again() -> None:
    """By hand: the first release hides the 3 behind B, 40; showing B in the second would give it away in both."""
    first = Released(regions(50, 40, 3), frozenset({A, ALL}))
    then = regions(70, 40, 3)
    assert given_away([first, Released(then, frozenset({B, ALL}))])
    nothing = pl.DataFrame()
    shown = protect_together(then, frozenset({B, ALL}), [Earlier(first, nothing)])
    assert B not in shown
    assert ALL in shown, "no more than need be"
    assert given_away([first, Released(then, shown)]) == []
    assert protect_together(then, frozenset({A, ALL}), [Earlier(first, nothing)]) == {A, ALL}


def test_what_was_given_away_before_withholds_nothing() -> None:
    """The 3 is known from the first release alone: it can be taken back by none."""
    first = Released(regions(50, 40, 3), frozenset({A, B, ALL}))
    then = regions(70, 60, 3)
    shown = protect_together(then, frozenset({A, ALL}), [Earlier(first, pl.DataFrame())])
    assert given_away([first, Released(then, frozenset())]), "whatever it shows: the 3 stayed the same"
    assert not shown, "all that stands in relation with it is withheld, and the gates decide"


def figure(value: float, families: int, *, shown: bool) -> pl.DataFrame:
    """One figure of a release."""
    cell = {"table": ["t"], "figure": ["n"], "cell": ["a"], "value": [value]}
    return pl.DataFrame(cell | {"people": [2 * families], "families": [families], "shown": [shown]})


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("now", [True, False])
def test_a_figure_is_near_where_both_show_it(*, before: bool, now: bool) -> None:
    old, new = figure(50, 50, shown=before), figure(47, 47, shown=now)
    assert (too_near(new, old).height == 1) is (before and now)
    told = Released(System({}, []), frozenset())
    assert near_cells(new, [Earlier(told, old)]) == ({"t.n": frozenset({"a"})} if before and now else {})
