"""What one offence tells of who committed it: shown where twenty had one like it, else coarser or not at all."""

from __future__ import annotations

import random

import duckdb
import polars as pl
import pytest
from rehearsing import Rehearsed
from research_rows import research_table

from tf_linkage import research
from tf_linkage.contracts.bands import BROAD_DISPOSALS, BROAD_OFFENCES
from tf_linkage.contracts.bodies.moj import DISPOSALS, OFFENCE_GROUPS
from tf_linkage.contracts.ladders import EVENT_STEPS, STEPS, event_steps_of
from tf_linkage.contracts.outputs.research import Offending
from tf_linkage.disclosure import Coarsened, coarsen_offences, offence_risk, steps_of_events

ADULT = {"region": "London", "age_band": "25-44", "gender": "male", "start_year": "2016-17"}
Offence = tuple[str, str, str | None]
FINED: Offence = ("theft", "FINE", None)


def tables(*people: list[Offence], regions: tuple[str, ...] = ("London",)) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """Offending and people, from the offences of each: kind, disposal, length of the sentence."""
    rows = [ADULT | {"region": regions[at % len(regions)]} for at in range(len(people))]
    offences = [
        {"person_study_ref": f"R{at:05d}", "case_number": 1, "sentenced": 3, "guilty": disposal != "CAUTION",
         "offence_group": kind, "disposal": disposal, "sentence": length}
        for at, own in enumerate(people) for kind, disposal, length in own
    ]  # fmt: skip
    return research_table("offending", offences), research_table("people", rows)


def below(table: pl.LazyFrame, people: pl.LazyFrame) -> int:
    return offence_risk(table, people)["people in classes below the rule"]


def coarse(*people: list[Offence], regions: tuple[str, ...] = ("London",)) -> Coarsened:
    offending, known = tables(*people, regions=regions)
    made = coarsen_offences(offending, known)
    Offending.validate(made.table.collect())
    assert below(made.table, known) == 0
    lengths = offending.select(pl.col("sentence").count()).collect().item()
    read = event_steps_of("offending", made.table)
    assert not any(people) or made.steps["offence_group"] == read["offence_group"]
    assert not lengths or made.steps["disposal"] == read["disposal"]
    return made


def test_the_broad_kinds_are_of_all_codes_and_custody_stays_by_itself() -> None:
    assert set(BROAD_OFFENCES) == set(OFFENCE_GROUPS.values())
    assert set(BROAD_DISPOSALS) == set(DISPOSALS) - {"CUSTODY"}


def test_everything_is_shown_where_twenty_are_alike() -> None:
    jailed: Offence = ("robbery", "CUSTODY", "1 to 4 years")
    offending, people = tables(*[[FINED]] * 20, *[[jailed]] * 20, *[[FINED, jailed]] * 5)
    made = coarsen_offences(offending, people)
    assert (made.withheld, made.people, sum(made.lost.values())) == (0, 45, 0)
    assert made.table.collect().equals(offending.collect())
    assert offence_risk(made.table, people)["smallest class"] == 25


def test_rare_kinds_go_together_before_they_go() -> None:
    """Twelve robberies and twelve rapes: too rare each, but violent or sexual together are twenty-four."""
    made = coarse(*[[FINED]] * 40, *[[("robbery", "FINE", None)]] * 12, *[[("sexual offences", "FINE", None)]] * 12)
    assert made.steps["offence_group"] == "broad group"
    assert made.lost["disposal"] == 0
    shown = made.table.collect()["offence_group"].cast(pl.String).value_counts(sort=True)
    assert shown.rows() == [("against property", 40), ("violent or sexual", 24)]
    assert 0 < made.lost["offence_group"] < made.told["offence_group"]
    assert steps_of_events(made)["step"].to_list() == list(made.steps.values())


def test_a_rare_length_goes_before_the_kind_of_sentence() -> None:
    lengths = [[("theft", "CUSTODY", "under 6 months")]] * 15 + [[("theft", "CUSTODY", "4 years and over")]] * 15
    made = coarse(*[[FINED]] * 30, *lengths)
    assert made.steps == {"offence_group": "group", "disposal": "kind"}
    assert made.table.collect()["sentence"].null_count() == 60


def test_the_few_are_withheld_where_they_are_enough_to_stand_among() -> None:
    made = coarse(*[[FINED]] * 300, *[[("robbery", "CUSTODY", None)]] * 11, *[[("fraud", "COMMUNITY", None)]] * 11)
    assert (made.withheld, made.steps["offence_group"]) == (22, "group")
    assert made.table.filter(pl.col("offence_group").is_null()).collect().height == 22


