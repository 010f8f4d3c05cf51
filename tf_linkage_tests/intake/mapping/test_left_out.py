"""Rows to be left out: by what a column says, or by a list of people that no mapping carries with it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tf_linkage.errors import InputRefused
from tf_linkage.intake.mapping.apply import Mapped, mapped
from tf_linkage.intake.mapping.loading import mapping_of
from tf_linkage.intake.senders import digests_of, extract_of, left_over

PEOPLE = """
table = "dwp_people"
sender = "DWP"
year = 2020
absent = ["gender", "nino", "postcode", "address", "forename"]

[rename]
dwp_key = "id"
date_of_birth = "born"
surname = "name"
"""
FILE = "id,born,name,status\nk1,1990-02-01,Park,open\nk2,1990-02-02,Reed,closed\nk3,1990-02-03,Okafor,open\n"
LISTED = '[[leave_out]]\ncolumn = "id"\nlisted = "left-out.txt"\nwhy = "withdrew"\n'
UNUSED = 'ignore = ["status"]\n'


def run(folder: Path, words: str, listed: bytes | None = None) -> Mapped:
    (folder / "in.csv").write_text(FILE, encoding="utf-8")
    if listed is not None:
        (folder / "left-out.txt").write_bytes(listed)
    return mapped(folder / "in.csv", mapping_of((UNUSED + PEOPLE + words).encode(), "m.toml"))


def test_people_on_a_list_of_its_own_are_left_out(tmp_path: Path) -> None:
    made = run(tmp_path, LISTED, b"\xef\xbb\xbfk2\r\n\r\n K9 \r\n")
    assert made.rows["dwp_key"].to_list() == ["k1", "k3"]
    assert made.notes == ("1 of 2 in left-out.txt stand in no row", "1 row left out: withdrew")


def test_the_list_is_part_of_what_was_read(tmp_path: Path) -> None:
    one = run(tmp_path, LISTED, b"k2\n").part.digest
    assert run(tmp_path, LISTED, b"k2\nk9\n").part.digest != one


@pytest.mark.parametrize(
    ("column", "values", "refused"),
    [
        ("id", '["k2"]', True),
        ("name", '["Reed"]', True),
        ("id", '["", "unknown"]', False),
        ("status", '["closed"]', False),
    ],
)
def test_a_mapping_names_nobody(tmp_path: Path, column: str, values: str, refused: bool) -> None:
    words = PEOPLE if column == "status" else UNUSED + PEOPLE
    words += f'[[leave_out]]\ncolumn = "{column}"\nis = {values}\nwhy = "not to be sent"\n'
    (tmp_path / "in.csv").write_text(FILE, encoding="utf-8")
    if not refused:
        assert mapped(tmp_path / "in.csv", mapping_of(words.encode(), "m.toml")).rows.height >= 2
        return
    with pytest.raises(InputRefused) as refusal:
        mapping_of(words.encode(), "m.toml")
    assert "leave_out.1.is: names people or families, and a mapping is passed on; put them into a file" in str(
        refusal.value
    )
    assert "k2" not in str(refusal.value)


def test_a_lookup_names_nobody_either() -> None:
    words = UNUSED + PEOPLE + '[[lookup]]\nfile = "b.csv"\nhere = "id"\nthere = "key"\ncolumns = { pc = "pc" }\n'
    words = words.replace('"postcode", ', "").replace("[rename]", '[rename]\npostcode = "pc"')
    kept = 'keep = [{ column = "key", is = ["k1"] }]\n'
    assert mapping_of(words.encode(), "m.toml")
    with pytest.raises(InputRefused, match=r"lookup\.b\.csv\.keep\.is: names people or families"):
        mapping_of((words + kept).encode(), "m.toml")


@pytest.mark.parametrize(
    ("listed", "said"),
    [
        (None, "left-out.txt: the file is missing; the mapping leaves out what it lists"),
        (b"k\xff", "left-out.txt: not UTF-8 text"),
        (b"k" * 10_000_001, "left-out.txt: larger than any list of what is left out"),
    ],
    ids=["missing", "bytes", "large"],
)
def test_a_list_that_cannot_be_read_is_refused(tmp_path: Path, listed: bytes | None, said: str) -> None:
    with pytest.raises(InputRefused) as refusal:
        run(tmp_path, LISTED, listed)
    assert said in str(refusal.value)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (LISTED.replace("left-out.txt", "families.txt"), "leave_out.0.listed"),
        (LISTED.replace("left-out.txt", "../left-out.txt"), "leave_out.0.listed"),
        (LISTED + 'is = ["x"]\n', "leave_out.1: say either which values (is) or which file lists them (listed)"),
        ('[[leave_out]]\ncolumn = "id"\nwhy = "withdrew"\n', "leave_out.1: say either which values"),
    ],
)
def test_a_list_has_one_name_and_nothing_beside_it(words: str, said: str) -> None:
    with pytest.raises(InputRefused) as refusal:
        mapping_of((UNUSED + PEOPLE + words).encode(), "m.toml")
    assert said in str(refusal.value)


def test_git_never_sees_a_list(tmp_path: Path) -> None:
    ignore = Path(__file__).parents[3] / ".gitignore"
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    (tmp_path / ".gitignore").write_bytes(ignore.read_bytes())
    for name in ("left-out.txt", "sub/left-out-2020.txt"):
        assert subprocess.run(["git", "check-ignore", "-q", name], cwd=tmp_path, check=False).returncode == 0


def test_a_list_lies_next_to_its_file_in_a_delivery(tmp_path: Path) -> None:
    (tmp_path / "dwp").mkdir()
    (tmp_path / "mappings" / "dwp").mkdir(parents=True)
    (tmp_path / "dwp" / "people.csv").write_text(FILE, encoding="utf-8")
    (tmp_path / "dwp" / "left-out.txt").write_text("k2\n", encoding="utf-8")
    (tmp_path / "mappings" / "dwp" / "people.toml").write_text(UNUSED + PEOPLE + LISTED, encoding="utf-8")
    assert extract_of(tmp_path, "dwp_people").rows["dwp_key"].to_list() == ["k1", "k3"]
    assert left_over(tmp_path) == ()
    before = digests_of(tmp_path, "dwp_people")
    (tmp_path / "dwp" / "left-out.txt").write_text("k3\n", encoding="utf-8")
    assert digests_of(tmp_path, "dwp_people") != before
