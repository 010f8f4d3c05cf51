"""What the values settle of a draft leaves a note; what they do not, a doubt."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from tf_linkage.intake import draft_mapping
from tf_linkage.intake.encodings import reads_as_words
from tf_linkage.intake.mapping.apply import mapped
from tf_linkage.intake.mapping.loading import DOUBT, mapping_of

FAMILIES = 8
Columns = dict[str, list[str]]


def each(family: list[str]) -> list[str]:
    """A value of each family, for both of its members."""
    return [value for value in family for _ in range(2)]


FOUND = [f"{13 + at:02}/0{1 + at}/2016" for at in range(FAMILIES)]
PEOPLE: Columns = {
    "Person ID": [f"p{at}" for at in range(2 * FAMILIES)],
    "Family ID": each([f"f{at}" for at in range(FAMILIES)]),
    "Surname": each([f"Park{'abcdefgh'[at]}" for at in range(FAMILIES)]),
    "Date identified": each(FOUND),
}


def drafted(folder: Path, **more: list[str]) -> str:
    columns = PEOPLE | {name.replace("_", " "): cells for name, cells in more.items()}
    rows = [",".join(cells) for cells in zip(*columns.values(), strict=True)]
    (folder / "in.csv").write_text("\n".join([",".join(columns), *rows]) + "\n", encoding="utf-8")
    return draft_mapping(folder / "in.csv", "council_cohort", "Hackney", 2019, drawn=dt.date(2020, 3, 31)).text


def read(folder: Path, text: str) -> dict[str, list[object]]:
    """The columns of the contract by a draft that is taken as it is, but for its doubts."""
    sure = "\n".join(line for line in text.splitlines() if not line.startswith(DOUBT))
    needed = "".join(
        f"{name} = {value}\n"
        for name, value in (("study_group", '"programme"'), ("service_received", "false"))
        if f"\n# {name} = " in sure
    )
    sure = sure.replace("[set]\n", f"[set]\n{needed}", 1)
    rows, _ = _mapped(folder, sure)
    return rows


def _mapped(folder: Path, words: str) -> tuple[dict[str, list[object]], str]:
    from tf_linkage.intake.mapping.apply import mapped_and_problems

    made, problems = mapped_and_problems(folder / "in.csv", mapping_of(words.encode(), "m.toml"))
    return made.rows.to_dict(as_series=False), "\n".join(map(str, problems.found))


def test_a_day_by_the_words_of_its_name_is_the_familys_where_all_members_have_the_same(tmp_path: Path) -> None:
    same = each([f"0{1 + at}/03/2016" for at in range(FAMILIES)])
    said = "service_start_date: taken for it by the words of its name"
    assert f"# NOTE: {said}, and all members of a family have the same in it" in drafted(tmp_path, Began=same)
    own = [f"{1 + at:02}/03/2016" for at in range(2 * FAMILIES)]
    assert f"# DOUBT: {said}. Is it?" in drafted(tmp_path, Began=own)
    assert f"# DOUBT: {said}. Is it?" in drafted(tmp_path, Began=["01/03/2016"] * 2 * FAMILIES)


def test_a_group_by_its_values_is_settled_by_both_codes_and_one_of_each_family(tmp_path: Path) -> None:
    group = each(["Attached", "Waiting list"] * 4)
    text = drafted(tmp_path, Phase=group)
    assert (
        "# NOTE: study_group: taken for it by what stands in it, and all members of a family have the same" in text
    )
    mixed = drafted(tmp_path, Phase=["Attached", "Waiting list"] * FAMILIES)
    assert "# DOUBT: study_group: taken for it by what stands in it, and not by its name. Is it?" in mixed
    one = drafted(tmp_path, Phase=["Waiting list"] * 2 * FAMILIES)
    assert "# DOUBT: study_group: taken for it by what stands in it, and not by its name. Is it?" in one


def test_the_one_spelling_left_goes_to_the_one_code_left_and_is_a_doubt(tmp_path: Path) -> None:
    text = drafted(tmp_path, Cohort=each(["Cohort 2", "Waiting list"] * 4))
    assert '"Waiting list" = "comparison"' in text
    many = drafted(tmp_path, Cohort=["Wave 7"] * 10 + ["Waiting list"] * 6)
    assert '# DOUBT: study_group: "Wave 7" was taken for programme, as the only one left' in many
    assert '"Wave 7" = "programme"' in many


def test_a_service_by_its_first_day_is_settled_where_one_group_has_it_and_the_other_none(tmp_path: Path) -> None:
    group = each(["programme", "comparison"] * 4)
    days = ["01/04/2016" if one == "programme" else "" for one in group]
    said = 'it is yes where "Support start" has something, else no'
    settled = drafted(tmp_path, Cohort=group, Support_start=days)
    assert f"# NOTE: {said}: all of one study group have it, and none of the other" in settled
    days[0] = days[1] = ""
    assert f"# DOUBT: no column says service_received: {said}. Is it so?" in drafted(
        tmp_path, Cohort=group, Support_start=days
    )


def test_yes_and_no_in_a_column_called_after_a_problem_flag_it_and_no_is_no_blank(tmp_path: Path) -> None:
    text = drafted(tmp_path, Crime=["Y", "N"] * FAMILIES, DV=["N", "Y"] * FAMILIES)
    said = 'this says yes or no, and not which code it is; the one named first is taken: "Crime (OFF of OFF, ASB)"'
    assert f"# DOUBT: {said}. Is it so?" in text
    assert 'columns = { OFF = "Crime" }' in text
    assert 'columns = { DA = "DV" }' in text
    assert "DV" not in "".join(line for line in text.splitlines() if line.startswith(DOUBT))
    assert read(tmp_path, text)["crime"] == ["OFF", None] * FAMILIES


def test_a_column_that_may_be_one_that_is_left_absent_is_a_doubt_and_others_none(tmp_path: Path) -> None:
    streets = [f"Elm Row No {'abcdefgh'[at % 8]}{'abcdefgh'[at // 8]}" for at in range(2 * FAMILIES)]
    text = drafted(tmp_path, Wherefrom=streets, Ward=["1", "2"] * FAMILIES)
    assert '# DOUBT: "Wherefrom" may be forename or address: use it under [rename] if it is' in text
    assert 'DOUBT: "Ward"' not in text
    plain = drafted(tmp_path, Ward=["1", "2"] * FAMILIES)
    assert "# NOTE: nothing in the file looks like these, by name or by values" in plain


ISSUES = ["Debt; DV", "Mental health", "", "CIN; Housing", "out of work;Debt", "Offending", "DV", "Debt"] * 2


def test_a_cell_that_lists_problems_is_taken_apart(tmp_path: Path) -> None:
    text = drafted(tmp_path, Issues=ISSUES)
    assert "[[list]]" in text
    assert '"Debt" = "DEBT"' in text
    assert (
        "# DOUBT: 1 word in 2 rows: too rare to be listed here; add what stands there to the codes (lines 5, 13)"
        in text
    )
    assert "Housing" not in text, "rare words may be names"
    words, told = _mapped(tmp_path, _ready(text))
    assert "line 5, column Issues: a word in a list that the mapping does not have (2 rows: lines 5, 13)" in told
    words, told = _mapped(tmp_path, _ready(text.replace("[list.codes]", '[list.codes]\n"Housing" = ""')))
    assert "list" not in told
    assert words["worklessness"][:8] == ["DEBT", None, None, None, "OOW", None, None, "DEBT"]
    assert words["domestic_abuse"][:8] == ["DA", None, None, None, None, None, "DA", None]
    assert words["child_need"][:8] == [None, None, None, "CIN", None, None, None, None]


def _ready(text: str) -> str:
    lines = [line for line in text.splitlines() if not line.startswith(DOUBT)]
    return "\n".join(lines).replace("[set]\n", '[set]\nstudy_group = "programme"\nservice_received = false\n', 1)


def test_words_of_a_list_that_many_rows_have_are_nothing_if_a_person_says_so(tmp_path: Path) -> None:
    issues = [f"{issue}; Housing" if issue else "Housing" for issue in ISSUES]
    text = drafted(tmp_path, Issues=issues)
    assert '# DOUBT: "Housing": nobody here knows the word. Write the contract\'s code behind each (' in text
    assert '"Housing" = ""' in text


def test_codes_of_a_systems_own_are_listed_to_be_filled_in(tmp_path: Path) -> None:
    text = drafted(tmp_path, Problem_codes=['"1a,3b"', '"6"'] * FAMILIES)
    assert '# DOUBT: "1a", "3b", "6": nobody here knows the words.' not in text, "eight rows have each: too rare"
    assert "3 words in 16 rows: too rare to be listed here" in text
    more = drafted(tmp_path, Problem_codes=['"1a,3b"', '"1a,3b,6"'] * FAMILIES)
    assert '# DOUBT: "1a", "3b": nobody here knows the words. Write the contract\'s code behind each' in more
    assert '"1a" = ""' in more
    assert "Quill" not in drafted(tmp_path, Issues_for=['"Quill,Reed"', '"Reed,Quill"'] * FAMILIES)
    assert "[[list]]" not in drafted(tmp_path, Ward_codes=['"1a,3b"', '"6"'] * FAMILIES)


def test_notes_are_no_list_of_problems(tmp_path: Path) -> None:
    text = drafted(tmp_path, Remarks=["seen at home; debt", "asked for help; twice"] * FAMILIES)
    assert "[[list]]" not in text
    assert '"Remarks"' in text.split("ignore = ")[1].splitlines()[0]


@pytest.mark.parametrize(
    ("names", "forenames", "surnames", "doubt"),
    [
        (["Park; Ola"] * 16, None, None, None),
        (["PARK* Ola Jane"] * 16, ["Ola Jane"] * 16, ["PARK"] * 16, False),
        (["Ola Jane Park"] * 16, ["Ola"] * 16, ["Park"] * 16, True),
    ],
    ids=["another mark", "comma", "blank"],
)
def test_a_whole_name_is_split_and_never_taken_for_a_forename(
    tmp_path: Path, names: list[str], forenames: list[str] | None, surnames: list[str] | None, doubt: bool | None
) -> None:
    whole = [f'"{name.replace("*", ",")}"' for name in names]
    columns = {name: cells for name, cells in PEOPLE.items() if name != "Surname"} | {"Name": whole}
    rows = [",".join(cells) for cells in zip(*columns.values(), strict=True)]
    (tmp_path / "in.csv").write_text("\n".join([",".join(columns), *rows]) + "\n", encoding="utf-8")
    text = draft_mapping(tmp_path / "in.csv", "council_cohort", "Hackney", 2019, drawn=dt.date(2020, 3, 31)).text
    assert 'forename = "Name"' not in text
    assert ("[split]" in text) == (forenames is not None)
    if forenames is not None:
        assert ("was split at blanks" in text) == doubt
        found, _ = _mapped(tmp_path, _ready(text))
        assert (found["forename"], found["surname"]) == (forenames, surnames)


def test_the_sheet_that_names_most_is_no_question(tmp_path: Path) -> None:
    def book(second: list[str]) -> str:
        with xlsxwriter.Workbook(tmp_path / "in.xlsx") as made:
            made.add_worksheet("Read me").write_row(0, 0, ["Guidance", "to the person"])
            sheet = made.add_worksheet("People")
            for at, row in enumerate(zip(*([name, *cells] for name, cells in PEOPLE.items()), strict=True)):
                sheet.write_row(at, 0, row)
            made.add_worksheet("Other").write_row(0, 0, second)
        return draft_mapping(tmp_path / "in.xlsx", "council_cohort", "Hackney", 2019).text

    assert "# NOTE: 3 sheets are visible; this one names by far the most" in book(["Ward"])
    assert "# DOUBT: 3 sheets are visible; is this the one?" in book(["Surname", "DOB", "Postcode"])


@pytest.mark.parametrize(
    ("text", "encoding", "words"),
    [
        ("Zoë O’Brien; Núñez – £5", "windows-1252", True),
        ("Zoë Núñez", "cp850", False),
        ("Zoë Núñez", "mac-roman", False),
        ("O’Brien", "mac-roman", False),
        ("Márquez", "cp850", False),
    ],
)
def test_windows_1252_is_no_question_where_it_makes_words(text: str, encoding: str, words: bool) -> None:
    assert reads_as_words(text.encode(encoding).decode("windows-1252", errors="replace")) == words


def test_which_of_several_addresses_is_no_question_where_one_alone_is_the_main_one(tmp_path: Path) -> None:
    homes = [["Person ID", "Street", "Postcode", "Type"]]
    for at, person in enumerate(PEOPLE["Person ID"]):
        homes += [[person, f"{at} Elm Row", "XK1 1AB", "Main"], [person, f"{at} Hay St", "XK1 2AB", "Old"]]

    def text() -> str:
        (tmp_path / "homes.csv").write_text("\n".join(",".join(row) for row in homes) + "\n", encoding="utf-8")
        drafted(tmp_path)
        made = draft_mapping(
            tmp_path / "in.csv", "council_cohort", "Hackney", 2019, also=[tmp_path / "homes.csv"]
        ).text
        return made.split("[[lookup]]")[1]

    assert "# NOTE: some have several rows here; of each, one alone is the first by these lines" in text()
    homes[2][3] = "Main"
    assert "# DOUBT: some have several rows here; these lines choose the first. Is it the right one?" in text()


def test_a_rare_spelling_in_known_words_is_listed_and_others_are_told_by_their_lines(tmp_path: Path) -> None:
    text = drafted(tmp_path, Health=["Mental health", "see Quill", *[""] * 14])
    assert '"Mental health" = "MH"' in text
    assert (
        "1 spelling in 1 rows are too rare to be listed here; look them up in the file and add them (line 3)"
        in text
    )
    assert "Quill" not in text


def test_an_accepted_draft_needs_no_line(tmp_path: Path) -> None:
    group = each(["Attached", "Waiting list"] * 4)
    text = drafted(
        tmp_path,
        Phase=group,
        Support_start=["01/04/2016" if one == "Attached" else "" for one in group],
        Issues=["Debt; DV", "Mental health; DV"] * FAMILIES,
        DOB=[f"{1 + at:02}-May-1990" if at % 4 else f"{13 + at}/05/1990" for at in range(2 * FAMILIES)],
    )
    assert DOUBT not in "\n".join(text.splitlines()[3:])
    assert mapped(tmp_path / "in.csv", mapping_of(text.encode(), "m.toml")).rows.height == 16


def test_yes_and_no_of_the_programme_tell_the_groups_too(tmp_path: Path) -> None:
    text = drafted(tmp_path, **{"Open to programme?": each(["Yes", "No"] * 4)})
    assert "# DOUBT: study_group: yes was taken for programme, and no for comparison. Is it so?" in text
    assert '"Yes" = "programme"' in text
    both = drafted(tmp_path, On_programme=each(["Yes", "No"] * 4))
    assert both.count('"On programme"') == 2, "the same column says whether a service is received"


def test_three_days_of_a_family_are_told_apart_by_their_order(tmp_path: Path) -> None:
    days = {
        "When": each(FOUND),
        "Then": each([f"{13 + at}/10/2016" if at % 2 else "" for at in range(FAMILIES)]),
        "After": each([f"{13 + at}/10/2017" if at % 4 == 1 else "" for at in range(FAMILIES)]),
    }
    columns = {name: cells for name, cells in PEOPLE.items() if name != "Date identified"}

    def text(order: list[str]) -> str:
        every = columns | {name: days[name] for name in order}
        rows = [",".join(cells) for cells in zip(*every.values(), strict=True)]
        (tmp_path / "in.csv").write_text("\n".join([",".join(every), *rows]) + "\n", encoding="utf-8")
        return draft_mapping(tmp_path / "in.csv", "council_cohort", "Hackney", 2019).text

    ordered = text(["When", "Then", "After"])
    asked = [line for line in ordered.splitlines() if line.startswith(f"{DOUBT} identified_date")]
    assert asked == [
        f'{DOUBT} identified_date: "When", "Then", "After" were taken for days of the service by their order, and '
        "by no name. Are they?"
    ]
    for ours, theirs in (
        ("identified_date", "When"),
        ("service_start_date", "Then"),
        ("service_end_date", "After"),
    ):
        assert f'\n{ours} = "{theirs}"' in ordered
    assert "DOUBT: service_" not in ordered
    assert "by their order" not in text(["Then", "After", "When"])


@pytest.mark.parametrize("alike", [True, False])
def test_the_word_that_families_share_is_their_surname(tmp_path: Path, alike: bool) -> None:
    first = ["Ola", "Sam"] if alike else ["Ola", "Ola"]
    names = [f"{first[at % 2]} Park{'abcdefgh'[at // 2 if alike else at % 8]}" for at in range(2 * FAMILIES)]
    columns = {name: cells for name, cells in PEOPLE.items() if name != "Surname"} | {"Name": names}
    rows = [",".join(cells) for cells in zip(*columns.values(), strict=True)]
    (tmp_path / "in.csv").write_text("\n".join([",".join(columns), *rows]) + "\n", encoding="utf-8")
    text = draft_mapping(tmp_path / "in.csv", "council_cohort", "Hackney", 2019).text
    assert ('# NOTE: "Name" was split at its blank: members of families share the last word' in text) == alike
    assert ("does the forename come first?" in text) != alike


def test_what_stands_in_a_second_table_of_families_is_found_and_settled_there(tmp_path: Path) -> None:
    homes = [["Family ID", "Wave", "Postcode"]]
    homes += [[f"f{at}", ["Attached", "Waiting list"][at % 2], f"XK1 {at}AB"] for at in range(FAMILIES)]
    (tmp_path / "homes.csv").write_text("\n".join(",".join(row) for row in homes) + "\n", encoding="utf-8")
    drafted(tmp_path)
    made = draft_mapping(tmp_path / "in.csv", "council_cohort", "Hackney", 2019, also=[tmp_path / "homes.csv"])
    assert made.text.count("[[lookup]]") == 1
    assert 'columns = { "Postcode" = "Postcode", "Wave" = "Wave" }' in made.text
    assert "# NOTE: study_group: taken for it by what stands in it, and all members of a family" in made.text


@pytest.mark.parametrize("end", ["9999-12-31 00:00:00", "31/12/9999", "Ongoing"])
def test_an_end_that_has_not_come_is_blank(tmp_path: Path, end: str) -> None:
    text = drafted(tmp_path, Support_end=[*each([f"{13 + at}/10/2017" for at in range(7)]), end, end])
    assert f'service_end_date = ["{end.lower()}"]' in text
    assert "service_end_date:" not in text


@pytest.mark.parametrize(
    ("header", "column"),
    [("NI Number (if known)", "nino"), ("D.O.B (dd/mm/yyyy)", "date_of_birth"), ("Sex (M/F/U)", "gender")],
)
def test_what_a_header_says_of_filling_it_in_is_no_part_of_its_name(
    tmp_path: Path, header: str, column: str
) -> None:
    cells = {"nino": "QQ123456C", "date_of_birth": "13/10/1990", "gender": "F"}[column]
    assert f'{column} = "{header}"' in drafted(tmp_path, **{header: [cells] * 2 * FAMILIES})


def test_a_school_issue_is_a_problem_and_a_schools_postcode_nobodys_home(tmp_path: Path) -> None:
    text = drafted(tmp_path, School_issue=["PA", ""] * FAMILIES, School_postcode=["XK1 1AB"] * 2 * FAMILIES)
    assert 'school_absence = "School issue"' in text
    assert "school_absence: the header may mean" not in text
    assert 'postcode = "School postcode"' not in text


def of_table(folder: Path, table: str, header: str, rows: list[str]) -> str:
    (folder / "in.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return draft_mapping(folder / "in.csv", table, "DWP", 2019, drawn=dt.date(2020, 3, 31)).text


@pytest.mark.parametrize(
    ("amounts", "numbers", "read"),
    [
        (["90;7", "1132;45"], '{ decimal = "," }', [90.7, 1132.45]),
        (["1.132;45", "90;7"], '{ thousands = ".", decimal = "," }', [1132.45, 90.7]),
        (["£1;132.45", "£90.70"], '{ thousands = ",", prefix = "£" }', [1132.45, 90.7]),
        (["90.70 pw", "70.00 pw"], '{ suffix = "pw" }', [90.7, 70.0]),
        (["90.7", "70"], None, [90.7, 70.0]),
    ],
    ids=["decimal comma", "points between", "pounds", "a week", "plain"],
)
def test_how_numbers_are_written_is_read_off_them(
    tmp_path: Path, amounts: list[str], numbers: str | None, read: list[float]
) -> None:
    rows = [f'{at},JSA,2016-01-{13 + at},"{cell.replace(";", ",")}"' for at, cell in enumerate(amounts)]
    text = of_table(tmp_path, "dwp_benefits", "dwp_key,benefit_type,start_date,weekly_amount", rows)
    assert ("weekly_amount = {" in text) == (numbers is not None)
    assert numbers is None or f"weekly_amount = {numbers}" in text
    assert mapped(tmp_path / "in.csv", mapping_of(text.encode(), "m.toml")).rows["weekly_amount"].to_list() == read


def test_a_mark_of_blank_that_is_a_code_of_a_column_stays_there(tmp_path: Path) -> None:
    header = "moj_key,case_id,offence_id,offence_start_date,offence_group,disposal_date,disposal,adjudication_code"
    began = ["NONE" if at % 2 else f"2016-01-{13 + at}" for at in range(8)]
    rows = [f"k{at},c{at},o{at},{day},03,2017-01-13,{'FN'[at % 2]}INE,N" for at, day in enumerate(began)]
    rows = [row.replace("NINE", "NONE") for row in rows]
    text = of_table(tmp_path, "moj_offences", header, rows)
    assert 'offence_start_date = ["none"]' in text
    assert "every = [" not in text.split("[missing]")[-1]
    from tf_linkage.contracts.registry import extract_tables

    assert "NONE" in extract_tables()["moj_offences"].disposal.categories


def test_a_yes_in_another_language_is_the_one_spelling_left(tmp_path: Path) -> None:
    header = "dwp_key,start_date,end_date,uncertain_start_date,uncertain_end_date,annual_pay"
    rows = [f"k{at},2016-01-{13 + at // 2},,{'JN'[at % 2]},N,9000" for at in range(30)]
    text = of_table(tmp_path, "dwp_employment", header, rows)
    assert '# DOUBT: uncertain_start_date: "J" was taken for true, as the only one left' in text
    assert '"J" = "true"' in text
    assert "DOUBT: uncertain_end_date" not in text


def test_a_column_may_have_a_word_of_danger_in_its_own_name(tmp_path: Path) -> None:
    header = "dfe_key,academic_year,URN"
    text = of_table(tmp_path, "dfe_absence", header, [f"k{at},2015,S10{at}" for at in range(8)])
    assert 'school_id = "URN"' in text
    assert "school_id: the header may mean" not in of_table(
        tmp_path, "dfe_absence", header.replace("URN", "school_id"), [f"k{at},2015,S10{at}" for at in range(8)]
    )


def test_ticks_under_a_problems_name_are_flags_and_one_question(tmp_path: Path) -> None:
    ticks = ["X", ""] * FAMILIES
    text = drafted(
        tmp_path,
        Adult_worklessness=ticks,
        Child_needs_help=ticks,
        Health=ticks,
        DV=ticks,
        Seen=ticks,
        Not_in_debt=ticks,
    )
    asked = [line for line in text.splitlines() if "yes or no, and not which code" in line]
    assert len(asked) == 1
    for named in ("Adult worklessness (OOW of", "Health (MH of MH, PH)"):
        assert named in asked[0]
    assert '# DOUBT: "Child needs help" was taken for CIN by the words of its name' in text
    assert 'columns = { DA = "DV" }\nyes = ["1", "true", "x", "y", "yes"]' in text
    assert {"Seen", "Not in debt"} <= set(
        text.split("ignore = ")[1].splitlines()[0].strip("[]").replace('"', "").split(", ")
    )
    assert read(tmp_path, text)["worklessness"] == ["OOW", None] * FAMILIES


@pytest.mark.parametrize(
    ("header", "column"),
    [("Mosaic ID", "person_ref"), ("Family Group ID", "family_ref"), ("Date of identification", "identified_date")],
)
def test_what_case_systems_call_their_numbers(tmp_path: Path, header: str, column: str) -> None:
    without = {"person_ref": "Person ID", "family_ref": "Family ID", "identified_date": "Date identified"}[column]
    columns = {header if name == without else name: cells for name, cells in PEOPLE.items()}
    rows = [",".join(cells) for cells in zip(*columns.values(), strict=True)]
    (tmp_path / "in.csv").write_text("\n".join([",".join(columns), *rows]) + "\n", encoding="utf-8")
    text = draft_mapping(tmp_path / "in.csv", "council_cohort", "Hackney", 2019).text
    assert f'{column} = "{header}"' in text
    assert f"DOUBT: {column}" not in text


def test_two_words_for_one_sex_mean_it(tmp_path: Path) -> None:
    text = drafted(tmp_path, Sex=["Boy/Man", "Girl/Woman"] * FAMILIES)
    assert '"Boy/Man" = "male"' in text
    assert '"Girl/Woman" = "female"' in text
    assert "DOUBT: gender" not in text
    assert '"Man/Woman" =' not in drafted(tmp_path, Sex=["Man/Woman", "Girl/Woman"] * FAMILIES)


def test_a_column_in_which_nothing_stands_is_no_question_unless_the_contract_needs_it(tmp_path: Path) -> None:
    blank = [""] * 2 * FAMILIES
    text = drafted(tmp_path, NI_number=blank, Began=blank)
    assert "# NOTE: nino: every cell is blank" in text
    assert "# NOTE: service_start_date: taken for it by the words of its name, and nothing stands in it" in text
    assert "DOUBT: nino" not in text
    assert "DOUBT: service_start_date" not in text
    assert "# DOUBT: study_group: every cell is blank" in drafted(tmp_path, Study_group=blank)


def test_a_file_of_many_rows_is_drafted_by_its_different_values(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stands for blank was looked for in every cell, once for each mark."""
    from tf_linkage.intake.drafting import by_names

    folded, calls = by_names.folded, list[str]()
    monkeypatch.setattr(by_names, "folded", lambda text: calls.append(text) or folded(text))
    cells = pl.Series(["Yes", "No", "n/a"] * 1000)
    assert by_names.marks_of(cells.to_frame("a")) == {"n/a"}
    assert by_names.without(cells, {"n/a"}).null_count() == 1000
    assert len(calls) == 6
