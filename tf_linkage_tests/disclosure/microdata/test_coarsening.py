"""The steps of least loss: every released table passes, nothing that passes loses less, and nobody drawn shows."""

from __future__ import annotations

import itertools
import random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from research_rows import research_table

from tf_linkage.contracts.bodies.council import PROBLEMS
from tf_linkage.contracts.columns import schema_of
from tf_linkage.contracts.handovers.population_counts import PopulationCounts
from tf_linkage.contracts.ladders import NEEDED, NOT_SHOWN, REFERENCES, STEPS, Step, shown_labels
from tf_linkage.contracts.outputs.research import RESEARCH_TABLES, Families, People
from tf_linkage.disclosure import (
    RULE,
    Choice,
    NobodyToHideAmong,
    choose_steps,
    coarsened,
    population_classes,
    released_classes,
    risk_table,
)
from tf_linkage.disclosure.microdata.coarsening_choice import MOST_WITHHELD, weighed
from tf_linkage.disclosure.microdata.risk import classes_on, sample_classes

REGIONS = {"E09000012": "London", "E06000010": "North"}


def people(seed: int, size: int) -> pl.LazyFrame:
    """People of two regions; the elderly and those without a gender are few."""
    rng = random.Random(seed)
    rows = [
        {
            "region": rng.choices(["London", "North"], [1, 4])[0],
            "age_band": rng.choices(["0-4", "5-10", "11-17", "25-44", "45+"], [20, 20, 20, 30, 2])[0],
            "gender": rng.choices(["female", "male", None], [50, 48, 1])[0],
            "start_year": rng.choice(["2015-16", "2016-17", "2017-18"]),
            "crime": (crime := rng.random() < 0.1),
            "problems": "1" if crime else "0",
        }
        for _ in range(size)
    ]
    return research_table("people", rows)


def families(seed: int, size: int) -> pl.LazyFrame:
    """Families; those without a child show it by empty cells."""
    rng = random.Random(seed)
    rows: list[dict[str, object]] = []
    for _ in range(size):
        children = rng.choices(["0", "1", "2", "3+"], [1, 40, 35, 24])[0]
        row: dict[str, object] = {
            "region": rng.choices(["London", "North"], [1, 4])[0],
            "start_year": rng.choice(["2015-16", "2016-17"]),
            "adults": rng.choices(["0", "1", "2+"], [1, 55, 44])[0],
            "children": children,
            "youngest": rng.choice(["0-4", "5-10", "11-17"]) if children != "0" else None,
        }
        if children == "0":
            row |= {"dfe_found": None}
        rows.append(row)
    return research_table("families", rows)


def outcomes(seed: int, size: int) -> pl.LazyFrame:
    """What happened in families; those without a child show it by empty cells."""
    rng = random.Random(seed)
    rows: list[dict[str, object]] = []
    for _ in range(size):
        row: dict[str, object] = {
            "region": rng.choices(["London", "North"], [1, 4])[0],
            "start_year": rng.choice(["2015-16", "2016-17"]),
            "study_group": rng.choice(["programme", "comparison"]),
        }
        if rng.random() < 0.02:
            names = ("child_in_need", "child_protection", "looked_after", "exclusion", "persistent_absence")
            row |= {f"{name}_{window}": None for name in names for window in ("year_before", "two_years_after")}
        rows.append(row)
    return research_table("family_outcomes", rows)


MADE = {"people": people, "families": families, "family_outcomes": outcomes}


@pytest.fixture(scope="module")
def counts() -> pl.LazyFrame:
    rows = [
        (council, adults, 1, f"{letter}{age}", 40)
        for council in REGIONS
        for adults in (1, 2)
        for letter in "fm"
        for age in range(18)
    ]
    rows += [(council, 1, 2, f"f{age} m{age}", 40) for council in REGIONS for age in range(18)]
    return pl.LazyFrame(rows, schema=schema_of(PopulationCounts), orient="row")


def lots(name: str, finest: pl.LazyFrame) -> pl.LazyFrame:
    """An order of the rows that is not that of the file: by the digits of the reference, last first."""
    return finest.select(REFERENCES[name], lot=pl.col(REFERENCES[name]).str.reverse())


def released(name: str, finest: pl.LazyFrame, population: pl.DataFrame | None) -> tuple[Choice, pl.DataFrame]:
    choice = choose_steps(name, finest, population)
    return choice, coarsened(finest, choice, lots(name, finest)).collect()


