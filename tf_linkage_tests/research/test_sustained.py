"""Outcomes that last, by hand: in work throughout, nothing in any half-year, and what missed links make of it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import polars as pl
import pytest

from tf_linkage.contracts.outputs.estimates import LINKAGE_METHODS, SUSTAINED, Differences
from tf_linkage.research.estimates.by_family import linked_by_age, new_events, shares_by_age
from tf_linkage.research.estimates.differences import RATE_WINDOW, in_contract
from tf_linkage.research.estimates.influence import Groups
from tf_linkage.research.estimates.linkage_error import ByAge, Recall
from tf_linkage.research.estimates.linkage_error.differences_allowed import register_of
from tf_linkage.research.estimates.linkage_error.recall import DRAWS
from tf_linkage.research.estimates.over_time import sustained_differences
from tf_linkage.research.tables.half_years import FIRST, LAST, MONTHS, NEVER, Laid

N = 80
"""Families of two adults; the first half on the programme."""

CORRECTED = LINKAGE_METHODS[0]
HALF_YEARS = (1, 2, 3)
"""Those of months 7 to 24."""


def laid_of(happened: list[tuple[str, str, int]], ages: tuple[int, int] = (30, 30)) -> Laid:
    """Who had which outcome in which half-year."""
    members = pl.DataFrame(
        [
            {"person_id": f"{i:03}{who}", "family_id": f"{i:03}", "age": age, "region": "North",
             "study_group": "programme" if i < N / 2 else "comparison", "start": dt.date(2016, 1, 1),
             "joins": NEVER, "earliest": FIRST, "latest": LAST}
            for i in range(N)
            for who, age in zip("ab", ages, strict=True)
        ]
    )  # fmt: skip
    schema = {
        "person_id": pl.String,
        "outcome": pl.String,
        "half_year": pl.Int32,
        "got": pl.Float64,
        "of": pl.Float64,
    }
    told = pl.DataFrame([(*row, 1.0, 1.0) for row in happened], schema=schema, orient="row")
    begun = told.select("person_id", "outcome", "half_year", events=pl.lit(1), before_joining=pl.lit(1))
    return Laid(members, told, begun)


def rows_of(laid: Laid, recall: float = 1.0) -> dict[tuple[str, str, str], dict[str, Any]]:
    ids = [f"{i:03}" for i in range(N)]
    on = np.arange(N) < N / 2
    groups = Groups(pl.DataFrame({"family_id": ids, "programme": on.astype(float), "weight": 1.0}))
    people = laid.members.select(
        "person_id", "family_id", cell=(pl.col("study_group") == "programme").cast(pl.Int64), adult=pl.lit(True),
        linked=pl.lit(True),
    )  # fmt: skip
    found, none = np.full(2, recall), np.zeros(2)
    known = Recall(
        people, np.array([0, 1]), found, np.tile(found, (DRAWS, 1)), none, np.tile(none, (DRAWS, 1)), 100
    )
    registers = sorted({register_of(outcome) for outcome, _ in SUSTAINED.values()})
    linked = linked_by_age(laid, people.select("person_id", *(pl.lit(True).alias(name) for name in registers)))
    rows = [
        *sustained_differences(laid, ByAge(shares_by_age(laid), linked), groups, dict.fromkeys(registers, known))
    ]
    Differences.validate(in_contract(rows))
    assert {row["window"] for row in rows} == {RATE_WINDOW}
    return {(row["outcome"], row["unit"], row["method"]): row for row in rows}


def test_in_work_throughout_is_one_person_in_each_half_year() -> None:
    """On the programme every other first adult works throughout; of the others one each for part of the time."""
    whole = [(f"{i:03}a", "employment", h) for i in range(0, N // 2, 2) for h in HALF_YEARS]
    whole += [(f"{i:03}a", "employment", h) for i in range(N // 2, N, 4) for h in HALF_YEARS]
    by_turns = list(zip("aab", HALF_YEARS, strict=True))
    parts = [(f"{i:03}{who}", "employment", h) for i in range(1, N, 4) for who, h in by_turns]
    rows = rows_of(laid_of(whole + parts))
    family = rows["in_work_throughout", "family", "weighted"]
    assert (family["programme"], family["comparison"]) == (0.5, 0.25)
    adult = rows["in_work_throughout", "adult", "weighted"]
    assert (adult["programme"], adult["comparison"]) == (0.25, 0.125)
    assert family["programme_families_with"] == N // 4


def test_nobody_convicted_is_what_is_left_of_families_with_anybody() -> None:
    """A quarter and half of families have somebody convicted in some half-year of the window."""
    in_it = [(f"{i:03}b", "conviction", HALF_YEARS[i % 3]) for i in [*range(0, N // 2, 4), *range(N // 2, N, 2)]]
    before = [(f"{i:03}a", "conviction", 0) for i in range(N)]
    rows = rows_of(laid_of(in_it + before))
    family = rows["no_conviction_throughout", "family", "weighted"]
    assert (family["programme"], family["comparison"]) == (0.75, 0.5)
    assert family["estimate"] == pytest.approx(0.25)
    assert family["low"] <= family["estimate"] <= family["high"]
    assert (family["programme_families_with"], family["comparison_families_with"]) == (3 * N // 8, N // 4)
    adult = rows["no_conviction_throughout", "adult", "weighted"]
    assert adult["programme"] == pytest.approx(1 - 0.25 / 2)
    assert adult["programme_families_with"] == 3 * N // 8, "families in which no adult was"


def test_what_links_miss_was_never_in_work_and_never_convicted() -> None:
    """Four in five are found: shares in work rise by a quarter, shares without a conviction fall."""
    in_work = [*range(0, N // 2, 2), *range(N // 2, N, 4)]
    worked = [(f"{i:03}a", "employment", h) for i in in_work for h in HALF_YEARS]
    convicted = [(f"{i:03}b", "conviction", 2) for i in [*range(0, N // 2, 4), *range(N // 2, N, 2)]]
    rows = rows_of(laid_of(worked + convicted), recall=0.8)
    work = rows["in_work_throughout", "family", CORRECTED]
    assert (work["programme"], work["comparison"]) == (pytest.approx(0.5 / 0.8), pytest.approx(0.25 / 0.8))
    free = rows["no_conviction_throughout", "family", CORRECTED]
    assert (free["programme"], free["comparison"]) == (pytest.approx(1 - 0.25 / 0.8), pytest.approx(1 - 0.5 / 0.8))
    assert free["estimate"] == pytest.approx(0.25 / 0.8)


def test_somebody_enters_when_he_may_be_old_enough() -> None:
    """Of 8 at the start, a child may be 10 within months 13 to 18; of 9, at once; one yet to be born, once born."""

    def months(age: int, outcome: str) -> int:
        """Of one family's younger member, in months 7 to 24."""
        laid = laid_of([], ages=(40, age))
        of = new_events(laid, (6, 24)).filter(pl.col("outcome") == outcome, pl.col("unit") == "child")
        return int(of["months"].sum()) // N

    assert [months(age, "conviction") for age in (7, 8, 9, 10)] == [0, 12, 18, 18]
    assert [months(age, "child_in_need") for age in (-2, -1, 0)] == [12, 18, 18]
    assert MONTHS == 6
