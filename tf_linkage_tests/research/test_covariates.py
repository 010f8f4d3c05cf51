"""What the groups are made alike on: councils within their region, and events half-year by half-year."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tf_linkage.contracts.outputs.estimates import ALL_WINDOWS
from tf_linkage.research.estimates.by_family import events_by_half_year, new_events
from tf_linkage.research.estimates.covariates import _councils, covariates
from tf_linkage.research.tables.half_years import Laid, lay

COVERED = (dt.date(2012, 4, 1), dt.date(2020, 3, 31))
Frames = Any


@pytest.fixture
def laid(linked_people: Frames, attributes: Frames, returns: Frames, regions: dict[str, str]) -> Laid:
    return lay(linked_people, attributes, returns, regions, COVERED)


def test_one_council_to_a_region_is_told_by_its_region(laid: Laid, attributes: pl.LazyFrame) -> None:
    names = covariates(laid, attributes).columns
    assert "region North" in names
    assert not [name for name in names if name.startswith("council")]


def test_councils_of_one_region_are_told_apart_by_number(
    linked_people: Frames, attributes: Frames, returns: Frames
) -> None:
    """Hackney and Hull in one region: Hull's code is the lower, so that Hackney is the second."""
    one = dict.fromkeys(("E09000012", "E06000010"), "North")
    table = covariates(lay(linked_people, attributes, returns, one, COVERED), attributes)
    assert "region North" not in table.columns
    assert dict(table.select("family_id", "council 2 of North").iter_rows()) == {"fam-1": 1.0, "fam-2": 0.0}
    assert not [name for name in table.columns if "E0" in name], "no council is named"


@given(st.lists(st.sampled_from([("North", "a"), ("North", "b"), ("North", "c"), ("South", "d")]), min_size=1))
def test_region_and_councils_together_tell_each_council(rows: list[tuple[str, str]]) -> None:
    """Two families of a region have the same columns exactly where their council is the same."""
    known = pl.DataFrame(rows, schema=["region", "la_code"], orient="row")
    made = _councils(known)
    for region in {region for region, _ in rows}:
        councils = {code for where, code in rows if where == region}
        assert len([name for name in made.columns if name.endswith(f" of {region}")]) == len(councils) - 1
    told = list(zip(rows, made.rows() if made.width else [()] * len(rows), strict=True))
    assert len({(region, columns) for (region, _), columns in told}) == len(set(rows))


def test_half_years_add_up_to_their_window(laid: Laid) -> None:
    window = ALL_WINDOWS["7-24 months after"]
    key = ["family_id", "outcome", "unit"]
    whole = new_events(laid, window).select(*key, "months", "events").sort(key)
    parts = events_by_half_year(laid, window)
    summed = parts.group_by(key).agg(pl.col("months", "events").sum()).sort(key)
    assert whole["events"].sum() > 0
    assert summed.select(*key, "months", "events").equals(whole.cast(summed.schema))  # type: ignore[arg-type]
    assert set(parts["half_year"]) == {1, 2, 3}
