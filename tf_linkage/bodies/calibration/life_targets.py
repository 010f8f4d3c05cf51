"""Published figures of work, crime, school, care and births to which the lives are held."""

from __future__ import annotations

from typing import Final

from tf_linkage.bodies.calibration.measures import Target
from tf_linkage.bodies.calibration.topics.care import (
    births,
    claimed_after_release,
    ever_among_offenders,
    in_need_for_less_than,
    on_31_march,
)
from tf_linkage.bodies.calibration.topics.crime import (
    men_among_offenders,
    offenders,
    reoffended,
    sentence_months,
    to_custody,
    top_tenth,
    young_cases,
)
from tf_linkage.bodies.calibration.topics.school import (
    absence,
    attained,
    born_in,
    boys,
    girls,
    one_day_suspensions,
    persistently_absent,
    sessions,
    suspensions,
    unauthorised,
)
from tf_linkage.bodies.calibration.topics.work import (
    ended_within,
    in_work,
    lone_parents_in_work,
    of_stock,
    pay,
    stock,
)

_UC: Final = ("UAA", "UBC", "UCE", "UDF", "UAB")
_ILL: Final = ("ESA", "IB", "UBC")
_WORKING_AGE: Final = 41.0
"""Millions of 16 to 64 in the United Kingdom, to turn published counts into shares (A)."""

_INDICTABLE: Final = tuple(range(1, 11))

_WORK: Final[tuple[Target, ...]] = (
    Target("claimants looking for work, 16-64, August 2012", 1.58 / _WORKING_AGE, 0.009,
        "Claimant count: 1,582 thousand in 2012; A: of 41 million", stock(("JSA", "UAA"), 2012, 8)),
    Target("claimants looking for work, 16-64, August 2014", 1.03 / _WORKING_AGE, 0.007,
        "Claimant count: 1,034 thousand in 2014; A: of 41 million", stock(("JSA", "UAA"), 2014, 8)),
    Target("claimants looking for work, 16-64, August 2016", 0.77 / _WORKING_AGE, 0.006,
        "Claimant count: 772 thousand in 2016; A: of 41 million", stock(("JSA", "UAA"), 2016, 8)),
    Target("claimants looking for work, 16-64, August 2019", 1.13 / _WORKING_AGE, 0.010,
        "Claimant count: 1,133 thousand in 2019; A: of 41 million", stock(("JSA", "UAA"), 2019, 8)),
    Target("ESA and incapacity benefits, 16-64, August 2012", 0.061, 0.012,
        "DWP statistics, A: 2.52 million", stock(_ILL, 2012, 8)),
    Target("ESA and incapacity benefits, 16-64, May 2016", 0.060, 0.012,
        "DWP statistics: 2.47 million; A: of 41 million", stock(_ILL, 2016, 5)),
    Target("JSA for each ESA or IB, August 2012",
        0.63, 0.16, "Claimant count, DWP statistics: 1,582 and 2,516 thousand",
        of_stock(("JSA",), ("ESA", "IB"), 2012, 8)),
    Target("JSA for each ESA or IB, May 2016", 0.22, 0.08, "DWP statistics: 536 and 2,470 thousand",
        of_stock(("JSA",), ("ESA", "IB"), 2016, 5)),
    Target("JSA for each ESA or IB, February 2019", 0.12, 0.06, "DWP statistics: 251 and 2,073 thousand",
        of_stock(("JSA",), ("ESA", "IB"), 2019, 2)),
    Target("Income Support of lone parents, 16-64, August 2012", 0.0133, 0.006,
        "DWP statistics: 546 thousand; A: of 41 million", stock(("IS",), 2012, 8)),
    Target("Universal Credit, 16-64, April 2013",
        0.0, 0.0, "Universal Credit timetable: none before 29 April 2013",
        stock(_UC, 2013, 4)),
    Target("Universal Credit, 16-64, April 2019", 1.9 / _WORKING_AGE, 0.018,
        "DWP statistics: 1.9 million; A: of 41 million", stock(_UC, 2019, 4)),
    Target("Universal Credit, 16-64, January 2020", 2.8 / _WORKING_AGE, 0.02,
        "A, DWP statistics: 2.8 million in January 2020", stock(_UC, 2020, 1)),
    Target("in work among those on Universal Credit, October 2019", 0.36, 0.09, "DWP statistics: 31-39%",
        in_work(2019, 16, 65, on=_UC)),
    Target("PIP, 16-64, February 2013", 0.0, 0.0, "PIP timetable: none before April 2013",
        stock(("PIP",), 2013, 2)),
    Target("PIP for each DLA or PIP, 16-64, February 2019",
        0.72, 0.14, "A, DWP statistics: 2.1 million on PIP",
        of_stock(("PIP",), ("DLA", "PIP"), 2019, 2)),
    Target("JSA claims that end within three months", 0.52, 0.06, "JSA durations 2009: over half",
        ended_within(("JSA",), 91, 2012, 2016)),
    Target("JSA claims that end within a year",
        0.91, 0.04, "A, JSA durations 2009: 88-92% of starters of 2011-13",
        ended_within(("JSA",), 365, 2012, 2016)),
    Target("ESA claims that end within 65 weeks",
        0.47, 0.10, "A, DWP statistics: 47% of starters of late 2012",
        ended_within(("ESA",), 455, 2014, 2017)),
    Target("in work, 16-64, October 2014", 0.73, 0.04, "Employment rates: 73.0% in late 2014",
        in_work(2014, 16, 65)),
    Target("lone parents in work, October 2014", 0.63, 0.08, "Families and work 2014: lone mothers 62.3%",
        lone_parents_in_work),
    Target("women of 25-34 in work, October 2016", 0.74, 0.07, "A", in_work(2016, 25, 35, 1)),
    Target("men of 35-49 in work, October 2016", 0.90, 0.06, "A", in_work(2016, 35, 50, 0)),
    Target("people of 50-64 in work, October 2013", 0.67, 0.07, "A: 67%", in_work(2013, 50, 65)),
    Target("median pay of all jobs, April 2016, thousand a year", 23.1, 2.3, "A", pay(2016, 16, 70)),
    Target("median pay at 18-21, April 2013, thousand a year",
        13.0, 3.0, "A, ASHE 2013 by age: full-time 15.0",
        pay(2013, 18, 22)),
    Target("median pay of men of 40-49, April 2013, thousand a year", 31.5, 3.0,
        "A, ASHE 2013 by age: full-time 33.2", pay(2013, 40, 50, 0)),
    Target("median pay of women of 30-39, April 2013, thousand a year", 19.0, 3.5,
        "A, ASHE 2013 by age: full-time 27.7, two in five part-time", pay(2013, 30, 40, 1)),
)  # fmt: skip

