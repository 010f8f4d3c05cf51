"""An officer of a council with a file that nobody has seen: draft, settle, check, map; so many lines and no more.

The officer here does what docs/extracts.md says and knows what a person of the council knows: what its words mean.
"""

from __future__ import annotations

import csv
import datetime as dt
import random
from collections.abc import Callable, Sequence
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from tf_linkage.cli import main
from tf_linkage.intake.mapping.loading import DOUBT

MOST_LINES = 8
"""Lines that an officer may have to edit, those taken out among them."""

COUNTED_FROM = dt.date(1899, 12, 30)
PROBLEMS = {"worklessness": "OOW DEBT", "school_absence": "PA", "child_need": "CPP CIN", "crime": "OFF",
            "domestic_abuse": "DA", "health": "MH"}  # fmt: skip
WORDS = {"OOW": "Out of work", "DEBT": "Debt", "PA": "Persistent absence", "CPP": "Child protection",
         "CIN": "Child in need", "OFF": "Offending", "DA": "Domestic abuse", "MH": "Mental health"}  # fmt: skip
OWN = {"OOW": "1a", "DEBT": "1b", "PA": "2a", "CIN": "3a", "CPP": "3b", "OFF": "4a", "DA": "5", "MH": "6a"}
GROUPS = {
    '"Worked with" = ""': '"Worked with" = "programme"',
    '"Not worked with" = ""': '"Not worked with" = "comparison"',
}
Person = dict[str, object]


def people(families: int = 60) -> list[Person]:
    """Families of the programme and of the waiting list, each with problems of two kinds."""
    rng, made = random.Random(2020), list[Person]()
    for family in range(families):
        began = dt.date(2015, 6, 1) + dt.timedelta(days=16 * family)
        served = family % 5 < 3
        start = began + dt.timedelta(days=rng.randrange(5, 90)) if served else None
        kinds = rng.sample(sorted(PROBLEMS), 3)
        surname = ["Park", "Reed", "Marsh", "Okafor", "Stone", "Hart", "Núñez"][family % 7]
        for member in range(2 + family % 3):
            made.append({
                "person_ref": str(1000 + len(made)), "family_ref": f"F{family:03}", "surname": surname,
                "forename": ["Ola", "Sam", "Ivy", "Finn", "Una", "Lee", "Nia"][(member + 2 * family) % 7],
                "date_of_birth": dt.date(1962 + rng.randrange(50), 1 + rng.randrange(12), 1 + rng.randrange(28)),
                "gender": ("female", "male")[rng.randrange(2)], "address": f"{1 + family} Elm Row",
                "postcode": f"XK{1 + family % 9} {family % 9}AB",
                "group": "programme" if served else "comparison",
                "identified_date": began, "service_start_date": start,
                "service_end_date": start + dt.timedelta(days=300) if start and family % 2 else None,
                "problems": [PROBLEMS[kind].split()[0] for kind in kinds[: 3 if member == 0 else 1]],
            })  # fmt: skip
    return made


def british(day: object) -> str:
    return day.strftime("%d/%m/%Y") if isinstance(day, dt.date) else ""


def born(at: int, person: Person, others: Callable[[dt.date], str]) -> str:
    """A quarter of the births in another form, and some unknown."""
    day = person["date_of_birth"]
    assert isinstance(day, dt.date)
    return "not known" if at % 37 == 5 else others(day) if at % 4 == 1 else british(day)


