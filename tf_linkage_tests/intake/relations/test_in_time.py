"""Rows against births and the years that a study asks about: a file that keeps each rule and one that breaks it."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import polars as pl
import pytest

from tf_linkage.contracts.columns import of_rows
from tf_linkage.contracts.in_time import Asked, BornFirst, EveryYear, InTheYears
from tf_linkage.contracts.registry import DEPARTMENTS, extract_relations, extract_tables
from tf_linkage.contracts.relations import Relation, Strength
from tf_linkage.errors import InputRefused
from tf_linkage.intake import check_delivery, write_extracts
from tf_linkage.intake.reading.extracts import Extract, Part
from tf_linkage.intake.relations.checking import findings
from tf_linkage.intake.relations.given import Given
from tf_linkage.intake.relations.in_time import born_first

DAY = dt.date(2020, 3, 31)
ASKED = Asked(dt.date(2012, 4, 1), (dt.date(2015, 4, 1), dt.date(2018, 3, 31)))
Frames = dict[str, pl.DataFrame]


def spells(people: int = 300, first: int = 2012, last: int = 2020) -> Frames:
    """A register whose people have a benefit spell each, spread over the years."""
    keys = [f"k{at:04}" for at in range(people)]
    years = [first + at % (last - first + 1) for at in range(people)]
    born = [dt.date(1930 + at % 50, 1 + at % 12, 1) for at in range(people)]
    rows = [{"dwp_key": key, "forename": "A", "date_of_birth": day} for key, day in zip(keys, born, strict=True)]
    claimed = [
        {"dwp_key": key, "benefit_type": "JSA", "start_date": dt.date(year, 2, 1), "end_date": dt.date(year, 3, 1)}
        for key, year in zip(keys, years, strict=True)
    ]
    worked = {"uncertain_start_date": False, "uncertain_end_date": False, "annual_pay": 9_000.0}
    jobs = [{"dwp_key": keys[0], "start_date": dt.date(2016, 1, 1)} | worked]
    stems = {"dwp_people": rows, "dwp_benefits": claimed, "dwp_employment": jobs}
    return {stem: of_rows(extract_tables()[stem], rows) for stem, rows in stems.items()}


def checked(folder: Path, frames: Frames, body: str = "dwp", asked: Asked | None = ASKED) -> list[str]:
    shutil.rmtree(folder, ignore_errors=True)
    write_extracts({stem: frame.lazy() for stem, frame in frames.items()}, folder)
    return [str(note) for note in check_delivery(folder, body, DAY, asked).notes]


def back(frames: Frames, years: int) -> None:
    """Every benefit spell moved back."""
    moved = pl.col("start_date", "end_date").dt.offset_by(f"-{years}y")
    frames["dwp_benefits"] = frames["dwp_benefits"].with_columns(moved)


def test_a_register_of_the_years_asked_about_passes_without_a_note_on_them(tmp_path: Path) -> None:
    assert not [note for note in checked(tmp_path / "in", spells()) if "year" in note or "birth" in note]


@pytest.mark.parametrize(
    ("years", "said"),
    [
        (5, r"dwp_benefits\.csv, column start_date: no row begins in the two years before 2020-03-31"),
        (
            10,
            r"dwp_benefits\.csv: line 2, column start_date: no row lies in the years .* \(300 rows: lines 2, ",
        ),
    ],
)
def test_a_history_of_other_years_is_refused(tmp_path: Path, years: int, said: str) -> None:
    frames = spells()
    back(frames, years)
    with pytest.raises(InputRefused, match=said):
        checked(tmp_path / "in", frames)
    assert checked(tmp_path / "in", frames, asked=None) is not None


def test_a_year_without_a_row_is_noted_where_the_history_is_large(tmp_path: Path) -> None:
    frames = spells()
    frames["dwp_benefits"] = frames["dwp_benefits"].filter(pl.col("start_date").dt.year() != 2016)
    (note,) = [note for note in checked(tmp_path / "in", frames) if "no row begins" in note]
    assert note.startswith(
        "dwp_benefits.csv, column start_date: no row begins in the year 2016: a year may have had"
    )
    few = {stem: frame if stem != "dwp_benefits" else frame.head(40) for stem, frame in frames.items()}
    assert not [note for note in checked(tmp_path / "in", few) if "no row begins" in note]


def test_an_open_spell_of_long_ago_lies_in_the_years_asked_about(tmp_path: Path) -> None:
    frames = spells(people=3)
    claimed = frames["dwp_benefits"]
    frames["dwp_benefits"] = claimed.with_columns(
        start_date=pl.lit(dt.date(1999, 1, 1)), end_date=pl.lit(None, dtype=pl.Date)
    )
    checked(tmp_path / "in", frames)
    frames["dwp_benefits"] = frames["dwp_benefits"].with_columns(end_date=pl.lit(dt.date(2012, 3, 31)))
    with pytest.raises(InputRefused, match="no row lies in the years"):
        checked(tmp_path / "in", frames)


def alone(stem: str, rows: list[dict[str, object]], kind: type[Relation]) -> list[str]:
    """What one kind of relation finds in one table."""
    frame = of_rows(extract_tables()[stem], rows)
    extract = Extract(frame, (Part("in.csv", frame.height, lambda row: row + 2, ""),))
    declared = [one for one in extract_relations()[stem] if isinstance(one, kind)]
    assert declared
    return [str(one) for one in findings({stem: extract}, {stem: declared}, DAY, ASKED)]


@pytest.mark.parametrize(("year", "found"), [(2010, True), (2011, False), (2019, False)])
def test_academic_years_count_by_the_autumn_they_begin_in(year: int, found: bool) -> None:
    """The year that began in 2011 was under way on the first day asked about."""
    row = {"dfe_key": "p", "academic_year": year, "key_stage": "KS1", "measure": "READING", "result": "EXS"}
    assert bool(alone("dfe_key_stages", [row], InTheYears)) == found


@pytest.mark.parametrize(("lost", "said"), [(2013, "academic year 2013"), (2018, "academic year 2018"), (2011, "")])
def test_whole_academic_years_alone_are_looked_for(lost: int, said: str) -> None:
    rows: list[dict[str, object]] = [
        {"dfe_key": "p", "academic_year": year, "key_stage": "KS1", "measure": "READING", "result": "EXS"}
        for year in (2012, 2013, 2014, 2015, 2016, 2017, 2018)
        for _ in range(30)
        if year != lost
    ]
    told = alone("dfe_key_stages", rows, EveryYear)
    assert len(told) == bool(said)
    assert all(said in one for one in told)


def slide(frames: Frames) -> None:
    """The register's keys, each a row further down."""
    keys = frames["dwp_people"]["dwp_key"]
    frames["dwp_people"] = frames["dwp_people"].with_columns(pl.concat([keys[1:], keys[:1]]).alias("dwp_key"))


