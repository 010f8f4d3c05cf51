"""All releases together: what they give away though each is safe, by hand and in releases as they are made."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tables_of_counts import SIDES, characteristics, counts, estimates, overlap, random_margins

from tf_linkage.contracts.outputs.release import DECISIONS
from tf_linkage.disclosure import (
    Released,
    ReleaseRefused,
    as_tables,
    behind,
    from_tables,
    given_away,
    must_give_nothing_away,
    propose_release,
    prove,
    released,
)
from tf_linkage.disclosure.release.across_releases import BETWEEN, all_releases
from tf_linkage.disclosure.release.earlier_releases import too_near
from tf_linkage.disclosure.release.release import system_of
from tf_linkage.disclosure.suppression.attack import exposed, intervals
from tf_linkage.disclosure.suppression.linked_counts import Key, Quantity, Relation, System
from tf_linkage.disclosure.suppression.rules import few, open_count, open_difference
from tf_linkage.disclosure.suppression.secondary import protect
from tf_linkage.disclosure.tables.characteristics import having

A, B, C, ALL = ("a",), ("b",), ("c",), ("all",)


def three_regions(a: int, b: int, c: int, shown: set[Key], grid: float = 1) -> Released:
    """Three counts and their sum, of which some are shown."""
    values = {A: a, B: b, C: c, ALL: a + b + c}
    numbers = {
        key: Quantity(value, grid, open_count(value) if few(value, value) else None, least=10)
        for key, value in values.items()
    }
    return Released(System(numbers, [Relation((ALL,), (A, B, C))]), frozenset(shown))


FIRST = three_regions(50, 40, 3, {A, ALL})
"""B and C are 43 together."""
SECOND = three_regions(70, 40, 3, {B, ALL})
"""Twenty more in A; A and C are 73 together."""


def test_each_of_two_releases_is_safe_and_together_they_give_a_count_away():
    """By hand: C is the first release's 43 less B, which the second shows and which is the same: 3."""
    assert not exposed(FIRST.system, FIRST.shown)
    assert not exposed(SECOND.system, SECOND.shown)
    both = all_releases([FIRST, SECOND])
    assert intervals(both.system, both.shown, [("0", *C), ("1", *C)]) == {("0", *C): (3, 3), ("1", *C): (3, 3)}
    assert set(given_away([FIRST, SECOND])) == {("0", *C), ("1", *C)}
    with pytest.raises(ReleaseRefused, match="2 withheld numbers"):
        must_give_nothing_away([FIRST, SECOND])


@pytest.mark.parametrize(
    "second",
    [
        three_regions(70, 40, 3, {A, ALL}),  # the same regions are withheld again: B and C are 43 together, still
        three_regions(70, 60, 3, {B, ALL}),  # B changed too, nobody knows by how much: it was from 0 to 43
        three_regions(50, 40, 3, {A, ALL}),  # the same again
    ],
)
def test_what_gives_nothing_away(second: Released):
    assert given_away([FIRST, second]) == []
    must_give_nothing_away([FIRST, second])


def test_a_release_by_itself_gives_nothing_away_here():
    assert given_away([FIRST]) == []


def test_a_release_is_attacked_together_with_every_earlier_one():
    """Between the two that give C away lies one in which everything changed."""
    between = three_regions(150, 140, 103, {A, ALL})
    assert given_away([FIRST, between]) == []
    assert set(given_away([FIRST, between, SECOND])) >= {("0", *C), ("2", *C)}


def test_what_was_given_away_before_is_not_held_against_a_new_release():
    assert given_away([FIRST, SECOND, SECOND]) == [("2", *C)]
    assert given_away([FIRST, SECOND, three_regions(150, 140, 103, {A, ALL})]) == []


def test_who_knows_the_rule_of_ten_knows_how_few_there_were():
    """By hand: shown as 10 and 20 it is from 10 to 12, then from 18 to 22: by the rule 20 at least."""
    one, other = ({A: Quantity(value, 5, least=10)} for value in (12, 22))
    told_of = [Released(System(numbers, []), frozenset({A})) for numbers in (one, other)]
    both = all_releases(told_of)
    assert intervals(both.system, both.shown, [("0", *A), ("1", *A)]) == {("0", *A): (10, 12), ("1", *A): (20, 22)}
    wide = [Quantity(value, 10, least=10) for value in (14, 25)]
    told_of = [Released(System({A: number}, []), frozenset({A})) for number in wide]
    both = all_releases(told_of)
    assert intervals(both.system, both.shown, [("0", *A), ("1", *A)]) == {("0", *A): (10, 14), ("1", *A): (25, 34)}


