"""Recall by group, and ratios corrected for it: by hand, against an oracle, and where nothing can be said."""

from __future__ import annotations

from dataclasses import replace

import delicatessen
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tf_linkage.contracts.outputs.estimates import LINKAGE_METHODS, Differences
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.intervals import Z, design_effect
from tf_linkage.research.estimates.differences import in_contract, rate_ratios
from tf_linkage.research.estimates.influence import Groups, levels, standard_error
from tf_linkage.research.estimates.linkage_error import Recall, corrected_ratios, recalls
from tf_linkage.research.estimates.linkage_error.recall import (
    DRAWS,
    FLAG_ERROR,
    MINIMUM_COUNT,
    recall_of,
    shrunk,
)
from tf_linkage.research.tables.outcomes import EVENTS

CORRECTED, BOUNDS = LINKAGE_METHODS
OUTCOME = "conviction"
NAME = EVENTS[OUTCOME][0]
N = 400
"""Families, of one adult each; the first half on the programme."""


def events_of(count: np.ndarray) -> pl.DataFrame:
    ids = [f"{i:06}" for i in range(N)]
    return pl.DataFrame(
        {"family_id": ids, "outcome": OUTCOME, "unit": "family", "person_id": ids, "months": 12, "events": count}
    )


GROUPS = Groups(
    pl.DataFrame({"family_id": [f"{i:06}" for i in range(N)], "programme": np.arange(N) < N / 2, "weight": 1.0})
    .with_columns(pl.col("programme").cast(pl.Float64))
)  # fmt: skip


