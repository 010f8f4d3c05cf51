"""Cells that stand for something else, and files of another sender or an earlier day: each kept and each broken."""

from __future__ import annotations

import datetime as dt
import gzip
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from tf_linkage.contracts.bodies.councils import COUNCIL_NAMES, codes_called
from tf_linkage.contracts.columns import of_rows
from tf_linkage.contracts.registry import extract_tables
from tf_linkage.errors import InputRefused
from tf_linkage.intake import check_delivery, examine
from tf_linkage.intake.marks import marks_in, words_in

DAY = dt.date(2020, 3, 31)
COHORT = "council_cohort"


def cohort(families: int = 60, code: str = "E09000012", first: int = 0, year: int = 2019) -> pl.DataFrame:
    """Families of one person each, all unlike, with a service that began last year."""
    rows = [
        {
            "la_code": code,
            "person_ref": f"p{at}",
            "family_ref": f"f{at}",
            "forename": f"Ola{chr(97 + at % 26)}",
            "surname": f"Quill{chr(97 + at % 26)}{chr(97 + at // 26)}",
            "date_of_birth": dt.date(1970, 1, 1) + dt.timedelta(days=60 * at),
            "gender": "female" if at % 2 else "male",
            "address": f"{at} Mill Lane",
            "postcode": f"XK{at} 7HB",
            "nino": f"QQ{123_457 + at}C",
            "worklessness": "OOW",
            "domestic_abuse": "DA",
            "study_group": "programme" if at % 3 else "comparison",
            "service_received": True,
            "identified_date": dt.date(2016, 1, 12),
            "service_start_date": dt.date(year, 6, 1),
        }
        for at in range(first, first + families)
    ]
    return of_rows(extract_tables()[COHORT], rows)


def delivered(folder: Path, **files: pl.DataFrame) -> list[str]:
    """Notes on files by sender; the empty name is all senders'."""
    folder.mkdir(exist_ok=True)
    for sender, rows in files.items():
        rows.write_csv(folder / f"{COHORT}{'.' + sender if sender != 'everybody' else ''}.csv")
    return [str(note) for note in check_delivery(folder, "council", DAY).notes]


def test_unlike_people_pass_without_a_note(tmp_path: Path) -> None:
    assert delivered(tmp_path / "in", everybody=cohort()) == []


@pytest.mark.parametrize("column", ["surname", "date_of_birth", "postcode", "nino", "family_ref"])
def test_one_value_in_every_row_is_refused(tmp_path: Path, column: str) -> None:
    group = pl.lit("programme").cast(cohort().schema["study_group"])
    one = cohort().with_columns(pl.col(column).first(), study_group=group)
    said = rf"line 2, column {column}: 100% of the known cells .* hold one value \(60 rows: lines 2, 3, "
    with pytest.raises(InputRefused, match=said):
        delivered(tmp_path / "in", everybody=one)


def test_one_file_of_several_is_looked_at_by_itself(tmp_path: Path) -> None:
    """Among other councils' rows a column that one of them filled from one cell is no longer most of it."""
    manchester = cohort(code="E08000003").with_columns(pl.col("surname").first())
    with pytest.raises(InputRefused, match=r"^council_cohort\.manchester\.csv: line 2, column surname: 100%"):
        delivered(tmp_path / "in", hackney=cohort(160), manchester=manchester)


def test_a_value_in_most_cells_and_one_in_all_of_few_are_noted(tmp_path: Path) -> None:
    often = pl.when(pl.int_range(pl.len()) % 3 > 0).then(pl.lit("XK1 1AA")).otherwise(pl.col("postcode"))
    (note,) = delivered(tmp_path / "in", everybody=cohort().with_columns(postcode=often))
    assert "column postcode: 67% of the known cells" in note
    assert "XK1" not in note
    (note,) = delivered(tmp_path / "small", everybody=cohort(20).with_columns(pl.col("surname").first()))
    assert "column surname: 100%" in note
    assert delivered(tmp_path / "few", everybody=cohort(8).with_columns(pl.col("surname").first())) == []


@pytest.mark.parametrize(
    ("column", "mark"),
    [
        ("surname", "UNKNOWN"),
        ("forename", "Baby"),
        ("forename", "n/a"),
        ("address", "ZZ99 3VZ"),
        ("address", " no fixed  abode "),
        ("nino", "ZZ999999Z"),
        ("nino", "QQ 12 34 56 C"),
        ("nino", "NULL"),
        ("postcode", "XXXX"),
        ("postcode", "UNKNOWN"),
        ("surname", "Data not captured"),
        ("surname", "99999999"),
    ],
)
def test_marks_of_nothing_known_are_noted_in_whatever_column_they_stand(
    tmp_path: Path, column: str, mark: str
) -> None:
    marked = cohort().with_columns(
        pl.when(pl.int_range(pl.len()) < 3).then(pl.lit(mark)).otherwise(pl.col(column)).alias(column)
    )
    (note,) = delivered(tmp_path / "in", everybody=marked)
    assert f"line 2, column {column}: what systems write for `not known` (3 rows: lines 2, 3, 4)" in note


