"""The attacker finds what can be found, and no more."""

from __future__ import annotations

import random

import numpy as np
import pytest
from tables_of_counts import ALL, margins, primary_alone, random_margins

from tf_linkage.disclosure.suppression.attack import (
    Known,
    Worlds,
    anything_exposed,
    exposed,
    intervals,
    leaves_open,
)
from tf_linkage.disclosure.suppression.linked_counts import Key, Quantity, Relation, System
from tf_linkage.disclosure.suppression.rules import open_count
from tf_linkage.disclosure.suppression.secondary import protect

SQUARE = {(0, 0): 3, (0, 1): 20, (1, 0): 30, (1, 1): 40}


def test_one_withheld_cell_of_an_exact_table_is_its_total_less_the_rest():
    """By hand: 23 in the row, 20 shown."""
    system = margins(SQUARE, 1)
    shown = primary_alone(system)
    assert intervals(system, shown, [("0", "0")]) == {("0", "0"): (3, 3)}
    assert exposed(system, shown) == {("0", "0"): (3, 3)}


def test_rounding_is_known_to_the_attacker():
    """By hand: 23 is shown as 25 (23 to 27), 20 as 20 (18 to 22): from 1 to 9; so does 35 less 30 in the column."""
    system = margins(SQUARE, 5)
    assert intervals(system, primary_alone(system), [("0", "0")]) == {("0", "0"): (1, 9)}
    assert ("0", "0") in exposed(system, primary_alone(system))


def test_withholding_a_rectangle_leaves_it_open():
    """By hand: with all four cells withheld the small one is from 0 to its row's 23."""
    system = margins(SQUARE, 1)
    shown = {key for key in primary_alone(system) if ALL in key}
    assert intervals(system, shown, [("0", "0")]) == {("0", "0"): (0, 23)}
    assert not exposed(system, shown)


def test_nothing_shown_is_below_ten_and_the_attacker_knows():
    part, rest, whole = ("part",), ("rest",), ("whole",)
    system = System(
        {whole: Quantity(22, 5, least=10), part: Quantity(11, 5, least=10), rest: Quantity(11)},
        [Relation((whole,), (part, rest))],
    )
    assert intervals(system, {whole, part}, [rest]) == {rest: (6, 12)}


@pytest.mark.parametrize(("grid", "most", "open_enough"), [(10, 9, False), (11, 10, True)])
def test_ten_numbers_are_not_enough_where_all_of_them_are_below_ten(grid: int, most: int, *, open_enough: bool):
    """By hand: whole and part are both known as 15 to 24 (17 to 27), so the rest is 0 to 9 (0 to 10).

    An interval of nine is wide enough, but one that ends at nine says that the count is small.
    """
    part, rest, whole = ("part",), ("rest",), ("whole",)
    system = System(
        {whole: Quantity(24, grid), part: Quantity(21, grid), rest: Quantity(3, need=open_count(3))},
        [Relation((whole,), (part, rest))],
    )
    assert intervals(system, {whole, part}, [rest]) == {rest: (0, most)}
    assert leaves_open(system, rest, (0, most)) is open_enough
    assert exposed(system, {whole, part}) == ({} if open_enough else {rest: (0, 9)})
    assert len(protect(system).secondary) == (0 if open_enough else 1), "the whole or the part goes too"


def brute(system: System, shown: set[Key], most: int) -> dict[Key, tuple[int, int]]:
    """Every world tried: which whole numbers each withheld cell may be."""
    cells = [key for key in system.quantities if ALL not in key]
    worlds = dict(zip(cells, np.indices((most + 1,) * len(cells)).reshape(len(cells), -1), strict=True))
    for relation in system.relations:
        worlds[relation.left[0]] = sum(worlds[key] for key in relation.right)
    fits = np.logical_and.reduce(
        [
            (system.quantities[key].bounds[0] <= worlds[key]) & (worlds[key] <= system.quantities[key].bounds[1])
            for key in shown
        ]
    )
    return {key: (worlds[key][fits].min(), worlds[key][fits].max()) for key in cells if key not in shown}


@pytest.mark.parametrize("grid", [1, 5])
@pytest.mark.parametrize(
    "cells", [{(0, 0): 3, (0, 1): 12, (1, 0): 4, (1, 1): 2}, {(0, 0): 0, (0, 1): 9, (1, 0): 11, (1, 1): 5}]
)
def test_it_finds_what_trying_every_world_finds(cells: dict[tuple[int, int], int], grid: int):
    system = margins(cells, grid)
    shown = primary_alone(system)
    tried = brute(system, shown, most=22)
    assert intervals(system, shown, tried) == tried


