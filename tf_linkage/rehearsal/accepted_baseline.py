"""The accepted baseline: the command that makes it, and which studies are held to it.

`python -m tf_linkage.rehearsal.accepted_baseline` links twenty seeds of preset `tiny` and writes the tracked file.
The verdict is `quality.below_baseline`. Accept a new baseline only when what changed is understood; the change of
the file is then part of the review.
"""

import logging
import sys
from importlib.resources import files
from pathlib import Path

import polars as pl

from tf_linkage import quality
from tf_linkage.study import BOUNDS, Preset, Source, Study

SEEDS = tuple(range(2015, 2035))
"""The study's default seed and the nineteen after it."""

FILE = "baseline_tiny.csv"
ENGINE = "duckdb"

_SAYS = logging.getLogger("tf_linkage.baseline")


def accepted() -> pl.DataFrame:
    """The tracked baseline."""
    return quality.read_baseline(_path())


def is_held_to_it(study: Study) -> bool:
    """Whether a study is one of those the baseline was made of, but for seed, bounds and where its files lie."""
    usual = Study.of(Preset.TINY, engine=ENGINE)
    free = {"seed", "data", "incoming", *BOUNDS}
    same = study.model_dump(exclude=free) == usual.model_dump(exclude=free)
    return study.source is Source.SIMULATION and same


def make(seeds: tuple[int, ...] = SEEDS) -> pl.DataFrame:
    """The baseline of these seeds, linked without Dagster."""
    # Imported here: on real extracts the simulated world need not even be installed.
    from tf_linkage.rehearsal.cases import Case, link_case  # noqa: PLC0415

    metrics = {}
    for number, seed in enumerate(seeds, start=1):
        _SAYS.info("%d of %d: seed %d", number, len(seeds), seed)
        metrics[seed] = link_case(Case.of(Study.of(Preset.TINY, seed=seed, engine=ENGINE))).figures()
    return quality.baseline_of(metrics)


def main() -> int:
    """Make the baseline and write it over the tracked file."""
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    quality.write_baseline(make(), _path())
    _SAYS.info("written: %s", FILE)
    return 0


def _path() -> Path:
    return Path(str(files("tf_linkage.quality.bounds").joinpath(FILE)))


if __name__ == "__main__":
    sys.exit(main())
