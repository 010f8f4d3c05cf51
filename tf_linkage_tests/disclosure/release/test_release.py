"""A release of outcome counts: by hand, attacked, and proved as it is stored."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tables_of_counts import counts, estimates, primary_alone, random_counts

from tf_linkage.contracts.outputs.published import PUBLISHED_TABLES, REGIONAL_WINDOWS, Outcomes
from tf_linkage.contracts.outputs.release import DECISIONS, RELEASE_TABLES
from tf_linkage.disclosure import ReleaseRefused, must_hold, propose_release, prove
from tf_linkage.disclosure.release.release import system_of
from tf_linkage.disclosure.suppression.attack import exposed, intervals, leaves_open
from tf_linkage.disclosure.suppression.linked_counts import System
from tf_linkage.disclosure.tables.outcomes import having, number, outcome_system, released_windows
from tf_linkage.intervals import wilson_ends

BEFORE = "year before"


def one_group(**regions: tuple[int, int]) -> pl.DataFrame:
    """Families and families with a conviction by region, in the year before, of one group."""
    return counts({("family", "conviction", "programme", BEFORE, name): of for name, of in regions.items()})


def published(frame: pl.DataFrame) -> pl.DataFrame:
    made = propose_release(estimates(frame))
    for name, contract in RELEASE_TABLES.items():
        contract.validate(made[name].collect())
    return made["outcomes"].collect()


def row(table: pl.DataFrame, region: str) -> dict[str, object]:
    return table.row(by_predicate=pl.col("region") == region, named=True)


def test_one_row_by_hand():
    """23 of 101: 25 of 100, a quarter; Wilson's interval of 25 in 100."""
    shown = row(published(one_group(North=(101, 23))), "North")
    assert (shown["number"], shown["number_with"], shown["share"], shown["note"]) == (100, 25, 0.25, None)
    assert (shown["low"], shown["high"]) == (pytest.approx(0.175452, abs=1e-6), pytest.approx(0.343045, abs=1e-6))
    assert wilson_ends(0.25, 100) == (pytest.approx(0.175452, abs=1e-6), pytest.approx(0.343045, abs=1e-6))
    assert shown["moved_by_rounding"] == pytest.approx(27.5 / 95 - 0.25)


@pytest.mark.parametrize(
    ("having", "shown", "rule"),
    [(0, False, "few"), (9, False, "few"), (10, True, None), (90, True, None), (91, False, "nearly all"),
     (100, False, "nearly all")],
)  # fmt: skip
def test_neither_few_nor_nearly_all(having: int, shown: bool, rule: str | None):
    made = propose_release(estimates(one_group(North=(100, having))))
    found = row(made["outcomes"].collect(), "North")
    assert (found["number_with"] is not None) is shown
    assert found["number"] == 100
    decisions = (
        made[DECISIONS].collect().filter(pl.col("figure") == "number_with", pl.col("cell").str.ends_with("North"))
    )
    assert decisions["rule"].to_list() == [rule]


def test_ten_people_of_fewer_than_ten_families_are_few():
    """Twelve people with the outcome in four families."""
    frame = one_group(North=(100, 12)).with_columns(
        pl.lit("adult").cast(pl.Enum(["family", "child", "adult"])).alias("unit"),
        families_with=pl.lit(4, pl.Int32),
    )
    assert row(published(frame), "North")["number_with"] is None


def test_the_total_does_not_give_a_withheld_region_away():
    frame = one_group(London=(2000, 500), North=(2000, 3), South=(2000, 700))
    table = published(frame)
    assert row(table, "North")["number_with"] is None
    small = having(("family", "conviction", "programme", BEFORE, "North"))
    low, high = intervals(outcome_system(frame), _shown(table), [small])[small]
    assert low <= 3 <= high
    assert high - low >= 9


def _shown(table: pl.DataFrame) -> set[tuple[str, ...]]:
    key = Outcomes.primary_key()
    return {
        ("outcomes", figure, *cell)
        for figure in ("number", "number_with")
        for cell in table.filter(pl.col(figure).is_not_null()).select(pl.col(key).cast(pl.String)).iter_rows()
    }


