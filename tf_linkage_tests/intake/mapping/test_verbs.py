"""Each verb of a mapping by hand, and each way in which a mapping itself can be wrong."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tf_linkage.errors import InputRefused
from tf_linkage.intake.mapping.apply import Mapped, mapped
from tf_linkage.intake.mapping.loading import mapping_of

SPELLS = """
table = "dwp_benefits"
sender = "DWP"
year = 2020
absent = []

[set]
benefit_type = "JSA"

[rename]
dwp_key = "key"
start_date = "start"
end_date = "end"
weekly_amount = "paid"
"""
FILE = "key,start,end,paid\nk1,2016-01-01,,70\nk2,2016-02-01,2016-03-01,71.5\n"


def run(folder: Path, file: str, words: str, **others: str) -> Mapped:
    (folder / "in.csv").write_text(file, encoding="utf-8")
    for name, text in others.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return mapped(folder / "in.csv", mapping_of(words.encode(), "m.toml"))


def column(made: Mapped, name: str) -> list[object]:
    return made.rows.get_column(name).to_list()


def test_rename_and_set(tmp_path: Path) -> None:
    made = run(tmp_path, FILE, SPELLS)
    assert column(made, "benefit_type") == ["JSA", "JSA"]
    assert column(made, "weekly_amount") == [70.0, 71.5]
    assert [made.part.line_of(row) for row in (0, 1)] == [2, 3]


def test_rows_are_left_out_with_their_count(tmp_path: Path) -> None:
    out = '[[leave_out]]\ncolumn = "paid"\nis = ["70", ""]\nwhy = "nothing was paid"\n'
    made = run(tmp_path, FILE, SPELLS + out)
    assert column(made, "dwp_key") == ["k2"]
    assert made.notes == ("1 row left out: nothing was paid",)
    assert made.part.line_of(0) == 3


def test_a_mark_of_blank_counts_in_a_part_of_a_cell_too(tmp_path: Path) -> None:
    words = SPELLS.replace('dwp_key = "key"\n', "") + '[split]\ndwp_key = { column = "key", by = ",", part = 2 }\n'
    file = FILE.replace("k1,", '"x, k1",').replace("k2,", '"x, none",')
    assert column(run(tmp_path, file, words), "dwp_key") == ["k1", "none"]
    with pytest.raises(InputRefused, match="dwp_key: the cell is blank"):
        run(tmp_path, file, words + '[missing]\ndwp_key = ["NONE"]\n')


FLAGGED = """
table = "council_cohort"
sender = "Hackney"
year = 2020
absent = ["forename", "surname", "date_of_birth", "gender", "address", "postcode", "nino",
          "school_absence", "child_need", "crime", "domestic_abuse", "service_start_date", "service_end_date"]
[set]
la_code = "E09000012"
identified_date = 2016-01-01
worklessness = "OOW"
health = "MH"
[rename]
person_ref = "P"
family_ref = "F"
study_group = "G"
[given]
service_received = "S"
[codes.study_group]
"x" = "programme"
"y" = "{}"
"""


def test_given_is_refused_of_a_column_that_says_no(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="its column says yes and no itself"):
        run(tmp_path, "P,F,G,S\n1,f,x,Y\n2,f,x,N\n", FLAGGED.format("comparison"))
    made = run(tmp_path, "P,F,G,S\n1,f,x,Y\n2,f,x,\n", FLAGGED.format("comparison"))
    assert column(made, "service_received") == [True, False]


def test_a_spelling_without_a_code_is_refused_where_no_row_may_be_without() -> None:
    with pytest.raises(InputRefused, match="1 spelling has no code yet, and no row may be without"):
        mapping_of(FLAGGED.format("").encode(), "m.toml")


def test_wide_episodes_become_rows(tmp_path: Path) -> None:
    wide = "key,s1,e1,p1,s2,e2,p2\nk1,2016-01-01,,70,2017-01-01,,80\nk2,,,,2018-01-01,,90\nk3,,,,,,\n"
    slots = '[[repeat]]\nstart = "s1"\nend = "e1"\npaid = "p1"\n[[repeat]]\nstart = "s2"\nend = "e2"\npaid = "p2"\n'
    made = run(tmp_path, wide, SPELLS + slots)
    assert list(zip(column(made, "dwp_key"), column(made, "weekly_amount"), strict=True)) == [
        ("k1", 70.0), ("k1", 80.0), ("k2", 90.0),
    ]  # fmt: skip
    assert made.notes == ("1 row has nothing in any slot",)
    assert made.part.line_of(2) == 3


PEOPLE = """
table = "dwp_people"
sender = "DWP"
year = 2020
absent = ["gender"]

