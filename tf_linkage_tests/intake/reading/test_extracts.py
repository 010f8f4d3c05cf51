"""Every malformed extract is refused with file, line, column and rule, and never a value."""

from __future__ import annotations

import datetime as dt
import gzip
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from tf_linkage.contracts.bodies import council, moj
from tf_linkage.contracts.columns import empty, schema_of
from tf_linkage.contracts.registry import extract_tables
from tf_linkage.errors import InputRefused
from tf_linkage.intake import read_extract

Refusal = Callable[[str | bytes], str]


HEADER = [
    "la_code", "person_ref", "family_ref", "forename", "surname", "date_of_birth", "gender", "address", "postcode",
    "nino", "worklessness", "school_absence", "child_need", "crime", "domestic_abuse", "health", "study_group",
    "service_received", "identified_date", "service_start_date", "service_end_date",
]  # fmt: skip

ANN = {
    "la_code": "E09000012", "person_ref": "1", "family_ref": "F1", "forename": "Secretname", "surname": "Hiddenly",
    "date_of_birth": "1980-05-11", "gender": "female", "address": '"1 Low Road, Flat ""B"""', "postcode": "E8 1AA",
    "nino": "SC123456A", "crime": "OFF", "health": "MH", "study_group": "programme", "service_received": "true",
    "identified_date": "2016-05-10", "service_start_date": "2016-06-01",
}  # fmt: skip
BEN = {
    "la_code": "E09000012", "person_ref": "2", "family_ref": "F1", "forename": "Ben", "date_of_birth": "2006-05-10",
    "study_group": "programme", "service_received": "false", "identified_date": "2016-05-10",
}  # fmt: skip


def csv_of(*rows: dict[str, str], header: list[str] | None = None, newline: str = "\n") -> str:
    """The text of an extract; cells are written as they stand, quotes and all."""
    names = header or HEADER
    lines = [",".join(names), *(",".join(row.get(name, "") for name in names) for row in rows)]
    return newline.join(lines) + newline


def with_cell(column: str, value: str) -> str:
    """A sound extract but for one cell of its second data row, on line 3."""
    return csv_of(ANN, BEN | {column: value})


@pytest.fixture
def refusal(tmp_path: Path) -> Callable[[str | bytes], str]:
    """Writes a council extract that ought to be refused; gives the message."""

    def refuse(content: str | bytes) -> str:
        data = content.encode() if isinstance(content, str) else content
        (tmp_path / "council_cohort.csv").write_bytes(data)
        with pytest.raises(InputRefused) as caught:
            read_extract(tmp_path, "council_cohort")
        message = str(caught.value)
        assert message.startswith("council_cohort.csv: ")
        assert not any(word in message for word in ("Secretname", "Hiddenly", "1980", "SC123456A", "Low Road"))
        assert caught.value.__cause__ is None
        return message

    return refuse


def read(folder: Path, content: str | bytes, table: str = "council_cohort") -> pl.DataFrame:
    data = content.encode() if isinstance(content, str) else content
    (folder / f"{table}.csv").write_bytes(data)
    return read_extract(folder, table).collect()


def test_a_sound_extract_is_read(tmp_path: Path):
    cohort = read(tmp_path, csv_of(ANN, BEN))
    assert cohort.schema == schema_of(council.Cohort)
    ann, ben = cohort.rows(named=True)
    assert ann["address"] == '1 Low Road, Flat "B"'
    assert (ann["date_of_birth"], ann["gender"], ann["service_received"]) == (dt.date(1980, 5, 11), "female", True)
    assert ben["surname"] is None
    assert ben["crime"] is None


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_line_ends_and_byte_order_marks_do_not_matter(tmp_path: Path, newline: str, mark: bytes):
    content = mark + csv_of(ANN, BEN, newline=newline).encode() + newline.encode()
    assert read(tmp_path, content).equals(read(tmp_path, csv_of(ANN, BEN)))


def test_columns_may_stand_in_any_order_and_sex_is_gender(tmp_path: Path):
    header = ["sex" if name == "gender" else name for name in HEADER][::-1]
    cohort = read(tmp_path, csv_of(ANN | {"sex": "F"}, BEN | {"sex": "1"}, header=header))
    assert cohort.columns == list(schema_of(council.Cohort))
    assert cohort["gender"].to_list() == ["female", "male"]


