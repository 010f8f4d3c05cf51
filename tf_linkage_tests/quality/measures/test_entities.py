"""B-cubed by hand."""

from __future__ import annotations

import polars as pl
import pytest

from tf_linkage.quality.measures.entities import entity_figures


def test_b_cubed_by_hand() -> None:
    # p1 is a (accounts k1, k2), p2 is b (account k3), p3 is c (not in the register)
    owned = pl.DataFrame({"person_id": ["p1", "p2", "p3"], "true_person": ["a", "b", "c"]})
    register = pl.DataFrame({"record_key": ["k1", "k2", "k3", "k9"], "true_person": ["a", "a", "b", "z"]})
    # p1 is linked to k1 (right); p2 to k9, which is a stranger's
    pairs = pl.DataFrame({"person_id": ["p1", "p2"], "register_key": ["k1", "k9"]})
    figures = dict(entity_figures(pairs, owned, register).select("measure", "value").rows())
    # groups {p1 k1} {p2 k9} {k2} {k3} {p3}; people {p1 k1 k2} {p2 k3} {p3} {k9}
    assert figures["b_cubed_precision"] == pytest.approx((1 + 1 + 0.5 + 0.5 + 1 + 1 + 1) / 7)
    assert figures["b_cubed_recall"] == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 0.5 + 0.5 + 1 + 1) / 7)


def test_perfect_links_leave_the_second_account_alone() -> None:
    owned = pl.DataFrame({"person_id": ["p1"], "true_person": ["a"]})
    register = pl.DataFrame({"record_key": ["k1"], "true_person": ["a"]})
    pairs = pl.DataFrame({"person_id": ["p1"], "register_key": ["k1"]})
    assert entity_figures(pairs, owned, register)["value"].to_list() == [1, 1]
