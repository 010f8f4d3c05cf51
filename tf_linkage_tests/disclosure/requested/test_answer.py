"""Tables that were asked for: what leaves of them, by hand; what is refused; what an attacker can work out."""

from __future__ import annotations

import dataclasses

import polars as pl
import pytest

from tf_linkage.contracts.bands import CHILDREN, WIDE_CHILDREN
from tf_linkage.disclosure.requested import answer as answering
from tf_linkage.disclosure.requested.answer import ALL, FEW, answer, must_keep_all_open
from tf_linkage.disclosure.requested.asking import (
    Asked,
    TableRefused,
    columns_must_be_there,
    must_be_known_costs,
    must_make_sense,
)
from tf_linkage.disclosure.requested.beside_release import Told
from tf_linkage.disclosure.requested.checking import as_kept, checking_page, system_of
from tf_linkage.disclosure.suppression.linked_counts import Relation

SECRET = b"a secret of this test"
COSTS = pl.DataFrame(
    {
        "family_id": [f"F{at}" for at in range(200)],
        "theme": ["benefits"] * 200,
        "window": ["24 months after"] * 200,
        "pence": [100_000 + 100 * at for at in range(200)],
        "people_with": [2] * 200,
    }
)


def families(number: int = 200) -> pl.DataFrame:
    """Half on the programme; a child more in each third; every fourth convicted; three known to have none."""
    at = range(number)
    return pl.DataFrame(
        {
            "record": [f"R{i}" for i in at],
            "family": [f"F{i}" for i in at],
            "study_group": ["programme" if i % 2 else "comparison" for i in at],
            "children": [("1", "2", "3+")[i % 3] if i > 2 else "0" for i in at],
            "conviction": [None if i % 10 == 9 else i % 4 == 0 for i in at],
        },
        schema_overrides={"children": pl.Enum([*CHILDREN, *dict.fromkeys(WIDE_CHILDREN.values())])},
    )


def shown(found: answering.Answer, **cell: str) -> dict[str, object]:
    return found.table.filter(*(pl.col(name) == value for name, value in cell.items())).row(0, named=True)


def test_counts_leave_under_noise_and_small_ones_as_few() -> None:
    found = answer(Asked("families", "children", "study_group"), families(), COSTS, SECRET)
    assert found.table.height == 5 * 3, "four bands of the finest step and all, by two groups and all"
    assert not found.waits
    behind = {(row["children"], row["study_group"]): row["count"] for row in found.behind.to_dicts()}
    assert behind["0", ALL] == 3
    assert behind[ALL, ALL] == 200
    for row in found.table.to_dicts():
        true = behind[row["children"], row["study_group"]]
        if row["count"] is None:
            assert row["note"] == FEW
            assert true <= 10
        else:
            assert row["count"] >= 10
            assert abs(row["count"] - true) <= 10
    assert any(
        row["count"] not in (None, behind[row["children"], row["study_group"]]) for row in found.table.to_dicts()
    )


def test_the_same_families_are_the_same_number_in_every_table() -> None:
    by_two = answer(Asked("families", "children", "study_group"), families(), COSTS, SECRET)
    by_one = answer(Asked("families", "children"), families().reverse(), COSTS, SECRET)
    confined = answer(
        Asked("families", "children", where=(("study_group", "programme"),)), families(), COSTS, SECRET
    )
    assert shown(by_one, children="2")["count"] == shown(by_two, children="2", study_group=ALL)["count"]
    assert shown(confined, children="2")["count"] == shown(by_two, children="2", study_group="programme")["count"]


def test_people_of_few_families_are_few_however_many_they_are() -> None:
    people = pl.DataFrame(
        {
            "record": [f"R{at}" for at in range(130)],
            "family": [f"F{at % 2}" if at < 30 else f"F{at}" for at in range(130)],
            "study_group": ["programme" if at < 30 else "comparison" for at in range(130)],
        }
    )
    tables = [answer(Asked("people", "study_group"), people, COSTS, bytes([at] * 16)) for at in range(40)]
    told = [shown(one, study_group="programme")["count"] for one in tables]
    # Two families look like ten in a fifth of worlds; thirty people of them otherwise would look like thirty.
    assert sum(count is None for count in told) > 20
    assert all(shown(one, study_group="comparison")["count"] is not None for one in tables)


