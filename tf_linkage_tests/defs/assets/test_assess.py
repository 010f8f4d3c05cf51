"""The longer studies: on the page when they are of its figures, and gone when they are not."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl
import pytest
from rehearsing import Rehearsed

from tf_linkage import custody, quality
from tf_linkage.contracts.columns import schema_of
from tf_linkage.contracts.outputs.quality import LinkageEffects, Sweep
from tf_linkage.contracts.outputs.without_names import WithoutNames
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.definitions import build_defs
from tf_linkage.defs.assets.assess import MOVES_TOGETHER, NINO_KEPT, SEEDS, sweep_cases
from tf_linkage.defs.assets.report import named
from tf_linkage.rehearsal.cases import Case, link_case
from tf_linkage.study import Noise, Study
from tf_linkage.workspace.assessed import PARTS, assessment_of, code_fingerprint, fingerprint, mark
from tf_linkage.workspace.catalogue import ASSESSED, STUDIES_PAGE, SWEEP
from tf_linkage.workspace.jobs import ASSESS, REHEARSAL
from tf_linkage.workspace.store import Store

EFFECTS = "quality/linkage_effects"


def test_every_longer_study_is_a_part_of_the_assessment() -> None:
    assert set(PARTS) == set(ASSESSED)
    assert set(PARTS.values()) == set(quality.Assessment.__dataclass_fields__)


def test_only_what_was_made_for_these_figures_is_shown(tmp_path: Path) -> None:
    store = Store(tmp_path)
    figures, others = pl.DataFrame({"value": [1.0]}), pl.DataFrame({"value": [2.0]})
    assert assessment_of(store, fingerprint(figures)) == quality.Assessment()
    store.write(EFFECTS.split("/"), pl.DataFrame(schema=schema_of(LinkageEffects)))
    mark(store, EFFECTS, fingerprint(figures))
    assert assessment_of(store, fingerprint(figures)).effects is not None
    assert assessment_of(store, fingerprint(others)).effects is None


def test_a_sweep_belongs_to_its_code_and_not_to_one_run(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write(SWEEP.split("/"), pl.DataFrame(schema=schema_of(Sweep)))
    mark(store, SWEEP, code_fingerprint())
    assert assessment_of(store, "any figures").swept is not None
    mark(store, SWEEP, "other code")
    assert assessment_of(store, "any figures").swept is None


def test_a_sweep_names_every_setting_of_every_case() -> None:
    settings = [setting for setting, _ in sweep_cases(Study.of("tiny"))]
    words = [str(setting) for setting in settings]
    curve = 2 * len(MOVES_TOGETHER) * SEEDS - SEEDS
    assert len(set(words)) == len(words) == len(Noise) * len(NINO_KEPT) * SEEDS + curve
    assert all(code_fingerprint() in case and "duckdb" in case for case in words)
    assert sum("noise hard, NINO handed over 50%, moves together 100%, seed 2016" in case for case in words) == 1
    # Every world that is linked without family evidence is linked with it too.
    worlds = {evidence: {s.case for s in settings if s.family_evidence is evidence} for evidence in (True, False)}
    assert worlds[False] < worlds[True]
    assert {s.moves_together for s in settings if not s.family_evidence} == set(MOVES_TOGETHER)


def test_a_case_is_linked_with_family_evidence_or_without() -> None:
    small = Study.of("tiny", families=40, population=2_000)
    for evidence in (True, False):
        results = link_case(Case.of(small, family_evidence=evidence)).results
        assert {result.model.family_evidence for result in results.values()} == {evidence}


def test_the_job_puts_the_findings_on_the_page(rehearsed: Rehearsed, tmp_path: Path) -> None:
    before = (rehearsed.study.data / "reports" / "report.html").read_text()
    assert 'id="findings"' not in before
    data = tmp_path / "data"
    shutil.copytree(rehearsed.study.data, data)
    job = build_defs(rehearsed.study.model_copy(update={"data": data})).resolve_job_def(ASSESS)
    wanted = [dg.AssetKey(key.split("/")) for key in (EFFECTS, STUDIES_PAGE)]
    with dg.DagsterInstance.ephemeral() as instance:
        assert job.execute_in_process(instance=instance, asset_selection=wanted).success
    found = Store(data).read(EFFECTS.split("/"))
    assert isinstance(found, pl.LazyFrame)
    LinkageEffects.validate(found.collect())
    page = (data / "reports" / "long_studies.html").read_text()
    assert 'id="findings"' in page
    assert "programme less comparison moves most for" in page


def test_linkage_without_names_is_asked_of_what_the_main_run_sent(
    rehearsed: Rehearsed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tables of every department, and a key of its own that follows from the study's."""
    data, given = tmp_path / "data", {}
    shutil.copytree(rehearsed.study.data, data)

    def heard(**tables: Any) -> pl.LazyFrame:
        given.update(tables)
        return pl.DataFrame(schema=schema_of(WithoutNames)).lazy()

    monkeypatch.setattr(quality, "linkage_without_names", heard)
    job = build_defs(rehearsed.study.model_copy(update={"data": data})).resolve_job_def(ASSESS)
    with dg.DagsterInstance.ephemeral() as instance:
        assert job.execute_in_process(
            instance=instance, asset_selection=[dg.AssetKey(["quality", "linkage_without_names"])]
        ).success
    for name, department in DEPARTMENTS.items():
        assert set(department.request_columns) <= set(given["requests"][name].collect_schema().names())
        assert department.key in given["registers"][name].collect_schema().names()
        assert given["requested"][name].collect_schema().names() == ["person_id", "request_ref"]
    assert set(given["truth"]) >= {"people", "records"}
    assert given["key"].secret == custody.hashing_secret(custody.REHEARSAL_KEY)
    assert custody.REHEARSAL_KEY not in given["key"].secret


