"""The linkage again without names: what is missed for want of letters, what the key protects, and what not."""

from __future__ import annotations

import dataclasses
import datetime as dt
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tf_linkage.contracts.handovers import ons
from tf_linkage.contracts.outputs.without_names import ARRANGEMENTS, WithoutNames
from tf_linkage.linkage.hashed import HashingKey
from tf_linkage.quality import linkage_without_names
from tf_linkage.quality.report.longer.without_names import pictures, pooled, summary, without_names

FORENAMES = ("AMELIA", "BENJAMIN", "CAROLINE", "DOMINIC", "ELEANOR", "FREDERICK", "GEORGINA", "HUMPHREY")
SURNAMES = ("ARCHER", "BAKER", "COOPER", "DYER", "FISHER", "GLOVER", "HUNTER", "MASON", "PALMER", "TURNER")
PEOPLE = 160
MISSPELT = range(0, PEOPLE, 10)


def identity(i: int) -> dict[str, Any]:
    return {
        "forename": FORENAMES[i % 8], "surname": SURNAMES[i // 8 % 10], "gender": ("female", "male")[i % 2],
        "date_of_birth": dt.date(1950 + i // 4, 1 + i % 12, 1 + i % 28), "address": f"{i + 1} HIGH STREET",
        "postcode": f"E{1 + i % 9} {1 + i % 7}AA", "nino": f"AB{100000 + 37 * i}C",
    }  # fmt: skip


def misspelt(i: int) -> dict[str, Any]:
    """The register's record of somebody who has moved: forename misspelt, NINO unknown."""
    forename = FORENAMES[i % 8]
    spelt = forename[:2] + forename[3] + forename[2] + forename[4:]
    return identity(i) | {"forename": spelt, "nino": None, "address": f"{i + 900} LOW ROAD", "postcode": "N9 9ZZ"}


@pytest.fixture(scope="module")
def study(make: SimpleNamespace) -> dict[str, Any]:
    """Adults of whom the register holds all, and every tenth under a misspelt forename at another address."""
    world = make.world_of(PEOPLE, [], set(range(PEOPLE)))
    attributes = make.table(
        [
            make.attribute(f"p{i:02}", f"c{i}", make.hackney if i % 2 else make.kent, "programme", 30)
            for i in range(PEOPLE)
        ],
        ons.Attributes,
    )
    world = dataclasses.replace(world, attributes=attributes)
    return {
        "attributes": world.attributes, "requested": world.requested, "truth": world.truth,
        "requests": {
            "dwp": pl.DataFrame([{"request_ref": f"r-p{i:02}", **identity(i)} for i in range(PEOPLE)]).lazy()
        },
        "registers": {
            "dwp": pl.DataFrame(
                [
                    {"dwp_key": f"k{i:02}", **(misspelt(i) if i in MISSPELT else identity(i))}
                    for i in range(PEOPLE)
                ]
            ).lazy()
        },
        "key": HashingKey(bytes(range(32)), "families"),
    }  # fmt: skip


@pytest.fixture(scope="module")
def table(study: dict[str, Any]) -> pl.DataFrame:
    heard: list[str] = []
    made = linkage_without_names(**study, progress=heard.append).collect()
    assert heard == [f"dwp: {arrangement}" for arrangement in ARRANGEMENTS]
    return made


def value(table: pl.DataFrame, arrangement: str, measure: str, level: str = "all") -> float | None:
    plain = table.with_columns(pl.col("arrangement", "breakdown", "measure").cast(pl.String))
    (found,) = plain.filter(
        pl.col("arrangement") == arrangement, pl.col("measure") == measure, pl.col("level") == level,
        pl.col("breakdown").is_in(["all", "read"]),
    )["value"]  # fmt: skip
    return None if found is None else float(found)


def test_letters_find_whom_equality_misses(table: pl.DataFrame) -> None:
    WithoutNames.validate(table)
    misspelt_share = len(MISSPELT) / PEOPLE
    assert value(table, "clear", "missed_match_rate") == 0
    assert value(table, "hashes+bloom", "missed_match_rate") == 0
    assert value(table, "matchkeys", "missed_match_rate") == pytest.approx(misspelt_share)
    missed = value(table, "hashes", "missed_match_rate")
    assert missed is not None
    assert 0 <= missed <= misspelt_share
    for arrangement in ARRANGEMENTS:
        assert value(table, arrangement, "false_discovery_rate") == 0


def test_the_key_reads_what_no_other_does(table: pl.DataFrame) -> None:
    for field in ("forename_first", "surname", "dob", "gender", "named"):
        assert value(table, "hashes", "read_with_key", field) == 1, field
        assert value(table, "hashes", "read_without_key", field) == 0, field
    # the tenth whom the register spells otherwise are in no list of people, under the keys with a forename
    assert value(table, "matchkeys", "read_with_key", "matchkey") == pytest.approx(1 - len(MISSPELT) / PEOPLE)
    assert value(table, "matchkeys", "read_without_key", "matchkey") == 0


def test_groups_and_costs_are_told(table: pl.DataFrame) -> None:
    groups = set(table["breakdown"].cast(pl.String).unique())
    assert {"community", "council", "age_band", "read"} <= groups
    costs = {name: value(table, name, "hashes_computed") for name in ARRANGEMENTS}
    assert costs["clear"] is None
    assert all(costs[name] for name in ("hashes", "hashes+bloom", "matchkeys"))
    assert (costs["hashes+bloom"] or 0) > (costs["hashes"] or 0)


def test_the_same_study_is_the_same_table(study: dict[str, Any], table: pl.DataFrame) -> None:
    turned = {
        name: {"dwp": study[name]["dwp"].reverse()} for name in ("requests", "registers", "requested")
    }  # fmt: skip
    assert_frame_equal(linkage_without_names(**(study | turned)).collect(), table)


def test_pictures_and_the_table_say_what_was_measured(table: pl.DataFrame) -> None:
    drawn = pictures(table)
    assert [one.name for one in drawn] == [
        "without_names_missed", "without_names_communities", "without_names_read",
    ]  # fmt: skip
    (missed,) = [row for row in drawn[0].table[1] if row[1] == "matchkeys"]
    assert missed[2].startswith("10.0%")
    assert "read 0 people" in drawn[2].says
    head, rows = summary(table)
    assert [row[0] for row in rows] == ["in the clear", "hashes", "hashes, Bloom filters", "matchkeys"]
    assert all(len(row) == len(head) for row in rows)
    assert rows[0][5] == "all"
    assert rows[2][5].startswith("at least ")


def test_the_section_tells_every_group(table: pl.DataFrame) -> None:
    page = "".join(without_names(table))
    assert "council: " in page
    assert "Found in the register, to who links" in page
    assert "Missed, matchkeys" in page


def test_worlds_are_pooled(table: pl.DataFrame) -> None:
    other = table.with_columns(
        numerator=pl.when(pl.col("measure").cast(pl.String) == "read_with_key").then(0).otherwise("numerator"),
        value=pl.when(pl.col("measure").cast(pl.String) == "read_with_key").then(0.0).otherwise("value"),
    )
    both = pooled([table, other])
    read = both.filter(pl.col("measure") == "read_with_key", pl.col("level") == "surname").to_dicts()
    assert [(row["value"], row["low"], row["high"]) for row in read] == [(0.5, 0.0, 1.0)] * 2
    missed = both.filter(
        pl.col("measure") == "missed_match_rate", pl.col("breakdown") == "all", pl.col("arrangement") == "matchkeys"
    )
    assert (missed["numerator"][0], missed["denominator"][0]) == (2 * len(MISSPELT), 2 * PEOPLE)
    hashes = both.filter(pl.col("measure") == "hashes_computed", pl.col("arrangement") == "hashes")["value"][0]
    assert hashes == value(table, "hashes", "hashes_computed")
