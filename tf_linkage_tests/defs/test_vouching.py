"""What the graph vouches for: fresh means made from these inputs under these choices; two worlds are not joined."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from polars.testing import assert_frame_equal
from rehearsing import Rehearsed, digests, home

from tf_linkage import study as choices
from tf_linkage.custody.audit.sizes import size_class
from tf_linkage.custody.vault.vault import content_digest
from tf_linkage.definitions import build_defs
from tf_linkage.defs.internals import stale_status
from tf_linkage.study import LAUNCHPAD, Preset, Study
from tf_linkage.workspace.catalogue import ASSESSED, STUDIES_PAGE

REGISTERS = {"dwp/people", "dwp/spells", "moj/people", "moj/offences", "dfe/pupils", "dfe/school_and_care"}
OF_PEOPLE = {"population/truth", "population/population_counts", "council/cohort"} | REGISTERS
OF_LINKS = {"dwp/return", "quality/linkage_quality", "quality/gap_causes"}
CASES = {
    "preset": ("population/people", {"preset": "demo"}, OF_PEOPLE),
    "seed": ("population/people", {"seed": 7}, OF_PEOPLE),
    "noise": ("dwp/people", {"noise": "hard"}, {"linkage/dwp_links", "quality/linkage_quality"}),
    "engine": ("linkage/dwp_links", {"engine": "recordlinkage"}, OF_LINKS),
    "link_threshold": ("linkage/dwp_links", {"link_threshold": 0.999}, OF_LINKS),
    "review_threshold": ("linkage/dwp_links", {"review_threshold": 0.001}, OF_LINKS),
    "memory_gb": ("linkage/dwp_links", {"memory_gb": 2.0}, set()),
    "advanced": (
        "quality/linkage_quality",
        {"advanced": {"clerk_error": 0.3}},
        {"quality/gap_causes", "quality/report"},
    ),
}
"""By choice: what is made again under which other value, and which of its direct readers are then out of date."""

UNCHANGED = {"memory_gb"}
"""Choices that change no version of anything."""


@dataclass
class Copied:
    """A copy of the finished rehearsal with its Dagster home."""

    study: Study
    instance: dg.DagsterInstance

    def stale(self) -> set[str]:
        """Every asset of the main job that is not fresh."""
        defs = build_defs(self.study)
        ask = stale_status(defs, self.instance)
        keys = {key.to_user_string() for key in defs.resolve_asset_graph().get_all_asset_keys()} - {
            *ASSESSED,
            STUDIES_PAGE,
        }
        return {key for key in keys if ask(key) != "FRESH"}

    def make(self, *keys: str, **config: Any) -> dg.ExecuteInProcessResult:
        """Make some assets again, under the folder's choices but for those given."""
        defs = build_defs(self.study)
        job = dg.Definitions(
            assets=list(defs.assets or []), resources=defs.resources,
            jobs=[dg.define_asset_job("again", dg.AssetSelection.assets(*(key.split("/") for key in keys)))],
            executor=dg.in_process_executor,
        ).resolve_job_def("again")  # fmt: skip
        run_config = {"resources": {"study": {"config": config}}} if config else {}
        return job.execute_in_process(instance=self.instance, run_config=run_config, raise_on_error=False)


@pytest.fixture
def copied(rehearsed: Rehearsed, tmp_path: Path) -> Iterator[Copied]:
    shutil.copytree(rehearsed.study.data, tmp_path / "data")
    shutil.copytree(home(rehearsed.study), tmp_path / "home")
    with dg.DagsterInstance.local_temp(str(tmp_path / "home")) as instance:
        yield Copied(Study.of("tiny", data=tmp_path / "data"), instance)


def said(result: dg.ExecuteInProcessResult) -> list[str]:
    return [
        str(event.step_failure_data.user_failure_data.description)
        for event in result.get_step_failure_events()
        if event.step_failure_data.user_failure_data
    ]


def test_every_choice_of_the_launchpad_is_tried_below() -> None:
    assert set(CASES) == {*LAUNCHPAD, "advanced"}


