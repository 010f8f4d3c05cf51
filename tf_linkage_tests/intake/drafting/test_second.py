"""An unknown workbook or folder of files, drafted, settled, mapped and taken in, as an officer does."""

from __future__ import annotations

import datetime as dt
import re
import shlex
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from tf_linkage.cli import main
from tf_linkage.errors import InputRefused
from tf_linkage.intake import (
    check_delivery,
    draft_mapping,
    examine,
    load_mapping,
    mapped_to_send,
    place_of,
    write_mapped,
)

DAY = dt.date(2020, 3, 31)
FAMILIES = 24
PEOPLE = [
    "Client ID", "First Name", "Surname", "D.O.B.", "Sex", "NI Number", "Adult out of work", "Social care",
    "DV flag", "Cohort type", "Date eligible", "Support began",
]  # fmt: skip
Rows = list[Sequence[object]]


def people() -> Rows:
    """An adult and a child of each family; every other family is on the programme."""
    rows: Rows = []
    for at in range(2 * FAMILIES):
        family, adult = at // 2, at % 2 == 0
        rows.append(
            [
                4000 + at,
                f"Ola{chr(97 + at % 26)}",
                f"Quill{chr(97 + family)}",
                f"{1 + family:02}/05/{1980 if adult else 2009}",
                "1 - Male" if at % 3 else "2 - Female",
                f"QQ{200_000 + at}C" if adult else "N/K",
                "Y" if adult else "N",
                "" if adult else "Child protection plan",
                "Y" if adult and family % 2 else "N",
                "Programme" if family % 2 else "Waiting list",
                f"{1 + family:02}-May-2016",
                f"{1 + family:02}.06.2019" if family % 2 else "",
            ]
        )
    return rows


def families() -> Rows:
    return [(4000 + at, f"F{at // 2:03}", "Adult" if at % 2 == 0 else "Child") for at in range(2 * FAMILIES)]


