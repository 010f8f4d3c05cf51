"""A header that may be somebody's data is never repeated."""

import pytest

from tf_linkage.intake.headers import described, is_data, known_names, plain


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("Okafor", "column 4 (one word)"),
        ("3 Elm Row", "column 4 (letters and digits)"),
        ("04/05/1990", "column 4 (a date)"),
        ("QQ123456C", "column 4 (letters and digits)"),
        ("12345", "column 4 (a number)"),
        ("Amara Okafor", "column 4 (words)"),
        ("surnam", "column 4 (close to surname)"),
        ("Last name", "Last name"),
        ("surname", "surname"),
        ("", "column 4 (blank)"),
    ],
)
def test_headers_in_messages(header: str, said: str) -> None:
    assert described(header, 4) == said


@pytest.mark.parametrize(
    ("header", "words"),
    [("D.O.B.", "d_o_b"), ("PostCode", "post_code"), ("pers_forename", "forename"), (" NI  No ", "ni_no")],
)
def test_headers_are_compared_without_their_dress(header: str, words: str) -> None:
    assert plain(header) == words


@pytest.mark.parametrize(
    "cell",
    ["7", "1990-05-04", "04/05/1990", "4 May 1990", "QQ123456C", "QQ 12 34 56 C", "E8 1AA", "12 Elm Row",
     "12a, Elm Row", "somebody@example.org", " 3.5 "],
)  # fmt: skip
def test_what_is_plainly_a_value_names_no_column(cell: str) -> None:
    assert is_data(cell)


@pytest.mark.parametrize("known", sorted({name for names in known_names().values() for name in names} | {"addr2"}))
def test_no_known_name_is_taken_for_a_value(known: str) -> None:
    assert not is_data(known)
    assert not is_data(known.replace("_", " ").title())
