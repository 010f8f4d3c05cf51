"""All that is wrong with a file is told in one look: of its mapping, its cells and its rows; nothing twice."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from tf_linkage.errors import InputRefused
from tf_linkage.intake import examine, mapped_to_send, mapping_to_check
from tf_linkage.intake.examination import Examined

DAY = dt.date(2020, 3, 31)
HEADER = "id,family,surname,born,sex,work,abuse,group,served,found,began,ended"
MAPPING = """
table = "council_cohort"
sender = "Hackney"
year = 2020
absent = ["forename", "address", "postcode", "nino", "school_absence", "child_need", "crime", "health"]

[set]
la_code = "E09000012"

[rename]
person_ref = "id"
family_ref = "family"
surname = "surname"
date_of_birth = "born"
gender = "sex"
worklessness = "work"
domestic_abuse = "abuse"
study_group = "group"
service_received = "served"
identified_date = "found"
service_start_date = "began"
service_end_date = "ended"
"""


def rows(families: int = 6) -> list[dict[str, str]]:
    return [
        {
            "id": f"p{family}{member}", "family": f"f{family}", "surname": f"Park{'abcdefgh'[family]}",
            "born": f"19{70 + family}-0{member + 1}-1{member}", "sex": "F", "work": "OOW", "abuse": "DA",
            "group": "programme", "served": "yes", "found": "2016-01-23",
            "began": "2016-03-01", "ended": "2017-03-01",
        }
        for family in range(families)
        for member in range(2)
    ]  # fmt: skip


def look(folder: Path, people: list[dict[str, str]], words: str = MAPPING, header: str = HEADER) -> Examined:
    lines = [header, *(",".join(person[name] for name in HEADER.split(",")) for person in people)]
    (folder / "in.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "m.toml").write_text(words, encoding="utf-8")
    found = examine(folder / "in.csv", "council_cohort", mapping_to_check(folder / "m.toml"), DAY)
    return Examined(**{**vars(found), "refused": tuple(line.split("m.toml: ")[-1] for line in found.refused)})


def test_what_keeps_the_contract_has_nothing_refused(tmp_path: Path) -> None:
    assert look(tmp_path, rows()).refused == ()


def test_faults_of_mapping_cells_and_rows_are_told_together(tmp_path: Path) -> None:
    people = rows()
    people[0]["born"] = "1970"
    people[3]["work"] = "jobless"
    people[5]["group"] = "comparison"
    people[7]["found"] = "2016-02-02"
    people[8]["began"] = people[9]["began"] = "2018-03-01"
    people[11]["sex"] = ""
    people[10]["served"] = people[11]["served"] = "no"
    words = MAPPING.replace("[rename]", "# DOUBT: is it so?\n[rename]") + '\n[codes.gender]\n"F" = "woman"\n'
    assert look(tmp_path, people, words).refused == (
        "line 10: a doubt is left for a person to answer; settle it and take its line out",
        "the mapping's codes.gender leads to a code the contract lacks; it has male, female",
        "line 2, column date_of_birth: not a date (yyyy-mm-dd) (1 row)",
        "line 5, column worklessness: unknown code; known are OOW, DEBT, NEET (1 row)",
        "line 6: against the rule: one study group per family (2 rows: lines 6, 7)",
        "line 10: against the rule: service dates in order (2 rows: lines 10, 11)",
        "line 8, column identified_date: several in one family (1 family) (2 rows: lines 8, 9): the day on which a "
        "family was found eligible is the family's, so all its members carry the same",
        "line 12, column service_start_date: a day although service_received says no (2 rows: lines 12, 13): a "
        "service that began was received; either the days or the no are another family's",
        "line 12, column service_end_date: a day although service_received says no (2 rows: lines 12, 13): a "
        "service that began was received; either the days or the no are another family's",
    )


def test_what_follows_from_a_fault_is_not_told_beside_it(tmp_path: Path) -> None:
    """A family with a problem that cannot be read may have it; another with one alone has too few."""
    people = rows(3)
    for person in people:
        person["work"] = ""
    people[0]["work"] = "jobless"
    people[5]["work"] = "OOW"
    people[4]["family"] = " "
    assert look(tmp_path, people).refused == (
        "line 2, column worklessness: unknown code; known are OOW, DEBT, NEET (1 row)",
        "line 4: against the rule: two or more problems (2 rows: lines 4, 5)",
        "line 6, column family_ref: the cell is blank (1 row)",
    )


def test_a_column_gone_and_one_more_hide_nothing_else(tmp_path: Path) -> None:
    people = rows()
    people[2]["found"] = "soon"
    found = look(tmp_path, people, header=HEADER.replace("group", "Arm of it"))
    assert found.refused == (
        "line 1: the file lacks what the mapping names: group",
        "line 1: the mapping neither uses nor ignores: column 8 (words)",
        "line 4, column identified_date: not a date (yyyy-mm-dd) (1 row)",
    )
    assert len(found.to_do) == 3


@pytest.mark.parametrize("mapped", [True, False])
def test_a_service_of_2090_is_told_to_begin_after_the_extract_and_of_no_order(tmp_path: Path, mapped: bool) -> None:
    people = rows()
    people[2]["began"] = people[3]["began"] = "2090-03-01"
    said = (
        "line 4, column service_start_date: after the day of the extract (2020-03-31); an extract cannot hold what "
        "had not happened; write an open end as an empty cell (2 rows: lines 4, 5)",
    )
    if mapped:
        assert look(tmp_path, people).refused == said
        return
    renamed = [line.split(" = ") for line in MAPPING.split("[rename]\n")[1].splitlines()]
    names = {theirs.strip('"'): ours for ours, theirs in renamed}
    absent = ["forename", "address", "postcode", "nino", "school_absence", "child_need", "crime", "health"]
    header = ["la_code", *(names[name] for name in HEADER.split(",")), *absent]
    lines = [",".join(["E09000012", *person.values(), *[""] * len(absent)]) for person in people]
    (tmp_path / "council_cohort.csv").write_text("\n".join([",".join(header), *lines]) + "\n", encoding="utf-8")
    assert examine(tmp_path / "council_cohort.csv", "council_cohort", None, DAY).refused == said


def test_a_second_file_that_is_missing_hides_nothing_of_the_first(tmp_path: Path) -> None:
    people = rows()
    people[0]["born"] = "1970"
    words = MAPPING.replace('"postcode", ', "").replace("[rename]", '[rename]\npostcode = "pc"')
    words += '\n[[lookup]]\nfile = "homes.csv"\nhere = "id"\nthere = "id"\ncolumns = { pc = "pc" }\n'
    assert look(tmp_path, people, words).refused == (
        "homes.csv: the file is missing; the mapping looks up columns in it",
        "line 2, column date_of_birth: not a date (yyyy-mm-dd) (1 row)",
    )


def test_a_key_that_no_mapping_has_hides_nothing_of_the_file(tmp_path: Path) -> None:
    people = rows()
    people[0]["born"] = "1970"
    said = look(tmp_path, people, MAPPING.replace("[set]", "[file]\nheader = 1\n[set]")).refused
    assert said == (
        "file.header: no mapping has this key; is header_row meant?; docs/extracts.md lists them all",
        "line 2, column date_of_birth: not a date (yyyy-mm-dd) (1 row)",
    )


def test_every_fault_is_on_the_page_and_ten_in_a_refusal_with_what_to_do(tmp_path: Path) -> None:
    people = [person | {"sex": "x"} for person in rows(1)]
    look(tmp_path, people)
    (tmp_path / "m.toml").write_text(
        MAPPING.replace('la_code = "E09000012"', "".join(f"x{at} = 1\n" for at in range(12))), encoding="utf-8"
    )
    loaded = mapping_to_check(tmp_path / "m.toml")
    found = examine(tmp_path / "in.csv", "council_cohort", loaded, DAY)
    assert len(found.refused) == 14
    with pytest.raises(InputRefused) as refusal:
        mapped_to_send(tmp_path / "in.csv", loaded, DAY)
    lines = str(refusal.value).splitlines()
    assert lines[0] == "in.csv: refused, and nothing was written"
    assert len([line for line in lines if line.startswith("  ")]) >= 11
    assert "  and 4 more, which check-extract names" in lines