_CRIME: Final[tuple[Target, ...]] = (
    Target("boys of 15-17 cautioned or convicted in 2012, per 1,000", 32, 12, "A",
        offenders(2012, 15, 18, 0)),
    Target("men of 18-20 cautioned or convicted in 2012, per 1,000", 38, 13, "A", offenders(2012, 18, 21, 0)),
    Target("men of 25-29 cautioned or convicted in 2012, per 1,000", 24, 8, "A", offenders(2012, 25, 30, 0)),
    Target("men of 40-49 cautioned or convicted in 2012, per 1,000", 8, 5, "A", offenders(2012, 40, 50, 0)),
    Target("women of 18-20 cautioned or convicted in 2012, per 1,000", 7, 5, "A", offenders(2012, 18, 21, 1)),
    Target("children cautioned or convicted, 2017-19 for each of 2012-14", 0.55, 0.2,
        "A, Youth justice statistics: first-time entrants 14.5 and 11.9 after 28 and 22.6 thousand",
        young_cases(2017, 2012)),
    Target("cases held by the tenth of offenders with most", 0.49, 0.06,
        "A, Prolific offenders 2000-16: 9% hold 52% of convictions", top_tenth),
    Target("males among children cautioned or convicted", 0.77, 0.06, "Offenders and schools 2022: 77%",
        men_among_offenders),
    Target("custody among adults sentenced, indictable",
        0.30, 0.06, "Criminal justice statistics: 32-33% in 2018-19, A: 24% in 2010",
        to_custody(_INDICTABLE)),
    Target("custody among adults sentenced for theft", 0.30, 0.09, "A", to_custody((4,))),
    Target("custody among adults sentenced, summary", 0.02, 0.02, "A", to_custody((11, 12))),
    Target("mean length of custody, months", 17.0, 4.0, "Criminal justice statistics: 17.3 in 2018",
        sentence_months),
    Target("offend again within a year", 0.29, 0.06, "Proven reoffending 2011-18: 26.2-28.1%", reoffended),
)  # fmt: skip

