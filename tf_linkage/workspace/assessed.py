"""What job `assess` left, for the report: only what belongs to the figures it stands next to.

The mark by which a table of the longer studies is known to be of a run, and reading those that are.
"""

import hashlib

import polars as pl

from tf_linkage import quality
from tf_linkage.workspace.catalogue import ASSESSED, SWEEP
from tf_linkage.workspace.store import Store
from tf_linkage.workspace.storing.code_version import code_version

MARK = ".of"
SIMULATED_ROOMS = ("population", "bodies", "custody", "linkage", "quality")
PARTS = {
    "quality/linkage_effects": "effects",
    "quality/identifiers_bought": "disclosures",
    "quality/typical_patterns": "patterns",
    "quality/engine_agreement": "agreement",
    "quality/linkage_without_names": "without_names",
    SWEEP: "swept",
}
"""Which part of the assessment each asset is."""


def fingerprint(figures: pl.DataFrame) -> str:
    """The mark of what was made for these figures."""
    return hashlib.sha256(figures.write_csv().encode()).hexdigest()[:16]


def code_fingerprint() -> str:
    """The mark of a sweep, which names its settings itself: the code that made it."""
    return code_version(SIMULATED_ROOMS)


def mark(store: Store, key: str, of: str) -> None:
    """Say next to a table what it was made for."""
    store.write_text(key.split("/"), MARK, of)


def assessment_of(store: Store, of: str) -> quality.Assessment:
    """The tables that were made for these figures, as many as there are; others are left out."""
    found: dict[str, pl.DataFrame] = {}
    for key in ASSESSED:
        said = store.place(key.split("/")).with_suffix(MARK)
        wanted = code_fingerprint() if key == SWEEP else of
        if said.exists() and said.read_text(encoding="utf-8") == wanted:
            table = store.read(key.split("/"))
            assert isinstance(table, pl.LazyFrame)  # noqa: S101 - one table by its contract
            found[PARTS[key]] = table.collect()
    return quality.Assessment(**found)