@settings(max_examples=40, deadline=None)
@given(
    name=st.sampled_from(list(MADE)),
    seed=st.integers(0, 10_000),
    size=st.integers(1, 400),
    known=st.booleans(),
)
def test_nobody_stands_out_in_what_is_released(
    counts: pl.LazyFrame, name: str, seed: int, size: int, *, known: bool
) -> None:
    population = population_classes(name, counts, REGIONS) if known else None
    finest = MADE[name](seed, size)
    try:
        choice, made = released(name, finest, population)
    except NobodyToHideAmong:
        assert size < 4 * RULE.alone, "only a small table may be refused"
        return
    RESEARCH_TABLES[name].validate(made)
    assert made.height == size
    figures = risk_table(released_classes(name, made.lazy(), population))
    assert figures["rows in classes below the rule"] == 0
    assert made.select(pl.all_horizontal(pl.col(list(STEPS[name])).is_null()).sum()).item() in (
        choice.withheld,
        size if set(choice.steps.values()) == {"none"} else choice.withheld,
    )


@pytest.mark.parametrize("case", [("people", 120), ("people", 2000), ("families", 400), ("families", 3000)])
def test_no_combination_that_passes_loses_less(case: tuple[str, int]) -> None:
    """Every combination again, as frames: of those that pass with nobody withheld, none loses less."""
    name, size = case
    finest = MADE[name](1, size)
    choice = choose_steps(name, finest, None)
    sample = sample_classes(name, finest)
    passing: dict[int, list[float]] = {}
    for steps in itertools.product(*STEPS[name].values()):
        on_steps = dict(zip(STEPS[name], steps, strict=True))
        if classes_on(name, on_steps, sample, None).select(RULE.kept().all()).item():
            missing = sum(not on_steps[column].shows for column in NEEDED[name])
            passing.setdefault(missing, []).append(weighed(bits_lost(name, finest, on_steps)))
    missing = sum(choice.steps[column] == NOT_SHOWN for column in NEEDED[name])
    assert min(passing, default=missing) >= missing, "no combination that passes shows more of what is needed"
    if choice.withheld > MOST_WITHHELD * size:
        assert not passing.get(missing)
    assert all(loss >= choice.loss - 1e-9 for loss in passing.get(missing, []))
    assert choice.withheld or min(passing[missing]) == pytest.approx(choice.loss)


def test_the_coarsest_steps_alone_may_pass() -> None:
    """Forty people, five of each kind: without region and year there are twenty alike, and nobody is withheld."""
    rows = [
        {"region": region, "age_band": "0-4", "gender": gender, "start_year": year}
        for region in ("London", "North")
        for gender in ("female", "male")
        for year in ("2015-16", "2016-17")
        for _ in range(5)
    ]
    choice = choose_steps("people", research_table("people", rows), None)
    steps = {"region": "none", "age_band": "age band", "gender": "as recorded", "start_year": "none"}
    same_for_all = {"study_group": "as recorded", "service_received": "as recorded", "problems": "six flags"}
    assert choice.steps == steps | same_for_all
    # Cheaper would be neither, region alone or year alone, each on any step of what all share: three of age, and
    # two of group and service, three of problems.
    assert (choice.withheld, choice.passed_over) == (0, 3 * 3 * 2 * 2 * 3)
    # One step finer, by region or by year, all would stand in classes of ten.
    assert choice.finer == {"region": 40, "start_year": 40}


def bits_lost(name: str, finest: pl.LazyFrame, steps: dict[str, Step]) -> dict[str, float]:
    """Bits lost by column, with entropy as polars computes it."""

    def bits(column: pl.Expr) -> float:
        counts = finest.group_by(column.alias("label")).agg(pl.len().alias("rows"))
        return float(counts.select(pl.col("rows").entropy(2, normalize=True)).collect().item())

    labels = shown_labels(name)
    return {column: bits(labels[column]) - bits(step.of(labels[column])) for column, step in steps.items()}


def test_the_order_of_rows_changes_nothing() -> None:
    for name, make in MADE.items():
        finest = make(7, 200)
        choice, made = released(name, finest, None)
        again, turned = released(name, finest.reverse(), None)
        assert (again.steps, again.withheld, again.lost) == (choice.steps, choice.withheld, choice.lost)
        assert turned.reverse().equals(made)


def test_rows_are_drawn_by_the_order_nobody_sees() -> None:
    """Three people of a kind of their own among four hundred: seventeen are drawn to stand with them, by lot."""
    alike = {"region": "North", "age_band": "25-44", "start_year": "2016-17"}
    genders = ["female"] * 200 + ["male"] * 200 + [None] * 3
    finest = research_table("people", [alike | {"gender": gender} for gender in genders])
    choice, made = released("people", finest, None)
    assert (choice.withheld, choice.drawn) == (20, 17)
    withheld = made.filter(pl.col("region").is_null())["person_study_ref"].to_list()
    by_lot = sorted((f"R{at:05d}" for at in range(200)), key=lambda reference: reference[::-1])[:17]
    assert sorted(withheld) == sorted([*by_lot, "R00400", "R00401", "R00402"])


def test_a_withheld_family_shows_nothing_of_its_make_up() -> None:
    choice, made = released("families", families(3, 400), None)
    assert choice.withheld
    withheld = made.filter(pl.all_horizontal(pl.col(list(STEPS["families"])).is_null()))
    assert withheld.height == choice.withheld
    for column in ("dwp_found", "moj_found", "study_group", "health"):
        assert withheld[column].null_count() == choice.withheld
    assert withheld["study_group"].dtype == Families.columns()["study_group"].dtype


