"""Offences counted in tables that join no other: shown where ten people of ten families had one, else together."""

from __future__ import annotations

import random

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rehearsing import Rehearsed
from research_rows import research_table

from tf_linkage import research
from tf_linkage.contracts.ladders import COUNTED_OFFENCES, EVENT_STEPS, event_steps_of
from tf_linkage.contracts.outputs.research import RESEARCH_TABLES
from tf_linkage.disclosure import Counted, count_offences, counted_risk
from tf_linkage.disclosure.events.counted_offences import WHO, shown_columns
from tf_linkage.study import REGIONS

ADULT = {"region": "London", "age_band": "25-44", "gender": "male", "start_year": "2016-17"}
Offence = tuple[str, str, str | None, int]
"""Kind, disposal, length of the sentence, months from the start."""

FINED: Offence = ("theft", "FINE", None, 3)
JAILED: Offence = ("robbery", "CUSTODY", "1 to 4 years", 3)
CAUTIONED: Offence = ("fraud", "CAUTION", None, 3)
DRUGS: Offence = ("drug offences", "FINE", None, 3)


def made_of(
    *people: list[Offence], families: list[int] | None = None, groups: tuple[str, ...] = ("programme",)
) -> tuple[pl.LazyFrame, pl.LazyFrame, pl.LazyFrame]:
    """Offending, people and who is of which family, from the offences of each; a family each unless said."""
    offences = [
        {"person_study_ref": f"R{at:05d}", "case_number": 1, "sentenced": month, "guilty": disposal != "CAUTION",
         "offence_group": kind, "disposal": disposal, "sentence": length}
        for at, own in enumerate(people) for kind, disposal, length, month in own
    ]  # fmt: skip
    rows = [ADULT | {"study_group": groups[at % len(groups)]} for at in range(len(people))]
    of = families or list(range(len(people)))
    linked = pl.LazyFrame(
        {
            "person_study_ref": [f"R{at:05d}" for at in range(len(people))],
            "family_study_ref": [f"F{number}" for number in of],
        },
        schema={"person_study_ref": pl.String, "family_study_ref": pl.String},
    )
    return research_table("offending", offences), research_table("people", rows), linked


def counted(name: str, *made: pl.LazyFrame) -> Counted:
    offending, people, linked = made
    found = count_offences(name, offending, people, linked)
    table = found.table.collect()
    RESEARCH_TABLES[name].validate(table)
    risk = counted_risk(name, found.table)
    assert risk["classes of too few"] == risk["classes of which the offence follows"] == 0
    withheld = table.filter(pl.all_horizontal(pl.col(shown_columns(name)).is_null()))["offences"].sum()
    if table.height and any(step != "none" for step in found.steps.values()):
        assert withheld == found.withheld
        assert table["offences"].sum() == found.offences
    return found


def rows(found: Counted, *columns: str) -> list[tuple[object, ...]]:
    return found.table.select(*(pl.col(column).cast(pl.String) for column in columns), "people", "families",
                              "offences").collect().rows()  # fmt: skip


def test_ten_people_of_ten_families_are_counted_with_what_they_did() -> None:
    made = made_of(*[[FINED]] * 10, *[[JAILED, JAILED]] * 10)
    kinds, disposals = (counted(name, *made) for name in COUNTED_OFFENCES)
    assert rows(kinds, "offence_group") == [("robbery", 10, 10, 20), ("theft", 10, 10, 10)]
    assert rows(disposals, "disposal", "sentence") == [
        ("CUSTODY", "1 to 4 years", 10, 10, 20), ("FINE", None, 10, 10, 10),
    ]  # fmt: skip
    assert sum(kinds.lost.values()) == sum(disposals.lost.values()) == 0
    assert kinds.table.collect()["study_group"].unique().to_list() == ["programme"]