def workbook(folder: Path, rows: Sequence[Person]) -> tuple[Path, list[str]]:
    """Title rows, a band above the header, names of two kinds, a total, addresses on a sheet of their own."""
    path = folder / "families.xlsx"
    flags = {"Unemployed": "OOW", "Debt": "DEBT", "Persistent absence": "PA", "CIN": "CIN", "CP plan": "CPP",
             "Offending": "OFF", "DV": "DA", "Mental health": "MH"}  # fmt: skip
    with xlsxwriter.Workbook(path) as book:
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        book.add_worksheet("Read me").write(0, 0, "Guidance")
        sheet, homes = book.add_worksheet("People"), book.add_worksheet("Addresses")
        sheet.write(0, 0, "Supporting Families")
        sheet.merge_range(2, 0, 2, 4, "Person")
        sheet.merge_range(2, 5, 2, 9, "Family")
        header = [
            "Ref",
            "Surname / Family name",
            "Forename(s)",
            "DOB",
            "Sex",
            "Family no",
            "Phase",
            "Date identified",
        ]
        sheet.write_row(3, 0, [*header, "Support start", "Support end", *flags, "Lead worker"])
        homes.write_row(0, 0, ["Person ref", "House no", "Street", "Postcode", "Type"])
        for at, person in enumerate(rows):
            line = 4 + at
            sheet.write_row(line, 0, [int(str(person["person_ref"])), person["surname"], person["forename"]])
            if at % 4 in (1, 3):
                sheet.write(line, 3, born(at, person, lambda one: one.strftime("%d-%b-%Y")))
            else:
                sheet.write_datetime(line, 3, dt.datetime.combine(person["date_of_birth"], dt.time()), day)  # type: ignore[arg-type]
            sheet.write(line, 4, str(person["gender"]).title())
            sheet.write_row(
                line, 5, [person["family_ref"], {"programme": "Attached"}.get(str(person["group"]), "Waiting list")]
            )
            for column, name in ((7, "identified_date"), (8, "service_start_date"), (9, "service_end_date")):
                if person[name]:
                    sheet.write_datetime(line, column, dt.datetime.combine(person[name], dt.time()), day)  # type: ignore[arg-type]
            sheet.write_row(line, 10, ["Y" if code in person["problems"] else "N" for code in flags.values()])  # type: ignore[operator]
            house, street = str(person["address"]).split(" ", 1)
            homes.write_row(
                2 * at + 1, 0, [int(str(person["person_ref"])), house, street, person["postcode"], "Main"]
            )
            homes.write_row(2 * at + 2, 0, [int(str(person["person_ref"])), "9", "Old Road", "XK9 9ZZ", "Previous"])
        sheet.write_row(4 + len(rows), 0, ["Total", len(rows)])
    return path, []


def list_in_a_cell(folder: Path, rows: Sequence[Person]) -> tuple[Path, list[str]]:
    """Semicolons, windows-1252, whole names, code and label, a list of problems in words in one cell."""
    path = folder / "cohort.csv"
    lines = ["Families of the borough", "", "Client ID;Household;Name;Date of birth;Gender;Address;Post code;"
             "Issues;Cohort;Identified on;Programme start;Programme end;Worker"]  # fmt: skip
    for at, person in enumerate(rows):
        words = [WORDS[code] for code in person["problems"]] + (["Housing"] if at % 5 == 0 else [])  # type: ignore[attr-defined]
        lines.append(";".join([
            str(person["person_ref"]), str(person["family_ref"]), f"{person['surname']}, {person['forename']}",
            born(at, person, lambda one: one.strftime("%d-%b-%Y")),
            {"male": "1 - Male"}.get(str(person["gender"]), "2 - Female"), str(person["address"]),
            str(person["postcode"]), f'"{"; ".join(words)}"', str(person["group"]).title(),
            *(british(person[name]) for name in ("identified_date", "service_start_date", "service_end_date")), "W",
        ]))  # fmt: skip
    path.write_bytes("\r\n".join([*lines, f"Total;{len(rows)};;;;;;;;;;;", ""]).encode("windows-1252"))
    return path, []


