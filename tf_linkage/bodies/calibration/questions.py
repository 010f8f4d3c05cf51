"""Twenty questions a departmental statistician asks first, each answered by one query next to the published answer.

`python -m tf_linkage.bodies.calibration` prints them; `pictures` draws those with a published series.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import duckdb
import polars as pl

from tf_linkage.bodies.lived import Population
from tf_linkage.population.lives.benefits_and_jobs import BENEFITS
from tf_linkage.population.lives.offending import DISPOSALS
from tf_linkage.population.people.care import EPISODES
from tf_linkage.population.settings import day


@dataclass(frozen=True)
class Question:
    """What is asked, the query over the true lives, and what was published.

    The query sees the tables of `population.simulate` with days as dates and codes as words. Rows of one column
    `answer` (or of a label and `answer`) come back in order.

    Attributes:
        topic: one of `targets.TOPICS`.
        published: the published answer in words.
        series: published figures by the query's labels, where there are such; the unit is the question's.
    """

    topic: str
    asks: str
    query: str
    published: str
    series: Mapping[str, float] = field(default_factory=dict)


def _on(date: str) -> str:
    return f"w.start <= date '{date}' and w.end > date '{date}'"


def _benefit(names: str, dates: tuple[str, ...], adults: str = "16 and 64") -> str:
    parts = [
        f"""select '{date[:4]}' as label, round(1000 * sum(p.weight) filter (exists (select 1 from work w where
        w.person = p.person and w.kind in ({names}) and {_on(date)})) / sum(p.weight), 1) as answer
        from people p where datediff('day', birth, date '{date}') / 365.25 between {adults}
        and death > date '{date}' and emigrated > date '{date}' and arrived <= date '{date}'"""
        for date in dates
    ]
    return " union all ".join(parts) + " order by label"


_AUGUSTS: Final = ("2012-08-01", "2014-08-01", "2016-08-01", "2018-08-01")
_AGE_THEN: Final = "datediff('day', p.birth, o.disposed) / 365.25"


def _offenders(gender: int) -> str:
    return f"""select case when age < 15 then '10-14' when age < 18 then '15-17' when age < 21 then '18-20'
        when age < 25 then '21-24' when age < 30 then '25-29' when age < 40 then '30-39' else '40-49' end as label,
        round(1000 * sum(weight) filter (hit) / sum(weight), 1) as answer from (select p.weight,
        datediff('day', birth, date '2012-07-01') / 365.25 as age, exists (select 1 from offences o where
        o.person = p.person and year(o.disposed) = 2012 and o.adjudication <> 'N') as hit from people p
        where gender = {gender} and arrived <= date '2012-07-01' and death > date '2012-07-01')
        where age >= 10 and age < 50 group by label order by label"""


_MISSED: Final = "authorised_1 + authorised_2 + authorised_3 + unauthorised_1 + unauthorised_2 + unauthorised_3"
_POSSIBLE: Final = "sessions_1 + sessions_2 + sessions_3"


def _absence(label: str, where: str) -> str:
    return f"""select {label} as label,
        round(100 * sum(weight * ({_MISSED})) / sum(weight * ({_POSSIBLE})), 2) as answer
        from school_years s join people p using (person) where curriculum between 1 and 11 and {where}
        group by label order by label"""


def _stock(episode: str) -> str:
    return f"""select year as label, round(10000 * sum(weight) filter (exists (select 1 from care c
        where c.person = p.person and c.episode = '{episode}' and c.start <= day and c.end > day)) / sum(weight))
        as answer
        from people p,
        (values (2013, date '2013-03-31'), (2016, date '2016-03-31'), (2019, date '2019-03-31')) t(year, day)
        where birth <= day and birth > day - interval 18 year and death > day and arrived <= day
        group by label order by label"""


WORK, CRIME, SCHOOL, CARE = "work and benefits", "crime", "school", "care and births"
_AGES: Final = "10-14 15-17 18-20 21-24 25-29 30-39 40-49"


def _by(labels: str, *figures: float) -> dict[str, float]:
    """Published figures by labels that blanks part."""
    return dict(zip(labels.split(), figures, strict=True))


QUESTIONS: Final[tuple[Question, ...]] = (
    Question(WORK, "Looking for work, per 1,000 of 16-64, each August", _benefit("'JSA', 'UAA'", _AUGUSTS),
        "39, 25, 19, 22 (claimant count over 41 million)", _by("2012 2014 2016 2018", 39, 25, 19, 22)),
    Question(WORK, "ESA and incapacity benefits, per 1,000 of 16-64", _benefit("'ESA', 'IB', 'UBC'", _AUGUSTS),
        "61, 60, 60 (2.5 million in 2012-16)", _by("2012 2014 2016", 61, 60, 60)),
    Question(WORK, "Universal Credit, per 1,000 of 16-64", _benefit(
        "'UAA', 'UBC', 'UCE', 'UDF', 'UAB'", ("2013-04-01", "2017-08-01", "2019-04-01", "2020-01-01")),
        "0, 14, 46, 68; the five councils came late", _by("2013 2017 2019 2020", 0, 14, 46, 68)),
    Question(WORK, "DLA, per 1,000 of 16-64", _benefit("'DLA'", ("2012-12-01", "2015-05-01", "2019-02-01")),
        "falls after 2013: 3.2, 3.1, 1.7 million of all ages"),
    Question(WORK, "PIP, per 1,000 of 16-64",
        _benefit("'PIP'", ("2013-03-01", "2015-01-01", "2017-10-01", "2019-02-01")),
        "none before April 2013; 2.1 million of all ages in February 2019"),
    Question(WORK, "Share of claims for JSA that end within three months, begun 2012-15",
        """select round(100 * sum(weight) filter ("end" - start < 91) / sum(weight)) as answer from work w join
        people p
        using (person) where kind = 'JSA' and start between date '2012-04-06' and date '2015-04-05'""",
        "over half"),
    Question(WORK, "Age at which women begin the state pension, by year of birth",
        """select year(birth) as label, round(avg(datediff('day', birth, w.start) / 365.25), 1) as answer from
        work w
        join people p using (person) where kind = 'RP' and gender = 1 and year(birth) between 1949 and 1954
        group by label order by label""",
        "60 for 1949, then rising to 65 for the autumn of 1953 and beyond"),
    Question(WORK, "Median pay in thousand pounds by sex, April 2016",
        """select case gender when 1 then 'women' else 'men' end as label, round(quantile_cont(amount, 0.5) /
        1000, 1)
        as answer from work w join people p using (person) where kind = 'WORK' and w.start <= date '2016-04-01'
        and w.end > date '2016-04-01' and not high_need group by label order by label""",
        "all 23.1 (recalled); full-time gap 9.4% an hour, and two in five women part-time"),
    Question(WORK, "Median pay in thousand pounds by age, April 2013",
        """select case when age < 18 then '16-17' when age < 22 then '18-21' when age < 30 then '22-29' when age
        < 40
        then '30-39' when age < 50 then '40-49' when age < 60 then '50-59' else '60+' end as label,
        round(quantile_cont(amount, 0.5) / 1000, 1) as answer from (select amount, datediff('day', birth,
        date '2013-04-01') / 365.25 as age from work w join people p using (person) where kind = 'WORK' and
        w.start <=
        date '2013-04-01' and w.end > date '2013-04-01' and not high_need) group by label order by label""",
        "full-time 8, 15, 22, then most at 40-49", _by("16-17 18-21 22-29", 8, 15, 22)),
    Question(CRIME, "Boys and men cautioned or convicted in 2012, per 1,000 by age", _offenders(0),
        "peak at 17-19, smooth decline (recalled: 10, 32, 38, 30, 24, 16, 8)",
        _by(_AGES, 10, 32, 38, 30, 24, 16, 8)),
    Question(CRIME, "Girls and women cautioned or convicted in 2012, per 1,000 by age", _offenders(1),
        "recalled: 4, 8, 7, 6, 5, 4, 2", _by(_AGES, 4, 8, 7, 6, 5, 4, 2)),
    Question(CRIME, "Children cautioned or convicted a year from April, against 2012",
        """select label, round(100 * n / first(n) over (order by label)) as answer from (select year(o.disposed -
        interval 3 month) as label, sum(weight) as n from offences o join people p using (person) where
        datediff('day', birth, o.start) < 18 * 365.25 and adjudication <> 'N' and year(o.disposed - interval 3
        month)
        between 2012 and 2018 group by label) order by label""",
        "first-time entrants: 100, 81, 73, 66, 59, 52, 43",
        _by("2012 2013 2014 2015 2016 2017 2018", 100, 81, 73, 66, 59, 52, 43)),
    Question(CRIME, "Custody of those sentenced, per cent by offence, adults",
        """select "group" as label, round(100 * sum(weight) filter (disposal = 'CUSTODY') / sum(weight)) as
        answer from
        offences o join people p using (person) where disposal not in ('CAUTION', 'NONE') and year(o.disposed) >=
        2012
        and datediff('day', birth, o.start) >= 18 * 365.25 group by label order by label""",
        "violence 43, sexual 60, robbery 66, theft 32, damage 14, drugs 22, weapons 37, summary 1-3 (recalled)",
        _by("01 02 03 04 05 06 07", 43, 60, 66, 32, 14, 22, 37)),
    Question(CRIME, "Share of all cases held by the tenth of offenders with most, per cent",
        """select round(100 * sum(n * weight) filter (place <= 0.1) / sum(n * weight)) as answer from (select n,
        weight,
        sum(weight) over (order by n desc, person) / sum(weight) over () as place from (select person, count(*)
        as n,
        any_value(weight) as weight from offences join people using (person) group by person))""",
        "9% of offenders hold 52% of convictions"),
    Question(SCHOOL, "Absence by year group, 2016/17, per cent", _absence("curriculum", "year = 2016"),
        "4.5, 4.0, 3.9, 4.0, 4.0, 4.0, 4.4, 5.2, 5.7, 6.1, 6.2",
        _by("1 2 3 4 5 6 7 8 9 10 11", 4.5, 4.0, 3.9, 4.0, 4.0, 4.0, 4.4, 5.2, 5.7, 6.1, 6.2)),
    Question(SCHOOL, "Absence by academic year, per cent", _absence("year", "year between 2012 and 2018"),
        "5.26, 4.51, 4.62, 4.57, 4.65, 4.81, 4.73",
        _by("2012 2013 2014 2015 2016 2017 2018", 5.26, 4.51, 4.62, 4.57, 4.65, 4.81, 4.73)),
    Question(SCHOOL, "Absence with and without free meals, 2016/17, per cent",
        _absence("case when fsm then 'with' else 'without' end", "year = 2016"), "7.26, 4.19",
        _by("with without", 7.26, 4.19)),
    Question(SCHOOL, "Suspensions by age, per cent of all",
        """select floor(datediff('day', birth, e.start) / 365.25)::int as label, round(100 * sum(weight) /
        sum(sum(weight)) over (), 1) as answer from exclusions e join people p using (person) where category =
        'FIXED'
        group by label having label between 5 and 15 order by label""",
        "most at 14 (per 100: 1.1 at 5, 2.5 at 10, 7.7, 11.5, 13.7, 14.5, 8.8 at 15)"),
    Question(CARE, "Children in need on 31 March, per 10,000", _stock("CIN"), "332, 340, 340",
        _by("2013 2016 2019", 332, 340, 340)),
    Question(CARE, "Children looked after on 31 March, per 10,000", _stock("CLA"), "60, 60, 66",
        _by("2013 2016 2019", 60, 60, 66)),
)  # fmt: skip


def answers(population: Population) -> pl.DataFrame:
    """The world's answers and the published ones.

    Returns:
        question, topic, label (empty where the answer is one figure), world (null where the query found nothing),
        england (null where no figure is published for that label); in the order of `QUESTIONS` and of its labels.
    """
    rows: list[tuple[str, str, str, float | None, float | None]] = []
    with duckdb.connect() as connection:
        for name, table in _readable(population).items():
            connection.register(name, table.to_arrow())
        for question in QUESTIONS:
            for *label, value in connection.execute(question.query).fetchall():
                name = str(label[0]) if label else ""
                world = None if value is None else float(value)
                rows.append((question.asks, question.topic, name, world, question.series.get(name)))
    columns = {
        "question": pl.String,
        "topic": pl.String,
        "label": pl.String,
        "world": pl.Float64,
        "england": pl.Float64,
    }
    return pl.DataFrame(rows, schema=columns, orient="row")


def in_words(answered: pl.DataFrame) -> list[tuple[str, str, str]]:
    """Each question with the world's answer in a line and the published one."""
    told: dict[str, list[str]] = {}
    for row in answered.iter_rows(named=True):
        number = "none" if row["world"] is None else f"{row['world']:g}"
        told.setdefault(row["question"], []).append(f"{row['label']}: {number}" if row["label"] else number)
    return [(each.asks, ", ".join(told.get(each.asks, [])), each.published) for each in QUESTIONS]


