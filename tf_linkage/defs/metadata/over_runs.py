"""Figures that the web UI plots from run to run, so that runs can be compared and are not taken for one another.

A plot is known by its name alone: the name has the size of the study, so that no line joins runs of different
sizes. What else a run chose is plotted beside, and the page marks one run in all plots at once.
"""

from typing import Any

import polars as pl

from tf_linkage import quality
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.study import SIZES, Noise, Study

COUNTED = ("sent", "present", "linked")
"""Figures that are counts of people."""

PLOTTED = (*COUNTED, "match_rate", "precision", "recall", "f1", "pair_precision", "pair_recall")
"""Figures of each department that are plotted."""

NOISE = f"choice: noise ({', '.join(f'{place} {word}' for place, word in enumerate(Noise))})"
SEED, THRESHOLD = "choice: seed", "choice: link threshold"


def plots(figures: pl.DataFrame, study: Study) -> dict[str, float]:
    """The headline figures of each department, and the choices of the run that made them, as numbers.

    Where anybody may be real, no count of people is among them: what Dagster keeps for good would tell by how many
    people a study became smaller.

    Args:
        figures: `contracts.outputs.quality.Metrics`.
        study: the choices of the run.
    """
    size = size_of(study)
    kept = [measure for measure in PLOTTED if study.wholly_simulated or measure not in COUNTED]
    short = {name: department.short for name, department in DEPARTMENTS.items()}
    numbers: dict[str, Any] = {
        f"{measure.replace('_', ' ')}: {short.get(department, department)} ({size})": round(value, 4)
        for department, measures in quality.headline(figures).items()
        for measure, value in measures.items()
        if measure in kept
    }
    chosen: dict[str, Any] = {THRESHOLD: study.link_threshold}
    if study.wholly_simulated:
        chosen |= {NOISE: list(Noise).index(study.noise), SEED: study.seed}
    return numbers | chosen


def size_of(study: Study) -> str:
    """A run's size in words: the preset's name where it is the preset's; of real extracts, that they are."""
    if not study.wholly_simulated:
        return "real extracts"
    usual = (study.families, study.population) == SIZES[study.preset]
    return str(study.preset) if usual else f"{study.families:,} families among {study.population:,} people"