def codes_of_its_own(folder: Path, rows: Sequence[Person]) -> tuple[Path, list[str]]:
    """UTF-16 and tabs, days with a time, an open end in 9999, problems as codes that the council alone knows."""
    path = folder / "export.txt"
    lines = ["PERSON_ID\tHOUSEHOLD_ID\tSURNAME\tFORENAME\tDATE_OF_BIRTH\tGENDER_DESC\tADDRESS\tPOSTCODE\t"
             "PROBLEM_CODES\tGROUP_CODE\tIDENTIFIED_DTTM\tSTART_DTTM\tEND_DTTM"]  # fmt: skip
    for person in rows:
        days = [
            f"{person[name]} 00:00:00" if person[name] else "NULL"
            for name in ("identified_date", "service_start_date")
        ]
        end = person["service_end_date"] or ("9999-12-31" if person["service_start_date"] else None)
        lines.append("\t".join([
            str(person["person_ref"]), str(person["family_ref"]), str(person["surname"]), str(person["forename"]),
            f"{person['date_of_birth']} 00:00:00", str(person["gender"]).title(), str(person["address"]),
            str(person["postcode"]), ",".join(OWN[code] for code in person["problems"]),  # type: ignore[attr-defined]
            {"programme": "1 - Programme"}.get(str(person["group"]), "2 - Comparison"), *days,
            f"{end} 00:00:00" if end else "NULL",
        ]))  # fmt: skip
    path.write_text("\r\n".join([*lines, ""]), encoding="utf-16", newline="")
    return path, []


def two_files(folder: Path, rows: Sequence[Person]) -> tuple[Path, list[str]]:
    """Families with their group and days in a file of their own; some births counted as Excel does."""
    path = folder / "people.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        sheet = csv.writer(file)
        header = "SVC_USR_REF_NO,FAMILY_NO,SURNAME,FIRST_NAME,BIRTH_DT,SEX,UNEMPLOYED,IN_DEBT,POOR_ATTENDANCE,CIN"
        sheet.writerow([*header.split(","), "CP_PLAN", "OFFENDING", "DV", "MENTAL_HEALTH"])
        for at, person in enumerate(rows):
            said = ["Y" if code in person["problems"] else "N" for code in OWN]  # type: ignore[operator]
            sheet.writerow([person["person_ref"], person["family_ref"], person["surname"], person["forename"],
                            born(at, person, lambda one: str((one - COUNTED_FROM).days)),
                            str(person["gender"])[0].upper(), *said])  # fmt: skip
    homes = {person["family_ref"]: person for person in rows}
    with (folder / "families.csv").open("w", newline="", encoding="utf-8") as file:
        sheet = csv.writer(file)
        sheet.writerow(
            ["FAMILY_NO", "ADDRESS", "POSTCODE", "WAVE", "ELIGIBLE_DATE", "ATTACHED_DATE", "CLOSED_DATE"]
        )
        for family, person in homes.items():
            days = [british(person[name]) for name in ("identified_date", "service_start_date", "service_end_date")]
            wave = {"programme": "Attached"}.get(str(person["group"]), "Waiting list")
            sheet.writerow([family, person["address"], person["postcode"], wave, *days])
    return path, ["--with", str(folder / "families.csv")]


def settled(text: str) -> tuple[str, int]:
    """The draft as an officer leaves it, and the lines that were edited."""
    lines, edited = list[str](), 0
    for line in text.splitlines():
        if line.startswith(DOUBT):
            edited += 1
            continue
        if line in GROUPS:
            edited += 1
            lines.append(GROUPS[line])
            continue
        own = next((code for code, word in OWN.items() if line == f'"{word}" = ""'), None)
        edited += own is not None
        lines.append(f'"{OWN[own]}" = "{own}"' if own else line)
    return "\n".join(lines) + "\n", edited


