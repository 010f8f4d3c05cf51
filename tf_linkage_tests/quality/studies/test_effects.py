"""What linkage error does to a finding, by hand: 100 adults, half on the programme."""

from __future__ import annotations

import dataclasses
import datetime as dt
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from tf_linkage.contracts.bodies import dfe, dwp, moj
from tf_linkage.contracts.columns import empty
from tf_linkage.contracts.handovers import exchange, ons
from tf_linkage.contracts.outputs.quality import LinkageEffects
from tf_linkage.intervals import Z
from tf_linkage.quality import effects
from tf_linkage.quality.studies.drawing import drawn_links, rubin

PEOPLE = [f"p{i:02}" for i in range(100)]


def group(i: int) -> str:
    return "programme" if i < 50 else "comparison"


def histories(claimants: list[int]) -> dict[str, dict[str, pl.LazyFrame]]:
    """Everybody's empty but for out-of-work benefits in the two years after the start."""
    benefits = pl.DataFrame(
        [
            {"dwp_key": f"k{i:02}", "benefit_type": "JSA", "start_date": dt.date(2016, 6, 1), "weekly_amount": 70.0}
            for i in claimants
        ],
        schema=empty(dwp.Benefits).schema,
    )
    return {
        "dwp": {"benefits": benefits.lazy(), "employment": empty(dwp.Employment).lazy()},
        "moj": {"offences": empty(moj.Offences).lazy()},
        "dfe": {
            "social_care": empty(dfe.SocialCare).lazy(),
            "exclusions": empty(dfe.Exclusions).lazy(),
            "absence": empty(dfe.Absence).lazy(),
        },
    }


@pytest.fixture
def study(make: SimpleNamespace) -> Any:
    """All 100 are in the register; 20 of each group claimed. 80 are rightly linked; p00 has p99's record."""
    right = [i for i in range(100) if i % 5]
    links = [make.link(f"p{i:02}", f"k{i:02}") for i in right] + [make.link("p00", "k95", 0.6)]
    base = make.world_of(100, links, set(range(100)))
    attributes = make.table(
        [
            make.attribute(name, f"c{i}", make.hackney if i % 2 else make.kent, group(i), 30)
            for i, name in enumerate(PEOPLE)
        ],
        ons.Attributes,
    )
    return dataclasses.replace(base, attributes=attributes)


CLAIMANTS = [*range(20), *range(50, 70), 95]


def effects_of(study: Any, **choices: Any) -> pl.DataFrame:
    truth = {"records": study.truth["records"]}
    made = effects(study.attributes, study.requested, study.links, truth, histories(CLAIMANTS), draws=5, **choices)
    return made.collect()


def row(table: pl.DataFrame, links: str, study_group: str, threshold: str = "as run") -> dict[str, Any]:
    return table.filter(
        pl.col("outcome") == "out_of_work_benefit",
        pl.col("links").cast(pl.String) == links,
        pl.col("study_group").cast(pl.String) == study_group,
        pl.col("threshold") == threshold,
    ).row(0, named=True)


def test_true_found_and_weighted_by_hand(study: Any) -> None:
    table = effects_of(study)
    LinkageEffects.validate(table)
    assert row(table, "true", "programme")["value"] == 20 / 50
    assert row(table, "true", "comparison")["value"] == 21 / 50
    # of the first twenty, sixteen have their own link; p00, not one of them, has a claimant's record
    found = row(table, "found", "programme")
    assert (found["value"], found["phantom"], found["lost"]) == (17 / 50, 0, 3)
    # the comparison's 16 of 20; 95 is a claimant too and was missed
    other = row(table, "found", "comparison")
    assert (other["value"], other["phantom"], other["lost"]) == (16 / 50, 0, 5)
    assert row(table, "found", "difference")["value"] == pytest.approx(1 / 50)
    # programme: 50 present, 41 linked; comparison: 50 present, 40 linked
    assert row(table, "weighted", "programme")["value"] == pytest.approx(17 * 50 / 41 / 50)
    assert row(table, "weighted", "comparison")["value"] == pytest.approx(16 * 50 / 40 / 50)


def test_phantoms_are_counted(study: Any, make: SimpleNamespace) -> None:
    # p80, who never claimed, is given the record of p00, who did
    links = [make.link(f"p{i:02}", f"k{i:02}") for i in range(1, 100) if i != 80] + [make.link("p80", "k00")]
    table = effects_of(study.with_links(dwp=make.table(links, exchange.Links)))
    assert row(table, "found", "comparison")["phantom"] == 1
    assert row(table, "found", "programme")["lost"] == 1


def test_a_higher_threshold_drops_the_doubtful(study: Any) -> None:
    table = effects_of(study, thresholds=(0.5, 0.9))
    assert row(table, "found", "programme", "0.5")["value"] == 17 / 50
    assert row(table, "found", "programme", "0.9")["value"] == 16 / 50


def test_perfect_links_change_nothing(study: Any, make: SimpleNamespace) -> None:
    perfect = make.table([make.link(f"p{i:02}", f"k{i:02}", 1.0) for i in range(100)], exchange.Links)
    table = effects_of(study.with_links(dwp=perfect))
    for links in ("found", "weighted", "drawn"):
        assert row(table, links, "difference")["value"] == pytest.approx(row(table, "true", "difference")["value"])


def test_same_seed_same_draws(study: Any) -> None:
    assert effects_of(study, seed=1).equals(effects_of(study, seed=1))
    assert not effects_of(study, seed=1).equals(effects_of(study, seed=2))


def test_draws_are_one_to_one_and_as_probable_as_said() -> None:
    pairs = pl.DataFrame(
        {
            "person_id": ["a", "a", "b", "c", "d"],
            "register_key": ["k", "l", "k", "m", "n"],
            "match_probability": [0.7, 0.6, 0.5, 0.25, 1.0],
        }
    )
    counts: dict[tuple[str, str], int] = {}
    for chosen in drawn_links({"dwp": pairs}, draws=2000, seed=3):
        rows = chosen["dwp"].rows()
        assert len({person for person, _ in rows}) == len({key for _, key in rows}) == len(rows)
        for pair in rows:
            counts[pair] = counts.get(pair, 0) + 1
    assert counts[("d", "n")] == 2000
    assert counts[("c", "m")] / 2000 == pytest.approx(0.25, abs=0.03)
    # a's two add up to 1.3 and are scaled: l with .6 / 1.3
    assert counts[("a", "l")] / 2000 == pytest.approx(0.6 / 1.3, abs=0.03)
    # a draws k with 7/13 and loses half of those in which b draws it too
    assert counts[("a", "k")] / 2000 == pytest.approx(7 / 13 * (1 - 0.5 / 2), abs=0.03)


def test_rubin_by_hand() -> None:
    # estimates 1, 2, 3: mean 2, between variance 1; within .5: total .5 + 4/3
    mean, low, high = rubin([1, 2, 3], [0.25, 0.5, 0.75])
    assert mean == 2
    assert (high - mean, mean - low) == pytest.approx([Z * (0.5 + 4 / 3) ** 0.5] * 2)
