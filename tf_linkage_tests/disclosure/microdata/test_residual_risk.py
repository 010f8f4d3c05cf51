"""What is left to an intruder, measured by hand on a few rows; and that people and families do not join."""

from __future__ import annotations

import itertools
from collections import Counter

import polars as pl
import pytest
from rehearsing import Rehearsed
from research_rows import research_table

from tf_linkage.contracts.columns import empty
from tf_linkage.contracts.ladders import REFERENCES
from tf_linkage.contracts.outputs.research import RESEARCH_TABLES
from tf_linkage.disclosure import families_that_fit, join_figures, known_event

Tables = dict[str, pl.LazyFrame]


def tables(**made: pl.LazyFrame) -> Tables:
    return {name: empty(contract).lazy() for name, contract in RESEARCH_TABLES.items()} | made


def rows(name: str, *given: dict[str, object]) -> pl.LazyFrame:
    """Rows of a history, empty where nothing is said."""
    schema = empty(RESEARCH_TABLES[name]).schema
    return pl.LazyFrame([dict.fromkeys(schema) | row for row in given], schema=schema)


def test_one_dated_event_by_hand() -> None:
    """Of three alike, two were sentenced in one month for theft, and one of these again in another month."""
    alike = {"region": "North", "age_band": "25-44", "gender": "male", "start_year": "2016-17"}
    theft = {"offence_group": "theft"}
    found = known_event(
        tables(
            people=research_table("people", [alike] * 3),
            offending=rows(
                "offending",
                {"person_study_ref": "R00000", "sentenced": 3} | theft,
                {"person_study_ref": "R00001", "sentenced": 3} | theft,
                {"person_study_ref": "R00001", "sentenced": 9} | theft,
            ),
        )
    )
    first = found.row(0, named=True)
    assert first["people"] == 2
    assert first["share of events"] == pytest.approx(1 / 3)
    assert first["share of people"] == pytest.approx(1 / 2)


def test_a_family_fits_if_nothing_speaks_against_it() -> None:
    """A person with a problem of health and a conviction after the start: two of four families know of both."""
    fits = {"study_group": "programme", "health": True, "conviction_two_years_after": True}
    families = [
        fits,
        fits | {"conviction_two_years_after": None},
        fits | {"health": False},
        fits | {"study_group": "comparison"},
    ]
    convicted = {"person_study_ref": "R00000", "sentenced": 5, "guilty": True, "disposal": "FINE"}
    found = families_that_fit(
        tables(
            people=research_table("people", [{"health": True}]),
            family_outcomes=research_table("family_outcomes", families),
            offending=rows("offending", convicted),
        )
    )
    assert found.rows() == [("R00000", 2)]
    assert join_figures(found)["chance that a guess is right"] == 0.5


@pytest.fixture(scope="module")
def released(rehearsed: Rehearsed) -> Tables:
    found = {}
    for name in RESEARCH_TABLES:
        stored = rehearsed.research(name)
        assert isinstance(stored, pl.LazyFrame)
        found[name] = stored
    return found


@pytest.fixture(scope="module")
def truly(rehearsed: Rehearsed) -> pl.DataFrame:
    """Who is of which family, which no released table tells."""
    linked_set = rehearsed.store.read(["research", "linked_set"])
    assert isinstance(linked_set, dict)
    return linked_set["people"].select("person_study_ref", "family_study_ref").collect()


def test_references_of_people_and_families_do_not_join(released: Tables) -> None:
    for one, other in itertools.combinations(REFERENCES, 2):
        left, right = (set(released[name].collect()[REFERENCES[name]]) for name in (one, other))
        assert left
        assert right
        assert not left & right
        for length in range(6, 20):
            assert not {ref[:length] for ref in left} & {ref[:length] for ref in right}
            assert not {ref[-length:] for ref in left} & {ref[-length:] for ref in right}


def test_the_order_of_rows_joins_nobody(released: Tables, truly: pl.DataFrame) -> None:
    """Who guesses by position does as well as by chance; the control, tables in one order, is found out."""
    people = released["people"].select("person_study_ref").collect()["person_study_ref"].to_list()
    families = released["families"].select("family_study_ref").collect()["family_study_ref"].to_list()
    right = dict(truly.rows())

    size = Counter(right[person] for person in people)

    def hits(order: list[str]) -> float:
        """Of one who knows how many people each family has, and gives them out in order."""
        guessed = [family for family in families for _ in range(size[family])]
        return sum(right[person] == family for person, family in zip(order, guessed, strict=True)) / len(order)

    chance = 1 / len(families)
    assert hits(people) <= chance + 4 * (chance / len(people)) ** 0.5
    place = {family: at for at, family in enumerate(families)}
    assert hits(sorted(people, key=lambda person: place[right[person]])) > 20 * chance


def test_the_join_by_attributes_is_measured_and_told(rehearsed: Rehearsed, released: Tables) -> None:
    """It is not held off: a person's events are the family's. The figure stands next to the tables."""
    figures = join_figures(families_that_fit(released))
    assert figures["people held against every family"] > 400
    assert 0 < figures["chance that a guess is right"] < 1
    event = next(
        event
        for event in rehearsed.result.get_asset_materialization_events()
        if event.asset_key.path == ["research", "linked_duckdb"]
    )
    shown = event.materialization.metadata
    released = {str(next(iter(row.data.values()))): row.data[""] for row in shown["joining by attributes"].records}
    assert released == figures
    assert len(shown["singled out by one dated event"].records) == 4
    assert "accredited setting" in str(shown["what remains"].value)
