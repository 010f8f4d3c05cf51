"""Where right records alone may be linked once, a certain link claims its right record and not its left one."""

from __future__ import annotations

import dataclasses
import random

import polars as pl
import pytest

from tf_linkage.linkage import general_model, link

COLUMNS = ["id", "forename", "surname", "date_of_birth"]
DRAW = random.Random(5)


def name() -> str:
    return "".join(DRAW.choice("bdfgklmnprst") + DRAW.choice("aeiou") for _ in range(4))


OURS = [(f"l{n}", name(), name(), f"19{DRAW.randint(20, 99)}-0{DRAW.randint(1, 9)}-1{DRAW.randint(0, 8)}")
        for n in range(200)]  # fmt: skip
# Each person thrice; the third record of every tenth has another surname and another day.
THEIRS = [
    (f"r{n}-{at}", forename, name() if at == 2 and n % 10 == 0 else surname,
     date[:-1] + "9" if at == 2 and n % 10 == 0 else date)
    for n, (_, forename, surname, date) in enumerate(OURS) for at in range(3)
]  # fmt: skip


def weights(kind: str) -> pl.DataFrame:
    left, right = (pl.DataFrame(rows, schema=COLUMNS, orient="row") for rows in (OURS, THEIRS))
    model = dataclasses.replace(general_model(COLUMNS, COLUMNS), kind=kind, review_threshold=0.001)
    return link(left.lazy(), right.lazy(), model).weighed.select(
        "left_id", "right_id", "match_weight", "certain_links"
    )


def test_what_is_free_is_likelier_and_what_is_claimed_is_not() -> None:
    both = weights("many-to-many").join(weights("one-to-many"), on=["left_id", "right_id"], suffix=" once")
    gain = both["certain_links once"] - both["certain_links"]
    doubtful = both["right_id"].str.ends_with("-2") & both["left_id"].str.contains("0$")
    same = both["left_id"].str.slice(1) == both["right_id"].str.extract(r"r(\d+)-")
    assert (both["certain_links"] == 0).all()
    # About one in thirty right records is free: five bits against strangers.
    assert gain.filter(doubtful & same).len() > 0
    assert gain.filter(doubtful & same).min() > 3
    # Who is linked for certain gains nothing, though its left record is linked again and again.
    assert gain.filter(same & ~doubtful).abs().max() == pytest.approx(0)
    assert gain.filter(same & ~doubtful).len() > 500