def certain(comparison: float, programme: float, wrong: tuple[float, float] = (0.0, 0.0)) -> Recall:
    """Recall that is known, of one cell in each group; everybody is linked."""
    people = pl.DataFrame(
        {"person_id": [f"{i:06}" for i in range(N)], "family_id": [f"{i:06}" for i in range(N)],
         "cell": [1] * (N // 2) + [0] * (N // 2), "adult": True, "linked": True}
    )  # fmt: skip
    found, false = np.array([comparison, programme]), np.array(wrong)
    return Recall(
        people, np.array([0, 1]), found, np.tile(found, (DRAWS, 1)), false, np.tile(false, (DRAWS, 1)), 100
    )


def rows_of(events: pl.DataFrame, recall: Recall) -> dict[str, dict[str, object]]:
    of_families = events.with_columns(people=pl.lit(1), people_with=(pl.col("events") > 0).cast(pl.Int32))
    weighted = list(rate_ratios(of_families, GROUPS, "weighted"))
    rows = [*weighted, *corrected_ratios(events, GROUPS, {NAME: recall}, weighted)]
    Differences.validate(in_contract(rows))
    return {str(row["method"]): row for row in rows}


def test_one_ratio_by_hand() -> None:
    """100 events of 200 families over 80 of 200 is 1.25; recall .8 and .9 make it 1.25 * .9 / .8 = 1.40625."""
    events = events_of(np.where(np.arange(N) < N / 2, np.arange(N) % 2, np.arange(N) % 5 < 2))
    rows = rows_of(events, certain(0.9, 0.8))
    assert rows["weighted"]["estimate"] == pytest.approx(1.25)
    row = rows[CORRECTED]
    assert row["estimate"] == pytest.approx(1.40625)
    assert (row["programme"], row["comparison"]) == (pytest.approx(0.5 / 0.8), pytest.approx(0.4 / 0.9))
    assert (row["recall_programme"], row["recall_comparison"]) == (pytest.approx(0.8), pytest.approx(0.9))
    assert row["standard_error"] == pytest.approx(rows["weighted"]["standard_error"])
    assert row["linkage_share"] == pytest.approx(0.0), "recall that is known adds nothing"
    assert row["recall_gap"] == pytest.approx(-0.9 * (1 - 1 / row["low"]))  # type: ignore[operator]


def test_false_links_by_hand() -> None:
    """A tenth of the programme's links are false, to 90 events in 200 years: (100 - .1 * 90) / (.8 * .9)."""
    events = events_of(np.where(np.arange(N) < N / 2, np.arange(N) % 2, np.arange(N) % 5 < 2))
    row = rows_of(events, certain(0.9, 0.8, (0.0, 0.1)))[CORRECTED]
    everybody = 180 / 400
    assert row["programme"] == pytest.approx((0.5 - 0.1 * everybody) / (0.8 * 0.9))
    assert row["comparison"] == pytest.approx(0.4 / 0.9)


def test_the_bounds_are_the_interval_and_what_flags_may_be_wrong_by() -> None:
    """Recall that is known leaves two in a hundred flags: either group may have been raised by 2% too much."""
    events = events_of(np.where(np.arange(N) < N / 2, np.arange(N) % 2, np.arange(N) % 5 < 2))
    rows = rows_of(events, certain(0.9, 0.8))
    assert rows[BOUNDS]["low"] == pytest.approx(rows[CORRECTED]["low"] * (1 - FLAG_ERROR))  # type: ignore[operator]
    assert rows[BOUNDS]["high"] == pytest.approx(rows[CORRECTED]["high"] / (1 - FLAG_ERROR))  # type: ignore[operator]
    assert rows[BOUNDS].get("standard_error") is None


def test_the_error_is_that_of_stacked_equations_with_recall_among_them() -> None:
    """Delicatessen solves rates and recall together; people known to be present are others than those counted."""
    rng = np.random.default_rng(3)
    on = np.arange(N) < N / 2
    count = rng.poisson(np.where(on, 0.5, 0.6))
    known, hits = {True: 300, False: 250}, {True: 276, False: 240}
    found = {side: np.arange(known[side]) < hits[side] for side in known}
    y = np.concatenate([count, np.zeros(550)])
    of = np.concatenate([np.where(on, 1, 2), np.full(300, 3), np.full(250, 4)])
    linked = np.concatenate([np.zeros(N), found[True], found[False]]).astype(float)

    def equations(theta: np.ndarray) -> np.ndarray:
        mu1, mu0, se1, se0, ratio = theta
        return np.vstack(
            [
                (of == 1) * (y - mu1), (of == 2) * (y - mu0),
                (of == 3) * (linked - se1), (of == 4) * (linked - se0),
                np.full(len(of), np.log(mu1 / se1) - np.log(mu0 / se0) - ratio),
            ]
        )  # fmt: skip

    solved = delicatessen.MEstimator(equations, init=[0.5, 0.6, 0.9, 0.95, 0.0])
    solved.estimate()
    drawn = [shrunk(np.array([float(hits[side])]), np.array([float(known[side])]), rng) for side in (False, True)]
    recall = replace(
        certain(drawn[0][0][0], drawn[1][0][0]), found_drawn=np.column_stack([drawn[0][1], drawn[1][1]])
    )
    row = rows_of(events_of(count), recall)[CORRECTED]
    assert np.log(row["estimate"]) == pytest.approx(solved.theta[4], abs=0.002)  # type: ignore[arg-type]
    assert row["standard_error"] == pytest.approx(np.sqrt(solved.variance[4, 4]), rel=0.02)
    influence = levels(GROUPS, np.arange(N), count.astype(float), np.ones(N)).log_ratio[1]
    closed = sum((1 - hits[s] / known[s]) / hits[s] for s in known)
    assert row["linkage_share"] == pytest.approx(closed / (closed + standard_error(influence) ** 2), rel=0.1)


def test_cells_no_further_apart_than_chance_share_one_figure_and_others_keep_their_own() -> None:
    rng = np.random.default_rng(1)
    mean, drawn = shrunk(np.array([90.0, 91.0, 89.0]), np.array([100.0, 100.0, 100.0]), rng)
    assert mean == pytest.approx([270.5 / 301] * 3, abs=1e-4)
    assert np.corrcoef(drawn.T)[0, 1] > 0.99
    apart, own = shrunk(np.array([60.0, 99.0]), np.array([100.0, 100.0]), rng)
    assert apart[0] < 0.65
    assert apart[1] > 0.95
    assert abs(np.corrcoef(own.T)[0, 1]) < 0.2


def test_a_small_cell_leans_on_the_others() -> None:
    mean, drawn = shrunk(np.array([900.0, 2.0, 850.0]), np.array([1000.0, 5.0, 1000.0]), np.random.default_rng(1))
    assert 0.4 < mean[1] < 0.9
    assert drawn[:, 1].std() > 2 * drawn[:, 0].std()


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=8))
def test_draws_are_shares_and_lie_about_their_mean(cells: list[tuple[int, int]]) -> None:
    found = np.array([float(min(cell)) for cell in cells])
    known = np.array([float(max(cell)) for cell in cells])
    mean, drawn = shrunk(found, known, np.random.default_rng(0))
    assert ((drawn > 0) & (drawn <= 1)).all()
    assert ((mean > 0) & (mean < 1)).all()
    assert drawn.mean(axis=0) == pytest.approx(mean, abs=0.03)


