"""What ONS holds once departments cannot be asked again, without a person or with the right values."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from tf_linkage.custody.references.references import recipient_key, reference
from tf_linkage.custody.references.split import split
from tf_linkage.custody.rights.afterwards import Held, held_as_asked
from tf_linkage.custody.rights.request_lists import Requests, correction_rows, whom

ANN, BEN = ("E09000012", "1"), ("E09000012", "2")
NOBODY = Requests.of({})


@pytest.fixture
def held(cohort: pl.LazyFrame, duplicates: pl.DataFrame, key: bytes) -> Held:
    """The four records, with problems enough; DWP found everybody, and sent two spells for each."""
    enough = cohort.with_columns(worklessness=pl.lit("OOW"), domestic_abuse=pl.lit("DA"))
    identifiers, attributes = (part.collect() for part in split(enough, duplicates, key))
    refs = reference(recipient_key(key, "dwp"), "request", [identifiers["person_id"]])
    spells = pl.DataFrame({"request_ref": refs}).select(pl.col("request_ref").repeat_by(2).explode())
    return Held(identifiers, attributes, {"dwp": {"people": refs.to_frame("request_ref"), "benefits": spells}})


def test_rows_go_everywhere_and_the_rest_is_untouched(held: Held, key: bytes) -> None:
    left = held_as_asked(held, NOBODY.and_withdrawn(whom(held.attributes, NOBODY, ANN, "person", key)), key)
    ann = held.identifiers.filter(forename="Ann")["person_id"].item()
    assert left.identifiers.equals(held.identifiers.filter(pl.col("person_id") != ann))
    assert left.attributes.equals(held.attributes.filter(pl.col("person_id") != ann))
    assert left.attributes.height == held.attributes.height - 2, "in Hackney and in Hull"
    ref = reference(recipient_key(key, "dwp"), "request", [pl.Series([ann])]).item()
    for name, table in held.returns["dwp"].items():
        assert left.returns["dwp"][name].equals(table.filter(pl.col("request_ref") != ref))


def test_a_family_without_two_problems_goes_with_its_returned_rows(held: Held, key: bytes) -> None:
    rows = correction_rows(
        held.attributes, BEN, {"worklessness": None, "domestic_abuse": None, "school_absence": None}
    )
    rows = pl.concat([rows, correction_rows(held.attributes, ANN, {"worklessness": None, "crime": None})])
    kept = held_as_asked(held, NOBODY.and_corrected(rows), key)
    in_hackney = held.attributes.filter(la_code="E09000012")
    assert kept.attributes.equals(
        held.attributes.join(in_hackney, on=["la_code", "person_ref"], how="anti", maintain_order="left")
    )
    assert kept.identifiers["forename"].sort().to_list() == ["Ann", "Cy"], "Ann stays by her record in Hull"
    assert kept.returns["dwp"]["people"].height == 2
    assert kept.returns["dwp"]["benefits"].height == 4


def test_age_and_gender_follow_a_corrected_identifier(held: Held, key: bytes) -> None:
    rows = correction_rows(held.attributes, BEN, {"date_of_birth": "1999-05-10", "gender": "female"})
    now = held_as_asked(held, NOBODY.and_corrected(rows), key)
    ben = now.identifiers.filter(forename="Ben").row(0, named=True)
    assert (ben["date_of_birth"], ben["gender"]) == (dt.date(1999, 5, 10), "female")
    record = now.attributes.filter(person_ref="2").row(0, named=True)
    assert (record["age"], record["gender"]) == (17, "female")
    others = pl.col("person_ref") != "2"
    assert now.attributes.filter(others).equals(held.attributes.filter(others))
    assert now.returns["dwp"]["people"].equals(held.returns["dwp"]["people"])


def test_an_identifier_corrected_by_any_record_is_the_persons(held: Held, key: bytes) -> None:
    for record in (ANN, ("E06000010", "9")):
        rows = correction_rows(held.attributes, record, {"surname": "Li"})
        now = held_as_asked(held, NOBODY.and_corrected(rows), key)
        assert now.identifiers.filter(forename="Ann")["surname"].item() == "Li"
        assert now.identifiers.drop("surname").equals(held.identifiers.drop("surname"))
