"""The council's attack: by hand on a few rows, and on a rehearsal's tables as they were made, where it succeeds."""

from __future__ import annotations

import math

import polars as pl
import pytest
from rehearsing import Rehearsed

from tf_linkage import research
from tf_linkage.contracts.bodies.council import PROBLEMS
from tf_linkage.contracts.outputs.research import RESEARCH_TABLES
from tf_linkage.disclosure import Found, council_finds
from tf_linkage.disclosure.microdata.council_attack import judged, summed, to_hide
from tf_linkage.study import REGIONS

TRACE = {"offends": "crime"}


def shown(*rows: tuple[str, str, bool]) -> pl.DataFrame:
    """Released rows: whose, the class, whether an offence shows."""
    return pl.DataFrame(rows, schema=["truth", "key", "offends"], orient="row")


def sent(*rows: tuple[str, str, str | None]) -> pl.DataFrame:
    """What a council knows: of whom, the class they must stand in, the sub-code of crime."""
    return pl.DataFrame(
        [
            {"truth": who, "key": key, "withheld": "-", "child": False, "crime_code": code}
            for who, key, code in rows
        ],
        schema={"truth": pl.String, "key": pl.String, "withheld": pl.String, "child": pl.Boolean}
        | {f"{problem}_code": pl.String for problem in PROBLEMS},
    )


def test_who_is_alone_is_found_for_certain_and_one_of_four_is_likely() -> None:
    there = shown(
        ("a", "x", False), *((name, "y", False) for name in "bcde"), *((name, "z", False) for name in "fghij")
    )
    known = sent(*((name, key, None) for name, key in there.select("truth", "key").iter_rows()))
    assert summed(judged(there, known, TRACE)) == Found(10, 1, 5, pytest.approx(3 / 10))


def test_a_trace_of_what_was_recorded_tells_people_of_one_class_apart() -> None:
    """Of five alike one was recorded as offending, and one row shows an offence.

    By hand: the trace of a recorded one has the probability 1.5/2, of another one 0.5/5.
    """
    there = shown(("a", "x", True), *((name, "x", False) for name in "bcde"))
    known = sent(("a", "x", "OFF"), *((name, "x", None) for name in "bcde"))
    recorded = 0.75 / (0.75 + 4 * 0.25)
    other = 0.9 / (0.1 + 4 * 0.9)
    assert summed(judged(there, known, TRACE)) == Found(5, 0, 5, pytest.approx((recorded + 4 * other) / 5))
    assert summed(judged(there, known, {})) == Found(5, 0, 0, pytest.approx(1 / 5))


def test_whoever_is_not_in_the_class_that_they_must_stand_in_was_withheld() -> None:
    """Of two withheld, the one whose class no row shows is sought there, and the other is not."""
    there = shown(("a", "-", False), ("b", "-", False), ("c", "x", False))
    known = sent(("a", "gone", None), ("b", "x", None), ("c", "x", None))
    found = summed(judged(there, known, TRACE))
    assert (found.tried, found.certain, found.likely) == (3, 1, 2)
    assert found.chance == pytest.approx((1 / 2 + 0 + 1) / 3)


def test_who_was_sent_twice_is_found_by_the_record_that_tells_most() -> None:
    there = shown(("a", "x", False), ("b", "x", False), ("c", "y", False))
    found = summed(judged(there, sent(("c", "x", None), ("c", "y", None)), TRACE))
    assert (found.tried, found.certain) == (1, 1)


def test_it_holds_where_nobody_is_found_for_certain_and_one_in_a_hundred_likely() -> None:
    assert Found(100, 0, 1, 0.1).holds
    assert not Found(100, 0, 2, 0.1).holds
    assert not Found(100, 1, 1, 0.1).holds


def test_whom_it_finds_most_surely_is_hidden_until_it_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two hundred one is found for certain, four with one in four: one in a hundred, two, may stay likely."""
    asked = []

    def found(_: str, sent: pl.LazyFrame, tables: dict[str, pl.LazyFrame]) -> pl.DataFrame:
        assert sent.collect().is_empty()
        hidden = set(tables["people"].collect()["hidden"])
        asked.append(hidden)
        chances = {"a": 1.0} | dict.fromkeys("bcde", 0.25) | {f"p{at}": 0.1 for at in range(195)}
        return pl.DataFrame(
            [(who, 0.0 if who in hidden else chance) for who, chance in chances.items()],
            schema=["truth", "probability"],
            orient="row",
        )

    monkeypatch.setattr("tf_linkage.disclosure.microdata.council_attack.probabilities", found)

    def made(hidden: frozenset[str]) -> dict[str, pl.LazyFrame]:
        return {"people": pl.LazyFrame({"hidden": sorted(hidden)}, schema={"hidden": pl.String})}

    assert to_hide("people", pl.LazyFrame(), made) == {"a", "b", "c"}
    assert asked == [set(), {"a", "b", "c"}]


@pytest.mark.parametrize(("name", "most"), [("people", 0.2), ("families", 0.5), ("family_outcomes", 0.2)])
def test_the_control_on_tables_as_they_were_made_it_succeeds(rehearsed: Rehearsed, name: str, most: float) -> None:
    linked_set = rehearsed.store.read(["research", "linked_set"])
    assert isinstance(linked_set, dict)
    known = research.study_tables(linked_set)
    finest = {
        "people": research.people(known.linked_people, known.attributes, REGIONS),
        "families": research.families(known.linked_people, known.attributes, REGIONS),
        "family_outcomes": research.outcomes_of_families(
            known.linked_people, known.attributes, known.returns, REGIONS
        ),
    }
    released = {table: rehearsed.research(table) for table in RESEARCH_TABLES}
    sent = research.as_sent(known, REGIONS)[name]
    assert council_finds(name, sent, released).holds
    found = council_finds(name, sent, released | finest)
    assert found.certain > most * found.tried
    assert not found.holds
    assert not math.isnan(found.chance)
