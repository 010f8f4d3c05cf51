"""The accepted baselines: the command that makes them, and which studies are held to one.

`python -m tf_linkage.rehearsal.accepted_baseline` links twenty seeds each of presets `tiny` and `demo` and writes
the tracked files; with a preset behind it, that one's alone. The verdict is `quality.below_baseline`. Accept a new
baseline only when what changed is understood; the change of the file is then part of the review.
"""

import logging
import sys
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

import polars as pl

from tf_linkage import quality
from tf_linkage.study import BOUNDS, Preset, Source, Study

SEEDS = tuple(range(2015, 2035))
"""The study's default seed and the nineteen after it."""

PRESETS = (Preset.TINY, Preset.DEMO)
"""Those that are run so often that a fall would be met there first; a study's figures have bounds alone."""

ENGINE = "duckdb"

_SAYS = logging.getLogger("tf_linkage.baseline")


def accepted(preset: Preset) -> pl.DataFrame:
    """The tracked baseline of one of `PRESETS`."""
    return quality.read_baseline(_path(preset))


def held_to(study: Study) -> Preset | None:
    """The preset to whose baseline a study is held: the one it differs from in seed, bounds and folders alone."""
    if study.source is not Source.SIMULATION:
        return None
    free = {"seed", "data", "incoming", *BOUNDS}
    own = study.model_dump(exclude=free)
    return next((each for each in PRESETS if own == Study.of(each, engine=ENGINE).model_dump(exclude=free)), None)


def make(preset: Preset, seeds: tuple[int, ...] = SEEDS) -> pl.DataFrame:
    """The baseline of these seeds at a preset, linked without Dagster."""
    # Imported here: on real extracts the simulated world need not even be installed.
    from tf_linkage.rehearsal.cases import Case, link_case  # noqa: PLC0415

    metrics = {}
    for number, seed in enumerate(seeds, start=1):
        _SAYS.info("%s, %d of %d: seed %d", preset, number, len(seeds), seed)
        metrics[seed] = link_case(Case.of(Study.of(preset, seed=seed, engine=ENGINE))).figures()
    return quality.baseline_of(metrics)


def main(presets: Sequence[Preset] = PRESETS) -> int:
    """Make the baselines and write them over the tracked files."""
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    for preset in presets:
        path = _path(preset)
        quality.write_baseline(make(preset), path)
        _SAYS.info("written: %s", path.name)
    return 0


def _path(preset: Preset) -> Path:
    return Path(str(files("tf_linkage.quality.bounds").joinpath(f"baseline_{preset}.csv")))


if __name__ == "__main__":
    sys.exit(main([Preset(name) for name in sys.argv[1:]] or PRESETS))
