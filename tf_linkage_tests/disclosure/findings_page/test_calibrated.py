"""Ratios calibrated by negative controls: by hand, over many draws of what controls are off by, and in words."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest

from tf_linkage.contracts.outputs.estimates import ALL_TOGETHER, OUTCOMES, PLACEBOS
from tf_linkage.disclosure.findings_page.before_start import calibrated_part
from tf_linkage.disclosure.findings_page.before_start.calibrated import (
    CANNOT,
    TOO_FEW,
    WINDOW,
    calibrated,
    empirical_null,
)
from tf_linkage.intervals import Z

EVENTS = [name for name in OUTCOMES if name not in ("employment", "persistent_absence", "attainment")]


def row(outcome: str, log: float, error: float, window: str = WINDOW) -> dict[str, object]:
    ends = {name: math.exp(log + way * Z * error) for name, way in (("estimate", 0), ("low", -1), ("high", 1))}
    return {"window": window, "outcome": outcome, **ends}


def placebos(logs: dict[str, float], error: float = 0.05, of_all: float = 0.03) -> pl.DataFrame:
    """Published placebos of the second year before; of the last year all say ten times as much."""
    mean = sum(logs.values()) / len(logs)
    rows = [row(name, log, error) for name, log in logs.items()]
    rows += [row(ALL_TOGETHER, mean, of_all), *(row(name, 2.3, error, list(PLACEBOS)[-1]) for name in logs)]
    return pl.DataFrame(rows)


def test_by_hand() -> None:
    """Logarithms of 0, .1, .2 and .3: mean .15, squares off it .05; all errors .05.

    Of a spread with total variance a, its square times the likelihood is steepest nowhere where
    1 / spread^2 = 3 / 2a - .05 / 2a^2.
    """
    null = empirical_null(placebos(dict(zip(EVENTS, (0.0, 0.1, 0.2, 0.3), strict=False))))
    assert null is not None
    assert (null.mean, null.controls) == (pytest.approx(0.15), 4)
    total = null.spread**2 + 0.05**2
    assert 1 / null.spread**2 == pytest.approx(3 / (2 * total) - 0.05 / (2 * total**2), rel=0.05)
    assert null.error == pytest.approx(math.sqrt(1 / 60 / 4)), "wider than what all together says"
    estimate, low, high = calibrated(row("conviction", 0.15, 0.1), null)
    assert estimate == pytest.approx(1.0)
    half = math.hypot(Z * 0.1, 3.182446 * math.hypot(null.error, null.spread))
    assert (math.log(low), math.log(high)) == (pytest.approx(-half), pytest.approx(half))


def test_employment_is_turned_round() -> None:
    null = empirical_null(placebos({**dict.fromkeys(EVENTS[:3], 0.2), "employment": -0.2}))
    assert null is not None
    assert null.mean == pytest.approx(0.2)
    assert calibrated(row("employment", -0.2, 0.1), null)[0] == pytest.approx(1.0)


@pytest.mark.parametrize(("mean", "spread"), [(0.0, 0.0), (0.1, 0.0), (0.1, 0.08), (0.2, 0.1)])
def test_it_holds_where_the_controls_err_as_the_outcome_does(mean: float, spread: float) -> None:
    """Of 1,000 intervals that hold 95 in a hundred, fewer than 93 come less than once in 200 times."""
    rng = np.random.default_rng(5)
    error, own, holds, as_found = 0.06, 0.05, 0, 0
    for _ in range(1_000):
        off = mean + spread * rng.normal(size=len(EVENTS) + 1)
        logs = dict(zip(EVENTS, off[1:] + error * rng.normal(size=len(EVENTS)), strict=True))
        null = empirical_null(placebos(logs, error, error / math.sqrt(len(EVENTS))))
        assert null is not None
        found = row("conviction", math.log(0.85) + off[0] + own * rng.normal(), own)
        _, low, high = calibrated(found, null)
        holds += low <= 0.85 <= high
        as_found += float(str(found["low"])) <= 0.85 <= float(str(found["high"]))
    assert holds >= 930
    if mean:
        assert as_found < 850


def test_what_came_up_later_is_not_seen() -> None:
    """A crisis in the last year alone changes nothing here."""
    null = empirical_null(placebos(dict.fromkeys(EVENTS, 0.0)))
    assert null is not None
    assert null.mean == 0.0


def ratios() -> pl.DataFrame:
    key = {"unit": "family", "measure": "ratio of yearly rates", "method": "weighted"}
    return pl.DataFrame([row("conviction", 0.0, 0.05) | key]).with_columns(rounded_to=pl.lit(0.02))


def test_the_page_says_what_it_is_and_what_it_cannot_see() -> None:
    page = calibrated_part(ratios(), placebos(dict.fromkeys(EVENTS[:4], 0.1))).replace("&nbsp;", " ")
    assert "of 4 outcomes" in page
    assert "1.11 times on average" in page
    assert ">0.9 (" in page
    assert CANNOT.split(":")[0] in page
    assert TOO_FEW in calibrated_part(ratios(), placebos(dict.fromkeys(EVENTS[:3], 0.1)))
