"""From a file that nobody has seen to one that is accepted, by settling what the draft doubts."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from tf_linkage.contracts.columns import columns_of
from tf_linkage.contracts.registry import extract_tables
from tf_linkage.errors import InputRefused
from tf_linkage.intake import draft_mapping, examine, mapped
from tf_linkage.intake.drafting.names import by_words, candidates
from tf_linkage.intake.mapping.loading import mapping_of

HEADER = (
    "Client ID,Household,Known as,Family name,Birth date,Sex at birth,Flat / No,Road,Post Code,Nat Ins No,"
    "Employment,Social care,DA flag,Health need,Cohort,Date identified,Support began,Lead worker"
)


def unseen() -> str:
    """Title rows, a total and a source, codes with labels, spellings of a system's own, placeholders."""
    lines = ["Borough of Brackley", "Produced on,02/04/2018", HEADER]
    for family in range(10):
        programme = family % 2 == 0
        began = "01/03/2016" if programme else ""
        for member in range(2):
            adult = member == 0
            road = "NO FIXED ABODE" if family == 3 else "Mill Lane"
            lines.append(
                f"{family * 2 + member + 1},H{family},Ola,Quill,{'04 May 1990' if adult else '14 May 2009'},"
                f"{'F (Female)' if adult else 'U (Unknown)'},{family + 1},{road},XK13 7HB,-,"
                f"{'1 - Out of work' if adult else ''},{'' if adult else 'CP plan'},{'Yes' if adult else 'No'},"
                f"{'Mental health' if adult else ''},{'Programme' if programme else 'Waiting list'},"
                f"23/01/2016,{began},J. Worker"
            )
    return "\n".join([*lines, "Total,20", "Source: a system"]) + "\n"


