"""A release of how many services families use: by hand, attacked, and proved as it is stored."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
import pytest
from dataframely.exc import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st
from tables_of_counts import USING, counts, estimates, primary_alone, services

from tf_linkage.contracts.outputs.published import PUBLISHED_TABLES, ServiceUse
from tf_linkage.contracts.outputs.release import DECISIONS
from tf_linkage.disclosure import (
    ReleaseRefused,
    behind,
    findings_page,
    must_be_apart,
    must_hold,
    propose_release,
    prove,
)
from tf_linkage.disclosure.release.release import system_of
from tf_linkage.disclosure.suppression.attack import exposed, intervals, leaves_open
from tf_linkage.disclosure.suppression.linked_counts import Key, System
from tf_linkage.disclosure.tables.services import having, number

AFTER = "1-6 months after"
CELL = ("programme", AFTER)


def everything(using: tuple[int, ...], convicted: int = 60) -> dict[str, pl.LazyFrame]:
    families = sum(using)
    frame = counts({("family", "conviction", "programme", AFTER, "North"): (families, convicted)})
    return estimates(frame) | {"service_use": services({CELL: using}).lazy()}


def system(using: tuple[int, ...], convicted: int = 60) -> System:
    return system_of({name: table.collect() for name, table in everything(using, convicted).items()})


def published(using: tuple[int, ...], convicted: int = 60) -> pl.DataFrame:
    table = propose_release(everything(using, convicted))["service_use"].collect()
    ServiceUse.validate(table)
    return table


def shown_in(tables: Mapping[str, pl.LazyFrame]) -> set[Key]:
    return {
        (name, figure, *key)
        for name, table in tables.items()
        for figure in ("number", "number_with")
        for key in table.filter(pl.col(figure).is_not_null())
        .select(pl.col(PUBLISHED_TABLES[name].primary_key()).cast(pl.String))
        .collect()
        .iter_rows()
    }


def test_one_row_by_hand():
    """122 of 283 families used one service: 120 of 280, 42.9%."""
    row = published((40, 122, 91, 30, 0)).row(1, named=True)
    assert (row["services"], row["number"], row["number_with"]) == (1, 280, 120)
    assert row["share"] == pytest.approx(120 / 280)
    assert row["low"] < row["share"] < row["high"]


def test_the_whole_does_not_give_away_those_who_use_four():
    """Three families with four services: the total less the others tells them only to within the rounding."""
    table = published(USING)
    assert table["number_with"].to_list()[4] is None
    small = having(4, CELL)
    shown = shown_in({"service_use": table.lazy()})
    low, high = intervals(system(USING), shown, [small])[small]
    assert low <= 3 <= high
    assert high - low >= 9


@pytest.mark.parametrize(("convicted", "both"), [(60, True), (238, False)])
def test_those_who_use_a_service_and_those_with_its_outcome_are_not_nearly_the_same(convicted: int, both: bool):
    """243 used a service. Where 238 were convicted, five used another one alone."""
    made = propose_release(everything(USING, convicted))
    assert prove(made, everything(USING, convicted)).holds
    tables = (made["outcomes"].collect(), made["service_use"].collect().head(4))
    assert all(table["number_with"].null_count() == 0 for table in tables) is both


@settings(max_examples=15, deadline=None)
@given(st.tuples(*[st.integers(0, 60)] * 5).filter(lambda using: sum(using) > 0))
def test_no_sensitive_number_can_be_worked_out(using: tuple[int, ...]):
    convicted = sum(using[1:]) // 3
    made = propose_release(everything(using, convicted))
    known = system(using, convicted)
    assert not known.broken()
    shown = shown_in({name: made[name] for name in ("service_use", "outcomes")})
    found = intervals(known, shown, known.sensitive())
    assert all(leaves_open(known, key, interval) for key, interval in found.items())
    assert prove(made, everything(using, convicted)).holds


def test_the_attack_succeeds_on_unprotected_tables():
    """The control: 41 families of whom 10 each used none to three; those with four are what is left."""
    known = system((10, 10, 10, 10, 1), 12)
    assert exposed(known, primary_alone(known))


def test_services_add_up_over_those_who_use_them():
    """40 families with one service and 20 with two use 80; their outcomes are no more."""
    frame = counts({("family", outcome, "programme", AFTER, "North"): (100, 20) for outcome in FOUR})
    made = estimates(frame) | {"service_use": services({CELL: (40, 40, 20, 0, 0)}).lazy()}
    known = system_of({name: table.collect() for name, table in made.items()})
    assert known.quantities["service_use", "more", "used", *CELL].value == 0
    assert not known.broken()


FOUR = ("out_of_work_benefit", "child_in_need", "conviction", "persistent_absence")


def test_a_withheld_number_that_is_shown_is_exposed_and_refused():
    made = propose_release(everything(USING))
    must_hold(prove(made, everything(USING)))
    spoiled = made | {"service_use": made["service_use"].with_columns(pl.col("number_with").fill_null(10))}
    proof = prove(spoiled, everything(USING))
    assert having(4, CELL) in proof.exposed
    with pytest.raises(ReleaseRefused, match="service_use"):
        must_hold(proof)


@pytest.mark.parametrize(("left", "held"), [(1, True), (9, True), (10, False)])
def test_a_release_after_few_withdrawals_is_held_back(left: int, held: bool):
    earlier, later = (
        behind(propose_release(everything((40, using, 90, 30, 0), 60))[DECISIONS].collect())
        for using in (120, 120 - left)
    )
    if held:
        with pytest.raises(ReleaseRefused):
            must_be_apart(later, [("2020-04-06", earlier)])
    else:
        must_be_apart(later, [("2020-04-06", earlier)])


@pytest.mark.parametrize("spoil", [{"number_with": pl.lit(12, pl.Int32)}, {"share": pl.lit(None, pl.Float64)}])
def test_the_contract_refuses(spoil: dict[str, pl.Expr]):
    """A number that is not rounded; a row without its share."""
    with pytest.raises(ValidationError):
        ServiceUse.validate(published((40, 120, 90, 30, 20)).with_columns(**spoil))


def test_it_stands_on_the_page():
    page = findings_page(propose_release(everything(USING)), rehearsal=True)
    assert "How many services families use" in page
    assert f"None, {AFTER}" in page
    assert number(0, CELL) in system(USING).quantities
