"""What each gate costs by column: by hand where one column alone has to go, and never more than is there."""

from __future__ import annotations

import itertools

import polars as pl
import pytest
from research_rows import research_table

from tf_linkage.contracts.bodies.council import PROBLEMS
from tf_linkage.contracts.ladders import STEPS
from tf_linkage.disclosure import sensitive_of, use_kept
from tf_linkage.disclosure.microdata.coarsening_choice import Choice
from tf_linkage.disclosure.microdata.use_kept import TOLD, WITHHELD


def nobody_besides(_: Choice) -> frozenset[str]:
    return frozenset()


def test_a_neighbour_costs_nothing_where_a_lead_worker_costs_the_problems() -> None:
    """Two families of each pair of problems: their number, the same of all, is all that can stay."""
    lists = list(itertools.combinations(PROBLEMS, 2))
    rows = [{one: True, other: True, "problems": "2"} for one, other in lists for _ in range(2)]
    table = research_table("family_outcomes", rows)
    sensitive = sensitive_of("family_outcomes", {"family_outcomes": table})
    kept = use_kept("family_outcomes", table, None, sensitive, nobody_besides)
    row = kept.row(by_predicate=pl.col("column") == "problems", named=True)
    bits = pytest.approx(3.9069, abs=1e-4)  # log2 of fifteen pairs of six
    assert (row[TOLD], row["neighbour"], row["lead worker"]) == (bits, bits, 0)
    last = kept.row(by_predicate=pl.col("column") == WITHHELD, named=True)
    assert (last["neighbour"], last["lead worker"], last["council"]) == (0, 0, 0)


def test_no_column_tells_more_than_it_did_and_every_column_is_there() -> None:
    ages = ["0-4"] * 30 + ["5-10"] * 25 + ["45+"] * 3
    groups = ["programme", "comparison"] * 29
    rows = [{"age_band": age, "study_group": group} for age, group in zip(ages, groups, strict=True)]
    table = research_table("people", rows)
    nothing = table.select("person_study_ref", never=pl.lit(value=False))

    def two_more(_: Choice) -> frozenset[str]:
        return frozenset({"R00000", "R00001"})

    kept = use_kept("people", table, None, nothing, two_more)
    assert kept["column"].to_list() == [*STEPS["people"], WITHHELD]
    columns = kept.filter(pl.col("column") != WITHHELD)
    for intruder in ("neighbour", "lead worker", "council"):
        assert (columns[intruder] <= columns[TOLD] + 1e-9).all(), intruder
        assert (columns[intruder] >= 0).all()
    withheld = kept.row(-1, named=True)
    assert withheld["council"] == pytest.approx(withheld["lead worker"] + 2 / 58)