@pytest.mark.parametrize("mark", ["NULL", "N/A", "-1", "unknown", "?"])
@pytest.mark.parametrize("column", ["person_ref", "family_ref"])
def test_a_key_that_is_a_mark_is_refused(tmp_path: Path, column: str, mark: str) -> None:
    marked = cohort().with_columns(
        pl.when(pl.int_range(pl.len()) == 4).then(pl.lit(mark)).otherwise(pl.col(column)).alias(column)
    )
    with pytest.raises(InputRefused, match=rf"line 6, column {column}: what systems write for `not known`"):
        delivered(tmp_path / "in", everybody=marked)


def test_a_number_of_one_digit_throughout_is_a_number_of_somebody(tmp_path: Path) -> None:
    first = pl.when(pl.int_range(pl.len()) == 0).then(pl.lit("99999")).otherwise(pl.col("person_ref"))
    assert delivered(tmp_path / "in", everybody=cohort().with_columns(person_ref=first)) == []
    assert not words_in(pl.Series(["99999", "00", "0000", "xxx", "111111"])).any()


def test_names_and_numbers_are_no_marks() -> None:
    real = [
        "Nash",
        "Unknownson",
        "Baby Jane",
        "Nil Road",
        "NA1 2AB",
        "QQ123457C",
        "0",
        "9",
        "X",
        "Zz",
        "Dash",
        None,
    ]
    assert not marks_in(pl.Series(real, dtype=pl.String)).any()


def test_a_council_sends_its_own_people_alone(tmp_path: Path) -> None:
    """By its file's name here, by its mapping's sender elsewhere; a sender that is no known council may be any."""
    with pytest.raises(InputRefused, match=r"leeds\.csv: line 2, column la_code: not Leeds, which sends the file"):
        delivered(tmp_path / "in", leeds=cohort())
    assert all("receipt" not in note for note in delivered(tmp_path / "other", brackley=cohort()))


def test_a_register_twice_under_other_keys_is_refused(tmp_path: Path) -> None:
    again = cohort().with_columns(pl.col("person_ref", "family_ref") + "b")
    with pytest.raises(InputRefused, match=r"line 62: 50% of the rows are like others but for keys or amounts"):
        delivered(tmp_path / "in", everybody=pl.concat([cohort(), again]))
    few = pl.concat([cohort(100), again.head(8)])
    assert not [note for note in delivered(tmp_path / "few", everybody=few) if "like others" in note]


def test_people_of_whom_little_is_known_are_not_taken_for_each_other(tmp_path: Path) -> None:
    """A return without names holds many of one sex and birth."""
    bare = cohort(300).with_columns(pl.lit(None, dtype=pl.String).alias(one) for one in ("forename", "surname"))
    bare = bare.with_columns(pl.lit(None, dtype=pl.String).alias(one) for one in ("address", "postcode", "nino"))
    bare = bare.with_columns(date_of_birth=pl.col("date_of_birth").dt.truncate("6mo"))
    notes = delivered(tmp_path / "in", everybody=bare.filter(pl.col("date_of_birth") < DAY))
    assert not [note for note in notes if "like others" in note]


def test_a_file_without_any_identifier_is_refused(tmp_path: Path) -> None:
    direct = ["forename", "surname", "address", "postcode", "nino"]
    blank = cohort().with_columns(pl.lit(None, dtype=pl.String).alias(one) for one in direct)
    assert delivered(tmp_path / "births", everybody=blank) is not None
    with pytest.raises(
        InputRefused, match="forename, surname, date_of_birth, address, postcode, nino are blank in"
    ):
        delivered(tmp_path / "in", everybody=blank.with_columns(date_of_birth=pl.lit(None, dtype=pl.Date)))


def test_a_code_that_no_council_has_and_one_group_alone_are_noted(tmp_path: Path) -> None:
    rows = cohort().with_columns(
        la_code=pl.when(pl.int_range(pl.len()) == 3).then(pl.lit("E06000099")).otherwise("la_code"),
        study_group=pl.lit("comparison").cast(cohort().schema["study_group"]),
    )
    notes = delivered(tmp_path / "in", everybody=rows)
    assert [note for note in notes if "line 5, column la_code: a code that is on no list (1 row)" in note]
    assert [note for note in notes if "column study_group: 100%" in note]


