"""Labels are read against the contract's words for the code that they stand with."""

from __future__ import annotations

from pathlib import Path

import pytest

from tf_linkage.errors import InputRefused
from tf_linkage.intake import draft_mapping
from tf_linkage.intake.mapping.apply import mapped
from tf_linkage.intake.mapping.loading import mapping_of
from tf_linkage.intake.mapping.meanings import known_spellings

GENDER = """
table = "dwp_people"
sender = "DWP"
year = 2020
absent = ["forename", "surname", "date_of_birth", "address", "postcode", "nino"]
[rename]
dwp_key = "key"
gender = "sex"
[label]
gender = "leading"
"""
BENEFITS = """
table = "dwp_benefits"
sender = "DWP"
year = 2020
absent = ["end_date", "weekly_amount"]
[rename]
dwp_key = "key"
benefit_type = "what"
start_date = "start"
[label]
benefit_type = "leading"
"""


def made(tmp_path: Path, words: str, header: str, *rows: str) -> list[object]:
    (tmp_path / "in.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    found = mapped(tmp_path / "in.csv", mapping_of(words.encode(), "m.toml")).rows
    return (
        found.get_column(found.columns[found.width - 1]).to_list()
        if "what" in header
        else found["gender"].to_list()
    )


@pytest.mark.parametrize(
    ("labels", "codes"),
    [
        (("1 - Male", "2 - Female"), ["male", "female"]),
        (("1: Man", "(2) Woman"), ["male", "female"]),
        (("1", "2 - Female"), ["male", "female"]),
        (("9 - Not known", "0 - Unborn"), [None, None]),
        (("1 - Type one", "2 - Type two"), ["male", "female"]),
    ],
)
def test_labels_that_go_with_their_code_are_taken(
    tmp_path: Path, labels: tuple[str, str], codes: list[str | None]
) -> None:
    assert made(tmp_path, GENDER, "key,sex", *(f"k{at},{label}" for at, label in enumerate(labels))) == codes


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (("1 - Female", "2 - Male"), "code 1 stands for male, and its label says female (1 row)"),
        (("0 - Male", "1 - Female"), "code 0 stands for not known, and its label says male (1 row)"),
        (("1 - Not known", "2 - Female"), "code 1 stands for male, and its label says not known (1 row)"),
        (("M - Female", "F - Female"), "code m stands for male, and its label says female (1 row)"),
    ],
)
def test_labels_that_say_another_code_are_refused_by_the_code(
    tmp_path: Path, labels: tuple[str, str], said: str
) -> None:
    with pytest.raises(InputRefused) as refusal:
        made(tmp_path, GENDER, "key,sex", *(f"k{at},{label}" for at, label in enumerate(labels)))
    assert said in str(refusal.value)


def test_what_the_mapping_says_of_the_bare_codes_counts(tmp_path: Path) -> None:
    words = GENDER + '[codes.gender]\n"0" = "male"\n"1" = "female"\n'
    assert made(tmp_path, words, "key,sex", "k1,0 - Male", "k2,1 - Female") == ["male", "female"]
    with pytest.raises(InputRefused, match="code 0 stands for male, and its label says female"):
        made(tmp_path, words, "key,sex", "k1,0 - Female", "k2,1 - Female")


def test_labels_of_any_code_of_the_contract_are_read(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="code is stands for IS, and its label says JSA"):
        made(tmp_path, BENEFITS, "key,what,start", "k1,IS - Jobseeker's Allowance,2016-01-01")


@pytest.mark.parametrize(
    ("line", "fine"),
    [
        ('"Female" = "female"', True),
        ('"Woman (2)" = "female"', True),
        ('"Unborn" = ""', True),
        ('"Female" = "male"', False),
        ('"1 - Female" = "male"', False),
        ('"Woman" = "male"', False),
    ],
)
def test_spellings_that_say_another_code_than_they_are_mapped_to_are_refused(line: str, fine: bool) -> None:
    words = (GENDER.replace('[label]\ngender = "leading"\n', "") + f"[codes.gender]\n{line}\n").encode()
    if fine:
        mapping_of(words, "m.toml")
        return
    with pytest.raises(InputRefused, match=r"codes\.gender: a spelling says female and is mapped to male"):
        mapping_of(words, "m.toml")


def test_a_draft_never_takes_labels_that_contradict_their_codes(tmp_path: Path) -> None:
    rows = [f"k{at},{'1 - Female' if at % 2 else '0 - Male'}" for at in range(40)]
    (tmp_path / "in.csv").write_text("\n".join(["dwp_key,gender", *rows]), encoding="utf-8")
    text = draft_mapping(tmp_path / "in.csv", "dwp_people", "DWP", 2020).text
    assert "[label]" not in text
    assert "# DOUBT: gender: code 1 stands for male, and its label says female" in text


def test_the_docs_list_the_spellings_that_need_no_mapping() -> None:
    page = (Path(__file__).parents[3] / "docs" / "extracts.md").read_text(encoding="utf-8")
    assert page.partition("<!-- known spellings -->\n")[2].partition("\n<!-- end -->")[0] == known_spellings()


def test_what_is_not_known_by_its_code_is_counted(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("key,sex\nk1,9 - Not known\nk2,0\nk3,1\nk4,\n", encoding="utf-8")
    assert mapped(tmp_path / "in.csv", mapping_of(GENDER.encode(), "m.toml")).notes == (
        "gender: not known by its code (2 rows)",
    )
    words = GENDER + '[codes.gender]\n"9" = ""\n"0" = ""\n"1" = "male"\n'
    assert mapped(tmp_path / "in.csv", mapping_of(words.encode(), "m.toml")).notes == (
        "gender: not known by its code (2 rows)",
    )


def test_no_to_a_problem_is_noted_as_no_and_not_as_unknown(tmp_path: Path) -> None:
    from tf_linkage.intake.mapping.apply import mapped
    from tf_linkage.intake.mapping.loading import load_mapping

    example = Path(__file__).parent / "examples" / "f08"
    words = (example / "mapping.toml").read_text(encoding="utf-8").replace('OOW = "OOW"', 'OOW = "OOW"\nPA = ""')
    words = words.replace('PA = "PA"', 'PA = "PA"\nOOW = ""')
    (tmp_path / "m.toml").write_text(words, encoding="utf-8")
    notes = mapped(example / "in.csv", load_mapping(tmp_path / "m.toml")).notes
    assert "worklessness: no such problem by its code (1 rows)" in notes