def test_nine_are_not_nor_ten_of_nine_families() -> None:
    """Kept apart they would be nine; the broad kind, against people, has them all."""
    nine = made_of(*[[FINED]] * 40, *[[JAILED]] * 9, *[[("sexual offences", "FINE", None, 3)]] * 9)
    assert rows(counted("offence_kinds", *nine), "offence_group") == [
        ("against property", 40, 40, 40), ("violent or sexual", 18, 18, 18),
    ]  # fmt: skip
    families = [*range(40), *[at // 2 for at in range(80, 98)]]
    brothers = made_of(*[[FINED]] * 40, *[[JAILED]] * 18, families=families)
    assert counted("offence_kinds", *brothers).steps["offence_group"] == "none", "eighteen people of nine families"


def test_the_few_are_counted_together_and_are_ten_at_least() -> None:
    """Six robbers and six frauds are twelve of whom nothing is told; six alone take the smallest row with them."""
    both = made_of(*[[FINED]] * 380, *[[DRUGS]] * 20, *[[JAILED]] * 6, *[[CAUTIONED]] * 6)
    found = rows(counted("offence_kinds", *both), "offence_group")
    assert found == [("drug offences", 20, 20, 20), ("theft", 380, 380, 380), (None, 12, 12, 12)]
    others = [DRUGS] * 20 + [("public order", "FINE", None, 3)] * 15
    alone = made_of(*[[FINED]] * 380, *[[one] for one in others], *[[JAILED]] * 6)
    found = rows(counted("offence_kinds", *alone), "offence_group")
    assert found == [("drug offences", 20, 20, 20), ("theft", 380, 380, 380), (None, 21, 21, 21)]


def test_of_people_alike_no_kind_follows() -> None:
    """Thirty of the programme who stole and nothing else: who knows one of them would read it there."""
    kinds = [[FINED], [JAILED]] * 30
    groups = ("programme", "comparison")
    found = counted("offence_kinds", *made_of(*kinds, groups=groups))
    assert (found.steps["study_group"], found.steps["offence_group"]) == ("none", "group")
    mixed = [[FINED], [JAILED], [JAILED], [FINED]] * 30
    assert counted("offence_kinds", *made_of(*mixed, groups=groups)).steps["study_group"] == "as recorded"


def test_a_family_that_did_most_is_not_counted_by_itself() -> None:
    """Of seventeen thefts of eleven families one's are seven, 41%; of eighteen they would be eight, over 43.75%."""
    others = [*[[JAILED]] * 30, *[[CAUTIONED]] * 30]

    def of(most: int) -> Counted:
        return counted("offence_kinds", *made_of(*[[FINED]] * 10, [FINED] * most, *others))

    assert ("theft", 11, 11, 17) in rows(of(7), "offence_group")
    assert ("theft", 11, 11, 18) not in rows(of(8), "offence_group")


def test_years_about_the_start() -> None:
    months = [-36, -25, -24, -13, -12, -1, 0, 11, 12, 24]
    made = made_of(*[[(kind, "FINE", None, month) for month in months] for kind in ["theft", "fraud"] * 10])
    found = counted("offence_kinds", *made).table.collect()
    years = found.group_by("sentenced_in", maintain_order=True).agg(pl.col("offences").sum())
    assert dict(years.with_columns(pl.col("sentenced_in").cast(pl.String)).rows()) == dict.fromkeys(
        ["3rd year before", "2nd year before", "year before", "year after", "2nd year after"], 40
    )


def test_where_fewer_than_ten_offended_there_is_no_row() -> None:
    for name in COUNTED_OFFENCES:
        assert counted(name, *made_of(*[[FINED]] * 9)).table.collect().height == 0
        assert counted(name, *made_of()).table.collect().height == 0


OFFENCES = st.tuples(
    st.sampled_from(["theft", "robbery", "fraud", "drug offences"]),
    st.sampled_from(["FINE", "CUSTODY", "CAUTION"]),
    st.none(),
    st.sampled_from([-30, -3, 3, 15]),
)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.lists(OFFENCES, max_size=3), max_size=80), st.integers(1, 3), st.sampled_from([*COUNTED_OFFENCES])
)
def test_whatever_was_done_each_row_has_ten_and_every_offence_is_counted_once(
    people: list[list[Offence]], size: int, name: str
) -> None:
    families = [at // size for at in range(len(people))]
    made = made_of(*people, families=families, groups=("programme", "comparison"))
    found = counted(name, *made)
    offences = sum(map(len, people))
    assert found.offences == offences
    table = found.table.collect()
    assert table["offences"].sum() in {offences, 0}
    assert min([*table["people"], *table["families"]], default=10) >= 10


@pytest.mark.parametrize("seed", range(3))
def test_as_sql_counts_them(seed: int) -> None:
    """The independent count: every row of the table is a group of SQL's, and no group of ten is missing from it."""
    rng = random.Random(seed)
    people = [
        [
            (rng.choices(["theft", "robbery", "fraud", "drug offences"], [20, 3, 2, 9])[0],
             rng.choices(["FINE", "CUSTODY", "CAUTION", "COMMUNITY"], [10, 3, 6, 4])[0], None, rng.choice([-8, 8]))
            for _ in range(rng.choice([1, 1, 2]))
        ]
        for _ in range(400)
    ]  # fmt: skip
    offending, known, linked = made_of(*people, groups=("programme", "comparison"))
    found = counted("offence_kinds", offending, known, linked)
    assert found.steps["study_group"] == "as recorded"
    assert found.steps["sentenced_in"] in {"before or after", "year from the start"}
    assert found.steps["offence_group"] == "group"
    with duckdb.connect() as database:
        for name, table in {"o": offending, "p": known, "l": linked}.items():
            database.register(name, table.collect().to_arrow())
        groups = database.sql(
            "SELECT p.study_group, sentenced >= 0, offence_group, count(DISTINCT o.person_study_ref), "
            "count(DISTINCT family_study_ref), count(*) FROM o JOIN p USING (person_study_ref) "
            "JOIN l USING (person_study_ref) GROUP BY ALL HAVING count(DISTINCT family_study_ref) >= 10"
        ).fetchall()
    told = {
        (row[0], "after" in str(row[1]), *row[2:])
        for row in rows(found, "study_group", "sentenced_in", "offence_group")
        if row[2] is not None
    }
    assert told <= set(groups)
    assert {group[:3] for group in groups if group[4] >= 20} <= {row[:3] for row in told}


def test_in_the_rehearsal_the_gate_had_something_to_do(rehearsed: Rehearsed) -> None:
    """The control: on the finest steps offences are counted that few had; and the steps are read back."""
    linked_set = rehearsed.store.read(["research", "linked_set"])
    assert isinstance(linked_set, dict)
    known = research.study_tables(linked_set)
    made = research.offending(known.linked_people, known.attributes, known.returns["moj"])
    finest = research.finest_tables(known, REGIONS)["people"]
    who = finest.select("person_study_ref", *(one for one in WHO if one != "sentenced_in"))
    for name, column in COUNTED_OFFENCES.items():
        alike = made.join(who, on="person_study_ref").group_by(
            who.collect_schema().names()[1:], "sentenced", column
        )
        assert alike.agg(pl.col("person_study_ref").n_unique()).collect()["person_study_ref"].min() == 1
        found = count_offences(name, made, finest, known.linked_people)
        released = rehearsed.research(name)
        assert released.collect().equals(found.table.collect())
        assert event_steps_of(name, released) == found.steps
        assert found.steps[column] != "none", "kinds and disposals are told, if broadly, also at this size"
        assert set(WHO) < set(EVENT_STEPS[name])