def register(spells: list[dict[str, object]]) -> dict[str, pl.DataFrame]:
    """A department's people and their spells."""
    people = cohort(200).rename({"person_ref": "dwp_key"})
    jobs = [
        {"dwp_key": f"p{at}", "start_date": dt.date(2013 + at % 7, 1 + at % 12, 1), "annual_pay": 9_000.0 + at}
        | {"uncertain_start_date": at % 2 == 0, "uncertain_end_date": at % 2 == 1}
        for at in range(200)
    ]
    tables = extract_tables()
    found = {"dwp_benefits": spells, "dwp_employment": jobs}
    made = {stem: of_rows(tables[stem], rows) for stem, rows in found.items()}
    return made | {"dwp_people": people.select(tables["dwp_people"].column_names())}


def claims(more: float = 0.0) -> list[dict[str, object]]:
    return [
        {
            "dwp_key": f"p{at % 200}",
            "benefit_type": "JSA" if at % 2 else "IS",
            "start_date": dt.date(2013 + at % 7, 1 + at % 12, 1 + at % 28),
            "end_date": dt.date(2013 + at % 7, 1 + at % 12, 1 + at % 28),
            "weekly_amount": 50.0 + at + more,
        }
        for at in range(300)
    ]


def taken_in(folder: Path, frames: dict[str, pl.DataFrame]) -> list[str]:
    folder.mkdir()
    for stem, rows in frames.items():
        rows.write_csv(folder / f"{stem}.csv")
    return [str(note) for note in check_delivery(folder, "dwp", DAY).notes]


def test_spells_twice_with_other_amounts_are_refused(tmp_path: Path) -> None:
    assert not [note for note in taken_in(tmp_path / "in", register(claims())) if "like others" in note]
    with pytest.raises(InputRefused, match=r"dwp_benefits\.csv: line 302: 50% of the rows are like others"):
        taken_in(tmp_path / "twice", register(claims() + claims(0.01)))


def test_one_amount_in_every_row_is_noted(tmp_path: Path) -> None:
    flat = [one | {"weekly_amount": 50.0} for one in claims()]
    (note,) = [note for note in taken_in(tmp_path / "in", register(flat)) if "one value" in note]
    assert "dwp_benefits.csv: line 2, column weekly_amount: 100%" in note


def test_two_senders_do_not_send_one_council(tmp_path: Path) -> None:
    """The commonest slip with mappings: one is copied from another council's, and its code with it."""
    with pytest.raises(
        InputRefused,
        match=r"column la_code: E09000012 in files of several senders \(120 rows: lines 2, .* and more\)",
    ):
        delivered(tmp_path / "in", brackley=cohort(), northside=cohort(first=60))


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("Hackney", ("E09000012",)),
        ("London Borough of Hackney", ("E09000012",)),
        ("kingston-upon-hull", ("E06000010",)),
        ("Bristol City Council", ("E06000023",)),
        ("City of London", ("E09000001",)),
        ("Dorset", ("E06000059", "E10000009")),
        ("Brackley", ()),
        ("Council", ()),
        ("", ()),
    ],
)
def test_a_council_is_known_by_its_name(name: str, codes: tuple[str, ...]) -> None:
    assert codes_called(name) == codes
    assert all(code in COUNCIL_NAMES for code in codes)


def test_a_file_of_which_nothing_is_of_the_last_year_is_noted(tmp_path: Path) -> None:
    (note,) = delivered(tmp_path / "in", everybody=cohort(year=2018))
    assert "no identified_date or service_start_date or service_end_date lies in the 366 days before" in note
    assert "an extract before this one" in note
    assert delivered(tmp_path / "few", everybody=cohort(5, year=2018)) == []


MAPPING = """
table = "council_cohort"
sender = "Hackney"
year = 2019
{extra}
[file]
extracted = {day}
[rename]
"""


def at_the_sender(folder: Path, day: str, rows: pl.DataFrame) -> list[str]:
    """Notes on a foreign file with its mapping."""
    (folder / "hackney").mkdir(parents=True)
    (folder / "mappings" / "hackney").mkdir(parents=True)
    rows.write_csv(folder / "hackney" / "cohort.csv")
    names = "\n".join(f'{name} = "{name}"' for name in rows.columns)
    words = MAPPING.format(extra="", day=day) + names
    (folder / "mappings" / "hackney" / "cohort.toml").write_text(words)
    return [str(note) for note in check_delivery(folder, "council", DAY).notes]


def test_a_file_drawn_long_before_the_extract_is_noted(tmp_path: Path) -> None:
    assert at_the_sender(tmp_path / "in", "2020-03-31", cohort()) == []
    (note,) = at_the_sender(tmp_path / "old", "2019-07-01", cohort())
    assert "hackney/cohort.csv: drawn on 2019-07-01, as its mapping says" in note


