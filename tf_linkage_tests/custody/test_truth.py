"""One person one reference, one family one reference: measured against the truth of a simulated cohort."""

from __future__ import annotations

import polars as pl
import pytest

from tf_linkage import bodies, custody, linkage
from tf_linkage.population import Settings, simulate
from tf_linkage.population.people.households import ROLES
from tf_linkage.study import Study

PAIR = {
    "left_la_code": "la_code", "left_person_ref": "person_ref",
    "right_la_code": "la_code_other", "right_person_ref": "person_ref_other",
}  # fmt: skip


@pytest.fixture(scope="module")
def known() -> pl.DataFrame:
    """Each record of the cohort: the references custody gave, and the person and family it really is of."""
    study = Study.of("tiny")
    settings = Settings(
        seed=study.seed, families=study.families, population=study.population, councils=study.councils,
        noise=study.noise.value,
    )  # fmt: skip
    world = simulate(settings)
    cohort = bodies.council.cohort(world, settings)
    duplicates = linkage.find_duplicates(cohort, ("la_code", "person_ref")).rename(PAIR)
    _, attributes = custody.split(cohort, duplicates, custody.REHEARSAL_KEY)
    truth = bodies.truth(world, settings)
    records = truth["records"].filter(pl.col("body").cast(pl.String) == "council")
    return (
        attributes.with_columns(record_key=pl.col("la_code") + "|" + pl.col("person_ref"))
        .join(records, on="record_key")
        .join(truth["people"].select("true_person", "true_family"), on="true_person")
        .join(
            world["people"].select(
                pl.col("person").cast(pl.String).alias("true_person"),
                cousin=pl.col("role") == ROLES.index("cousin"),
            ),
            on="true_person",
        )
        # A council sometimes makes one record of two people; no split could tell, so such records prove nothing.
        .filter(pl.len().over("record_key") == 1)
        .collect()
    )


def split_or_merged(known: pl.DataFrame, ours: str, true: str) -> tuple[int, int, int]:
    """How many true ones there are, how many have two references, how many references stand for two."""
    torn = known.group_by(true).agg(pl.col(ours).n_unique())
    mixed = known.group_by(ours).agg(pl.col(true).n_unique())
    return torn.height, torn.filter(pl.col(ours) > 1).height, mixed.filter(pl.col(true) > 1).height


def test_the_cohort_does_hold_people_twice(known: pl.DataFrame):
    """Else the tests below would prove nothing."""
    assert known.height - known["true_person"].n_unique() >= 15


def test_one_person_one_reference(known: pl.DataFrame):
    """No reference stands for two people; at most one person in a hundred has two.

    Cousins of one name and home are a case by themselves: born on one day of two years, the records of two read as
    those of one whose year was miswritten.
    """
    people, torn, _ = split_or_merged(known, "person_id", "true_person")
    _, _, mixed = split_or_merged(known.filter(~pl.col("cousin")), "person_id", "true_person")
    assert mixed == 0
    assert torn <= people / 100


def test_most_cousins_of_one_name_have_a_reference_each(known: pl.DataFrame):
    cousins = known.filter("cousin")["person_id"]
    shared = known.filter(pl.col("person_id").is_in(cousins.implode()) & ~pl.col("cousin"))
    assert cousins.n_unique() >= 3
    assert shared["person_id"].n_unique() <= cousins.n_unique() / 3


def test_one_family_one_reference(known: pl.DataFrame):
    """Families that moved or were referred again are one; separated parents and stepfamilies are not made one."""
    families, torn, mixed = split_or_merged(known, "family_id", "true_family")
    assert mixed <= families / 100
    assert torn <= families / 50