def test_a_withheld_familys_outcomes_are_withheld_with_it() -> None:
    choice, made = released("family_outcomes", outcomes(3, 400), None)
    assert choice.withheld
    withheld = made.filter(pl.all_horizontal(pl.col(list(STEPS["family_outcomes"])).is_null()))
    for column in ("looked_after_year_before", "persistent_absence_two_years_after", "problems", "crime"):
        assert withheld[column].null_count() == withheld.height == choice.withheld


def test_problems_become_a_number_where_their_list_would_tell_somebody_apart() -> None:
    """Thirty have one problem and thirty another, but for ten: the number is shown, which problem it is, is not."""
    rows = [{"crime": True, "problems": "1"}] * 30 + [{"health": True, "problems": "1"}] * 20
    rows += [{"worklessness": True, "problems": "1"}] * 10
    choice, made = released("people", research_table("people", rows), None)
    assert (choice.steps["problems"], choice.withheld) == ("number", 0)
    assert made["problems"].to_list() == ["1"] * 60
    assert made.select(pl.col(list(PROBLEMS)).null_count()).row(0) == (60,) * 6


def test_what_a_class_shares_as_a_whole_is_hidden_with_it() -> None:
    """Twenty of one gender, all of whom offended, pass by their number and not by what they share."""
    rows = [{"gender": "male"}] * 20 + [{"gender": "female"}] * 60
    finest = research_table("people", rows)
    offended = finest.select("person_study_ref", offended=pl.col("gender").cast(pl.String) == "male")
    assert choose_steps("people", finest, None).steps["gender"] == "as recorded"
    choice = choose_steps("people", finest, None, sensitive=offended)
    assert (choice.steps["gender"], choice.withheld) == ("none", 0)


def test_the_next_best_is_taken_where_the_best_does_not_pass() -> None:
    """Whom else to hide is asked of the best first, and where it cannot be done of the next, which is counted."""
    finest = people(1, 2000)
    best = choose_steps("people", finest, None)
    asked: list[Choice] = []

    def not_the_first_two(choice: Choice) -> frozenset[str] | None:
        asked.append(choice)
        return None if len(asked) <= 2 else frozenset()

    third = choose_steps("people", finest, None, protects=not_the_first_two)
    assert (third.refused, best.refused) == (2, 0)
    assert asked[0].steps == best.steps
    assert best.loss <= asked[1].loss <= third.loss
    with pytest.raises(NobodyToHideAmong, match="a council must not find them"):
        choose_steps("people", finest, None, protects=lambda _: None)


def test_who_is_hidden_from_a_council_counts_as_withheld() -> None:
    """Two rows of every choice leave the best where it was; ninety of the best alone make another one better."""
    finest = people(1, 2000)
    best = choose_steps("people", finest, None)
    some = frozenset(f"R{at:05d}" for at in range(90))
    two = frozenset({"R00000", "R00001"})
    taken = choose_steps("people", finest, None, protects=lambda _: two)
    assert (taken.steps, taken.withheld, taken.hidden) == (best.steps, best.withheld + 2, two)
    assert taken.loss > best.loss
    made = coarsened(finest, taken, lots("people", finest)).collect()
    withheld = made.filter(pl.all_horizontal(pl.col(list(STEPS["people"])).is_null()))
    assert two <= set(withheld["person_study_ref"])
    other = choose_steps(
        "people", finest, None, protects=lambda choice: some if choice.steps == best.steps else frozenset()
    )
    assert other.steps != best.steps
    assert best.loss <= other.loss
    assert not other.hidden


def test_what_is_needed_is_shown_whatever_that_withholds() -> None:
    """Two of twenty-two are on the waiting list: without the group nobody were withheld, with it all but two."""
    rows = [{"study_group": "programme"}] * 40 + [{"study_group": "comparison"}] * 2
    choice = choose_steps("family_outcomes", research_table("family_outcomes", rows), None)
    assert choice.steps["study_group"] == "as recorded"
    assert choice.withheld == 20 > MOST_WITHHELD * 42


def test_plenty_of_people_stay_on_the_finest_steps() -> None:
    """Where everybody has company nothing is lost."""
    row = {"region": "London", "age_band": "5-10", "gender": "male", "start_year": "2016-17"}
    finest = research_table(
        "people", [row | {"gender": gender} for gender in ("male", "female") for _ in range(50)]
    )
    choice, made = released("people", finest, None)
    assert (choice.loss, choice.withheld) == (0, 0)
    assert made.equals(finest.collect())
    People.validate(made)


def test_too_few_are_refused_in_words() -> None:
    with pytest.raises(NobodyToHideAmong, match=r"the table people has 12 rows.* at least 20.*more families"):
        choose_steps("people", people(1, 12), None)