_SCHOOL: Final[tuple[Target, ...]] = (
    Target("absence in 2012/13, %", 5.26, 0.35, "Absence 2016/17: 5.26", absence(2012)),
    Target("absence in 2016/17, %", 4.65, 0.30, "Absence 2016/17: 4.65", absence(2016)),
    Target("absence in year 4, 2016/17, %", 4.0, 0.35, "Absence 2016/17: 4.0", absence(2016, 4, 4)),
    Target("absence in year 11, 2016/17, %", 6.2, 0.7, "Absence 2016/17: 6.2", absence(2016, 11, 11)),
    Target("absence of pupils with free meals, 2016/17, %", 7.26, 0.7, "Absence 2016/17: 7.26",
        absence(2016, fsm=True)),
    Target("absence of pupils without free meals, 2016/17, %", 4.19, 0.3, "Absence 2016/17: 4.19",
        absence(2016, fsm=False)),
    Target("absence with a plan for special needs, 2016/17, %", 8.2, 1.3, "A", absence(2016, sen=2)),
    Target("absence in the summer, secondary, 2016/17, %", 5.8, 0.6, "Absence 2016/17: 5.8",
        absence(2016, 7, 11, term=3)),
    Target("unauthorised absence, 2016/17, %", 1.3, 0.35, "A", unauthorised(2016)),
    Target("persistently absent, 2016/17", 0.108, 0.015, "Absence 2016/17: 10.8%", persistently_absent(2016)),
    Target("persistently absent with free meals, 2016/17", 0.226, 0.05, "A",
        persistently_absent(2016, fsm=True)),
    Target("sessions possible in year 6, 2016/17", 367, 12, "A", sessions(2016, 6)),
    Target("sessions possible in year 11, 2016/17", 299.5, 12, "A", sessions(2016, 11)),
    Target("suspensions of 100 pupils, 2013/14", 3.5, 1.0, "Exclusions 2016/17: 3.50", suspensions(2013)),
    Target("suspensions of 100 pupils, 2016/17", 4.76, 1.2, "Exclusions 2016/17: 4.76", suspensions(2016)),
    Target("suspensions of 100 boys, 2016/17", 6.91, 1.8, "Exclusions 2016/17: 6.91", suspensions(2016, 0)),
    Target("suspensions of 100 aged 14, 2016/17", 14.5, 5.0, "Exclusions 2016/17: 14.5",
        suspensions(2016, age=14)),
    Target("suspensions that last a day", 0.457, 0.04, "Exclusions 2016/17: 45.7%", one_day_suspensions),
    Target("key stage 1 reading, autumn ahead of summer, points",
        16, 7, "A, Birth month: September 76, August 57%",
        attained(0, 0, 0.25, born_in(9, 10, 11), born_in(6, 7, 8))),
    Target("key stage 4, autumn ahead of summer, points", 6, 4, "Birth month: 6",
        attained(2, 3, 0.36, born_in(9, 10, 11), born_in(6, 7, 8))),
    Target("key stage 4, girls ahead of boys, points", 7.6, 4, "Key stage 4 2018: 68.1 and 60.5%",
        attained(2, 3, 0.36, girls, boys)),
)  # fmt: skip

_CARE: Final[tuple[Target, ...]] = (
    Target("in need on 31 March 2019, per 10,000", 340, 80, "Children in need 2019: 340",
        on_31_march("CIN", 2019)),
    Target("on a protection plan on 31 March 2019, per 10,000", 44, 14, "Children in need 2019: 44",
        on_31_march("CPP", 2019)),
    Target("looked after on 31 March 2019, per 10,000", 66, 18, "Looked after 2019: 66", on_31_march("CLA",
        2019)),
    Target("in need for less than three months, 31 March 2019", 0.279, 0.08, "Children in need 2019: 27.9%",
        in_need_for_less_than(91, 2019)),
    Target("births in 2018 for each in 2012", 0.90, 0.14, "A, ONS births 2012-19: 657 and 730 thousand",
        births(2018, 2012)),
)  # fmt: skip

_ACROSS: Final[tuple[Target, ...]] = (
    Target("ever suspended, of young offenders", 0.72, 0.16, "A, Offenders and schools 2022: 72%",
        ever_among_offenders("exclusions", lambda rows: rows["category"] < 2, offended=True)),
    Target("ever suspended, of others of 16 to 20", 0.13, 0.06, "A, Offenders and schools 2022: 14% of all",
        ever_among_offenders("exclusions", lambda rows: rows["category"] < 2, offended=False)),
    Target("ever with free meals, of young offenders",
        0.55, 0.2, "A, Offenders and schools 2022: 69%, six years and more",
        ever_among_offenders("school_years", lambda rows: rows["fsm"] > 0, offended=True)),
    Target("ever in need, of young offenders", 0.45, 0.2, "Offenders and schools 2022: 45% at 12 to 16",
        ever_among_offenders("care", lambda rows: rows["episode"] == 0, offended=True)),
    Target("out-of-work claim two months after release",
        0.54, 0.18, "Offenders and benefits 2014: 54% after a month",
        claimed_after_release),
)  # fmt: skip

LIFE_TARGETS: Final[dict[str, tuple[Target, ...]]] = {
    "work and benefits": _WORK,
    "crime": _CRIME,
    "school": _SCHOOL,
    "care and births": _CARE,
    "across domains": _ACROSS,
}
"""By topic. Cited sources were seen; what rests on memory is marked `A`, as the page of facts has it."""