def test_the_rule_says_nothing_of_a_figure_that_one_release_withholds():
    """By hand: shown as 15 it is from 13 to 17, and did not fall, so that there were 17 at most."""
    one = {A: Quantity(5, 5, open_count(5), least=10)}
    other = {A: Quantity(15, 5, least=10)}
    told_of = [Released(System(one, []), frozenset()), Released(System(other, []), frozenset({A}))]
    both = all_releases(told_of)
    assert intervals(both.system, both.shown, [("0", *A)]) == {("0", *A): (0, 17)}
    assert given_away(told_of) == []
    # But a change by few has to stay open, and of a sum as much of it as one family could have brought.
    few_more = [Quantity(value, 1, least=10, people=value, families=value) for value in (50, 53)]
    told_of = [
        Released(System({A: number}, []), frozenset({A} if at else ())) for at, number in enumerate(few_more)
    ]
    change = all_releases(told_of).system.quantities[(BETWEEN, "0", "1", *A)]
    assert change.need == open_difference()
    sums = [
        Quantity(value, 1, whole=False, people=40 + at, families=20 + at) for at, value in enumerate((1e4, 1.2e4))
    ]
    told_of = [Released(System({A: number}, []), frozenset()) for number in sums]
    change = all_releases(told_of).system.quantities[(BETWEEN, "0", "1", *A)]
    assert change.need is not None and (change.need.width, change.need.reach) == (pytest.approx(400), 2200)


WITHOUT = ("number", "without")


def with_and_without(all_of: int, having: int, grids: tuple[float, float]) -> Released:
    """A group and those of it with something, both shown; those without follow."""
    numbers = {
        ALL: Quantity(all_of, grids[0], least=10),
        A: Quantity(having, grids[1], least=10),
        WITHOUT: Quantity(all_of - having),
    }
    return Released(System(numbers, [Relation((ALL,), (A, WITHOUT))]), frozenset({ALL, A}))


@pytest.mark.parametrize(
    ("before", "after", "grids", "worked_out", "safe"),
    [
        ((100, 50), (88, 40), (1, 1), (2, 2), False),  # 50 without, then 48
        # From 95-104 to 85-94, by 19 at most; of them ten at least with, by the rule.
        ((100, 50), (88, 40), (10, 5), (0, 9), True),
        # From 95-104 to 75-84, by 29 at most; from 48-52 with to 28-32, by 16 at least.
        ((104, 50), (84, 32), (10, 5), (0, 13), True),
    ],
)
def test_a_change_by_few_that_only_follows(
    before: tuple[int, int],
    after: tuple[int, int],
    grids: tuple[float, float],
    worked_out: tuple[int, int],
    safe: bool,
):
    """All and those with changed by ten and more, those without by two."""
    two = [with_and_without(*before, grids), with_and_without(*after, grids)]
    both, change = all_releases(two), (BETWEEN, "0", "1", *WITHOUT)
    assert intervals(both.system, both.shown, [change]) == {change: worked_out}
    assert given_away(two) == ([] if safe else [change])


def test_no_change_is_nobodys():
    two = [with_and_without(100, 50, (1, 1)), with_and_without(88, 38, (1, 1))]
    assert given_away(two) == []


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([1, 5]))
def test_what_the_attacker_is_given_is_true(seed: int, grid: int):
    """Whatever changed, and whatever is shown: the truth lies within all that he works out."""
    releases = []
    for more in (0, 1, 0):
        system = random_margins(seed + more, 2, 2, grid)
        releases.append(Released(system, protect(system).shown))
    both = all_releases(releases)
    assert not both.system.broken()
    for key, (low, high) in intervals(both.system, both.shown, both.system.quantities).items():
        assert low <= both.system.quantities[key].value <= high


FEW = "North"


def convicted(more: int) -> dict[str, pl.LazyFrame]:
    """The estimates of families and convictions in three regions; in one of them so many more of both."""
    of = {"London": (851 + more, 58 + more), FEW: (853, 7), "South": (639, 21)}
    return estimates(
        counts({("family", "conviction", "programme", "year before", name): of for name, of in of.items()})
    )


def test_two_releases_as_they_are_made_give_a_region_away_together():
    """The suppression chooses another region to hide the seven behind when that becomes the cheaper one.

    Each release withstands the attack by itself, and in no figure do they differ by few.
    """
    first, then = convicted(0), convicted(12)
    one, other = propose_release(first), propose_release(then)
    assert prove(one, first).holds
    assert prove(other, then).holds
    assert too_near(behind(other[DECISIONS].collect()), behind(one[DECISIONS].collect())).is_empty()
    found = given_away([released(one, first), released(other, then)])
    assert {key[-1] for key in found} == {FEW}
    with pytest.raises(ReleaseRefused, match="together with the 1 released before"):
        must_give_nothing_away([released(one, first), released(other, then)])