def test_families_widen_recall_as_their_size_does() -> None:
    """Four people to a family, found or missed together, are worth a quarter."""
    whole = pl.DataFrame(
        {"person_id": range(400), "family_id": [i // 4 for i in range(400)], "programme": True,
         "linked": [i // 4 % 5 > 0 for i in range(400)]}
    )  # fmt: skip
    family, linked, within = whole["family_id"], whole["linked"], whole["programme"]
    assert design_effect(family, linked, within=within) == pytest.approx(4)
    assert design_effect(whole["person_id"], linked, within=within) == 1
    assert design_effect(family, linked | ~linked, within=within) == 1, "everybody was found"


def test_families_widen_recall_within_their_own_group_alone() -> None:
    """Groups that differ as a whole do not make families look alike: each is held against its own share."""
    people = pl.DataFrame(
        {"family": [i // 2 for i in range(80)], "programme": [i < 40 for i in range(80)],
         "linked": [i < 40 for i in range(80)]}
    )  # fmt: skip
    assert design_effect(people["family"], people["linked"], within=people["programme"]) == 1
    assert design_effect(people["family"], people["linked"]) == pytest.approx(2)


def known_people(families: int) -> pl.DataFrame:
    """Half of the families on the programme; one person each, known to be present, nine in ten found."""
    rows = range(2 * families)
    return pl.DataFrame(
        {"person_id": [f"{i:05}" for i in rows], "family_id": [f"{i:05}" for i in rows],
         "programme": [i % 2 == 0 for i in rows], "adult": True, "la_code": "E1", "present": True,
         "linked": [i // 2 % 10 > 0 for i in rows]}
    ).with_columns(confidence=pl.when("linked").then(pl.lit("high")))  # fmt: skip


def test_recall_and_precision_of_one_register_by_hand() -> None:
    recall = recall_of(known_people(100), np.random.default_rng(1))
    assert recall.found == pytest.approx([90.5 / 101] * 2, abs=1e-4)
    assert recall.wrong == pytest.approx([0.005, 0.005]), "half of what the band leaves"
    assert recall.wrong_drawn.max() <= 0.01
    assert recall.found_drawn[:, 0].std() == pytest.approx(np.sqrt(0.9 * 0.1 / 100), rel=0.1)
    assert recall.known == 100
    assert abs(np.corrcoef(recall.found_drawn.T)[0, 1]) < 0.1, "each group's recall is its own"


def study_of(families: int) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Members, links and records: everybody bears the flag by which the register is known, and is found in it."""
    flag, codes = next(iter(DEPARTMENTS[NAME].known_by.items()))
    people = known_people(families)
    group = pl.when("programme").then(pl.lit("programme")).otherwise(pl.lit("comparison"))
    members = people.select("person_id", "family_id", age=pl.lit(30), study_group=group)
    links = people.select(
        "person_id",
        *(
            pl.lit(said if name == NAME else None, pl.String).alias(f"{name}_{what}")
            for name in DEPARTMENTS
            for what, said in (("link", "high"), ("ref", "r"))
        ),
    )
    flags = {problem for department in DEPARTMENTS.values() for problem in department.known_by}
    records = people.select("person_id", "la_code", age=pl.lit(30), person_ref="person_id").with_columns(
        pl.lit(codes[0] if problem == flag else None, pl.String).alias(problem) for problem in sorted(flags)
    )
    return members, links, records


def test_nothing_is_said_of_a_register_with_too_few_known_to_be_present() -> None:
    assert list(recalls(*study_of(MINIMUM_COUNT))) == [NAME]
    assert recalls(*study_of(MINIMUM_COUNT - 1)) == {}


def test_the_same_links_give_the_same_draws() -> None:
    first, second = (recalls(*study_of(20))[NAME] for _ in range(2))
    assert np.array_equal(first.found_drawn, second.found_drawn)
    assert np.array_equal(first.wrong_drawn, second.wrong_drawn)


def test_children_too_young_for_the_register_are_not_looked_for_there() -> None:
    members, links, records = study_of(20)
    assert recalls(members, links, records.with_columns(age=pl.lit(DEPARTMENTS[NAME].youngest - 1))) == {}


def test_an_outcome_without_recall_has_no_row_and_one_without_a_ratio_has_no_figure() -> None:
    events = events_of(np.where(np.arange(N) < N / 2, np.arange(N) % 2, 0))
    of_families = events.with_columns(people=pl.lit(1), people_with=(pl.col("events") > 0).cast(pl.Int32))
    weighted = list(rate_ratios(of_families, GROUPS, "weighted"))
    assert list(corrected_ratios(events, GROUPS, {}, weighted)) == []
    rows = list(corrected_ratios(events, GROUPS, {NAME: certain(0.9, 0.9)}, weighted))
    assert [row["method"] for row in rows] == [CORRECTED, BOUNDS]
    assert all("estimate" not in row for row in rows)


def test_the_interval_is_the_estimate_and_its_error() -> None:
    events = events_of(np.where(np.arange(N) < N / 2, np.arange(N) % 2, np.arange(N) % 5 < 2))
    row = rows_of(events, certain(0.9, 0.8))[CORRECTED]
    low, high, error = (float(str(row[name])) for name in ("low", "high", "standard_error"))
    assert np.log(high / low) == pytest.approx(2 * Z * error)
