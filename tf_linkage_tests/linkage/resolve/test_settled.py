"""What becomes of weighed pairs under each kind of link, by hand."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace

import polars as pl
import pytest

from tf_linkage.linkage import department_model
from tf_linkage.linkage.resolve.assignment import settled
from tf_linkage.linkage.resolve.decision import DecisionRule

MODEL = department_model("dwp", ("forename", "surname", "date_of_birth", "postcode"))
ROWS = {"left_row": pl.UInt32, "entity": pl.UInt32, "match_weight": pl.Float64}


def became(kind: str, *rows: tuple[int, int, float]) -> dict[tuple[int, int], tuple[str, float]]:
    """Status and posterior of each pair of `left_row`, `entity`, bits."""
    bits = pl.col("match_weight")
    weighed = pl.DataFrame(rows, schema=ROWS, orient="row").with_columns(
        match_probability=1 / (1 + pl.lit(2.0).pow(-bits)), certain=pl.lit(value=False), undated=pl.lit(value=False)
    )
    model = dataclasses.replace(MODEL, kind=kind, second_records=False)
    found = settled(weighed, model)
    return {(row["left_row"], row["entity"]): (row["status"], row["match_probability"]) for row in found.to_dicts()}


@pytest.mark.parametrize(
    ("kind", "same_entity", "same_left"),
    [
        ("one-to-one", "rival", "rival"),
        ("one-to-many", "rival", "link"),
        ("many-to-one", "link", "rival"),
        ("many-to-many", "link", "link"),
    ],
)
def test_a_link_keeps_others_from_its_record_where_the_kind_says_so(
    kind: str, same_entity: str, same_left: str
) -> None:
    assert became(kind, (0, 0, 12.0), (1, 0, 6.0))[1, 0][0] == same_entity
    assert became(kind, (0, 0, 12.0), (0, 1, 6.0))[0, 1][0] == same_left
    assert became(kind, (0, 0, 12.0), (1, 1, -1.0))[1, 1][0] == "review"


def test_between_equals_nothing_chooses_even_where_one_has_another_link() -> None:
    # A right-hand person once, a left record often: 0 and 1 are as good for 0, and 1 is surely linked to 1 as well.
    found = became("one-to-many", (0, 0, 10.0), (1, 0, 10.0), (1, 1, 8.0))
    assert found[1, 1][0] == "link"
    assert found[0, 0][0] == found[1, 0][0] == "review"
    posterior = 1 / (1 + 2.0**-10)
    assert found[0, 0][1] == pytest.approx(posterior / (1 + posterior))


def test_where_both_are_once_one_who_is_linked_elsewhere_is_no_equal() -> None:
    found = became("one-to-one", (0, 0, 10.0), (1, 0, 10.0), (1, 1, 12.0))
    assert (found[0, 0][0], found[1, 1][0], found[1, 0][0]) == ("link", "link", "rival")


def test_what_neither_is_likely_nor_comes_near_is_left_out() -> None:
    near = MODEL.settings.resolution.near
    floor = -3.17  # bits of the review threshold, .1
    found = became("one-to-one", (0, 0, floor - near + 0.1), (1, 1, floor - near - 0.1))
    assert {pair: status for pair, (status, _) in found.items()} == {(0, 0): "rival"}


@pytest.mark.parametrize(
    ("rules", "family", "matchkey", "stage"),
    [
        (0b1, 0.0, None, "rule 0"),
        (0b110, 0.0, None, "rule 1"),
        (0b10, 2.5, None, "family: rule 1"),
        (0b10, -1.0, None, "rule 1"),
        (0, 2.5, None, "family: home of a linked relative"),
        (0, 0.0, None, "family: home of a linked relative"),
        (0b1, 2.5, 0, f"matchkey: {MODEL.matchkeys[0].name}"),
    ],
)
def test_the_stage_names_what_first_brought_a_pair_up(
    rules: int, family: float, matchkey: int | None, stage: str
) -> None:
    pair = pl.DataFrame({"rules": [rules], "family": [family], "matchkey": pl.Series([matchkey], dtype=pl.Int64)})
    expression = DecisionRule._stage(SimpleNamespace(model=MODEL))  # type: ignore[arg-type]
    assert pair.select(expression).item() == stage
