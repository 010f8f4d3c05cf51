"""From a file that nobody has seen to one that is accepted, by settling what the draft doubts."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from tf_linkage.errors import InputRefused
from tf_linkage.intake import draft_mapping, examine, mapped
from tf_linkage.intake.mapping.loading import mapping_of

HEADER = (
    "Client ID,Household,Known as,Family name,Birth date,Sex at birth,Flat / No,Road,Post Code,Nat Ins No,"
    "Employment,Social care,DA flag,Health need,Cohort,Date identified,Support began,Lead worker"
)


def unseen() -> str:
    """Title rows, a total and a source, codes with labels, spellings of a system's own, placeholders."""
    lines = ["Borough of Brackley", "Produced on,02/04/2018", HEADER]
    for family in range(10):
        programme = family % 2 == 0
        began = "01/03/2016" if programme else ""
        for member in range(2):
            adult = member == 0
            road = "NO FIXED ABODE" if family == 3 else "Mill Lane"
            lines.append(
                f"{family * 2 + member + 1},H{family},Ola,Quill,{'04 May 1990' if adult else '14 May 2009'},"
                f"{'F (Female)' if adult else 'U (Unknown)'},{family + 1},{road},XK13 7HB,-,"
                f"{'1 - Out of work' if adult else ''},{'' if adult else 'CP plan'},{'Yes' if adult else 'No'},"
                f"{'Mental health' if adult else ''},{'Programme' if programme else 'Waiting list'},"
                f"23/01/2016,{began},J. Worker"
            )
    return "\n".join([*lines, "Total,20", "Source: a system"]) + "\n"


SETTLED = {
    '# la_code = "..."': 'la_code = "E09000012"',
    '"1 - Out of work" = ""': '"1 - Out of work" = "OOW"',
    '"CP plan" = ""': '"CP plan" = "CPP"',
    '"Mental health" = ""': '"Mental health" = "MH"',
    '"Waiting list" = ""': '"Waiting list" = "comparison"',
    "[join]": (
        'service_received = "Cohort"\n\n[codes.service_received]\n"Programme" = "true"\n'
        '"Waiting list" = "false"\n\n[join]'
    ),
}
"""What an officer writes into the draft."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "cohort.csv"
    path.write_text(unseen(), encoding="utf-8")
    return path


def settled(text: str) -> str:
    for drafted, written in SETTLED.items():
        assert drafted in text, drafted
        text = text.replace(drafted, written, 1)
    return "\n".join(line for line in text.splitlines() if not line.startswith("# DOUBT:"))


def test_an_unseen_file_is_accepted_once_its_doubts_are_settled(file: Path) -> None:
    draft = draft_mapping(file, "council_cohort", "Brackley", 2018)
    assert draft.rows == 20
    assert 'begins = ["Total", "Source"], count = 2' in draft.text
    assert "forename: the header may mean somebody else" in draft.text
    assert not [value for value in ("Ola", "Quill", "Mill", "XK13", "Worker\n") if value in draft.text]
    mapping = mapping_of(settled(draft.text).encode(), "cohort.toml")
    assert not examine(file, "council_cohort", mapping, dt.date(2020, 3, 31)).refused
    rows = mapped(file, mapping).rows
    assert rows.height == 20
    assert rows.row(0, named=True) | {"postcode": None} == {
        "forename": "Ola", "surname": "Quill", "date_of_birth": rows["date_of_birth"][0], "gender": "female",
        "address": "1 Mill Lane", "postcode": None, "nino": None, "la_code": "E09000012", "person_ref": "1",
        "family_ref": "H0", "worklessness": "OOW", "school_absence": None, "child_need": None, "crime": None,
        "domestic_abuse": "DA", "health": "MH", "study_group": "programme", "service_received": True,
        "identified_date": rows["identified_date"][0], "service_start_date": rows["service_start_date"][0],
        "service_end_date": None,
    }  # fmt: skip
    assert rows["address"].to_list()[6] == "4", "NO FIXED ABODE is no road on which strangers may agree"
    assert rows.filter(pl.col("person_ref").cast(pl.Int32) % 2 == 0)["gender"].null_count() == 10


def test_a_last_row_that_is_no_data_is_a_doubt(file: Path) -> None:
    file.write_text(unseen().replace("Total,20\nSource: a system\n", "Quill" + "," * 17 + "\n"), encoding="utf-8")
    draft = draft_mapping(file, "council_cohort", "Brackley", 2018)
    assert "the last row fills 1 of 18 columns" in draft.text
    assert "Quill" not in draft.text


WELSH = "Cyfeirnod,Teulu,Enw cyntaf,Cyfenw,Geni\n7,T1,Mair,Huws,1990-05-04\n8 ,T1,Huw,Huws,2012-05-04\n"


def test_a_header_in_words_of_their_own_is_taken_where_a_person_says_so(tmp_path: Path) -> None:
    """A row of words may be a record: only a person knows that these are names of columns."""
    file = tmp_path / "carfan.csv"
    file.write_text(WELSH, encoding="utf-8")
    with pytest.raises(InputRefused, match="say on which line with --header-row"):
        draft_mapping(file, "council_cohort", "Sir", 2018)
    draft = draft_mapping(file, "council_cohort", "Sir", 2018, header_row=1)
    assert 'ignore = ["Cyfeirnod", "Teulu", "Enw cyntaf", "Cyfenw", "Geni"]' in draft.text
    assert (draft.rows, draft.columns) == (2, 5)
    assert not [value for value in ("Mair", "Huws") if value in draft.text]
    with pytest.raises(InputRefused, match="no line 9 among"):
        draft_mapping(file, "council_cohort", "Sir", 2018, header_row=9)


def test_keys_with_blanks_around_are_a_doubt(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("dwp_key,forename,surname\nk1 ,Ola,Park\nk2,Sam,Park\n", encoding="utf-8")
    text = draft_mapping(file, "dwp_people", "DWP", 2018).text
    assert "# DOUBT: 1 cells of keys have blanks around them" in text
    assert 'trim = ["dwp_key"]' in text
    assert text.index("trim =") < text.index("[file]"), "above the first table, or it would belong to that"