@pytest.mark.parametrize(
    ("spelling", "gender"),
    [
        ("M", "male"),
        ("f", "female"),
        ("1", "male"),
        ("2", "female"),
        ("Male", "male"),
        ("9", None),
        ("0", None),
        ("", None),
    ],
)
def test_spellings_of_gender(tmp_path: Path, spelling: str, gender: str | None):
    assert read(tmp_path, with_cell("gender", spelling))["gender"][1] == gender


@pytest.mark.parametrize(
    ("spelling", "value"), [("yes", True), ("N", False), ("1", True), ("0", False), ("TRUE", True)]
)
def test_spellings_of_yes_and_no(tmp_path: Path, spelling: str, value: bool):
    assert read(tmp_path, with_cell("service_received", spelling))["service_received"][1] is value


def test_british_dates_are_read_where_the_whole_column_has_them(tmp_path: Path):
    british = {"identified_date": "10/05/2016", "date_of_birth": "03/04/1981"}
    cohort = read(tmp_path, csv_of(ANN | british, BEN | british))
    assert cohort["date_of_birth"].to_list() == [dt.date(1981, 4, 3)] * 2
    assert cohort["identified_date"].to_list() == [dt.date(2016, 5, 10)] * 2


def test_placeholders_stay_as_they_are(tmp_path: Path):
    row = BEN | {"date_of_birth": "1900-01-01", "postcode": "ZZ99 3VZ", "forename": "UNKNOWN"}
    ben = read(tmp_path, csv_of(ANN, row)).row(1, named=True)
    assert (ben["date_of_birth"], ben["postcode"], ben["forename"]) == (dt.date(1900, 1, 1), "ZZ99 3VZ", "UNKNOWN")


NO_HEADER = "\n".join(csv_of(ANN, BEN).splitlines()[1:])