def written_once(folder: Path, rows: Sequence[Person]) -> tuple[Path, list[str]]:
    """A family's number and all that is the family's in its first row alone; the number merged over its rows."""
    path = folder / "register.xlsx"
    with xlsxwriter.Workbook(path) as book:
        day, sheet = book.add_format({"num_format": "dd/mm/yyyy"}), book.add_worksheet("Families")
        family = "Family number,Address,Postcode,Cohort,Date identified,Support start,Support end"
        sheet.write_row(0, 0, f"{family},Person ref,Surname,Forename,DOB,Gender,Issues".split(","))
        for at, person in enumerate(rows):
            members = [one for one in rows if one["family_ref"] == person["family_ref"]]
            if person is members[0]:
                if len(members) > 2:  # others are left blank below the first
                    sheet.merge_range(at + 1, 0, at + len(members), 0, person["family_ref"])
                else:
                    sheet.write(at + 1, 0, person["family_ref"])
                sheet.write_row(at + 1, 1, [person["address"], person["postcode"], str(person["group"]).title()])
                for column, name in ((4, "identified_date"), (5, "service_start_date"), (6, "service_end_date")):
                    if person[name]:
                        sheet.write_datetime(at + 1, column, dt.datetime.combine(person[name], dt.time()), day)  # type: ignore[arg-type]
            words = "; ".join(WORDS[code] for code in person["problems"])  # type: ignore[attr-defined]
            sheet.write_row(at + 1, 7, [person["person_ref"], person["surname"], person["forename"]])
            sheet.write_row(at + 1, 10, [born(at, person, british), str(person["gender"]).title(), words])
    return path, []


def words_of_its_own(folder: Path, rows: Sequence[Person]) -> tuple[Path, list[str]]:
    """Headers that say little: numbers and names told by what stands in them, a status, copies, rows counted."""
    path = folder / "caseload.xlsx"
    with xlsxwriter.Workbook(path) as book:
        day, sheet = book.add_format({"num_format": "dd/mm/yyyy"}), book.add_worksheet("Caseload")
        sheet.write(0, 0, "Extracted 31 March 2020 from our system")
        heads = "SF Ref,Nominated,Assessment date,Closure date,SF status,System no,Person,D.o.B.,M/F,Home address"
        sheet.write_row(2, 0, f"{heads},P/code,Headline criteria,Worker,Record state".split(","))
        copies, line = 0, 3
        for at, person in enumerate(rows):
            first = at == 0 or rows[at - 1]["family_ref"] != person["family_ref"]
            for state in ["Live", "Duplicate"] if at % 40 == 3 and not first else ["Live"]:
                copies += state == "Duplicate"
                if first:
                    sheet.write(line, 0, person["family_ref"])
                    for column, name in (
                        (1, "identified_date"),
                        (2, "service_start_date"),
                        (3, "service_end_date"),
                    ):
                        if person[name]:
                            sheet.write_datetime(line, column, dt.datetime.combine(person[name], dt.time()), day)  # type: ignore[arg-type]
                        elif column == 3 and person["service_start_date"]:
                            sheet.write(line, 3, "open")
                    sheet.write(line, 4, {"programme": "Worked with"}.get(str(person["group"]), "Not worked with"))
                codes = " / ".join(OWN[code] for code in person["problems"])  # type: ignore[attr-defined]
                name = f"{str(person['surname']).upper()}, {person['forename']}"
                sheet.write_row(line, 5, [person["person_ref"], name, born(at, person, british)])
                sheet.write_row(line, 8, [str(person["gender"])[0].upper(), person["address"], person["postcode"]])
                sheet.write_row(line, 11, [codes, f"W{at % 5}", state])
                line += 1
        sheet.write_row(line + 1, 0, ["Number of people", len(rows) + copies])
    return path, []


SPELLED = {"OOW": "Out of work", "PA": "Attendance", "CPP": "CP", "CIN": "CiN", "OFF": "Offence", "DA": "Yes",
           "MH": "Mental"}  # fmt: skip


