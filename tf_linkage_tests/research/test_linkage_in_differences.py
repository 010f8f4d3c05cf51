"""Differences in share and in costs that allow for linkage: by hand, by enumeration, and where nothing is said."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tf_linkage.contracts.outputs.estimates import LINKAGE_METHODS, OF_THOSE_FOUND, Differences
from tf_linkage.intervals import Z
from tf_linkage.research.estimates.differences import in_contract, share_differences
from tf_linkage.research.estimates.influence import Groups
from tf_linkage.research.estimates.linkage_error import (
    FLAG_ERROR,
    ByAge,
    Recall,
    corrected_costs,
    corrected_shares,
)
from tf_linkage.research.estimates.linkage_error.anybody import counted_as
from tf_linkage.research.estimates.linkage_error.differences_allowed import register_of
from tf_linkage.research.estimates.linkage_error.levels_allowed import MISSED
from tf_linkage.research.estimates.linkage_error.recall import DRAWS
from tf_linkage.research.estimates.money import THEMES, cost_differences
from tf_linkage.research.tables.school_outcomes import ENOUGH

CORRECTED, BOUNDS = LINKAGE_METHODS
OUTCOME, MEASURED, WINDOW = "conviction", "persistent_absence", "24 months after"
N = 400
"""Families; the first half on the programme."""

ON = np.arange(N) < N / 2
IDS = [f"{i:06}" for i in range(N)]
GROUPS = Groups(pl.DataFrame({"family_id": IDS, "programme": ON.astype(float), "weight": 1.0}))


def certain(
    comparison: float, programme: float, wrong: tuple[float, float] = (0.0, 0.0), together: float = 0.0
) -> Recall:
    """Recall that is known, of one cell in each group; each family has one adult and one child, all linked."""
    people = pl.DataFrame(
        {"person_id": [f"{i}{age}" for age in "ac" for i in IDS], "family_id": [*IDS, *IDS],
         "cell": [1 if on else 0 for on in (*ON, *ON)], "adult": [True] * N + [False] * N, "linked": True}
    )  # fmt: skip
    found, false = np.array([comparison, programme]), np.array(wrong)
    return Recall(
        people,
        np.array([0, 1]),
        found,
        np.tile(found, (DRAWS, 1)),
        false,
        np.tile(false, (DRAWS, 1)),
        100,
        together,
    )


def shares_of(having: np.ndarray, people: int = 1, outcome: str = OUTCOME, unit: str = "child") -> pl.DataFrame:
    group = np.where(ON, "programme", "comparison")
    return pl.DataFrame(
        {"family_id": IDS, "outcome": outcome, "unit": unit, "window": WINDOW, "study_group": group,
         "region": "North", "people": people, "people_with": having}
    )  # fmt: skip


def rows_of(shares: pl.DataFrame, recall: Recall, *units: str) -> dict[tuple[str, str], dict[str, object]]:
    outcome = str(shares["outcome"][0])
    whole = (
        shares.group_by("family_id", "outcome", "window", "study_group", "region", maintain_order=True)
        .agg(pl.col("people", "people_with").sum())
        .with_columns(unit=pl.lit("family"))
    )
    linked = shares.select("family_id", "outcome", "unit", pl.col("people").alias(register_of(outcome)))
    weighted = list(share_differences(pl.concat([shares, whole.select(shares.columns)]), GROUPS, "weighted"))
    by_age = ByAge(shares, linked)
    rows = [*weighted, *corrected_shares(by_age, GROUPS, {register_of(outcome): recall}, weighted)]
    Differences.validate(in_contract(rows))
    return {(str(row["unit"]), str(row["method"])): row for row in rows if not units or row["unit"] in units}


HALF_AND_TWO_FIFTHS = np.where(ON, np.arange(N) % 2, np.arange(N) % 5 < 2).astype(int)


def test_outcomes_of_those_found_are_those_that_schools_measure() -> None:
    assert set(OF_THOSE_FOUND) == set(ENOUGH)


def test_one_difference_by_hand() -> None:
    """Half less two fifths, of which recall .8 and .9 found their part: .5 / .8 - .4 / .9."""
    rows = rows_of(shares_of(HALF_AND_TWO_FIFTHS), certain(0.9, 0.8))
    assert rows["child", "weighted"]["estimate"] == pytest.approx(0.1)
    row = rows["child", CORRECTED]
    assert row["estimate"] == pytest.approx(0.5 / 0.8 - 0.4 / 0.9)
    assert (row["recall_programme"], row["recall_comparison"]) == (pytest.approx(0.8), pytest.approx(0.9))
    assert row["linkage_share"] == pytest.approx(0.0)
    low, high, error = (float(str(row[name])) for name in ("low", "high", "standard_error"))
    assert high - low == pytest.approx(2 * Z * error)
    gap = float(str(row["recall_gap"]))
    assert 0.4 / (0.9 + gap) - 0.4 / 0.9 == pytest.approx(low), (
        "so much lower recall moves the comparison by the end"
    )


def test_false_links_by_hand() -> None:
    """A tenth of the programme's links are false, to people of whom 180 in 400 have it."""
    row = rows_of(shares_of(HALF_AND_TWO_FIFTHS), certain(0.9, 0.8, (0.0, 0.1)))["child", CORRECTED]
    assert row["programme"] == pytest.approx((0.5 - 0.1 * 180 / 400) / (0.8 * 0.9))


