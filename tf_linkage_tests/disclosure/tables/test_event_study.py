"""The groups over time as they leave: by hand, under the rules of placebos, and what the page says of them."""

from __future__ import annotations

import math

import polars as pl
import pytest
from tables_of_counts import COMPARED, estimates, event_study, pretrends, random_counts
from tables_of_counts import counts as counted

from tf_linkage.contracts.outputs.estimates import ALL_TOGETHER, REFERENCE
from tf_linkage.contracts.outputs.published import P_BOUNDS, WITHHELD, EventStudy, Pretrends
from tf_linkage.disclosure import propose_release, prove
from tf_linkage.disclosure.findings_page.before_start import over_time_section
from tf_linkage.disclosure.findings_page.cells import plain
from tf_linkage.disclosure.tables import event_study as leaving

LAST = "1-6 months before"


def half_years(ratio: float = 1.2, having: int = 60, **outcomes: float) -> dict[str, pl.DataFrame]:
    cells = {(name, ALL_TOGETHER): (ratio, 0.05, having) for name in COMPARED}
    cells |= {(name, outcome): (of, 0.2, 100) for name in COMPARED for outcome, of in outcomes.items()}
    return {"event_study": event_study(cells)}


@pytest.mark.parametrize(("having", "rule"), [(9, "few"), (10, None)])
def test_they_leave_under_the_rules_of_placebos(having: int, rule: str | None) -> None:
    table, decisions = leaving.event_study(half_years(having=having))
    EventStudy.validate(table)
    assert set(decisions["rule"]) == {rule}
    assert table.height == len(COMPARED)
    assert set(table["note"]) == {WITHHELD if rule else None}
    drift, decided = leaving.pretrends({"pretrends": pretrends({ALL_TOGETHER: (1.2, 0.1, 0.03, having)})})
    Pretrends.validate(drift)
    assert decided["rule"].to_list() == [rule]
    assert (drift["slope"][0] is None) is (rule is not None)


def test_by_hand() -> None:
    """Five of 60 families make .083, so steps of a tenth: 1.2 is 1.1 squared or 1.21, written 1.2."""
    row = leaving.event_study(half_years())[0].row(0, named=True)
    assert (row["estimate"], row["rounded_to"]) == (1.2, 0.1)
    assert row["band_low"] <= row["low"] <= 1.2 * math.exp(-1.96 * 0.05)
    assert row["band_high"] >= row["high"] >= 1.2 * math.exp(1.96 * 0.05)
    drift = leaving.pretrends({"pretrends": pretrends({ALL_TOGETHER: (1.2, 0.1, 0.03, 60)})})[0].row(0, named=True)
    error = math.log(drift["high"] / drift["low"]) / (2 * 1.96)
    assert drift["detectable"] == pytest.approx(math.exp(2.8 * error), abs=0.011)
    assert drift["carried"] == pytest.approx(math.exp(2.8 * 2.75 * error), abs=0.011)


@pytest.mark.parametrize(("p", "bound"), [(0.0, 0.01), (0.01, 0.01), (0.0101, 0.05), (0.2, 0.2), (0.93, 1.0)])
def test_a_p_value_leaves_as_a_bound(p: float, bound: float) -> None:
    table = leaving.pretrends({"pretrends": pretrends({ALL_TOGETHER: (1.0, 0.1, p, 60)})})[0]
    assert table["p_at_most"].to_list() == [bound]
    assert bound in P_BOUNDS


def test_single_outcomes_stay_inside() -> None:
    """Their figures change nothing that leaves, but for how many of them the mean is made of."""
    some = half_years(conviction=1.4, looked_after=0.7)
    others = half_years(conviction=2.9, looked_after=0.1)
    for first, then in zip(leaving.event_study(some), leaving.event_study(others), strict=True):
        assert first.equals(then)
    assert leaving.event_study(some)[0]["rounded_to"][0] == 0.05, "of two outcomes, 5 of 120"


@pytest.mark.parametrize("seed", range(5))
def test_five_families_move_what_leaves_by_one_step_at_most(seed: int) -> None:
    """What an intruder learns of a half-year is what five families of the rarest outcome make of it."""
    having = 20 + 17 * seed
    ratio = 1 + 0.07 * seed
    moved = ratio * (having + 5) / having
    first, then = (leaving.event_study(half_years(of, having))[0].row(0, named=True) for of in (ratio, moved))
    step = first["rounded_to"]
    assert abs(math.log(then["estimate"] / first["estimate"])) <= math.log1p(step) + 0.06


def test_a_release_with_them_is_proved_as_it_is_stored() -> None:
    tables = estimates(counted(random_counts(1, 120)))
    made = propose_release(tables)
    assert prove(made, tables).holds
    other = made | {"event_study": made["event_study"].with_columns(pl.col("estimate") + 0.1)}
    assert prove(other, tables).unlike == ("event_study",)
    decided = made["decisions"].collect().filter(pl.col("table").is_in(["event_study", "pretrends"]))
    assert decided.height == len(COMPARED) + 1


def page(ratio: float, p: float, having: int = 60) -> str:
    tables = half_years(ratio, having) | {"pretrends": pretrends({ALL_TOGETHER: (ratio, 0.05, p, having)})}
    told = (leaving.event_study(tables)[0], leaving.pretrends(tables)[0])
    return over_time_section(*(plain(table.lazy()) for table in told)).replace("&nbsp;", " ")


def test_the_page_says_what_a_drift_could_be() -> None:
    quiet = page(1.02, 0.4)
    assert "no drift is shown" in quiet
    assert "would mostly have been seen" in quiet
    assert "1, the reference" in quiet
    assert REFERENCE in quiet
    loud = page(1.3, 0.004)
    assert "moved apart by more than chance (p at most 0.01" in loud
    assert "Too few new events" in page(1.2, 0.3, having=5)