def addresses() -> Rows:
    """Everybody's main address and, of some, one that they left."""
    rows: Rows = []
    for at in range(2 * FAMILIES):
        if at % 4 < 2:
            rows.append((4000 + at, "PREVIOUS", 99, "Old Road", "XK9 9AA", "01/02/2002", "31/01/2012"))
        rows.append((4000 + at, "MAIN", 1 + at // 2, "Elm Row", f"XK{1 + at // 2} 7HB", "01/02/2012", ""))
    return rows


SECOND = {
    "Families": (["Client ID", "Family No", "Relationship"], families()),
    "Addresses": (["Client ID", "Address type", "House no", "Street", "Post Code", "From", "To"], addresses()),
}


def workbook(path: Path) -> Path:
    """A case system's export: a cover, titles, bands above the header, a total, further sheets."""
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("Cover").write(0, 0, "Confidential")
        sheet = book.add_worksheet("People")
        sheet.write(0, 0, "Borough of Brackley - cohort")
        sheet.write(1, 0, "Run 31/03/2020 09:14")
        sheet.merge_range(3, 0, 3, 5, "Person")
        sheet.write_row(4, 0, PEOPLE)
        for at, row in enumerate(people(), start=5):
            sheet.write_row(at, 0, row)
        sheet.write_row(5 + 2 * FAMILIES, 0, ["Total", 2 * FAMILIES])
        for name, (header, rows) in SECOND.items():
            other = book.add_worksheet(name)
            other.write_row(0, 0, header)
            for at, row in enumerate(rows, start=1):
                other.write_row(at, 0, row)
    return path


def in_files(folder: Path) -> list[Path]:
    """The same as three files."""
    found = []
    for name, (header, rows) in {"people": (PEOPLE, people()), **SECOND}.items():
        path = folder / f"{name.lower()}.csv"
        lines = [",".join(header), *(",".join(map(str, row)) for row in rows)]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        found.append(path)
    return found


def accepted(folder: Path, file: Path, also: Sequence[Path] = ()) -> pl.DataFrame:
    """Drafts, takes every doubt's line out and nothing else, maps, and has the study take the file in."""
    draft = draft_mapping(file, "council_cohort", "Hackney", None, also=also, drawn=DAY)
    settled = "\n".join(line for line in draft.text.splitlines() if not line.startswith("# DOUBT:"))
    (folder / "cohort.toml").write_text(settled, encoding="utf-8")
    loaded = load_mapping(folder / "cohort.toml")
    made, notes = mapped_to_send(file, loaded, DAY)
    assert notes == examine(file, "council_cohort", loaded, DAY).notes, "what is sent is noted as it was checked"
    write_mapped(made, loaded, place_of(folder / "incoming", loaded))
    assert check_delivery(folder / "incoming", "council", DAY).rows == {"council_cohort": 2 * FAMILIES}
    return made.rows


def right(rows: pl.DataFrame) -> None:
    """Every cell where it belongs."""
    assert rows.height == 2 * FAMILIES
    assert rows.row(3, named=True) == {
        "forename": "Olad", "surname": "Quillb", "date_of_birth": dt.date(2009, 5, 2), "gender": "female",
        "address": "2 Elm Row", "postcode": "XK2 7HB", "nino": None, "la_code": "E09000012", "person_ref": "4003",
        "family_ref": "F001", "worklessness": None, "school_absence": None, "child_need": "CPP", "crime": None,
        "domestic_abuse": None, "health": None, "study_group": "programme", "service_received": True,
        "identified_date": dt.date(2016, 5, 2), "service_start_date": dt.date(2019, 6, 2), "service_end_date": None,
    }  # fmt: skip
    assert rows["postcode"].str.starts_with("XK9 9").sum() == 0, "nobody lives where they lived before"
    assert rows["service_received"].sum() == FAMILIES
    assert rows["family_ref"].n_unique() == FAMILIES


def test_an_unknown_workbook_with_families_and_addresses_in_sheets_of_their_own(tmp_path: Path) -> None:
    right(accepted(tmp_path, workbook(tmp_path / "casework.xlsx")))


def test_the_same_in_three_files(tmp_path: Path) -> None:
    first, *others = in_files(tmp_path)
    right(accepted(tmp_path, first, others))


def test_a_draft_of_sheets_quotes_nobody(tmp_path: Path) -> None:
    text = draft_mapping(workbook(tmp_path / "casework.xlsx"), "council_cohort", "Hackney", 2019).text
    for value in ("Quill", "Olad", "Elm Row", "XK2", "Old Road", "4003", "F001", "QQ2"):
        assert value not in text


def test_a_sheet_of_other_people_is_not_looked_up(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "in.xlsx")) as book:
        first = book.add_worksheet("People")
        first.write_row(0, 0, PEOPLE)
        for at, row in enumerate(people(), start=1):
            first.write_row(at, 0, row)
        other = book.add_worksheet("Staff")
        other.write_row(0, 0, ["Client ID", "Post Code", "Family No"])
        for at in range(30):
            other.write_row(1 + at, 0, [9000 + at, "XK1 1AA", f"S{at}"])
    text = draft_mapping(tmp_path / "in.xlsx", "council_cohort", "Hackney", 2019).text
    assert "[[lookup]]" not in text
    assert "family_ref is needed in every row" in text


def test_several_rows_of_one_person_without_a_word_on_which_are_a_doubt(tmp_path: Path) -> None:
    first, _, third = in_files(tmp_path)
    lines = third.read_text(encoding="utf-8").splitlines()
    bare = [",".join(line.split(",")[at] for at in (0, 2, 3, 4)) for line in lines]
    third.write_text("\n".join(bare) + "\n", encoding="utf-8")
    text = draft_mapping(first, "council_cohort", "Hackney", 2019, also=[third]).text
    assert "# DOUBT: some have several rows here; say with keep or choose which one counts" in text


def test_another_folders_file_is_not_looked_up(tmp_path: Path) -> None:
    first, second, _ = in_files(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    moved = second.rename(tmp_path / "elsewhere" / second.name)
    with pytest.raises(InputRefused, match=r"put it next to people\.csv"):
        draft_mapping(first, "council_cohort", "Hackney", 2019, also=[moved])


def test_numbers_in_a_list_of_many_kinds_are_looked_up_by_theirs(tmp_path: Path) -> None:
    first, *others = in_files(tmp_path)
    rows = [line.split(",") for line in first.read_text(encoding="utf-8").splitlines()]
    at = PEOPLE.index("NI Number")
    first.write_text("".join(",".join([*row[:at], *row[at + 1 :]]) + "\n" for row in rows), encoding="utf-8")
    listed = ["Client ID,Kind,Number"]
    for row in rows[1:]:
        listed.append(f"{row[0]},LEGACY,{row[0]}9")
        if row[at] != "N/K":
            listed.append(f"{row[0]},NI number,{row[at]}")
    (tmp_path / "numbers.csv").write_text("\n".join(listed) + "\n", encoding="utf-8")
    made = accepted(tmp_path, first, [*others, tmp_path / "numbers.csv"])
    right(made)
    assert made["nino"].drop_nulls().len() == FAMILIES


def test_a_column_of_codes_of_another_kind_is_not_taken_by_its_name(tmp_path: Path) -> None:
    """`Group type` is a known name of the study's group; here it says what kind of group a family is."""
    lines = ["Client ID,Surname,Group type,Status,Child need issue"]
    lines += [
        f"c{at},Park{at},Family,{'On programme' if at % 2 else 'Waiting list'},{'CIN' if at % 2 else 'LAC'}"
        for at in range(24)
    ]
    (tmp_path / "in.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    text = draft_mapping(tmp_path / "in.csv", "council_cohort", "Hackney", 2019).text
    assert 'study_group = "Status"' in text
    assert '"Group type"' in text.split("ignore = ")[1].split("\n")[0]
    assert 'child_need = "Child need issue"' in text
    assert '"LAC" = "CLA"' in text


def test_the_pages_commands_lead_from_an_unknown_workbook_to_an_accepted_extract(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """docs/extracts.md as it stands: four commands at most, and in between lines that begin with a doubt go."""
    page = Path(__file__).parents[3] / "docs" / "extracts.md"
    straight = page.read_text(encoding="utf-8").split("## Fifteen minutes")[1].split("\n## ")[0]
    commands = re.findall(r"^```\ntf-linkage (.+)\n```$", straight, re.MULTILINE)
    assert [command.split()[0] for command in commands] == ["draft-mapping", "check-extract", "map-extract"]
    monkeypatch.chdir(tmp_path)
    workbook(tmp_path / "cohort.xlsx")
    for command in commands:
        assert main(shlex.split(command)) == 0, command
        drafted = Path("cohort.toml").read_text(encoding="utf-8")
        assert drafted.count("# DOUBT:") < 15
        settled = "\n".join(line for line in drafted.splitlines() if not line.startswith("# DOUBT:"))
        Path("cohort.toml").write_text(settled, encoding="utf-8")
    assert check_delivery(Path("outgoing"), "council", DAY).rows == {"council_cohort": 2 * FAMILIES}