def test_a_share_is_made_of_the_two_counts_that_are_shown() -> None:
    found = answer(Asked("families", "study_group", share="conviction"), families(), COSTS, SECRET)
    row = found.table.filter(study_group=ALL).to_dicts()[0]
    assert row["share"] == round(row["had"] / row["could"], 3)
    assert abs(row["could"] - 180) <= 10
    assert abs(row["had"] - 50) <= 10
    assert row["moved_by"] == pytest.approx((1 + row["share"] ** 2) ** 0.5 * 10**0.5 / row["could"], abs=2e-3)


def test_a_mean_waits_for_a_checker_and_is_rounded() -> None:
    found = answer(Asked("families", "children", mean=("benefits", "24 months after")), families(), COSTS, SECRET)
    assert found.waits
    assert shown(found, children="0") == {
        "children": "0", "mean": None, "low": None, "high": None, "rounded_to": None, "note": "withheld",
    }  # fmt: skip
    row = shown(found, children=ALL)
    assert row["rounded_to"] >= 5 * 1_100 / 200  # type: ignore[operator]
    assert abs(row["mean"] - 1_099.5) <= row["rounded_to"] / 2  # type: ignore[operator]
    assert row["low"] <= row["mean"] <= row["high"]  # type: ignore[operator]


def test_one_family_that_makes_up_the_sum_is_withheld() -> None:
    costs = COSTS.with_columns(pence=pl.when(pl.col("family_id") == "F7").then(90_000_000).otherwise("pence"))
    asked = Asked("families", "study_group", mean=("benefits", "24 months after"))
    found = answer(asked, families(), costs, SECRET)
    assert shown(found, study_group="programme")["note"] == "withheld"
    assert shown(found, study_group="comparison")["mean"] is not None


