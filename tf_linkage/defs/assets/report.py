"""The page of the figures with the papers that data protection law asks for, and the page of the long studies."""

from collections.abc import Mapping
from importlib.metadata import version

import dagster as dg
import polars as pl

from tf_linkage import quality
from tf_linkage.defs.assets.papers import mappings_of, papers_of
from tf_linkage.defs.assets.quality import FIGURES, published
from tf_linkage.defs.failures import plainly
from tf_linkage.defs.io import ParquetStore, text_version
from tf_linkage.defs.metadata import charts
from tf_linkage.defs.metadata.description import asset_key, study_asset
from tf_linkage.pages.addresses import address_of
from tf_linkage.study import COUNCILS, Source, Study
from tf_linkage.workspace.assessed import assessment_of, fingerprint
from tf_linkage.workspace.catalogue import ASSESSED, STUDIES_PAGE
from tf_linkage.workspace.store import Store

MAIN_PICTURES = ("flow", "departments", "by_community")


def report_asset(study: Study) -> dg.AssetsDefinition:
    """The page of the figures, and the papers that say what was done with whose records."""
    simulated = study.source is Source.SIMULATION

    @study_asset(
        "quality/report",
        "The figures as one page with pictures, which opens in any browser; and the papers that data protection "
        "law asks for, with what this run measured of each risk: a record of processing, a draft impact "
        "assessment and a draft policy document. What job `assess` finds stands on a page of its own.",
        rooms=["quality", "pages", "custody", "contracts"],
        kinds=["html", "markdown"],
        ins=FIGURES | ({"causes": "quality/gap_causes"} if simulated else {}),
    )
    def report(
        study: dg.ResourceParam[Study], io_manager: dg.ResourceParam[ParquetStore], **tables: pl.LazyFrame
    ) -> dg.MaterializeResult[None]:
        store = io_manager.store
        page, shown = page_of("report", study, store, tables, quality.Assessment())
        papers, shown_of_papers = papers_of(tables["figures"].collect(), _as_made(study, store), store)
        return dg.MaterializeResult(data_version=text_version(page, *papers), metadata=shown | shown_of_papers)

    return report


def studies_page(study: Study) -> dg.AssetsDefinition:
    """The page of the longer studies: the report once more, with all that they found."""

    @study_asset(
        STUDIES_PAGE,
        "What linkage error does to findings and what identifiers buy, on one page next to the figures they belong "
        "to. Made by job `assess`.",
        rooms=["quality", "pages"],
        kinds=["html"],
        ins=FIGURES | {"causes": "quality/gap_causes"},
        deps=[asset_key(key) for key in ASSESSED],
    )
    def long_studies(
        study: dg.ResourceParam[Study], io_manager: dg.ResourceParam[ParquetStore], **tables: pl.LazyFrame
    ) -> dg.MaterializeResult[None]:
        store = io_manager.store
        found = assessment_of(store, fingerprint(tables["figures"].collect()))
        page, shown = page_of("long_studies", study, store, tables, found)
        return dg.MaterializeResult(data_version=text_version(page), metadata=shown)

    return long_studies


def page_of(
    name: str, study: Study, store: Store, tables: Mapping[str, pl.LazyFrame], assessment: quality.Assessment
) -> tuple[str, dict[str, dg.MetadataValue]]:
    """Write a report.

    Args:
        name: of its file.
        study: the choices of the run that shows the figures; they may have been made under others.
        store: where it goes.
        tables: `figures`, and `causes` where the truth is known.
        assessment: what the longer studies found for these figures.

    Returns:
        The page, and what the web UI shows of it in short.
    """
    study = _as_made(study, store)
    figures, causes = tables["figures"].collect(), tables["causes"].collect() if "causes" in tables else None
    run = named(study) | mapped(store)
    with plainly():
        page = quality.quality_report(
            figures,
            run=run,
            names=COUNCILS,
            assessment=assessment,
            causes=causes,
            published=published() if causes is not None else None,
        )
        short = quality.in_short(figures, run=run, names=COUNCILS, causes=causes, assessment=assessment)
    path = store.write_text(["quality", name], ".html", page)
    drawn = quality.pictures(figures, COUNCILS)
    return page, {
        "open": dg.MetadataValue.url(address_of(name)),
        "open this file in a browser": dg.MetadataValue.path(str(path.resolve())),
        "verdict": dg.MetadataValue.text(quality.verdict(quality.plain_figures(figures))),
        "in short": dg.MetadataValue.md(charts.answers_markdown(short)),
        **{
            drawn[picture].title: dg.MetadataValue.md(drawn[picture].as_markdown())
            for picture in MAIN_PICTURES
            if picture in drawn
        },
    }


def _as_made(study: Study, store: Store) -> Study:
    """The study as it was when its figures were made; the run that shows them may have other choices."""
    stamp = store.made_with(["quality", "linkage_quality"])
    return study.model_copy(update={name: value for name, value in stamp.items() if name in Study.model_fields})


def mapped(store: Store) -> dict[str, str]:
    """By which mappings tables were made of senders' own files: the beginning of the papers' digest."""
    return {f"mappings of {table}": digest[:16] for table, digest in sorted(mappings_of(store).items())}


def named(study: Study) -> dict[str, str]:
    """What distinguishes the run, for its report: a simulation's size and seed say nothing of files."""
    made = (
        {
            "preset": str(study.preset),
            "families": f"{study.families:,}",
            "seed": str(study.seed),
            "noise": str(study.noise),
            "confounding": str(study.confounding),
        }
        if study.source is Source.SIMULATION
        else {"source": "extract files"}
    )
    return (
        {"tf_linkage": version("tf_linkage")}
        | made
        | {"engine": study.engine, "link threshold": f"{study.link_threshold:g}"}
        | {"extract": study.dates.extract.isoformat()}
    )