MALFORMED = {
    "empty": (b"", "the file is empty"),
    "blank": (b"\n\n  \n", "the file is empty"),
    "header alone": (csv_of(), "there are no rows"),
    "missing column": (
        csv_of(ANN, header=[name for name in HEADER if name != "crime"]), "column crime: the column is missing",
    ),
    "extra column": (
        csv_of(ANN, header=[*HEADER, "housing"]), "line 1: the contract has no such column; remove it: column 22",
    ),
    "header twice": (csv_of(ANN, header=[*HEADER, "crime"]), "line 1: columns 14 and 22 have the same name"),
    "gender and sex": (csv_of(ANN, header=[*HEADER, "sex"]), "column gender: the column stands there under two"),
    "no header": (NO_HEADER, "line 1: column 11 of 21 has no name"),
    "no header, all cells full": (
        csv_of(dict.fromkeys(HEADER, "x")).split("\n", 1)[1] * 2, "line 1: columns 1 and 2 and 3 and",
    ),
    "another table's header": (
        "forename,surname,date_of_birth,gender,Secretname\na,b,,,\n", "line 1: the header is missing or another",
    ),
    "no header, all cells different": (
        "Secretname,Hiddenly\na,b\n", "line 1: the header is missing or another table's; it must name forename, ",
    ),
    "semicolons": (csv_of(BEN).replace(",", ";"), "line 1: fields are separated by semicolons"),
    "tabs": (csv_of(BEN).replace(",", "\t"), "line 1: fields are separated by tabs"),
    "short row": (csv_of(ANN) + "E09000012,2,F1\n", "line 3: fewer fields than the header (3, not 21) (1 row)"),
    "long row": (csv_of(ANN).rstrip() + ",,,\n", "line 2: more fields than the header (24, not 21) (1 row)"),
    "blank line within": (
        csv_of(ANN) + "\n" + csv_of(BEN).split("\n", 1)[1], "line 3: fewer fields than the header (1, not 21)",
    ),
    "unclosed quote": (csv_of(ANN, BEN | {"address": '"7 Quay'}), "line 3: a quote is opened and never closed"),
    "quote within": (csv_of(ANN, BEN | {"address": '7 "Quay" St'}), "line 3: a quote in the middle of a field"),
    "text after quote": (csv_of(ANN, BEN | {"address": '"7" Quay'}), "line 3: a quote in the middle of a field"),
    "nul": (with_cell("forename", "B\0en"), "line 3: a NUL byte"),
    "latin-1": (with_cell("forename", "Zoë").encode("latin-1"), "line 3: not UTF-8"),
    "utf-16": (csv_of(ANN, BEN).encode("utf-16"), "UTF-16 text, and not UTF-8"),
    "old mac": (csv_of(ANN, BEN).replace("\n", "\r"), "line 1: a carriage return that ends no line"),
    "huge field": (with_cell("address", "x" * 5_000_000), "line 3: a field of more than 10,000 bytes"),
    "right to left": (with_cell("forename", "B\u202een"), "line 3, column forename: a control character"),
    "escape": (with_cell("forename", "B\x1b[31m"), "line 3, column forename: a control character"),
    "unknown code": (with_cell("crime", "ARSON"), "line 3, column crime: unknown code; known are OFF, ASB (1 row)"),
    "unknown gender": (with_cell("gender", "3"), "line 3, column gender: unknown code"),
    "not a date": (with_cell("identified_date", "soon"), "line 3, column identified_date: not a date"),
    "no such day": (with_cell("date_of_birth", "2001-02-29"), "line 3, column date_of_birth: not a date"),
    "short date": (with_cell("date_of_birth", "2001-2-9"), "line 3, column date_of_birth: not a date"),
    "dates in two forms": (with_cell("date_of_birth", "03/04/2001"), "line 3, column date_of_birth: dates in two"),
    "not a yes": (with_cell("service_received", "maybe"), "line 3, column service_received: not a yes or no"),
    "too early": (with_cell("date_of_birth", "1066-10-14"), "line 3, column date_of_birth: below the least"),
    "blank where needed": (with_cell("study_group", " "), "line 3, column study_group: the cell is blank"),
    "not of the form": (csv_of(ANN, BEN | {"la_code": "Hackney"}), "line 3, column la_code: not of the form"),
    "same key": (csv_of(ANN, ANN), "more than one row with the same la_code and person_ref (2 rows: lines 2, 3)"),
    "one problem": (csv_of(ANN | {"health": ""}, BEN), "rule: two or more problems (2 rows: lines 2, 3)"),
    "two groups": (with_cell("study_group", "comparison"), "line 2: against the rule: one study group per family"),
    "ends before start": (
        csv_of(BEN, ANN | {"service_end_date": "2016-05-31"}), "line 3: against the rule: service dates in order",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", MALFORMED)
def test_malformed_extracts_are_refused(refusal: Refusal, case: str):
    content, words = MALFORMED[case]
    assert words in refusal(content)


def test_several_problems_are_told_at_once(refusal: Refusal):
    message = refusal(csv_of(ANN | {"gender": "x", "crime": "y"}, BEN | {"gender": "z", "date_of_birth": "?"}))
    assert message.startswith("council_cohort.csv: 3 problems\n")
    assert "line 2, column gender: unknown code" in message
    assert "(2 rows: lines 2, 3)" in message
    assert "line 3, column date_of_birth" in message


def test_no_more_than_ten_problems_are_spelled_out(refusal: Refusal):
    spoilt = dict.fromkeys(
        [name for name in HEADER if name not in ("la_code", "person_ref", "family_ref")], "?\x1b"
    )
    message = refusal(csv_of(ANN, BEN | spoilt))
    assert message.count("line 3, column") == 10
    assert message.endswith("and 8 more")


def test_lines_are_counted_with_the_line_breaks_within_fields(refusal: Refusal):
    content = csv_of(ANN | {"address": '"1 Low Road\nFlat 2\r\nHackney"'}, BEN | {"crime": "ARSON"})
    assert "line 5, column crime: unknown code" in refusal(content)


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(InputRefused, match=r"dwp_people.csv \(or dwp_people.parquet\) is missing"):
        read_extract(tmp_path, "dwp_people")


def test_both_forms_at_once_are_refused(tmp_path: Path):
    (tmp_path / "council_cohort.csv").write_text(csv_of(ANN, BEN))
    empty(council.Cohort).write_parquet(tmp_path / "council_cohort.parquet")
    with pytest.raises(InputRefused, match=r"there twice"):
        read_extract(tmp_path, "council_cohort")


def test_an_unknown_table_is_refused(tmp_path: Path):
    with pytest.raises(InputRefused, match="known are council_cohort"):
        read_extract(tmp_path, "nhs_people")


def test_a_history_may_be_empty_but_people_may_not(tmp_path: Path):
    tables = extract_tables()
    for name in ("dfe_exclusions", "dwp_people"):
        (tmp_path / f"{name}.csv").write_text(",".join(tables[name].columns()) + "\n")
    assert read_extract(tmp_path, "dfe_exclusions").collect().equals(empty(tables["dfe_exclusions"]))
    with pytest.raises(InputRefused, match=r"dwp_people.csv: there are no rows"):
        read_extract(tmp_path, "dwp_people")


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("sentence_days", "1.5", "line 2, column sentence_days: not a whole number"),
        ("sentence_days", "١٢", "line 2, column sentence_days: not a whole number"),
        ("sentence_days", "99999999999", "line 2, column sentence_days: not a whole number"),
        ("sentence_days", "9999999999", "line 2, column sentence_days: not a whole number"),
        ("sentence_days", "-3", "line 2, column sentence_days: below the least value"),
        ("disposal_rank", "0", "line 2, column disposal_rank: below the least value"),
        ("offence_group", "1", "line 2, column offence_group: unknown code"),
    ],
)
def test_numbers(tmp_path: Path, column: str, value: str, words: str):
    row = {
        "moj_key": "k", "case_id": "c", "offence_id": "o", "offence_start_date": "1900-01-01",
        "offence_group": "04", "is_primary_offence": "Y", "disposal_rank": "1", "adjudication_code": "G",
        "disposal_date": "2016-01-01", "disposal": "FINE",
    }  # fmt: skip
    header = list(moj.Offences.columns())
    assert read(tmp_path, csv_of(row, header=header), "moj_offences").height == 1
    with pytest.raises(InputRefused, match=words):
        read(tmp_path, csv_of(row | {column: value}, header=header), "moj_offences")


