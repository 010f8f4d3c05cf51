"""A release of benefit paths: by hand, attacked, and proved as it is stored."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
import pytest
from dataframely.exc import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st
from tables_of_counts import counts, estimates, paths, primary_alone

from tf_linkage.contracts.outputs.estimates import BENEFIT_STATES
from tf_linkage.contracts.outputs.published import PUBLISHED_TABLES, BenefitPaths
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
from tf_linkage.disclosure.tables.paths import having

AFTER = "1-6 months after"
FROM = ("out of work", "programme", AFTER)
WENT = (200, 61, 31, 3)
"""Adults out of work before the start, by where they stood after it."""


def everything(went: tuple[int, ...], families: tuple[int, ...] | None = None) -> dict[str, pl.LazyFrame]:
    cells = {
        ("out of work", to, "programme", AFTER): of
        for to, of in zip(BENEFIT_STATES, zip(went, families or went, strict=True), strict=True)
    }
    claiming = went[0] + went[1] + 40
    frame = counts({("adult", "out_of_work_benefit", "programme", AFTER, "North"): (500, claiming)})
    return estimates(frame) | {"benefit_paths": paths(cells).lazy()}


def system(went: tuple[int, ...]) -> System:
    return system_of({name: table.collect() for name, table in everything(went).items()})


def published(went: tuple[int, ...], families: tuple[int, ...] | None = None) -> pl.DataFrame:
    table = propose_release(everything(went, families))["benefit_paths"].collect()
    BenefitPaths.validate(table)
    return table


def shown_in(tables: Mapping[str, pl.LazyFrame]) -> set[Key]:
    return {
        (name, figure, *key)
        for name in ("outcomes", "service_use", "benefit_paths")
        for figure in ("number", "number_with")
        for key in tables[name]
        .filter(pl.col(figure).is_not_null())
        .select(pl.col(PUBLISHED_TABLES[name].primary_key()).cast(pl.String))
        .collect()
        .iter_rows()
    }


def test_one_row_by_hand():
    """61 of 322 went from out of work to both: 60 of 320."""
    row = published((200, 61, 31, 30)).row(1, named=True)
    assert (row["from_state"], row["to_state"]) == BENEFIT_STATES[:2]
    assert (row["number"], row["number_with"], row["share"]) == (320, 60, 60 / 320)
    assert row["low"] < row["share"] < row["high"]


def test_an_interval_counts_families_and_not_their_adults():
    alone = published((200, 60, 30, 30)).row(1, named=True)
    together = published((200, 60, 30, 30), (100, 30, 15, 15)).row(1, named=True)
    assert alone["share"] == together["share"]
    assert together["high"] - together["low"] > 1.3 * (alone["high"] - alone["low"])


@pytest.mark.parametrize(("families", "shown"), [((200, 61, 31, 9), False), ((200, 61, 31, 10), True)])
def test_adults_of_few_families_are_few(families: tuple[int, ...], shown: bool):
    assert (published((200, 61, 31, 14), families)["number_with"][3] is not None) is shown


def test_the_whole_does_not_give_away_a_rare_path():
    made = propose_release(everything(WENT))
    rare = having("neither", FROM)
    low, high = intervals(system(WENT), shown_in(made), [rare])[rare]
    assert low <= 3 <= high
    assert high - low >= 9


@settings(max_examples=10, deadline=None)
@given(st.tuples(*[st.integers(0, 60)] * 4).filter(lambda went: sum(went) > 0))
def test_no_sensitive_number_can_be_worked_out(went: tuple[int, ...]):
    made, known = propose_release(everything(went)), system(went)
    assert not known.broken()
    found = intervals(known, shown_in(made), known.sensitive())
    assert all(leaves_open(known, key, interval) for key, interval in found.items())


def test_the_attack_succeeds_on_unprotected_tables():
    """The control: 31 adults of whom 10 each went three ways; who went the fourth is what is left."""
    known = system((10, 10, 10, 1))
    assert having("neither", FROM) in exposed(known, primary_alone(known))


def test_a_withheld_number_that_is_shown_is_exposed_and_refused():
    made = propose_release(everything(WENT))
    must_hold(prove(made, everything(WENT)))
    rare = (pl.col("from_state") == "out of work") & (pl.col("to_state") == "neither")
    given_away = pl.when(rare).then(pl.lit(10, pl.Int32)).otherwise("number_with")
    spoiled = made | {"benefit_paths": made["benefit_paths"].with_columns(number_with=given_away)}
    proof = prove(spoiled, everything(WENT))
    assert having("neither", FROM) in proof.exposed
    with pytest.raises(ReleaseRefused, match="benefit_paths"):
        must_hold(proof)


@pytest.mark.parametrize(("left", "held"), [(1, True), (9, True), (10, False)])
def test_a_release_after_few_withdrawals_is_held_back(left: int, held: bool):
    earlier, later = (
        behind(propose_release(everything((200, 60, working, 0)))[DECISIONS].collect())
        for working in (40, 40 - left)
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
        BenefitPaths.validate(published((200, 61, 31, 30)).with_columns(**spoil))


def test_it_stands_on_the_page():
    page = findings_page(propose_release(everything(WENT)), rehearsal=True)
    assert "Paths between benefits and work" in page
    assert "Out of work, then working and claiming" in page