def young(frames: Frames, people: int) -> None:
    """Some people of the register born after their spell."""
    late = pl.int_range(pl.len()) < people
    adults = pl.lit(dt.date(1980, 1, 1)) + pl.duration(days=pl.int_range(pl.len()))
    born = pl.when(late).then(dt.date(2019, 12, 1)).otherwise(adults)
    frames["dwp_people"] = frames["dwp_people"].with_columns(date_of_birth=born)


def test_spells_before_birth_are_refused_from_a_share_on_and_noted_below_it(tmp_path: Path) -> None:
    frames = spells(people=1_000)
    frames["dwp_benefits"] = frames["dwp_benefits"].with_columns(
        start_date=pl.lit(dt.date(2019, 6, 1)), end_date=pl.lit(None, dtype=pl.Date)
    )
    young(frames, 5)
    (note,) = [
        note
        for note in checked(tmp_path / "in", frames, asked=None)
        if "benefits.csv: line 2" in note and "birth" in note
    ]
    assert note == (
        "dwp_benefits.csv: line 2, column start_date: before the person's birth in dwp_people.csv (5 rows: lines "
        "2, 3, 4, 5, 6): one of the two days is a slip; both are kept as sent"
    )
    young(frames, 6)
    with pytest.raises(
        InputRefused, match=r"before the person's birth in dwp_people.csv; 0\.5% of the rows may \(6 rows"
    ):
        checked(tmp_path / "in", frames, asked=None)