def early_help(folder: Path, rows: Sequence[Person]) -> tuple[Path, list[str]]:
    """A report with a last line of one field, an open end in 2099, a yes or no, forenames of two kinds."""
    path = folder / "ehm.csv"
    with path.open("w", newline="", encoding="windows-1252") as file:
        sheet = csv.writer(file)
        sheet.writerows([["Families Report"], ["Run on 31/03/2020 07:15"], []])
        heads = (
            "Known As,EHM Case Number,Individual ID,Forename(s),Surname,Date Of Birth (dd/mm/yyyy),Gender (code)"
        )
        needs = "Worklessness/finance,Education,Children who need help,Crime/ASB,Domestic violence,Health"
        days = "Date nominated,SF status,Attached?,Date attached,Date closed,Ethnicity"
        sheet.writerow(f"{heads},Address Line 1,Post Code,{needs},{days}".split(","))
        for at, person in enumerate(rows):
            coded = [
                [SPELLED[code] for code in of.split() if code in person["problems"]] for of in PROBLEMS.values()
            ]  # type: ignore[operator]
            start, end = person["service_start_date"], person["service_end_date"]
            sheet.writerow([
                "O" if at % 9 == 0 else "", person["family_ref"], person["person_ref"], person["forename"],
                person["surname"], born(at, person, british), {"male": "1"}.get(str(person["gender"]), "2"),
                person["address"], person["postcode"], *("".join(one) for one in coded),
                british(person["identified_date"]),
                {"programme": "Worked with"}.get(str(person["group"]), "Not worked with"), "Y" if start else "N",
                start.strftime("%d-%b-%Y") if isinstance(start, dt.date) else "",
                end.strftime("%d-%b-%Y") if isinstance(end, dt.date) else "31-Dec-2099" if start else "", "WBRI",
            ])  # fmt: skip
        sheet.writerow([f"*** End of report: {len(rows)} records ***"])
    return path, []


FORMS = {"a workbook": workbook, "a list in a cell": list_in_a_cell, "codes of its own": codes_of_its_own,
         "two files": two_files, "written once": written_once, "words of its own": words_of_its_own,
         "early help": early_help}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_an_unknown_file_is_accepted_after_three_commands_and_few_lines(
    form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = people()
    path, more = FORMS[form](tmp_path, rows)
    mapping, out = tmp_path / "m.toml", tmp_path / "out"
    drafted = ["draft-mapping", str(path), "--as", "council_cohort", "--sender", "Hackney", "--drawn", "2020-03-31"]
    assert main([*drafted, *more, "-o", str(mapping)]) == 0
    text, edited = settled(mapping.read_text(encoding="utf-8"))
    own = {"codes of its own": len(OWN), "words of its own": len(OWN) + len(GROUPS), "early help": len(GROUPS)}.get(
        form, 0
    )
    assert edited - own <= MOST_LINES, "and one line for each code that the council alone knows"
    mapping.write_text(text, encoding="utf-8")
    assert main(["check-extract", str(path), "--mapping", str(mapping)]) == 0, capsys.readouterr().out
    assert main(["map-extract", str(path), "--mapping", str(mapping), "-o", str(out)]) == 0
    made = pl.read_csv(out / "council_cohort.hackney.csv", infer_schema=False).to_dicts()
    assert len(made) == len(rows)
    for at, (got, person) in enumerate(zip(made, rows, strict=True)):
        expected = {name: None if value is None else str(value) for name, value in person.items()}
        if form == "words of its own":
            expected["surname"] = str(person["surname"]).upper()
        expected["study_group"] = expected.pop("group")
        expected["service_received"] = str(person["service_start_date"] is not None).lower()
        if at % 37 == 5 and form != "codes of its own" and not (form == "a workbook" and at % 4 in (0, 2)):
            expected["date_of_birth"] = None
        del expected["problems"]
        for problem, codes in PROBLEMS.items():
            expected[problem] = next((code for code in codes.split() if code in person["problems"]), None)  # type: ignore[operator]
        assert {name: got[name] for name in expected} == expected, at
