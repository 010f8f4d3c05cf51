"""The accepted baseline: who is held to it, that a fall is red, and that it speaks of the job's own figures."""

from __future__ import annotations

import dagster as dg
import polars as pl
import pytest
from rehearsing import Rehearsed

from tf_linkage import quality
from tf_linkage.contracts.outputs.quality import Baseline
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.defs.checks.accepted import UNLIKE, baseline_verdict, no_worse_than_accepted
from tf_linkage.defs.checks.checks import study_checks
from tf_linkage.rehearsal import accepted_baseline as baseline
from tf_linkage.rehearsal.cases import Case, link_case, with_ninos
from tf_linkage.study import Preset, Study


@pytest.mark.parametrize("preset", baseline.PRESETS)
def test_the_tracked_files_are_of_twenty_seeds_and_every_department(preset: Preset) -> None:
    accepted = baseline.accepted(preset)
    Baseline.validate(accepted)
    assert set(accepted["seeds"]) == {20}
    assert set(accepted["department"].cast(pl.String)) == set(DEPARTMENTS)
    assert accepted.height == 9


@pytest.mark.parametrize(
    ("changes", "held"),
    [
        ({"engine": "duckdb"}, True),
        ({"engine": "duckdb", "seed": 7}, True),
        ({"engine": "duckdb", "memory_gb": 2, "threads": 1, "most_pairs": 10**7}, True),
        ({"engine": "recordlinkage"}, False),
        ({"engine": "duckdb", "noise": "hard"}, False),
        ({"engine": "duckdb", "linkage_on": {"moj": "hashes"}}, False),
        ({"engine": "duckdb", "linkage_on": {"moj": "clear"}}, True),
        ({"engine": "duckdb", "families": 300}, False),
        ({"engine": "duckdb", "source": "files"}, False),
    ],
)
@pytest.mark.parametrize("preset", Preset)
def test_only_what_it_was_made_of_is_held_to_it(preset: Preset, changes: dict[str, object], *, held: bool) -> None:
    study = Study.of(preset, **changes)
    expected = preset if held and preset in baseline.PRESETS else None
    assert baseline.held_to(study) is expected
    names = {key.name for check in study_checks(study) for key in check.check_keys}
    assert ("below_baseline" in names) is (expected is not None)


def test_each_size_has_figures_of_its_own() -> None:
    tiny, demo = (baseline.accepted(preset) for preset in baseline.PRESETS)
    assert demo.select("department", "measure").equals(tiny.select("department", "measure"))
    assert demo["spread"].mean() < tiny["spread"].mean()  # type: ignore[operator]  # six times the families


@pytest.fixture(scope="module")
def figures() -> pl.DataFrame:
    return link_case(Case.of(Study.of("tiny", engine="duckdb"))).figures()


@pytest.mark.parametrize(
    ("choices", "said", "passed"),
    [
        ({}, "no worse than accepted", True),
        ({"preset": "tiny", "seed": 3}, "no worse than accepted", True),
        ({"noise": "hard"}, UNLIKE, True),
        ({"families": 300}, UNLIKE, True),
        (
            {"preset": "demo"},
            "accepted at least",
            False,
        ),  # the other size's
    ],
)
def test_a_run_is_held_to_the_baseline_of_its_own_choices(
    figures: pl.DataFrame, choices: dict[str, str], said: str, *, passed: bool
) -> None:
    """The folder's choices decide whether there is the check, those of the launchpad what it does."""
    study = Study.of(choices.pop("preset", "tiny"), **choices)
    verdict = no_worse_than_accepted()(study=study, linkage_quality=figures.lazy())
    assert isinstance(verdict, dg.AssetCheckResult)
    assert said in (verdict.description or "")
    assert verdict.passed is passed


def test_a_fall_is_an_error_and_names_the_figure(figures: pl.DataFrame) -> None:
    accepted = baseline.accepted(Preset.TINY)
    kept = baseline_verdict(figures, accepted)
    assert kept.passed
    assert kept.severity is dg.AssetCheckSeverity.ERROR
    worse = figures.with_columns(
        value=pl.when(
            pl.col("department").cast(pl.String) == "dfe", pl.col("measure").cast(pl.String) == "recall"
        ).then(pl.col("value") - 0.1).otherwise("value")
    )  # fmt: skip
    fallen = baseline_verdict(worse, accepted)
    assert not fallen.passed
    assert "dfe recall" in (fallen.description or "")
    assert "dwp" not in (fallen.description or "")


def test_a_case_has_the_figures_that_the_job_stores(rehearsed: Rehearsed) -> None:
    stored = rehearsed.store.read(["quality", "linkage_quality"])
    assert isinstance(stored, pl.LazyFrame)
    job = quality.headline(stored.collect())
    case = quality.headline(link_case(Case.of(rehearsed.study)).figures())
    for name in DEPARTMENTS:
        for measure in ("sent", "present", "links", "precision", "recall"):
            assert case[name][measure] == job[name][measure], (name, measure)


def test_fewer_ninos_are_some_of_the_same() -> None:
    cohort = pl.LazyFrame(
        {
            "la_code": ["a"] * 200,
            "person_ref": [f"{i:03}" for i in range(200)],
            "nino": [f"n{i}" for i in range(200)],
        }
    )
    half, tenth = (with_ninos(cohort, kept, 7).collect() for kept in (0.5, 0.1))
    assert 70 < half["nino"].count() < 130
    assert set(tenth["nino"].drop_nulls()) < set(half["nino"].drop_nulls())
    assert with_ninos(cohort, 0.0, 7).collect()["nino"].count() == 0
    assert with_ninos(cohort, 1.0, 7) is cohort