_WORDS: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "work": {"kind": (*BENEFITS, "WORK")},
    "offences": {
        "disposal": DISPOSALS, "adjudication": ("G", "J", "N", "C"), "group": tuple(f"{n:02}" for n in range(1, 13))
    },
    "care": {"episode": EPISODES},
    "exclusions": {"category": ("PERM", "FIXED", "LNCH")},
}  # fmt: skip
_OF_PEOPLE: Final = ("person", "birth", "death", "arrived", "emigrated", "gender", "weight", "high_need")
_DATES: Final = ("birth", "death", "arrived", "emigrated", "start", "end", "disposed")
_LAST: Final = day(dt.date(2200, 1, 1))


def _readable(population: Population) -> dict[str, pl.DataFrame]:
    """The tables with dates and words in place of numbers."""
    out = {}
    for name in ("people", "work", "offences", "school_years", "exclusions", "care"):
        table = population[name].collect()
        table = table.select(_OF_PEOPLE) if name == "people" else table
        days = [column for column in _DATES if column in table.columns]
        table = table.with_columns(pl.col(days).clip(-30_000, _LAST).cast(pl.Int32).cast(pl.Date))
        for column, words in _WORDS.get(name, {}).items():
            places = pl.col(column).cast(pl.Int64)
            # Employment is -1, the last word.
            places = pl.when(places < 0).then(len(words) - 1).otherwise(places)
            table = table.with_columns(
                places.replace_strict(dict(enumerate(words)), return_dtype=pl.String).alias(column)
            )
        out[name] = table
    return out
