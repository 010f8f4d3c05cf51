"""Two recipients put their extracts together: references and the order of rows do no better than chance."""

import itertools

import polars as pl
import pytest
from rehearsing import Rehearsed

from tf_linkage import custody, research
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.custody.audit.joining import Joined, by_attributes, by_reference, by_row_order, history_of
from tf_linkage.study import REGIONS

OTHER_KEY = b"the key of a second project, thirty-two bytes or more"
CHANCE = 8
"""Matches by place that a random order allows: 1 is expected, more than 8 come once in a million times."""


def table(rehearsed: Rehearsed, *key: str) -> pl.LazyFrame:
    found = rehearsed.store.read(key)
    assert isinstance(found, pl.LazyFrame)
    return found


@pytest.fixture(scope="module")
def requests(rehearsed: Rehearsed) -> dict[str, pl.DataFrame]:
    """What each department was sent, with who it is for the judge."""
    found = {}
    for name in DEPARTMENTS:
        key = custody.recipient_key(custody.REHEARSAL_KEY, name)
        sent = table(rehearsed, name, "link_request")
        who = custody.people_asked(sent, table(rehearsed, "ons", "attributes"), key)
        found[name] = sent.join(who, on="request_ref", how="left", maintain_order="left").collect()
    return found


@pytest.fixture(scope="module")
def extracts(rehearsed: Rehearsed) -> list[dict[str, pl.DataFrame]]:
    """The research tables as two projects of the same study would have them, each under its own references."""
    linked, attributes = table(rehearsed, "linkage", "linked_people"), table(rehearsed, "ons", "attributes")
    returns = {name: rehearsed.store.read([name, "return"]) for name in DEPARTMENTS}
    made = []
    for study_key in (custody.REHEARSAL_KEY, OTHER_KEY):
        people = linked.collect()
        key = custody.recipient_key(study_key, "research")
        under = people.with_columns(
            custody.reference(key, "person", [people["person_id"]]).alias("person_study_ref"),
            custody.reference(key, "family", [people["family_id"]]).alias("family_study_ref"),
        )
        known = research.study_tables(custody.linked_set(under.lazy(), attributes, returns, study_key))
        who = under.select("person_study_ref", who="person_id")
        tables = {
            "people": research.people(known.linked_people, known.attributes, REGIONS),
            "offending": research.offending(known.linked_people, known.attributes, known.returns["moj"]),
            "schooling": research.schooling(known.linked_people, known.attributes, known.returns["dfe"]),
        }
        made.append(
            {
                name: rows.collect().join(who, on="person_study_ref", how="left", maintain_order="left")
                for name, rows in tables.items()
            }
        )
    return made


@pytest.mark.parametrize(("one", "other"), list(itertools.combinations(DEPARTMENTS, 2)))
def test_two_departments_requests_do_not_join(requests: dict[str, pl.DataFrame], one: str, other: str) -> None:
    left, right = requests[one], requests[other]
    found = by_reference(left, right, ("request_ref", "request_ref"), "person_id")
    assert found.people > 50, "there is somebody to find"
    assert found.claimed == 0
    assert by_row_order(left, right, "person_id").right <= CHANCE
    assert abs(rank_correlation(left, right, "person_id")) < 4 / found.people**0.5


def test_two_projects_extracts_do_not_join_by_reference_or_order(extracts: list[dict[str, pl.DataFrame]]) -> None:
    one, other = (extract["people"] for extract in extracts)
    found = by_reference(one, other, ("person_study_ref", "person_study_ref"), "who")
    assert (found.people, found.claimed) == (one.height, 0)
    assert by_row_order(one, other, "who").right <= CHANCE
    assert abs(rank_correlation(one, other, "who")) < 4 / one.height**0.5


def test_a_request_does_not_join_a_research_extract(
    requests: dict[str, pl.DataFrame], extracts: list[dict[str, pl.DataFrame]]
) -> None:
    people = extracts[0]["people"].rename({"who": "person_id"})
    for name, sent in requests.items():
        found = by_reference(sent, people, ("request_ref", "person_study_ref"), "person_id")
        assert (found.people, found.claimed) == (sent.height, 0), name
        assert by_row_order(sent, people, "person_id").right <= CHANCE, name


def test_the_attempts_find_people_where_they_can_be_found(requests: dict[str, pl.DataFrame]) -> None:
    """Positive control: under one key, in one order, all are found."""
    sent = requests["moj"]
    assert by_reference(sent, sent, ("request_ref", "request_ref"), "person_id").share == 1
    assert by_row_order(sent, sent, "person_id").share == 1
    assert rank_correlation(sent, sent, "person_id") == pytest.approx(1)


def test_attributes_join_who_is_alone_in_them() -> None:
    """By hand: a and b are alone in the first, b and d in the second; only b is alone in both."""
    one = pl.DataFrame({"who": ["a", "b", "c", "d"], "age": [1, 2, 3, 3], "sex": ["m", "f", None, None]})
    other = pl.DataFrame({"who": ["a", "b", "c", "d"], "age": [3, 2, 3, 1], "sex": [None, "f", None, "m"]})
    assert by_attributes(one, other, ["age", "sex"], "who") == Joined(people=4, claimed=2, right=1)


def test_what_attributes_still_join_is_measured_not_hidden(extracts: list[dict[str, pl.DataFrame]]) -> None:
    """Coarse columns join few, whole histories join many: what docs/privacy.md says, held to."""
    one, other = (extract["people"] for extract in extracts)
    coarse = by_attributes(one, other, ["age_band", "gender", "region"], "who")
    assert coarse.share < 0.01
    histories = [
        history_of(extract["schooling"].drop("who"), "person_study_ref").join(
            extract["schooling"].select("person_study_ref", "who").unique(maintain_order=True),
            on="person_study_ref",
        )
        for extract in extracts
    ]
    fine = by_attributes(histories[0], histories[1], ["history"], "who")
    assert fine.right == fine.claimed
    assert fine.share > coarse.share


def rank_correlation(one: pl.DataFrame, other: pl.DataFrame, who: str) -> float:
    """Of the places of those who stand in both."""
    both = one.select(who).with_row_index("here").join(other.select(who).with_row_index("there"), on=who)
    return float(both.select(pl.corr(pl.col("here").rank(), pl.col("there").rank())).item())
