"""Columns whose names say nothing are proposed by what stands in them, always as a doubt; others are left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tf_linkage.intake import draft_mapping
from tf_linkage.intake.drafting.names import flag_of

ROWS = 24
DAYS = [f"{1 + at:02}/0{1 + at % 9}/2016" for at in range(ROWS)]
BIRTHS = [f"{1 + at:02}/0{1 + at % 9}/{1980 + at}" for at in range(ROWS)]
SHAPES = {
    "nino": [f"QQ {20 + at} 34 56 C" if at % 3 else "" for at in range(ROWS)],
    "postcode": [f"XK{1 + at % 9} {at % 9}HB" for at in range(ROWS)],
    "gender": ["Male" if at % 2 else "Female" for at in range(ROWS)],
    "date_of_birth": BIRTHS,
    "identified_date": DAYS,
    "la_code": ["E09000012"] * ROWS,
    "family_ref": [f"H{at // 2}" for at in range(ROWS)],
    "person_ref": [f"C{at:04}" for at in range(ROWS)],
    "crime": [("Offending", "ASB", "")[at % 3] for at in range(ROWS)],
    "study_group": ["programme" if at % 2 else "comparison" for at in range(ROWS)],
}


def drafted(folder: Path, columns: dict[str, list[str]], table: str = "council_cohort") -> str:
    rows = [",".join(cells) for cells in zip(*columns.values(), strict=True)]
    (folder / "in.csv").write_text("\n".join([",".join(columns), *rows]) + "\n", encoding="utf-8")
    return draft_mapping(folder / "in.csv", table, "Brackley", 2019).text


def named(**more: list[str]) -> dict[str, list[str]]:
    return {"Surname": [f"Park{at}" for at in range(ROWS)], "First name": ["Ola"] * ROWS} | more


@pytest.mark.parametrize("column", SHAPES)
def test_a_column_without_a_telling_name_is_doubted_unless_its_words_tell(tmp_path: Path, column: str) -> None:
    text = drafted(tmp_path, named(Ref2=SHAPES[column]) if column != "person_ref" else named(Zz=SHAPES[column]))
    theirs = "Zz" if column == "person_ref" else "Ref2"
    if column == "crime":
        assert "# NOTE: crime: taken for it by what stands in it, and all its words are the contract's" in text
    else:
        assert f"# DOUBT: {column}: taken for it by what stands in it, and not by its name. Is it?\n" in text
    assert f'{column} = "{theirs}"' in text
    assert not [
        cell for cell in SHAPES[column] if len(cell) > 8 and cell in text and column not in {"study_group", "crime"}
    ]


def test_all_of_them_at_once_go_where_they_belong(tmp_path: Path) -> None:
    text = drafted(tmp_path, named() | {f"Col{at}": cells for at, cells in enumerate(SHAPES.values())})
    for at, column in enumerate(SHAPES):
        assert f'{column} = "Col{at}"' in text, column


def test_two_that_look_alike_are_named(tmp_path: Path) -> None:
    text = drafted(tmp_path, named(A1=SHAPES["postcode"], B2=SHAPES["postcode"]))
    assert '# DOUBT: postcode: taken for it by what stands in it; "B2" look like it too. Is it this one?' in text


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("Notes", ["seen at home"] * ROWS),
        ("Worker NI", SHAPES["nino"]),
        ("Mother born", BIRTHS),
        ("Ward", ["1" if at % 2 else "2" for at in range(ROWS)]),
        ("Active", ["Y" if at % 2 else "N" for at in range(ROWS)]),
        ("Score", [str(at % 3) for at in range(ROWS)]),
        ("Mixed", ["QQ123456C" if at % 2 else "none of it" for at in range(ROWS)]),
    ],
)
def test_what_has_no_shape_of_ours_or_is_of_somebody_else_stays(
    tmp_path: Path, header: str, cells: list[str]
) -> None:
    text = drafted(tmp_path, named(**{header: cells}))
    assert f'= "{header}"' not in text
    assert f'"{header}"' in text.split("ignore = ")[1].split("\n")[0]


@pytest.mark.parametrize(
    ("header", "flagged"),
    [
        ("Adult out of work", ("worklessness", "OOW")),
        ("Child excluded this year", ("school_absence", "EXC")),
        ("Victim of domestic abuse", ("domestic_abuse", "DA")),
        ("LAC", ("child_need", "CLA")),
        ("Looked After Child", ("child_need", "CLA")),
        ("Not in debt", None),
        ("At risk of exclusion", None),
        ("Mother's mental health", None),
        ("Debt or mental health", None),
        ("Crime / ASB", ("crime", "ASB")),
        ("Out of work / debt", ("worklessness", "OOW")),
        ("Partner's ASB / offending", None),
    ],
)
def test_flags_among_other_words(header: str, flagged: tuple[str, str] | None) -> None:
    assert flag_of(header) == flagged


def test_a_column_called_lac_is_a_flag_of_care_or_its_codes(tmp_path: Path) -> None:
    flags = drafted(tmp_path, named(LAC=["Y" if at % 2 else "N" for at in range(ROWS)]))
    assert 'columns = { CLA = "LAC" }' in flags
    codes = drafted(tmp_path, named(**{"Child need": ["LAC" if at % 2 else "CIN" for at in range(ROWS)]}))
    assert '"LAC" = "CLA"' in codes


def test_of_two_flags_the_more_severe_is_first_and_that_is_said_where_both_are_set(tmp_path: Path) -> None:
    apart = {"CIN": ["Y", "N"] * 12, "LAC": ["N", "Y"] * 12}
    text = drafted(tmp_path, named(**apart))
    assert 'order = ["CLA", "CIN"]' in text
    assert "two are set" not in text
    both = drafted(tmp_path, named(CIN=["Y"] * ROWS, LAC=["N", "Y"] * 12))
    assert "# NOTE: in 12 rows two are set, and the first of order counts, as the contract puts them" in both


def test_the_council_is_filled_in_by_its_name_and_a_service_by_its_first_day(tmp_path: Path) -> None:
    cells = named(**{"Support began": [day if at % 2 else "" for at, day in enumerate(DAYS)]})
    drafted(tmp_path, cells)
    text = draft_mapping(tmp_path / "in.csv", "council_cohort", "London Borough of Hackney", 2019).text
    assert 'la_code = "E09000012"\n' in text
    assert '# DOUBT: no column says service_received: it is yes where "Support began" has something' in text
    assert "[given]" in text
    changed = draft_mapping(tmp_path / "in.csv", "council_cohort", "Dorset", 2019).text
    assert "# DOUBT: the council's area was changed; its codes are E06000059 and E10000009" in changed
    assert "# la_code =" in draft_mapping(tmp_path / "in.csv", "council_cohort", "Brackley", 2019).text


@pytest.mark.parametrize(
    ("titles", "drawn"),
    [
        (["Families list", "Run 05/06/2017 09:14"], "2017-06-05"),
        (["Produced on 5 June 2017 by Performance"], "2017-06-05"),
        (["Data as at 2017-06-05"], "2017-06-05"),
        (["From 01/04/2016 to 31/03/2017"], None),
        (["Version 1.2.2017.4"], None),
        (["Run 45/06/2017"], None),
        ([], None),
    ],
)
def test_the_day_of_the_draw_is_read_from_titles_where_they_name_one(
    tmp_path: Path, titles: list[str], drawn: str | None
) -> None:
    file = tmp_path / "in.csv"
    file.write_text("\n".join([*titles, "Surname,First name,DOB", "Park,Ola,04/05/1990", ""]), encoding="utf-8")
    text = draft_mapping(file, "council_cohort", "Brackley", None).text
    assert (f"\nextracted = {drawn}\n" in text) == (drawn is not None)
    assert ("DOUBT: on which day was the file drawn" in text) == (drawn is None)
    assert ("year = 2017" in text) == (drawn is not None)