def test_a_column_of_keys_that_slid_by_a_row_is_noticed_by_births(tmp_path: Path) -> None:
    frames = spells(people=1_000)
    ages = [dt.date(1930 + at % 90, 1, 1) for at in range(1_000)]
    frames["dwp_people"] = frames["dwp_people"].with_columns(date_of_birth=pl.Series(ages))
    frames["dwp_benefits"] = (
        frames["dwp_benefits"]
        .with_columns(
            start_date=pl.Series([day.replace(year=min(day.year + 30, 2019)) for day in ages]),
            end_date=pl.lit(None, dtype=pl.Date),
        )
        .filter(pl.col("start_date") > pl.Series(ages))
    )
    checked(tmp_path / "in", frames, asked=None)
    slide(frames)
    with pytest.raises(InputRefused, match="keys slid against their people"):
        checked(tmp_path / "in", frames, asked=None)


def families(days: list[dt.date]) -> Frames:
    """Families of one person, each identified on a day."""
    rows = [
        {
            "la_code": "E09000012", "person_ref": str(at), "family_ref": str(at), "study_group": "programme",
            "service_received": True, "identified_date": day, "service_start_date": day, "crime": "OFF",
            "health": "MH", "forename": "A",
        }
        for at, day in enumerate(days)
    ]  # fmt: skip
    return {"council_cohort": of_rows(extract_tables()["council_cohort"], rows)}


@pytest.mark.parametrize(("outside", "refused"), [(0, None), (1, False), (2, False), (3, True), (4, True)])
def test_families_identified_outside_the_days_asked_about(
    tmp_path: Path, outside: int, refused: bool | None
) -> None:
    inside = [dt.date(2015, 4, 1), dt.date(2018, 3, 31), dt.date(2016, 5, 1), dt.date(2017, 1, 1)]
    out = [dt.date(2015, 3, 31), dt.date(2018, 4, 1), dt.date(2013, 1, 1), dt.date(2019, 1, 1)]
    frames = families(out[:outside] + inside[outside:])
    if refused:
        with pytest.raises(
            InputRefused, match=rf"outside the days that the study asks .* \({outside} rows: lines 2, 3, 4"
        ):
            checked(tmp_path / "in", frames, "council")
        return
    notes = [note for note in checked(tmp_path / "in", frames, "council") if "outside the days" in note]
    assert len(notes) == (refused is not None)


def test_every_history_is_held_against_the_years_asked_about() -> None:
    from tf_linkage.contracts.registry import extract_relations

    for department in DEPARTMENTS.values():
        for table in department.histories[1]:
            kinds = {type(one).__name__ for one in extract_relations()[f"{department.name}_{table}"]}
            assert kinds >= {"InTheYears", "UpToDate", "EveryYear"}


def episodes(early: int, days: int) -> Frames:
    """A register of children, so many of whose episodes of need begin so many days before their birth."""
    keys = [f"c{at:04}" for at in range(400)]
    born = dt.date(2015, 6, 1)
    pupils = [{"dfe_key": key, "forename": "A", "date_of_birth": born} for key in keys]
    begins = [born - dt.timedelta(days=days) if at < early else dt.date(2016, 1, 1) for at in range(len(keys))]
    care = [
        {"dfe_key": key, "episode_type": "CIN", "start_date": day, "end_date": dt.date(2019, 12, 1)}
        for key, day in zip(keys, begins, strict=True)
    ]
    tables = extract_tables()
    return {stem: of_rows(tables[stem], rows) for stem, rows in (("dfe_pupils", pupils), ("dfe_social_care", care))}


@pytest.mark.parametrize(("early", "days", "refused"), [(4, 281, False), (5, 281, True), (200, 280, False)])
def test_a_child_may_be_known_before_birth_and_not_before_that(early: int, days: int, refused: bool) -> None:
    frames = episodes(early, days)
    extracts = {
        stem: Extract(rows, (Part(f"{stem}.csv", rows.height, lambda row: row + 2, ""),))
        for stem, rows in frames.items()
    }
    given = Given(extracts["dfe_social_care"], extracts, DAY, None)
    relations = extract_relations()["dfe_social_care"]
    refusing = [one for one in relations if isinstance(one, BornFirst) and one.strength is Strength.REFUSE]
    assert len(refusing) == 1
    found = list(born_first(refusing[0], given))
    assert bool(found) is refused
    assert not found or "more than 280 days before the person's birth" in found[0][2]