def cut(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def looked_at(path: Path) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    found = examine(path, COHORT, None, DAY)
    return found.refused, found.notes, found.to_do


def written(order: Callable[[list[str]], list[str]], rows: pl.DataFrame) -> bytes:
    return rows.select(order(rows.columns)).write_csv().encode()


def keys_last(columns: list[str]) -> list[str]:
    return [*(name for name in columns if name != "nino"), "nino"]


def test_a_cut_in_the_last_cell_is_noticed_by_its_width(tmp_path: Path) -> None:
    whole = written(keys_last, cohort())
    assert looked_at(cut(tmp_path / "a.csv", whole))[:2] == ((), ())
    for taken in (2, 4, 9):
        ((refused,), _, to_do) = looked_at(cut(tmp_path / "b.csv", whole[:-taken]))
        assert refused.startswith("line 61: the file was cut off: its last line has no end")
        assert to_do


def test_a_last_line_without_an_end_is_noted_and_one_with_it_is_not(tmp_path: Path) -> None:
    whole = written(keys_last, cohort())
    refused, (note,), _ = looked_at(cut(tmp_path / "a.csv", whole[:-1]))
    assert (refused, note.startswith("the last line has no end")) == ((), True)
    assert looked_at(cut(tmp_path / "b.csv", whole.replace(b"\n", b"\r\n")))[:2] == ((), ())


def test_a_packed_file_that_was_cut_is_refused(tmp_path: Path) -> None:
    packed = gzip.compress(written(keys_last, cohort()))
    for end in (-1, -4, -8, -9, len(packed) // 2):
        ((refused,), _, _) = looked_at(cut(tmp_path / "a.csv.gz", packed[:end]))
        assert "not a gzip file that can be read" in refused


def services(ended: bool) -> pl.DataFrame:
    """Families of 2017 of whom every second was served, up to 2018 or still."""
    served = pl.col("family_ref").str.tail(1).str.to_integer(strict=False) % 2 == 0
    start, end = dt.date(2017, 6, 1), dt.date(2018, 6, 1)
    return cohort(year=2017).with_columns(
        service_received=served,
        service_start_date=pl.when(served).then(start),
        service_end_date=pl.when(served).then(end if ended else None).cast(pl.Date),
    )


@pytest.mark.parametrize("asked_about", [None, dt.date(2018, 3, 31), dt.date(2020, 1, 31)])
@pytest.mark.parametrize("ended", [True, False])
def test_nothing_new_is_expected_where_every_service_has_ended(
    tmp_path: Path, ended: bool, asked_about: dt.date | None
) -> None:
    from tf_linkage.contracts.in_time import Asked

    asked = Asked(dt.date(2012, 4, 1), (dt.date(2015, 4, 1), asked_about)) if asked_about else None
    folder = tmp_path / "in"
    folder.mkdir()
    services(ended).write_csv(folder / "council_cohort.csv")
    notes = [str(note) for note in check_delivery(folder, "council", DAY, asked).notes]
    closed = asked_about is None or asked_about < dt.date(2019, 3, 31)
    assert any("an extract before this one" in note for note in notes) == (not (ended and closed))


def test_a_sender_that_is_no_council_is_noted_beside_the_council_whose_code_it_sends(tmp_path: Path) -> None:
    notes = delivered(tmp_path / "in", brackley=cohort())
    (note,) = [note for note in notes if "called like no council" in note]
    assert note.startswith(
        "council_cohort.brackley.csv, column la_code: the sender of council_cohort.brackley.csv is called like no "
        "council, and its rows are those of Hackney (E09000012): write the council's own name"
    )
    assert not [note for note in delivered(tmp_path / "own", hackney=cohort()) if "like no council" in note]


@pytest.mark.parametrize("code", ["E99999999", "E09", "Hackney"])
def test_a_made_up_code_of_a_council_is_refused_with_the_one_that_is_meant(tmp_path: Path, code: str) -> None:
    from tf_linkage.intake.mapping.loading import mapping_of

    words = MAPPING.format(extra="", day="2020-03-31").replace("[rename]", f'[set]\nla_code = "{code}"\n[rename]')
    with pytest.raises(InputRefused, match=r"set\.la_code: the code of no council .*; Hackney has E09000012"):
        mapping_of(words.encode(), "m.toml")
    path = tmp_path / "council_cohort.csv"
    cohort().with_columns(la_code=pl.lit(code)).write_csv(path)
    refused, _, to_do = looked_at(path)
    assert any("column la_code: not of the form" in line for line in refused)
    assert any("draft-mapping fills it in by --sender" in line for line in to_do)


def test_blanks_within_a_key_are_noted(tmp_path: Path) -> None:
    path = tmp_path / "council_cohort.csv"
    cohort().with_columns(person_ref="p " + pl.col("person_ref")).write_csv(path)
    refused, notes, _ = looked_at(path)
    assert refused == ()
    assert "person_ref: a blank within a key; other files may have it without (60 rows)" in notes
