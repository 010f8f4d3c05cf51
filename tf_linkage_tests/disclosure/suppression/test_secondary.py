"""What is withheld next to the sensitive numbers: enough, and little more."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from tables_of_counts import primary_alone, random_margins

from tf_linkage.disclosure.suppression.attack import intervals, leaves_open
from tf_linkage.disclosure.suppression.linked_counts import Quantity, Relation, System
from tf_linkage.disclosure.suppression.rules import open_difference
from tf_linkage.disclosure.suppression.secondary import protect


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([1, 5]), st.integers(2, 6), st.integers(2, 5))
def test_no_sensitive_number_can_be_narrowed_down(seed: int, grid: int, rows: int, columns: int):
    """Each is attacked by itself, with two programmes of its own and none of the shortcuts."""
    system = random_margins(seed, rows, columns, grid)
    protected = protect(system)
    found = intervals(system, protected.shown, system.sensitive())
    assert all(leaves_open(system, key, interval) for key, interval in found.items())
    assert not protected.shown & set(system.sensitive())


def test_the_attack_succeeds_where_sensitive_numbers_alone_are_withheld():
    """The control: without secondary suppression many numbers of exact tables are found exactly."""
    exact = 0
    for seed in range(5):
        system = random_margins(seed, 10, 6, 1)
        found = intervals(system, primary_alone(system), system.sensitive())
        exact += sum(low == high for low, high in found.values())
    assert exact > 0


def test_every_secondary_suppression_is_needed():
    """Shown again, any one of them lets the attacker in."""
    for seed in range(4):
        system = random_margins(seed, 5, 4, 1)
        protected = protect(system)
        for key in protected.secondary:
            found = intervals(system, protected.shown | {key}, system.sensitive())
            assert not all(leaves_open(system, name, interval) for name, interval in found.items())


def test_rounding_spares_suppression():
    """What rounding leaves open by itself need not be withheld."""
    withheld = {
        grid: sum(len(protect(random_margins(seed, 8, 5, grid)).secondary) for seed in range(4)) for grid in (1, 5)
    }
    assert withheld[5] < withheld[1] / 2


def test_linked_tables_are_protected_together():
    """Two tables that are safe apart: the few by whom one exceeds the other are not."""
    wide, narrow, beyond = ("a", "wide"), ("b", "narrow"), ("c", "beyond")
    linked = System(
        {
            wide: Quantity(43, 5, least=10, cost=2),
            narrow: Quantity(40, 5, least=10),
            beyond: Quantity(3, need=open_difference()),
        },
        [Relation((wide,), (narrow, beyond), links=True)],
    )
    assert protect(linked.apart()).secondary == set()
    assert protect(linked).secondary == {narrow}
