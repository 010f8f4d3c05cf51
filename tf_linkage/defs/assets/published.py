"""What may leave: the release that is proposed, its gates, and what is published of it.

The assets and their checks. The rules are `disclosure`'s; the record of releases is `releases`.
"""

from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

import dagster as dg
import polars as pl

from tf_linkage import disclosure, research
from tf_linkage.contracts.outputs.published import PUBLISHED_TABLES
from tf_linkage.defs.failures import plainly
from tf_linkage.defs.gates import gate
from tf_linkage.defs.io import ParquetStore
from tf_linkage.defs.metadata.charts import answers_markdown
from tf_linkage.defs.metadata.description import asset_key, study_asset
from tf_linkage.pages.addresses import address_of
from tf_linkage.study import Study
from tf_linkage.workspace.catalogue import RESEARCH_SET
from tf_linkage.workspace.environment import is_rehearsal
from tf_linkage.workspace.releases_on_record import (
    earlier_releases,
    put_on_record,
    refuse_if_near,
    refuse_if_released_together,
    told_before,
)
from tf_linkage.workspace.store import Store, relative

TableSet = Mapping[str, pl.LazyFrame]

RELEASE, ESTIMATES, FINDINGS = "research/release", "research/estimates", "published/findings"
CHECK_PAGE = ["research", "output_check"]


def published_assets() -> list[dg.AssetsDefinition]:
    """The proposed release, and the findings as they leave."""
    return [_release(), _findings()]


def published_checks() -> list[dg.AssetChecksDefinition]:
    """The gates: each of them stops what would be published."""
    return [withstands_attack(), apart_from_earlier(), withstands_attack_on_all()]


def _release() -> dg.AssetsDefinition:
    @study_asset(
        RELEASE,
        "What is proposed for release: the estimates after minimum counts, dominance, suppression and rounding, "
        "next to what was released before, and the decision on each figure. It stays with the researchers until "
        "the gates have let it pass.",
        rooms=["disclosure"],
        ins={"estimates": ESTIMATES},
        # Nothing is proposed of a study of which any research table broke a rule, also those it is not made from.
        deps=[asset_key(RESEARCH_SET)],
    )
    def release(estimates: TableSet, study: dg.ResourceParam[Study]) -> dict[str, pl.LazyFrame]:
        with plainly():
            return disclosure.propose_release(estimates, told_before(ParquetStore.of(study).store, study))

    return release


def _findings() -> dg.AssetsDefinition:
    @study_asset(
        FINDINGS,
        "What leaves: how often each outcome happened before and after, by group, as tables and as one page. What "
        "the rules of release do not let pass is withheld.",
        rooms=["disclosure", "pages"],
        ins={"release": RELEASE, "estimates": ESTIMATES},
    )
    def findings(
        release: TableSet, estimates: TableSet, study: dg.ResourceParam[Study]
    ) -> dg.MaterializeResult[dict[str, pl.LazyFrame]]:
        store = ParquetStore.of(study).store
        with plainly():
            # Also where this asset is made by itself, and its gates do not run before it.
            disclosure.must_hold(disclosure.prove(release, estimates))
            refuse_if_near(store, study, release)
            refuse_if_released_together(store, study, release, estimates)
            put_on_record(store, study, release, estimates)
        tables = {name: release[name] for name in PUBLISHED_TABLES}
        files = [disclosure.write_csv(table, _folder(store) / f"{name}.csv") for name, table in tables.items()]
        page = store.write_text(
            ["published", "findings"],
            ".html",
            disclosure.findings_page(tables, rehearsal=is_rehearsal(study), made=_made(study)),
        )
        store.write_text(["published", "croissant"], ".json", _for_machines(study, tables, files))
        metadata = {
            "open": dg.MetadataValue.url(address_of("findings")),
            "in short": dg.MetadataValue.md(answers_markdown(disclosure.findings_in_short(tables))),
            "page": dg.MetadataValue.path(str(page.resolve())),
            **{path.stem: dg.MetadataValue.path(relative(path)) for path in files},
        }
        return dg.MaterializeResult(value=tables, metadata=metadata)

    return findings


def _made(study: Study) -> dict[str, str]:
    """What distinguishes the page: by what it was made, and up to when records reach."""
    return {"tf_linkage": version("tf_linkage"), "records up to": study.dates.extract.isoformat()}