@pytest.mark.parametrize(("in_custody", "both"), [(45, False), (50, False), (20, True)])
def test_custody_and_conviction_are_not_both_shown_where_they_are_nearly_the_same(in_custody: int, both: bool):
    """50 convicted of whom 45 in custody: the difference would tell of five families."""
    table = published(
        counts(
            {
                ("family", "conviction", "programme", BEFORE, "North"): (200, 50),
                ("family", "custody", "programme", BEFORE, "North"): (200, in_custody),
            }
        )
    )
    for _, rows in table.group_by("region"):
        assert rows["number_with"].is_not_null().all() is both


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([40, 150, 600]))
def test_no_sensitive_number_of_a_release_can_be_worked_out(seed: int, families: int):
    """The attack over all tables of a release together, each sensitive number with programmes of its own."""
    frame = counts(random_counts(seed, families))
    made = propose_release(estimates(frame))
    system = everything(frame)
    shown = _shown(made["outcomes"].collect())
    found = intervals(system, shown, system.sensitive())
    assert all(leaves_open(system, key, interval) for key, interval in found.items())
    assert not any(low == high for low, high in found.values())
    assert prove(made, estimates(frame)).holds


def test_the_attack_succeeds_on_unprotected_tables():
    """The control: with small numbers alone withheld, rounded or not, the same attacker gets in."""
    frames = [counts(random_counts(seed, 150)) for seed in range(3)]
    assert any(exposed(everything(frame), _primary(frame)) for frame in frames)


def everything(frame: pl.DataFrame) -> System:
    return system_of({name: table.collect() for name, table in estimates(frame).items()})


def _primary(frame: pl.DataFrame) -> set[tuple[str, ...]]:
    return primary_alone(everything(frame))


def test_relations_are_true_of_the_counts():
    for seed in range(5):
        assert not outcome_system(counts(random_counts(seed, 150))).broken()


WITHHELD_BUT_SHOWN = pl.when(pl.col("region") == "North").then(pl.lit(10, pl.Int32)).otherwise("number_with")


@pytest.mark.parametrize(
    "spoil",
    [
        {"number_with": WITHHELD_BUT_SHOWN},
        {"number": pl.col("number") + 10},
        {"share": pl.col("share") + 0.001},
    ],
)
def test_a_release_that_was_tampered_with_is_refused(spoil: dict[str, pl.Expr]):
    frame = one_group(London=(200, 50), North=(200, 3), South=(200, 70))
    made = propose_release(estimates(frame))
    must_hold(prove(made, estimates(frame)))
    spoiled = made | {"outcomes": made["outcomes"].with_columns(**spoil)}
    with pytest.raises(ReleaseRefused, match="not released"):
        must_hold(prove(spoiled, estimates(frame)))


def test_showing_a_withheld_number_exposes_it():
    frame = one_group(London=(200, 50), North=(200, 3), South=(200, 70))
    made = propose_release(estimates(frame))
    spoiled = made | {"outcomes": made["outcomes"].with_columns(number_with=WITHHELD_BUT_SHOWN)}
    small = having(("family", "conviction", "programme", BEFORE, "North"))
    assert small in prove(spoiled, estimates(frame)).exposed


def test_every_published_table_has_a_decision_on_each_figure():
    made = propose_release(estimates(counts(random_counts(1, 150))))
    decisions = made[DECISIONS].collect()
    assert decisions.filter(pl.col("table") == "differences").height == made["differences"].collect().height
    assert set(decisions["table"]) == set(PUBLISHED_TABLES)
    outcomes = made["outcomes"].collect()
    decisions = decisions.filter(pl.col("table") == "outcomes")
    assert decisions.height == 2 * outcomes.height
    assert decisions["shown"].sum() == outcomes.select(pl.col("number", "number_with").count()).sum_horizontal()[0]
    assert number(("family", "conviction", "programme", BEFORE, "North")) in _shown(outcomes)


def test_releases_do_not_depend_on_the_order_of_rows():
    frame = counts(random_counts(2, 150))
    one, other = (propose_release(estimates(f)) for f in (frame, frame.reverse()))
    assert all(one[name].collect().equals(other[name].collect()) for name in RELEASE_TABLES)


def test_a_release_of_which_little_is_withheld():
    """More than a hundred figures are shown before the first that is not; why that one is not is told as well."""
    cells = {
        (unit, "conviction", group, window, region): (1000, 700 if window in REGIONAL_WINDOWS else 300)
        for unit in ("adult", "child", "family")
        for group in ("programme", "comparison")
        for window in released_windows()
        for region in ("North", "South")
    }
    few = {("family", "custody", *cell[2:]): (1000, 3) for cell in cells if cell[0] == "family"}
    decisions = propose_release(estimates(counts(cells | few)))[DECISIONS].collect()
    of_outcomes = decisions.filter(pl.col("table") == "outcomes")
    withheld = of_outcomes.filter(~pl.col("shown"))
    assert of_outcomes["shown"].sum() > 100
    assert set(withheld["cell"].str.split(", ").list.get(1)) == {"custody"}
    assert set(withheld["rule"]) == {"few"}
