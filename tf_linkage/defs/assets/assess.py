"""The longer studies of a linkage: what its errors do to findings, what identifiers buy, ranges over many runs.

The assets of job `assess`. They read what the main job stored and link again where they must. They need the truth,
so they exist in a rehearsal only, like the world itself.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import dagster as dg
import polars as pl

from tf_linkage import custody, linkage, quality
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.defs.assets.quality import FIGURES, INS, REGISTERS, TRUTH, asked_of, by_department
from tf_linkage.defs.assets.report import studies_page
from tf_linkage.defs.failures import plainly
from tf_linkage.defs.metadata import charts
from tf_linkage.defs.metadata.description import study_asset
from tf_linkage.defs.resources import StudyKey
from tf_linkage.linkage import Limits, LinkResult
from tf_linkage.linkage.engines import challenger
from tf_linkage.linkage.hashed import HashingKey
from tf_linkage.rehearsal.cases import Case, link_case, links_of
from tf_linkage.study import Noise, Preset, Study
from tf_linkage.workspace.assessed import code_fingerprint, fingerprint, mark
from tf_linkage.workspace.catalogue import SWEEP
from tf_linkage.workspace.custodians.linking import must_be_named
from tf_linkage.workspace.environment import bounds_of
from tf_linkage.workspace.folder import store_of

HISTORIES = {f"{name}_histories": f"{name}/{department.histories[0]}" for name, department in DEPARTMENTS.items()}
LINKED_AGAIN = {name: key for name, key in (INS | REGISTERS).items() if not name.endswith("_links")}

SEEDS = 3
"""Worlds of each setting in a sweep."""

NINO_KEPT = (1.0, 0.5, 0.0)
"""Shares of the National Insurance numbers known to councils that a sweep lets them hand over."""

MOVES_TOGETHER = (1.0, 0.5, 0.0)
"""Shares of a household's moves that its members make together, each linked with and without family evidence: under
hard noise, where members have most to say for one another."""

Tables = Mapping[str, Any]
Made = Iterator[dg.MaterializeResult[pl.DataFrame]]

ROOT = "quality/linkage_quality"
"""What the main job makes last of what the studies stand on: a run that makes it is no run of the studies."""


def left_out(context: dg.AssetExecutionContext) -> bool:
    """Whether a study leaves itself out, because the run makes everything and would take many times as long."""
    chosen = context.run.asset_selection or context.job_def.asset_layer.executable_asset_keys
    if dg.AssetKey(ROOT.split("/")) not in chosen:
        return False
    context.log.info(
        "left out of a run of everything, for it takes minutes: materialise it by itself, or run job assess"
    )
    return True


def assess_assets(study: Study) -> list[dg.AssetsDefinition]:
    """Every asset of job `assess`."""
    return [
        _effects(study),
        _patterns(study),
        _agreement(study),
        _bought(study),
        _without_names(study),
        _sweep(study),
        studies_page(study),
    ]


def _effects(study: Study) -> dg.AssetsDefinition:
    @study_asset(
        "quality/linkage_effects",
        "What linkage error does to the study: outcomes and the programme's difference on true links, on those "
        "found, and corrected, by threshold.",
        rooms=["quality", "research"],
        choices=study.chosen("link_threshold"),
        ins=INS | TRUTH | HISTORIES | FIGURES,
        output_required=False,
    )
    def linkage_effects(
        context: dg.AssetExecutionContext,
        study_key: dg.ResourceParam[StudyKey],
        study: dg.ResourceParam[Study],
        **tables: pl.LazyFrame,
    ) -> Made:
        if left_out(context):
            return
        context.log.info("outcomes on true, found, weighted and drawn links")
        truth: Any = tables["truth"]  # a set of tables
        with plainly():
            must_be_named(by_department(tables, "request"))
            found = quality.effects(
                tables["attributes"], asked_of(tables, study_key), by_department(tables, "links"), truth,
                by_department(tables, "histories"), link_threshold=study.link_threshold,
            ).collect()  # fmt: skip
        yield _kept(study, "quality/linkage_effects", found, fingerprint(tables["figures"].collect()))

    return linkage_effects


def _patterns(study: Study) -> dg.AssetsDefinition:

    @study_asset(
        "quality/typical_patterns",
        "How pairs typically come to their match weight: agreements and disagreements shared by ten pairs or more.",
        rooms=["quality", "linkage"],
        ins=LINKED_AGAIN | FIGURES,
        output_required=False,
    )
    def typical_patterns(context: dg.AssetExecutionContext, **tables: pl.LazyFrame) -> Made:
        if left_out(context):
            return
        with plainly():
            must_be_named(by_department(tables, "request"))
            # Of the engines, this one keeps explanations.
            results = linked_again(tables, "duckdb", bounds_of(study), context.log.info)
            found = quality.typical_patterns(results).collect()
        yield _kept(study, "quality/typical_patterns", found, fingerprint(tables["figures"].collect()))

    return typical_patterns


def _agreement(study: Study) -> dg.AssetsDefinition:
    other = challenger(study.engine)

    @study_asset(
        "quality/engine_agreement",
        "What linking again tells without truth: how far a second engine makes the same links, who is linked when "
        "their own record is taken out, and what posteriors are worth by a number held back.",
        rooms=["quality", "linkage"],
        ins=LINKED_AGAIN | INS | FIGURES,
        output_required=False,
    )
    def engine_agreement(
        context: dg.AssetExecutionContext, study_key: dg.ResourceParam[StudyKey], **tables: pl.LazyFrame
    ) -> Made:
        if left_out(context):
            return
        with plainly():
            must_be_named(by_department(tables, "request"))
            results = linked_again(tables, other, bounds_of(study), context.log.info)
            theirs = {name: links_of(result).lazy() for name, result in results.items()}
            asked, links = asked_of(tables, study_key), by_department(tables, "links")
            agreed = quality.agreement(asked, links, theirs).collect()
            again = quality.told_by_linking_again(
                by_department(tables, "request"), by_department(tables, "register"), links,
                engine=study.engine, bounds=bounds_of(study), progress=context.log.info,
            ).collect()  # fmt: skip
            found = pl.concat([agreed, again]).sort("department", "breakdown", "level", "measure")
        yield _kept(study, "quality/engine_agreement", found, fingerprint(tables["figures"].collect()))

    return engine_agreement


def _bought(study: Study) -> dg.AssetsDefinition:
    @study_asset(
        "quality/identifiers_bought",
        "What each identifier buys: accuracy, the worst community and a finding, with less told to departments, or "
        "more.",
        rooms=["quality", "linkage", "research"],
        ins=INS | TRUTH | REGISTERS | HISTORIES | FIGURES,
        output_required=False,
    )
    def identifiers_bought(
        context: dg.AssetExecutionContext, study_key: dg.ResourceParam[StudyKey], **tables: pl.LazyFrame
    ) -> Made:
        if left_out(context):
            return
        truth: Any = tables["truth"]
        with plainly():
            must_be_named(by_department(tables, "request"))
            found = quality.what_identifiers_buy(
                attributes=tables["attributes"],
                requested=asked_of(tables, study_key),
                requests=by_department(tables, "request"),
                registers=by_department(tables, "register"),
                truth=truth,
                histories=by_department(tables, "histories"),
                engine=study.engine,
                bounds=bounds_of(study),
                progress=context.log.info,
            ).collect()
        yield _kept(study, "quality/identifiers_bought", found, fingerprint(tables["figures"].collect()))

    return identifiers_bought


def _without_names(study: Study) -> dg.AssetsDefinition:
    @study_asset(
        "quality/linkage_without_names",
        "What linkage on keyed hashes, Bloom filters or matchkeys would have missed and cost, and what a thief of "
        "the request reads without the key and with it.",
        rooms=["quality", "linkage"],
        ins=INS | TRUTH | REGISTERS | FIGURES,
        output_required=False,
    )
    def linkage_without_names(
        context: dg.AssetExecutionContext, study_key: dg.ResourceParam[StudyKey], **tables: pl.LazyFrame
    ) -> Made:
        if left_out(context):
            return
        truth: Any = tables["truth"]
        secret = custody.hashing_secret(study_key.key())
        began = time.process_time()
        with plainly():
            must_be_named(by_department(tables, "request"))
            found = quality.linkage_without_names(
                attributes=tables["attributes"],
                requested=asked_of(tables, study_key),
                requests=by_department(tables, "request"),
                registers=by_department(tables, "register"),
                truth=truth,
                key=HashingKey(secret, "longer studies"),
                bounds=bounds_of(study),
                progress=context.log.info,
            ).collect()
        context.log.info(f"took {time.process_time() - began:.0f} s of processor time, attacks included")
        yield _kept(study, "quality/linkage_without_names", found, fingerprint(tables["figures"].collect()))

    return linkage_without_names


def _sweep(study: Study) -> dg.AssetsDefinition:
    @study_asset(
        SWEEP,
        f"Ranges instead of one draw: {SEEDS} seeds under each setting of noise and of NINOs handed over, at "
        "the size of preset `tiny`; and what family evidence adds, by how often families move together. Goes on "
        "where it stopped.",
        rooms=["population", "bodies", "custody", "linkage", "quality"],
        choices=study.chosen("seed", "engine"),
        output_required=False,
    )
    def sweep(context: dg.AssetExecutionContext, study: dg.ResourceParam[Study]) -> Made:
        if left_out(context):
            return
        with plainly():
            found = quality.sweep(
                dict(sweep_cases(study)), study.data / "sweep", progress=context.log.info
            ).collect()
        yield _kept(study, SWEEP, found, code_fingerprint())

    return sweep


def sweep_cases(study: Study) -> Iterator[tuple[quality.Setting, Callable[[], pl.DataFrame]]]:
    """The cases of the sweep by their settings, the version of the code among them."""
    seeds = range(study.seed, study.seed + SEEDS)
    for noise in Noise:
        for kept in NINO_KEPT:
            for seed in seeds:
                yield _case(Study.of(Preset.TINY, noise=noise, seed=seed, engine=study.engine), kept)
    for together in MOVES_TOGETHER:
        for seed in seeds:
            world = Study.of(Preset.TINY, noise=Noise.HARD, seed=seed, engine=study.engine, moves_together=together)
            if together < 1:  # whole households with family evidence are above
                yield _case(world, 1.0)
            yield _case(world, 1.0, family_evidence=False)


def _case(
    world: Study, kept: float, *, family_evidence: bool = True
) -> tuple[quality.Setting, Callable[[], pl.DataFrame]]:
    words = (
        f"noise {world.noise}, NINO handed over {kept:.0%}, moves together {world.moves_together:.0%}, "
        f"seed {world.seed}, {world.engine}, code {code_fingerprint()}"
    )
    case = Case.of(world, nino_kept=kept, family_evidence=family_evidence)
    setting = quality.Setting(words, world.moves_together, family_evidence)
    return setting, lambda: link_case(case).figures()


def linked_again(
    tables: Tables, engine: str, bounds: Limits, progress: Callable[[str], None]
) -> dict[str, LinkResult]:
    """Every department's linkage once more, as the main job has it but by an engine of one's choice."""
    results = {}
    for name, department in DEPARTMENTS.items():
        progress(f"{name}: linking by engine {engine}")
        model = linkage.department_model(name, department.request_columns)
        request, register = tables[f"{name}_request"], tables[f"{name}_register"]
        results[name] = linkage.link(request, register, model, engine=engine, bounds=bounds)
    return results


def _kept(study: Study, key: str, found: pl.DataFrame, of: str) -> dg.MaterializeResult[pl.DataFrame]:
    """The result, marked with what it was made for; the table lies there before its mark does."""
    store = store_of(study)
    store.write(key.split("/"), found)
    mark(store, key, of)
    return dg.MaterializeResult(value=found, metadata={"table": charts.records_of(found)})