[rename]
dwp_key = "id"
nino = "nino"
postcode = "pc"

[split]
surname = { column = "name", by = ",", part = 1 }
forename = { column = "name", by = ",", part = 2 }

[parts]
date_of_birth = { day = "d", month = "m", year = "y" }

[join]
address = { columns = ["no", "street"], with = ", " }
"""
NAMES = 'id,name,d,m,y\n1,"Reed, Lee",5,4,1990\n2,Okafor,29,2,1988\n3,"Park, Ola",,,\n'
LOOKUPS = """
[[lookup]]
file = "addresses.csv"
here = "id"
there = "person"
columns = { no = "number", street = "street", pc = "postcode" }
ignore = ["kind", "since"]

[lookup.choose]
per = "person"
first = [{ column = "kind", is = ["MAIN"] }, { column = "since", latest = "dd/mm/yyyy" }]

[[lookup]]
file = "numbers.csv"
here = "id"
there = "person"
columns = { nino = "value" }
keep = [{ column = "type", is = ["NINO"] }]
"""
ADDRESSES = (
    "person,number,street,postcode,kind,since\n1,3,Elm Row,E8 1AA,MAIN,01/02/2015\n"
    "1,9,Oak St,E8 1AB,MAIN,01/02/2016\n1,,Home,E8 1AC,PLACEMENT,01/02/2019\n2,7,Hay St,,MAIN,01/02/2015\n"
)
NUMBERS = "person,type,value\n1,UPN,A801\n1,NINO,QQ123456C\n2,NHS,999\n"


def test_lookups_choices_splits_parts_and_joins(tmp_path: Path) -> None:
    made = run(tmp_path, NAMES, PEOPLE + LOOKUPS, addresses=ADDRESSES, numbers=NUMBERS)
    rows = made.rows.select("surname", "forename", "address", "postcode", "nino").rows()
    assert rows == [
        ("Reed", "Lee", "9, Oak St", "E8 1AB", "QQ123456C"),
        ("Okafor", None, "7, Hay St", None, None),
        ("Park", "Ola", None, None, None),
    ]
    assert made.rows["date_of_birth"].cast(pl.String).to_list() == ["1990-04-05", "1988-02-29", None]
    assert made.notes == ("1 row has no row in addresses.csv", "2 rows have no row in numbers.csv")


@pytest.mark.parametrize(
    ("addresses", "numbers", "names", "said"),
    [
        (
            ADDRESSES.replace("01/02/2015\n1", "01/02/2016\n1"), NUMBERS, NAMES,
            "addresses.csv: line 2: two rows of one person rank alike",
        ),
        (ADDRESSES, NUMBERS + "1,NINO,QQ123456D\n", NAMES, "numbers.csv has several rows for one of these"),
        (ADDRESSES.replace("since", "from"), NUMBERS, NAMES, "the file lacks what the mapping names: since"),
        (ADDRESSES.replace("01/02/2019", "2019"), NUMBERS, NAMES, "addresses.csv: line 4: not a date (dd/mm/yyyy)"),
        (ADDRESSES, NUMBERS, NAMES.replace("29,2", "30,2"), "line 3, column date_of_birth: not a day of the"),
    ],
)  # fmt: skip
def test_what_a_second_file_leaves_open_is_refused(
    tmp_path: Path, addresses: str, numbers: str, names: str, said: str
) -> None:
    with pytest.raises(InputRefused) as caught:
        run(tmp_path, names, PEOPLE + LOOKUPS, addresses=addresses, numbers=numbers)
    assert said in str(caught.value)
    assert not any(value in str(caught.value) for value in ("Reed", "Okafor", "Elm", "QQ123456"))


def test_a_missing_second_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match=r"addresses.csv: the file is missing"):
        run(tmp_path, NAMES, PEOPLE + LOOKUPS, numbers=NUMBERS)


@pytest.mark.parametrize(
    ("numbers", "cells", "read"),
    [
        ('{ thousands = ",", prefix = "£" }', '"£1,156.50"', 1156.5),
        ('{ thousands = ".", decimal = "," }', '"1.156,5"', 1156.5),
        ('{ suffix = " pw" }', "70 pw", 70.0),
    ],
)
def test_forms_of_numbers(tmp_path: Path, numbers: str, cells: str, read: float) -> None:
    file = FILE.replace(",70\n", f",{cells}\n").replace(",71.5\n", f",{cells}\n")
    made = run(tmp_path, file, SPELLS + f"\n[numbers]\nweekly_amount = {numbers}\n")
    assert column(made, "weekly_amount") == [read, read]


@pytest.mark.parametrize("cell", ["£1,15.50", "1156.50", "£", "£1,156.5O", "£11,56"])
def test_other_numbers_are_refused(tmp_path: Path, cell: str) -> None:
    words = SPELLS + '\n[numbers]\nweekly_amount = { thousands = ",", prefix = "£" }\n'
    with pytest.raises(InputRefused, match="line 2, column weekly_amount: not a number as the mapping writes"):
        run(tmp_path, FILE.replace(",70\n", f',"{cell}"\n').replace("71.5", "£71.5"), words)


@pytest.mark.parametrize(
    ("form", "cell"),
    [
        ("dd/mm/yyyy", "01/02/2016"), ("dd/mm/yyyy", "1/2/2016"), ("mm/dd/yyyy", "02/01/2016"),
        ("dd-Mon-yyyy", "01-Feb-2016"), ("yyyy-Mon-dd", "2016-Feb-01"), ("dd.mm.yyyy", "01.02.2016"),
        ("yyyymmdd", "20160201"), ("ddmmyyyy", "01022016"), ("dd/mm/yyyy hh:mm", "01/02/2016 00:00"),
        ("yyyy-mm-dd hh:mm:ss.000", "2016-02-01 00:00:00.000"), ("yyyy-mm-ddThh:mm:ss", "2016-02-01T00:00:00"),
    ],
)  # fmt: skip
def test_forms_of_dates(tmp_path: Path, form: str, cell: str) -> None:
    file = f"key,start,end,paid\nk1,{cell},,70\n"
    made = run(tmp_path, file, SPELLS + f'\n[dates]\nevery = "{form}"\n')
    assert str(column(made, "start_date")[0]) == "2016-02-01"


@pytest.mark.parametrize(
    "cell", ["01/02/16", "30/02/2016", "2016-02-01", "01/02/2016 ", "1 Feb 2016", "01/13/2016"]
)
def test_dates_in_another_form_are_refused(tmp_path: Path, cell: str) -> None:
    file = f"key,start,end,paid\nk1,{cell},,70\n"
    words = SPELLS + '\n[dates]\nevery = "dd/mm/yyyy"\n'
    if cell.strip() == "01/02/2016":
        assert run(tmp_path, file, words).rows.height == 1  # blanks around a cell do not count
    else:
        with pytest.raises(InputRefused, match=r"line 2, column start_date: not a date \(dd/mm/yyyy\)"):
            run(tmp_path, file, words)


GROUPS = 'table = "dfe_exclusions"\nsender = "DfE"\nyear = 2020\nabsent = ["sessions"]\n\n[rename]\n' \
    'dfe_key = "id"\nstart_date = "day"\ncategory = "kind"\n'  # fmt: skip


@pytest.mark.parametrize(
    ("where", "cell"),
    [("leading", "SUSP - suspension"), ("leading", "SUSP: suspension"), ("leading", "(SUSP) suspension"),
     ("leading", "SUSP"), ("trailing", "Suspension (SUSP)"), ("trailing", "suspension - SUSP")],
)  # fmt: skip
def test_codes_stand_before_or_behind_their_labels(tmp_path: Path, where: str, cell: str) -> None:
    words = GROUPS + f'\n[label]\ncategory = "{where}"\n\n[codes.category]\nSusp = "FIXED"\n'
    made = run(tmp_path, f"id,day,kind\n1,2016-01-01,{cell}\n", words)
    assert column(made, "category") == ["FIXED"]


@pytest.mark.parametrize(
    ("where", "usual", "odd"),
    [("leading", "SUSP - suspension", "SUSP - permanent"), ("trailing", "Suspension (SUSP)", "Permanent (SUSP)")],
)
def test_a_code_with_another_label_is_refused_where_it_stands(
    tmp_path: Path, where: str, usual: str, odd: str
) -> None:
    words = GROUPS + f'\n[label]\ncategory = "{where}"\n\n[codes.category]\nSusp = "FIXED"\n'
    cells = [usual, usual.upper(), usual.replace(" ", "  "), odd, "SUSP"]
    file = "id,day,kind\n" + "".join(f"{at},2016-01-01,{cell}\n" for at, cell in enumerate(cells))
    with pytest.raises(InputRefused, match=r"line 5, column category: another label than .* \(1 row\)") as refused:
        run(tmp_path, file, words)
    assert "ermanent" not in str(refused.value)
    assert column(run(tmp_path, file.replace(f"3,2016-01-01,{odd}\n", ""), words), "category") == ["FIXED"] * 4


def test_an_unmapped_spelling_is_refused_with_its_count(tmp_path: Path) -> None:
    words = GROUPS + '\n[codes.category]\nFIXD = "FIXED"\n'
    with pytest.raises(
        InputRefused, match=r"line 3, column category: a spelling that the mapping does not have \(2 r"
    ):
        run(tmp_path, "id,day,kind\n1,2016-01-01, fixd \n2,2016-01-01,SUSP\n3,2016-01-01,PERM\n", words)


WRONG = {
    "a key that no mapping has": ('colour = "red"\n' + SPELLS, "colour: no mapping has this key"),
    "a verb misspelt": (SPELLS + '\n[renames]\na = "b"\n', "renames: no mapping has this key; is rename meant"),
    "not TOML": ("table = ", "not TOML"),
    "no such table": (SPELLS.replace("dwp_benefits", "dwp_pensions"), "table: no body hands over such a table"),
    "a column left open": (SPELLS.replace('end_date = "end"\n', ""), "end_date is not filled"),
    "a column filled twice": (
        SPELLS.replace("absent = []", 'absent = ["end_date"]'),
        "end_date is filled twice, by ren",
    ),
    "a column of no contract": (SPELLS + 'colour = "end"\n', "rename.colour: the contract has no such column"),
    "absent though needed": (
        SPELLS.replace("absent = []", 'absent = ["dwp_key"]').replace('dwp_key = "key"\n', ""),
        "absent.dwp_key: the contract needs it in every row",
    ),
    "a code set that is none": (SPELLS.replace('"JSA"', '"DOLE"'), "set.benefit_type: not a code of the contract"),
    "used and ignored": (
        SPELLS.replace("absent = []", 'ignore = ["end"]'),
        "ignore: used elsewhere in the mapping: end",
    ),
    "a form of dates that is none": (SPELLS + '\n[dates]\nevery = "dd/mm/yy"\n', "dates.every: no known form"),
    "a spelling under two codes": (
        SPELLS.replace('benefit_type = "JSA"\n', "").replace("[set]\n", "")
        + 'benefit_type = "type"\n[codes.benefit_type]\nDole = "JSA"\n"DOLE " = "IS"\n',
        "codes.benefit_type: a spelling stands under two codes, IS and JSA",
    ),
    "a number for text": (SPELLS.replace("year = 2020", 'year = "2020"'), "year: input should be a valid integer"),
    "a doubt": (SPELLS + "\n# DOUBT: is this right?\n", "line 16: a doubt is left for a person to answer"),
    "an encoding that is none": (
        SPELLS + '\n[file]\nencoding = "ebcdic"\n',
        "file.encoding: input should be 'utf-8'",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_mapping_is_refused_before_any_file_is_opened(case: str) -> None:
    words, said = WRONG[case]
    with pytest.raises(InputRefused) as caught:
        mapping_of(words.encode(), "m.toml")
    assert said in str(caught.value)
    assert str(caught.value).startswith("m.toml: ")


def test_dates_after_the_day_of_the_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match=r"line 3, column start_date: after the day on which the file was drawn"):
        run(tmp_path, FILE, SPELLS + "\n[file]\nextracted = 2016-01-15\n")


PADDED = FILE.replace("k1", "k1 ")


def test_a_key_with_blanks_around_is_refused_unless_they_are_said_to_mean_nothing(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match=r"in.csv: line 2, column dwp_key: blanks around a key; .* \(1 row\)"):
        run(tmp_path, PADDED, SPELLS)
    made = run(tmp_path, PADDED, SPELLS.replace("absent = []", 'trim = ["dwp_key"]'))
    assert column(made, "dwp_key") == ["k1", "k2"]
    assert made.notes == ("1 dwp_key had blanks around, taken off as the mapping says",)
    with pytest.raises(InputRefused, match=r"trim\.start_date: not a key of the contract"):
        run(tmp_path, PADDED, SPELLS.replace("absent = []", 'trim = ["start_date"]'))


def test_blanks_of_rows_that_are_left_out_do_not_count(tmp_path: Path) -> None:
    out = '[[leave_out]]\ncolumn = "paid"\nis = ["70"]\nwhy = "nothing was paid"\n'
    assert column(run(tmp_path, PADDED, SPELLS + out), "dwp_key") == ["k2"]


@pytest.mark.parametrize(("first", "second"), [("k1 ", "k1"), ("k1", " k1")])
def test_keys_of_a_lookup_have_no_blanks_around_them_either(tmp_path: Path, first: str, second: str) -> None:
    words = SPELLS.replace('dwp_key = "key"', 'dwp_key = "number"') + (
        '[[lookup]]\nfile = "keys.csv"\nhere = "key"\nthere = "old"\ncolumns = { number = "new" }\n'
    )
    file, keys = FILE.replace("k1", first), f"old,new\n{second},n1\nk2,n2\n"
    with pytest.raises(InputRefused, match=r"blanks around a key; .*trim = true in the lookup"):
        run(tmp_path, file, words, keys=keys)
    made = run(tmp_path, file, f"{words}trim = true\n", keys=keys)
    assert column(made, "dwp_key") == ["n1", "n2"]


def test_a_rule_for_leaving_out_that_meets_no_row_says_so(tmp_path: Path) -> None:
    out = '[[leave_out]]\ncolumn = "paid"\nis = ["99"]\nwhy = "nothing was paid"\n'
    assert run(tmp_path, FILE, SPELLS + out).notes == ("no row left out: nothing was paid",)


def test_cells_that_marks_make_blank_are_counted_by_column(tmp_path: Path) -> None:
    marks = '[missing]\nevery = ["2016-03-01"]\nweekly_amount = ["70", "71.5"]\n'
    made = run(tmp_path, FILE, SPELLS + marks)
    assert made.notes == ("blank by the mapping's marks, in cells: end_date (1), weekly_amount (2)",)
    assert column(made, "weekly_amount") == [None, None]


@pytest.mark.parametrize("day", ["01/02/16", "1-Feb-16", "01.02.16"])
def test_years_of_two_digits_are_told_as_such(tmp_path: Path, day: str) -> None:
    with pytest.raises(InputRefused) as refusal:
        run(tmp_path, FILE.replace("2016-01-01", day), SPELLS + '[dates]\nstart_date = "dd/mm/yyyy"\n')
    assert "start_date: not a date (dd/mm/yyyy): the year has two digits" in str(refusal.value)
    assert day not in str(refusal.value)
