"""Files as senders really write them: each gives the right rows, and each fault the right refusal."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tf_linkage.contracts.registry import extract_tables
from tf_linkage.errors import InputRefused
from tf_linkage.intake import draft_mapping, examine
from tf_linkage.intake.mapping.apply import Mapped, mapped
from tf_linkage.intake.mapping.loading import load_mapping, mapping_of
from tf_linkage.intake.reading.extracts import read_file

EXAMPLES = Path(__file__).parent / "examples"
NAMES = sorted(path.name for path in EXAMPLES.iterdir())
VALUES = ("Amara", "Okafor", "Reed", "Zoë", "Park", "Marsh", "XK13", "1990", "QQ 12", "Elm", "11,156", "40,785")


def run(
    name: str, folder: Path, data: Callable[[bytes], bytes] = bytes, words: Callable[[str], str] = str
) -> Mapped:
    """One example, its file and its mapping changed."""
    source = next((EXAMPLES / name).glob("in.*"))
    path = folder / source.name
    path.write_bytes(data(source.read_bytes()))
    text = words((EXAMPLES / name / "mapping.toml").read_text(encoding="utf-8"))
    return mapped(path, mapping_of(text.encode(), "mapping.toml"))


@pytest.mark.parametrize("name", NAMES)
def test_each_gives_the_right_rows(name: str, tmp_path: Path) -> None:
    table = load_mapping(EXAMPLES / name / "mapping.toml").mapping.table
    expected, _ = read_file(EXAMPLES / name / f"{table}.csv", extract_tables()[table])
    assert run(name, tmp_path).rows.equals(expected)


def replaced(before: str, after: str, times: int = -1) -> Callable[[str], str]:
    def change(text: str) -> str:
        assert before in text
        return text.replace(before, after, times)

    return change


def in_file(before: str, after: str, encoding: str = "utf-8") -> Callable[[bytes], bytes]:
    return lambda data: replaced(before, after)(data.decode(encoding)).encode(encoding)


def in_sheet(before: str, after: str) -> Callable[[bytes], bytes]:
    """Changes the XML of the workbook's second sheet."""

    def change(data: bytes) -> bytes:
        made = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
            for part in old.infolist():
                content = old.read(part)
                if part.filename == "xl/worksheets/sheet2.xml":
                    content = replaced(before, after, 1)(content.decode()).encode()
                new.writestr(part.filename, content)
        return made.getvalue()

    return change