@pytest.mark.parametrize("amount", ["nan", "inf", "1,5", "£10", "0x10", "1e400x"])
def test_amounts_are_plain_numbers(tmp_path: Path, amount: str):
    header = list(extract_tables()["dwp_benefits"].columns())
    row = {"dwp_key": "k", "benefit_type": "JSA", "start_date": "2016-01-01", "weekly_amount": f'"{amount}"'}
    with pytest.raises(InputRefused, match="column weekly_amount: not a number"):
        read(tmp_path, csv_of(row, header=header), "dwp_benefits")


def sound_parquet() -> pl.DataFrame:
    return pl.DataFrame(
        {
            **dict.fromkeys(schema_of(council.Cohort)),
            "la_code": ["E09000012"], "person_ref": ["1"], "family_ref": ["F1"], "crime": ["OFF"], "health": ["MH"],
            "study_group": ["programme"], "service_received": [True], "identified_date": [dt.date(2016, 5, 10)],
        }
    )  # fmt: skip


def test_parquet_is_read_into_the_contract(tmp_path: Path):
    sound_parquet().write_parquet(tmp_path / "council_cohort.parquet")
    assert read_extract(tmp_path, "council_cohort").collect().schema == schema_of(council.Cohort)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (pl.lit(7).alias("service_received"), "column service_received: holds int32, not boolean"),
        (
            pl.lit(dt.datetime(2016, 1, 1)).alias("identified_date"),
            "column identified_date: holds datetime, not date",
        ),
        (pl.lit("ARSON").alias("crime"), "row 1, column crime: unknown code"),
        (pl.lit("more").alias("housing"), r"no such column; remove it: column 22 \(one word\)"),
        (pl.lit(None, pl.String).alias("person_ref"), "row 1, column person_ref: the cell is blank"),
    ],
)
def test_malformed_parquet_is_refused(tmp_path: Path, change: pl.Expr, words: str):
    sound_parquet().with_columns(change).write_parquet(tmp_path / "council_cohort.parquet")
    with pytest.raises(InputRefused, match=words):
        read_extract(tmp_path, "council_cohort")


@pytest.mark.parametrize("data", [b"", b"PAR1 and then nothing", b"la_code,person_ref\n"])
def test_what_is_no_parquet_is_refused(tmp_path: Path, data: bytes):
    (tmp_path / "council_cohort.parquet").write_bytes(data)
    with pytest.raises(InputRefused, match=r"council_cohort.parquet: (the file is empty|not a Parquet file)"):
        read_extract(tmp_path, "council_cohort")


@pytest.mark.parametrize("key", ["5.00E+04", "1e+308", "1.234567890123457e+18"])
def test_keys_as_powers_of_ten_are_refused(refusal: Refusal, key: str):
    said = refusal(with_cell("person_ref", key))
    assert "column person_ref: a key as a power of ten, so that several may have become one (1 row)" in said
    assert key not in said


def test_packed_files_under_another_name_are_told_as_such(refusal: Refusal):
    assert "the file is packed by gzip" in refusal(gzip.compress(csv_of(ANN, BEN).encode()))
    assert "a workbook or another zip" in refusal(b"PK\x03\x04 and so on")