def _for_machines(study: Study, tables: TableSet, files: Sequence[Path]) -> str:
    """The published tables' metadata in a standard form."""
    described = research.DataSet(
        f"{study.name}-findings",
        "Findings of the evaluation as they were released: counts, shares, ratios and sums of groups.",
        research.NOBODY_REAL if is_rehearsal(study) else research.RELEASED,
        study.dates.exchange,
        disclosure.content_digest(tables),
    )
    described_files = {path.stem: (PUBLISHED_TABLES[path.stem], path) for path in files}
    return research.croissant(described, described_files, {}, files[0].parent.parent)


def _folder(store: Store) -> Path:
    """The folder of files that leave, next to the tables as Parquet, which are replaced as a folder."""
    return store.place(["published", "csv"])


def withstands_attack() -> dg.AssetChecksDefinition:
    """Nothing sensitive can be worked out from what would be published."""

    @gate(
        asset=asset_key(RELEASE),
        name="withstands_attack",
        description="An attacker who knows all that would be published, and how it adds up, is left with at least "
        "ten possible numbers for each sensitive one, by linear programming; and the tables hold what the rules "
        "give.",
        additional_ins={"estimates": dg.AssetIn(asset_key(ESTIMATES))},
    )
    def check(release: TableSet, estimates: TableSet) -> dg.AssetCheckResult:
        return attack_verdict(disclosure.prove(release, estimates))

    return check


def attack_verdict(proof: disclosure.Proof) -> dg.AssetCheckResult:
    """Red when anything was found."""
    return dg.AssetCheckResult(
        passed=proof.holds,
        description=str(proof),
        metadata={"attacked": proof.attacked, "exposed": len(proof.exposed), "tables unlike": len(proof.unlike)},
    )


def apart_from_earlier() -> dg.AssetChecksDefinition:
    """No figure differs from an earlier release by fewer than ten people or families."""

    @gate(
        asset=asset_key(RELEASE),
        name="apart_from_earlier_releases",
        description="No figure that an earlier release of the same study shows as well differs from it by fewer "
        "than ten people or families, and more than those few came or left since.",
    )
    def check(release: TableSet, study: dg.ResourceParam[Study]) -> dg.AssetCheckResult:
        return held_verdict(*held(refuse_if_near, ParquetStore.of(study).store, study, release))

    return check


def withstands_attack_on_all() -> dg.AssetChecksDefinition:
    """Nothing sensitive can be worked out from it and all earlier releases. Writes the checker's page."""

    @gate(
        asset=asset_key(RELEASE),
        name="withstands_attack_on_all_releases",
        description="An attacker who takes all releases of the same study together, and knows which numbers "
        "changed and which way, is left with at least ten possible numbers for each sensitive one and for each "
        "change by few, by linear programming. The output checker's page is written along with it.",
        additional_ins={"estimates": dg.AssetIn(asset_key(ESTIMATES))},
    )
    def check(release: TableSet, estimates: TableSet, study: dg.ResourceParam[Study]) -> dg.AssetCheckResult:
        store = ParquetStore.of(study).store
        against, together = held(refuse_if_released_together, store, study, release, estimates)
        page = disclosure.checkers_page(
            release,
            disclosure.prove(release, estimates),
            held_against=against,
            near=held(refuse_if_near, store, study, release)[1],
            together=together,
            content=disclosure.content_digest(release),
        )
        path = store.write_text(CHECK_PAGE, ".html", page)
        return held_verdict(against, together, {"checker's page": dg.MetadataValue.path(relative(path))})

    return check


def held_verdict(
    against: int, refused: str, beside: Mapping[str, dg.MetadataValue] | None = None
) -> dg.AssetCheckResult:
    """Red when a release may not leave because of those before it."""
    return dg.AssetCheckResult(
        passed=not refused,
        description=refused or f"held against {against} earlier releases",
        metadata={"earlier releases": against, **(beside or {})},
    )


def held(gate: Callable[..., int], store: Store, study: Study, *tables: TableSet) -> tuple[int, str]:
    """How many earlier releases a release was held against, and why it may not leave; empty if it may."""
    try:
        return gate(store, study, *tables), ""
    except disclosure.ReleaseRefused as refusal:
        return len(earlier_releases(store, study)), str(refusal)
