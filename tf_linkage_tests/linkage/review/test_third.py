"""A third reviewer's word, where two have differed."""

import polars as pl

from tf_linkage.linkage.review.answers import DECIDED, differing, verdicts_of


def decisions(*rows: tuple[str, int, str]) -> pl.DataFrame:
    return pl.DataFrame([(pair, pair, by, word) for pair, by, word in rows], schema=DECIDED, orient="row")


TWO = decisions(
    ("a", 1, "link"), ("a", 2, "link"), ("b", 2, "non-link"), ("b", 1, "link"), ("c", 1, "unsure"),
    ("c", 2, "unsure"), ("d", 1, "link"), ("e", 1, "link"), ("e", 2, "unsure"),
)  # fmt: skip


def test_who_differs() -> None:
    found = differing(TWO)
    assert found["left_id"].to_list() == ["b", "e"]
    assert found["said"].to_list() == [["link", "non-link"], ["link", "unsure"]]
    assert differing(TWO.clear()).is_empty()


def test_the_third_alone_counts_where_there_is_one() -> None:
    before = {row[0]: row[2] for row in verdicts_of(TWO).rows()}
    assert before == {"a": "link", "d": "link"}
    settled = pl.concat([TWO, decisions(("b", 3, "non-link"), ("e", 3, "unsure"))])
    assert {row[0]: row[2] for row in verdicts_of(settled).rows()} == {"a": "link", "b": "non-link", "d": "link"}
    assert differing(settled).is_empty()
