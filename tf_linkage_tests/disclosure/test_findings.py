"""What may leave, attacked."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tf_linkage.contracts.published import LEAST, Findings
from tf_linkage.contracts.research import FAMILY_OUTCOMES, WINDOWS
from tf_linkage.disclosure import findings
from tf_linkage.disclosure.findings import SHOWN, WITHHELD, wilson

CELLS = [f"{outcome}_{window}" for outcome in FAMILY_OUTCOMES for window in WINDOWS]
Flags = list[bool | None]


def families(size: int, cells: Mapping[str, Flags], group: str = "programme") -> pl.DataFrame:
    """A group of families with the given outcomes; the rest happened to nobody."""
    columns = {name: cells.get(name, [False] * size) for name in CELLS}
    return pl.DataFrame(
        {"study_group": [group] * size, **columns}, schema_overrides=dict.fromkeys(CELLS, pl.Boolean)
    )


def published(*groups: pl.DataFrame) -> pl.DataFrame:
    made = findings(pl.concat(groups).lazy()).collect()
    Findings.validate(made)
    return made


def row(
    table: pl.DataFrame, outcome: str, window: str = "year_before", group: str = "programme"
) -> dict[str, object]:
    return table.row(
        by_predicate=(pl.col("outcome").cast(pl.String) == outcome)
        & (pl.col("window").cast(pl.String) == window)
        & (pl.col("study_group").cast(pl.String) == group),
        named=True,
    )


def first(number: int, size: int) -> Flags:
    return [at < number for at in range(size)]


def test_a_row_for_everything_shown_or_withheld():
    table = published(families(100, {}))
    assert table.height == len(FAMILY_OUTCOMES) * len(WINDOWS) * 2
    assert set(table["note"]) <= {SHOWN, WITHHELD}


def test_one_row_by_hand():
    """23 of 101: 25 and 100, a quarter; Wilson's interval of 25 in 100."""
    shown = row(published(families(101, {"conviction_year_before": first(23, 101)})), "conviction")
    assert (shown["families"], shown["with_outcome"], shown["rate"]) == (100, 25, 0.25)
    low, high = shown["rate_low"], shown["rate_high"]
    assert (low, high) == (pytest.approx(0.175452, abs=1e-6), pytest.approx(0.343045, abs=1e-6))


@pytest.mark.parametrize(
    ("number", "shown"), [(0, False), (9, False), (10, True), (90, True), (91, False), (100, False)]
)
def test_neither_few_nor_nearly_all(number: int, shown: bool):
    table = published(families(100, {"employment_two_years_after": first(number, 100)}))
    found = row(table, "employment", "two_years_after")
    assert (found["with_outcome"] is not None) is shown
    assert found["note"] == (SHOWN if shown else WITHHELD)


def test_families_to_whom_it_could_not_happen_do_not_count():
    cells: dict[str, Flags] = {"looked_after_year_before": [*first(12, 50), *([None] * 50)]}
    shown = row(published(families(100, cells)), "looked_after")
    assert (shown["families"], shown["with_outcome"]) == (50, 10)


@pytest.mark.parametrize(("custody", "shown"), [(41, False), (50, False), (40, True)])
def test_custody_is_withheld_where_it_is_nearly_all_of_conviction(custody: int, shown: bool):
    """50 convicted of whom 41 in custody: the difference would tell of nine families."""
    cells = {"conviction_year_before": first(50, 200), "custody_year_before": first(custody, 200)}
    table = published(families(200, cells))
    assert row(table, "conviction")["with_outcome"] == 50
    assert (row(table, "custody")["with_outcome"] is not None) is shown


def test_numbers_of_families_that_nearly_agree_are_shown_as_one():
    """205 and 200 families would tell that there are a few to whom only one of the two could happen."""
    size = 230
    cells: dict[str, Flags] = {
        "conviction_year_before": first(60, size),
        "looked_after_year_before": [*first(30, 205), *([None] * 25)],
        "exclusion_year_before": [*first(40, 200), *([None] * 30)],
    }
    table = published(families(size, cells))
    numbers = [row(table, outcome)["families"] for outcome in ("conviction", "looked_after", "exclusion")]
    assert numbers == [230, 200, 200]


