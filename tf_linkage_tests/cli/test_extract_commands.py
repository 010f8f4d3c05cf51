"""`draft-mapping`, `check-extract`, `map-extract`, `export-contracts`: what they do, refuse, and never say."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from tf_linkage.cli import main

EXAMPLES = Path(__file__).parents[1] / "intake" / "mapping" / "examples"
VALUES = ("Ola", "Sam", "Park", "Brackley", "30/11/2009", "2009-11-30")
"""Of the people in the file."""

Command = Callable[..., tuple[int, str]]


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs a command: its exit code, and all that it said, in which nobody's values stand."""

    def run(*words: object) -> tuple[int, str]:
        capsys.readouterr()
        code = main([str(word) for word in words])
        said = "".join(capsys.readouterr())
        assert not [value for value in VALUES if value in said]
        return code, said

    return run


@pytest.fixture
def file(tmp_path: Path) -> Path:
    place = tmp_path / "hackney" / "cohort.csv"
    place.parent.mkdir()
    place.write_bytes((EXAMPLES / "f06" / "in.csv").read_bytes())
    return place


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    place = tmp_path / "mapping.toml"
    place.write_bytes((EXAMPLES / "f06" / "mapping.toml").read_bytes())
    return place


def spoilt(file: Path) -> Path:
    """The file with a birth that is no day, a flag that is none and a column more."""
    text = file.read_text(encoding="utf-8").replace("30/11/2009", "31/11/2009").replace("Person,", "Person,Worker,")
    header, *rows = text.splitlines()
    file.write_text("\n".join([header, *(row.replace(",", ",Parkinson,", 1) for row in rows)]), encoding="utf-8")
    return file


def test_a_draft_is_written_and_does_not_run_before_its_doubts_are_settled(
    command: Command, file: Path, tmp_path: Path
) -> None:
    made = tmp_path / "mappings" / "hackney" / "cohort.toml"
    code, said = command("draft-mapping", file, "--as", "council_cohort", "-o", made)
    assert (code, "3 rows, 17 columns" in said) == (0, True)
    text = made.read_text(encoding="utf-8")
    assert 'sender = "hackney"' in text
    assert sum(line.startswith("# DOUBT:") for line in text.splitlines()) == int(
        said.split(" doubts to settle")[0].split()[-1]
    )
    assert not [value for value in VALUES if value in text]
    code, said = command("check-extract", file, "--mapping", made)
    assert code == 2
    assert "doubt" in said.lower()


def test_a_draft_replaces_nothing_and_wants_a_table_and_a_file(
    command: Command, file: Path, tmp_path: Path
) -> None:
    there = tmp_path / "there.toml"
    there.write_text("mine", encoding="utf-8")
    code, said = command("draft-mapping", file, "--as", "council_cohort", "-o", there)
    assert (code, "is there already; nothing was written" in said) == (2, True)
    assert there.read_text(encoding="utf-8") == "mine"
    code, said = command("draft-mapping", file, "--as", "cohort")
    assert (code, "council_cohort" in said) == (2, True)
    code, said = command("draft-mapping", tmp_path / "none.csv", "--as", "council_cohort")
    assert (code, "there is no such file" in said) == (2, True)