def test_no_small_number_can_be_worked_out_and_the_attack_can_succeed(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Asked("families", "children", "study_group", share="conviction")
    found = answer(asked, families(), COSTS, SECRET)
    must_keep_all_open(found.system, [])
    # The control: were shown numbers exact, three families without children would follow from the rest.
    monkeypatch.setattr(answering, "possible", lambda told: (told, told))
    exact = {
        key: dataclasses.replace(number, told=int(number.value))
        if isinstance(number, answering.Perturbed)
        else number
        for key, number in found.system.quantities.items()
    }
    with pytest.raises(TableRefused, match="cannot leave as it was asked for") as caught:
        must_keep_all_open(dataclasses.replace(found.system, quantities=exact), [])
    assert not any(character.isdigit() for character in str(caught.value))


def test_all_tables_are_attacked_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is safe alone is refused where an earlier one gives the rest."""
    monkeypatch.setattr(answering, "possible", lambda told: (told, told))

    def exactly(found: answering.Answer, *left_out: str) -> answering.System:
        numbers = {
            key: answering.Perturbed(one.value, 1.0, one.need, told=int(one.value))
            if one.value >= 10 and not any(word in part for part in key for word in left_out)
            else answering.Quantity(one.value, need=one.need)
            for key, one in found.system.quantities.items()
        }
        return dataclasses.replace(found.system, quantities=numbers)

    table = answer(Asked("families", "children"), families(), COSTS, SECRET)
    without_total = exactly(table)
    total = ("families",)
    quantities = dict(without_total.quantities)
    quantities[total] = answering.Quantity(quantities[total].value)
    safe = dataclasses.replace(without_total, quantities=quantities)
    must_keep_all_open(safe, [])
    alone = exactly(answer(Asked("families", "study_group"), families(), COSTS, SECRET))
    must_keep_all_open(alone, [])
    with pytest.raises(TableRefused):
        must_keep_all_open(alone, [safe])


def test_tables_are_attacked_together_with_what_was_released(monkeypatch: pytest.MonkeyPatch) -> None:
    """The total of a release and the rest of a table give seven families away; each by itself does not."""
    monkeypatch.setattr(answering, "possible", lambda told: (told, told))
    rows = families().with_columns(worklessness=pl.int_range(pl.len()) >= 7)
    found = answer(Asked("families", "worklessness"), rows, COSTS, SECRET)
    whole, rest, few = (("families", *said) for said in ((), ("worklessness=yes",), ("worklessness=no",)))
    numbers = dict(found.system.quantities)
    assert (numbers[whole].value, numbers[few].value) == (200, 7)
    numbers |= {key: answering.Quantity(numbers[key].value, need=numbers[key].need) for key in (whole, few)}
    numbers[rest] = answering.Perturbed(193, 1.0, told=193)
    table = dataclasses.replace(found.system, quantities=numbers)
    must_keep_all_open(table, [])

    def released(families_of_group: int) -> Told:
        """As in a release: of one group, all, and those out of work or not, of whom nothing is shown."""
        all_of, some, none = (
            ("0", "characteristics", kind, "worklessness", "programme")
            for kind in ("number", "number_with", "number_without")
        )
        quantities = {
            all_of: answering.Quantity(families_of_group, grid=1.0),
            some: answering.Quantity(193), none: answering.Quantity(families_of_group - 193),
        }  # fmt: skip
        return Told(answering.System(quantities, [Relation((all_of,), (some, none))]), frozenset({all_of}))

    of_group = {("families", "study_group=programme", *key[1:]): number for key, number in table.quantities.items()}

    def in_group(side: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
        return tuple(("families", "study_group=programme", *key[1:]) for key in side)

    relations = [Relation(in_group(one.left), in_group(one.right)) for one in table.relations]
    grouped = answering.System(of_group, relations)
    must_keep_all_open(grouped, [])
    must_keep_all_open(grouped, [], released(250))  # other families were in the release
    with pytest.raises(TableRefused):
        must_keep_all_open(grouped, [], released(200))


def test_a_table_is_kept_so_that_later_ones_can_be_held_against_it() -> None:
    asked = Asked("families", "children", "study_group", where=(), share="conviction")
    found = answer(asked, families(), COSTS, SECRET)
    kept = as_kept(found, "state")
    assert kept["words"] == asked.words
    assert system_of(kept).quantities == found.system.quantities
    assert list(system_of(kept).relations) == list(found.system.relations)
    page = checking_page("001", found)
    assert "never to leave" in page
    assert "passes by its rules" in page


NONSENSE = {
    "no such column": (Asked("families", "shoe_size"), "shoe_size: no such column of families"),
    "nobody": (Asked("dogs", "children"), "of whom? families"),
    "the same twice": (Asked("families", "children", "children"), "children stands there twice"),
    "no share": (Asked("families", "study_group", share="children"), "children is no yes or no"),
    "share and values": (
        Asked("families", "conviction", share="conviction"),
        "asked for both as a share and by its values",
    ),
    "no such value": (
        Asked("families", "children", where=(("study_group", "both"),)),
        "study_group has no value 'both'; it has comparison, programme",
    ),
    "four columns": (
        Asked("families", "children", "study_group", where=(("conviction", "yes"), ("council", "Kent"))),
        "4 columns tell the cells apart",
    ),
}


@pytest.mark.parametrize("case", NONSENSE)
def test_what_makes_no_sense_is_refused_with_what_can_be_asked(case: str) -> None:
    asked, words = NONSENSE[case]
    told = families().with_columns(council=pl.lit("Kent"))
    with pytest.raises(TableRefused) as caught:
        columns_must_be_there(asked, {"families": told.drop("record", "family").columns})
        must_make_sense(asked, told)
    assert words in str(caught.value)


def test_costs_that_are_not_known_are_refused_with_those_that_are() -> None:
    with pytest.raises(TableRefused, match="There are benefits: 24 months after"):
        must_be_known_costs(
            Asked("families", "children", mean=("benefits", "never")), {"benefits": ["24 months after"]}
        )