@pytest.mark.parametrize("choice", CASES)
def test_readers_of_what_was_made_otherwise_are_out_of_date(
    copied: Copied, monkeypatch: pytest.MonkeyPatch, choice: str
) -> None:
    monkeypatch.setitem(choices.SIZES, Preset.DEMO, (210, 8_000))  # another preset, in seconds
    key, config, readers = CASES[choice]
    assert copied.stale() == set()
    assert copied.make(key, **config).success
    assert copied.stale() - {key} == readers
    assert (key in copied.stale()) is (choice not in UNCHANGED), "made under other choices than the folder's"
    assert copied.make(key, **_as_the_folder(copied.study)).success
    assert copied.stale() == set()


def _as_the_folder(study: Study) -> dict[str, Any]:
    """The folder's choices spelt out, for a folder whose record a changed world has moved on."""
    return study.chosen("preset", "seed", "noise", "engine")


def test_a_link_remade_by_the_same_choices_changes_nothing(copied: Copied) -> None:
    assert copied.make("linkage/dwp_links", "dwp/link_request").success
    assert copied.stale() == set()


def test_links_made_on_a_cluster_are_the_same(copied: Copied, spark: str) -> None:
    """The same asset, with the engine and the cluster chosen in the launchpad."""
    defs = build_defs(copied.study)
    with defs.get_asset_value_loader(copied.instance) as stored:
        before = stored.load_asset_value(["linkage", "dwp_links"]).collect()
        made = copied.make("linkage/dwp_links", engine="spark", advanced={"spark": spark})
        assert made.success
        assert_frame_equal(stored.load_asset_value(["linkage", "dwp_links"]).collect(), before)
    (event,) = made.get_asset_materialization_events()
    assert event.materialization.metadata["engine"].value == "spark"


def test_tables_of_two_worlds_are_not_joined_and_nothing_is_written(copied: Copied) -> None:
    assert copied.make("dwp/people", noise="hard").success
    before = digests(copied.study.data)
    result = copied.make("linkage/dwp_links", noise="hard")
    assert not result.success
    (words,) = said(result)
    assert "dwp/people: noise hard" in words
    assert "dwp/link_request: noise realistic" in words
    assert "make both again" in words
    assert digests(copied.study.data) == before


def test_a_register_is_not_made_of_another_worlds_people(copied: Copied) -> None:
    result = copied.make("dwp/people", seed=7)
    assert said(result) == [
        "this run: seed 7; population/people: seed 2015; they cannot be joined: make both again under one choice"
    ]


def test_thresholds_are_not_mixed_among_departments(copied: Copied) -> None:
    assert copied.make("linkage/dwp_links", "dwp/return", link_threshold=0.9).success
    (words,) = said(copied.make("linkage/linked_people"))
    assert "dwp/return: link threshold 0.9" in words or "/return: link threshold 0.9" in words


def test_the_folder_takes_the_choices_of_the_people_in_it(copied: Copied) -> None:
    assert copied.make("population/people", seed=7).success
    assert json.loads((copied.study.data / "study.json").read_text())["choices"]["seed"] == 7


def test_what_is_made_of_people_is_told_in_classes_and_a_vaults_by_keyed_versions(rehearsed: Rehearsed) -> None:
    made = {
        event.asset_key.to_user_string(): event.materialization
        for event in rehearsed.result.get_asset_materialization_events()
    }
    vaults = [key for key in made if rehearsed.store.in_vault(key.split("/"))]
    assert {"ons/identifiers", "dwp/link_request", "linkage/dfe_links"} <= set(vaults)
    for key in vaults:
        numbers = [name for name, value in made[key].metadata.items() if isinstance(value, dg.IntMetadataValue)]
        assert numbers == [], key
        assert made[key].metadata["rows"].value in SIZES, key
        assert made[key].tags["dagster/data_version"] == made[key].metadata["digest"].value
        plain = rehearsed.store.read(key.split("/"))
        frames = {
            name: part.collect() for name, part in (plain if isinstance(plain, dict) else {"": plain}).items()
        }

        assert content_digest(frames)[:8] not in made[key].tags["dagster/data_version"]


SIZES = {size_class(10**power) for power in range(10)}


def test_every_asset_has_the_version_of_its_content(rehearsed: Rehearsed) -> None:
    for event in rehearsed.result.get_asset_materialization_events():
        assert event.materialization.tags["dagster/data_version_is_user_provided"] == "true", event.asset_key