def test_two_releases_that_hide_it_behind_the_same_region_give_nothing_away():
    first, then = convicted(0), convicted(300)
    assert given_away([released(propose_release(made), made) for made in (first, then)]) == []


def test_what_is_kept_of_a_release_is_all_that_an_attack_needs():
    first, then = convicted(0), convicted(12)
    two = [released(propose_release(made), made) for made in (first, then)]
    kept = [from_tables({name: table.lazy() for name, table in as_tables(each).items()}) for each in two]
    assert [each.shown for each in kept] == [each.shown for each in two]
    assert given_away(kept) == given_away(two)
    both, again = all_releases(two), all_releases(kept)
    sought = both.system.sensitive()
    assert intervals(both.system, both.shown, sought) == intervals(again.system, again.shown, sought)


LOWEST, LOW, HIGH = (having("overlap", f"0.{at}-0.{at + 1}", "comparison") for at in (3, 4, 5))
THREE, FOUR, NEITHER = (
    having("characteristics", "three problems", "comparison"),
    having("characteristics", "four problems or more", "comparison"),
    ("characteristics", "none of", "problems", "comparison"),
)


def likely(more: int) -> dict[str, pl.LazyFrame]:
    """Comparison families by their chance: 498 and so many more, 38, and 4; 8 at most, from what is shown as 40."""
    of = {"0.3-0.4": 498 + more, "0.4-0.5": 38, "0.5-0.6": 4}
    bands = {(band, "comparison"): n for band, n in of.items()} | {("0.4-0.5", "programme"): 300}
    return _same_families(more) | {"overlap": overlap(bands).lazy()}


def problems(more: int) -> dict[str, pl.LazyFrame]:
    """Comparison families by problems: 498 and so many more have three, 38 four, and 4 two, who stand in no row."""
    of = {"three problems": 498 + more, "four problems or more": 38}
    known = {(name, "comparison"): (540 + more, n) for name, n in of.items()}
    return _same_families(more) | {"characteristics": characteristics(known).lazy()}


def _same_families(more: int) -> dict[str, pl.LazyFrame]:
    """As many families as bands and problems add up to, in the other tables too."""
    families = dict(zip(SIDES, (300, 540 + more), strict=True))
    cells = {("family", "conviction", side, "year before", "North"): (n, 60) for side, n in families.items()}
    both = {
        "characteristics": characteristics({("crime", side): (n, 120) for side, n in families.items()}),
        "overlap": overlap({("0.4-0.5", side): n for side, n in families.items()}),
    }
    return estimates(counts(cells)) | {name: table.lazy() for name, table in both.items()}


@pytest.mark.parametrize(
    ("made", "large", "small", "few_of"), [(likely, LOWEST, LOW, HIGH), (problems, THREE, FOUR, NEITHER)]
)
def test_bands_and_characteristics_are_attacked_together_too(
    made: Callable[[int], dict[str, pl.LazyFrame]], large: Key, small: Key, few_of: Key
):
    """The first release hides the four behind the smaller number, the second behind the larger: 544 - 498 - 38."""
    two = []
    for more, hidden in ((0, small), (20, large)):
        system = system_of({name: table.collect() for name, table in made(more).items()})
        shown = (protect(system).shown | {large, small}) - {hidden}
        assert few_of not in shown
        assert not exposed(system, shown), "each is safe by itself"
        two.append(Released(system, frozenset(shown)))
    kept = [from_tables({name: table.lazy() for name, table in as_tables(each).items()}) for each in two]
    both = all_releases(kept)
    assert intervals(both.system, both.shown, [("0", *few_of)]) == {("0", *few_of): (0, 8)}
    assert set(given_away(kept)) >= {("0", *few_of), ("1", *few_of)}
    assert given_away([kept[0], kept[0]]) == []


def test_what_a_release_tells_of_bands_and_characteristics_is_kept():
    made = likely(0)
    proposed = propose_release(made)
    kept = from_tables({name: table.lazy() for name, table in as_tables(released(proposed, made)).items()})
    assert HIGH in kept.system.sensitive()
    assert HIGH not in kept.shown
    for table in ("characteristics", "overlap"):
        rows = proposed[table].filter(pl.col("number_with").is_not_null()).collect().height
        assert rows > 0
        assert sum(key[:2] == (table, "number_with") for key in kept.shown) == rows