@pytest.mark.parametrize("seed", range(5))
def test_the_quick_search_for_what_is_exposed_agrees_with_the_intervals(seed: int):
    system = random_margins(seed, 5, 4, 5)
    shown = primary_alone(system)
    found = intervals(system, shown, system.sensitive())
    too_narrow = {key for key, interval in found.items() if not leaves_open(system, key, interval)}
    assert set(exposed(system, shown)) == too_narrow


@pytest.mark.parametrize("seed", range(6))
def test_a_question_is_answered_the_same_after_any_other(seed: int) -> None:
    """The solver goes on from its last answer: neither the order of questions nor what was asked before shows."""
    system = random_margins(seed, 4, 5, 5)
    shown = primary_alone(system)
    sought = [key for key in system.quantities if key not in shown]
    alone = {key: intervals(system, shown, [key])[key] for key in sought}
    assert intervals(system, shown, sought) == alone
    again = System({key: system.quantities[key] for key in reversed(list(system.quantities))}, system.relations)
    assert intervals(again, shown, sought) == alone


def test_what_one_attack_found_changes_no_later_one() -> None:
    """Shown and withheld at random: with the worlds of those before, each attack finds what it would alone."""
    narrow = 0
    for seed in range(6):
        draw = random.Random(seed)
        system = random_margins(seed, 4, 5, 5)
        candidates = sorted(primary_alone(system))
        worlds = Worlds()
        for likely in (1, 0.9, 0.95, 0.8, 0.9, 1, 0.95):
            shown = {key for key in candidates if draw.random() < likely}
            alone = exposed(system, shown)
            assert exposed(system, shown, worlds) == alone
            assert anything_exposed(system, shown, worlds) == bool(alone)
            known = set(list(alone)[::2])
            assert exposed(system, shown, worlds, known).keys() == alone.keys() - known
            assert anything_exposed(system, shown, worlds, known) == bool(alone.keys() - known)
            narrow += len(alone)
    assert narrow > 10, "the control: there was something to find"


@pytest.mark.parametrize("seed", range(4))
def test_what_is_hidden_is_as_if_it_had_never_been_shown(seed: int) -> None:
    system = max(random_margins(seed, 4, 5, 5).components(), key=lambda part: len(part.quantities))
    shown = sorted(primary_alone(system))
    sought = system.sensitive()
    known = Known.of(system, set(shown))
    assert sought
    before = {key: known.interval(key) for key in sought}
    known.hide(shown[::2])
    after = {key: known.interval(key) for key in sought}
    anew = Known.of(system, set(shown[1::2]))
    for key in sought:
        assert after[key] == pytest.approx(anew.interval(key), abs=1e-6)
        assert after[key][1] - after[key][0] >= before[key][1] - before[key][0] - 1e-6


def test_the_solver_says_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    exposed(margins(SQUARE, 1), primary_alone(margins(SQUARE, 1)))
    told = capfd.readouterr()
    assert (told.out, told.err) == ("", "")


def test_a_sum_that_its_parts_do_not_make_is_told():
    part, rest, whole = ("part",), ("rest",), ("whole",)
    relation = Relation((whole,), (part, rest))
    for total, wrong in ((33, []), (34, [relation]), (32, [relation]), (66, [relation])):
        system = System({whole: Quantity(total), part: Quantity(11), rest: Quantity(22)}, [relation])
        assert system.broken() == wrong, total


def test_nothing_is_asked_of_a_part_in_which_nobody_seeks_and_the_next_is_still_asked():
    one, other = margins(SQUARE, 1), margins({(5, 5): 4, (5, 6): 20, (6, 5): 30, (6, 6): 40}, 1)
    apart = System(
        {**{("a", *key): value for key, value in one.quantities.items()},
         **{("b", *key): value for key, value in other.quantities.items()}},
        [Relation(tuple((name, *key) for key in relation.left), tuple((name, *key) for key in relation.right))
         for name, system in (("a", one), ("b", other)) for relation in system.relations],
    )  # fmt: skip
    shown = primary_alone(apart)
    assert intervals(apart, shown, [("b", "5", "5")]) == {("b", "5", "5"): (4, 4)}


def test_what_is_not_sensitive_may_be_known_to_the_last_digit():
    assert leaves_open(margins(SQUARE, 1), ("1", "1"), (40, 40))
