"""A header that may be somebody's data is never repeated."""

import pytest

from tf_linkage.intake.headers import described, plain


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
