"""How alike the groups are, as released: by hand, attacked, and proved as it is stored."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest
from tables_of_counts import SIDES, balance, characteristics, counts, estimates, overlap, primary_alone

from tf_linkage.contracts.outputs.published import Balance, Characteristics, Overlap
from tf_linkage.disclosure import ReleaseRefused, findings_page, must_hold, propose_release, prove
from tf_linkage.disclosure.release.release import system_of
from tf_linkage.disclosure.suppression.attack import exposed, intervals
from tf_linkage.disclosure.suppression.linked_counts import System
from tf_linkage.disclosure.tables.characteristics import having

FAMILIES = {"programme": 664, "comparison": 536}
CRIME = {"programme": 275, "comparison": 183}


def everything(
    crime: dict[str, int] = CRIME, bands: tuple[int, ...] = (33, 500, 3), after: float = 0.034
) -> dict[str, pl.LazyFrame]:
    """Some with crime, three or four problems; few comparison families in the highest band."""
    known = {("crime", side): (n, crime[side]) for side, n in FAMILIES.items()}
    known |= {("three problems", side): (n, n // 2) for side, n in FAMILIES.items()}
    known |= {("four problems or more", side): (n, n // 4) for side, n in FAMILIES.items()}
    likely = {("0.3-0.4", "comparison"): bands[0], ("0.4-0.5", "comparison"): bands[1]}
    likely |= {("0.5-0.6", "comparison"): bands[2], ("0.4-0.5", "programme"): 300, ("0.5-0.6", "programme"): 364}
    shares = [crime[side] / FAMILIES[side] for side in SIDES]
    frame = counts(
        {("family", "conviction", side, "year before", "North"): (n, 60) for side, n in FAMILIES.items()}
    )
    return estimates(frame) | {
        "characteristics": characteristics(known).lazy(),
        "overlap": overlap(likely).lazy(),
        "balance": balance(
            {"crime": (shares[0], shares[1], after), "children": (2.4, 2.5, -0.2), "region North": (0.5, 0.5, 0.0)}
        ).lazy(),
    }


def system() -> System:
    return system_of({name: table.collect() for name, table in everything().items()})


def of(table: str, made: dict[str, pl.LazyFrame], **wanted: str) -> dict[str, object]:
    named = [pl.col(name).cast(pl.String) == value for name, value in wanted.items()]
    return made[table].filter(named).collect().row(0, named=True)


def test_rows_by_hand() -> None:
    """275 of 664 are 275 of 660, 183 of 536 are 185 of 540: 0.4167 and 0.3426, 0.153 standard deviations apart."""
    made = propose_release(everything())
    for name, contract in (("characteristics", Characteristics), ("overlap", Overlap), ("balance", Balance)):
        contract.validate(made[name].collect())
    crime = of("characteristics", made, characteristic="crime", study_group="programme")
    assert (crime["number"], crime["number_with"]) == (660, 275)
    row = of("balance", made, covariate="crime")
    assert row["before"] == pytest.approx(0.15, abs=1e-9)
    # Five of 536 families make 0.0093, over a standard deviation of 0.5: the next step is 0.02.
    assert (row["after"], row["rounded_to"]) == (0.04, 0.02)
    children = of("balance", made, covariate="children")
    assert children["before"] is None, "no count of it is released"
    assert children["after"] == pytest.approx(-0.2)


def test_a_difference_without_weights_tells_nothing_that_the_counts_do_not() -> None:
    """One family more, and every released figure of the covariate stays as it was."""
    one_more = CRIME | {"programme": CRIME["programme"] + 1}
    first, then = (propose_release(everything(crime)) for crime in (CRIME, one_more))
    assert first["balance"].collect().equals(then["balance"].collect())
    assert first["characteristics"].collect().equals(then["characteristics"].collect())


@pytest.mark.parametrize(("having_it", "rule"), [(9, "few"), (530, "nearly all"), (183, None)])
def test_both_sides_must_stand_on_ten(having_it: int, rule: str | None) -> None:
    made = propose_release(everything({"programme": 275, "comparison": having_it}))
    decision = made["decisions"].filter(pl.col("table") == "balance", pl.col("cell") == "crime").collect()
    assert decision["rule"].cast(pl.String).to_list() == [rule]
    row = of("balance", made, covariate="crime")
    assert ((row["before"] is None), (row["after"] is None)) == ((rule is not None),) * 2


def test_few_in_a_band_cannot_be_worked_out_and_can_from_exact_counts() -> None:
    made, whole = propose_release(everything()), system()
    assert prove(made, everything()).holds
    small = having("overlap", "0.5-0.6", "comparison")
    exact = {key: replace(one, grid=one.grid and 1.0) for key, one in whole.quantities.items()}
    unrounded = System(exact, whole.relations)
    assert small in exposed(unrounded, primary_alone(unrounded)), "the control: three of 536 follow from the rest"
    shown = {
        ("overlap", figure, *row)
        for figure in ("number", "number_with")
        for row in made["overlap"].filter(pl.col(figure).is_not_null())
        .select(pl.col("propensity", "study_group").cast(pl.String)).collect().iter_rows()
    }  # fmt: skip
    low, high = intervals(whole, shown & whole.quantities.keys(), [small])[small]
    assert low <= 3 <= high
    assert high - low >= 9


def test_a_withheld_band_that_is_shown_is_refused() -> None:
    made = propose_release(everything())
    small = (pl.col("propensity").cast(pl.String) == "0.5-0.6") & (
        pl.col("study_group").cast(pl.String) == "comparison"
    )
    shown = made["overlap"].with_columns(number_with=pl.when(small).then(10).otherwise("number_with"))
    with pytest.raises(ReleaseRefused):
        must_hold(prove(made | {"overlap": shown}, everything()))


def test_it_stands_on_the_page() -> None:
    page = findings_page(propose_release(everything()), rehearsal=True)
    for words in (
        "Alike: how far the groups were made so",
        "effective sample size",
        "Four problems or more",
        "Region North",
        "0.15",
    ):
        assert words in page
    assert ">withheld</text>" in page.split('id="picture-overlap"')[1].split("</figure>")[0]


def test_no_council_leaves() -> None:
    """The groups are made alike on councils too; which they are, and how unlike they were, stays inside."""
    made = everything()
    council = balance({"council 2 of North": (0.5, 0.4, 0.1)})
    made["balance"] = pl.concat([made["balance"].collect(), council]).lazy()
    release = propose_release(made)
    assert release["balance"].collect().equals(propose_release(everything())["balance"].collect())
    assert not release["decisions"].filter(pl.col("cell").str.contains("council")).collect().height
