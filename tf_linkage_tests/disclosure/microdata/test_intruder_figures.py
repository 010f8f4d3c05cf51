"""What intruders find, as one table: by hand on a few rows, the whole of it on a rehearsal, and told in classes."""

from __future__ import annotations

import polars as pl
import pytest
from rehearsing import Rehearsed
from research_rows import research_table

from tf_linkage import research
from tf_linkage.contracts.columns import empty
from tf_linkage.contracts.intruders import INTRUDERS, LEAD_WORKER, MOST_FOUND, NEIGHBOUR, Held
from tf_linkage.contracts.ladders import COUNTED_OFFENCES, STEPS
from tf_linkage.contracts.outputs.research import RESEARCH_TABLES
from tf_linkage.disclosure import in_classes, intruder_figures, intruders_page
from tf_linkage.disclosure.microdata.intruder_figures import alike_rows, share_class
from tf_linkage.disclosure.microdata.register_attack import histories, known_by_history
from tf_linkage.study import REGIONS


def test_a_lead_worker_tells_apart_whom_a_neighbour_does_not() -> None:
    alike = {"region": "North", "age_band": "25-44", "gender": "male", "start_year": "2016-17"}
    groups = ["programme"] * 3 + ["comparison"]
    table = research_table("people", [alike | {"study_group": group} for group in groups])
    assert alike_rows(NEIGHBOUR, "people", table).to_list() == [4, 4, 4, 4]
    assert alike_rows(LEAD_WORKER, "people", table).to_list() == [3, 3, 3, 1]


def test_a_history_is_known_again_wherever_it_begins() -> None:
    """Two claimed for the same three months, at different times; a third for four months, and is alone."""
    schema = empty(RESEARCH_TABLES["benefits_and_work"]).schema
    rows = [("R0", 0, 3), ("R1", 20, 23), ("R2", 0, 4)]
    claims = pl.LazyFrame(
        [dict.fromkeys(schema) | {"person_study_ref": ref, "starts": a, "ends": b} for ref, a, b in rows],
        schema=schema,
    )
    people = research_table("people", [{"person_study_ref": ref} for ref, *_ in rows])
    tables = {name: empty(contract).lazy() for name, contract in RESEARCH_TABLES.items()}
    found = known_by_history(tables | {"people": people, "benefits_and_work": claims})
    row = found.row(by_predicate=pl.col("table") == "benefits_and_work", named=True)
    assert (row["people"], row["alone"], row["few"]) == (3, 1, 3)
    assert found["table"].to_list() == list(histories())
    assert found.filter(pl.col("table") != "benefits_and_work")["people"].sum() == 0


@pytest.mark.parametrize(
    ("share", "told"),
    [
        (None, ""),
        (0.0, "nobody"),
        (0.0001, "up to 1%"),
        (0.01, "up to 1%"),
        (0.0101, "over 1% to 5%"),
        (0.2, "over 5% to 20%"),
        (0.5001, "over 50%"),
        (1.0, "all"),
    ],
)
def test_shares_are_told_in_classes(share: float | None, told: str) -> None:
    assert share_class(share) == told


@pytest.fixture(scope="module")
def figures(rehearsed: Rehearsed) -> pl.DataFrame:
    linked_set = rehearsed.store.read(["research", "linked_set"])
    assert isinstance(linked_set, dict)
    sent = research.as_sent(research.study_tables(linked_set), REGIONS)
    return intruder_figures({name: rehearsed.research(name) for name in RESEARCH_TABLES}, sent)


def test_every_intruder_is_measured_and_those_who_are_held_off_find_nobody(figures: pl.DataFrame) -> None:
    assert set(figures["intruder"]) == set(INTRUDERS)
    alike = figures.filter(
        pl.col("intruder").is_in(["neighbour", "lead worker"]), ~pl.col("held against").str.contains("joined")
    )
    assert alike.height == 2 * len(STEPS) + len(COUNTED_OFFENCES)
    assert alike["few alike"].to_list() == [0.0] * alike.height
    council = figures.filter(pl.col("intruder") == "council")
    assert council["certain"].to_list() == [0.0] * council.height
    assert max(council["likely"]) <= MOST_FOUND
    reader = figures.filter(pl.col("intruder") == "newspaper reader")
    assert reader["certain"].max() > 0.5, "histories are told"
    offence = reader.filter(pl.col("held against").is_in(list(COUNTED_OFFENCES)))
    assert offence.select("certain", "likely", "few alike").rows() == [(0.0, 0.0, 0.0)] * len(COUNTED_OFFENCES)
    assert offence["rows"].min() > 0
    gates = {told[1]: told[5] for told in in_classes(figures) if told[0] == "newspaper reader"}
    assert {gates[name] for name in COUNTED_OFFENCES} == {Held.ALIKE.value}


def test_the_annex_stands_beside_the_tables(rehearsed: Rehearsed, figures: pl.DataFrame) -> None:
    page = (rehearsed.store.root / "research" / "intruders.md").read_text(encoding="utf-8")
    assert page == intruders_page(figures)
    assert "data/research/intruders.md" in (rehearsed.store.root / "reports" / "impact_assessment.md").read_text()
    classes = {share_class(share / 1000) for share in range(1001)} | {share_class(None)}
    assert {cell for told in in_classes(figures) for cell in told[2:5]} <= classes
