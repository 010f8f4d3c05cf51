"""Standard errors of measured rates, by hand."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from tf_linkage.bodies.calibration.measures import Found, World, ratio
from tf_linkage.bodies.calibration.registers import cell
from tf_linkage.bodies.calibration.topics.school import SUSPENDED_AGAIN
from tf_linkage.population import Settings


def test_hardly_any_event_does_not_pass_for_certainty() -> None:
    """One of a hundred with one event, where 14.5 are published: 4 x 14.5 / 100 = .58, so .76 and not .01."""
    found = ratio(np.array([1.0] + [0.0] * 99), np.ones(100), np.ones(100))
    assert found.error == pytest.approx(0.00995, abs=1e-5)
    assert found.error_at(14.5) == found.error, "a rate whose spread is not known rests on what was found"
    spread = Found(found.value, found.error, 100, spread=4.0 / 100)
    assert spread.error_at(14.5) == pytest.approx(0.7616, abs=1e-4)
    assert Found(1.0, 2.0, 100, spread=0.01).error_at(1.0) == 2.0, "never less than what was found tells"


def test_how_often_a_suspended_pupil_is_suspended_again() -> None:
    """Second moment by first moment of the published distribution, the open class at its mean."""
    shares = {1: 0.596, 2: 0.185, 3: 0.088, 4: 0.049, 5: 0.029}
    rest = 1 - sum(shares.values())
    more = (2.03 - sum(n * share for n, share in shares.items())) / rest
    second = sum(n * n * share for n, share in shares.items()) + rest * more**2
    assert second / 2.03 == pytest.approx(3.75, abs=0.01)
    assert second / 2.03 < SUSPENDED_AGAIN < second / 2.03 + 0.5, "the open class is no single number"


def test_brothers_and_sisters_count_as_one() -> None:
    """Two families of two who are alike: the error is that of two observations, not of four."""
    top, one = np.array([1.0, 1.0, 0.0, 0.0]), np.ones(4)
    assert ratio(top, one, one).error == pytest.approx(0.25)  # sqrt(4 x .5^2) / 4
    together = ratio(top, one, one, np.array([7, 7, 9, 9]))
    assert together.error == pytest.approx(np.sqrt(2) / 4)  # sqrt(2 x 1^2) / 4
    assert (together.value, together.observations) == (0.5, 4)


def test_a_registers_errors_count_with_weights_and_a_councils_do_not() -> None:
    """At DWP one person of weight 3 has it and two of weight 1 do not: 3 of 5; in the council 1 of 2."""
    world = World({}, {}, {
        "records": pl.LazyFrame({
            "body": ["dwp"] * 3 + ["council"] * 2, "record_key": ["a", "b", "c", "d", "e"],
            "true_person": ["1", "2", "3", "1", "2"],
        }),
        "errors": pl.LazyFrame({
            "body": ["dwp", "dwp", "dwp", "council"], "record_key": ["a", "a", "b", "d"],
            "column": ["address", "postcode", "surname", "address"], "kind": ["former address"] * 2 + ["typing"]
            + ["former address"],
        }),
    }, Settings(seed=1, families=5, population=100, councils=("E09000012",)))  # fmt: skip
    people = {"person": [1, 2, 3], "weight": [3.0, 1.0, 1.0], "age": [40.0] * 3, "origin": [0] * 3}
    world.__dict__["people"] = pl.DataFrame(people)
    found = cell("dwp", "former address")(world)
    assert (found.value, found.observations) == (pytest.approx(0.6), 3)
    assert cell("dwp", "former address", "surname")(world).value == 0
    assert cell("council", "former address", "address")(world).value == pytest.approx(0.5)