def test_the_main_run_measures_all_that_the_page_needs(rehearsed: Rehearsed) -> None:
    stored = rehearsed.store.read(["quality", "linkage_quality"])
    assert isinstance(stored, pl.LazyFrame)
    measures = set(stored.select(pl.col("measure").cast(pl.String)).unique().collect()["measure"])
    assert {"completeness", "candidate_recall", "implausible", "clerical_precision", "b_cubed_recall"} <= measures
    page = (rehearsed.study.data / "reports" / "report.html").read_text()
    for section in ("published", "losses", "completeness", "signs", "groups"):
        assert f'id="{section}"' in page, section
    assert "Every gap by error" in page


def test_the_ui_says_in_short_what_the_page_says_and_links_to_no_file(rehearsed: Rehearsed) -> None:
    (event,) = rehearsed.result.asset_materializations_for_node("quality__report")
    text = " ".join(str(value.value) for value in event.metadata.values())
    assert "file://" not in text
    assert isinstance(event.metadata["in short"], dg.MarkdownMetadataValue)
    page = (rehearsed.study.data / "reports" / "report.html").read_text(encoding="utf-8")
    assert f'<p class="lead">{event.metadata["verdict"].value}</p>' in page
    assert "limits set beforehand" in str(event.metadata["verdict"].value)
    assert "**How good is it?**" in str(event.metadata["in short"].value)
    path = event.metadata["open this file in a browser"].value
    assert Path(str(path)) == (rehearsed.study.data / "reports" / "report.html").resolve()


def test_a_report_on_files_names_no_seed() -> None:
    simulated, files = (named(Study.of("tiny", source=source)) for source in ("simulation", "files"))
    assert simulated["preset"] == "tiny"
    assert files["source"] == "extract files"
    assert not {"preset", "seed", "noise", "families", "confounding"} & set(files)
    assert simulated["families"] == "200"


def test_in_a_run_of_everything_the_long_studies_leave_themselves_out_and_say_so(
    rehearsed: Rehearsed, tmp_path: Path
) -> None:
    shutil.copytree(rehearsed.study.data, tmp_path / "data")
    defs = build_defs(rehearsed.study.model_copy(update={"data": tmp_path / "data"}))
    wanted = [
        dg.AssetKey(key.split("/")) for key in ("quality/linkage_quality", "quality/report", SWEEP, STUDIES_PAGE)
    ]
    with dg.DagsterInstance.ephemeral() as instance:
        job = defs.resolve_implicit_global_asset_job_def()
        result = job.execute_in_process(instance=instance, asset_selection=wanted)
        made = {event.asset_key.to_user_string() for event in result.get_asset_materialization_events()}
        told = [
            entry.user_message for entry in instance.all_logs(result.run_id) if entry.step_key == "quality__sweep"
        ]
    assert result.success
    assert made == {"quality/linkage_quality", "quality/report"}
    assert any("left out of a run of everything" in message for message in told)


def test_what_the_main_job_and_the_button_make_is_the_same(rehearsed: Rehearsed) -> None:
    defs = build_defs(rehearsed.study)
    everything = set(defs.resolve_implicit_global_asset_job_def().asset_layer.executable_asset_keys)
    studies = {dg.AssetKey(key.split("/")) for key in (*ASSESSED, STUDIES_PAGE)}
    main = defs.resolve_job_def(REHEARSAL).asset_layer
    assert set(main.executable_asset_keys) == everything - studies
