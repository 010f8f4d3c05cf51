"""The configuration: what it accepts, what it refuses, and in what words."""

import pytest
from pydantic import ValidationError

from tf_linkage import run
from tf_linkage.errors import StudyRefused
from tf_linkage.linkage import Cluster, Limits
from tf_linkage.linkage.cluster import TOKEN
from tf_linkage.study import SIZES, Noise, Preset, Source, Study, faults
from tf_linkage.workspace.environment import bounds_of, refuse_cluster, study_from_environment


@pytest.mark.parametrize("preset", Preset)
def test_every_preset_is_a_study(preset: Preset) -> None:
    study = Study.of(preset)
    assert (study.families, study.population) == SIZES[preset]


def test_choices_are_laid_over_a_preset() -> None:
    study = Study.of("tiny", seed=7, noise="hard")
    assert (study.families, study.seed, study.noise) == (SIZES[Preset.TINY][0], 7, Noise.HARD)


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ({"families": 5}, "greater than or equal to 20"),
        ({"population": 1_000}, "too small for 200 families"),
        ({"councils": ("E99999999",)}, "unknown council E99999999"),
        ({"review_threshold": 0.9}, "must not exceed"),
        ({"dates": {"extract": "2014-01-01"}}, "must not be after"),
        ({"memory_gb": 0}, "greater than or equal to 0.1"),
        ({"memory_gb": "nan"}, "less than or equal to 100000"),
        ({"threads": 0}, "greater than or equal to 1"),
        ({"most_pairs": 0}, "greater than or equal to 1"),
        ({"engine": "spark"}, "engine spark needs a cluster"),
        ({"linkage_on": {"moj": "hashes"}, "engine": "recordlinkage"}, "which engine duckdb alone does"),
        ({"linkage_on": {"moj": "names"}}, "'clear', 'hashes', 'hashes[+]bloom' or 'matchkeys'"),
        ({"spark": "localhost:15002"}, "should match pattern"),
        ({"sede": 7}, "Extra inputs are not permitted"),
    ],
)
def test_nonsense_is_refused_in_words(choices: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Study.of("tiny", **choices)


def test_every_fault_is_told_at_once() -> None:
    """Those of single choices, and those that two of them make together."""
    with pytest.raises(ValidationError) as refused:
        Study.of("tiny", seed=-1, review_threshold=0.9, link_threshold=0.8, engine="spark")
    said = faults(refused.value)
    assert "seed: Input should be greater than or equal to 0" in said
    assert "review_threshold must not exceed link_threshold" in said
    assert "engine spark needs a cluster" in said


def test_a_rule_between_choices_says_nothing_of_one_that_is_wrong_by_itself() -> None:
    """Five families are too few; whether 3,000 people are too few for the usual 1,200 is not what was asked."""
    with pytest.raises(ValidationError) as refused:
        Study.of("tiny", families=5, population=3_000)
    assert faults(refused.value) == "families: Input should be greater than or equal to 20"


def test_two_days_out_of_order_are_both_told() -> None:
    with pytest.raises(ValidationError) as refused:
        Study.of("tiny", dates={"history_from": "2016-01-01", "extract": "2021-01-01"})
    said = faults(refused.value)
    assert "history_from (2016-01-01) must not be after identified_from (2015-04-01)" in said
    assert "extract (2021-01-01) must not be after exchange (2020-04-06)" in said


def test_the_environment_chooses() -> None:
    study = study_from_environment({"TF_LINKAGE_PRESET": "tiny", "TF_LINKAGE_SOURCE": "files"})
    assert (study.preset, study.source) == (Preset.TINY, Source.FILES)
    assert study_from_environment({}).preset is Preset.DEMO


def test_the_environment_bounds_a_linkage() -> None:
    chosen = {"TF_LINKAGE_MEMORY_GB": "2.5", "TF_LINKAGE_THREADS": "3", "TF_LINKAGE_MOST_PAIRS": "1000"}
    bounds = bounds_of(study_from_environment(chosen))
    assert bounds == Limits(memory_gb=2.5, threads=3, most_pairs=1_000)
    assert bounds_of(study_from_environment({})) == Limits()


def test_a_cluster_is_chosen_and_real_records_stay_here(monkeypatch: pytest.MonkeyPatch) -> None:
    far = {"TF_LINKAGE_ENGINE": "spark", "TF_LINKAGE_SPARK": "sc://cluster.example.org/;use_ssl=true"}
    monkeypatch.setenv(TOKEN, "a-token")
    invented = study_from_environment(far)
    refuse_cluster(invented)
    assert bounds_of(invented).cluster == Cluster(far["TF_LINKAGE_SPARK"], invented=True)
    with pytest.raises(StudyRefused, match=r"spark: .* so real records are not sent there"):
        refuse_cluster(study_from_environment(far | {"TF_LINKAGE_SOURCE": "files"}))
    usual = study_from_environment(far | {"TF_LINKAGE_ENGINE": "duckdb", "TF_LINKAGE_SOURCE": "files"})
    refuse_cluster(usual)
    assert bounds_of(usual).cluster is None


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"TF_LINKAGE_PRESET": "huge"}, "not one of them; choose tiny, demo, study"),
        ({"TF_LINKAGE_FAMILIES": "many"}, "TF_LINKAGE_FAMILIES"),
        ({"TF_LINKAGE_SOURCE": "tape"}, "TF_LINKAGE_SOURCE"),
        ({"TF_LINKAGE_MEMORY_GB": "lots"}, "TF_LINKAGE_MEMORY_GB: .*valid number"),
    ],
)
def test_a_wrong_variable_is_named(environment: dict[str, str], words: str) -> None:
    with pytest.raises(StudyRefused, match=words):
        study_from_environment(environment)


def test_the_command_says_so_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TF_LINKAGE_PRESET", "tniy")
    assert run.main([]) == run.REFUSED
    assert capsys.readouterr().err == (
        "tf_linkage: TF_LINKAGE_PRESET: 'tniy' is not one of them; choose tiny, demo, study. Did you mean tiny?\n"
    )