SAME = str
FAULTS: dict[str, tuple[str, Callable[[bytes], bytes], Callable[[str], str], str]] = {
    "a time of day": (
        "f01",
        in_file("2016-02-01 00:00:00,NULL\r\n90212", "2016-02-01 14:30:00,NULL\r\n90212"),
        SAME,
        "in.csv: line 2, column service_start_date: a time of day other than 00:00:00 (1 row)",
    ),
    "drawn tomorrow": (
        "f08",
        bytes,
        replaced("header_row = 5\n", "header_row = 5\nextracted = 2999-01-01\n"),
        "file.extracted: 2999-01-01 is still to come",
    ),
    "a new column": (
        "f01",
        lambda data: data.replace(b"END_DTTM\r\n", b"END_DTTM,WORKER\r\n").replace(b"NULL\r\n", b"NULL,Reed\r\n"),
        SAME,
        "the mapping neither uses nor ignores: WORKER",
    ),
    "a new column that may be a person": (
        "f01",
        lambda data: data.replace(b"END_DTTM\r\n", b"END_DTTM,Amara\r\n").replace(b"NULL\r\n", b"NULL,Reed\r\n"),
        SAME,
        "the mapping neither uses nor ignores: column 18 (one word)",
    ),
    "a code that is none": (
        "f01",
        bytes,
        lambda text: text + '\n[codes.gender]\nF = "Female"\n',
        "the mapping's codes.gender leads to a code the contract lacks; it has male, female",
    ),
    "a named column gone": (
        "f01",
        in_file("NI_NO", "NINUMBER"),
        SAME,
        "the file lacks what the mapping names: NI_NO",
    ),
    "UTF-8 after all": (
        "f02",
        lambda data: data.decode("windows-1252").encode(),
        SAME,
        "the mapping says windows-1252, but the bytes are UTF-8",
    ),
    "byte 81": ("f02", lambda data: data.replace(b"Reed", b"R\x81ed"), SAME, "line 4: not windows-1252 text"),
    "no delimiter said": ("f02", bytes, replaced('delimiter = ";"\n', ""), "fields are separated by semicolons"),
    "an error cell": (
        "f04",
        in_sheet('<c r="D3" t="s"><v>11</v>', '<c r="D3" t="e"><v>#N/A</v>'),
        SAME,
        "sheet Cohort, row 3, column postcode: an error cell",
    ),
    "a hidden row": (
        "f04",
        in_sheet('<row r="4"', '<row r="4" hidden="1"'),
        SAME,
        "sheet Cohort: 1 row is hidden; show all rows or say hidden = 'read'",
    ),
    "no sheet named": ("f04", bytes, replaced('sheet = "Cohort"\n', ""), "2 sheets are visible; name the sheet"),
    "a flag P": (
        "f06",
        in_file("Female,Y,Y,N", "Female,Y,P,N"),
        SAME,
        "line 2, column Debt: neither yes, no nor blank (1 row)",
    ),
    "two flags without order": (
        "f06",
        bytes,
        replaced('order = ["OOW", "DEBT"]\n', ""),
        "line 2: two flags of worklessness are set and the mapping gives no order (1 row)",
    ),
    "only one problem": ("f06", in_file(",N,Y,Yes", ",N,N,Yes"), lambda text: text, "two or more problems"),
    "one more title": (
        "f08",
        lambda data: b"One more title,,,,,,\n" + data,
        SAME,
        "line 5 names none of the mapping's columns; line 6 does",
    ),
    "an issue that is nothing to one and unknown to the other": (
        "f08",
        bytes,
        lambda text: text.replace('OOW = "OOW"', 'PA = ""').replace('PA = "PA"\n', 'OOW = ""\n'),
        "column Issue: nothing to one of worklessness, school_absence, and unknown to another",
    ),
    "an unknown issue": (
        "f08",
        in_file("F,3,OOW", "F,3,XYZ"),
        SAME,
        "line 6, column Issue: known to neither worklessness nor school_absence",
    ),
    "a footer that counts more": (
        "f09",
        in_file("Total,3", "Total,4"),
        SAME,
        "line 5: the footer counts 4 rows, 3 are there",
    ),
    "a total among the data": (
        "f09",
        in_file("D100,05/01/2015", "Total,05/01/2015"),
        SAME,
        "line 3: a footer's words above data",
    ),
    "no footer said": (
        "f09",
        bytes,
        replaced('[file]\nfooter = { begins = ["Total", "Report generated"], count = 2 }\n', ""),
        "line 5, column start_date: not a date",
    ),
    "cut off": (
        "f09",
        lambda data: data[: data.index(b"Total")],
        SAME,
        "the footer that counts the rows is missing",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_refused_by_place_and_rule_and_nobody_is_quoted(fault: str, tmp_path: Path) -> None:
    name, data, words, said = FAULTS[fault]
    if fault == "only one problem":
        # The family's second and third problems are those of Sam.
        changed = lambda raw: data(raw).replace(b"N,N,Y,Y,Y,Y,N,N", b"N,N,N,N,N,N,N,N")  # noqa: E731
    else:
        changed = data
    with pytest.raises(InputRefused) as caught:
        run(name, tmp_path, changed, words)
    message = str(caught.value)
    assert said in message
    assert not any(value in message for value in VALUES)
    assert caught.value.__cause__ is None


TABLES = {name: load_mapping(EXAMPLES / name / "mapping.toml").mapping.table for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_a_draft_finds_what_the_mapping_says_and_runs_only_once_settled(name: str, tmp_path: Path) -> None:
    source, by_hand = next((EXAMPLES / name).glob("in.*")), load_mapping(EXAMPLES / name / "mapping.toml").mapping
    draft = draft_mapping(source, TABLES[name], "Brackley", 2016)
    assert draft.doubts
    with pytest.raises(InputRefused, match=r"doubts? (are|is) left for a person to answer"):
        mapping_of(draft.text.encode(), "draft.toml")
    import tomllib

    words = tomllib.loads(draft.text)
    right = {ours: theirs for ours, theirs in by_hand.rename.items() if words["rename"].get(ours) == theirs}
    wrong = {ours for ours, theirs in words["rename"].items() if by_hand.rename.get(ours) not in (None, theirs)}
    assert not wrong
    assert len(right) >= len(by_hand.rename) - 2
    assert not any(value in draft.text for value in VALUES)


def test_a_settled_draft_gives_the_rows(tmp_path: Path) -> None:
    """As an officer would: draft, answer, run; here every answer is to take the line out or to set a constant."""
    text = draft_mapping(EXAMPLES / "f01" / "in.csv", "council_cohort", "Brackley", 2016).text
    constants = {"la_code": '"E09000012"', "study_group": '"programme"', "service_received": "true"}
    lines = []
    for line in text.splitlines():
        name = line.removeprefix("# ").partition(" = ")[0]
        if line.startswith("# ") and name in constants:
            lines.append(f"{name} = {constants[name]}")
        elif not line.startswith("# DOUBT:"):
            lines.append(line)
    made = mapped(EXAMPLES / "f01" / "in.csv", mapping_of("\n".join(lines).encode(), "draft.toml"))
    expected, _ = read_file(EXAMPLES / "f01" / "council_cohort.csv", extract_tables()["council_cohort"])
    assert made.rows.equals(expected)


def test_an_examination_says_what_to_do(tmp_path: Path) -> None:
    sound = examine(EXAMPLES / "f01" / "in.csv", "council_cohort", load_mapping(EXAMPLES / "f01" / "mapping.toml"),
                    dt.date(2020, 3, 31))  # fmt: skip
    assert not sound.refused
    assert sound.fits[0].startswith("3 rows keep the contract council_cohort")
    assert any("days of 1900 (1 row)" in note for note in sound.notes)
    early = examine(EXAMPLES / "f01" / "in.csv", "council_cohort", load_mapping(EXAMPLES / "f01" / "mapping.toml"),
                    dt.date(2016, 1, 15))  # fmt: skip
    assert "after the day of the extract" in early.refused[0]
    assert "[missing]" in early.to_do[0]