def test_groups_do_not_mix():
    table = published(
        families(100, {"conviction_year_before": first(30, 100)}),
        families(60, {"conviction_year_before": first(12, 60)}, "comparison"),
    )
    assert row(table, "conviction")["families"] == 100
    assert row(table, "conviction", group="comparison")["families"] == 60


def subtractions(table: pl.DataFrame) -> list[int]:
    """What an attacker can subtract within a group: published numbers of which one set lies within the other.

    These are the families to whom something could happen, those among them with it, and custody in conviction.
    """
    differences = []
    for _, rows in table.drop_nulls("families").group_by("study_group", maintain_order=True):
        numbers = rows["families"].to_list()
        differences += [abs(one - other) for one, other in itertools.combinations(numbers, 2) if one != other]
        differences += (rows["families"] - rows["with_outcome"]).to_list()
        counts = {(r["outcome"], r["window"]): r["with_outcome"] for r in rows.rows(named=True)}
        for window in WINDOWS:
            if ("custody", window) in counts and ("conviction", window) in counts:
                differences.append(counts["conviction", window] - counts["custody", window])
    return differences


def world(seed: int, size: int) -> pl.DataFrame:
    """Families with nested, rare and common outcomes, some of them impossible for some."""
    rng = random.Random(seed)
    groups = []
    for group in ("programme", "comparison"):
        cells: dict[str, Flags] = {}
        for name in CELLS:
            rate, possible = rng.choice([0.01, 0.05, 0.2, 0.6, 0.97]), rng.choice([1.0, 0.99, 0.95, 0.6])
            # Possible for the first so many: the sets lie within one another, which is an attacker's best case.
            cells[name] = [rng.random() < rate if at < possible * size else None for at in range(size)]
        for window in WINDOWS:
            convicted = [bool(value) for value in cells[f"conviction_{window}"]]
            share = rng.choice([0.1, 0.5, 0.9, 1.0])
            cells[f"conviction_{window}"] = list(convicted)
            cells[f"custody_{window}"] = [value and rng.random() < share for value in convicted]
        groups.append(families(size, cells, group))
    return pl.concat(groups)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([15, 60, 200, 600]))
def test_no_subtraction_of_published_rows_leaves_a_small_number(seed: int, size: int):
    table = published(world(seed, size))
    assert all(difference >= LEAST for difference in subtractions(table))


def test_the_attack_succeeds_on_unprotected_counts():
    """The control: the same attacker, handed counts without the rules, finds small numbers."""
    raw = world(3, 200)
    rows = [
        {
            "outcome": outcome, "window": window, "study_group": group,
            "families": members[f"{outcome}_{window}"].count(),
            "with_outcome": members[f"{outcome}_{window}"].sum(),
        }
        for (group,), members in raw.group_by("study_group", maintain_order=True)
        for outcome in FAMILY_OUTCOMES
        for window in WINDOWS
    ]  # fmt: skip
    assert any(0 <= difference < LEAST for difference in subtractions(pl.DataFrame(rows)))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_no_single_family_can_be_told_from_a_published_count(seed: int):
    """Counts are multiples of five and at least ten, whatever the truth."""
    table = published(world(seed, 60)).drop_nulls("families")
    for column in ("families", "with_outcome"):
        assert (table[column] % 5 == 0).all()
        assert (table[column] >= LEAST).all()


def test_there_are_no_totals_to_subtract_from():
    """Every row is of one group, one outcome and one window: no margin, so no row follows from others."""
    table = published(world(1, 200))
    assert set(table["study_group"].cast(pl.String)) == {"programme", "comparison"}
    assert table.select("outcome", "study_group", "window").is_unique().all()


def test_wilson_covers_what_it_should():
    """At the edges the interval stays within nought and one and holds the share."""
    for successes, trials in [(0, 10), (10, 10), (1, 1000), (500, 1000)]:
        low, high = wilson(successes, trials)
        assert 0 <= low <= successes / trials <= high <= 1
    assert wilson(0, 10)[1] == pytest.approx(0.2775, abs=5e-5)