def test_a_file_that_fits_is_said_to_fit(command: Command, file: Path, mapping: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    code, said = command("check-extract", file, "--mapping", mapping, "--page", page)
    assert code == 0
    assert "What fits" in said
    assert "What is refused" not in said
    assert "can be sent" in page.read_text(encoding="utf-8")
    assert not [value for value in VALUES if value in page.read_text(encoding="utf-8")]


def test_a_file_that_does_not_fit_is_told_by_line_column_and_what_to_do(
    command: Command, file: Path, mapping: Path, tmp_path: Path
) -> None:
    page = tmp_path / "page.html"
    code, said = command("check-extract", spoilt(file), "--mapping", mapping, "--page", page)
    assert code == 2
    assert "the mapping neither uses nor ignores" in said
    assert "What to do" in said
    assert "is refused for" in page.read_text(encoding="utf-8")
    assert not [value for value in VALUES if value in page.read_text(encoding="utf-8")]
    code, said = command("check-extract", file)
    assert (code, "give its --mapping" in said) == (2, True)


def test_a_mapped_file_keeps_the_contract_and_its_receipt_names_the_mapping(
    command: Command, file: Path, mapping: Path, tmp_path: Path
) -> None:
    out = tmp_path / "outgoing"
    code, said = command("map-extract", file, "--mapping", mapping, "-o", out)
    assert (code, "3 rows" in said) == (0, True)
    (made,) = out.glob("*.csv")
    (receipt,) = (path for path in out.iterdir() if path != made)
    told = json.loads(receipt.read_text(encoding="utf-8"))
    assert told["mapping_sha256"] == hashlib.sha256(mapping.read_bytes()).hexdigest()
    assert told["file_sha256"] == hashlib.sha256(made.read_bytes()).hexdigest()
    assert {path.stat().st_mode & 0o777 for path in out.iterdir()} == {0o600}
    assert command("check-extract", made)[0] == 0


def test_nothing_is_written_of_a_file_that_is_refused(
    command: Command, file: Path, mapping: Path, tmp_path: Path
) -> None:
    out = tmp_path / "outgoing"
    code, _ = command("map-extract", spoilt(file), "--mapping", mapping, "-o", out)
    assert code == 2
    assert not out.exists()


def test_what_the_study_would_refuse_is_not_mapped_either(
    command: Command, file: Path, mapping: Path, tmp_path: Path
) -> None:
    """Rules between rows: the same file fits its mapping row by row."""
    text = file.read_text(encoding="utf-8").replace("30/11/2009", "30/11/2089")
    file.write_text(text, encoding="utf-8")
    code, said = command("check-extract", file, "--mapping", mapping)
    assert (code, "What is refused" in said, "What fits" in said) == (2, True, False)
    code, said = command("map-extract", file, "--mapping", mapping, "-o", tmp_path / "outgoing")
    assert code == 2
    assert "nothing was written" in said
    assert "2089" not in said
    assert not (tmp_path / "outgoing").exists()


def test_hidden_rows_are_a_doubt_of_the_draft(command: Command, tmp_path: Path) -> None:
    book = tmp_path / "hidden.xlsx"
    with xlsxwriter.Workbook(book) as made:
        sheet = made.add_worksheet("Cohort")
        for at, row in enumerate([["Forename", "Surname", "DOB"], *[["Ola", "Park", "2009-11-30"]] * 5]):
            sheet.write_row(at, 0, row)
        sheet.set_row(3, None, None, {"hidden": True})
    code, said = command("draft-mapping", book, "--as", "council_cohort", "-o", tmp_path / "draft.toml")
    assert code == 0, said
    text = (tmp_path / "draft.toml").read_text(encoding="utf-8")
    assert 'hidden = "read"' in text
    assert "# DOUBT: 1 of its rows are hidden; are they data?" in text
    assert "# DOUBT: on which day was the file drawn?" in text


def test_contracts_are_written_whole_or_refused(command: Command, tmp_path: Path) -> None:
    code, said = command("export-contracts", tmp_path / "contracts")
    assert (code, "datapackage.json" in said) == (0, True)
    assert (tmp_path / "contracts" / "datapackage.json").is_file()
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    code, said = command("export-contracts", tmp_path / "taken")
    assert code == 2
    assert (tmp_path / "taken").read_text(encoding="utf-8") == "a file"


def test_a_page_is_written_over_nothing_but_such_a_page(
    command: Command, file: Path, mapping: Path, tmp_path: Path
) -> None:
    link = tmp_path / "link.html"
    link.hardlink_to(file)
    notes = tmp_path / "notes.html"
    notes.write_text("<p>my notes</p>", encoding="utf-8")
    before = {path: path.read_bytes() for path in (file, mapping, notes)}
    for page in (file, mapping, notes, link, tmp_path / "page.txt", tmp_path):
        code, said = command("check-extract", file, "--mapping", mapping, "--page", page)
        assert (code, "What fits" in said) == (2, False), page
    assert {path: path.read_bytes() for path in before} == before
    for _ in range(2):
        assert command("check-extract", file, "--mapping", mapping, "--page", tmp_path / "page.html")[0] == 0


def test_a_mapped_file_is_written_over_nothing_but_itself(
    command: Command, file: Path, mapping: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    for _ in range(2):
        assert command("map-extract", file, "--mapping", mapping, "-o", out)[0] == 0
    (made,) = out.glob("*.csv")
    typed = made.read_text(encoding="utf-8") + "x"
    made.write_text(typed, encoding="utf-8")
    code, said = command("map-extract", file, "--mapping", mapping, "-o", out)
    assert (code, "is there already" in said, made.read_text(encoding="utf-8")) == (2, True, typed)
    source = tmp_path / made.name
    file.rename(source)
    before = source.read_bytes()
    code, said = command("map-extract", source, "--mapping", mapping, "-o", tmp_path)
    assert (code, "would overwrite what it is made of" in said, source.read_bytes()) == (2, True, before)


def test_other_peoples_data_packages_stay(command: Command, tmp_path: Path) -> None:
    (tmp_path / "datapackage.json").write_text('{"name": "mine"}', encoding="utf-8")
    code, said = command("export-contracts", tmp_path)
    assert (code, "is there already" in said) == (2, True)
    assert (tmp_path / "datapackage.json").read_text(encoding="utf-8") == '{"name": "mine"}'


@pytest.mark.parametrize("surname", ["x" * 9_990, "x" * 10_001, '"' * 6_000, "x,\ny", '"', " \u00a0x"])
def test_what_is_mapped_is_accepted_or_nothing_is_written(
    command: Command, file: Path, mapping: Path, tmp_path: Path, surname: str
) -> None:
    book = file.with_suffix(".xlsx")
    rows = list(csv.reader(file.read_text(encoding="utf-8-sig").splitlines()))
    rows[1][rows[0].index("Last name")] = surname
    with xlsxwriter.Workbook(book) as made:
        sheet = made.add_worksheet()
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
    code, _ = command("map-extract", book, "--mapping", mapping, "-o", tmp_path / "out")
    left = list((tmp_path / "out").iterdir()) if (tmp_path / "out").exists() else []
    assert (code == 2) == (not left)
    for made_file in left:
        if made_file.suffix == ".csv":
            assert command("check-extract", made_file)[0] == 0


def test_days_after_the_studys_extract_are_not_mapped_whatever_the_file_says(
    command: Command, file: Path, mapping: Path, tmp_path: Path
) -> None:
    """The mapped file comes without the day on which its mapping says it was drawn."""
    words = mapping.read_text(encoding="utf-8")
    file_table = "[file]\nextracted = 2021-03-31\n"
    assert "[file]" not in words
    mapping.write_text(words.replace("[rename]", file_table + "[rename]", 1), encoding="utf-8")
    file.write_text(file.read_text(encoding="utf-8").replace("31/01/2017", "31/01/2021"), encoding="utf-8")
    code, said = command("map-extract", file, "--mapping", mapping, "-o", tmp_path / "out")
    assert (code, "after the day of the extract" in said) == (2, True)


def test_who_stops_reading_what_a_command_prints_is_told_nothing_more() -> None:
    read, write = os.pipe()
    os.close(read)
    ended = subprocess.run(
        [sys.executable, "-m", "tf_linkage", "--help"], stdout=write, stderr=subprocess.PIPE, check=False
    )
    os.close(write)
    assert (ended.returncode, ended.stderr) == (141, b"")


@pytest.mark.parametrize(
    ("data", "advice"),
    [
        (gzip.compress(b"a,b\n1,2\n", mtime=0), "give the file the ending .gz"),
        (b"PK\x03\x04" + bytes(40), "give the file the ending .xlsx and a mapping"),
        ("a,b\n1,2\n".encode("utf-16"), "save the file as CSV UTF-8; or map it"),
        (b"a,b,\n1,2,\n", "marks at the end of a line add columns"),
    ],
)
def test_advice_fits_the_fault(command: Command, tmp_path: Path, data: bytes, advice: str) -> None:
    (tmp_path / "council_cohort.csv").write_bytes(data)
    code, said = command("check-extract", tmp_path / "council_cohort.csv")
    assert (code, advice in said) == (2, True), said


def test_a_receipt_says_when_the_extract_was_drawn_and_that_is_held_against_the_study(
    command: Command, file: Path, mapping: Path, tmp_path: Path
) -> None:
    from tf_linkage.intake.senders import extract_of

    words = mapping.read_text(encoding="utf-8").replace("[rename]", "[file]\nextracted = 2019-03-31\n[rename]", 1)
    mapping.write_text(words, encoding="utf-8")
    out = tmp_path / "outgoing"
    assert command("map-extract", file, "--mapping", mapping, "-o", out)[0] == 0
    (receipt,) = out.glob("*.json")
    assert json.loads(receipt.read_text(encoding="utf-8"))["drawn"] == "2019-03-31"
    (part,) = extract_of(out, "council_cohort").parts
    assert str(part.drawn) == "2019-03-31"
    changed = receipt.read_text(encoding="utf-8").replace("2019-03-31", "2020-03-31")
    receipt.write_text(changed, encoding="utf-8")
    code, said = command("map-extract", file, "--mapping", mapping, "-o", out)
    assert (code, "is there already" in said) == (2, True)


def test_a_mapped_file_that_is_refused_comes_with_what_to_do(
    command: Command, file: Path, mapping: Path, tmp_path: Path
) -> None:
    code, said = command("map-extract", spoilt(file), "--mapping", mapping, "-o", tmp_path / "outgoing")
    assert (code, "; what to do: " in said, "put them under ignore" in said) == (2, True, True)
