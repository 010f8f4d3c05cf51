"""Every relation that a contract declares has a delivery that keeps it and one that breaks it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from tf_linkage.contracts.columns import of_rows
from tf_linkage.contracts.registry import extract_relations, extract_tables
from tf_linkage.contracts.relations import Strength
from tf_linkage.errors import InputRefused
from tf_linkage.intake import check_delivery, take_in, write_extracts

DAY = dt.date(2020, 3, 31)
Frames = dict[str, pl.DataFrame]
Spoil = Callable[[Frames], None]


def person(key: str, value: str, **other: object) -> dict[str, object]:
    return {
        key: value,
        "forename": "Secretname",
        "surname": "Hiddenly",
        "date_of_birth": dt.date(1990, 5, 4),
    } | other


def sound() -> Frames:
    """A small study that keeps every rule: three people a register, one row or more in each history."""
    family = {
        "la_code": "E09000012", "family_ref": "F1", "study_group": "programme", "service_received": True,
        "identified_date": dt.date(2016, 5, 10), "service_start_date": dt.date(2016, 6, 1), "crime": "OFF",
        "health": "MH",
    }  # fmt: skip
    days = {"start_date": dt.date(2016, 1, 1), "end_date": dt.date(2016, 6, 1)}
    school = {"academic_year": 2016, "school_id": "S1"}
    rows: dict[str, list[dict[str, object]]] = {
        "council_cohort": [
            person("person_ref", "1", **family),
            person("person_ref", "2", **family) | {"forename": "Ben", "date_of_birth": dt.date(2006, 5, 4)},
        ],
        "dwp_people": [person("dwp_key", f"k{at}") for at in range(3)],
        "dwp_benefits": [
            days | {"dwp_key": f"k{at}", "benefit_type": "JSA", "weekly_amount": 70.0 + at} for at in range(3)
        ],
        "dwp_employment": [
            days
            | {"dwp_key": "k0", "uncertain_start_date": False, "uncertain_end_date": False, "annual_pay": 9_000.0}
        ],
        "moj_people": [person("moj_key", "m1", name_number=0)],
        "moj_offences": [
            {
                "moj_key": "m1",
                "case_id": "c",
                "offence_id": "o",
                "offence_start_date": dt.date(2016, 1, 1),
                "offence_group": "04",
                "is_primary_offence": True,
                "disposal_rank": 1,
                "adjudication_code": "G",
                "disposal_date": dt.date(2016, 2, 1),
                "disposal": "FINE",
            }
        ],
        "dfe_pupils": [person("dfe_key", "p1")],
        "dfe_enrolments": [
            days
            | school
            | {
                "dfe_key": "p1",
                "la_code": "E09000012",
                "nc_year_actual": 3,
                "fsm_eligible": True,
                "sen_provision": "N",
                "ethnic_group_minor": "WBRI",
                "language_group": "English",
            }
        ],
        "dfe_absence": [
            school
            | {
                "dfe_key": "p1",
                "term": "Autumn",
                "sessions_possible": 120,
                "authorised_absence": 1,
                "unauthorised_absence": 0,
            }
        ],
        "dfe_exclusions": [
            {"dfe_key": "p1", "start_date": dt.date(2016, 1, 1), "category": "FIXED", "sessions": 2}
        ],
        "dfe_key_stages": [
            {"dfe_key": "p1", "academic_year": 2016, "key_stage": "KS1", "measure": "MATHS", "result": "EXS"}
        ],
        "dfe_social_care": [days | {"dfe_key": "p1", "episode_type": "CIN", "primary_need_code": "N1"}],
    }
    tables = extract_tables()
    return {stem: of_rows(tables[stem], made) for stem, made in rows.items()}


def delivered(folder: Path, frames: Frames, body: str) -> tuple[str, ...]:
    """What a delivery is noted for; raises what it is refused for."""
    write_extracts({stem: frame.lazy() for stem, frame in frames.items()}, folder)
    return tuple(str(note) for note in check_delivery(folder, body, DAY).notes)


@pytest.mark.parametrize("body", ["council", "dwp", "moj", "dfe"])
def test_a_sound_delivery_passes_without_a_note(tmp_path: Path, body: str) -> None:
    assert delivered(tmp_path / "in", sound(), body) == ()


def cell(stem: str, column: str, value: object, row: int = 0) -> Spoil:
    """Puts a value into one cell."""

    def spoil(frames: Frames) -> None:
        at = pl.int_range(pl.len()) == row
        new = pl.when(at).then(pl.lit(value, allow_object=False)).otherwise(pl.col(column)).alias(column)
        frames[stem] = frames[stem].with_columns(new.cast(frames[stem].schema[column]))

    return spoil


def every(stem: str, column: str, value: object) -> Spoil:
    """Puts a value into every cell of a column."""

    def spoil(frames: Frames) -> None:
        frames[stem] = frames[stem].with_columns(pl.lit(value).cast(frames[stem].schema[column]).alias(column))

    return spoil


def all_but_the_last_blank(stem: str, column: str) -> Spoil:
    def spoil(frames: Frames) -> None:
        last = pl.int_range(pl.len()) == pl.len() - 1
        frames[stem] = frames[stem].with_columns(pl.when(last).then(column))

    return spoil


def twice(stem: str, times: int = 2) -> Spoil:
    def spoil(frames: Frames) -> None:
        frames[stem] = pl.concat([frames[stem]] * times)

    return spoil


def emptied(stem: str) -> Spoil:
    def spoil(frames: Frames) -> None:
        frames[stem] = frames[stem].clear()

    return spoil


LATE, FAR = dt.date(2090, 1, 1), dt.date(9999, 12, 31)
REFUSED: dict[str, tuple[str, Spoil, str]] = {
    "dangling key": (
        "dwp",
        cell("dwp_benefits", "dwp_key", "stranger", row=2),
        "dwp_benefits.csv: line 4, column dwp_key: nobody in dwp_people.csv has it (1 row)",
    ),
    "spells mostly without a first day": (
        "dwp",
        all_but_the_last_blank("dwp_benefits", "start_date"),
        "line 2, column start_date: 67% of the rows are blank, and 50% may be (2 rows: lines 2, 3)",
    ),
    "every benefit twice": (
        "dwp",
        twice("dwp_benefits"),
        "50.0% of the rows repeat others whole, and 5% may (3 rows: lines 5, 6, 7)",
    ),
    "benefits header alone": ("dwp", emptied("dwp_benefits"), "dwp_benefits.csv: there are no rows"),
    "offences header alone": ("moj", emptied("moj_offences"), "moj_offences.csv: there are no rows"),
    "exclusions header alone": ("dfe", emptied("dfe_exclusions"), "dfe_exclusions.csv: there are no rows"),
    "several identified dates": (
        "council",
        cell("council_cohort", "identified_date", dt.date(2016, 5, 11)),
        "council_cohort.csv: line 2, column identified_date: several in one family (1 family) (2 rows: lines 2, 3)",
    ),
    "several starts": (
        "council",
        cell("council_cohort", "service_start_date", dt.date(2016, 6, 2)),
        "column service_start_date: several in one family",
    ),
    "two groups": ("council", cell("council_cohort", "study_group", "comparison"), "one study group per family"),
    "identified in 2090": (
        "council",
        cell("council_cohort", "identified_date", LATE),
        "after the day of the extract",
    ),
    "born in 2090": (
        "dwp",
        cell("dwp_people", "date_of_birth", LATE),
        "line 2, column date_of_birth: after the day",
    ),
    "open end as 9999": ("dwp", cell("dwp_employment", "end_date", FAR), "write an open end as an empty cell"),
    "academic year to come": (
        "dfe",
        cell("dfe_absence", "academic_year", 2020),
        "an academic year that begins after the extract",
    ),
    "enrolment ends before it starts": (
        "dfe",
        cell("dfe_enrolments", "end_date", dt.date(2015, 1, 1)),
        "line 2: against the rule: dates in order",
    ),
    "offence after its disposal": (
        "moj",
        cell("moj_offences", "offence_start_date", dt.date(2016, 2, 2)),
        "offence before its disposal",
    ),
    "offence in 1901": (
        "moj",
        cell("moj_offences", "offence_start_date", dt.date(1901, 1, 1)),
        "offence day known or a placeholder",
    ),
    "benefit of 1900": (
        "dwp",
        cell("dwp_benefits", "start_date", dt.date(1900, 1, 1)),
        "below the least value allowed (1940-01-01)",
    ),
    "identified before the programme": (
        "council",
        cell("council_cohort", "identified_date", dt.date(2010, 1, 1)),
        "below the least value allowed",
    ),
    "blanks around a key": (
        "dwp",
        cell("dwp_people", "dwp_key", " k0"),
        "line 2, column dwp_key: blanks around a key",
    ),
    "blanks around a reference": (
        "council",
        cell("council_cohort", "person_ref", "1\u00a0"),
        "column person_ref: blanks around a key",
    ),
    "blanks around a school's number": (
        "dfe",
        cell("dfe_absence", "school_id", "100001 "),
        "line 2, column school_id: blanks around a key",
    ),
    "a service received by one of a family": (
        "council",
        cell("council_cohort", "service_received", value=False),
        "column service_received: several in one family (1 family) (2 rows: lines 2, 3)",
    ),
    "days of a service that nobody received": (
        "council",
        every("council_cohort", "service_received", value=False),
        "line 2, column service_start_date: a day although service_received says no (2 rows: lines 2, 3)",
    ),
    "a mark in a key that nobody sees": (
        "council",
        cell("council_cohort", "family_ref", "F1\u200b"),
        "line 2, column family_ref: a mark in a key that nobody sees; two files would not join by it (1 row)",
    ),
    "pay beyond bounds": ("dwp", cell("dwp_employment", "annual_pay", 1e308), "above the greatest value allowed"),
    "benefit beyond bounds": (
        "dwp",
        cell("dwp_benefits", "weekly_amount", 7e5),
        "above the greatest value allowed",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_contradicts_itself_is_refused_with_place_and_reason(tmp_path: Path, case: str) -> None:
    body, spoil, words = REFUSED[case]
    frames = sound()
    spoil(frames)
    with pytest.raises(InputRefused) as caught:
        delivered(tmp_path / "in", frames, body)
    said = str(caught.value)
    assert words in said
    assert not any(word in said for word in ("Secretname", "Hiddenly", "stranger"))


def test_an_end_of_service_without_a_start_is_refused(tmp_path: Path) -> None:
    frames = sound()
    frames["council_cohort"] = frames["council_cohort"].with_columns(
        service_start_date=pl.lit(None, pl.Date), service_end_date=pl.lit(dt.date(2016, 6, 9))
    )
    with pytest.raises(InputRefused, match="no end of service without its start"):
        delivered(tmp_path / "in", frames, "council")


def overlap(frames: Frames) -> None:
    frames["dfe_social_care"] = pl.concat(
        [frames["dfe_social_care"], frames["dfe_social_care"].with_columns(start_date=pl.lit(dt.date(2016, 3, 1)))]
    )


def many_people(frames: Frames) -> None:
    one = frames["dwp_people"].head(1)
    more = [one.with_columns(dwp_key=pl.lit(f"n{at}")) for at in range(20)]
    frames["dwp_people"] = pl.concat([frames["dwp_people"], *more])


def rows_then_one_again(frames: Frames) -> None:
    spell = frames["dwp_benefits"].head(1)
    more = [spell.with_columns(pl.col("start_date", "end_date").dt.offset_by(f"{at + 1}d")) for at in range(60)]
    frames["dwp_benefits"] = pl.concat([frames["dwp_benefits"], *more, spell])


def named_twice(frames: Frames) -> None:
    cell("council_cohort", "forename", "Secretname", 1)(frames)
    cell("council_cohort", "date_of_birth", dt.date(1990, 5, 4), 1)(frames)


def plan_outside(frames: Frames) -> None:
    episode = frames["dfe_social_care"]
    kind = episode.schema["episode_type"]
    plans = [
        episode.with_columns(
            episode_type=pl.lit("CPP").cast(kind), start_date=pl.lit(day), end_date=pl.lit(None, pl.Date)
        )
        for day in (dt.date(2016, 6, 2), dt.date(2016, 6, 1))  # the day after the end of need, and that end
    ]
    elsewhere = plans[0].with_columns(dfe_key=pl.lit("p2"), start_date=pl.lit(dt.date(2016, 3, 1)))
    frames["dfe_pupils"] = pl.concat(
        [frames["dfe_pupils"], frames["dfe_pupils"].with_columns(dfe_key=pl.lit("p2"))]
    )
    frames["dfe_social_care"] = pl.concat([episode, *plans, elsewhere])


NOTED: dict[str, tuple[str, Spoil, str]] = {
    "overlap of one kind": (
        "dfe",
        overlap,
        "dfe_social_care.csv: line 3, column start_date: spells of one kind overlap (1 person) (1 row)",
    ),
    "a plan outside a spell of need": (
        "dfe",
        plan_outside,
        "line 3, column start_date: CPP begins on a day that no CIN covers (2 rows: lines 3, 5)",
    ),
    "a single repeat": ("dwp", rows_then_one_again, "1.6% of the rows repeat others whole (1 row)"),
    "histories of few": ("dwp", many_people, "13% of the people in dwp_people.csv have a row here"),
    "placeholder birth": ("dwp", cell("dwp_people", "date_of_birth", dt.date(1900, 1, 1)), "days of 1900 (1 row)"),
    "placeholder offence": (
        "moj",
        cell("moj_offences", "offence_start_date", dt.date(1900, 1, 1)),
        "days of 1900 (1 row)",
    ),
    "a baby": (
        "council",
        cell("council_cohort", "date_of_birth", dt.date(2017, 1, 1)),
        "born after identified_date",
    ),
    "a service before the family was found": (
        "council",
        every("council_cohort", "service_start_date", dt.date(2015, 12, 1)),
        "line 2, column service_start_date: before identified_date (2 rows: lines 2, 3)",
    ),
    "named twice": (
        "council",
        named_twice,
        "the same forename, surname, date_of_birth twice in a family (2 rows: lines 2, 3)",
    ),
}


@pytest.mark.parametrize("case", NOTED)
def test_what_real_files_hold_is_noted_and_taken_in(tmp_path: Path, case: str) -> None:
    body, spoil, words = NOTED[case]
    frames = sound()
    spoil(frames)
    notes = delivered(tmp_path / "in", frames, body)
    assert any(words in note for note in notes), notes


@pytest.mark.parametrize(
    ("stem", "column", "value"),
    [
        ("dwp_benefits", "start_date", None),
        ("dwp_benefits", "weekly_amount", None),
        ("moj_offences", "disposal_rank", None),
        ("moj_offences", "offence_group", "20"),
        ("moj_offences", "offence_group", "21"),
        ("moj_offences", "offence_group", "23"),
        ("dfe_enrolments", "nc_year_actual", -1),
        ("dfe_enrolments", "nc_year_actual", None),
        ("dfe_social_care", "placement", "adoption"),
    ],
)
def test_what_real_registers_hold_is_in_the_contracts(
    tmp_path: Path, stem: str, column: str, value: object
) -> None:
    frames = sound()
    cell(stem, column, value)(frames)
    delivered(tmp_path / "in", frames, stem.partition("_")[0])


def test_jobs_overlap_lawfully(tmp_path: Path) -> None:
    frames = sound()
    job = frames["dwp_employment"]
    frames["dwp_employment"] = pl.concat([job, job.with_columns(annual_pay=pl.lit(5_000.0))])
    assert not any("overlap" in note for note in delivered(tmp_path / "in", frames, "dwp"))


def test_every_relation_says_why() -> None:
    declared = [relation for relations in extract_relations().values() for relation in relations]
    assert all(len(relation.reason.split()) > 4 for relation in declared)
    assert {relation.strength for relation in declared} == set(Strength)


def test_several_files_of_one_table_are_one(tmp_path: Path) -> None:
    frames = sound()
    write_extracts({"council_cohort": frames["council_cohort"].lazy()}, tmp_path / "in")
    other = frames["council_cohort"].with_columns(la_code=pl.lit("E08000003"))
    (tmp_path / "in" / "council_cohort.csv").rename(tmp_path / "in" / "council_cohort.hackney.csv")
    other.write_csv(tmp_path / "in" / "council_cohort.manchester.csv")
    extract, delivery = take_in(tmp_path / "in", "council_cohort", ["council"], DAY)
    assert extract.rows.equals(pl.concat([frames["council_cohort"], other]))
    assert delivery.rows == {"council_cohort": 4}
    assert extract.place(2) == "council_cohort.manchester.csv: line 2"
    frames["council_cohort"].write_csv(tmp_path / "in" / "council_cohort.manchester.csv")
    with pytest.raises(
        InputRefused, match="all files together: more than one row with the same la_code and person"
    ):
        take_in(tmp_path / "in", "council_cohort", ["council"], DAY)


def test_one_bodys_refusal_keeps_everybodys_files_out(tmp_path: Path) -> None:
    frames = sound()
    cell("moj_offences", "moj_key", "stranger")(frames)
    write_extracts({stem: frame.lazy() for stem, frame in frames.items()}, tmp_path / "in")
    with pytest.raises(InputRefused, match=r"not taken in, because moj's files are refused \(moj_offences.csv\)"):
        take_in(tmp_path / "in", "dwp_people", ["council", "dwp", "moj", "dfe"], DAY)
    assert take_in(tmp_path / "in", "dwp_people", ["dwp"], DAY)[1].rows["dwp_people"] == 3


def test_a_file_changed_after_it_passed_is_checked_again(tmp_path: Path) -> None:
    frames = sound()
    delivered(tmp_path / "in", frames, "dwp")
    (tmp_path / "in" / "dwp_benefits.csv").write_text((tmp_path / "in" / "dwp_benefits.csv").read_text()[:90])
    with pytest.raises(InputRefused):
        check_delivery(tmp_path / "in", "dwp", DAY)
