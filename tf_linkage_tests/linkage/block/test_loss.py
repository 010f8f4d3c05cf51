"""The share of true pairs that no rule compares is told by the links, where errors in fields are independent."""

from __future__ import annotations

import dataclasses
import random

import polars as pl
import pytest

from tf_linkage.linkage import LinkResult, Settings, general_model, link
from tf_linkage.linkage.model.settings import Blocking
from tf_linkage.linkage.resolve.expected import Expected

FIELDS = ("forename", "surname", "date_of_birth", "postcode")


def people(number: int, wrong: float) -> tuple[pl.DataFrame, pl.DataFrame, int]:
    """Two files of the same people; each value of the second is another one so often, whatever the others are."""
    draw = random.Random(7)

    def word() -> str:
        return "".join(draw.choice("bdfgklmnprst") + draw.choice("aeiou") for _ in range(4))

    def record() -> tuple[str, ...]:
        date = f"{draw.randint(1930, 1999)}-{draw.randint(1, 12):02d}-{draw.randint(1, 28):02d}"
        return (
            word(),
            word(),
            date,
            f"E{draw.randint(1, 9)} {draw.randint(1, 9)}{draw.choice('ABDE')}{draw.choice('ABDE')}",
        )

    ours = [record() for _ in range(number)]
    theirs, missed = [], 0
    for one in ours:
        other = tuple(new if draw.random() < wrong else old for old, new in zip(one, record(), strict=True))
        forename, surname, date, postcode = (a == b for a, b in zip(one, other, strict=True))
        # In files of this size each of the four is a rule by itself.
        missed += not (forename or surname or postcode or date)
        theirs.append(other)
    left, right = (
        pl.DataFrame([(str(n), *row) for n, row in enumerate(rows)], schema=["id", *FIELDS], orient="row")
        for rows in (ours, theirs)
    )
    return left, right, missed


def linked(wrong: float, number: int = 1500) -> tuple[LinkResult, int]:
    left, right, missed = people(number, wrong)
    equal_alone = Settings(blocking=Blocking(variants=0))
    model = general_model(left.columns, right.columns, settings=equal_alone)
    return link(left.lazy(), right.lazy(), model), missed


def test_it_is_near_the_share_that_meets_no_rule() -> None:
    result, missed = linked(0.4)
    assert result.never_compared == pytest.approx(missed / 1500, rel=0.35)
    assert missed > 25
    assert Expected.of(result).missed == pytest.approx(missed, rel=0.35)


def test_it_is_the_least_that_are_missed() -> None:
    """Where half of all values are wrong, links are those that err less, and tell less than the truth."""
    result, missed = linked(0.5)
    assert result.never_compared is not None
    assert 0.01 < result.never_compared < missed / 1500


def test_what_a_saved_model_does_not_tell_is_not_said_to_be_none() -> None:
    result, _ = linked(0.4)
    applied = dataclasses.replace(result, training_curve=pl.DataFrame())
    assert "an unknown number compared but too unlike" in " ".join(Expected.of(applied).said())


def test_nothing_is_told_by_few_links() -> None:
    result, _ = linked(0.2, number=20)
    assert result.never_compared is None
    assert any("not known" in line for line in Expected.of(result).said())


def test_it_is_never_called_recall() -> None:
    said = " ".join(Expected.of(linked(0.2)[0]).said())
    assert "no recall" in said
    assert "or more" in said


def test_what_is_not_linked_adds_up_and_is_near_the_truth() -> None:
    result, _ = linked(0.3)
    found = Expected.of(result)
    assert found.missed is not None
    assert found.unlikely is not None
    right = result.links.filter(pl.col("status") == "link", pl.col("left_id") == pl.col("right_id")).height
    lost = found.review_true + found.unlikely + found.missed
    assert (1500 - right) / 2 < lost < (1500 - right) * 2
    assert found.links - found.wrong == pytest.approx(right, rel=0.05)