def test_one_offence_withholds_all_that_somebody_did() -> None:
    """Who is found by one offence is known in all rows of the same reference."""
    made = coarse(*[[FINED]] * 300, *[[FINED, ("robbery", "CUSTODY", None)]] * 19, [FINED, ("fraud", "FINE", None)])
    assert made.withheld == 20
    assert made.table.filter(pl.col("offence_group").is_null()).collect().height == 40


def test_one_who_is_withheld_alone_would_stand_out_by_it() -> None:
    offending, people = tables(*[[FINED]] * 319, [("robbery", "FINE", None)])
    alone = pl.col("person_study_ref") == "R00319"
    columns = [*EVENT_STEPS["offending"], "sentence"]
    emptied = offending.with_columns(pl.when(~alone).then(pl.col(column)).alias(column) for column in columns)
    assert below(emptied, people) == 1
    assert coarsen_offences(offending, people).steps["offence_group"] == "none"


def test_people_who_look_different_do_not_hide_each_other() -> None:
    kinds = [[FINED]] * 20 + [[("drug offences", "FINE", None)]] * 20
    assert coarse(*kinds).steps["offence_group"] == "group"
    assert coarse(*kinds, regions=("London", "North")).steps["offence_group"] == "none"


def test_a_reader_does_not_know_the_group_and_a_lead_worker_is_told_of() -> None:
    """Ten of each group look alike to a reader; whom a lead worker would find is measured, and gates nothing."""
    offending, people = tables(*[[FINED]] * 20)
    groups = people.with_row_index("at").with_columns(
        study_group=pl.when(pl.col("at") % 2 == 0).then(pl.lit("comparison")).otherwise(pl.col("study_group"))
    )
    made = coarsen_offences(offending, groups.drop("at"))
    assert made.steps["offence_group"] == "group"
    everything = list(STEPS["people"])
    assert offence_risk(made.table, groups, known=everything)["people in classes below the rule"] == 20
    assert below(made.table, groups) == 0


def test_where_too_few_offend_nothing_is_shown() -> None:
    made = coarse(*[[FINED]] * 19)
    assert made.steps == {"offence_group": "none", "disposal": "none"}
    assert made.lost == made.told
    assert (made.withheld, coarse().people) == (0, 0)


@pytest.mark.parametrize("seed", range(4))
def test_whatever_the_offences_nobody_is_found_by_one_as_sql_counts_them(seed: int) -> None:
    """The independent count: of every offence that shows anything, twenty of SQL's groups had one like it."""
    rng = random.Random(seed)
    people = [
        [
            (rng.choices(["theft", "robbery", "fraud", "drug offences"], [20, 3, 2, 9])[0],
             rng.choices(["FINE", "CUSTODY", "CAUTION", "COMMUNITY"], [10, 3, 6, 4])[0], None)
            for _ in range(rng.choice([1, 1, 2]))
        ]
        for _ in range(400)
    ]  # fmt: skip
    offending, known = tables(*people, regions=("London", "North"))
    made = coarsen_offences(offending, known).table.collect()
    database = duckdb.connect()
    database.register("offences", made.to_arrow())
    database.register("people", known.collect().to_arrow())
    least, shown = database.sql(
        "SELECT min(n), sum(n) FROM (SELECT count(DISTINCT o.person_study_ref) AS n FROM offences o JOIN people p "
        "USING (person_study_ref) WHERE offence_group IS NOT NULL OR disposal IS NOT NULL "
        "GROUP BY p.region, offence_group, disposal, sentence, guilty)"
    ).fetchall()[0]
    assert shown, "something is shown of them"
    assert least >= 20
    assert below(offending, known) > 0, "the control: as they were made some stand out"


def test_in_the_rehearsal_the_gate_had_something_to_do(rehearsed: Rehearsed) -> None:
    """The control: as it was made, the table gives offenders away."""
    linked_set = rehearsed.store.read(["research", "linked_set"])
    people, released = (rehearsed.research(name) for name in ("people", "offending"))
    assert isinstance(linked_set, dict)
    known = research.study_tables(linked_set)
    made = research.offending(known.linked_people, known.attributes, known.returns["moj"])
    assert offence_risk(made, people)["smallest class"] == 1
    assert below(made, people) > 0
    assert below(released, people) == 0
    others = [column for column in Offending.columns() if column not in {"offence_group", "disposal", "sentence"}]
    assert made.select(others).collect().equals(released.select(others).collect()), "nothing else was touched"
