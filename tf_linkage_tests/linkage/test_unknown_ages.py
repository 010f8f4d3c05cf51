"""What is asked of a record without a date of birth, or of an age that the register hardly holds."""

from __future__ import annotations

import dataclasses

import numpy as np
import polars as pl
import pytest

from tf_linkage.linkage import department_model
from tf_linkage.linkage.estimate.certain_links import certain_links_of
from tf_linkage.linkage.estimate.strata import stratum_of
from tf_linkage.linkage.limits import Limits
from tf_linkage.linkage.model.settings import Resolution
from tf_linkage.linkage.resolve.assignment import settled
from tf_linkage.linkage.tables.database import connected
from tf_linkage.linkage.tables.encoded import load
from tf_linkage.linkage.tables.records import prepare, undated

FIELDS = ("forename", "surname", "date_of_birth", "gender", "address", "postcode", "nino")
MODEL = department_model("dwp", FIELDS)
FEW = MODEL.settings.strata.few


def weighed(probability: float, *, undated: bool) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "left_row": [0],
            "entity": [0],
            "match_weight": [np.log2(probability / (1 - probability))],
            "match_probability": [probability],
            "certain": [False],
            "undated": [undated],
        }
    )


@pytest.mark.parametrize(
    ("probability", "without_a_date", "status"),
    [
        (Resolution.undated - 0.01, True, "review"),
        (Resolution.undated + 0.01, True, "link"),
        (Resolution.undated - 0.01, False, "link"),
        (0.49, False, "review"),
    ],
)
def test_without_a_date_of_birth_a_link_needs_more(probability: float, without_a_date: bool, status: str) -> None:
    assert settled(weighed(probability, undated=without_a_date), MODEL)["status"].to_list() == [status]


def test_the_bar_never_lowers_the_threshold_and_is_no_part_of_other_models() -> None:
    strict = dataclasses.replace(MODEL, link_threshold=0.9)
    assert settled(weighed(0.85, undated=True), strict)["status"].to_list() == ["review"]
    none = dataclasses.replace(MODEL, undated_held_back=False)
    assert settled(weighed(0.6, undated=True), none)["status"].to_list() == ["link"]
    assert none.digest() != MODEL.digest()


def person(number: int, born: str | None, nino: str | None) -> tuple[str | None, ...]:
    return (f"Name{number}", "Oakley", born, "female", f"{number} Mill Road", "E1 1AA", nino)


def table(key: str, people: list[tuple[str | None, ...]]) -> pl.LazyFrame:
    frame = pl.DataFrame(people, schema=dict.fromkeys(FIELDS, pl.String), orient="row").with_row_index("number")
    return frame.with_columns(pl.format("{}{}", pl.lit(key[0]), pl.col("number") + 1000).alias(key)).lazy()


def test_strangers_among_free_records_are_counted_among_records_alike() -> None:
    """300 women with dates, all but 30 claimed; 200 without, none claimed: the free say little of the latter."""
    asked = [person(n, "1980-05-06", None) for n in range(300)] + [person(n, None, None) for n in range(200)]
    held = [person(n, "1980-05-06", None) for n in range(1_000)]
    records = prepare(table("request_ref", asked), table("dwp_key", held), MODEL)
    certain = pl.DataFrame(
        {"left_row": range(270), "entity": range(270)}, schema=dict.fromkeys(("left_row", "entity"), pl.UInt32)
    )
    nothing = {"left_row": pl.UInt32, "entity": pl.UInt32, "match_probability": pl.Float64, "moved": pl.Boolean}
    nobody = pl.DataFrame(schema={"left_row": pl.UInt32, "entity": pl.UInt32, "born": pl.Boolean})
    with connected(Limits()) as connection:
        certain_links = certain_links_of(
            certain, pl.DataFrame(schema=nothing), nobody, load(connection, records, MODEL)
        )
    overall, right = 230 / 500, 1 - 270 / 1_000
    of_stratum = [(30 + FEW * overall) / (300 + FEW), (200 + FEW * overall) / (200 + FEW)]
    expected = [(30 + FEW * of_stratum[0]) / (300 + FEW), (200 + FEW * of_stratum[1]) / (200 + FEW)]
    bits = certain_links.strangers_bits(np.array([0, 299, 300, 499], dtype=np.uint32))
    assert bits == pytest.approx(-np.log2(np.array([expected[0]] * 2 + [expected[1]] * 2) * right))
    assert certain_links.strangers == pytest.approx(overall * right)


def test_where_the_date_is_unknown_a_nino_tells_an_adult() -> None:
    asked = [
        person(1, None, None),
        person(2, None, "DA123457A"),
        person(3, "1980-05-06", None),
        person(4, "1981-05-06", "DA123458A"),
    ]
    left = prepare(table("request_ref", asked), table("dwp_key", asked), MODEL).left
    child, adult, one, other = stratum_of(left, MODEL.settings.strata.years)
    assert child != adult
    assert one == other
    assert undated(prepare(table("request_ref", asked), table("dwp_key", asked), MODEL).left).tolist() == [
        True,
        True,
        False,
        False,
    ]
