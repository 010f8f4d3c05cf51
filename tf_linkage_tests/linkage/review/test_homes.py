"""Who else is shown at the two addresses of a pair."""

import dataclasses
import datetime as dt

import polars as pl

from tf_linkage.linkage import department_model
from tf_linkage.linkage.review.homes import MOST_SHOWN, SHOWN, others_at_home

FIELDS = ("forename", "surname", "date_of_birth", "gender", "address", "postcode")
MODEL = department_model("dfe", FIELDS)
PAIRS = pl.DataFrame({"pair": [1], "left_id": ["a"], "right_id": ["x"]})


def table(key: str, *rows: tuple[str, str | None, str | None, str | None]) -> pl.LazyFrame:
    return pl.DataFrame(
        [
            (name, forename, "Lee", dt.date(2001, 2, 3), "male", address, code)
            for name, forename, address, code in rows
        ],
        schema=[key, *FIELDS],
        orient="row",
    ).lazy()


LEFT = table(
    MODEL.left_id,
    ("a", "Ann", "1 High St", "X1 1AA"),
    ("b", "Bob", "1 HIGH ST.", "x11aa"),
    ("c", "Cat", "1 High St", "X1 1AB"),
    ("d", "Dan", None, "X1 1AA"),
)
RIGHT = table(
    MODEL.entity,
    ("x", "Xen", "2 Low Rd", "X1 1AA"),
    ("x", "Xenia", "9 Old Rd", "X9 9AA"),
    *((f"y{at}", f"Y{at}", "2 Low Rd", "X1 1AA") for at in range(9)),
    ("z", "Zoe", "9 Old Rd", "X9 9AA"),
)


def test_others_of_the_same_home_however_it_is_written_and_no_more_than_a_few() -> None:
    found = others_at_home(PAIRS, LEFT, RIGHT, MODEL)
    assert found.schema == SHOWN
    assert found.filter(side="left")["person"].to_list() == ["Bob Lee 2001-02-03"]
    right = found.filter(side="right")["person"].to_list()
    assert right == [f"Y{at} Lee 2001-02-03" for at in range(MOST_SHOWN)]  # Xen's other name is nobody else


def test_nobody_else_is_shown_where_the_model_takes_no_home_into_account() -> None:
    for model in (
        dataclasses.replace(MODEL, family_evidence=False),
        department_model("dfe", ("forename", "surname", "date_of_birth")),
    ):
        assert others_at_home(PAIRS, LEFT, RIGHT, model).is_empty()


def test_a_home_that_is_not_known_has_nobody() -> None:
    unknown = PAIRS.with_columns(left_id=pl.lit("d"))
    assert others_at_home(unknown, LEFT, RIGHT, MODEL).filter(side="left").is_empty()
