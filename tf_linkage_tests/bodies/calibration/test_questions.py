"""The twenty questions, on four people whose answers can be counted by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from tf_linkage.bodies.calibration.pictures import page, series_pictures
from tf_linkage.bodies.calibration.questions import QUESTIONS, answers, in_words
from tf_linkage.bodies.calibration.targets import TOPICS
from tf_linkage.bodies.lived import Population
from tf_linkage.population import Settings, simulate
from tf_linkage.population.lives.benefits_and_jobs import BENEFITS
from tf_linkage.population.lives.offending import DISPOSALS
from tf_linkage.population.people.care import EPISODES
from tf_linkage.population.settings import day

FOR_EVER = 2_000_000


def on(date: str) -> int:
    """A day as the population counts it."""
    return day(dt.date.fromisoformat(date))


@pytest.fixture(scope="module")
def lived() -> Population:
    """A man of 40 twice as heavy as the others, a woman of 30, a boy of 16, a girl of 8 (ages in 2012)."""
    made = simulate(Settings(seed=1, families=20, population=2_000, councils=("E09000012",)))
    people = [
        {"person": 1, "birth": on("1972-01-01"), "gender": 0, "weight": 2.0},
        {"person": 2, "birth": on("1982-01-01"), "gender": 1, "weight": 1.0},
        {"person": 3, "birth": on("1996-03-01"), "gender": 0, "weight": 1.0},
        {"person": 4, "birth": on("2004-03-01"), "gender": 1, "weight": 1.0},
    ]
    always = {"death": FOR_EVER, "arrived": 0, "emigrated": FOR_EVER, "high_need": False}
    spell = {"amount": 1.0}
    jsa, custody = BENEFITS.index("JSA"), DISPOSALS.index("CUSTODY")
    rows: dict[str, list[dict[str, Any]]] = {
        "people": [always | person for person in people],
        "work": [
            spell | {"person": 2, "kind": jsa, "start": on("2012-06-01"), "end": on("2012-08-15")},
            spell | {"person": 1, "kind": jsa, "start": on("2013-12-01"), "end": on("2014-09-01")},
            {"person": 1, "kind": -1, "start": on("2016-01-01"), "end": on("2017-01-01"), "amount": 30_000.0},
            {"person": 2, "kind": -1, "start": on("2016-01-01"), "end": on("2017-01-01"), "amount": 20_000.0},
        ],
        "offences": [
            {"person": 3, "case": 0, "start": on("2012-04-01"), "disposed": on("2012-06-01"), "group": 3,
             "adjudication": 0, "disposal": custody},
            {"person": 1, "case": 0, "start": on("2013-02-01"), "disposed": on("2013-06-01"), "group": 2,
             "adjudication": 0, "disposal": custody},
        ],
        "school_years": [
            {"person": 4, "year": 2016, "curriculum": 8, "fsm": True, "sessions_1": 100, "sessions_2": 60,
             "sessions_3": 40, "unauthorised_1": 3, "authorised_1": 5, "unauthorised_2": 0, "authorised_2": 2},
        ],
        "exclusions": [{"person": 4, "start": on("2016-11-01"), "category": 1}],
        "care": [
            {"person": 4, "episode": EPISODES.index("CIN"), "start": on("2015-01-01"), "end": on("2017-01-01")},
        ],
    }  # fmt: skip

    def filled(name: str) -> pl.LazyFrame:
        schema = made[name].collect_schema()
        nothing = {column: False if dtype == pl.Boolean else 0 for column, dtype in schema.items()}
        return pl.LazyFrame([nothing | row for row in rows[name]], schema=schema)

    return {name: filled(name) for name in rows}


@pytest.mark.parametrize(
    ("asks", "label", "expected"),
    [
        ("Looking for work", "2012", 1000 * 1 / 4),  # the boy is 16, the girl too young
        ("Looking for work", "2014", 1000 * 2 / 4),  # the weight of the man is two
        ("Looking for work", "2016", None),
        ("Share of claims for JSA", "", 100 * 1 / 3),  # hers ended within three months, his did not
        ("Median pay in thousand pounds by sex", "men", 30),
        ("Median pay in thousand pounds by sex", "women", 20),
        ("Boys and men cautioned", "15-17", 1000),
        ("Boys and men cautioned", "40-49", None),  # he was sentenced a year later
        ("Children cautioned or convicted a year", "2012", 100),
        ("Custody of those sentenced", "03", 100),  # the boy's theft is no adult's
        ("Share of all cases held", "", None),
        ("Absence by year group", "8", 5),  # 10 of 200
        ("Absence by academic year", "2016", 5),
        ("Absence with and without free meals", "with", 5),
        ("Suspensions by age", "12", 100),
        ("Children in need", "2016", 10_000),  # the only child left in 2016
        ("Children in need", "2019", None),
    ],
)
def test_by_hand(lived: Population, asks: str, label: str, expected: float | None) -> None:
    answered = answers(lived)
    mine = answered.filter(pl.col("question").str.starts_with(asks), pl.col("label") == label)
    assert mine.height == 1
    found = mine["world"].item()
    if expected is None:
        assert not found
    else:
        assert found == pytest.approx(expected, abs=0.5)


def test_every_published_figure_has_a_query_that_can_meet_it() -> None:
    """A label of a series that the query never returns would be compared with nothing."""
    world = simulate(Settings(seed=3, families=200, population=20_000, councils=("E09000012", "E08000003")))
    answered = answers(world)
    assert len(QUESTIONS) == 20
    assert {each.topic for each in QUESTIONS} <= set(TOPICS)
    for question in QUESTIONS:
        mine = answered.filter(pl.col("question") == question.asks)
        assert set(question.series) <= set(mine["label"]), question.asks
        assert dict(mine.drop_nulls("england").select("label", "england").iter_rows()) == dict(question.series)
    assert answers(world).equals(answered)


def test_words_and_pictures_show_the_same_figures(lived: Population) -> None:
    answered = answers(lived)
    told = {asks: (world, published) for asks, world, published in in_words(answered)}
    assert list(told) == [each.asks for each in QUESTIONS]
    assert told["Absence by academic year, per cent"][0] == "2016: 5"
    assert told["PIP, per 1,000 of 16-64"][0].startswith("2013: none")
    drawn = series_pictures(answered)
    assert set(drawn) <= set(TOPICS)
    assert "Children in need" in drawn["care and births"].wide
    assert "school" not in drawn, "one year alone is no series"
    target = {"topic": "care and births", "target": "in need", "passed": True, "observations": 3}
    figures = {
        "expected": 340.0,
        "found": 300.0,
        "tolerance": 100.0,
        "chance": 50.0,
        "cited": "Children in need 2019",
    }
    text, files = page(pl.DataFrame([target | figures]), answered, made_by="make calibration", beside="there")
    assert "Made by `make calibration`" in text
    assert "| Absence by academic year, per cent | 2016: 5 | 5.26" in text
    assert list(files) == ["care_and_births_series.svg", "care_and_births_targets.svg"]
    assert all(f"(there/{name})" in text and svg.startswith("<svg") for name, svg in files.items())
