"""What sex and age, forenames by year of birth, and household members' names say, each on a few counted people."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import polars as pl
import pytest

from tf_linkage.linkage import department_model
from tf_linkage.linkage.block.rule_counts import leaving_free
from tf_linkage.linkage.compare.candidates import affordable, block_and_compare, compare_rows
from tf_linkage.linkage.compare.patterns import unpack
from tf_linkage.linkage.estimate.certain_links import certain_of_deterministic
from tf_linkage.linkage.estimate.deterministic import deterministic_pass
from tf_linkage.linkage.estimate.em import NO_DEPENDENCE, dependence_of, household_ratio
from tf_linkage.linkage.estimate.forename_cohorts import forename_cohorts, of_one_time
from tf_linkage.linkage.estimate.household_members import at_one_address, household_members
from tf_linkage.linkage.estimate.strata import strata_of
from tf_linkage.linkage.estimate.training_input import gather
from tf_linkage.linkage.limits import Limits
from tf_linkage.linkage.model.settings import Names, Strata, Training
from tf_linkage.linkage.resolve.decision import DecisionRule
from tf_linkage.linkage.tables.database import connected
from tf_linkage.linkage.tables.encoded import load
from tf_linkage.linkage.tables.records import prepare

FIELDS = ("forename", "surname", "date_of_birth", "gender", "address", "postcode")
MODEL = department_model("moj", FIELDS)
FEW, HALF_WAY = Strata.few, Names.half_way


def table(key: str, people: list[tuple[str, str, str, str, str, str]]) -> pl.LazyFrame:
    frame = pl.DataFrame(people, schema=list(FIELDS), orient="row").with_row_index("number")
    return frame.with_columns(pl.format("{}{}", pl.lit(key[0]), pl.col("number") + 1000).alias(key)).lazy()


def man(name: str, year: int, surname: str = "Oakley", home: int = 1) -> tuple[str, str, str, str, str, str]:
    return (name, surname, f"{year}-03-07", "male", f"{home} Mill Road", f"E1 {home % 9}AA")


def woman(name: str, year: int, surname: str = "Oakley", home: int = 1) -> tuple[str, str, str, str, str, str]:
    return (name, surname, f"{year}-03-07", "female", f"{home} Mill Road", f"E1 {home % 9}AA")


def test_who_is_oftener_there_is_likelier_a_link_and_a_small_kind_is_like_the_rest() -> None:
    asked = [man("Adam", 1990)] * 300 + [woman("Ruth", 2015)] * 300 + [man("Saul", 1930)]
    records = prepare(table("request_ref", asked), table("moj_key", asked), MODEL)
    with connected(Limits()) as connection:
        tables = load(connection, records, MODEL)
        weighed = pl.DataFrame(
            {"left_row": np.arange(300, dtype=np.uint32), "pattern": 0, "rules": 1, "match_probability": 0.5}
        )
        strata = strata_of(weighed, tables, {comparison.id: 1 for comparison in MODEL.comparisons})
    overall = 150 / 601
    bits = strata.present(np.array([0, 300, 600], dtype=np.uint32))
    assert bits[0] == pytest.approx(np.log2((150 + FEW * overall) / (300 + FEW) / overall))
    assert bits[1] == pytest.approx(np.log2(FEW / (300 + FEW)))
    assert bits[2] == pytest.approx(np.log2(FEW / (1 + FEW)))


def test_of_links_whose_surname_differs_more_are_of_the_kind_that_changes_it() -> None:
    asked = [man("Adam", 1990)] * 400 + [woman("Ruth", 1990)] * 400
    held = [man("Adam", 1990)] * 400 + [woman("Ruth", 1990)] * 200 + [woman("Ruth", 1990, "Birch")] * 200
    records = prepare(table("request_ref", asked), table("moj_key", held), MODEL)
    with connected(Limits()) as connection:
        tables = load(connection, records, MODEL)
        from_rows = np.arange(800, dtype=np.uint32)
        patterns = compare_rows(tables, from_rows, from_rows)
        weighed = pl.DataFrame({"left_row": from_rows, "pattern": patterns, "rules": 1, "match_probability": 1.0})
        free = {comparison.id: 1 for comparison in MODEL.comparisons}
        strata = strata_of(weighed, tables, free)
        nowhere_free = strata_of(weighed, tables, dict.fromkeys(free, 2))
    levels = unpack(patterns, MODEL.comparisons)
    shifted = strata.shifted(levels, from_rows)
    names = [comparison.name for comparison in MODEL.comparisons]
    surname = names.index("surname")
    differs = levels[:, surname] == len(MODEL.comparisons[surname].levels) - 1
    assert differs.sum() == 200
    assert (shifted[differs, surname] > 0.5).all()
    assert (shifted[:400, surname] > 0.2).all()
    assert not shifted[:, names.index("forename")].any()
    assert np.abs(nowhere_free.shifted(levels, from_rows)).max() == pytest.approx(0)


def test_only_rules_that_do_not_look_leave_a_comparison_free() -> None:
    free = {one.id: leaving_free(MODEL.blocking_rules, one.columns) for one in MODEL.comparisons}
    for bit, rule in enumerate(MODEL.blocking_rules):
        looked = any(column.startswith("surname") for column in rule.columns)
        assert bool(free["surname"] >> bit & 1) is not looked


def test_a_forename_in_fashion_is_less_rare_among_those_born_then() -> None:
    held = [man("Kevin", 1965, home=n) for n in range(1, 41)] + [man("Noah", 2005, home=n) for n in range(1, 41)]
    held += [man("Kevin", 2005), man("Ezra", 2005)]
    asked = [man("Kevin", 1965), man("Kevin", 2005), man("Ezra", 2005), ("Kevin", "Oakley", "", "male", "", "")]
    records = prepare(table("request_ref", asked), table("moj_key", held), MODEL)
    with connected(Limits()) as connection:
        bits = forename_cohorts(load(connection, records, MODEL), 1.0)
    assert bits is not None
    share = 40 / 82
    assert bits[0] == pytest.approx(-np.log2((39 + HALF_WAY) / (40 * share + HALF_WAY)))
    assert bits[1] == pytest.approx(-np.log2(HALF_WAY / (40 * (1 - share) + HALF_WAY)))
    assert bits[2] == pytest.approx(0)
    assert bits[3] == 0


def test_fashions_bear_on_a_shared_forename_and_about_one_time_alone() -> None:
    names = [comparison.name for comparison in MODEL.comparisons]
    forename, born = names.index("forename"), names.index("date of birth")
    levels = np.zeros((4, len(names)), dtype=np.int64)
    levels[1, forename] = 1
    levels[2, born] = len(MODEL.comparisons[born].levels) - 1
    levels[3, born] = -1
    assert of_one_time(levels, MODEL).tolist() == [True, False, False, False]


def test_housemates_who_share_both_names_or_a_birthday_are_learnt_together() -> None:
    """Fathers and sons of one name; twins; and no two people of one day and two names."""
    held = []
    for home in range(1, 61):
        surname = f"Name{chr(97 + home % 26)}{chr(97 + home // 26)}"
        held.append(man("Edmund", 1960, surname, home))
        held.append(man("Edmund" if home <= 30 else f"Carl{chr(97 + home % 26)}", 1990, surname, home))
        held.append(woman(f"Ruth{chr(97 + home % 26)}", 1990 if home > 30 else 1993, surname, home))
        held.append(woman(f"Leah{chr(97 + home % 26)}", 1964, f"Other{chr(97 + home % 26)}", home))
    records = prepare(table("request_ref", held[:5]), table("moj_key", held), MODEL)
    with connected(Limits()) as connection:
        members = household_members(load(connection, records, MODEL), standing=0)
    names = [comparison.name for comparison in MODEL.comparisons]
    last = {comparison.name: len(comparison.levels) - 1 for comparison in MODEL.comparisons}
    levels = np.full((5, len(names)), -1, dtype=np.int64)
    patterns = (
        {"forename": 0, "surname": 0, "date of birth": last["date of birth"]},
        {"forename": last["forename"], "surname": 0, "date of birth": 0},
        {"forename": last["forename"], "surname": last["surname"], "date of birth": 0},
        {"forename": last["forename"]},
        {"forename": 0, "surname": 0},
    )
    for row, pattern in enumerate(patterns):
        for name, code in pattern.items():
            levels[row, names.index(name)] = code
    namesakes, twins, strange, alone, no_birthday = members.dependence.of(levels)
    assert namesakes > 0.5
    assert twins > 0.5
    assert strange < -1
    assert alone == pytest.approx(0)
    assert no_birthday > 0.5
    untied = dataclasses.replace(members, dependence=NO_DEPENDENCE)
    m = tuple(np.full(len(comparison.levels), 1 / len(comparison.levels)) for comparison in MODEL.comparisons)
    gained = household_ratio(m, members, levels, Training.floor) - household_ratio(
        m, untied, levels, Training.floor
    )
    assert gained == pytest.approx(members.dependence.of(levels))


def test_one_name_in_the_others_place_is_seen_and_the_surname_says_no_more() -> None:
    asked = [("Nga", "Hoang", "1985-06-07", "female", "1 Mill Road", "E1 1AA")]
    held = [("Newell", "Nga", "1985-06-07", "female", "9 Mill Road", "E2 9AA")]
    records = prepare(table("request_ref", asked), table("moj_key", held), MODEL)
    row = np.zeros(1, dtype=np.uint32)
    with connected(Limits()) as connection:
        levels = unpack(compare_rows(load(connection, records, MODEL), row, row), MODEL.comparisons)[0]
    found = {
        comparison.name: comparison.levels[code].words if code >= 0 else "unknown"
        for comparison, code in zip(MODEL.comparisons, levels, strict=True)
    }
    assert found["forename"] == "one of the names in the other's place"
    assert found["surname"] == "unknown"
    assert found["address and postcode"] == "same street, another house"


def test_what_is_learnt_of_kinds_bears_on_weights(village: Any) -> None:
    """A weight moves by the presence of its kind, unless the pair looks like household members."""
    cohort, register = village.cohort, village.register
    model = department_model("dwp", (*FIELDS, "nino"))
    records = prepare(cohort.lazy(), register.lazy(), model)
    with connected(Limits()) as connection:
        tables = load(connection, records, model)
        deterministic_links = deterministic_pass(tables)
        candidates = block_and_compare(tables, affordable(tables, Limits().most_pairs), deterministic_links)
        standing = at_one_address(tables)
        trained = gather(tables, candidates, deterministic_links.training_links, standing.height).learnt()
        decision = DecisionRule.of(tables, trained, deterministic_links.links)
        certain_links, strata = decision.first(
            candidates, certain_of_deterministic(deterministic_links.links, standing, tables), standing
        )
        pairs = decision.kept_pairs(candidates, 0.0)
        before = decision.weighed(pairs, None, certain_links)
        moved = dataclasses.replace(strata, presence=strata.presence + 1.0)
        one, other = (
            dataclasses.replace(decision, strata=each).weighed(pairs, None, certain_links)
            for each in (strata, moved)
        )
    both = one.join(other, on=["left_row", "right_row"], suffix="_moved")
    gain = (both["match_weight_moved"] - both["match_weight"]).to_numpy()
    assert gain.max() == pytest.approx(1.0)
    assert gain.min() > -1e-6
    assert not before["match_weight"].equals(one["match_weight"])


def test_ties_are_what_is_seen_over_what_is_expected() -> None:
    """Forename and surname wrong together in 30 of 100 pairs, where a third of either would make 9 expected."""
    levels = np.array([[0, 0], [1, 0], [0, 1], [2, 2], [-1, 2]])
    counts = np.array([70.0, 0.0, 0.0, 30.0, 50.0])
    dependence = dependence_of(levels, counts, (0, 1, None), ((0, 2), (0, 2)))
    expected = [np.log(71 / 50), 0.0, 0.0, np.log(31 / 10), 0.0]
    assert dependence.of(levels)[[0, 3, 4]] == pytest.approx(np.array(expected)[[0, 3, 4]])
    assert dependence_of(levels, np.zeros(5), (0, 1, None), ((0, 2), (0, 2))) is NO_DEPENDENCE


def test_who_errs_in_one_name_errs_in_the_other(village: Any) -> None:
    """Errors put into both names of some are learnt as going together, and weigh so."""
    cohort = village.cohort.with_row_index("number").with_columns(
        pl.when(pl.col("number") % 12 == 0).then(pl.lit("Wrexham")).otherwise(pl.col("forename")).alias("forename"),
        pl.when(pl.col("number") % 12 == 0).then(pl.lit("Zyx")).otherwise(pl.col("surname")).alias("surname"),
    )
    model = department_model("dwp", (*FIELDS, "nino"))
    records = prepare(cohort.drop("number").lazy(), village.register.lazy(), model)
    with connected(Limits()) as connection:
        tables = load(connection, records, model)
        candidates = block_and_compare(tables, affordable(tables, Limits().most_pairs))
        training_input = gather(
            tables, candidates, deterministic_pass(tables).training_links, at_one_address(tables).height
        )
    dependence = training_input.learnt().dependence
    both = np.full((1, len(model.comparisons)), -1, dtype=np.int64)
    names = [comparison.name for comparison in model.comparisons]
    for name in ("forename", "surname"):
        both[0, names.index(name)] = len(model.comparisons[names.index(name)].levels) - 1
    assert dependence.of(both)[0] > 1