def test_the_bounds_are_the_interval_and_what_flags_may_be_wrong_by() -> None:
    rows = rows_of(shares_of(HALF_AND_TWO_FIFTHS), certain(0.9, 0.8))
    corrected, bounds = rows["child", CORRECTED], rows["child", BOUNDS]
    low, high = (float(str(corrected[end])) for end in ("low", "high"))
    assert bounds["low"] == pytest.approx(low - FLAG_ERROR * 0.5 / 0.8)
    assert bounds["high"] == pytest.approx(high + FLAG_ERROR * 0.4 / 0.9)


@given(st.floats(0.5, 0.999), st.floats(0.0, 0.8))
def test_what_families_count_is_one_on_average_however_many_it_happened_to(recall: float, together: float) -> None:
    """Over every way in which people alike are found and missed (a Polya urn), families with 1, 2 and 3 count 1."""
    grain = together / (1 - together)
    for have in (1, 2, 3):
        mean = 0.0
        for ways in product((True, False), repeat=have):
            chance, hits, misses = 1.0, 0, 0
            for at, hit in enumerate(ways):
                chance *= (recall + hits * grain if hit else 1 - recall + misses * grain) / (1 + at * grain)
                hits, misses = hits + hit, misses + (not hit)
            if hits:
                mean += chance * float(counted_as(hits, np.array(recall), together))
        assert mean == pytest.approx(1.0)


def test_families_with_two_are_missed_less_often_than_people() -> None:
    """Each found one counts 1 / .8 alone; two found in a family count 1 - (1 - 1 / .8) ** 2 together."""
    two = shares_of(np.where(ON, 2, HALF_AND_TWO_FIFTHS), people=2)
    some = two.with_columns(
        pl.when(pl.Series(ON) & pl.Series(np.arange(N) % 2 == 0))
        .then(0)
        .otherwise("people_with")
        .alias("people_with")
    )
    row = rows_of(some, certain(0.8, 0.8), "family")["family", CORRECTED]
    assert row["programme"] == pytest.approx(0.5 * (1 - (1 - 1 / 0.8) ** 2))
    assert row["comparison"] == pytest.approx(0.4 / 0.8)


def test_outcomes_of_those_found_are_no_larger_for_those_missed_and_strangers_are_taken_out() -> None:
    """What was measured of pupils found is their share; a tenth of links false draws it to that of strangers."""
    rows = rows_of(shares_of(HALF_AND_TWO_FIFTHS, outcome=MEASURED), certain(0.9, 0.8, (0.0, 0.1)))
    row = rows["child", CORRECTED]
    assert row["comparison"] == pytest.approx(0.4)
    assert row["programme"] == pytest.approx((0.5 - 0.1 * 180 / 400) / 0.9)
    assert row["recall_programme"] == pytest.approx(0.8)
    family = rows["family", CORRECTED]
    assert (family["programme"], family["comparison"]) == (pytest.approx(row["programme"]), pytest.approx(0.4))


def test_those_missed_may_have_it_half_to_twice_as_often_at_the_worst() -> None:
    rows = rows_of(shares_of(HALF_AND_TWO_FIFTHS, outcome=MEASURED), certain(0.9, 0.8))
    corrected, bounds = rows["child", CORRECTED], rows["child", BOUNDS]
    fewer, more = MISSED
    down = 0.5 * 0.2 * (1 - fewer) + 0.4 * 0.1 * (more - 1)
    up = 0.5 * 0.2 * (more - 1) + 0.4 * 0.1 * (1 - fewer)
    assert bounds["low"] == pytest.approx(float(str(corrected["low"])) - down)
    assert bounds["high"] == pytest.approx(float(str(corrected["high"])) + up)