SETTLED = {
    '# la_code = "..."': 'la_code = "E09000012"',
    '"1 - Out of work" = "OOW"': '"1 - Out of work" = "OOW"',
    '"CP plan" = "CPP"': '"CP plan" = "CPP"',
    '"Mental health" = "MH"': '"Mental health" = "MH"',
    '"Waiting list" = "comparison"': '"Waiting list" = "comparison"',
}
"""What an officer writes into the draft."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "cohort.csv"
    path.write_text(unseen(), encoding="utf-8")
    return path


def settled(text: str) -> str:
    for drafted, written in SETTLED.items():
        assert drafted in text, drafted
        text = text.replace(drafted, written, 1)
    return "\n".join(line for line in text.splitlines() if not line.startswith("# DOUBT:"))


def test_an_unseen_file_is_accepted_once_its_doubts_are_settled(file: Path) -> None:
    draft = draft_mapping(file, "council_cohort", "Brackley", 2018)
    assert draft.rows == 20
    assert 'begins = ["Total", "Source"], count = 2' in draft.text
    assert "forename: the header may mean somebody else" in draft.text
    assert not [value for value in ("Ola", "Quill", "Mill", "XK13", "Worker\n") if value in draft.text]
    mapping = mapping_of(settled(draft.text).encode(), "cohort.toml")
    assert not examine(file, "council_cohort", mapping, dt.date(2020, 3, 31)).refused
    rows = mapped(file, mapping).rows
    assert rows.height == 20
    assert rows.row(0, named=True) | {"postcode": None} == {
        "forename": "Ola", "surname": "Quill", "date_of_birth": rows["date_of_birth"][0], "gender": "female",
        "address": "1 Mill Lane", "postcode": None, "nino": None, "la_code": "E09000012", "person_ref": "1",
        "family_ref": "H0", "worklessness": "OOW", "school_absence": None, "child_need": None, "crime": None,
        "domestic_abuse": "DA", "health": "MH", "study_group": "programme", "service_received": True,
        "identified_date": rows["identified_date"][0], "service_start_date": rows["service_start_date"][0],
        "service_end_date": None,
    }  # fmt: skip
    assert rows["address"].to_list()[6] == "4", "NO FIXED ABODE is no road on which strangers may agree"
    assert rows.filter(pl.col("person_ref").cast(pl.Int32) % 2 == 0)["gender"].null_count() == 10


def test_a_last_row_that_is_no_data_is_a_doubt(file: Path) -> None:
    file.write_text(unseen().replace("Total,20\nSource: a system\n", "Quill" + "," * 17 + "\n"), encoding="utf-8")
    draft = draft_mapping(file, "council_cohort", "Brackley", 2018)
    assert "the last row fills 1 of 18 columns" in draft.text
    assert "Quill" not in draft.text


def test_a_number_of_nobody_is_marked_where_many_rows_have_it_and_is_never_quoted_of_one(tmp_path: Path) -> None:
    rows = [
        f"{at},F{at // 2},Ola,Quill,04/05/1990,{number}"
        for at, number in enumerate(["TN000000X"] * 12 + ["QQ123456C"])
    ]
    path = tmp_path / "cohort.csv"
    path.write_text(
        "\n".join(["Person ID,Family ID,Forename(s),Surname,DOB,NI Number", *rows]) + "\n", encoding="utf-8"
    )
    text = draft_mapping(path, "council_cohort", "Hackney", 2018).text
    assert 'nino = ["tn000000x"]' in text
    assert "123456" not in text


def test_a_name_of_another_kind_gives_way_and_is_asked_about(tmp_path: Path) -> None:
    """`Known As` is a forename where there is no other."""
    head, row = "Person ID,Family ID,Known As,{}Surname,DOB", "1,F1,Bob,{}Quill,04/05/1990"
    for more, expected in (("Forename(s),", 'forename = "Forename(s)"'), ("", 'forename = "Known As"')):
        path = tmp_path / "cohort.csv"
        cell = "Robert," if more else ""
        path.write_text(f"{head.format(more)}\n{row.format(cell)}\n", encoding="utf-8")
        assert expected in draft_mapping(path, "council_cohort", "Hackney", 2018).text


@pytest.mark.parametrize("last", ["*** End of report: 2 records ***", "--- Number of rows 2", "Total: 2"])
def test_a_last_line_of_one_field_is_known_by_its_words(last: str, tmp_path: Path) -> None:
    rows = [f"{at},F1,Ola,Quill,04/05/1990" for at in range(2)]
    path = tmp_path / "cohort.csv"
    path.write_text("\n".join(["Person ID,Family ID,Forename,Surname,DOB", *rows, last]) + "\n", encoding="utf-8")
    draft = draft_mapping(path, "council_cohort", "Hackney", 2018)
    assert draft.rows == 2
    assert "footer = { begins = [" in draft.text


WELSH = "Cyfeirnod,Teulu,Enw cyntaf,Cyfenw,Geni\n7,T1,Mair,Huws,1990-05-04\n8 ,T1,Huw,Huws,2012-05-04\n"


def test_a_header_in_words_of_their_own_is_taken_where_a_person_says_so(tmp_path: Path) -> None:
    """A row of words may be a record: only a person knows that these are names of columns."""
    file = tmp_path / "carfan.csv"
    file.write_text(WELSH, encoding="utf-8")
    with pytest.raises(InputRefused, match="say on which line with --header-row"):
        draft_mapping(file, "council_cohort", "Sir", 2018)
    draft = draft_mapping(file, "council_cohort", "Sir", 2018, header_row=1)
    assert 'ignore = ["Cyfeirnod", "Teulu", "Enw cyntaf", "Cyfenw", "Geni"]' in draft.text
    assert (draft.rows, draft.columns) == (2, 5)
    assert not [value for value in ("Mair", "Huws") if value in draft.text]
    with pytest.raises(InputRefused, match="no line 9 among"):
        draft_mapping(file, "council_cohort", "Sir", 2018, header_row=9)


def test_keys_with_blanks_around_are_a_doubt(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("dwp_key,forename,surname\nk1 ,Ola,Park\nk2,Sam,Park\n", encoding="utf-8")
    text = draft_mapping(file, "dwp_people", "DWP", 2018).text
    assert "# DOUBT: 1 cells of keys have blanks around them" in text
    assert 'trim = ["dwp_key"]' in text
    assert text.index("trim =") < text.index("[file]"), "above the first table, or it would belong to that"


def drafted(tmp_path: Path, table: str, header: str, *rows: str, year: int | None = 2020) -> str:
    (tmp_path / "in.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return draft_mapping(tmp_path / "in.csv", table, "DWP", year).text


def test_a_known_header_whose_values_do_not_fit_is_a_doubt_that_says_why(tmp_path: Path) -> None:
    births = ["04/05/90"] * 19 + ["NK"]
    text = drafted(
        tmp_path, "dwp_people", "dwp_key,DOB,NINO", *(f"{at},{day},none" for at, day in enumerate(births))
    )
    assert "# DOUBT: date_of_birth: 19 of 19 cells have years of two digits" in text
    assert 'date_of_birth = "DOB"' in text
    assert "04/05/90" not in text
    words = drafted(tmp_path, "dwp_people", "dwp_key,DOB,NINO", *(f"{at},born long ago,a b c" for at in range(20)))
    for column, theirs in (("date_of_birth", "DOB"), ("nino", "NINO")):
        assert f"# DOUBT: {column}: the column is called so, but its values are not" in words
        assert f'{column} = "{theirs}"' in words


def test_usual_marks_of_blank_are_offered_and_the_dates_read(tmp_path: Path) -> None:
    births = ["04/05/1990"] * 19 + ["NK"]
    text = drafted(tmp_path, "dwp_people", "dwp_key,DOB", *(f"{at},{day}" for at, day in enumerate(births)))
    assert 'every = ["nk"]' in text
    assert 'every = "dd/mm/yyyy"' in text
    odd = ["04/05/1990"] * 19 + ["not this one"]
    text = drafted(tmp_path, "dwp_people", "dwp_key,DOB", *(f"{at},{day}" for at, day in enumerate(odd)))
    assert "# DOUBT: date_of_birth: 1 of 20 cells are no dd/mm/yyyy" in text
    assert "not this one" not in text


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("Surname / Family name", "surname"),
        ("Last name (surname)", "surname"),
        ("Given name or forename", "forename"),
        ("DoB|Date of birth", "date_of_birth"),
    ],
)
def test_a_header_that_gives_two_names_of_one_column(tmp_path: Path, header: str, column: str) -> None:
    others = {"surname": "Park", "forename": "Ola", "date_of_birth": "1990-02-01"}
    text = drafted(tmp_path, "dwp_people", f"Postcode,Customer Ref,{header}", f"E8 1AA,7,{others[column]}")
    assert f'{column} = "{header}"' in text
    (mothers,) = (one for one in columns_of(extract_tables()["dwp_people"]) if one.name == column)
    assert candidates(mothers, [f"Mother's {header}"]) == []


def test_a_house_and_a_street_are_an_address(tmp_path: Path) -> None:
    text = drafted(tmp_path, "dwp_people", "Ref,House,Street,Town", "7,12,High Road,Hackney")
    assert 'address = { columns = ["House", "Street"] }' in text


def test_a_doubt_about_codes_names_the_contracts(tmp_path: Path) -> None:
    rows = "\n".join(f"{n},{'Yes' if n % 2 else 'Perhaps'}" for n in range(40))
    text = drafted(tmp_path, "council_cohort", "Person ID,Health", rows)
    assert "write its code behind each (MH, PH), or leave it blank where it means none" in text


def test_no_key_is_offered_as_the_same_for_everybody(tmp_path: Path) -> None:
    text = drafted(tmp_path, "dwp_people", "Forename,Surname", "Ola,Park")
    assert "# DOUBT: dwp_key is needed in every row and no column looks like it" in text
    assert "# dwp_key =" not in text
    assert "# la_code =" in drafted(tmp_path, "council_cohort", "Forename,Surname", "Ola,Park")


@pytest.mark.parametrize(
    ("table", "header", "column"),
    [
        ("dwp_benefits", "BEN", "benefit_type"),
        ("dwp_benefits", "SPELL_START", "start_date"),
        ("dwp_benefits", "SPELL_END", "end_date"),
        ("dwp_benefits", "WEEKLY_AMT", "weekly_amount"),
        ("dwp_benefits", "Customer Reference", "dwp_key"),
        ("council_cohort", "Client No", "person_ref"),
        ("council_cohort", "Household No", "family_ref"),
        ("council_cohort", "Date eligible", "identified_date"),
        ("council_cohort", "Start date", "service_start_date"),
        ("council_cohort", "End date", "service_end_date"),
        ("council_cohort", "Getting service?", "service_received"),
    ],
)
def test_headers_are_known_by_their_words_and_that_is_a_doubt(table: str, header: str, column: str) -> None:
    (ours,) = (one for one in columns_of(extract_tables()[table]) if one.name == column)
    assert candidates(ours, ["Town", header, "Notes"]) == [header]
    others = [one.name for one in columns_of(extract_tables()[table]) if by_words(one, header)]
    assert others in ([], [column])


@pytest.mark.parametrize(
    "header",
    [
        "Mother's DOB",
        "Placement postcode",
        "Former surname",
        "Worker",
        "Date",
        "Service",
        "Start of term",
        "Social",
    ],
)
def test_headers_of_somebody_or_something_else_are_not_known_by_their_words(header: str) -> None:
    for table in extract_tables().values():
        assert not [one.name for one in columns_of(table) if by_words(one, header)]


def test_flags_and_lines_of_an_address_are_known_by_their_words(tmp_path: Path) -> None:
    header = "Client No,Surname,ADDR_LINE_1,ADDR_LINE_2,In debt,Persistent absentee"
    text = drafted(tmp_path, "council_cohort", header, *(f"{at},Park,1 Mill Row,Brackley,Y,N" for at in range(12)))
    assert 'address = { columns = ["ADDR_LINE_1", "ADDR_LINE_2"] }' in text
    assert '# NOTE: "In debt" was taken for DEBT by the words of its name' in text
    assert 'columns = { PA = "Persistent absentee" }' in text


def test_a_day_and_year_that_nobody_said_are_a_doubt_and_a_year_beyond_bounds_is_refused(tmp_path: Path) -> None:
    said = drafted(tmp_path, "dwp_people", "Forename,Surname", "Ola,Park")
    assert "DOUBT: on which day was the file drawn? Say it here; days" in said
    unsaid = drafted(tmp_path, "dwp_people", "Forename,Surname", "Ola,Park", year=None)
    assert "DOUBT: on which day was the file drawn? Say it here, and its year above; days" in unsaid
    for year in (20, 1999, 2101):
        with pytest.raises(InputRefused, match="is not between 2000 and 2100"):
            drafted(tmp_path, "dwp_people", "Forename,Surname", "Ola,Park", year=year)


def test_spellings_in_the_contracts_own_words_have_their_code_and_a_note(tmp_path: Path) -> None:
    rows = [f"{at},{'1 - Out of work' if at % 2 else '2 - Something else'}" for at in range(40)]
    text = drafted(tmp_path, "council_cohort", "Client No,Worklessness", *rows)
    assert '"1 - Out of work" = "OOW"' in text
    assert '"2 - Something else" = ""' in text
    assert (
        "# NOTE: worklessness: some spellings were given their code by the contract's own words or usual ones"
        in text
    )


def test_a_column_in_the_contracts_own_name_is_no_doubt_whatever_its_words(tmp_path: Path) -> None:
    own = drafted(tmp_path, "council_cohort", "person_ref,surname,school_absence", "1,Ola,PA", "2,Ola,EXC")
    assert "DOUBT: school_absence" not in own
