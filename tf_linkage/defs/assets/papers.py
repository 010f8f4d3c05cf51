"""The papers that data protection law asks for, made from the flows' metadata and the run's figures.

Writing them, and what the web UI shows of them. What the papers say is custody's (`custody.papers`).
"""

import dagster as dg
import polars as pl

from tf_linkage import quality
from tf_linkage.contracts.flows import flows, published
from tf_linkage.custody import papers
from tf_linkage.defs.metadata.flows import destroy_by
from tf_linkage.study import Study
from tf_linkage.workspace.assessed import assessment_of, fingerprint
from tf_linkage.workspace.catalogue import TABLES, tables_of
from tf_linkage.workspace.environment import is_rehearsal
from tf_linkage.workspace.store import Store, relative

RECORD, ASSESSMENT, POLICY = "record_of_processing", "impact_assessment", "policy_document"


def papers_of(figures: pl.DataFrame, study: Study, store: Store) -> tuple[list[str], dict[str, dg.MetadataValue]]:
    """Write the record of processing, the draft impact assessment and the draft policy document.

    Args:
        figures: `contracts.outputs.quality.Metrics` of the run.
        study: the choices under which they were made.
        store: where the papers go.

    Returns:
        The texts, and what the web UI shows of them.
    """
    measured, carried = _measured(figures, study, store), carried_of(store, study)
    pages = {
        RECORD: papers.record_of_processing(carried, mappings_of(store), papers.accreditation_of(store.root)),
        ASSESSMENT: papers.impact_assessment(carried, measured),
        POLICY: papers.policy_document(carried),
    }
    metadata: dict[str, dg.MetadataValue] = {}
    for name, page in pages.items():
        words, path = name.replace("_", " "), store.write_text(["quality", name], ".md", page)
        metadata[words] = dg.MetadataValue.md(page)
        metadata[f"{words} (file)"] = dg.MetadataValue.path(relative(path))
    return list(pages.values()), metadata


def carried_of(store: Store, study: Study) -> list[papers.Carried]:
    """Every hand-over of the study, in the order in which they happen."""
    public = [published(key) for key in TABLES if key.startswith("published/")]
    return [
        papers.Carried(flow, destroy_by(flow, store), tables_of(flow.asset, study))
        for flow in [*flows().values(), *public]
    ]


def mappings_of(store: Store) -> dict[str, str]:
    """By table that was last made of files in senders' own forms, the digest over the mappings, from the ledger."""
    made = (entry for entry in store.ledger().entries() if entry.event in {"handed over", "written"})
    told = {entry.about: entry.facts.get("mappings") for entry in made}
    return {about: str(digest) for about, digest in told.items() if digest}


def _measured(figures: pl.DataFrame, study: Study, store: Store) -> papers.Measured:
    simulated = study.wholly_simulated
    settings = {"seed": str(study.seed), "families": f"{study.families:,}"} if simulated else {}
    return papers.Measured(
        figures=figures,
        gaps=quality.gaps(figures),
        disclosures=assessment_of(store, fingerprint(figures)).disclosures if simulated else None,
        rehearsed=is_rehearsal(study),
        settings=settings | {"link threshold": f"{study.link_threshold:g}", "engine": study.engine},
    )