def test_those_found_stand_for_those_missed_of_their_own_cell() -> None:
    """Two councils: where half are found and all have it, each counts two; where all are found, nobody has it."""
    recall = certain(1.0, 1.0)
    second = pl.Series([i % 2 == 1 for i in range(N)] * 2)
    cells = recall.people.with_columns(
        pl.when(second & (pl.col("cell") == 1)).then(2).otherwise("cell").alias("cell")
    )
    found = np.array([1.0, 1.0, 0.5])
    two = Recall(
        cells, np.array([0, 1, 1]), found, np.tile(found, (DRAWS, 1)), recall.wrong, recall.wrong_drawn, 100
    )
    having = np.where(ON, np.arange(N) % 2, np.arange(N) % 5 < 2).astype(int)
    row = rows_of(shares_of(having, outcome=MEASURED), two, "child")["child", CORRECTED]
    assert row["programme"] == pytest.approx(2 / 3)


COSTS = ("benefits", "crime and justice", "education", "social care", "the programme")


def costs_of(pence: np.ndarray) -> pl.DataFrame:
    group = np.where(ON, "programme", "comparison")
    return pl.concat(
        pl.DataFrame(
            {"family_id": IDS, "theme": theme, "window": WINDOW, "study_group": group,
             "pence": np.where(ON, 20_000, 0) if theme == COSTS[-1] else pence, "people_with": 1, "people": 2}
        )
        for theme in COSTS
    )  # fmt: skip


def cost_rows(recalls: dict[str, Recall]) -> dict[tuple[str, str], dict[str, object]]:
    costs = costs_of(10_000 * HALF_AND_TWO_FIFTHS)
    spent = costs.filter(pl.col("theme") != COSTS[-1]).select(
        "theme", "window", "family_id", "pence", adult=pl.lit(True)
    )
    weighted = list(cost_differences(costs, GROUPS, "weighted"))
    rows = [*weighted, *corrected_costs(spent, costs, GROUPS, recalls, weighted)]
    Differences.validate(in_contract(rows))
    return {(str(row["outcome"]), str(row["method"])): row for row in rows}


def test_costs_by_hand_and_the_programme_is_known() -> None:
    """100 pounds in two years of half and of two fifths; the programme's 200 pounds are missed by nobody."""
    known = {name: certain(0.9, 0.8) for name in THEMES.values()}
    rows = cost_rows(known)
    one = 50 * (0.5 / 0.8 - 0.4 / 0.9)
    assert rows["benefits", CORRECTED]["estimate"] == pytest.approx(one)
    assert rows["all costs", CORRECTED]["estimate"] == pytest.approx(4 * one + 100)
    assert rows["all costs", CORRECTED]["recall_programme"] == pytest.approx((100 + 100) / (125 + 100))
    assert (COSTS[-1], CORRECTED) not in rows


def test_without_recall_of_a_register_its_costs_and_all_costs_are_not_corrected() -> None:
    rows = cost_rows({THEMES["benefits"]: certain(0.9, 0.8)})
    assert {outcome for outcome, method in rows if method == CORRECTED} == {"benefits"}


def test_an_unsure_recall_widens_the_interval_by_what_it_is_unsure() -> None:
    rng = np.random.default_rng(1)
    exact = certain(0.9, 0.8)
    unsure = Recall(
        exact.people, exact.arm, exact.found, exact.found * np.exp(rng.normal(0, 0.02, (DRAWS, 2))), exact.wrong,
        exact.wrong_drawn, 100,
    )  # fmt: skip
    sure, wide = (rows_of(shares_of(HALF_AND_TWO_FIFTHS), of) for of in (exact, unsure))
    for unit in ("child", "family"):
        added = 0.02 * math.hypot(0.5 / 0.8, 0.4 / 0.9)
        before, after = (float(str(of[unit, CORRECTED]["standard_error"])) for of in (sure, wide))
        assert after == pytest.approx(math.hypot(before, added), rel=0.05)
        assert wide[unit, CORRECTED]["linkage_share"] == pytest.approx(added**2 / after**2, rel=0.2)


def test_no_figure_where_the_weighted_row_has_none() -> None:
    rows = rows_of(shares_of(np.where(np.arange(N) < 5, 1, 0)), certain(0.9, 0.9))
    assert all(row.get("estimate") is None for row in rows.values())
    assert {method for _, method in rows} == {"weighted", *LINKAGE_METHODS}
